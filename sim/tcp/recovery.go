package tcp

import "time"

// phase is the state of loss recovery, ordered as Linux's tcp_ca_state.
type phase uint8

const (
	phaseOpen     phase = iota // nothing dubious
	phaseDisorder              // SACKs or duplicate ACKs, no loss shown yet
	phaseCWR                   // the window is being reduced without loss recovery
	phaseRecovery              // fast recovery
	phaseLoss                  // after a retransmission timeout
)

// recovery is the state of loss recovery (RFC 6675, RFC 6937, RFC 5682).
type recovery struct {
	phase phase
	frto  bool  // the timeout may yet prove spurious
	high  int64 // the phase ends when this offset is acknowledged

	priorCwnd    int // window when the reduction began
	prrDelivered int // packets delivered since
	prrOut       int // packets sent since

	undoMark       bool // the reduction can be undone
	undoFrom       int64
	undoRetrans    int           // retransmissions not yet reported as duplicates; -1: none were made
	priorThreshold int           // threshold before the reduction; 0: none to go back to
	firstResent    time.Duration // the first retransmission of this recovery
	hasResent      bool
}

// reducing reports whether the window is under reduction by PRR.
func (r *recovery) reducing() bool { return r.phase == phaseCWR || r.phase == phaseRecovery }

// resendAction is what loss recovery wants sent once the window has been updated.
type resendAction uint8

const (
	resendNothing resendAction = iota
	resendLost
	sendNewFirst // F-RTO's probe with new data (RFC 5682 §3.1 step 2b)
)

// alert is the state machine of loss recovery, entered for every ACK that is dubious
// or finds us in recovery (kernel tcp_fastretrans_alert).
func (e *Endpoint) alert(s *Segment, a *ackSummary, duplicate bool) resendAction {
	if e.queue.n == 0 && e.board.sacked > 0 {
		e.board.sacked = 0
	}
	if a.flags&ackReneging != 0 && a.flags&ackAdvanced != 0 {
		// Give the peer a moment to explain itself (kernel tcp_check_sack_reneging).
		e.rearm(timerRetransmit, max(e.clock.ceil(e.rtt.srtt()/2), 10*time.Millisecond))
		a.flags &^= ackTimer
		return resendNothing
	}
	byCount := duplicate || (a.flags&ackDataSACKed != 0 && e.farSACK())
	if e.rec.phase == phaseOpen {
		e.rec.hasResent = false
	} else if e.sndUna >= e.rec.high && e.endPhase(s) {
		return resendNothing
	}
	begins := false
	switch e.rec.phase {
	case phaseRecovery:
		if a.flags&ackAdvanced == 0 {
			if !e.sack && duplicate {
				e.addDuplicate()
			}
		} else {
			if e.undoPartial(s, a.priorUna) {
				return resendNothing
			}
			byCount = byCount || e.farSACK()
		}
		if e.undoByDSACK() {
			e.keepOpen()
		}
		e.findLost(a)
		if e.rec.phase != phaseRecovery {
			if !e.lossShown() {
				return resendNothing
			}
			e.enterRecovery()
		}
	default:
		action := resendLost
		if e.rec.phase == phaseLoss {
			action = e.processLoss(s, a, duplicate)
			e.findLost(a)
			if e.rec.phase != phaseOpen && a.flags&ackLostResent == 0 {
				return action
			}
		}
		if !e.sack {
			if a.flags&ackAdvanced != 0 {
				e.board.sacked = 0
			}
			if duplicate {
				e.addDuplicate()
			}
		}
		if e.rec.phase <= phaseDisorder {
			e.undoByDSACK()
		}
		e.findLost(a)
		if !e.lossShown() {
			e.tryOpen()
			return resendNothing
		}
		e.enterRecovery()
		begins = true
	}
	if !e.cfg.RACK && e.sack && byCount {
		e.markByCount(begins)
	}
	return resendLost
}

// endPhase ends a phase whose high offset has been acknowledged. It returns true if
// there is nothing more to do.
func (e *Endpoint) endPhase(s *Segment) bool {
	switch e.rec.phase {
	case phaseCWR:
		if e.sndUna != e.rec.high {
			e.endReduction()
			e.rec.phase = phaseOpen
		}
	case phaseRecovery:
		if !e.sack {
			e.board.sacked = 0
		}
		if e.undoRecovery(s) {
			return true
		}
		e.endReduction()
	}
	return false
}

// farSACK reports a SACK more than the reordering distance ahead.
func (e *Endpoint) farSACK() bool {
	return e.fack() > e.sndUna+int64(e.board.reordering)*int64(e.mss)
}

// findLost marks the packets that this ACK shows to be lost.
func (e *Endpoint) findLost(a *ackSummary) {
	if e.queue.n == 0 {
		return
	}
	if !e.sack {
		e.markNewReno(a.flags&ackAdvanced != 0)
	} else if e.cfg.RACK {
		prior := e.board.resent
		if e.rackMarkLost() {
			a.flags &^= ackTimer
		}
		if prior > e.board.resent {
			a.flags |= ackLostResent
		}
	}
}

// lossShown reports whether it is time to recover.
func (e *Endpoint) lossShown() bool {
	return e.board.lost > 0 || (!e.cfg.RACK && e.board.sacked >= e.board.reordering)
}

func (e *Endpoint) tryOpen() {
	if !e.anyResent() {
		e.rec.hasResent = false
	}
	if e.rec.phase != phaseCWR {
		e.keepOpen()
	}
}

