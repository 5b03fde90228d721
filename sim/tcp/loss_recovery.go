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
	highSeq int64 // the phase ends when this offset is acknowledged

	priorCwnd    int // window when the reduction began
	prrDelivered int // packets delivered since
	prrOut       int // packets sent since

	reneging bool // the peer has thrown away what it had SACKed

	hasUndoMarker   bool // the reduction can be undone
	undoMarker      int64
	undoRetrans     int           // retransmissions not yet reported as duplicates; -1: none were made
	priorSSThresh   int           // threshold before the reduction; 0: none to go back to
	retransStamp    time.Duration // the first retransmission of this recovery
	hasRetransStamp bool
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

// rexmit is what loss recovery wants sent once the window has been updated.
type rexmit uint8

const (
	rexmitNone rexmit = iota
	rexmitLost
	rexmitNew // F-RTO's probe with new data (RFC 5682 §3.1 step 2b)
)

// fastRetransAlert is the state machine of loss recovery, entered for every ACK that is dubious
// or finds us in recovery (kernel tcp_fastretrans_alert).
func (e *Endpoint) fastRetransAlert(s *Segment, a *ackSummary, duplicate bool) rexmit {
	if e.queue.n == 0 && e.scoreboard.sackedOut > 0 {
		e.scoreboard.sackedOut = 0
	}
	if a.flags&ackECE != 0 {
		e.rec.priorSSThresh = 0 // the reduction is required: no undo
	}
	if a.flags&ackReneging != 0 && a.flags&ackUnaAdvanced != 0 {
		// Give the peer a moment to explain itself (kernel tcp_check_sack_reneging).
		e.armTimer(timerRetransmit, max(e.clock.ceil(e.rtt.srtt()/2), 10*time.Millisecond))
		a.flags &^= ackSetTimer
		return rexmitNone
	}
	byCount := duplicate || (a.flags&ackDataSACKed != 0 && e.forceFastRetransmit())
	if e.rec.caState == caOpen {
		e.rec.hasRetransStamp = false
	} else if e.sndUna >= e.rec.highSeq && e.endCAState(s) {
		return rexmitNone
	}
	if e.rec.caState == caRecovery {
		return e.alertInRecovery(s, a, duplicate, byCount)
	}
	return e.alertOutside(s, a, duplicate, byCount)
}

// alertInRecovery goes on with fast recovery, unless what was deemed lost turns out to
// have been late.
func (e *Endpoint) alertInRecovery(s *Segment, a *ackSummary, duplicate, byCount bool) rexmit {
	if a.flags&ackUnaAdvanced == 0 {
		if !e.sack && duplicate {
			e.addRenoSACK(a.flags)
		}
	} else {
		if e.tryUndoPartial(s, a.priorUna) {
			return rexmitNone
		}
		byCount = byCount || e.forceFastRetransmit()
	}
	if e.tryUndoDSACK() {
		e.tryKeepOpen()
	}
	e.identifyLoss(a)
	if e.rec.caState != caRecovery {
		if !e.timeToRecover() {
			return rexmitNone
		}
		e.enterRecovery(a.flags)
	}
	if e.lossByCount() && byCount {
		e.markLostByCount(false)
	}
	return rexmitLost
}

// alertOutside recovers from a timeout, or enters fast recovery when loss is shown.
func (e *Endpoint) alertOutside(s *Segment, a *ackSummary, duplicate, byCount bool) rexmit {
	if e.rec.caState == caLoss {
		action := e.processLoss(s, a, duplicate)
		e.identifyLoss(a)
		if e.rec.caState != caOpen && a.flags&ackLostRetrans == 0 {
			return action
		}
	}
	if !e.sack {
		if a.flags&ackUnaAdvanced != 0 {
			e.scoreboard.sackedOut = 0
		}
		if duplicate {
			e.addRenoSACK(a.flags)
		}
	}
	if e.rec.caState <= caDisorder {
		e.tryUndoDSACK()
	}
	e.identifyLoss(a)
	if !e.timeToRecover() {
		e.tryToOpen(a.flags)
		return rexmitNone
	}
	e.enterRecovery(a.flags)
	if e.lossByCount() && byCount {
		e.markLostByCount(true)
	}
	return rexmitLost
}

// lossByCount reports whether losses are found by counting SACKs instead of by time.
func (e *Endpoint) lossByCount() bool { return e.sack && !e.cfg.RACK }

