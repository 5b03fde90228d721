package netem

import (
	"fmt"
	"strings"
	"time"
)

// Discipline names a queueing discipline.
type Discipline uint8

// The queueing disciplines, by their names in tc(8).
const (
	LimitOnly Discipline = iota // drop-tail, with the limit of Config.Limit
	PFIFO                       // drop-tail, limited in packets
	BFIFO                       // drop-tail, limited in bytes
	CoDel                       // RFC 8289
	FQCoDel                     // RFC 8290
	PIE                         // RFC 8033
	CAKE                        // Høiland-Jørgensen et al., Piece of CAKE, LANMAN 2018
	TBF                         // token bucket
)

// Switch turns a property of a discipline on or off. The zero value leaves the default.
type Switch uint8

// The states of a Switch.
const (
	On Switch = iota + 1
	Off
)

// Framing is how a link layer divides packets, for CAKE's account of their bytes. The zero value is
// NoATM.
type Framing uint8

// The framings of tc-cake(8).
const (
	NoATM Framing = iota + 1 // as they are
	ATM                      // in cells of 53 bytes with 48 bytes of payload
	PTM                      // one byte more in 64 (65 for 64)
)

// A Queue describes a link's queueing discipline as plain data. A field of 0 has the discipline's
// default; a discipline ignores the fields that it does not have. The zero Queue is the drop-tail
// queue of Config.Limit.
type Queue struct {
	Discipline Discipline

	Limit      int   // packets that wait, without the one in service
	LimitBytes int64 // bytes that wait, without the packet in service: BFIFO and TBF

	Target      time.Duration // delay that CoDel, FQCoDel and PIE keep to
	Interval    time.Duration // CoDel and FQCoDel: width of the moving window of the minimum delay
	CEThreshold time.Duration // CoDel and FQCoDel: delay above which each packet is marked; 0: none
	ECN         Switch        // marks ECN-capable packets in place of dropping them

	Flows     int   // FQCoDel: queues that flows are hashed into
	Quantum   int   // FQCoDel: bytes that a flow sends in a round
	DropBatch int   // FQCoDel: most packets dropped at once from the fattest flow
	Memory    int64 // FQCoDel and CAKE: bytes of memory, with the overhead of socket buffers

	TUpdate         time.Duration // PIE: time between two updates of the drop probability
	Alpha, Beta     int           // PIE: weights of the delay above target and of its growth, 1/16
	ByteMode        Switch        // PIE: the drop probability is proportional to the packet's size
	DqRateEstimator Switch        // PIE: the delay follows from the departure rate

	Rate     int64         // bit/s, TBF and CAKE: the rate to which the discipline shapes
	Burst    int64         // TBF: bytes of the bucket
	Latency  time.Duration // TBF: longest wait for tokens, in place of LimitBytes
	PeakRate int64         // TBF: bit/s of the second bucket, which holds MTU bytes
	MTU      int64         // TBF: bytes of the second bucket
	RTT      time.Duration // CAKE: interval; a twentieth of it is the target
	Overhead int           // CAKE: bytes of link-layer headers that each packet counts in addition
	MPU      int           // CAKE: least bytes that a packet with its Overhead counts as
	Framing  Framing       // CAKE
	Flow     FlowIsolation // CAKE
	Class    Class         // CAKE
}

// FlowIsolation is whether CAKE isolates flows. The zero value is IsolateFlows.
type FlowIsolation uint8

// The isolations of tc-cake(8) that need no address of a host.
const (
	IsolateFlows FlowIsolation = iota + 1
	FlowBlind                  // one queue for all packets
)

// Class is the priority queueing of CAKE. The zero value is BestEffort.
type Class uint8

// BestEffort is the one class of CAKE that packets without DSCP need.
const BestEffort Class = 1

// ParseQueue parses a queueing discipline in the words of tc(8), the name first:
//
//	pfifo [limit PACKETS]
//	bfifo [limit BYTES]
//	codel [limit PACKETS] [target TIME] [interval TIME] [ce_threshold TIME] [ecn|noecn]
//	fq_codel [limit PACKETS] [flows NUMBER] [quantum BYTES] [memory_limit BYTES]
//	         [drop_batch PACKETS] [target TIME] [interval TIME] [ce_threshold TIME] [ecn|noecn]
//	pie [limit PACKETS] [target TIME] [tupdate TIME] [alpha NUMBER] [beta NUMBER] [ecn|noecn]
//	    [bytemode|nobytemode] [dq_rate_estimator|no_dq_rate_estimator]
//	cake [bandwidth RATE] [rtt TIME] [memlimit BYTES] [overhead BYTES] [mpu BYTES]
//	     [noatm|atm|ptm] [flows|flowblind] [besteffort]
//	tbf rate RATE burst BYTES limit BYTES|latency TIME [peakrate RATE mtu BYTES]
//
// A number of bytes is in B, kB (1000), MB, KiB (1024) or MiB; without a unit it is in bytes. An
// error is a *SyntaxError or an error of Queue.Validate.
func ParseQueue(line string) (Queue, error) {
	p := tcParser{line: line}
	if !p.next() {
		return Queue{}, fmt.Errorf("netem: no queueing discipline: known are %s", disciplineNames())
	}
	if err := p.queue(); err != nil {
		return Queue{}, err
	}
	return p.cfg.Queue, p.cfg.Queue.Validate()
}

// String returns the queue as a line for ParseQueue. The zero Queue is the empty line.
func (q Queue) String() string {
	d := q.row()
	if d == nil {
		return ""
	}
	words := []string{d.name}
	for i := range d.options {
		o := &d.options[i]
		if v := o.get(&q); v != 0 {
			words = append(words, o.show(v))
		}
	}
	return strings.Join(words, " ")
}

// Validate returns the first error of the queue.
func (q *Queue) Validate() error {
	d := q.row()
	if d == nil {
		if *q != (Queue{}) {
			return fmt.Errorf("netem: queue: settings without a discipline: known are %s",
				disciplineNames())
		}
		return nil
	}
	only := Queue{Discipline: q.Discipline}
	for i := range d.options {
		o := &d.options[i]
		v := o.get(q)
		o.set(&only, v)
		if err := o.check(v); err != nil {
			return fmt.Errorf("netem: %s: %w", d.name, err)
		}
	}
	if only != *q {
		return fmt.Errorf("netem: %s: a setting that the discipline does not have: it has %s",
			d.name, optionNames(d.options))
	}
	if d.check != nil {
		if err := d.check(q.withDefaults()); err != nil {
			return fmt.Errorf("netem: %s: %w", d.name, err)
		}
	}
	return nil
}

// Shapes reports whether the discipline has a rate of its own, so that packets wait in it even
// before a link without a rate.
func (q *Queue) Shapes() bool { return q.Rate != 0 }

// withDefaults returns the queue with the discipline's default in each field of 0.
func (q Queue) withDefaults() Queue {
	d := q.row()
	defaults := d.defaults
	for i := range d.options {
		if o := &d.options[i]; o.get(&q) == 0 {
			o.set(&q, o.get(&defaults))
		}
	}
	return q
}

// row is the discipline's row in the table, or nil for LimitOnly.
func (q *Queue) row() *discipline {
	for i := range disciplines {
		if disciplines[i].number == q.Discipline {
			return &disciplines[i]
		}
	}
	return nil
}

// newQdisc makes the discipline, or returns nil for one that a fifo computes.
func (q Queue) newQdisc() Qdisc {
	d := q.row()
	if d == nil || d.make == nil {
		return nil
	}
	return d.make(q.withDefaults())
}
