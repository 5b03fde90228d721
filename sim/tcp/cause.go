package tcp

// Cause tells why a segment left at the instant it did: what it had been waiting
// for until then.
type Cause uint8

// The causes.
const (
	// Write: the caller's own Connect or Write let it go at once.
	Write Cause = iota
	// Reply: an immediate answer to the segment that arrived: SYN-ACK, ACK, RST.
	Reply
	// Window: data that waited until an ACK made room in the congestion window or
	// in the peer's receive window.
	Window
	// Nagle: a partial segment that Nagle's algorithm held until an ACK (RFC 896).
	Nagle
	// SYNTimeout: a SYN or SYN-ACK again, after its timer ran out.
	SYNTimeout
	// RTO: data again, after the retransmission timeout or in the slow start that
	// follows it (RFC 6298).
	RTO
	// Probe: a tail loss probe (RFC 8985 §7).
	Probe
	// FastRetransmit: data again, on the evidence of ACKs (RFC 6675, RFC 8985).
	FastRetransmit
	// ReorderTimer: data again, after RACK's reordering window ran out (RFC 8985 §6.2, step 5).
	ReorderTimer
	// DelayedACK: an ACK whose timer ran out (RFC 9293 §3.8.6.3).
	DelayedACK
	// WindowUpdate: an ACK due to the application's Read.
	WindowUpdate
	// Persist: a probe of a closed window (RFC 9293 §3.8.6.1).
	Persist
	// Close: a FIN that the caller's CloseWrite let go at once, or the RST of Abort.
	Close

	// NumCauses is the number of causes.
	NumCauses = iota
)

var causeNames = [NumCauses]string{
	Write:          "write",
	Reply:          "reply",
	Window:         "window",
	Nagle:          "nagle",
	SYNTimeout:     "syn-timeout",
	RTO:            "rto",
	Probe:          "probe",
	FastRetransmit: "fast-retransmit",
	ReorderTimer:   "reorder-timer",
	DelayedACK:     "delayed-ack",
	WindowUpdate:   "window-update",
	Persist:        "persist",
	Close:          "close",
}

// String returns the cause in lower case, such as "fast-retransmit".
func (c Cause) String() string {
	if int(c) < len(causeNames) {
		return causeNames[c]
	}
	return "unknown"
}
