package tcp

// lossProbe is the probe that turns the loss of a flight's tail from a timeout
// into something SACK can tell (RFC 8985 §7).
type lossProbe struct {
	highSeq       int64 // the probe's episode ends when this offset is acknowledged; 0: none
	retransmitted bool  // the probe was a retransmission, not new data
}

// scheduleLossProbe arms the probe: after two round trips, with one packet out also the
// time of a delayed ACK, never later than the retransmission timeout. advancing: an
// ACK restarts the timeout now. It reports whether a probe is possible (kernel
// tcp_schedule_loss_probe).
func (e *Endpoint) scheduleLossProbe(advancing bool) bool {
	if !e.cfg.TailLossProbe || !e.sack || e.queue.n == 0 ||
		(e.rec.caState != caOpen && e.rec.caState != caCWR) {
		return false
	}
	delay := e.cfg.InitialRTO
	if e.rtt.srtt8 > 0 {
		delay = 2 * e.rtt.srtt()
		if e.queue.n == 1 {
			delay += e.cfg.MinRTO
		} else {
			delay += timeoutSlack
		}
	}
	left := e.xmit.rto
	if !advancing {
		left = e.untilRTO()
	}
	if left > 0 {
		delay = min(delay, left)
	}
	e.armTimer(timerProbe, delay)
	return true
}

// sendLossProbe sends new data if it can, else the last packet again, and leaves the
// rest to the retransmission timeout (kernel tcp_send_loss_probe).
func (e *Endpoint) sendLossProbe() {
	if e.tlp.highSeq == 0 && e.queue.n > 0 {
		e.tlp.retransmitted = false
		sent := 0
		if e.canSend() && min(e.sndNxt+int64(e.mss), e.streamEnd()) <= e.windowEnd() {
			sent = e.sendNew(Probe, 1, infiniteSSThresh)
			if e.rec.reducing() {
				e.rec.prrOut += sent
			}
		} else {
			e.retransmitSegment(e.queue.n-1, Probe)
			e.tlp.retransmitted = true
			sent = 1
		}
		if sent > 0 {
			e.tlp.highSeq = e.sndNxt
			e.stats.Probes++
			e.xmit.kind = timerNone // the timeout runs from now
		}
	}
	e.armRTO()
}

// processTLPAck ends the probe's episode: if what the probe sent again had not been
// reported as a duplicate, it repaired a loss, and the window is reduced (kernel
// tcp_process_tlp_ack).
func (e *Endpoint) processTLPAck(ack int64, a *ackSummary) {
	switch {
	case ack < e.tlp.highSeq:
	case !e.tlp.retransmitted, a.flags&ackDSACKTLP != 0:
		e.tlp.highSeq = 0
	case ack > e.tlp.highSeq:
		e.initCwndReduction()
		e.setCAState(caCWR)
		e.endCwndReduction()
		e.tryKeepOpen()
	case a.flags&(ackUnaAdvanced|ackNotDup|ackDataSACKed) == 0:
		e.tlp.highSeq = 0
	}
}
