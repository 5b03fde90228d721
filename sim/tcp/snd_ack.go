package tcp

import "time"

// maxPeerWindow is the largest window that scaling can express (RFC 7323 §2.3).
const maxPeerWindow = 65535 << maxWindowScale

func (e *Endpoint) peerWindow(s *Segment) int64 { return min(max(s.Window, 0), maxPeerWindow) }

// receiveACK processes the ACK of a segment in the order of the kernel's tcp_ack: window, SACK,
// acknowledged packets, round-trip time, loss, timers, congestion window, retransmissions. It does
// not send new data. It returns false if the segment must be dropped.
func (e *Endpoint) receiveACK(s *Segment) bool {
	a := ackSummary{priorUna: e.sndUna}
	if e.rate.sample != nil {
		*e.rate.sample = rateSample{priorAt: -1, priorInFlight: e.inFlight()}
		if e.cc.appLimitedOnACK {
			e.checkAppLimited()
		}
	}
	if s.Ack < e.sndUna {
		return e.receiveOldACK(s, &a)
	}
	if s.Ack > e.sndNxt {
		return false
	}
	if s.Ack > e.sndUna {
		a.flags |= ackUnaAdvanced
		e.xmit.retries = 0
	}
	priorFack := e.fack()
	priorPackets := e.queue.n
	priorDelivered := e.rate.delivered
	priorLost := e.scoreboard.lostTotal
	reneging := e.rec.reneging
	e.echoTimestamp(s)
	if s.Len > 0 || s.Flags&FIN != 0 {
		a.flags |= ackData
	}
	e.updateWindow(s, &a)
	e.sndUna = s.Ack
	if e.receivesECE(s) {
		a.flags |= ackECE
	}
	if e.sack && s.Blocks > 0 {
		e.tagSACK(s, &a)
	}
	e.acceptCWR(s)
	e.xmit.probesOut = 0
	if priorPackets == 0 {
		e.ackWithoutQueue(s, &a)
		return true
	}
	e.cleanRtxQueue(s, &a, priorFack)
	e.rackUpdateReorderWindow(priorDelivered)
	e.inACKEvent(a.flags)
	if e.tlp.highSeq != 0 {
		e.processTLPAck(s.Ack, &a)
	}
	action := rexmitNone
	if a.flags&ackNotDup == 0 || a.flags&ackCAAlert != 0 || e.rec.caState != caOpen {
		duplicate := a.flags&(ackUnaAdvanced|ackNotDup|ackDSACK) == 0
		action = e.fastRetransAlert(s, &a, duplicate)
	}
	if a.flags&ackSetTimer != 0 && !e.scheduleLossProbe(true) {
		e.armRTO()
	}
	delivered := int(e.rate.delivered - priorDelivered)
	lost := e.scoreboard.lostTotal - priorLost
	if e.rate.sample != nil {
		e.sampleRate(delivered, lost, reneging)
	}
	e.controlCongestion(a.flags, delivered, lost)
	e.xmitRecovery(action)
	return true
}

// receiveOldACK processes the SACK blocks of an ACK below sndUna, which a later ACK has overtaken
// (kernel tcp_ack, old_ack).
func (e *Endpoint) receiveOldACK(s *Segment, a *ackSummary) bool {
	if s.Ack < e.sndUna-e.maxWindow {
		e.challenge()
		return false
	}
	if e.sack && s.Blocks > 0 {
		e.tagSACK(s, a)
		e.xmitRecovery(e.fastRetransAlert(s, a, false))
	}
	return true
}

// ackWithoutQueue processes an ACK while no packet is outstanding: it may open a closed window or
// report a duplicate (kernel tcp_ack, no_queue).
func (e *Endpoint) ackWithoutQueue(s *Segment, a *ackSummary) {
	e.inACKEvent(a.flags)
	if a.flags&ackDSACK != 0 {
		e.fastRetransAlert(s, a, false)
	}
	if e.sndNxt < e.streamEnd() && e.xmit.kind == timerPersist {
		if min(e.sndNxt+int64(e.mss), e.streamEnd()) <= e.windowEnd() {
			e.xmit.backoff = 0
			e.xmit.stop()
		} else {
			e.armTimer(timerPersist, e.persistDelay())
		}
	}
	if e.tlp.highSeq != 0 {
		e.processTLPAck(s.Ack, a)
	}
}

// echoTimestamp stores the timestamp to echo: that of the segment with the first offset not yet
// acknowledged (RFC 7323 §4.3).
func (e *Endpoint) echoTimestamp(s *Segment) {
	if e.timestamps && s.Options&OptTimestamps != 0 && s.Seq <= e.ackSent && s.TSVal >= e.tsRecent {
		e.tsRecent = s.TSVal
	}
}

// updateWindow takes the peer's window from the newest segment (RFC 9293 §3.10.7.4, kernel
// tcp_ack_update_window).
func (e *Endpoint) updateWindow(s *Segment, a *ackSummary) {
	window := e.peerWindow(s)
	newer := s.Ack > e.sndUna || s.Seq > e.wndSeq
	if !newer && (s.Seq < e.wndSeq || (window <= e.sndWnd && window != 0)) {
		return
	}
	a.flags |= ackWindowUpdate
	e.wndSeq = s.Seq
	if window != e.sndWnd {
		e.sndWnd = window
		if e.sndNxt < e.streamEnd() {
			e.slowStartAfterIdle()
		}
		e.maxWindow = max(e.maxWindow, window)
	}
}

