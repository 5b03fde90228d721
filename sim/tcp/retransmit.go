package tcp

// recoverLost sends what the state machine decided on.
func (e *Endpoint) recoverLost(action resendAction) {
	switch action {
	case resendNothing:
	case sendNewFirst:
		e.push(Window)
		if e.sndNxt > e.rec.high {
			return
		}
		e.rec.frto = false
		e.resendLost(e.recoveryCause())
	case resendLost:
		e.resendLost(e.recoveryCause())
	}
}

func (e *Endpoint) recoveryCause() Cause {
	if e.rec.caState == caLoss {
		return RTO
	}
	return FastRetransmit
}

// resendLost sends lost packets again while the window has room (kernel
// tcp_xmit_retransmit_queue).
func (e *Endpoint) resendLost(cause Cause) {
	if e.inFlight() >= e.win.cwnd || e.board.resent >= e.board.lost {
		return
	}
	first := false
	i := e.queue.find(e.board.resendFrom)
	for ; i < e.queue.n; i++ {
		if e.inFlight() >= e.win.cwnd || e.board.resent >= e.board.lost {
			break
		}
		p := e.queue.at(i)
		if p.state&packetLost == 0 || p.state&(packetSACKed|packetRetransmit) != 0 {
			continue
		}
		if e.pacingHolds(Window) || !e.retransmit(i, cause) {
			break
		}
		if e.rec.reducing() {
			e.rec.prrOut++
		}
		first = first || i == 0
	}
	e.board.resendFrom = e.sndNxt
	if i < e.queue.n {
		e.board.resendFrom = e.queue.at(i).seq
	}
	if first && e.xmit.kind != timerReorder {
		e.rearm(timerRetransmit, e.xmit.rto)
	}
}

// retransmit sends packet i again as part of recovery. It returns false if the peer
// has taken back the window that the packet was sent in.
func (e *Endpoint) retransmit(i int, cause Cause) bool {
	if seq := e.queue.at(i).seq; seq >= e.windowEnd() && seq != e.sndUna {
		return false
	}
	e.collapse(i)
	e.resend(i, cause)
	p := e.queue.at(i)
	if p.state&packetRetransmit == 0 { // set still where an undo forgot only the loss
		p.state |= packetRetransmit
		e.board.resent++
	}
	r := &e.rec
	if !r.hasResent {
		r.hasResent, r.firstResent = true, e.now
	}
	r.undoRetrans = max(r.undoRetrans, 0) + 1
	return true
}

// collapse joins packet i and those after it that fit its segment and have not
// arrived (tcp_retrans_collapse), so that one retransmission carries them all.
func (e *Endpoint) collapse(i int) {
	for i+1 < e.queue.n {
		p, next := e.queue.at(i), e.queue.at(i+1)
		if p.state&(packetSACKed|packetFIN) != 0 {
			return
		}
		data := next.end()
		if next.state&packetFIN != 0 {
			data--
		}
		if next.state&packetSACKed != 0 || data-p.seq > int64(e.mss) || next.end() > e.windowEnd() {
			return
		}
		e.forget(next)
		p.length += next.length
		p.state |= next.state & (packetEverResent | packetFIN)
		e.queue.remove(i + 1)
	}
}

// forget takes the marks of a packet out of the counts.
func (e *Endpoint) forget(p *packet) {
	if p.state&packetLost != 0 {
		e.board.lost--
	}
	if p.state&packetRetransmit != 0 {
		e.board.resent--
	}
}
