package tcp

import "time"

// pacer spaces bursts by the pacing rate, as Linux's TCP does without an fq qdisc (kernel
// sk_pacing_status SK_PACING_NEEDED). Its timer is exact to the nanosecond: the kernel's is a
// high-resolution timer.
type pacer struct {
	on        bool
	releasing bool          // the timer has expired and segments are being sent for it
	cause     Cause         // reason why new data would have left in the event since
	since     Tag           // event since which pacing alone holds segments back, if timer is armed
	rate      int64         // bytes per second, unless unsettled (sk_pacing_rate); 0: not yet known
	unsettled bool          // rate must be computed from window and srtt8
	window    int64         // bytes to send in a round-trip time, times 100
	srtt8     micros        // rttEstimator.srtt8 when window was set
	next      time.Duration // earliest instant of the next burst (kernel tcp_wstamp_ns)
	timer     time.Duration // Never: not armed
}

const (
	// Pacing rate in percent of a window in a round trip: pacingSlowStart while the window is
	// below half of ssthresh, otherwise pacingAvoidance (tcp_pacing_ss_ratio,
	// tcp_pacing_ca_ratio).
	pacingSlowStart = 200
	pacingAvoidance = 120
	// The first segments of a connection are not paced, as with fq (kernel
	// tcp_update_skb_after_send).
	unpacedSegments = 10

	microsPerSecond = int64(time.Second / time.Microsecond)
)

// updatePacingRate sets the default pacing rate: 200 or 120 % of the window in a smoothed
// round-trip time, or of the packets outstanding if they are more (kernel tcp_update_pacing_rate).
// Each ACK sets the rate, and few events ask for it: so pacingRate makes the division.
func (e *Endpoint) updatePacingRate() {
	if e.rtt.srtt8 == 0 {
		return
	}
	percent := int64(pacingAvoidance)
	if e.win.cwnd < e.win.ssthresh/2 {
		percent = pacingSlowStart
	}
	p := &e.pacer
	p.window = percent * int64(max(e.win.cwnd, e.queue.n)) * int64(e.mss)
	p.srtt8, p.unsettled = e.rtt.srtt8, true
}

// pacingRate returns the pacing rate in bytes per second; 0: not yet known.
func (p *pacer) pacingRate() int64 {
	if p.unsettled {
		p.rate = p.window * (8 * microsPerSecond / 100) / max(int64(p.srtt8), 1)
		p.unsettled = false
	}
	return p.rate
}

// setRate sets the pacing rate in bytes per second.
func (p *pacer) setRate(rate int64) { p.rate, p.unsettled = rate, false }

// pacingHolds reports whether the next burst must wait, and then arms the timer (kernel
// tcp_pacing_check). cause is the reason why new data would leave now.
func (e *Endpoint) pacingHolds(cause Cause) bool {
	p := &e.pacer
	if !p.on || p.next <= e.exact {
		return false
	}
	if p.timer == Never {
		p.timer = p.next
		if !p.releasing {
			p.since, p.cause = e.tag, cause
		}
	}
	return true
}

// burstSent sets the instant of the next burst: after the time that the bytes of this burst take at
// the pacing rate. If this burst left later than prior, its allowed instant, the delay is
// subtracted, up to half of that time (kernel tcp_update_skb_after_send).
func (e *Endpoint) burstSent(bytes int64, prior time.Duration) {
	p := &e.pacer
	if !p.on || e.sends < unpacedSegments {
		return
	}
	rate := p.pacingRate()
	if rate == 0 {
		return
	}
	gap := time.Duration(bytes * int64(time.Second) / rate)
	p.next += gap - min(gap/2, p.next-prior)
}

// pacingTimeout sends the segments that pacing has held back: lost packets, then new data (kernel
// tcp_tsq_write).
func (e *Endpoint) pacingTimeout() {
	p := &e.pacer
	p.timer = Never
	p.releasing = true
	if e.scoreboard.lostOut > e.scoreboard.retransOut && e.inFlight() < e.win.cwnd {
		e.xmitRetransmitQueue(e.recoveryCause())
	}
	e.push(p.cause)
	p.releasing = false
}
