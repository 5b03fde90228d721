package tcp

import "time"

// caState is the state of loss recovery, in the order of the kernel's tcp_ca_state.
type caState uint8

const (
	caOpen     caState = iota // no loss, no SACK, no duplicate ACK
	caDisorder                // SACKs or duplicate ACKs, and no loss found yet
	caCWR                     // the window is being reduced, for ECE or a tail loss probe
	caRecovery                // fast recovery
	caLoss                    // after a retransmission timeout
)

// recovery is the state of loss recovery (RFC 6675, RFC 6937, RFC 5682).
type recovery struct {
	caState caState
	frto    bool  // the timeout may prove spurious (F-RTO, RFC 5682)
	highSeq int64 // the state ends when this offset is acknowledged

	priorCwnd    int // congestion window when the reduction began, packets
	prrDelivered int // packets delivered since then
	prrOut       int // packets sent since then

	reneging bool // the peer has discarded data that it had SACKed

	hasUndoMarker   bool // the reduction can be undone; undoMarker is valid
	undoMarker      int64
	undoRetrans     int           // retransmissions not yet reported by D-SACKs; -1: none sent
	priorSSThresh   int           // ssthresh before the reduction; 0: it cannot be undone
	retransStamp    time.Duration // instant of the first retransmission, if hasRetransStamp
	hasRetransStamp bool
}

func (r *recovery) reset() {
	*r = recovery{}
	r.undoRetrans = -1
}

// reducing reports whether PRR is reducing the window (kernel tcp_in_cwnd_reduction).
func (r *recovery) reducing() bool { return r.caState == caCWR || r.caState == caRecovery }

// setCAState changes the state of loss recovery (kernel tcp_set_ca_state).
func (e *Endpoint) setCAState(state caState) {
	if e.cc.setState != nil {
		e.cc.setState(e, state)
	}
	e.rec.caState = state
}

// rexmit is what to send once the ACK has updated the window (kernel REXMIT_ constants).
type rexmit uint8

const (
	rexmitNone rexmit = iota
	rexmitLost
	rexmitNew // new data, with which F-RTO tests the timeout (RFC 5682 §3.1 step 2b)
)

// fastRetransAlert is the state machine of loss recovery. It runs for each ACK that is a duplicate,
// carries SACK or ECE, or arrives in another state than caOpen (kernel tcp_fastretrans_alert).
func (e *Endpoint) fastRetransAlert(s *Segment, a *ackSummary, duplicate bool) rexmit {
	if e.queue.n == 0 && e.scoreboard.sackedOut > 0 {
		e.scoreboard.sackedOut = 0
	}
	if a.flags&ackECE != 0 {
		e.rec.priorSSThresh = 0 // ECE requires the reduction: it is not undone
	}
	if a.flags&ackReneging != 0 && a.flags&ackUnaAdvanced != 0 {
		// The peer may have discarded SACKed data: the timeout decides (kernel
		// tcp_check_sack_reneging).
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

// alertInRecovery is fastRetransAlert in state caRecovery. It undoes the reduction if the packets
// marked lost had only been delayed.
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

// alertOutside is fastRetransAlert in the other states. It recovers from a timeout, or enters fast
// recovery when a loss is found.
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

// lossByCount reports whether losses are found by counting SACKed packets, not by time.
func (e *Endpoint) lossByCount() bool { return e.sack && !e.cfg.RACK }

// endCAState ends a state whose highSeq has been acknowledged. It returns true if the ACK needs no
// more processing.
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

// forceFastRetransmit reports whether SACK covers data further ahead than the network reorders
// (kernel tcp_force_fast_retransmit).
func (e *Endpoint) forceFastRetransmit() bool {
	return e.fack() > e.sndUna+int64(e.scoreboard.reordering)*int64(e.mss)
}

// identifyLoss marks the packets that this ACK shows to be lost (kernel
// tcp_identify_packet_loss).
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

// timeToRecover reports whether recovery must begin (kernel tcp_time_to_recover).
func (e *Endpoint) timeToRecover() bool {
	sb := &e.scoreboard
	return sb.lostOut > 0 || (!e.cfg.RACK && sb.sackedOut >= sb.reordering)
}

// tryToOpen changes the state after an ACK that shows no loss: to caCWR for ECE, otherwise as
// tryKeepOpen does; caCWR stays (kernel tcp_try_to_open).
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

// tryKeepOpen changes to caOpen, or to caDisorder while packets are SACKed, lost or sent again
// (kernel tcp_try_keep_open).
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

// anyRetransDone reports whether a packet in the queue has been sent again (kernel
// tcp_any_retrans_done).
func (e *Endpoint) anyRetransDone() bool {
	return e.scoreboard.retransOut > 0 ||
		(e.queue.n > 0 && e.queue.at(0).state&packetEverRetrans != 0)
}

// enterRecovery begins fast recovery (kernel tcp_enter_recovery). A reduction that ECE requires is
// not undone.
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

// processLoss processes an ACK in state caLoss: F-RTO finds out with new data whether the timeout
// was spurious (RFC 5682 §3.1); else the lost packets are sent again (kernel tcp_process_loss).
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
