package netem

import "time"

// A transmitter serialises packets at a rate, one after another, and asks a queueing discipline for
// the next packet whenever it is free.
type transmitter struct {
	qdisc  Qdisc
	rate   uint64        // bit/s; 0: unlimited, a packet takes no time
	idle   bool          // the last qdisc.Dequeue returned no packet
	freeAt time.Duration // if idle: no Dequeue before this instant; else: the last bit leaves

	item  Item          // the last packet that left the queue
	began time.Duration // when its transmission began
}

func (t *transmitter) reset(seed uint64) {
	t.qdisc.Reset(seed)
	t.freeAt, t.idle = 0, true
}

// next is the instant at which the transmitter asks for the next waiting packet, or Never.
func (t *transmitter) next() time.Duration { return max(t.freeAt, t.qdisc.Next()) }

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
			t.freeAt += serialisation(t.item.Size, t.rate)
			return true
		}
	}
	return false
}

// enqueue gives a packet to the discipline. The caller has called dequeue(now) until it returned
// false.
func (t *transmitter) enqueue(now time.Duration, item Item, events *Events) {
	events.now, events.place = now, AtEnqueue
	t.qdisc.Enqueue(now, item, events)
	if t.idle {
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
