package tcp

// Kind is what a segment was sent for, in one word for an observer: it follows from the
// segment's flags, length and Cause.
type Kind uint8

// The kinds. KindData, KindFIN and the retransmissions may carry the FIN beside data.
const (
	KindSYN                   Kind = iota // SYN or SYN-ACK; Segment.Retransmit: sent again
	KindData                              // data sent for the first time
	KindFIN                               // a FIN without data, sent for the first time
	KindFastRetransmission                // data or FIN again: ACKs or RACK show a loss
	KindTimeoutRetransmission             // data or FIN again: the retransmission timeout ran out
	KindTailLossProbe                     // new data or the last packet again (RFC 8985 §7)
	KindWindowProbe                       // a probe of a closed window (RFC 9293 §3.8.6.1)
	KindACK                               // a pure ACK, sent at once
	KindDelayedACK                        // a pure ACK, sent by its timer (RFC 9293 §3.8.6.3)
	KindWindowUpdate                      // a pure ACK for the application's Read
	KindRST
	NumKinds
)

var kindNames = [NumKinds]string{
	KindSYN:                   "syn",
	KindData:                  "data",
	KindFIN:                   "fin",
	KindFastRetransmission:    "fast-retransmission",
	KindTimeoutRetransmission: "timeout-retransmission",
	KindTailLossProbe:         "tail-loss-probe",
	KindWindowProbe:           "window-probe",
	KindACK:                   "ack",
	KindDelayedACK:            "delayed-ack",
	KindWindowUpdate:          "window-update",
	KindRST:                   "rst",
}

// String returns the kind in lower case, such as "fast-retransmission".
func (k Kind) String() string {
	if k < NumKinds {
		return kindNames[k]
	}
	return "unknown"
}

// Kind returns what the segment was sent for.
func (s *Segment) Kind() Kind {
	switch {
	case s.Flags&RST != 0:
		return KindRST
	case s.Flags&SYN != 0:
		return KindSYN
	case s.Cause == Probe:
		return KindTailLossProbe
	case s.Cause == Persist:
		return KindWindowProbe
	case s.Retransmit && s.Cause == RTO:
		return KindTimeoutRetransmission
	case s.Retransmit:
		return KindFastRetransmission
	case s.Len > 0:
		return KindData
	case s.Flags&FIN != 0:
		return KindFIN
	case s.Cause == DelayedACK:
		return KindDelayedACK
	case s.Cause == WindowUpdate:
		return KindWindowUpdate
	}
	return KindACK
}
