package tcp

// ECN is the ECN field of the IP header, with the header's values (RFC 3168 §5).
type ECN uint8

// The codepoints.
const (
	NotECT ECN = iota // not ECN-capable
	ECT1              // ECN-capable, ECT(1)
	ECT0              // ECN-capable, ECT(0)
	CE                // congestion experienced: a router has marked the packet
)

// String returns the codepoint's name in RFC 3168.
func (c ECN) String() string { return [...]string{"Not-ECT", "ECT(1)", "ECT(0)", "CE"}[c&3] }

// ecnState is the state of RFC 3168 at one endpoint (kernel tcp_sock.ecn_flags).
type ecnState struct {
	on        bool // negotiated (TCP_ECN_MODE_RFC3168)
	queueCWR  bool // the next new data carries CWR (TCP_ECN_QUEUE_CWR)
	demandCWR bool // every segment carries ECE until the peer's CWR (TCP_ECN_DEMAND_CWR)
	seen      bool // the peer's data has carried ECT or CE (TCP_ECN_SEEN)
}

// RequestsECN reports whether a client with these settings requests ECN on its SYN.
func (c *Config) RequestsECN() bool {
	return c.ECN == 1 || congestionControl(c.CongestionControl).needsECN
}

// ecnOfControl returns the codepoint of SYNs, pure ACKs and retransmissions. RFC 3168 forbids ECT
// on them (§6.1.1, §6.1.4, §6.1.5); a congestion control that needs ECN sets it (kernel
// tcp_ca_needs_ecn).
func (e *Endpoint) ecnOfControl() ECN {
	if e.ecn.on && e.cc.needsECN {
		return ECT0
	}
	return NotECT
}

// sendSYNECN sets ECE and CWR on a SYN, or ECE on a SYN-ACK (RFC 3168 §6.1.1, kernel
// tcp_ecn_send_syn, tcp_ecn_send_synack). A SYN sent again does not request ECN: the path may drop
// SYNs that do (RFC 3168 §6.1.1.1, kernel tcp_ecn_clear_syn).
func (e *Endpoint) sendSYNECN(s *Segment) {
	switch {
	case e.state == SynReceived:
		if e.ecn.on {
			s.Flags |= ECE
		}
	case e.cfg.ECN == 1 || e.cc.needsECN:
		e.ecn.on = true // until the SYN-ACK denies it
		if !s.Retransmit {
			s.Flags |= ECE | CWR
		}
	}
	s.ECN = e.ecnOfControl()
}

// negotiateECN decides from the peer's SYN or SYN-ACK whether ECN is used (kernel
// tcp_ecn_create_request, tcp_ecn_rcv_synack). RFC 3168 forbids ECT on a SYN: only a congestion
// control that needs ECN accepts it.
func (e *Endpoint) negotiateECN(s *Segment) {
	if s.Flags&ACK != 0 {
		e.ecn.on = e.ecn.on && s.Flags&(ECE|CWR) == ECE
		return
	}
	asked := s.Flags&(ECE|CWR) == ECE|CWR
	e.ecn.on = asked && (e.cc.needsECN || (e.cfg.ECN != 0 && s.ECN == NotECT))
}

// sendDataECN sets ECT(0) on a segment with new data, and CWR on the first one after a reduction
// (RFC 3168 §6.1.2, kernel tcp_ecn_send).
func (e *Endpoint) sendDataECN(s *Segment) {
	if !e.ecn.on || s.Len == 0 {
		return
	}
	s.ECN = ECT0
	if e.ecn.queueCWR {
		e.ecn.queueCWR = false
		s.Flags |= CWR
	}
}

// receivesECE reports whether the segment carries ECE as an echo (kernel tcp_ecn_rcv_ecn_echo).
func (e *Endpoint) receivesECE(s *Segment) bool {
	return e.ecn.on && s.Flags&(ECE|SYN) == ECE
}

// acceptCWR stops sending ECE when the segment carries CWR (RFC 3168 §6.1.3, kernel
// tcp_ecn_accept_cwr). Data with CWR is acknowledged at once: the peer's window may be one packet.
func (e *Endpoint) acceptCWR(s *Segment) {
	if s.Flags&CWR == 0 {
		return
	}
	e.ecn.demandCWR = false
	if s.end() > s.Seq {
		e.ack.ackNow = true
	}
}

// ecnQuickACKs is the number of ACKs sent at once after a CE mark, and after data without ECT,
// which is probably a retransmission.
const ecnQuickACKs = 2

// checkDataECN processes the codepoint of received data (RFC 3168 §6.1.3, kernel
// tcp_data_ecn_check).
func (e *Endpoint) checkDataECN(s *Segment) {
	if s.ECN == NotECT {
		if e.ecn.seen {
			e.ack.enterQuickACK(e.wnd.offered, ecnQuickACKs)
		}
		return
	}
	if e.cc.needsECN {
		if s.ECN == CE {
			e.caEvent(eventECNIsCE)
		} else {
			e.caEvent(eventECNNoCE)
		}
	}
	if s.ECN == CE && !e.ecn.demandCWR {
		e.ack.enterQuickACK(e.wnd.offered, ecnQuickACKs)
		e.ecn.demandCWR = true
	}
	e.ecn.seen = true
}

// enterCWR reduces the window for ECE, at most once in a round trip (RFC 3168 §6.1.2, kernel
// tcp_enter_cwr). The reduction is not undone.
func (e *Endpoint) enterCWR() {
	e.rec.priorSSThresh = 0
	if e.rec.caState < caCWR {
		e.rec.hasUndoMarker = false
		e.initCwndReduction()
		e.setCAState(caCWR)
	}
}
