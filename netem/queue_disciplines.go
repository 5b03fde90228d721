package netem

import (
	"fmt"
	"strings"
	"time"
)

// A discipline is a row of the table by which queues are read, printed, checked and made.
type discipline struct {
	number   Discipline
	name     string // in tc(8)
	options  []option[Queue]
	defaults Queue             // in place of fields of 0
	check    func(Queue) error // of a queue with defaults; nil: none
	make     func(Queue) Qdisc // of a queue with defaults; nil: a fifo computes it
}

var disciplines = []discipline{
	{PFIFO, "pfifo", []option[Queue]{packetLimit}, Queue{Limit: 1000}, nil, nil},
	{BFIFO, "bfifo", []option[Queue]{byteLimit}, Queue{LimitBytes: 1000 * 1500}, nil,
		func(q Queue) Qdisc { return newByteFIFO(q) }},
	// codel_params_init() of include/net/codel_impl.h, DEFAULT_CODEL_LIMIT of sch_codel.c.
	{CoDel, "codel", []option[Queue]{packetLimit, target, interval, ceThreshold, ecn},
		Queue{Limit: 1000, Target: 5 * time.Millisecond, Interval: 100 * time.Millisecond, ECN: Off},
		targetBelowInterval, func(q Queue) Qdisc { return newCoDel(q) }},
	// fq_codel_init() of sch_fq_codel.c. The quantum is an Ethernet frame of 1500 bytes (RFC 8290
	// §5.2.4).
	{FQCoDel, "fq_codel", []option[Queue]{packetLimit, flows, quantum, memoryLimit("memory_limit"),
		dropBatch, target, interval, ceThreshold, ecn},
		Queue{Limit: 10240, Flows: 1024, Quantum: 1514, Memory: 32 << 20, DropBatch: 64,
			Target: 5 * time.Millisecond, Interval: 100 * time.Millisecond, ECN: On},
		targetBelowInterval, func(q Queue) Qdisc { return newFQCoDel(q) }},
	// pie_params_init() of include/net/pie.h.
	{PIE, "pie", []option[Queue]{packetLimit, target, tUpdate, alpha, beta, ecn, byteMode,
		dqRateEstimator},
		Queue{Limit: 1000, Target: 15 * time.Millisecond, TUpdate: 15 * time.Millisecond,
			Alpha: 2, Beta: 20, ECN: Off, ByteMode: Off, DqRateEstimator: Off},
		nil, func(q Queue) Qdisc { return newPIE(q) }},
	// cake_init() of sch_cake.c. Without a memory limit it follows from bandwidth and interval.
	{CAKE, "cake", []option[Queue]{bandwidth, rtt, memoryLimit("memlimit"), overhead, mpu, framing,
		flowIsolation, class},
		Queue{RTT: 100 * time.Millisecond, Framing: NoATM, Flow: IsolateFlows, Class: BestEffort},
		nil, func(q Queue) Qdisc { return newCAKE(q) }},
	{TBF, "tbf", []option[Queue]{tbfRate, burst, byteLimit, latency, peakRate, peakMTU},
		Queue{}, checkTBF, func(q Queue) Qdisc { return newTBF(q) }},
}

// maxQueueBytes bounds limits in bytes: MaxLimit packets of 1500 bytes.
const maxQueueBytes = MaxLimit * 1500

// maxQueueTime bounds the times of a discipline, so that they fit the integers of each discipline.
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

func memoryLimit(word string) option[Queue] {
	return optionOf(word, byteCount, 1, maxQueueBytes, func(q *Queue) *int64 { return &q.Memory })
}

// queue parses a queueing discipline from the current word, its name, to the end of the line.
func (p *tcParser) queue() error {
	for i := range disciplines {
		d := &disciplines[i]
		if d.name != p.word {
			continue
		}
		p.cfg.Queue = Queue{Discipline: d.number}
		options := optionReader[Queue]{name: d.name, options: d.options, into: &p.cfg.Queue}
		for p.next() {
			known, err := options.read(p)
			switch why := unsupportedQueueOptions[p.word]; {
			case err != nil:
				return err
			case !known && why != "":
				return p.fault(why)
			case !known:
				return p.fault(d.name + " has no such option: it has " + optionNames(d.options))
			}
		}
		return nil
	}
	return p.fault("unknown queueing discipline: known are " + disciplineNames())
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

func targetBelowInterval(q Queue) error {
	if q.Target >= q.Interval {
		return fmt.Errorf("target %s is not below interval %s: set the interval to a round-trip time",
			formatTime(q.Target), formatTime(q.Interval))
	}
	return nil
}
