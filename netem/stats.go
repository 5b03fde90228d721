package netem

// Stats counts the packets of a link since its last Reset. Offered + Copied is always the sum of
// Dropped, over all reasons, Delivered and InFlight.
type Stats struct {
	Offered   uint64                 // calls of Link.Enqueue
	Copied    uint64                 // copies made by the queueing discipline
	Dropped   [NumDropReasons]uint64 // by reason
	Delivered uint64                 // returned by Link.Dequeue
	InFlight  uint64                 // waiting, in service or on the delay line
	Marked    uint64                 // left the queue with CE in place of ECT(0) or ECT(1)

	CrossOffered uint64 // packets of cross traffic that came to the queue, warm-up included
	CrossDropped uint64 // packets of cross traffic that the queue dropped
}
