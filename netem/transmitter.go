package netem

import "time"

// A transmitter serialises packets at a rate, one after another, and asks a queueing discipline for
// the next packet whenever it is free.
type transmitter struct {
	qdisc    Qdisc
	rate     uint64        // bit/s; 0: unlimited, a packet takes no time
	varying  varyingRate   // in place of rate; nil: none
	idle     bool          // the last qdisc.Dequeue returned no packet
	freeAt   time.Duration // no Dequeue before this instant
	overhead Overhead

	item   Item          // the last packet that left the queue
	began  time.Duration // when its transmission began
	leaves time.Duration // when its last bit leaves
}

// A departureCounter is a Qdisc whose limit counts the packet in service. At a rate that varies,
// the next Dequeue may be later than the instant at which the packet leaves.
type departureCounter interface{ departed() }

func (t *transmitter) reset(seed uint64) {
	t.qdisc.Reset(seed)
	t.freeAt, t.leaves, t.idle = longAgo, longAgo, true
}

// next is the instant at which the transmitter asks for the next waiting packet, or Never.
func (t *transmitter) next() time.Duration {
	at := max(t.freeAt, t.qdisc.Next())
	if t.varying != nil && at != Never {
		return t.varying.begin(at, true)
	}
	return at
}

// dequeue asks the discipline for the next packet whose transmission begins by the instant now. It
// sets item to the packet, and began to the instant at which its transmission begins. It returns
// false if there is no packet.
func (t *transmitter) dequeue(now time.Duration, events *Events) bool {
	for t.freeAt <= now {
		at := t.freeAt
		if t.idle {
			if at = t.next(); at > now {
				return false
			}
		}
		events.now, events.place = at, AtDequeue
		var ok bool
		t.item, ok = t.qdisc.Dequeue(at, events)
		t.freeAt, t.idle = at, !ok
		if ok {
			t.began = at
			if t.varying != nil {
				t.leaves = t.varying.transmit(at, t.overhead.size(t.item.Size))
				t.freeAt = t.varying.begin(t.leaves, true)
				return true
			}
			t.freeAt += serialisation(t.overhead.size(t.item.Size), t.rate)
			t.leaves = t.freeAt
			return true
		}
	}
	return false
}

// enqueue gives a packet to the discipline. The caller has called dequeue(now) until it returned
// false.
func (t *transmitter) enqueue(now time.Duration, item Item, events *Events) {
	events.now, events.place = now, AtEnqueue
	if t.varying != nil && !t.idle && t.leaves <= now {
		if q, counts := t.qdisc.(departureCounter); counts {
			q.departed()
		}
	}
	t.qdisc.Enqueue(now, item, events)
	switch {
	case !t.idle:
	case t.varying != nil:
		t.freeAt = t.varying.begin(now, false)
	default:
		t.freeAt = now
	}
}

// serialisation is the time that size bytes take at a rate in bit/s, rounded down to a nanosecond
// as in packet_time_ns() of net/sched/sch_netem.c. At rate 0, which is unlimited, it is 0.
func serialisation(size int32, rate uint64) time.Duration {
	if rate == 0 {
		return 0
	}
	return time.Duration(uint64(size) * 8 * uint64(time.Second) / rate)
}
