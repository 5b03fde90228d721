package netem

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A SyntaxError names the word of a line that ParseTC refuses, and the reason.
type SyntaxError struct {
	Line   string
	Offset int // of Word in Line, bytes
	Word   string
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("netem: %q: %s", e.Word, e.Reason) }

// ParseTC parses one line of tc-netem(8)'s options, in any order:
//
//	delay TIME [JITTER [CORRELATION]] [distribution uniform|normal|pareto|paretonormal]
//	loss [random] PERCENT [CORRELATION]
//	loss state P13 [P31 [P32 [P23 [P14]]]]
//	loss gemodel P [R [1-H [1-K]]]
//	ecn
//	corrupt PERCENT [CORRELATION]
//	duplicate PERCENT [CORRELATION]
//	reorder PERCENT [CORRELATION] [gap DISTANCE]
//	rate RATE [PACKETOVERHEAD [CELLSIZE [CELLOVERHEAD]]]
//	rate RATE for TIME, RATE for TIME, …, repeat     see ParseRateSchedule
//	start random|TIME                                Config.Start
//	limit PACKETS
//	slot MIN [MAX] [packets PACKETS] [bytes BYTES]
//	slot distribution NAME DELAY JITTER [packets PACKETS] [bytes BYTES]
//	semantics router|tc
//	loss_unit packet|burst
//	cross_traffic ARRIVALS …            see ParseCrossTraffic
//	queue DISCIPLINE …                  the last option: see ParseQueue
//
// As in tc, R and P31 are 100% less the probability before them, 1-H and P23 are 100%, and the
// others are 0% where not given.
//
// Some options do not exist in tc:
//
//	loss gilbert GOOD BAD [1-H [1-K]]   Config.Gilbert: mean times, and the loss in each state
//	mss BYTES                           Config.MSS
//	outage TIME at TIME,TIME…|every TIME|random TIME
//
// So do "rate RATE for TIME, …", "start", "semantics", "loss_unit", "cross_traffic" and "queue".
// "ordered" sets Config.Ordered. "drops 2,5" drops the second and the fifth packet. "overhead 10 48
// 5" sets the numbers behind RATE alone.
//
// As in tc, latency means delay and drop means loss; kbit is 1000 bit/s and kbps is 1000 bytes a
// second; a percentage needs no "%", and a rate without unit is in bit/s. ParseTC refuses a time
// without unit, because tc(8) documents microseconds and netem reads nanoseconds (get_time64() in
// iproute2). It refuses "seed", because the draws of a link derive from the seed that New takes.
//
// An error is a *SyntaxError or an error of Config.Validate.
func ParseTC(line string) (Config, error) {
	var c Config
	if err := c.Set(line); err != nil {
		return Config{}, err
	}
	if err := c.Validate(); err != nil {
		return Config{}, err
	}
	if c.Distribution != Uniform && c.Jitter == 0 {
		return Config{}, errors.New(
			"netem: a distribution needs a jitter, as in: delay TIME JITTER distribution NAME")
	}
	if c.Start.Fixed && !c.Varies() {
		return Config{}, errors.New("netem: start: the rate does not change with time")
	}
	return c, nil
}

// Set sets the options of a line as ParseTC reads them, and leaves the others as they are. It does
// not validate the result. An error is a *SyntaxError; then Set changes nothing.
func (c *Config) Set(line string) error { return c.set(tcParser{line: line, cfg: *c}) }

// SetOption is Set for the option with this name. It refuses words of other options.
func (c *Config) SetOption(name, values string) error {
	return c.set(tcParser{line: name + " " + values, cfg: *c, only: name})
}

func (c *Config) set(p tcParser) error {
	for p.next() {
		if err := p.option(); err != nil {
			return err
		}
	}
	*c = p.cfg
	return nil
}

