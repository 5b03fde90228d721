package tcp

import "time"

// caState is the state of loss recovery, in the order of the kernel's tcp_ca_state.
type caState uint8

const (
	caOpen     caState = iota // nothing dubious
	caDisorder                // SACKs or duplicate ACKs, no loss shown yet
	caCWR                     // the window is being reduced without loss recovery
	caRecovery                // fast recovery
	caLoss                    // after a retransmission timeout
)

// recovery is the state of loss recovery (RFC 6675, RFC 6937, RFC 5682).
type recovery struct {
	caState caState
	frto    bool  // the timeout may yet prove spurious
	high    int64 // the phase ends when this offset is acknowledged

	priorCwnd    int // window when the reduction began
	prrDelivered int // packets delivered since
	prrOut       int // packets sent since

	reneging bool // the peer has thrown away what it had SACKed

	undoMark       bool // the reduction can be undone
	undoFrom       int64
	undoRetrans    int           // retransmissions not yet reported as duplicates; -1: none were made
	priorThreshold int           // threshold before the reduction; 0: none to go back to
	firstResent    time.Duration // the first retransmission of this recovery
	hasResent      bool
}

// reducing reports whether the window is under reduction by PRR.
func (r *recovery) reducing() bool { return r.caState == caCWR || r.caState == caRecovery }

// setCAState goes over to another state of loss recovery (kernel tcp_set_ca_state).
func (e *Endpoint) setCAState(state caState) {
	if e.cc.setState != nil {
		e.cc.setState(e, state)
	}
	e.rec.caState = state
}

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
	if a.flags&ackECE != 0 {
		e.rec.priorThreshold = 0 // the reduction is required: no undo
	}
	if a.flags&ackReneging != 0 && a.flags&ackAdvanced != 0 {
		// Give the peer a moment to explain itself (kernel tcp_check_sack_reneging).
		e.rearm(timerRetransmit, max(e.clock.ceil(e.rtt.srtt()/2), 10*time.Millisecond))
		a.flags &^= ackTimer
		return resendNothing
	}
	byCount := duplicate || (a.flags&ackDataSACKed != 0 && e.farSACK())
	if e.rec.caState == caOpen {
		e.rec.hasResent = false
	} else if e.sndUna >= e.rec.high && e.endPhase(s) {
		return resendNothing
	}
	if e.rec.caState == caRecovery {
		return e.alertInRecovery(s, a, duplicate, byCount)
	}
	return e.alertOutside(s, a, duplicate, byCount)
}

// alertInRecovery goes on with fast recovery, unless what was deemed lost turns out to
// have been late.
func (e *Endpoint) alertInRecovery(s *Segment, a *ackSummary, duplicate, byCount bool) resendAction {
	if a.flags&ackAdvanced == 0 {
		if !e.sack && duplicate {
			e.addDuplicate(a.flags)
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
	if e.rec.caState != caRecovery {
		if !e.lossShown() {
			return resendNothing
		}
		e.enterRecovery(a.flags)
	}
	if e.countsLosses() && byCount {
		e.markByCount(false)
	}
	return resendLost
}

// alertOutside recovers from a timeout, or enters fast recovery when loss is shown.
func (e *Endpoint) alertOutside(s *Segment, a *ackSummary, duplicate, byCount bool) resendAction {
	if e.rec.caState == caLoss {
		action := e.processLoss(s, a, duplicate)
		e.findLost(a)
		if e.rec.caState != caOpen && a.flags&ackLostResent == 0 {
			return action
		}
	}
	if !e.sack {
		if a.flags&ackAdvanced != 0 {
			e.board.sacked = 0
		}
		if duplicate {
			e.addDuplicate(a.flags)
		}
	}
	if e.rec.caState <= caDisorder {
		e.undoByDSACK()
	}
	e.findLost(a)
	if !e.lossShown() {
		e.tryOpen(a.flags)
		return resendNothing
	}
	e.enterRecovery(a.flags)
	if e.countsLosses() && byCount {
		e.markByCount(true)
	}
	return resendLost
}

// countsLosses reports whether losses are found by counting SACKs instead of by time.
func (e *Endpoint) countsLosses() bool { return e.sack && !e.cfg.RACK }

// endPhase ends a phase whose high offset has been acknowledged. It returns true if
// there is nothing more to do.
func (e *Endpoint) endPhase(s *Segment) bool {
	switch e.rec.caState {
	case caCWR:
		if e.sndUna != e.rec.high {
			e.endReduction()
			e.setCAState(caOpen)
		}
	case caRecovery:
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

func (e *Endpoint) tryOpen(flags ackFlags) {
	if !e.anyResent() {
		e.rec.hasResent = false
	}
	if flags&ackECE != 0 {
		e.enterCWR()
	}
	if e.rec.caState != caCWR {
		e.keepOpen()
	}
}

// keepOpen goes back to Open, or Disorder while anything is missing.
func (e *Endpoint) keepOpen() {
	to := caOpen
	if e.board.sacked+e.board.lost > 0 || e.anyResent() {
		to = caDisorder
	}
	if e.rec.caState != to {
		e.setCAState(to)
		e.rec.high = e.sndNxt
	}
}

func (e *Endpoint) anyResent() bool {
	return e.board.resent > 0 || (e.queue.n > 0 && e.queue.at(0).state&packetEverResent != 0)
}

// enterRecovery begins fast recovery. A reduction that the ACK's ECE requires is never
// undone.
func (e *Endpoint) enterRecovery(flags ackFlags) {
	if !e.anyResent() {
		e.rec.hasResent = false
	}
	e.stats.FastRecoveries++
	reducing := e.rec.reducing()
	e.rec.priorThreshold = 0
	e.initUndo()
	if !reducing {
		if flags&ackECE == 0 {
			e.rec.priorThreshold = e.currentThreshold()
		}
		e.beginReduction()
	}
	e.setCAState(caRecovery)
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
			e.addDuplicate(a.flags)
		} else if a.flags&ackAdvanced != 0 {
			e.board.sacked = 0
		}
	}
	return resendLost
}
