package netem

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A discipline is a row of the table by which queues are read, printed, checked and made.
type discipline struct {
	number   Discipline
	name     string // in tc(8)
	options  []queueOption
	defaults Queue             // in place of fields of 0
	check    func(Queue) error // of a queue with defaults; nil: none
	make     func(Queue) Qdisc // of a queue with defaults; nil: a fifo computes it
}

var disciplines = []discipline{
	{PFIFO, "pfifo", []queueOption{packetLimit}, Queue{Limit: 1000}, nil, nil},
	{BFIFO, "bfifo", []queueOption{byteLimit}, Queue{LimitBytes: 1000 * 1500}, nil,
		func(q Queue) Qdisc { return newByteFIFO(q) }},
	// codel_params_init() of include/net/codel_impl.h, DEFAULT_CODEL_LIMIT of sch_codel.c.
	{CoDel, "codel", []queueOption{packetLimit, target, interval, ceThreshold, ecn},
		Queue{Limit: 1000, Target: 5 * time.Millisecond, Interval: 100 * time.Millisecond, ECN: Off},
		targetBelowInterval, func(q Queue) Qdisc { return newCoDel(q) }},
	// fq_codel_init() of sch_fq_codel.c. The quantum is an Ethernet frame of 1500 bytes (RFC 8290
	// §5.2.4).
	{FQCoDel, "fq_codel", []queueOption{packetLimit, flows, quantum, memoryLimit("memory_limit"),
		dropBatch, target, interval, ceThreshold, ecn},
		Queue{Limit: 10240, Flows: 1024, Quantum: 1514, Memory: 32 << 20, DropBatch: 64,
			Target: 5 * time.Millisecond, Interval: 100 * time.Millisecond, ECN: On},
		targetBelowInterval, func(q Queue) Qdisc { return newFQCoDel(q) }},
	// pie_params_init() of include/net/pie.h.
	{PIE, "pie", []queueOption{packetLimit, target, tUpdate, alpha, beta, ecn, byteMode,
		dqRateEstimator},
		Queue{Limit: 1000, Target: 15 * time.Millisecond, TUpdate: 15 * time.Millisecond,
			Alpha: 2, Beta: 20, ECN: Off, ByteMode: Off, DqRateEstimator: Off},
		nil, func(q Queue) Qdisc { return newPIE(q) }},
	// cake_init() of sch_cake.c. Without a memory limit it follows from bandwidth and interval.
	{CAKE, "cake", []queueOption{bandwidth, rtt, memoryLimit("memlimit"), overhead, mpu, framing,
		flowIsolation, class},
		Queue{RTT: 100 * time.Millisecond, Framing: NoATM, Flow: IsolateFlows, Class: BestEffort},
		nil, func(q Queue) Qdisc { return newCAKE(q) }},
	{TBF, "tbf", []queueOption{tbfRate, burst, byteLimit, latency, peakRate, peakMTU},
		Queue{}, checkTBF, func(q Queue) Qdisc { return newTBF(q) }},
}

// A queueOption is a setting of a discipline: words of its line and a field of a Queue.
type queueOption struct {
	words    []string  // of an option with a value: the word before it; else one for 1, 2, …
	quantity *quantity // of the value; nil: the option has no value
	lo, hi   int64     // bounds of the value
	get      func(*Queue) int64
	set      func(*Queue, int64)
}

// optionOf is an option with a value from lo to hi.
func optionOf[T ~int | ~int64](word string, q *quantity, lo, hi T, at func(*Queue) *T) queueOption {
	return queueOption{[]string{word}, q, int64(lo), int64(hi),
		func(q *Queue) int64 { return int64(*at(q)) },
		func(q *Queue, v int64) { *at(q) = T(v) }}
}

// wordsOf is an option of words without a value.
func wordsOf[T ~uint8](at func(*Queue) *T, words ...string) queueOption {
	return queueOption{words, nil, 0, int64(len(words)),
		func(q *Queue) int64 { return int64(*at(q)) },
		func(q *Queue, v int64) { *at(q) = T(v) }}
}

// maxQueueBytes bounds limits in bytes: MaxLimit packets of 1500 bytes.
const maxQueueBytes = MaxLimit * 1500

// maxQueueTime bounds the times of a discipline. A day of them fits the integers of all of them.
const maxQueueTime = 100 * time.Second