// tcOptions are the options by the word they begin with.
var tcOptions = map[string]func(*tcParser) error{
	"delay":        (*tcParser).delay,
	"distribution": (*tcParser).distribution,
	"loss":         (*tcParser).loss,
	"rate":         (*tcParser).rate,
	"limit":        (*tcParser).limit,
	"drops":        (*tcParser).drops,
	"queue":        (*tcParser).queueDiscipline,
	"ordered":      (*tcParser).ordered,
	"start":        (*tcParser).start,
	"trace":        (*tcParser).trace,
	"overhead":     (*tcParser).overhead,
	"ecn":          (*tcParser).ecn,
	"duplicate":    (*tcParser).duplicate,
	"corrupt":      (*tcParser).corrupt,
	"reorder":      (*tcParser).reorder,
	"gap":          (*tcParser).gap,
	"slot":         (*tcParser).slot,
	"seed":         (*tcParser).seed,
	"mss":          (*tcParser).mss,
	"outage":       (*tcParser).outage,
	"semantics":    (*tcParser).semantics,
	"loss_unit":    (*tcParser).lossUnit,

	"cross_traffic": (*tcParser).crossTrafficOption,
}

var tcAliases = map[string]string{"latency": "delay", "drop": "loss"}

// tcParser reads a line word by word and sets the fields of a Config.
type tcParser struct {
	line string
	word string   // the current word
	at   int      // offset of the word in line
	end  int      // offset behind the word
	seen []string // names of the options so far
	only string   // the only option allowed; "": any
	cfg  Config
}

// next moves to the next word and reports whether there is one.
func (p *tcParser) next() bool {
	const blanks = " \t\r\n"
	rest := strings.TrimLeft(p.line[p.end:], blanks)
	if rest == "" {
		return false
	}
	p.at = len(p.line) - len(rest)
	if end := strings.IndexAny(rest, blanks); end >= 0 {
		rest = rest[:end]
	}
	p.word, p.end = rest, p.at+len(rest)
	return true
}

// nextIsNumber moves to the next word if that begins like a number, and reports whether it did.
func (p *tcParser) nextIsNumber() bool {
	before := *p
	if p.next() && strings.ContainsRune("0123456789.+-", rune(p.word[0])) {
		return true
	}
	*p = before
	return false
}

// want moves to the next word, the value of an option. what names the value in the error.
func (p *tcParser) want(what string) error {
	if !p.next() {
		return p.fault("needs " + what)
	}
	return nil
}

func (p *tcParser) fault(reason string) error {
	return &SyntaxError{Line: p.line, Offset: p.at, Word: p.word, Reason: reason}
}

// option parses the option that begins with the current word.
func (p *tcParser) option() error {
	name := p.word
	if alias, ok := tcAliases[name]; ok {
		name = alias
	}
	if p.only != "" && name != p.only && (p.only != "reorder" || name != "gap") {
		return p.fault("is one word too many for " + p.only)
	}
	read, known := tcOptions[name]
	if !known {
		return p.fault("unknown option: known are delay, distribution, ordered, reorder, gap, loss, outage, " +
			"ecn, duplicate, corrupt, rate, overhead, start, slot, mss, semantics, loss_unit, limit, drops, " +
			"cross_traffic and queue")
	}
	if slices.Contains(p.seen, name) {
		return p.fault("the option is given twice")
	}
	p.seen = append(p.seen, name)
	return read(p)
}

func (p *tcParser) seed() error {
	return p.fault("not an option here: the draws of a link derive from the run's seed")
}

func (p *tcParser) delay() (err error) {
	if err = p.want("a time"); err != nil {
		return err
	}
	p.cfg.Jitter, p.cfg.DelayCorrelation = 0, 0
	if p.cfg.Delay, err = p.time(); err != nil {
		return err
	}
	if !p.nextIsNumber() {
		return nil
	}
	if p.cfg.Jitter, err = p.time(); err != nil {
		return err
	}
	if !p.nextIsNumber() {
		return nil
	}
	p.cfg.DelayCorrelation, err = p.percent()
	return err
}

func (p *tcParser) distribution() (err error) {
	if err = p.want("a name"); err != nil {
		return err
	}
	if strings.HasSuffix(p.word, ".dist") {
		return p.fault("a table is a file: give its name with the key distribution in place of a line")
	}
	p.cfg.Table = nil
	if p.cfg.Distribution, err = ParseDistribution(p.word); err != nil {
		return p.fault("unknown distribution: known are " + distributionNames())
	}
	return nil
}

