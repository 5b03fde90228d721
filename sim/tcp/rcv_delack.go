package tcp

import "time"

// delayedACK decides when received data is acknowledged (kernel inet_connection_sock.icsk_ack):
// at once in quick ACK mode, else after a delay that adapts to the gaps between arrivals, or with
// the data that the application sends in reply (ping-pong mode).
type delayedACK struct {
	pending bool       // an ACK is to be sent (ICSK_ACK_SCHED)
	ackNow  bool       // the pending ACK is sent at once (ICSK_ACK_NOW)
	pushed  uint8      // short segments since the last ACK, up to 2 (ICSK_ACK_PUSHED)
	since   Tag        // the arrival since which it is pending
	armed   bool       // the timer sends it (ICSK_ACK_TIMER)
	timer   wheelTimer // when it is sent, if armed (icsk_delack_timer)

	quick    int           // ACKs that are still sent at once (quick)
	ato      time.Duration // estimate of the delay; 0: no data yet (ato)
	last     time.Duration // last arrival of data (lrcvtime)
	pingPong bool          // the application's replies carry the ACKs

	rcvMSS int32 // estimate of the peer's segment size, bytes (kernel rcv_mss)

	compression sackCompression
}

// The constants of the delayed ACK and of the segment size, with their names in Linux.
const (
	minDelay     = 40 * time.Millisecond  // TCP_ATO_MIN, TCP_DELACK_MIN
	maxDelay     = 200 * time.Millisecond // TCP_DELACK_MAX
	longDelay    = 500 * time.Millisecond // HZ/2 in tcp_send_delayed_ack
	maxQuickACKs = 16                     // TCP_MAX_QUICKACKS
	defaultMSS   = 536                    // bytes, TCP_MSS_DEFAULT
	minMSS       = 88                     // bytes, TCP_MIN_MSS
	minSendMSS   = 48                     // bytes, TCP_MIN_SND_MSS
)

func (a *delayedACK) reset(mss int32, window int64) {
	*a = delayedACK{timer: wheelTimer{at: Never}, compression: sackCompression{timer: Never}}
	a.rcvMSS = max(int32(min(int64(min(mss, defaultMSS)), window/2)), minMSS)
}

// deadline returns the instant at which a timer sends the ACK, or Never.
func (a *delayedACK) deadline() time.Duration {
	if !a.armed {
		return a.compression.timer
	}
	return min(a.timer.at, a.compression.timer)
}

// incrQuickACK makes the next ACKs leave at once: one for each two segments of the window, at most
// the number most (kernel tcp_incr_quickack).
func (a *delayedACK) incrQuickACK(window int64, most int) {
	n := int(window / (2 * int64(a.rcvMSS)))
	if n == 0 {
		n = 2
	}
	a.quick = max(a.quick, min(n, most))
}

// schedule makes an ACK pending for the arrival tag (kernel inet_csk_schedule_ack).
func (a *delayedACK) schedule(tag Tag) {
	if !a.pending {
		a.pending = true
		a.since = tag
	}
}

// enterQuickACK ends ping-pong mode and sends the next ACKs at once (kernel
// tcp_enter_quickack_mode).
func (a *delayedACK) enterQuickACK(window int64, most int) {
	a.incrQuickACK(window, most)
	a.pingPong = false
	a.ato = minDelay
}

// dataReceived adapts to a segment with n bytes of new data (kernel tcp_event_data_recv).
func (a *delayedACK) dataReceived(n int32, pushed bool, window int64, c *clock, now, rto time.Duration) {
	a.estimate(n, pushed)
	if a.ato == 0 {
		a.incrQuickACK(window, maxQuickACKs)
		a.ato = minDelay
	} else {
		switch gap, half := c.since(a.last, now), c.floor(minDelay/2); {
		case gap <= half:
			a.ato = c.floor(a.ato/2) + half
		case gap < a.ato:
			a.ato = min(c.floor(a.ato/2)+gap, rto)
		case gap > rto:
			a.incrQuickACK(window, maxQuickACKs)
		}
	}
	a.last = now
}

// estimate raises the estimate of the peer's segment size (kernel tcp_measure_rcv_mss). It counts
// shorter segments and those with PSH: two of them are acknowledged when they are read.
func (a *delayedACK) estimate(n int32, pushed bool) {
	switch {
	case n < a.rcvMSS:
		a.pushed = min(a.pushed+1, 2)
	case pushed:
		a.pushed = max(a.pushed, 1)
	}
	a.rcvMSS = max(a.rcvMSS, n)
}

