package tcp

import "time"

// handshake is the state of the three-way handshake (RFC 9293 §3.5). The retransmission timer sends
// the client's SYN again. The server's SYN-ACK has a timer of its own, as a request socket of Linux
// has (kernel request_sock).
type handshake struct {
	timer       time.Duration // server: when the SYN-ACK is sent again; Never: not armed
	timeouts    int           // server: SYN-ACKs sent again by the timer
	retransmits int           // SYNs or SYN-ACKs sent again
	first       time.Duration // instant of the first transmission
	last        time.Duration // instant of the latest transmission
	tag         Tag           // event of the latest transmission
	lastDup     time.Duration // server: instant of the last answer to a SYN received again
	peerMSS     int32         // MSS option of the peer, bytes
	peerWnd     int64         // window on the peer's SYN, bytes
	window      int64         // window on the own SYN or SYN-ACK, bytes; never scaled

	// Of Fast Open:
	deferred        bool // client: the SYN waits for the first data
	grantsCookie    bool // server: the SYN-ACK carries a cookie
	fastOpenPending bool // server: sends data, the client's ACK is missing (fastopen_rsk)
}

// Connect begins an active open. It sends the SYN, unless SYNDeferred. Call it right after Reset.
func (e *Endpoint) Connect(now time.Duration, tag Tag) {
	e.begin(now, tag)
	e.state = SynSent
	e.timestamps, e.sack, e.scaling = e.cfg.Timestamps, e.cfg.SACK, e.cfg.WindowScaling
	e.wnd.reset(e.cfg, e.fullMSS())
	if e.cfg.FastOpen.hasCookie() {
		e.handshake.deferred = true
		return
	}
	e.sendFirstSYN()
}

// sendFirstSYN sends the client's SYN for the first time.
func (e *Endpoint) sendFirstSYN() *Segment {
	e.handshake.first = e.now
	s := e.sendSYN(Write, e.tag)
	e.sndNxt = 1
	e.armTimer(timerRetransmit, e.xmit.rto)
	return s
}

// Listen makes the endpoint wait for a SYN. Call it right after Reset.
func (e *Endpoint) Listen() { e.state = Listening }

// fullMSS returns the MSS to advertise in bytes: the MTU less the headers without options.
func (e *Endpoint) fullMSS() int32 {
	return int32(e.cfg.MTU-ipHeader-tcpHeader) - e.HeaderExtra()
}

// HeaderExtra returns how many bytes the packet of a segment has beyond Segment.Size: IPv6Extra
// with IPv6, else 0.
func (e *Endpoint) HeaderExtra() int32 {
	if e.cfg.IPv6 {
		return IPv6Extra
	}
	return 0
}

// sendSYN sends the SYN, or in state SynReceived the SYN-ACK.
func (e *Endpoint) sendSYN(cause Cause, since Tag) *Segment {
	h := &e.handshake
	s := e.emit(SYN, cause, since)
	s.Retransmit = h.retransmits > 0
	s.Options = OptMSS
	s.MSS = e.fullMSS()
	if h.retransmits == 0 {
		h.window = e.wnd.offered
	}
	s.Window = h.window
	if e.timestamps {
		s.Options |= OptTimestamps
		s.TSVal = e.clock.timestamp(e.now)
	}
	if e.sack {
		s.Options |= OptSACKPermitted
	}
	if e.scaling {
		s.Options |= OptWindowScale
		s.WindowScale = e.wnd.scale
	}
	if e.state == SynReceived {
		s.Flags |= ACK
		s.Ack = e.rcvNxt
		s.TSEcr = e.tsRecent
	}
	e.fastOpenOption(s)
	e.sendSYNECN(s)
	h.last, h.tag = e.now, e.tag
	return s
}

func (e *Endpoint) retransmitSYN(cause Cause) {
	e.handshake.retransmits++
	e.stats.SYNRetransmits++
	since := e.handshake.tag
	if cause == Reply {
		since = e.tag
	}
	e.sendSYN(cause, since)
}

