package netem

import "time"

// A queue is a drop-tail FIFO served at a rate.
type queue struct {
	rate  uint64 // bit/s; 0: unlimited, nothing ever waits
	limit int    // packets, the one in service counted
	// leaves holds, for each packet waiting or in service, the instant at which its last bit leaves.
	leaves ring[time.Duration]
	idleAt time.Duration // when the last packet leaves
}

func newQueue(c *Config) queue {
	q := queue{rate: uint64(c.Rate), limit: c.Limit}
	if q.limit == 0 {
		q.limit = DefaultLimit
	}
	return q
}

func (q *queue) reset() {
	q.leaves.clear()
	q.idleAt = 0
}

// admit takes a packet of that many bytes, or refuses it because the queue is full. It tells how long
// the packet will wait and how long its own bytes take.
func (q *queue) admit(now time.Duration, size int32) (queued, serialised time.Duration, ok bool) {
	if q.rate == 0 {
		return 0, 0, true
	}
	for q.leaves.size > 0 && *q.leaves.at(0) <= now {
		q.leaves.pop()
	}
	if q.leaves.size >= q.limit {
		return 0, 0, false
	}
	queued = max(0, q.idleAt-now)
	serialised = serialisation(size, q.rate)
	q.idleAt = now + queued + serialised
	q.leaves.push(q.idleAt)
	return queued, serialised, true
}

// serialisation is the time that size bytes take at a rate in bit/s, rounded down to a nanosecond as
// the kernel's packet_time_ns() does.
func serialisation(size int32, rate uint64) time.Duration {
	return time.Duration(uint64(size) * 8 * uint64(time.Second) / rate)
}