// sent notes that a segment with an ACK has been sent (kernel tcp_event_ack_sent).
func (a *delayedACK) sent() {
	if a.quick > 0 && a.pending {
		if a.quick--; a.quick == 0 {
			a.ato = minDelay
		}
	}
	a.pending, a.ackNow, a.pushed, a.armed = false, false, 0, false
	if a.compression.held > 0 {
		a.compression.held, a.compression.timer = 0, Never
	}
}

// dataSent notes that data has been sent. Within the estimated delay after an arrival it is a
// reply, and ping-pong mode begins (kernel tcp_event_data_sent, tcp_pingpong_thresh 1).
func (a *delayedACK) dataSent(c *clock, now time.Duration) {
	if !a.pingPong && a.ato > 0 && c.within(a.ato, a.last, now) {
		a.pingPong = true
	}
}

// ackSndCheck sends the pending ACK or arms its timer (kernel __tcp_ack_snd_check). It sends it
// at once in quick ACK mode, and for more than a full segment unless the window to offer is smaller
// than the last one: then the reader sends it (ackOnRead). Data out of order is acknowledged at
// once too, up to SACK compression.
func (e *Endpoint) ackSndCheck() {
	a := &e.ack
	if !a.pending {
		return
	}
	now := a.ackNow || (a.quick > 0 && !a.pingPong)
	if !now && e.rcvNxt-e.ackSent > int64(a.rcvMSS) {
		window, _ := e.wnd.selectWindow(e.unread(), a.rcvMSS)
		now = e.cc.fastACK || window >= e.wnd.offered
	}
	switch {
	case now && e.deferACK():
	case now:
		e.sendACK(Reply, e.tag)
	case !e.reasm.empty():
		e.compressACK()
	default:
		e.sendDelayedACK()
	}
}

// sendDelayedACK arms the delayed ACK's timer. The delay is the estimate, bounded by the round-trip
// time and 200 ms. If the timer is armed already and expires within a quarter of the delay, the
// ACK is sent at once (kernel tcp_send_delayed_ack).
func (e *Endpoint) sendDelayedACK() {
	a := &e.ack
	delay := a.ato
	if delay > minDelay {
		most := longDelay
		if a.pingPong || a.pushed > 0 {
			most = maxDelay
		}
		if e.rtt.srtt8 > 0 {
			most = min(most, max(e.clock.ceil(e.rtt.srtt()), minDelay))
		}
		delay = min(delay, most)
	}
	delay = min(delay, maxDelay, max(e.cfg.MinRTO, 2*e.clock.tick)-e.clock.tick)
	if a.armed {
		left := a.timer.left(&e.clock, e.now)
		if left <= e.clock.floor(delay/4) {
			e.sendACK(Reply, e.tag)
			return
		}
		if left <= delay {
			return
		}
	}
	e.runStopped()
	a.armed = true
	a.timer.arm(&e.clock, e.now, delay)
	a.timer.expiry(&e.clock)
}

// delayedACKTimeout sends the ACK, since no data has carried it, and adapts the delay (kernel
// tcp_delack_timer_handler).
func (e *Endpoint) delayedACKTimeout() {
	a := &e.ack
	a.timer.expire(&e.clock, e.now)
	a.armed = false
	if !a.pending {
		return
	}
	if a.pingPong {
		a.pingPong = false
		a.ato = minDelay
	} else {
		a.ato = min(2*a.ato, e.xmit.rto)
	}
	e.sendACK(DelayedACK, a.since)
}

// ackOnRead sends an ACK after a Read if one is due: more than a full segment is not acknowledged;
// or the buffer is empty after two short segments, or one outside of ping-pong mode; or the window
// to offer is at least twice the window left (kernel tcp_cleanup_rbuf).
func (e *Endpoint) ackOnRead() {
	a := &e.ack
	if a.pending {
		drained := e.unread() == 0 && (a.pushed == 2 || (a.pushed == 1 && !a.pingPong))
		if drained || e.rcvNxt-e.ackSent > int64(a.rcvMSS) {
			e.sendACK(WindowUpdate, a.since)
			return
		}
	}
	if left := e.windowLeft(); e.peerFIN < 0 && 2*left <= e.wnd.windowClamp {
		if window, _ := e.wnd.selectWindow(e.unread(), a.rcvMSS); window > 0 && window >= 2*left {
			e.sendACK(WindowUpdate, e.tag)
		}
	}
}