var (
	packetLimit = optionOf("limit", packetCount, 1, MaxLimit, func(q *Queue) *int { return &q.Limit })
	byteLimit   = optionOf("limit", byteCount, 1, maxQueueBytes, func(q *Queue) *int64 { return &q.LimitBytes })
	target      = optionOf("target", timeQuantity, time.Microsecond, maxQueueTime, func(q *Queue) *time.Duration { return &q.Target })
	interval    = optionOf("interval", timeQuantity, time.Microsecond, maxQueueTime, func(q *Queue) *time.Duration { return &q.Interval })
	ceThreshold = optionOf("ce_threshold", timeQuantity, time.Microsecond, maxQueueTime, func(q *Queue) *time.Duration { return &q.CEThreshold })
	ecn         = wordsOf(func(q *Queue) *Switch { return &q.ECN }, "ecn", "noecn")

	// fq_codel_change() allows 1 to 65536 flows and a quantum of 256 bytes or more.
	flows     = optionOf("flows", plainCount, 1, 65536, func(q *Queue) *int { return &q.Flows })
	quantum   = optionOf("quantum", byteCount, 256, 1<<20, func(q *Queue) *int { return &q.Quantum })
	dropBatch = optionOf("drop_batch", packetCount, 1, MaxLimit, func(q *Queue) *int { return &q.DropBatch })

	tUpdate         = optionOf("tupdate", timeQuantity, time.Millisecond, maxQueueTime, func(q *Queue) *time.Duration { return &q.TUpdate })
	alpha           = optionOf("alpha", plainCount, 1, 32, func(q *Queue) *int { return &q.Alpha })
	beta            = optionOf("beta", plainCount, 1, 32, func(q *Queue) *int { return &q.Beta })
	byteMode        = wordsOf(func(q *Queue) *Switch { return &q.ByteMode }, "bytemode", "nobytemode")
	dqRateEstimator = wordsOf(func(q *Queue) *Switch { return &q.DqRateEstimator }, "dq_rate_estimator", "no_dq_rate_estimator")

	bandwidth     = optionOf("bandwidth", rateQuantity, MinRate, MaxRate, func(q *Queue) *int64 { return &q.Rate })
	rtt           = optionOf("rtt", timeQuantity, time.Microsecond, maxQueueTime, func(q *Queue) *time.Duration { return &q.RTT })
	overhead      = optionOf("overhead", byteCount, -64, 256, func(q *Queue) *int { return &q.Overhead })
	mpu           = optionOf("mpu", byteCount, 1, 256, func(q *Queue) *int { return &q.MPU })
	framing       = wordsOf(func(q *Queue) *Framing { return &q.Framing }, "noatm", "atm", "ptm")
	flowIsolation = wordsOf(func(q *Queue) *FlowIsolation { return &q.Flow }, "flows", "flowblind")
	class         = wordsOf(func(q *Queue) *Class { return &q.Class }, "besteffort")

	tbfRate  = optionOf("rate", rateQuantity, MinRate, MaxRate, func(q *Queue) *int64 { return &q.Rate })
	burst    = optionOf("burst", byteCount, 1, maxQueueBytes, func(q *Queue) *int64 { return &q.Burst })
	latency  = optionOf("latency", timeQuantity, time.Microsecond, maxQueueTime, func(q *Queue) *time.Duration { return &q.Latency })
	peakRate = optionOf("peakrate", rateQuantity, MinRate, MaxRate, func(q *Queue) *int64 { return &q.PeakRate })
	peakMTU  = optionOf("mtu", byteCount, 1, maxQueueBytes, func(q *Queue) *int64 { return &q.MTU })
)

func memoryLimit(word string) queueOption {
	return optionOf(word, byteCount, 1, maxQueueBytes, func(q *Queue) *int64 { return &q.Memory })
}

// A quantity is how the value of an option is written.
type quantity struct {
	what   string // of a value that is missing
	read   func(*tcParser) (int64, error)
	format func(int64) string
}

var (
	packetCount  = &quantity{"a number of packets", (*tcParser).wholeNumber, formatCount}
	plainCount   = &quantity{"a number", (*tcParser).wholeNumber, formatCount}
	byteCount    = &quantity{"a number of bytes", (*tcParser).bytes, formatBytes}
	timeQuantity = &quantity{"a time",
		func(p *tcParser) (int64, error) { t, err := p.time(); return int64(t), err },
		func(v int64) string { return formatTime(time.Duration(v)) }}
	rateQuantity = &quantity{"a rate",
		func(p *tcParser) (int64, error) { return p.quantity(rateUnits) },
		func(v int64) string { return formatQuantity(v, rateUnits) }}
)

