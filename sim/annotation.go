package sim

import (
	"time"

	"tlslab/engine/op"
)

// An annotation names a part of a step for observers. Operations that follow each
// other are one stretch of work, and records that are sealed together are one write:
// annotations say what these consist of. They lie beside the deeds of a step, which
// is the same with and without them.
//
// The annotations of a step are ordered by deed, and those of a deed by time or by
// place in the stream.
type annotation struct {
	kind annotationKind
	deed int // index of the deed that is named a part of; the number of deeds: at the end of the step

	// operationPart: how long after the beginning of the deed's work the operation
	// begins, how long it takes on this host, and what it is; zero for work without a name.
	// keyChange: how long after the beginning of the deed keys change.
	after time.Duration
	takes time.Duration
	op    op.Op

	// recordPart, messagePart: what recording.Item has under these names, in bytes, and
	// where the record, or the record in which the message ends, ends in the sender's
	// stream: bytes behind the first one of the deed's write. A record may end in a later
	// write of the same side, and begin in an earlier one's last record's end only. It is
	// sent once TCP was given its last byte, and received once the peer has all before
	// end.
	// keyChange: name is the epoch, sent the direction.
	name  string
	bytes int64
	end   int64
	sent  bool
}

// annotationKind says what an annotation names.
type annotationKind uint8

const (
	operationPart annotationKind = iota + 1
	recordPart
	messagePart
	keyChange
)
