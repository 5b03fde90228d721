package sim

import (
	"time"

	"tlslab/engine/op"
)

// An annotation names a part of a step for observers. Adjacent operations are one stretch of work,
// and records that are sealed together are one write: annotations say which operations and records
// these are. They lie beside the actions of a step, so that a run without observers does not see
// them.
//
// The annotations of a step are ordered by action. Those of an action are ordered by time or by
// place in the stream.
type annotation struct {
	kind annotationKind
	// action is the index of the action among those that step or rest returned; the number of
	// actions: after the last one.
	action int

	// after is the time from the beginning of the action's work until an operation begins or keys
	// change.
	after time.Duration
	// takes is how long an operation takes on this host, and op what it is; the zero op.Op is work
	// without a name.
	takes time.Duration
	op    op.Op

	// name and bytes are as in recording.Item: those of a record or message. The name of a key
	// change is its epoch, and sent its direction.
	name  string
	bytes int64
	sent  bool
	// clientRandom and secret are a line of a key log (RFC 9850); name is its label. Only live
	// engines have them.
	clientRandom, secret []byte
	// end is the offset at which the record ends, in the sender's stream, counted from the first
	// byte of the action's write; of a message, where the record ends that has its last byte. A
	// record begins bytes before its end, and may end in a later write of the same side. The sender
	// has sent it when TCP was given its last byte. The peer has received it when TCP has delivered
	// all bytes before end.
	end int64
}

// annotationKind says what an annotation names.
type annotationKind uint8

const (
	operationPart annotationKind = iota + 1 // after, takes, op
	recordPart                              // name, bytes, end
	messagePart                             // name, bytes, end
	keyChange                               // after, name, sent
	secretPart                              // name, clientRandom, secret
)
