package netem

import "time"

// A transmitter serialises packets at a rate, one after another, and asks a queueing discipline for
// the next one whenever it is free.
type transmitter struct {
	qdisc  Qdisc
	rate   uint64        // bit/s; 0: unlimited, a packet takes no time
	freeAt time.Duration // when the last bit of the packet in service leaves, or the last question was
	idle   bool          // the discipline had nothing when it was last asked
}

func (t *transmitter) reset(seed uint64) {
	t.qdisc.Reset(seed)
	t.freeAt, t.idle = 0, true
}

// next is the instant at which the transmitter asks for a packet that waits, or Never.
func (t *transmitter) next() time.Duration { return max(t.freeAt, t.qdisc.Next()) }

// ask returns the next packet that the transmitter takes by the instant now, and when it takes it.
func (t *transmitter) ask(now time.Duration, events *Events) (item Item, at time.Duration, ok bool) {
	for {
		at = t.freeAt
		if t.idle {
			at = t.next()
		}
		if at > now {
			return Item{}, 0, false
		}
		events.now, events.place = at, AtDequeue
		item, ok = t.qdisc.Dequeue(at, events)
		t.freeAt, t.idle = at, !ok
		if ok {
			t.freeAt += serialisation(item.Size, t.rate)
			return item, at, true
		}
	}
}

// enqueue gives a packet to the discipline. All questions up to the instant now must have been asked.
func (t *transmitter) enqueue(now time.Duration, item Item, events *Events) {
	events.now, events.place = now, AtEnqueue
	t.qdisc.Enqueue(now, item, events)
	if t.idle {
		t.freeAt = now
	}
}

// serialisation is the time that size bytes take at a rate in bit/s, rounded down to a nanosecond as
// the kernel's packet_time_ns() does; 0 at the unlimited rate 0.
func serialisation(size int32, rate uint64) time.Duration {
	if rate == 0 {
		return 0
	}
	return time.Duration(uint64(size) * 8 * uint64(time.Second) / rate)
}
