package tcp

// Cause is the reason why a segment was sent at its instant and not earlier: what it had been
// waiting for.
type Cause uint8

// The causes.
const (
	// Write: nothing; the caller's Connect or Write sent it at once.
	Write Cause = iota
	// Reply: the segment that it answers at once: SYN-ACK, ACK, RST.
	Reply
	// Window: an ACK that made room in the congestion window or in the peer's receive window.
	Window
	// Nagle: the ACK until which Nagle's algorithm holds a partial segment (RFC 896).
	Nagle
	// SYNTimeout: the timer of the SYN or SYN-ACK, which is sent again.
	SYNTimeout
	// RTO: the retransmission timeout, or an ACK in the slow start after it: data is sent
	// again (RFC 6298).
	RTO
	// Probe: the timer of the tail loss probe (RFC 8985 §7).
	Probe
	// FastRetransmit: ACKs that show a loss: data is sent again (RFC 6675, RFC 8985).
	FastRetransmit
	// ReorderTimer: RACK's reordering window: data is sent again (RFC 8985 §6.2 step 5).
	ReorderTimer
	// DelayedACK: the timer of the delayed ACK (RFC 9293 §3.8.6.3).
	DelayedACK
	// WindowUpdate: the application's Read, which makes an ACK due.
	WindowUpdate
	// Persist: the timer that probes a closed window (RFC 9293 §3.8.6.1).
	Persist
	// Close: nothing; the caller's CloseWrite sent the FIN at once, or Abort the RST.
	Close
	// NumCauses is the number of causes.
	NumCauses
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
