package netem

import "time"

// ring is a first-in, first-out queue in a circular buffer. The buffer doubles when it is full and
// never shrinks.
type ring[T any] struct {
	buf        []T // its length is a power of two
	head, size int
}

func (r *ring[T]) at(i int) *T { return &r.buf[(r.head+i)&(len(r.buf)-1)] }

// push adds an element at the end and returns it for the caller to set: it has an arbitrary value.
func (r *ring[T]) push() *T {
	if r.size == len(r.buf) {
		r.grow()
	}
	r.size++
	return r.at(r.size - 1)
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

// ready is what Qdisc.Next returns for a queue whose elements wait for the transmitter only.
func (r *ring[T]) ready() time.Duration {
	if r.size == 0 {
		return Never
	}
	return longAgo
}
