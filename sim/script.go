package sim

import "time"

// instant is what a script may know of its world when a step begins. Whatever a
// connection decides by time or by the network it decides by this, once for the
// whole step.
type instant struct {
	now time.Duration // virtual time
	mss int           // bytes of a full segment that this side sends
}

// script is where an actor's steps come from.
type script interface {
	// step returns the next step if that many bytes of the peer's stream are
	// enough for it. Its deeds are valid until it is called again.
	step(at instant, arrived int64) (deeds []deed, ok bool, err error)
	// early is what the server made of early data: see Result.
	early() int
}