// cleanRtxQueue removes the packets that are acknowledged cumulatively and measures the round-trip
// time (kernel tcp_clean_rtx_queue).
func (e *Endpoint) cleanRtxQueue(s *Segment, a *ackSummary, priorFack int64) {
	q, priorSacked := &e.queue, e.scoreboard.sackedOut
	var c cleaned
	if q.listed || e.rate.sample != nil {
		e.cleanMarked(s, a, &c)
	} else {
		e.cleanUnmarked(a, &c)
	}
	acked, reordered := c.acked, e.sndNxt
	if c.sampled {
		reordered = c.firstSeq
	}
	if acked > 0 {
		a.flags |= ackDataAcked
	}
	if e.queue.n > 0 && e.queue.at(0).state&packetSACKed != 0 {
		a.flags |= ackReneging
	}
	seqRTT, sackRTT, lastRTT := time.Duration(-1), time.Duration(-1), time.Duration(-1)
	if c.sampled && a.flags&ackRetransAcked == 0 {
		seqRTT, lastRTT = e.now-c.firstSent, e.now-c.lastSent
	}
	if a.sackSample {
		sackRTT, lastRTT = e.now-a.firstSent, e.now-a.lastSent
	}
	if rs := e.rate.sample; rs != nil {
		rs.rtt = lastRTT
		rs.ackDelayed = acked == 1 && c.sampled && priorSacked == 0 &&
			e.sndUna-a.priorUna < int64(e.mss) &&
			rs.priorDelivered+1 == e.rate.delivered && a.flags&ackCAAlert == 0
	}
	measured := e.measured(s, acked > 0, seqRTT, sackRTT, lastRTT)
	switch {
	case acked > 0:
		a.flags |= ackSetTimer
		if !e.sack {
			e.removeRenoSACKs(acked, a.flags)
			if a.flags&ackRetransAcked != 0 {
				a.flags &^= ackOrigAcked
			}
		} else if reordered < priorFack {
			e.checkReordering(reordered)
		}
	case e.queue.n > 0 && measured && sackRTT >= 0 && sackRTT > e.now-e.queue.at(0).sent:
		// An ACK that only SACKs restarts the timer if the SACKed packet was sent before the
		// first packet's latest transmission. Otherwise recovery could postpone the timeout
		// for ever.
		a.flags |= ackSetTimer
	}
	if e.cc.pktsAcked != nil {
		e.cc.pktsAcked(e, ackSample{pktsAcked: acked, rtt: lastRTT})
	}
}

// cleaned is what cleanRtxQueue learns from the packets that it removes.
type cleaned struct {
	acked int
	// Of the packets neither SACKed nor sent again:
	sampled             bool
	firstSeq            int64
	firstSent, lastSent time.Duration
}

// original notes a packet that was neither SACKed nor sent again.
func (c *cleaned) original(p *packet, high int64, a *ackSummary) {
	if !c.sampled {
		c.sampled = true
		c.firstSeq, c.firstSent = p.seq, p.sent
		if p.end() <= high {
			a.flags |= ackOrigAcked
		}
	}
	c.lastSent = p.sent
}

// cleanUnmarked removes acknowledged packets while no packet is marked.
func (e *Endpoint) cleanUnmarked(a *ackSummary, c *cleaned) {
	q := &e.queue
	var last *packet
	for q.n > 0 {
		p := q.at(0)
		if p.end() > e.sndUna {
			break
		}
		if last == nil {
			c.original(p, e.rec.highSeq, a)
		}
		last = p
		c.acked++
		q.pop()
	}
	if last == nil {
		return
	}
	c.lastSent = last.sent
	if e.sack {
		e.rackAdvance(last) // the last one decides
		e.countDelivered(c.acked, a.flags)
	}
}

// cleanMarked removes acknowledged packets and takes them out of the counts.
func (e *Endpoint) cleanMarked(s *Segment, a *ackSummary, c *cleaned) {
	q, sb := &e.queue, &e.scoreboard
	delivered := 0
	for q.n > 0 {
		p := q.at(0)
		if p.end() > e.sndUna {
			break
		}
		if p.state&packetRetransmitted != 0 {
			if p.state&packetRetransInFlight != 0 {
				sb.retransOut--
			}
			a.flags |= ackRetransAcked
		} else if p.state&packetSACKed == 0 {
			c.original(p, e.rec.highSeq, a)
		}
		if p.state&packetSACKed != 0 {
			sb.sackedOut--
			if p.end() <= sb.lostHint {
				sb.lostCount--
			}
		} else if e.sack {
			delivered++
			if p.state&packetRetransmitted == 0 || !e.echoesBefore(s, p.sent) {
				e.rackAdvance(p)
			}
		}
		if p.state&packetLost != 0 {
			sb.lostOut--
		}
		if e.rate.sample != nil {
			e.rate.arrived(p)
		}
		c.acked++
		q.unlist(p)
		q.pop()
	}
	e.countDelivered(delivered, a.flags)
	if q.listed && e.sndUna >= q.markedTo {
		q.dropList()
	}
}
