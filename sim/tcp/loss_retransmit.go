package tcp

// xmitRecovery sends what fastRetransAlert has decided (kernel tcp_xmit_recovery).
func (e *Endpoint) xmitRecovery(action rexmit) {
	switch action {
	case rexmitNone:
	case rexmitNew:
		e.push(Window)
		if e.sndNxt > e.rec.highSeq {
			return
		}
		e.rec.frto = false
		e.xmitRetransmitQueue(e.recoveryCause())
	case rexmitLost:
		e.xmitRetransmitQueue(e.recoveryCause())
	}
}

func (e *Endpoint) recoveryCause() Cause {
	if e.rec.caState == caLoss {
		return RTO
	}
	return FastRetransmit
}

// xmitRetransmitQueue sends lost packets again while the congestion window has room (kernel
// tcp_xmit_retransmit_queue).
func (e *Endpoint) xmitRetransmitQueue(cause Cause) {
	if e.inFlight() >= e.win.cwnd || e.scoreboard.retransOut >= e.scoreboard.lostOut {
		return
	}
	first := false
	i := e.queue.find(e.scoreboard.retransmitHint)
	for ; i < e.queue.n; i++ {
		if e.inFlight() >= e.win.cwnd || e.scoreboard.retransOut >= e.scoreboard.lostOut {
			break
		}
		p := e.queue.at(i)
		if p.state&packetLost == 0 || p.state&(packetSACKed|packetRetransInFlight) != 0 {
			continue
		}
		if e.pacingHolds(Window) || !e.retransmitPacket(i, cause) {
			break
		}
		if e.rec.reducing() {
			e.rec.prrOut++
		}
		first = first || i == 0
	}
	e.scoreboard.retransmitHint = e.sndNxt
	if i < e.queue.n {
		e.scoreboard.retransmitHint = e.queue.at(i).seq
	}
	if first && e.xmit.kind != timerReorder {
		e.armTimer(timerRetransmit, e.xmit.rto)
	}
}

// retransmitPacket sends packet i again in recovery (kernel tcp_retransmit_skb). It returns
// false if the packet lies beyond the peer's window, which has shrunk.
func (e *Endpoint) retransmitPacket(i int, cause Cause) bool {
	if seq := e.queue.at(i).seq; seq >= e.windowEnd() && seq != e.sndUna {
		return false
	}
	e.collapse(i)
	e.retransmitSegment(i, cause)
	p := e.queue.at(i)
	if p.state&packetRetransInFlight == 0 { // it may be set: an undo clears packetLost only
		p.state |= packetRetransInFlight
		e.scoreboard.retransOut++
	}
	r := &e.rec
	if !r.hasRetransStamp {
		r.hasRetransStamp, r.retransStamp = true, e.now
	}
	r.undoRetrans = max(r.undoRetrans, 0) + 1
	return true
}

// collapse joins packet i and the packets after it that are not SACKed and fit into its segment:
// one retransmission carries them all (tcp_retrans_collapse).
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
		p.state |= next.state & (packetEverRetrans | packetFIN)
		e.queue.remove(i + 1)
	}
}

// forget takes a packet's marks out of the counts.
func (e *Endpoint) forget(p *packet) {
	if p.state&packetLost != 0 {
		e.scoreboard.lostOut--
	}
	if p.state&packetRetransInFlight != 0 {
		e.scoreboard.retransOut--
	}
}
