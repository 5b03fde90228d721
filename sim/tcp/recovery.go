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
	if e.rec.phase == phaseRecovery {
		return e.alertInRecovery(s, a, duplicate, byCount)
	}
	return e.alertOutside(s, a, duplicate, byCount)
}

// alertInRecovery goes on with fast recovery, unless what was deemed lost turns out to
// have been late.
func (e *Endpoint) alertInRecovery(s *Segment, a *ackSummary, duplicate, byCount bool) resendAction {
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
	if e.countsLosses() && byCount {
		e.markByCount(false)
	}
	return resendLost
}

// alertOutside recovers from a timeout, or enters fast recovery when loss is shown.
func (e *Endpoint) alertOutside(s *Segment, a *ackSummary, duplicate, byCount bool) resendAction {
	if e.rec.phase == phaseLoss {
		action := e.processLoss(s, a, duplicate)
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
