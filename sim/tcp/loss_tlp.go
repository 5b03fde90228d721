package tcp

// lossProbe is the state of the tail loss probe: it makes the loss of a flight's last packets
// visible to SACK before the retransmission timeout (RFC 8985 §7).
type lossProbe struct {
	highSeq       int64 // the probe is over when this offset is acknowledged; 0: no probe
	appLimited    bool  // the packet that the probe sent again was sent application-limited
	retransmitted bool  // the probe retransmitted the last packet; false: it was new data
}

// scheduleLossProbe arms the timer of the probe and reports whether it is armed (RFC 8985 §7.2,
// kernel tcp_schedule_loss_probe). The delay is two smoothed round-trip times plus 2 ms. If only
// one packet is outstanding, its ACK may be delayed: MinRTO replaces the 2 ms. The probe is not
// later than the retransmission timeout. That timeout counts from now if advancing is true,
// otherwise from the first packet's transmission.
func (e *Endpoint) scheduleLossProbe(advancing bool) bool {
	if !e.cfg.TailLossProbe || !e.sack || e.queue.n == 0 || e.handshake.fastOpenPending ||
		(e.rec.caState != caOpen && e.rec.caState != caCWR) {
		return false
	}
	delay := e.cfg.InitialRTO
	if e.rtt.srtt8 > 0 {
		delay = (e.rtt.srtt8 >> 2).duration()
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

// sendLossProbe sends one new packet if the peer's window allows it, else the last packet again. It
// then arms the retransmission timeout (RFC 8985 §7.3, kernel tcp_send_loss_probe).
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
			e.tlp.appLimited = e.queue.at(e.queue.n-1).state&packetAppLimited != 0
			e.retransmitSegment(e.queue.n-1, Probe)
			e.tlp.retransmitted = true
			sent = 1
		}
		if sent > 0 {
			e.tlp.highSeq = e.sndNxt
			e.stats.Probes++
			e.xmit.kind = timerNone // so that armRTO counts from now
		}
	}
	e.armRTO()
}

// processTLPAck processes an ACK while a probe is outstanding. If no D-SACK reports the packet that
// the probe sent again, the probe has repaired a loss, and the window is reduced (RFC 8985 §7.4,
// kernel tcp_process_tlp_ack).
func (e *Endpoint) processTLPAck(ack int64, a *ackSummary) {
	switch {
	case ack < e.tlp.highSeq:
	case !e.tlp.retransmitted, a.flags&ackDSACKTLP != 0:
		e.tlp.highSeq = 0
	case ack > e.tlp.highSeq:
		e.caEvent(eventTLPRecovery)
		e.initCwndReduction()
		e.setCAState(caCWR)
		e.endCwndReduction()
		e.tryKeepOpen()
	case a.flags&(ackUnaAdvanced|ackNotDup|ackDataSACKed) == 0:
		e.tlp.highSeq = 0
	case e.rate.sample != nil:
		e.rate.sample.acksProbe = true
	}
}
