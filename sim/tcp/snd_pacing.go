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
	rate      int64         // bytes per second (kernel sk_pacing_rate); 0: not yet known
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

// windowRate returns the default pacing rate in bytes per second: 200 or 120 % of the window in a
// smoothed round-trip time (kernel tcp_update_pacing_rate). It needs a sample of the round-trip
// time.
func (e *Endpoint) windowRate() int64 {
	percent := int64(pacingAvoidance)
	if e.win.cwnd < e.win.ssthresh/2 {
		percent = pacingSlowStart
	}
	return percent * int64(e.win.cwnd) * int64(e.mss) * microsPerSecond /
		(100 * max(int64(e.rtt.srtt()/time.Microsecond), 1))
}

// updatePacingRate sets the default pacing rate.
func (e *Endpoint) updatePacingRate() {
	if e.pacer.on && e.rtt.srtt8 > 0 {
		e.pacer.rate = e.windowRate()
	}
}

// pacingHolds reports whether the next burst must wait, and then arms the timer (kernel
// tcp_pacing_check). cause is the reason why new data would leave now.
func (e *Endpoint) pacingHolds(cause Cause) bool {
	p := &e.pacer
	if !p.on || p.next <= e.now {
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
	if !p.on || p.rate == 0 || e.sends < unpacedSegments {
		return
	}
	gap := time.Duration(bytes * int64(time.Second) / p.rate)
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
