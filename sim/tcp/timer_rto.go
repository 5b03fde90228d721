package tcp

import (
	"math/bits"
	"time"
)

// timerKind is the purpose for which the sender's timer is armed (kernel icsk_pending).
type timerKind uint8

const (
	timerNone timerKind = iota
	timerRetransmit
	timerReorder // RACK
	timerProbe   // tail loss probe
	timerPersist // closed window
)

// retransmitTimer is the sender's timer. As in Linux, one timer is in turn the retransmission
// timeout, RACK's reordering timer, the tail loss probe's and the persist timer.
type retransmitTimer struct {
	wheelTimer               // as in Linux, stop leaves it in the wheel
	since      Tag           // the event in which it was armed
	rto        time.Duration // retransmission timeout, doubled at each timeout
	kind       timerKind
	retries    int // timeouts since data was acknowledged
	timeouts   int // timeouts so far
	backoff    int // doublings
	probesOut  int // persist probes unanswered
}

// stop makes the expiry of the timer do nothing (kernel inet_csk_clear_xmit_timer).
func (t *retransmitTimer) stop() { t.kind = timerNone }

// armTimer arms the timer (kernel inet_csk_reset_xmit_timer).
func (e *Endpoint) armTimer(kind timerKind, delay time.Duration) {
	x := &e.xmit
	e.runStopped()
	x.kind, x.since = kind, e.tag
	x.arm(&e.clock, e.now, min(delay, e.cfg.MaxRTO))
}

// runStopped lets stopped timers expire. As in Linux a stopped timer stays in the wheel, and its
// expiry only moves the base of the wheel.
func (e *Endpoint) runStopped() {
	if e.xmit.kind == timerNone && e.xmit.wheelTimer.bound() <= e.now {
		e.xmit.expire(&e.clock, e.now)
	}
	if !e.ack.armed && e.ack.timer.bound() <= e.now {
		e.ack.timer.expire(&e.clock, e.now)
	}
}

// expiry returns the instant at which the timer expires, Never if it is stopped.
func (t *retransmitTimer) expiry(c *clock) time.Duration {
	if t.kind == timerNone {
		return Never
	}
	return t.wheelTimer.expiry(c)
}

// bound returns an instant that is not after expiry. It is Never exactly if expiry is.
func (t *retransmitTimer) bound() time.Duration {
	if t.kind == timerNone {
		return Never
	}
	return t.wheelTimer.bound()
}

// untilRTO returns the time until the retransmission timeout of the first packet.
func (e *Endpoint) untilRTO() time.Duration {
	return e.queue.at(0).sent + e.xmit.rto - e.now
}

// armRTO arms the retransmission timeout. It counts from now, or from the first packet's
// transmission if the timer was armed for reordering or a probe. A server with Fast Open arms it
// when the handshake is complete (kernel tcp_rearm_rto).
func (e *Endpoint) armRTO() {
	if e.handshake.fastOpenPending {
		return
	}
	if e.queue.n == 0 {
		e.xmit.stop()
		return
	}
	delay := e.xmit.rto
	if e.xmit.kind == timerReorder || e.xmit.kind == timerProbe {
		delay = max(e.untilRTO(), time.Microsecond)
	}
	e.armTimer(timerRetransmit, delay)
}

// writeTimerExpired handles the expiry of the sender's timer (kernel tcp_write_timer_handler).
func (e *Endpoint) writeTimerExpired() {
	kind := e.xmit.kind
	if e.cc.appLimitedOnACK && e.established {
		e.checkAppLimited()
	}
	e.xmit.expire(&e.clock, e.now)
	switch kind {
	case timerReorder:
		e.rackReorderTimeout()
	case timerProbe:
		e.sendLossProbe()
	case timerRetransmit:
		e.xmit.kind = timerNone
		if e.state == SynSent {
			e.synTimeout()
		} else if e.queue.n > 0 {
			e.dataTimeout()
		}
	case timerPersist:
		e.xmit.kind = timerNone
		e.persistTimeout()
	}
}

