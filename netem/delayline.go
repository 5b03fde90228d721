package netem

import "time"

// A delayLine holds the packets in propagation, in the order of their arrival.
type delayLine struct {
	ring[Delivery]
}

// insert adds a packet that arrives at the given instant, behind the packets that arrive no later.
// It returns the new Delivery; the caller sets its other fields. Without jitter the place is at the
// end.
func (l *delayLine) insert(at time.Duration) *Delivery {
	l.push()
	i := l.size - 1
	for ; i > 0 && l.at(i-1).At > at; i-- {
		*l.at(i) = *l.at(i - 1)
	}
	d := l.at(i)
	d.At = at
	return d
}

// next is the instant at which the first packet arrives, or Never.
func (l *delayLine) next() time.Duration {
	if l.size == 0 {
		return Never
	}
	return l.at(0).At
}