// negotiate sets the options in use from the peer's SYN or SYN-ACK.
func (e *Endpoint) negotiate(s *Segment) {
	e.timestamps = e.cfg.Timestamps && s.Options&OptTimestamps != 0
	e.sack = e.cfg.SACK && s.Options&OptSACKPermitted != 0
	e.scaling = e.cfg.WindowScaling && s.Options&OptWindowScale != 0
	e.negotiateECN(s)
	if e.timestamps {
		e.tsRecent = s.TSVal
	}
	e.handshake.peerMSS = defaultMSS
	if s.Options&OptMSS != 0 {
		e.handshake.peerMSS = max(s.MSS, minSendMSS)
	}
	e.rcvNxt = 1
	e.ackSent = 1
}

// receiveListening answers a SYN with the SYN-ACK (RFC 9293 §3.10.7.2).
func (e *Endpoint) receiveListening(s *Segment) {
	switch {
	case s.Flags&RST != 0:
	case s.Flags&ACK != 0:
		e.refuse(s)
	case s.Flags&SYN != 0:
		e.handshake = handshake{first: e.now, lastDup: -challengeInterval}
		e.negotiate(s)
		e.handshake.peerWnd = min(max(s.Window, 0), 65535)
		e.wnd.reset(e.cfg, e.optionsMSS(e.fullMSS()))
		e.receiveFastOpen(s)
		e.state = SynReceived
		e.sendSYN(Reply, e.tag)
		e.sndNxt = 1
		e.armSYNACK()
	}
}

// optionsMSS returns the payload bytes of a segment of this MSS with timestamps, if they are in
// use.
func (e *Endpoint) optionsMSS(mss int32) int32 {
	if e.timestamps {
		mss -= timestampsLength
	}
	return mss
}

func (e *Endpoint) armSYNACK() {
	delay := e.cfg.MaxRTO
	if e.handshake.timeouts < 32 {
		delay = min(e.cfg.InitialRTO<<e.handshake.timeouts, delay)
	}
	e.handshake.timer = e.clock.expiry(e.now, delay, e.now < e.clock.ahead)
}

// synACKTimeout sends the SYN-ACK again. After SYNACKRetries the endpoint listens again; a
// connection of Fast Open fails (kernel tcp_fastopen_synack_timer).
func (e *Endpoint) synACKTimeout() {
	h := &e.handshake
	if h.timeouts >= e.cfg.SYNACKRetries {
		if h.fastOpenPending {
			e.fail(ErrTimeout)
			return
		}
		h.timer = Never
		e.state = Listening
		e.sndNxt = 0
		return
	}
	e.retransmitSYN(SYNTimeout)
	h.timeouts++
	e.armSYNACK()
}

// receiveSYNReceived waits for the ACK that completes the handshake, which may carry data. A SYN
// received again is answered at once, and the timer restarts (kernel tcp_check_req).
func (e *Endpoint) receiveSYNReceived(s *Segment) {
	switch {
	case s.Flags&RST != 0:
		if s.Seq == e.rcvNxt {
			if e.handshake.fastOpenPending {
				e.fail(ErrReset)
				return
			}
			e.state = Listening
			e.handshake.timer = Never
			e.sndNxt = 0
		}
	case s.Flags&SYN != 0:
		if s.Flags&ACK == 0 && s.Seq == 0 && e.now-e.handshake.lastDup >= challengeInterval {
			e.handshake.lastDup = e.now
			e.retransmitSYN(Reply)
			e.armSYNACK()
		}
	case s.Flags&ACK == 0:
	case s.Ack < 1 || s.Ack > e.sndNxt:
		e.refuse(s)
	case s.end() < e.rcvNxt || s.Seq > e.rcvNxt+e.wnd.offered:
	default:
		e.acceptACK(s)
		e.receiveEstablished(s)
		if e.handshake.fastOpenPending {
			e.handshake.fastOpenPending = false
			e.armRTO()
		}
	}
}