// endCAState ends a phase whose high offset has been acknowledged. It returns true if
// there is nothing more to do.
func (e *Endpoint) endCAState(s *Segment) bool {
	switch e.rec.caState {
	case caCWR:
		if e.sndUna != e.rec.highSeq {
			e.endCwndReduction()
			e.setCAState(caOpen)
		}
	case caRecovery:
		if !e.sack {
			e.scoreboard.sackedOut = 0
		}
		if e.tryUndoRecovery(s) {
			return true
		}
		e.endCwndReduction()
	}
	return false
}

// forceFastRetransmit reports a SACK more than the reordering distance ahead.
func (e *Endpoint) forceFastRetransmit() bool {
	return e.fack() > e.sndUna+int64(e.scoreboard.reordering)*int64(e.mss)
}

// identifyLoss marks the packets that this ACK shows to be lost.
func (e *Endpoint) identifyLoss(a *ackSummary) {
	if e.queue.n == 0 {
		return
	}
	if !e.sack {
		e.newRenoMarkLost(a.flags&ackUnaAdvanced != 0)
	} else if e.cfg.RACK {
		prior := e.scoreboard.retransOut
		if e.rackMarkLost() {
			a.flags &^= ackSetTimer
		}
		if prior > e.scoreboard.retransOut {
			a.flags |= ackLostRetrans
		}
	}
}

// timeToRecover reports whether it is time to recover.
func (e *Endpoint) timeToRecover() bool {
	return e.scoreboard.lostOut > 0 || (!e.cfg.RACK && e.scoreboard.sackedOut >= e.scoreboard.reordering)
}

func (e *Endpoint) tryToOpen(flags ackFlags) {
	if !e.anyRetransDone() {
		e.rec.hasRetransStamp = false
	}
	if flags&ackECE != 0 {
		e.enterCWR()
	}
	if e.rec.caState != caCWR {
		e.tryKeepOpen()
	}
}

// tryKeepOpen goes back to Open, or Disorder while anything is missing.
func (e *Endpoint) tryKeepOpen() {
	to := caOpen
	if e.scoreboard.sackedOut+e.scoreboard.lostOut > 0 || e.anyRetransDone() {
		to = caDisorder
	}
	if e.rec.caState != to {
		e.setCAState(to)
		e.rec.highSeq = e.sndNxt
	}
}

func (e *Endpoint) anyRetransDone() bool {
	return e.scoreboard.retransOut > 0 || (e.queue.n > 0 && e.queue.at(0).state&packetEverRetrans != 0)
}

// enterRecovery begins fast recovery. A reduction that the ACK's ECE requires is never
// undone.
func (e *Endpoint) enterRecovery(flags ackFlags) {
	if !e.anyRetransDone() {
		e.rec.hasRetransStamp = false
	}
	e.stats.FastRecoveries++
	reducing := e.rec.reducing()
	e.rec.priorSSThresh = 0
	e.initUndo()
	if !reducing {
		if flags&ackECE == 0 {
			e.rec.priorSSThresh = e.currentSSThresh()
		}
		e.initCwndReduction()
	}
	e.setCAState(caRecovery)
}

// processLoss goes on after a timeout: F-RTO first finds out with new data whether
// it was spurious, then the lost packets are sent again (kernel tcp_process_loss).
func (e *Endpoint) processLoss(s *Segment, a *ackSummary, duplicate bool) rexmit {
	r := &e.rec
	recovered := e.sndUna >= r.highSeq
	if a.flags&ackUnaAdvanced != 0 && e.tryUndoLoss(s, false) {
		return rexmitNone
	}
	if r.frto {
		if a.flags&ackOrigAcked != 0 && e.tryUndoLoss(s, true) {
			return rexmitNone
		}
		if e.sndNxt > r.highSeq {
			if a.flags&ackDataSACKed != 0 || duplicate {
				r.frto = false
			}
		} else if a.flags&ackUnaAdvanced != 0 && !recovered {
			r.highSeq = e.sndNxt
			if e.sndNxt < e.streamEnd() && e.windowEnd() > e.sndNxt {
				return rexmitNew
			}
			r.frto = false
		}
	}
	if recovered {
		e.tryUndoRecovery(s)
		return rexmitNone
	}
	if !e.sack {
		if e.sndNxt > r.highSeq && duplicate {
			e.addRenoSACK(a.flags)
		} else if a.flags&ackUnaAdvanced != 0 {
			e.scoreboard.sackedOut = 0
		}
	}
	return rexmitLost
}
