package netem

import "time"

// A Link is one direction of a link at work. It is not safe for concurrent use.
type Link struct {
	cfg   Config
	stats Stats
}

// New makes a link. The configuration must be valid (see Config.Validate): New panics otherwise.
// The seed decides all that is random about the link.
func New(cfg Config, seed uint64) *Link {
	if err := cfg.Validate(); err != nil {
		panic(err)
	}
	l := &Link{cfg: cfg}
	l.Reset(seed)
	return l
}

// Reset empties the link and starts it again with another seed. It keeps its memory.
func (l *Link) Reset(seed uint64) {
	l.stats = Stats{}
}

// Enqueue offers a packet to the link at the instant now, which must not be before that of an earlier
// call. It reports whether the packet will arrive: false means that it was lost, was in the drop list,
// or found the queue full.
func (l *Link) Enqueue(now time.Duration, p Packet) bool {
	return false
}

// Next is the instant at which the next packet arrives, or Never.
func (l *Link) Next() time.Duration {
	return Never
}

// Dequeue appends to dst the packets that have arrived by the instant now, in the order in which they
// arrive; packets that arrive at the same instant keep the order in which they were offered.
func (l *Link) Dequeue(now time.Duration, dst []Delivery) []Delivery {
	return dst
}

// Stats counts the packets since the last Reset.
func (l *Link) Stats() Stats { return l.stats }