func formatCount(v int64) string { return strconv.FormatInt(v, 10) }

// show writes the option with its value v, which is not 0.
func (o *queueOption) show(v int64) string {
	if o.quantity == nil {
		return o.words[v-1]
	}
	return o.words[0] + " " + o.quantity.format(v)
}

// check returns an error if v, unless it is 0 for the default, is out of bounds.
func (o *queueOption) check(v int64) error {
	switch {
	case v == 0 || v >= o.lo && v <= o.hi:
		return nil
	case o.quantity == nil:
		return fmt.Errorf("%d is none of %s", v, strings.Join(o.words, ", "))
	case v < o.lo:
		return fmt.Errorf("%s %s is below the minimum of %s",
			o.words[0], o.quantity.format(v), o.quantity.format(o.lo))
	}
	return fmt.Errorf("%s %s is above the maximum of %s",
		o.words[0], o.quantity.format(v), o.quantity.format(o.hi))
}

// queue parses a queueing discipline from the current word, its name, to the end of the line.
func (p *tcParser) queue() error {
	for i := range disciplines {
		if d := &disciplines[i]; d.name == p.word {
			p.cfg.Queue = Queue{Discipline: d.number}
			var seen []*queueOption
			for p.next() {
				o, err := p.queueOption(d)
				if err != nil {
					return err
				}
				if slices.Contains(seen, o) {
					return p.fault("the option is given twice")
				}
				seen = append(seen, o)
			}
			return nil
		}
	}
	return p.fault("unknown queueing discipline: known are " + disciplineNames())
}

// queueOption parses the option of a discipline that begins with the current word.
func (p *tcParser) queueOption(d *discipline) (*queueOption, error) {
	for i := range d.options {
		o := &d.options[i]
		n := slices.Index(o.words, p.word)
		if n < 0 {
			continue
		}
		if o.quantity == nil {
			o.set(&p.cfg.Queue, int64(n+1))
			return o, nil
		}
		if err := p.want(o.quantity.what); err != nil {
			return nil, err
		}
		v, err := o.quantity.read(p)
		if err != nil {
			return nil, err
		}
		if v < o.lo || v > o.hi {
			return nil, p.fault(fmt.Sprintf("%s %s is %s from %s to %s", d.name, o.words[0],
				o.quantity.what, o.quantity.format(o.lo), o.quantity.format(o.hi)))
		}
		o.set(&p.cfg.Queue, v)
		return o, nil
	}
	if why := unsupportedQueueOptions[p.word]; why != "" {
		return nil, p.fault(why)
	}
	return nil, p.fault(d.name + " has no such option: it has " + d.optionNames())
}

// unsupportedQueueOptions are options of tc(8) with the reason why no discipline has them.
var unsupportedQueueOptions = map[string]string{
	"diffserv3": noDSCP, "diffserv4": noDSCP, "diffserv8": noDSCP, "precedence": noDSCP,
	"triple-isolate": noHosts, "dual-srchost": noHosts, "dual-dsthost": noHosts, "hosts": noHosts,
	"srchost": noHosts, "dsthost": noHosts,
	"ack-filter": notSupported, "ack-filter-aggressive": notSupported, "ingress": notSupported,
	"autorate-ingress": notSupported, "nat": notSupported, "wash": notSupported,
	"split-gso": notSupported, "ce_threshold_selector": notSupported,
}

const (
	notSupported = "this option of tc(8) is not supported"
	noDSCP       = "packets carry no DSCP: the only class is besteffort"
	noHosts      = "packets carry no address: the isolations are flows and flowblind"
)

// DisciplineNames returns the names of the queueing disciplines in tc(8).
func DisciplineNames() []string {
	names := make([]string, len(disciplines))
	for i := range disciplines {
		names[i] = disciplines[i].name
	}
	return names
}

// disciplineNames lists the names for an error.
func disciplineNames() string { return strings.Join(DisciplineNames(), ", ") }

// optionNames lists the words of the options for an error.
func (d *discipline) optionNames() string {
	var names []string
	for i := range d.options {
		names = append(names, d.options[i].words...)
	}
	return strings.Join(names, ", ")
}

func targetBelowInterval(q Queue) error {
	if q.Target >= q.Interval {
		return fmt.Errorf("target %s is not below interval %s, which is to be a round trip",
			formatTime(q.Target), formatTime(q.Interval))
	}
	return nil
}