// keepOpen goes back to Open, or Disorder while anything is missing.
func (e *Endpoint) keepOpen() {
	to := phaseOpen
	if e.board.sacked+e.board.lost > 0 || e.anyResent() {
		to = phaseDisorder
	}
	if e.rec.phase != to {
		e.rec.phase = to
		e.rec.high = e.sndNxt
	}
}

func (e *Endpoint) anyResent() bool {
	return e.board.resent > 0 || (e.queue.n > 0 && e.queue.at(0).state&packetEverResent != 0)
}

// enterRecovery begins fast recovery.
func (e *Endpoint) enterRecovery() {
	if !e.anyResent() {
		e.rec.hasResent = false
	}
	e.stats.FastRecoveries++
	reducing := e.rec.reducing()
	e.rec.priorThreshold = 0
	e.initUndo()
	if !reducing {
		e.rec.priorThreshold = e.currentThreshold()
		e.beginReduction()
	}
	e.rec.phase = phaseRecovery
}

// beginReduction starts Proportional Rate Reduction.
func (e *Endpoint) beginReduction() {
	r := &e.rec
	r.high = e.sndNxt
	e.tlp.high = 0
	e.win.acked = 0
	r.priorCwnd = e.win.cwnd
	r.prrDelivered, r.prrOut = 0, 0
	e.win.ssthresh = e.cc.onLoss(&e.win)
}

// reduceWindow sets the window for what PRR lets go on this ACK: in proportion to
// what was delivered while above the threshold; below it as much as was delivered,
// and one more where the left edge moved without new loss (RFC 6937 §3, kernel
// tcp_cwnd_reduction).
func (e *Endpoint) reduceWindow(delivered, lost int, flags ackFlags) {
	r := &e.rec
	if delivered <= 0 || r.priorCwnd == 0 {
		return
	}
	inFlight := e.inFlight()
	r.prrDelivered += delivered
	var send int
	if below := e.win.ssthresh - inFlight; below < 0 {
		send = (e.win.ssthresh*r.prrDelivered+r.priorCwnd-1)/r.priorCwnd - r.prrOut
	} else {
		send = max(r.prrDelivered-r.prrOut, delivered)
		if flags&ackAdvanced != 0 && lost == 0 {
			send++
		}
		send = min(below, send)
	}
	if r.prrOut == 0 {
		send = max(send, 1) // the first retransmission leaves in any case
	}
	e.win.cwnd = inFlight + max(send, 0)
}

func (e *Endpoint) endReduction() {
	if e.win.ssthresh < infiniteThreshold && (e.rec.phase == phaseCWR || e.rec.undoMark) {
		e.win.cwnd = e.win.ssthresh
		e.win.stamp = e.now
	}
}

// processLoss goes on after a timeout: F-RTO first finds out with new data whether
// it was spurious, then the lost packets are sent again (kernel tcp_process_loss).
func (e *Endpoint) processLoss(s *Segment, a *ackSummary, duplicate bool) resendAction {
	r := &e.rec
	recovered := e.sndUna >= r.high
	if a.flags&ackAdvanced != 0 && e.undoLoss(s, false) {
		return resendNothing
	}
	if r.frto {
		if a.flags&ackOriginal != 0 && e.undoLoss(s, true) {
			return resendNothing
		}
		if e.sndNxt > r.high {
			if a.flags&ackDataSACKed != 0 || duplicate {
				r.frto = false
			}
		} else if a.flags&ackAdvanced != 0 && !recovered {
			r.high = e.sndNxt
			if e.sndNxt < e.queueEnd() && e.windowEnd() > e.sndNxt {
				return sendNewFirst
			}
			r.frto = false
		}
	}
	if recovered {
		e.undoRecovery(s)
		return resendNothing
	}
	if !e.sack {
		if e.sndNxt > r.high && duplicate {
			e.addDuplicate()
		} else if a.flags&ackAdvanced != 0 {
			e.board.sacked = 0
		}
	}
	return resendLost
}

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
	if e.rec.phase == phaseLoss {
		return RTO
	}
	return FastRetransmit
}

// resendLost sends lost packets again while the window has room (kernel
// tcp_xmit_retransmit_queue).
func (e *Endpoint) resendLost(cause Cause) {
	first := false
	for i := 0; i < e.queue.n; i++ {
		if e.inFlight() >= e.win.cwnd || e.board.resent >= e.board.lost {
			break
		}
		p := e.queue.at(i)
		if p.state&packetLost == 0 || p.state&(packetSACKed|packetRetransmit) != 0 {
			continue
		}
		if !e.retransmit(i, cause) {
			break
		}
		if e.rec.reducing() {
			e.rec.prrOut++
		}
		first = first || i == 0
	}
	if first && e.xmit.kind != timerReorder {
		e.rearm(timerRetransmit, e.xmit.rto)
	}
}

// retransmit sends packet i again as part of recovery. It returns false if the peer
// has taken back the window that the packet was sent in.
func (e *Endpoint) retransmit(i int, cause Cause) bool {
	p := e.queue.at(i)
	if p.seq >= e.windowEnd() && p.seq != e.sndUna {
		return false
	}
	e.collapse(i)
	e.resend(i, cause)
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
	p := e.queue.at(i)
	for i+1 < e.queue.n && p.state&(packetSACKed|packetFIN) == 0 {
		next := e.queue.at(i + 1)
		data := next.end
		if next.state&packetFIN != 0 {
			data--
		}
		if next.state&packetSACKed != 0 || data-p.seq > int64(e.mss) || next.end > e.windowEnd() {
			return
		}
		e.forget(next)
		p.end = next.end
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
