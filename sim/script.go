package sim

import (
	"math"
	"time"

	"tlslab/sim/recording"
)

// instant is what a script may know of its world when a step begins. Whatever a
// connection decides by time or by the network it decides by this, once for the
// whole step.
type instant struct {
	now      time.Duration // virtual time
	mss      int           // bytes of a full segment that this side sends
	observed bool          // annotations will be asked for
}

// script is where an actor's steps come from.
type script interface {
	// step returns the next step if that many bytes of the peer's stream are
	// enough for it. Its deeds are valid until step or rest is called again.
	step(at instant, arrived int64) (deeds []deed, ok bool, err error)

	// rest returns the next deeds of a step that ends with the deed continued: of a long
	// response, a record at a time. They are of the instant at which the step began, and
	// follow the last ones without a look at what has arrived.
	rest() []deed

	// annotations names the parts of the deeds that step or rest returned last (their index is
	// that of annotation.deed), and is valid as long as these. It costs nothing where it is
	// not called; it may be called only for steps with instant.observed.
	annotations() []annotation

	// early is what the server made of early data: see Result.
	early() int
}

// continued is the last of the deeds that a step has returned, where the rest of the
// step has others.
const continued recording.Action = math.MaxUint8 - 1