func (p *tcParser) loss() (err error) {
	if err = p.want("a percentage, random, state, gemodel or gilbert"); err != nil {
		return err
	}
	c := &p.cfg
	c.Loss, c.LossCorrelation = 0, 0
	c.LossState, c.Gemodel, c.Gilbert = FourState{}, GilbertElliott{}, Gilbert{}
	switch p.word {
	case "gemodel":
		g := &c.Gemodel
		if err = p.percents(&g.P); err != nil {
			return err
		}
		g.R, g.Bad = 1-g.P, 1
		return p.morePercents(&g.R, &g.Bad, &g.Good)
	case "state":
		s := &c.LossState
		if err = p.percents(&s.P13); err != nil {
			return err
		}
		s.P31, s.P23 = 1-s.P13, 1
		return p.morePercents(&s.P31, &s.P32, &s.P23, &s.P14)
	case "gilbert":
		g := &c.Gilbert
		if err = p.times(&g.GoodFor, &g.BadFor); err != nil {
			return err
		}
		g.Bad = 1
		return p.morePercents(&g.Bad, &g.Good)
	case "random":
		if err = p.want("a percentage"); err != nil {
			return err
		}
	}
	if c.Loss, err = p.percent(); err != nil {
		return err
	}
	return p.morePercents(&c.LossCorrelation)
}

// times reads the next words as times.
func (p *tcParser) times(fields ...*time.Duration) (err error) {
	for _, field := range fields {
		if err = p.want("a time"); err != nil {
			return err
		}
		if *field, err = p.time(); err != nil {
			return err
		}
	}
	return nil
}

func (p *tcParser) outage() error {
	o := &p.cfg.Outage
	*o = Outage{}
	if err := p.times(&o.Lasts); err != nil {
		return err
	}
	if err := p.want("at TIME,TIME…, every TIME or random TIME"); err != nil {
		return err
	}
	switch p.word {
	case "every":
		return p.times(&o.Every)
	case "random":
		return p.times(&o.Random)
	case "at":
		if err := p.want("instants, such as 1s,3s"); err != nil {
			return err
		}
		for _, word := range strings.Split(p.word, ",") {
			p.word = word
			at, err := p.time()
			if err != nil {
				return err
			}
			o.At = append(o.At, at)
			p.at += len(word) + 1
		}
		return nil
	}
	return p.fault("say when: at TIME,TIME…, every TIME or random TIME")
}

// percents reads the next word as a percentage.
func (p *tcParser) percents(field *float64) (err error) {
	if err = p.want("a percentage"); err == nil {
		*field, err = p.percent()
	}
	return err
}

// morePercents reads percentages into the fields for as long as the next word is a number.
func (p *tcParser) morePercents(fields ...*float64) (err error) {
	for _, field := range fields {
		if !p.nextIsNumber() {
			return nil
		}
		if *field, err = p.percent(); err != nil {
			return err
		}
	}
	return nil
}

func (p *tcParser) chance(c *Chance) error {
	*c = Chance{}
	if err := p.percents(&c.P); err != nil {
		return err
	}
	return p.morePercents(&c.Correlation)
}

func (p *tcParser) duplicate() error { return p.chance(&p.cfg.Duplicate) }
func (p *tcParser) corrupt() error   { return p.chance(&p.cfg.Corrupt) }
func (p *tcParser) reorder() error   { return p.chance(&p.cfg.Reorder.Chance) }

func (p *tcParser) gap() error {
	if err := p.want("a number of packets"); err != nil {
		return err
	}
	n, err := strconv.Atoi(p.word)
	if err != nil || n < 1 {
		return p.fault("not a whole number of packets, at least 1")
	}
	p.cfg.Reorder.Gap = n
	return nil
}

func (p *tcParser) semantics() (err error) {
	if err = p.want("router or tc"); err != nil {
		return err
	}
	if p.cfg.Semantics, err = ParseSemantics(p.word); err != nil {
		return p.fault("unknown semantics: known are router and tc")
	}
	return nil
}

func (p *tcParser) lossUnit() (err error) {
	if err = p.want("packet or burst"); err != nil {
		return err
	}
	if p.cfg.LossUnit, err = ParseLossUnit(p.word); err != nil {
		return p.fault("unknown loss unit: known are packet and burst")
	}
	return nil
}

