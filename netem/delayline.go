package netem

import "time"

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
