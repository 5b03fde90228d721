package netem

import "time"

// A delayLine holds the packets on their way, in the order in which they will arrive.
type delayLine struct {
	ring[Delivery]
}

// insert makes a place for a packet that will arrive at an instant, behind those that arrive at the
// same time or earlier, and returns it for the caller to fill. Without jitter that is the end; with
// it, a packet passes those that it overtakes.
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
