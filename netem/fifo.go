package netem

import "time"

// A fifo computes what a DropTail and a transmitter do, without a wake-up at each departure.
// DropTail decides nothing at dequeue, so the departure of a packet is known when it enters the
// queue.
type fifo struct {
	rate    uint64      // bit/s; 0: unlimited, nothing ever waits, unless varying
	varying varyingRate // in place of rate; nil: none
	limit   int         // packets, the one in service included
	// departures are the instants at which the last bits of the packets waiting or in service
	// leave.
	departures ring[time.Duration]
	idleAt     time.Duration // the last departure
}

func (q *fifo) reset() {
	q.departures.clear()
	q.idleAt = longAgo
}

// enqueue takes a packet of size bytes into the queue, or returns false if the queue is full. It
// returns the time that the packet waits and the time that its own bytes take.
func (q *fifo) enqueue(now time.Duration, size int32) (queued, serialised time.Duration, ok bool) {
	if q.rate == 0 {
		if q.varying == nil {
			return 0, 0, true
		}
		return q.enqueueVarying(now, size)
	}
	for q.departures.size > 0 && *q.departures.at(0) <= now {
		q.departures.pop()
	}
	if q.departures.size >= q.limit {
		return 0, 0, false
	}
	queued = max(0, q.idleAt-now)
	serialised = serialisation(size, q.rate)
	q.idleAt = now + queued + serialised
	*q.departures.push() = q.idleAt
	return queued, serialised, true
}

// enqueueVarying is enqueue at a rate that changes with time.
func (q *fifo) enqueueVarying(now time.Duration, size int32) (queued, serialised time.Duration, ok bool) {
	for q.departures.size > 0 && *q.departures.at(0) <= now {
		q.departures.pop()
	}
	if q.departures.size >= q.limit {
		return 0, 0, false
	}
	began := q.varying.begin(max(now, q.idleAt), q.idleAt > now)
	q.idleAt = q.varying.transmit(began, size)
	*q.departures.push() = q.idleAt
	return began - now, q.idleAt - began, true
}