// synTimeout sends the SYN again: SYNLinearTimeouts times after the same delay, then after doubled
// delays, until the retries or their time are exhausted (kernel tcp_write_timeout).
func (e *Endpoint) synTimeout() {
	x := &e.xmit
	if x.retries >= e.cfg.SYNRetries+e.cfg.SYNLinearTimeouts ||
		e.retransmitsTimedOut(e.handshake.first, e.cfg.SYNRetries, e.cfg.InitialRTO) {
		e.fail(ErrTimeout)
		return
	}
	x.retries++
	x.timeouts++
	e.retransmitSYN(SYNTimeout)
	if x.timeouts > e.cfg.SYNLinearTimeouts {
		x.rto = min(2*x.rto, e.cfg.MaxRTO)
	}
	e.armTimer(timerRetransmit, x.rto)
}

// dataTimeout handles the retransmission timeout: all outstanding packets are lost, the congestion
// window is one packet, and the first packet is sent again (RFC 6298 §5.4 to §5.6, kernel
// tcp_retransmit_timer). While the peer's window is closed the connection does not fail.
func (e *Endpoint) dataTimeout() {
	x := &e.xmit
	if e.sndWnd > 0 && e.retransmitsTimedOut(e.rec.retransStamp, e.cfg.Retries, e.cfg.MinRTO) {
		e.fail(ErrTimeout)
		return
	}
	e.stats.Timeouts++
	e.enterLoss()
	x.retries++
	x.timeouts++
	e.retransmitPacket(0, RTO)
	x.backoff++
	x.rto = min(2*x.rto, e.cfg.MaxRTO)
	e.armTimer(timerRetransmit, x.rto)
}

// retransmitsTimedOut reports whether retransmissions have lasted for the time that the number of
// retries takes, with a first timeout of base (kernel retransmits_timed_out).
func (e *Endpoint) retransmitsTimedOut(since time.Duration, retries int, base time.Duration) bool {
	return e.xmit.retries > 0 && e.now-since >= modelTimeout(retries, base, e.cfg.MaxRTO)
}

// modelTimeout returns the time from the first transmission to the timeout after the last of the
// given number of retransmissions, if the timeout doubles from base up to most (kernel
// tcp_model_timeout).
func modelTimeout(retries int, base, most time.Duration) time.Duration {
	doublings := bits.Len64(uint64(max(most/base, 1))) - 1
	if retries <= doublings {
		return base * time.Duration(2<<retries-1)
	}
	return base*time.Duration(2<<doublings-1) + time.Duration(retries-doublings)*most
}

// enterLoss changes to state caLoss after a timeout: it marks packets lost and reduces the window
// to one packet (kernel tcp_enter_loss).
func (e *Endpoint) enterLoss() {
	r := &e.rec
	fresh := r.caState < caRecovery
	e.timeoutMarkLost()
	if r.caState <= caDisorder || e.sndUna >= r.highSeq ||
		(r.caState == caLoss && e.xmit.retries == 0) {
		r.priorSSThresh = e.currentSSThresh()
		r.priorCwnd = e.win.cwnd
		e.win.ssthresh = e.cc.ssthresh(e)
		e.caEvent(eventLoss)
		e.initUndo()
	}
	e.win.cwnd = e.inFlight() + 1
	e.win.acked = 0
	e.win.stamp = e.now
	if r.caState <= caDisorder && e.scoreboard.sackedOut >= e.cfg.Reordering {
		e.scoreboard.reordering = min(e.scoreboard.reordering, e.cfg.Reordering)
	}
	if r.caState == caOpen && !e.anyRetransDone() {
		r.hasRetransStamp = false
	}
	e.setCAState(caLoss)
	r.highSeq = e.sndNxt
	e.tlp.highSeq = 0
	e.ecn.queueCWR = e.ecn.on
	r.frto = fresh || e.xmit.retries > 0
}

// timeoutMarkLost marks the outstanding packets lost; with RACK only the first one and those sent
// at least a round-trip time ago. If the first packet is SACKed, the peer has discarded SACKed
// data (reneging, RFC 2018 §8): no SACK counts any more (kernel tcp_timeout_mark_lost).
func (e *Endpoint) timeoutMarkLost() {
	reneged := e.queue.at(0).state&packetSACKed != 0
	e.rec.reneging = e.rec.reneging || reneged
	if reneged || !e.sack {
		e.scoreboard.sackedOut = 0
	}
	if reneged {
		e.scoreboard.forgetSACKs()
	}
	for i := range e.queue.n {
		p := e.queue.at(i)
		if reneged {
			p.state &^= packetSACKed
		} else if e.cfg.RACK && i > 0 && e.rackRemaining(p, 0) > 0 {
			continue
		}
		e.markLost(p)
	}
	if reneged {
		e.queue.relist()
	}
}
