package netem

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
//	delay TIME [JITTER] [distribution uniform|normal|pareto|paretonormal]
//	loss [random] PERCENT
//	loss gemodel P [R [1-H [1-K]]]      R is 1-P, 1-H is 100% and 1-K is 0% where not given
//	rate RATE
//	rate RATE for TIME, RATE for TIME, …, repeat     see ParseRateSchedule
//	start random|TIME                                Config.Start
//	limit PACKETS
//	queue DISCIPLINE …                  the last option: see ParseQueue
//
// Four options do not exist in tc: "ordered" sets Config.Ordered, "drops 2,5" drops the second and
// the fifth packet, and "rate … for …" and "start" describe a rate that changes with time. As in tc, latency means delay and drop means loss; kbit is 1000 bit/s and
// kbps is 1000 bytes a second; a percentage needs no "%", and a rate without unit is in bit/s.
// ParseTC refuses a time without unit, because tc(8) documents microseconds and netem reads
// nanoseconds (get_time64() in iproute2).
//
// An error is a *SyntaxError or an error of Config.Validate.
func ParseTC(line string) (Config, error) {
	p := tcParser{line: line}
	for p.next() {
		if err := p.option(); err != nil {
			return Config{}, err
		}
	}
	if err := p.cfg.Validate(); err != nil {
		return Config{}, err
	}
	if p.cfg.Distribution != Uniform && p.cfg.Jitter == 0 {
		return Config{}, errors.New(
			"netem: a distribution needs a jitter, as in: delay TIME JITTER distribution NAME")
	}
	return p.cfg, nil
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
	"duplicate":    (*tcParser).unsupported,
	"corrupt":      (*tcParser).unsupported,
	"reorder":      (*tcParser).unsupported,
	"gap":          (*tcParser).unsupported,
	"ecn":          (*tcParser).unsupported,
	"slot":         (*tcParser).unsupported,
	"seed":         (*tcParser).unsupported,
}

var tcAliases = map[string]string{"latency": "delay", "drop": "loss"}

// tcParser reads a line word by word and sets the fields of a Config.
type tcParser struct {
	line string
	word string   // the current word
	at   int      // offset of the word in line
	end  int      // offset behind the word
	seen []string // names of the options so far
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
	read, known := tcOptions[name]
	if !known {
		return p.fault("unknown option: known are " +
			"delay, distribution, loss, rate, start, limit, drops, ordered and queue")
	}
	if slices.Contains(p.seen, name) {
		return p.fault("the option is given twice")
	}
	p.seen = append(p.seen, name)
	return read(p)
}

func (p *tcParser) unsupported() error {
	return p.fault("this option of tc-netem(8) is not supported")
}

func (p *tcParser) delay() (err error) {
	if err = p.want("a time"); err != nil {
		return err
	}
	if p.cfg.Delay, err = p.time(); err != nil {
		return err
	}
	if !p.nextIsNumber() {
		return nil
	}
	if p.cfg.Jitter, err = p.time(); err != nil {
		return err
	}
	if p.nextIsNumber() {
		return p.fault("correlated jitter is not supported")
	}
	return nil
}

func (p *tcParser) distribution() (err error) {
	if err = p.want("a name"); err != nil {
		return err
	}
	if p.cfg.Distribution, err = ParseDistribution(p.word); err != nil {
		return p.fault("unknown distribution: known are " + distributionNames())
	}
	return nil
}

func (p *tcParser) loss() (err error) {
	if err = p.want("a percentage, random or gemodel"); err != nil {
		return err
	}
	switch p.word {
	case "gemodel":
		return p.gemodel()
	case "state":
		return p.fault("the four-state loss model is not supported")
	case "random":
		if err = p.want("a percentage"); err != nil {
			return err
		}
	}
	if p.cfg.Loss, err = p.percent(); err != nil {
		return err
	}
	if p.nextIsNumber() {
		return p.fault("correlated loss is not supported")
	}
	return nil
}

func (p *tcParser) gemodel() (err error) {
	if err = p.want("a percentage"); err != nil {
		return err
	}
	g := &p.cfg.Gemodel
	if g.P, err = p.percent(); err != nil {
		return err
	}
	g.R, g.Bad, g.Good = 1-g.P, 1, 0
	for _, field := range []*float64{&g.R, &g.Bad, &g.Good} {
		if !p.nextIsNumber() {
			return nil
		}
		if *field, err = p.percent(); err != nil {
			return err
		}
	}
	return nil
}

func (p *tcParser) rate() (err error) {
	if err = p.want("a rate"); err != nil {
		return err
	}
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
	if p.nextIsNumber() {
		return p.fault("packet overhead and cell sizes are not supported")
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