// acceptACK establishes the server's connection (kernel tcp_v4_syn_recv_sock).
func (e *Endpoint) acceptACK(s *Segment) {
	h := &e.handshake
	h.timer = Never
	e.measureHandshake(s)
	e.establish()
	if h.fastOpenPending {
		if e.finQueued {
			e.state = FinWait1
		}
		return
	}
	e.initTransfer(s, h.timeouts > 0)
	e.wndSeq = s.Seq
	e.sndWnd = e.peerWindow(s)
	e.maxWindow = max(e.sndWnd, e.handshake.peerWnd)
}

// measureHandshake samples the round-trip time of the SYN or SYN-ACK that the segment acknowledges.
// If it was sent again, the sample needs timestamps.
func (e *Endpoint) measureHandshake(s *Segment) {
	rtt := time.Duration(-1)
	if e.handshake.retransmits == 0 {
		rtt = e.now - e.handshake.last
	}
	e.sndUna = 1
	e.measured(s, true, rtt, -1, rtt)
}

// receiveSYNSent waits for the SYN-ACK (RFC 9293 §3.10.7.3).
func (e *Endpoint) receiveSYNSent(s *Segment) {
	if s.Flags&ACK != 0 && (s.Ack < 1 || s.Ack > e.sndNxt) {
		if s.Flags&RST == 0 {
			e.refuse(s)
		}
		return
	}
	if s.Flags&RST != 0 {
		if s.Flags&ACK != 0 {
			e.fail(ErrRefused)
		}
		return
	}
	if s.Flags&(SYN|ACK) != SYN|ACK || s.Seq != 0 {
		return
	}
	h := &e.handshake
	e.negotiate(s)
	e.xmit.stop()
	e.xmit.retries = 0
	e.measureHandshake(s)
	e.sndWnd = min(max(s.Window, 0), 65535)
	e.maxWindow = e.sndWnd
	e.wndSeq = s.Seq
	e.establish()
	e.initTransfer(s, h.retransmits > 0)
	if e.queue.n > 0 && e.fastOpenAnswered(s) {
		return
	}
	e.sendACK(Reply, e.tag)
	e.push(Window)
}

func (e *Endpoint) establish() {
	e.state = Established
	e.established = true
}

// initTransfer prepares for data (kernel tcp_init_transfer). The congestion window begins with one
// packet if the SYN or SYN-ACK was sent more than twice and its timer had expired (RFC
// 5681 §3.1). It does not if the echoed timestamp shows that the first one has arrived (kernel
// tcp_try_undo_spurious_syn).
func (e *Endpoint) initTransfer(s *Segment, timedOut bool) {
	h := &e.handshake
	e.rec.reset()
	e.win.reset(e.cfg.InitialWindow)
	e.win.stamp = e.now
	spurious := e.timestamps && s.TSEcr == e.clock.timestamp(h.first)
	if h.retransmits > 1 && timedOut && !spurious {
		e.win.cwnd = 1
	}
	if e.rtt.srtt8 == 0 {
		e.xmit.rto = e.clock.ceil(fallbackRTO)
	}
	if e.metrics != nil {
		e.initMetrics()
	}
	e.mss = e.optionsMSS(min(h.peerMSS, e.fullMSS()))
	e.lastSend = e.now
	e.expandSendBuffer()
	e.wnd.established(e.scaling, e.now)
	e.wnd.mss = e.optionsMSS(e.fullMSS())
	e.ack.reset(e.mss, e.wnd.offered)
	e.rate.establish(e.cc, &e.sampleMemory)
	if e.cc.init != nil {
		e.cc.init(e)
	}
	if e.cc.congControl == nil {
		e.updatePacingRate()
	}
}
