package tcp

import "time"

// A reduction of the congestion window is undone when it proves unnecessary: the echoed timestamp
// is older than the retransmission (Eifel, RFC 3522), D-SACKs report every retransmission as a
// duplicate (RFC 3708), or F-RTO shows that the timeout was spurious (RFC 5682).

// initUndo prepares for undoing the reduction that begins now (kernel tcp_init_undo).
func (e *Endpoint) initUndo() {
	r := &e.rec
	r.hasUndoMarker, r.undoMarker = true, e.sndUna
	r.undoRetrans = e.scoreboard.retransOut
	if e.tlp.highSeq != 0 && e.tlp.retransmitted {
		r.undoRetrans++
	}
	if r.undoRetrans == 0 {
		r.undoRetrans = -1
	}
}

// countDSACKForUndo counts a D-SACK of a packet that was sent again and ends at the offset.
func (e *Endpoint) countDSACKForUndo(end int64) {
	if r := &e.rec; r.hasUndoMarker && r.undoRetrans > 0 && end > r.undoMarker {
		r.undoRetrans--
	}
}

// echoesBefore reports whether the segment echoes a timestamp older than the instant.
func (e *Endpoint) echoesBefore(s *Segment, instant time.Duration) bool {
	return e.timestamps && s.Options&OptTimestamps != 0 &&
		s.TSEcr > 0 && s.TSEcr < e.clock.timestamp(instant)
}

// delayed reports whether the packet of the first retransmission was delayed, not lost: the ACK is
// for its first transmission (kernel tcp_packet_delayed).
func (e *Endpoint) delayed(s *Segment) bool {
	if e.rec.hasRetransStamp {
		return e.echoesBefore(s, e.rec.retransStamp)
	}
	return e.sack || e.sndUna < e.rec.highSeq
}

// mayUndo reports whether the ACK shows that the reduction was unnecessary (kernel tcp_may_undo).
func (e *Endpoint) mayUndo(s *Segment) bool {
	return e.rec.hasUndoMarker && (e.rec.undoRetrans == 0 || e.delayed(s))
}

// undoCwndReduction restores the congestion window. If unmark is true, it also removes the lost
// mark from all packets (kernel tcp_undo_cwnd_reduction).
func (e *Endpoint) undoCwndReduction(unmark bool) {
	r := &e.rec
	if unmark {
		for i := range e.queue.n {
			e.queue.at(i).state &^= packetLost
		}
		e.scoreboard.lostOut = 0
		e.scoreboard.lostHint, e.scoreboard.lostCount = 0, 0
		e.queue.relist()
	}
	if r.priorSSThresh > 0 {
		e.win.cwnd = e.cc.undoCwnd(e)
		if r.priorSSThresh > e.win.ssthresh {
			e.win.ssthresh = r.priorSSThresh
			e.ecn.queueCWR = false
		}
	}
	e.win.stamp = e.now
	r.hasUndoMarker = false
	e.rack.advanced = true
	e.stats.Undos++
}

// renoHoldsState reports whether the state must stay: without SACK it stays until an offset above
// highSeq is acknowledged (kernel tcp_is_non_sack_preventing_reopen; RFC 6582 §3.2, step 2).
func (e *Endpoint) renoHoldsState() bool {
	if e.sndUna != e.rec.highSeq || e.sack {
		return false
	}
	if !e.anyRetransDone() {
		e.rec.hasRetransStamp = false
	}
	return true
}

// tryUndoRecovery ends fast recovery, and undoes its reduction if mayUndo. It returns true if the
// state must stay (kernel tcp_try_undo_recovery).
func (e *Endpoint) tryUndoRecovery(s *Segment) bool {
	if e.mayUndo(s) {
		e.undoCwndReduction(false)
	} else if e.rack.reoWndPersist > 0 {
		e.rack.reoWndPersist--
	}
	if e.renoHoldsState() {
		return true
	}
	e.setCAState(caOpen)
	e.rec.reneging = false
	return false
}

// tryUndoDSACK undoes the reduction if D-SACKs have reported every retransmission (kernel
// tcp_try_undo_dsack).
func (e *Endpoint) tryUndoDSACK() bool {
	if !e.rec.hasUndoMarker || e.rec.undoRetrans != 0 {
		return false
	}
	e.rack.reoWndPersist = min(e.rack.reoWndPersist+1, rackPersist)
	e.undoCwndReduction(false)
	return true
}

// tryUndoLoss ends the recovery from a spurious timeout (kernel tcp_try_undo_loss).
func (e *Endpoint) tryUndoLoss(s *Segment, frto bool) bool {
	if !frto && !e.mayUndo(s) {
		return false
	}
	e.undoCwndReduction(true)
	e.xmit.retries = 0
	if e.renoHoldsState() {
		return true
	}
	if frto || e.sack {
		e.setCAState(caOpen)
		e.rec.reneging = false
	}
	return true
}

// tryUndoPartial processes a partial ACK in fast recovery (kernel tcp_try_undo_partial). If the ACK
// shows that the packet was delayed, not lost, the reduction is undone once no retransmission is
// in flight. Until then it returns true: nothing is retransmitted on this ACK.
func (e *Endpoint) tryUndoPartial(s *Segment, priorUna int64) bool {
	if !e.rec.hasUndoMarker || !e.delayed(s) {
		return false
	}
	e.checkReordering(priorUna)
	if e.scoreboard.retransOut > 0 {
		return true
	}
	if !e.anyRetransDone() {
		e.rec.hasRetransStamp = false
	}
	e.undoCwndReduction(true)
	e.tryKeepOpen()
	return false
}
