package netem

import "time"

// ring is a queue of values in a buffer that grows by doubling and is never given back.
type ring[T any] struct {
	buf        []T // a power of two long
	head, size int
}

func (r *ring[T]) at(i int) *T { return &r.buf[(r.head+i)&(len(r.buf)-1)] }

func (r *ring[T]) push(v T) {
	if r.size == len(r.buf) {
		r.grow()
	}
	r.size++
	*r.at(r.size - 1) = v
}

func (r *ring[T]) pop() {
	r.head = (r.head + 1) & (len(r.buf) - 1)
	r.size--
}

func (r *ring[T]) grow() {
	buf := make([]T, max(16, 2*len(r.buf)))
	n := copy(buf, r.buf[r.head:])
	copy(buf[n:], r.buf[:r.head])
	r.buf, r.head = buf, 0
}

func (r *ring[T]) clear() { r.head, r.size = 0, 0 }

// A delayLine holds the packets on their way, in the order in which they will arrive.
type delayLine struct {
	ring[Delivery]
}

// insert puts a packet behind those that arrive at the same time or earlier. Without jitter that is
// the end; with it, a packet passes those that it overtakes.
func (l *delayLine) insert(d Delivery) {
	l.push(d)
	i := l.size - 1
	for ; i > 0 && l.at(i-1).At > d.At; i-- {
		*l.at(i) = *l.at(i - 1)
	}
	*l.at(i) = d
}

// next is the instant at which the first packet arrives, or Never.
func (l *delayLine) next() time.Duration {
	if l.size == 0 {
		return Never
	}
	return l.at(0).At
}
