package tcp

import "time"

// pacer spaces bursts by the pacing rate, as Linux's TCP does by itself where no fq
// qdisc does it (kernel sk_pacing_status SK_PACING_NEEDED). Its timer is exact to the
// nanosecond, as the kernel's is a high-resolution one.
type pacer struct {
	on        bool
	releasing bool          // the timer has run out, and lets segments go
	cause     Cause         // why new data held back would have left without pacing
	since     Tag           // the event since which pacing alone has held segments back
	rate      int64         // bytes per second (kernel sk_pacing_rate); 0: not yet known
	next      time.Duration // earliest instant of the next burst (kernel tcp_wstamp_ns)
	timer     time.Duration // Never: not armed
}

const (
	// Pacing rates in percent of a window in a round trip: in slow start below half
	// the threshold, and above it (tcp_pacing_ss_ratio, tcp_pacing_ca_ratio).
	pacingSlowStart = 200
	pacingAvoidance = 120
	// As many segments as fq lets go at once leave unpaced (kernel
	// tcp_update_skb_after_send).
	unpacedSegments = 10

	microsPerSecond = int64(time.Second / time.Microsecond)
)

// windowRate is the pacing rate of a congestion control that sets none, in bytes per
// second: a multiple of the window in a smoothed round-trip time (kernel
// tcp_update_pacing_rate). There must be a sample of the round-trip time.
func (e *Endpoint) windowRate() int64 {
	percent := int64(pacingAvoidance)
	if e.win.cwnd < e.win.ssthresh/2 {
		percent = pacingSlowStart
	}
	return percent * int64(e.win.cwnd) * int64(e.mss) * microsPerSecond /
		(100 * max(int64(e.rtt.srtt()/time.Microsecond), 1))
}

// updatePacingRate takes the rate over from the window.
func (e *Endpoint) updatePacingRate() {
	if e.pacer.on && e.rtt.srtt8 > 0 {
		e.pacer.rate = e.windowRate()
	}
}

// pacingHolds reports whether the next burst has to wait for its time, and then arms
// the timer (kernel tcp_pacing_check). cause is why new data would leave now.
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

// burstSent moves the instant of the next burst by the time that the bytes of this one
// take at the pacing rate. A burst that left later than prior, the instant allowed,
// makes up for at most half of its own time (kernel tcp_update_skb_after_send).
func (e *Endpoint) burstSent(bytes int64, prior time.Duration) {
	p := &e.pacer
	if !p.on || p.rate == 0 || e.sends < unpacedSegments {
		return
	}
	gap := time.Duration(bytes * int64(time.Second) / p.rate)
	p.next += gap - min(gap/2, p.next-prior)
}

// pacingTimeout sends what pacing has held back: lost packets first (kernel
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
