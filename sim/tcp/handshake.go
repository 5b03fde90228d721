package tcp

import "time"

// handshake is the state of the three-way handshake (RFC 9293 §3.5). A client's SYN
// is repeated by the retransmission timer; a server's SYN-ACK has a timer of its
// own, as Linux keeps a request apart from the connection it will become.
type handshake struct {
	timer    time.Duration // server: when the SYN-ACK is sent again
	timeouts int           // server: how often it was because of the timer
	resent   int           // how often the SYN or SYN-ACK was sent again
	first    time.Duration // the first transmission
	last     time.Duration // the latest transmission
	tag      Tag           // the event of the latest
	lastDup  time.Duration // server: the last answer to a repeated SYN
	peerMSS  int32
	peerWnd  int64
}

// Connect sends the SYN of an active open. It is the first call after Reset.
func (e *Endpoint) Connect(now time.Duration, tag Tag) {
	e.begin(now, tag)
	e.state = SynSent
	e.timestamps, e.sack, e.scaling = e.cfg.Timestamps, e.cfg.SACK, e.cfg.WindowScaling
	e.wnd.reset(e.cfg, e.fullMSS())
	e.handshake.first = now
	e.sendSYN(Write, tag)
	e.sndNxt = 1
	e.armTimer(timerRetransmit, e.xmit.rto)
}

// Listen makes the endpoint await a SYN. It is the first call after Reset.
func (e *Endpoint) Listen() { e.state = Listening }

// fullMSS is the MSS that we advertise: the MTU less the headers without options.
func (e *Endpoint) fullMSS() int32 { return int32(e.cfg.MTU - ipHeader - tcpHeader) }

// sendSYN sends the SYN, or in SynReceived the SYN-ACK.
func (e *Endpoint) sendSYN(cause Cause, since Tag) {
	h := &e.handshake
	s := e.emit(SYN, cause, since)
	s.Retransmit = h.resent > 0
	s.Options = OptMSS
	s.MSS = e.fullMSS()
	s.Window = e.wnd.offered
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
	e.sendSYNECN(s)
	h.last, h.tag = e.now, e.tag
}

func (e *Endpoint) resendSYN(cause Cause) {
	e.handshake.resent++
	e.stats.SYNRetransmits++
	since := e.handshake.tag
	if cause == Reply {
		since = e.tag
	}
	e.sendSYN(cause, since)
}

// negotiate takes the options of the peer's SYN.
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
		e.handshake.peerMSS = max(s.MSS, minTCPSegment)
	}
	e.rcvNxt = 1
	e.ackSent = 1
}

// receiveListening takes a SYN and answers it.
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
		e.state = SynReceived
		e.sendSYN(Reply, e.tag)
		e.sndNxt = 1
		e.armSYNACK()
	}
}

// optionsMSS is what an MSS leaves for data beside the timestamps.
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
	e.handshake.timer = e.clock.expiry(e.now, delay)
}

// synACKTimeout repeats the SYN-ACK. When that has been in vain the request is
// forgotten: the next SYN makes a new one.
func (e *Endpoint) synACKTimeout() {
	h := &e.handshake
	if h.timeouts >= e.cfg.SYNACKRetries {
		h.timer = Never
		e.state = Listening
		e.sndNxt = 0
		return
	}
	e.resendSYN(SYNTimeout)
	h.timeouts++
	e.armSYNACK()
}

// receiveSYNReceived awaits the ACK that completes the handshake, alone or on data.
// A repeated SYN is answered at once, and the timer starts anew (kernel
// tcp_check_req).
func (e *Endpoint) receiveSYNReceived(s *Segment) {
	switch {
	case s.Flags&RST != 0:
		if s.Seq == e.rcvNxt {
			e.state = Listening
			e.handshake.timer = Never
			e.sndNxt = 0
		}
	case s.Flags&SYN != 0:
		if s.Flags&ACK == 0 && s.Seq == 0 && e.now-e.handshake.lastDup >= challengeInterval {
			e.handshake.lastDup = e.now
			e.resendSYN(Reply)
			e.armSYNACK()
		}
	case s.Flags&ACK == 0:
	case s.Ack != 1:
		e.refuse(s)
	case s.end() < e.rcvNxt || s.Seq > e.rcvNxt+e.wnd.offered:
	default:
		e.acceptACK(s)
		e.receiveEstablished(s)
	}
}

// acceptACK makes the connection of the request.
func (e *Endpoint) acceptACK(s *Segment) {
	h := &e.handshake
	h.timer = Never
	e.measureHandshake(s)
	e.establish(s, h.timeouts > 0)
	e.wndSeq = s.Seq
	e.sndWnd = e.peerWindow(s)
	e.maxWindow = max(e.sndWnd, e.handshake.peerWnd)
}

// measureHandshake takes the round trip of the SYN or SYN-ACK that the segment
// acknowledges; of one sent again only timestamps tell it.
func (e *Endpoint) measureHandshake(s *Segment) {
	rtt := time.Duration(-1)
	if e.handshake.resent == 0 {
		rtt = e.now - e.handshake.last
	}
	e.sndUna = 1
	e.measured(s, true, rtt, -1, rtt)
}

// receiveSYNSent awaits the SYN-ACK (RFC 9293 §3.10.7.3).
func (e *Endpoint) receiveSYNSent(s *Segment) {
	if s.Flags&ACK != 0 && s.Ack != 1 {
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
	e.establish(s, h.resent > 0)
	e.sendACK(Reply, e.tag)
	e.push(Window)
}

// establish begins the transfer. Where the SYN or SYN-ACK was sent more than twice
// and its timer had a part in it, the window starts at one packet (RFC 5681 §3.1),
// unless the timestamp echoed shows that the first one had arrived (kernel
// tcp_init_transfer, tcp_try_undo_spurious_syn).
func (e *Endpoint) establish(s *Segment, timedOut bool) {
	h := &e.handshake
	e.state = Established
	e.established = true
	e.rec = recovery{undoRetrans: -1}
	e.win = congestionWindow{cwnd: e.cfg.InitialWindow, ssthresh: infiniteSSThresh, stamp: e.now}
	spurious := e.timestamps && s.TSEcr == e.clock.timestamp(h.first)
	if h.resent > 1 && timedOut && !spurious {
		e.win.cwnd = 1
	}
	if e.rtt.srtt8 == 0 {
		e.xmit.rto = e.clock.ceil(fallbackRTO)
	}
	e.mss = e.optionsMSS(min(h.peerMSS, e.fullMSS()))
	e.lastSend = e.now
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
