package netem

// Stats counts a link's packets since its last Reset. Each packet and each copy is in one place:
// Offered + Copied = Dropped (all reasons) + Delivered + InFlight.
type Stats struct {
	Offered   uint64                 // Enqueue was called
	Copied    uint64                 // by a queueing discipline that duplicates
	Dropped   [NumDropReasons]uint64 // by reason
	Delivered uint64                 // handed out by Dequeue
	InFlight  uint64                 // waiting, in service or on the delay line
	Marked    uint64                 // left the queue with CE in place of ECT(0) or ECT(1)
}
