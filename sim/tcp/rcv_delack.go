package tcp

import "time"

// delayedACK decides when data received is acknowledged: at once for the first
// segments (quick), later with a delay that adapts to the gaps between arrivals and
// in the hope of a reply that carries the ACK (ping-pong).
type delayedACK struct {
	pending bool          // an ACK is owed
	atOnce  bool          // and at once
	small   uint8         // segments shorter than the estimate since the last ACK, up to 2
	since   Tag           // the arrival that it has been owed since
	timer   time.Duration // when it is sent at the latest
	limit   time.Duration // the same before the timer wheel

	quick    int           // ACKs left to be sent at once
	ato      time.Duration // delay estimate; 0: no data yet
	last     time.Duration // the last arrival of data
	pingPong bool          // replies carry the ACKs

	segment int32 // estimate of the peer's segment size, bytes (kernel rcv_mss)
}

// Linux: TCP_ATO_MIN and TCP_DELACK_MIN (HZ/25), TCP_DELACK_MAX (HZ/5),
// TCP_MAX_QUICKACKS, TCP_MSS_DEFAULT, TCP_MIN_MSS.
const (
	minDelay      = 40 * time.Millisecond
	maxDelay      = 200 * time.Millisecond
	longDelay     = 500 * time.Millisecond
	maxQuickACKs  = 16
	defaultMSS    = 536
	minSegment    = 88
	minTCPSegment = 48
)

func (a *delayedACK) reset(mss int32, window int64) {
	*a = delayedACK{timer: Never}
	a.segment = max(int32(min(int64(min(mss, defaultMSS)), window/2)), minSegment)
}

// incrQuickACK allows ACKs at once for the next segments, half a window of them at most.
func (a *delayedACK) incrQuickACK(window int64, most int) {
	n := int(window / (2 * int64(a.segment)))
	if n == 0 {
		n = 2
	}
	a.quick = max(a.quick, min(n, most))
}

// schedule notes that an ACK is owed for the arrival.
func (a *delayedACK) schedule(tag Tag) {
	if !a.pending {
		a.pending = true
		a.since = tag
	}
}

// enterQuickACK leaves ping-pong for ACKs at once (kernel tcp_enter_quickack_mode).
func (a *delayedACK) enterQuickACK(window int64, most int) {
	a.incrQuickACK(window, most)
	a.pingPong = false
	a.ato = minDelay
}

// dataReceived adapts to a segment of n bytes of new data (kernel tcp_event_data_recv).
func (a *delayedACK) dataReceived(n int32, pushed bool, window int64, now, rto time.Duration) {
	a.estimate(n, pushed)
	if a.ato == 0 {
		a.incrQuickACK(window, maxQuickACKs)
		a.ato = minDelay
	} else {
		switch gap := now - a.last; {
		case gap <= minDelay/2:
			a.ato = a.ato/2 + minDelay/2
		case gap < a.ato:
			a.ato = min(a.ato/2+gap, rto)
		case gap > rto:
			a.incrQuickACK(window, maxQuickACKs)
		}
	}
	a.last = now
}

// estimate follows the peer's segment size up (kernel tcp_measure_rcv_mss).
// Shorter segments, and one that ends a write, are counted, as a pair of them is
// acknowledged when read.
func (a *delayedACK) estimate(n int32, pushed bool) {
	switch {
	case n < a.segment:
		a.small = min(a.small+1, 2)
	case pushed:
		a.small = max(a.small, 1)
	}
	a.segment = max(a.segment, n)
}

// sent notes that a segment with an ACK left (kernel tcp_event_ack_sent).
func (a *delayedACK) sent() {
	if a.quick > 0 && a.pending {
		if a.quick--; a.quick == 0 {
			a.ato = minDelay
		}
	}
	a.pending, a.atOnce, a.small, a.timer = false, false, 0, Never
}

// dataSent notes that data left: soon after an arrival it is a reply, and the next
// ones will carry the ACKs (kernel tcp_event_data_sent, tcp_pingpong_thresh 1).
func (a *delayedACK) dataSent(now time.Duration) {
	if a.ato > 0 && now-a.last < a.ato {
		a.pingPong = true
	}
}

// ackSndCheck sends the ACK owed or leaves it to the timer (kernel
// __tcp_ack_snd_check): at once for more than a full segment whose window the
// application has made room for, in quick mode, and for anything out of order.
func (e *Endpoint) ackSndCheck() {
	a := &e.ack
	if !a.pending {
		return
	}
	if a.atOnce || (a.quick > 0 && !a.pingPong) || !e.reasm.empty() {
		e.sendACK(Reply, e.tag)
		return
	}
	if e.rcvNxt-e.ackSent > int64(a.segment) {
		if window, _ := e.wnd.choose(e.unread(), a.segment); window >= e.windowLeft() {
			e.sendACK(Reply, e.tag)
			return
		}
	}
	e.sendDelayedACK()
}

// sendDelayedACK arms the delayed ACK's timer (kernel tcp_send_delayed_ack): the estimate
// bounded by the round-trip time and 200 ms; an ACK about to be sent goes at once.
func (e *Endpoint) sendDelayedACK() {
	a := &e.ack
	delay := a.ato
	if delay > minDelay {
		most := longDelay
		if a.pingPong || a.small > 0 {
			most = maxDelay
		}
		if e.rtt.srtt8 > 0 {
			most = min(most, max(e.clock.ceil(e.rtt.srtt()), minDelay))
		}
		delay = min(delay, most)
	}
	delay = min(delay, maxDelay, max(e.cfg.MinRTO, 2*e.clock.tick)-e.clock.tick)
	if a.timer != Never {
		if a.limit <= e.now+delay/4 {
			e.sendACK(Reply, e.tag)
			return
		}
		if a.limit <= e.now+delay {
			return
		}
	}
	a.limit = e.now + delay
	a.timer = e.clock.expiry(e.now, delay)
}

// delayedACKTimeout sends the ACK that no reply has carried, and learns from it.
func (e *Endpoint) delayedACKTimeout() {
	a := &e.ack
	a.timer = Never
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

// ackOnRead sends the ACK that a read makes due (kernel tcp_cleanup_rbuf): for more
// than a segment, for a pair of small ones, for one if no reply is to be expected,
// or when the window has doubled.
func (e *Endpoint) ackOnRead() {
	a := &e.ack
	if a.pending {
		drained := e.unread() == 0 && (a.small == 2 || (a.small == 1 && !a.pingPong))
		if drained || e.rcvNxt-e.ackSent > int64(a.segment) {
			e.sendACK(WindowUpdate, a.since)
			return
		}
	}
	if left := e.windowLeft(); e.peerFIN < 0 && 2*left <= e.wnd.clamp {
		if window, _ := e.wnd.choose(e.unread(), a.segment); window > 0 && window >= 2*left {
			e.sendACK(WindowUpdate, e.tag)
		}
	}
}