func (p *tcParser) slot() (err error) {
	s := &p.cfg.Slot
	*s = Slot{}
	if err = p.want("a time, or distribution"); err != nil {
		return err
	}
	if p.word == "distribution" {
		if err = p.want("a name"); err != nil {
			return err
		}
		if s.Distribution, err = ParseDistribution(p.word); err != nil {
			return p.fault("unknown distribution: known are " + distributionNames())
		}
		if err = p.times(&s.Delay, &s.Jitter); err != nil {
			return err
		}
		if s.Jitter <= 0 {
			return p.fault("the jitter of a distribution must be above 0")
		}
	} else {
		if s.Min, err = p.time(); err != nil {
			return err
		}
		s.Max = s.Min
		if p.nextIsNumber() {
			if s.Max, err = p.time(); err != nil {
				return err
			}
		}
		if s.Max == 0 {
			return p.fault("the next slot comes at once: give a time above 0")
		}
	}
	for {
		before := *p
		if !p.next() {
			return nil
		}
		field := &s.Packets
		switch p.word {
		case "packets":
		case "bytes":
			field = &s.Bytes
		default:
			*p = before
			return nil
		}
		if err = p.want("a number"); err != nil {
			return err
		}
		if *field, err = strconv.Atoi(p.word); err != nil || *field < 1 {
			return p.fault("not a whole number, at least 1")
		}
	}
}

func (p *tcParser) mss() (err error) {
	if err = p.want("bytes"); err != nil {
		return err
	}
	if p.cfg.MSS, err = strconv.Atoi(p.word); err != nil || p.cfg.MSS < 1 {
		return p.fault("not a whole number of bytes, such as 1400")
	}
	return nil
}

func (p *tcParser) ecn() error {
	p.cfg.ECN = true
	return nil
}

func (p *tcParser) rate() (err error) {
	if err = p.want("a rate"); err != nil {
		return err
	}
	p.cfg.Rate, p.cfg.RateSchedule, p.cfg.Trace = 0, RateSchedule{}, nil
	if p.isSchedule() {
		p.cfg.RateSchedule, err = p.rateSchedule()
		return err
	}
	if p.cfg.Rate, err = p.quantity(rateUnits); err != nil {
		return err
	}
	if p.cfg.Rate == 0 {
		return p.fault("a link with rate 0 transmits nothing; leave the option out for an unlimited rate")
	}
	if !p.nextIsNumber() {
		return nil
	}
	if slices.Contains(p.seen, "overhead") {
		return p.fault("the overhead is given twice")
	}
	p.seen = append(p.seen, "overhead")
	return p.overheadBytes()
}

// overhead is what tc writes behind the rate. With a name of its own it can be set without the
// rate.
func (p *tcParser) overhead() error {
	if !p.nextIsNumber() {
		return p.fault("needs bytes a packet, as in: overhead 10 48 5")
	}
	return p.overheadBytes()
}

// overheadBytes reads an Overhead from the current word on.
func (p *tcParser) overheadBytes() (err error) {
	f := &p.cfg.Overhead
	*f = Overhead{}
	for i, field := range []*int{&f.Packet, &f.Cell, &f.CellHeader} {
		if i > 0 && !p.nextIsNumber() {
			return nil
		}
		if *field, err = strconv.Atoi(p.word); err != nil {
			return p.fault("not a whole number of bytes")
		}
	}
	return nil
}

func (p *tcParser) limit() (err error) {
	if err = p.want("a number of packets"); err != nil {
		return err
	}
	if p.cfg.Limit, err = strconv.Atoi(p.word); err != nil || p.cfg.Limit < 1 {
		return p.fault("not a whole number of packets, at least 1")
	}
	return nil
}

func (p *tcParser) drops() error {
	if err := p.want("ordinals of packets, such as 2,5"); err != nil {
		return err
	}
	for _, ordinal := range strings.Split(p.word, ",") {
		n, err := strconv.Atoi(ordinal)
		if err != nil {
			return p.fault("not a list of ordinals of packets, such as 2,5")
		}
		p.cfg.Drops = append(p.cfg.Drops, n)
	}
	return nil
}

func (p *tcParser) ordered() error {
	p.cfg.Ordered = true
	return nil
}

func (p *tcParser) queueDiscipline() error {
	if err := p.want("a queueing discipline, such as fq_codel"); err != nil {
		return err
	}
	return p.queue()
}
