package tcp

import "time"

// A reduction of the window is undone when it proves to have been for nothing: the
// timestamp echoed is older than the retransmission (Eifel, RFC 3522), D-SACKs
// report every retransmission as a duplicate (RFC 3708), or F-RTO (RFC 5682).

func (e *Endpoint) initUndo() {
	r := &e.rec
	r.undoMark, r.undoFrom = true, e.sndUna
	r.undoRetrans = e.board.resent
	if e.tlp.high != 0 && e.tlp.resent {
		r.undoRetrans++
	}
	if r.undoRetrans == 0 {
		r.undoRetrans = -1
	}
}

// undoneByDSACK counts a duplicate report of something sent again.
func (e *Endpoint) undoneByDSACK(end int64) {
	if r := &e.rec; r.undoMark && r.undoRetrans > 0 && end > r.undoFrom {
		r.undoRetrans--
	}
}

// echoesBefore reports whether the segment echoes a timestamp older than the
// instant.
func (e *Endpoint) echoesBefore(s *Segment, instant time.Duration) bool {
	return e.timestamps && s.Options&OptTimestamps != 0 && s.TSEcr > 0 && s.TSEcr < e.clock.timestamp(instant)
}

// delayed reports that the original arrived after all.
func (e *Endpoint) delayed(s *Segment) bool {
	if e.rec.hasResent {
		return e.echoesBefore(s, e.rec.firstResent)
	}
	return e.sack || e.sndUna < e.rec.high
}

func (e *Endpoint) mayUndo(s *Segment) bool {
	return e.rec.undoMark && (e.rec.undoRetrans == 0 || e.delayed(s))
}

// undoReduction restores the window; unmark forgets which packets were deemed lost.
func (e *Endpoint) undoReduction(unmark bool) {
	r := &e.rec
	if unmark {
		for i := range e.queue.n {
			e.queue.at(i).state &^= packetLost
		}
		e.board.lost = 0
		e.board.countedTo, e.board.counted = 0, 0
		e.queue.relist()
	}
	if r.priorThreshold > 0 {
		e.win.cwnd = e.cc.undoCwnd(e)
		if r.priorThreshold > e.win.ssthresh {
			e.win.ssthresh = r.priorThreshold
			e.ecn.queueCWR = false
		}
	}
	e.win.stamp = e.now
	r.undoMark = false
	e.rack.advanced = true
	e.stats.Undos++
}

// holdsReno: without SACK the phase is held until something above high is
// acknowledged (RFC 6582 §3.2, step 2).
func (e *Endpoint) holdsReno() bool {
	if e.sndUna != e.rec.high || e.sack {
		return false
	}
	if !e.anyResent() {
		e.rec.hasResent = false
	}
	return true
}

// undoRecovery ends a recovery. It returns true if the phase has to be held.
func (e *Endpoint) undoRecovery(s *Segment) bool {
	if e.mayUndo(s) {
		e.undoReduction(false)
	} else if e.rack.persist > 0 {
		e.rack.persist--
	}
	if e.holdsReno() {
		return true
	}
	e.setCAState(caOpen)
	e.rec.reneging = false
	return false
}

func (e *Endpoint) undoByDSACK() bool {
	if !e.rec.undoMark || e.rec.undoRetrans != 0 {
		return false
	}
	e.rack.persist = min(e.rack.persist+1, rackPersist)
	e.undoReduction(false)
	return true
}

// undoLoss ends the recovery after a timeout that was spurious.
func (e *Endpoint) undoLoss(s *Segment, frto bool) bool {
	if !frto && !e.mayUndo(s) {
		return false
	}
	e.undoReduction(true)
	e.xmit.retries = 0
	if e.holdsReno() {
		return true
	}
	if frto || e.sack {
		e.setCAState(caOpen)
		e.rec.reneging = false
	}
	return true
}

// undoPartial serves a partial ACK in fast recovery. It returns true if nothing is
// to be sent again: the packet was late, not lost, while retransmissions are out.
func (e *Endpoint) undoPartial(s *Segment, priorUna int64) bool {
	if !e.rec.undoMark || !e.delayed(s) {
		return false
	}
	e.checkReordering(priorUna)
	if e.board.resent > 0 {
		return true
	}
	if !e.anyResent() {
		e.rec.hasResent = false
	}
	e.undoReduction(true)
	e.keepOpen()
	return false
}
