package tcp

import (
	"math"
	"math/bits"
	"time"
)

// cubic is CUBIC with HyStart (RFC 9438; Ha, Rhee: Taming the elephants: New TCP slow start, 2011;
// kernel tcp_cubic.c). Its arithmetic is the kernel's, in integers.
var cubic = congestionOps{
	name:      "cubic",
	init:      cubicInit,
	ssthresh:  cubicSSThresh,
	congAvoid: cubicCongAvoid,
	setState:  cubicSetState,
	cwndEvent: cubicCwndEvent,
	pktsAcked: cubicPktsAcked,
	undoCwnd:  renoUndoCwnd,
}

// cubicState is the state of CUBIC at one endpoint (kernel struct bictcp). Instants of the window
// curve are in jiffies, because the kernel computes the curve at most once in each.
type cubicState struct {
	count    int    // packets acknowledged per increase of the window by one (cnt)
	lastMax  int    // W_max: window before the last reduction, packets (last_max_cwnd)
	lastCwnd int    // window when count was last computed from the curve (last_cwnd)
	lastTime int64  // jiffy of that computation (last_time)
	origin   int    // window at which the curve is flat, packets (bic_origin_point)
	k        uint64 // time from the epoch's start to the origin, in 1/1024 s (bic_K)

	inEpoch  bool  // an epoch of congestion avoidance has begun
	epoch    int64 // its first jiffy (epoch_start)
	acks     int   // packets acknowledged since renoCwnd grew (ack_cnt)
	renoCwnd int   // W_est: window that Reno would have, packets (tcp_cwnd)

	// delayMin is the least round-trip time of a packet; 0: none yet (delay_min).
	delayMin time.Duration
	hystart  hystart
}

// Constants of kernel tcp_cubic.c.
const (
	// cubicBeta is beta_cubic, the part of the window that a reduction keeps, in units of
	// 1/cubicBetaScale: 0.7 (RFC 9438 §4.6).
	cubicBeta      = 717
	cubicBetaScale = 1024
	// cubicFraction makes 1/2^cubicFraction s the unit of times of the curve (BICTCP_HZ).
	cubicFraction = 10
	// cubicScale is the curve's constant C in units of 1/1024 packet/s³ for a round-trip time
	// of 100 ms: 0.4 (RFC 9438 §5.1; bic_scale 41, cube_rtt_scale).
	cubicScale = 41 * 10
	// cubicFactor is 1/C in the units of the curve (cube_factor).
	cubicFactor = 1 << (10 + 3*cubicFraction) / cubicScale
	// renoScale is 8 times the packets acknowledged per packet of the window for each
	// increase of renoCwnd by one: (1 + beta)/(1 − beta)/3 (RFC 9438 §4.3; beta_scale).
	renoScale = 8 * (cubicBetaScale + cubicBeta) / 3 / (cubicBetaScale - cubicBeta)
	// cubicFirstCount bounds count before the first loss: the window grows by 5 % in a round
	// trip at least.
	cubicFirstCount = 20
	// cubicLeastCount bounds count: the window grows by half in a round trip at most.
	cubicLeastCount = 2
	// cubicPeriods is how often in a second count is computed anew while the window does not
	// change.
	cubicPeriods = 32
)

func cubicInit(e *Endpoint) {
	e.cubic = cubicState{}
	e.hystartRound()
}

// cubicSetState forgets the curve and the round-trip time after a timeout (kernel cubictcp_state).
func cubicSetState(e *Endpoint, state caState) {
	if state == caLoss {
		cubicInit(e)
	}
}

// cubicCwndEvent shifts the epoch by the time without transmissions: the application, not the
// network, has limited the window (kernel cubictcp_cwnd_event; RFC 9438 §5.8).
func cubicCwndEvent(e *Endpoint, event caEvent) {
	c := &e.cubic
	if event != eventTxStart || !c.inEpoch {
		return
	}
	now := e.clock.jiffies(e.now)
	if idle := now - e.clock.jiffies(e.lastSend); idle > 0 {
		c.epoch = min(c.epoch+idle, now)
	}
}

// cubicSSThresh returns beta_cubic times the window, and stores the window as W_max. If the window
// is below the W_max before, another flow needs the bandwidth: W_max is (1 + beta_cubic)/2 times
// the window (fast convergence, RFC 9438 §4.7; kernel cubictcp_recalc_ssthresh).
func cubicSSThresh(e *Endpoint) int {
	c, cwnd := &e.cubic, e.win.cwnd
	c.inEpoch = false
	if cwnd < c.lastMax {
		c.lastMax = cwnd * (cubicBetaScale + cubicBeta) / (2 * cubicBetaScale)
	} else {
		c.lastMax = cwnd
	}
	return max(cwnd*cubicBeta/cubicBetaScale, 2)
}

// cubicCongAvoid raises the window by slow start, then along the curve (kernel
// cubictcp_cong_avoid).
func cubicCongAvoid(e *Endpoint, acked int) {
	w := &e.win
	if !w.isCwndLimited() {
		return
	}
	if w.inSlowStart() {
		if acked = w.slowStart(acked); acked == 0 {
			return
		}
	}
	e.cubic.update(&e.clock, e.clock.jiffies(e.now), w.cwnd, acked)
	w.congAvoidAI(e.cubic.count, acked)
}

// update computes count, at a jiffy and a window, after an ACK of so many packets (kernel
// bictcp_update).
func (c *cubicState) update(clk *clock, now int64, cwnd, acked int) {
	c.acks += acked
	if c.lastCwnd == cwnd && now-c.lastTime <= int64(clk.hz()/cubicPeriods) {
		return
	}
	if !c.inEpoch || now != c.lastTime {
		c.lastCwnd, c.lastTime = cwnd, now
		c.follow(clk, now, cwnd, acked)
	}
	c.renoFriendly(cwnd)
	c.count = max(c.count, cubicLeastCount)
}

// follow computes count so that the window reaches W_cubic one round trip from now. If no epoch
// has begun, it begins one (RFC 9438 §4.2).
func (c *cubicState) follow(clk *clock, now int64, cwnd, acked int) {
	if !c.inEpoch {
		c.inEpoch, c.epoch = true, now
		c.acks, c.renoCwnd = acked, cwnd
		if c.lastMax <= cwnd {
			c.k, c.origin = 0, cwnd
		} else {
			c.k = cubeRoot(cubicFactor * uint64(c.lastMax-cwnd))
			c.origin = c.lastMax
		}
	}
	hz := uint64(clk.hz())
	delay := (uint64(c.delayMin/time.Microsecond)*hz + 999_999) / 1_000_000 // usecs_to_jiffies
	t := (uint64(now-c.epoch) + delay) << cubicFraction / hz
	offset := t - c.k
	if t < c.k {
		offset = c.k - t
	}
	target, delta := c.origin, int(cubicScale*offset*offset*offset>>(10+3*cubicFraction))
	if t < c.k {
		target -= delta
	} else {
		target += delta
	}
	if target > cwnd {
		c.count = cwnd / (target - cwnd)
	} else {
		c.count = 100 * cwnd
	}
	if c.lastMax == 0 {
		c.count = min(c.count, cubicFirstCount)
	}
}

// renoFriendly lowers count so that the window is at least what Reno would have (RFC 9438 §4.3).
func (c *cubicState) renoFriendly(cwnd int) {
	for perIncrease := cwnd * renoScale >> 3; c.acks > perIncrease; {
		c.acks -= perIncrease
		c.renoCwnd++
	}
	if c.renoCwnd > cwnd {
		c.count = min(c.count, cwnd/(c.renoCwnd-cwnd))
	}
}

// cubicPktsAcked takes a sample of the round-trip time: for the least delay, and for HyStart in
// slow start. Samples in the first second of an epoch do not count: packets sent before the
// reduction are still in the queue (kernel cubictcp_acked).
func cubicPktsAcked(e *Endpoint, sample ackSample) {
	c := &e.cubic
	if sample.rtt < 0 || (c.inEpoch && e.clock.jiffies(e.now)-c.epoch < int64(e.clock.hz())) {
		return
	}
	delay := max(sample.rtt, time.Microsecond)
	if c.delayMin == 0 || delay < c.delayMin {
		c.delayMin = delay
	}
	if !c.hystart.found && e.win.inSlowStart() {
		e.hystartUpdate(delay)
	}
}

// hystart is the state of HyStart, which ends slow start before packets are lost (kernel struct
// bictcp). A round ends when what was sent before its first ACK is acknowledged.
type hystart struct {
	found      bool          // the end of slow start has been found
	samples    int           // round-trip times of this round, up to hystartSamples (sample_cnt)
	roundStart time.Duration // instant of the round's first ACK (round_start)
	lastAck    time.Duration // instant of the last ACK of the round's ACK train (last_ack)
	end        int64         // offset after which the round ends (end_seq)
	least      time.Duration // least round-trip time of the round (curr_rtt)
}

// Constants of HyStart (kernel tcp_cubic.c).
const (
	hystartLowWindow = 16                   // packets: HyStart looks at windows from this on
	hystartSpacing   = 2 * time.Millisecond // of the ACKs of a train (hystart_ack_delta_us)
	hystartSamples   = 8                    // in a round before delays decide (HYSTART_MIN_SAMPLES)
	// Bounds of the delay's increase that ends slow start; between them it is an eighth of
	// the least delay (HYSTART_DELAY_MIN, HYSTART_DELAY_MAX).
	hystartDelayMin = 4 * time.Millisecond
	hystartDelayMax = 16 * time.Millisecond
)

// hystartRound begins a round (kernel bictcp_hystart_reset).
func (e *Endpoint) hystartRound() {
	h := &e.cubic.hystart
	h.roundStart, h.lastAck, h.end = e.now, e.now, e.sndNxt
	h.samples, h.least = 0, math.MaxInt64
}

// hystartUpdate ends slow start if the ACKs of this round have come without a gap for half of the
// least delay, or if its least round-trip time has grown by an eighth of the least delay (kernel
// hystart_update). With pacing the train may last for the whole delay.
func (e *Endpoint) hystartUpdate(delay time.Duration) {
	h := &e.cubic.hystart
	if e.sndUna > h.end {
		e.hystartRound()
	}
	if e.win.cwnd < hystartLowWindow {
		return
	}
	if e.now-h.lastAck <= hystartSpacing {
		h.lastAck = e.now
		threshold := e.cubic.delayMin + e.hystartACKDelay()
		if !e.pacer.on {
			threshold /= 2
		}
		if e.now-h.roundStart > threshold {
			h.found = true
			e.win.ssthresh = e.win.cwnd
		}
	}
	h.least = min(h.least, delay)
	if h.samples < hystartSamples {
		h.samples++
		return
	}
	increase := min(max(e.cubic.delayMin/8, hystartDelayMin), hystartDelayMax)
	if h.least > e.cubic.delayMin+increase {
		h.found = true
		e.win.ssthresh = e.win.cwnd
	}
}

// hystartACKDelay returns the delay that aggregation adds to the ACKs of a train: the time of four
// GSO bursts of full size at the pacing rate, at most 1 ms (kernel hystart_ack_delay).
func (e *Endpoint) hystartACKDelay() time.Duration {
	const bytes = 4 * gsoMaxSize
	if rate := e.pacer.pacingRate(); rate > bytes*int64(time.Second/time.Millisecond) {
		return time.Duration(bytes * microsPerSecond / rate * int64(time.Microsecond))
	}
	return time.Millisecond
}

// cubeRoot returns the cube root of a by a table for its six upper bits and one step of Newton's
// method, with the kernel's errors of rounding (kernel cubic_root).
func cubeRoot(a uint64) uint64 {
	b := bits.Len64(a)
	if b < 7 {
		return (uint64(cubeRoots[a]) + 35) >> 6
	}
	b = b*84>>8 - 1
	x := (uint64(cubeRoots[a>>(3*b)]) + 10) << b >> 6
	x = 2*x + a/(x*(x-1))
	return x * 341 >> 10
}

// cubeRoots holds 64 times the cube roots of 0 to 63, less 10 (kernel cubic_root). Entries of 1 to
// 7 are lower, which makes one step of Newton's method enough.
var cubeRoots = [64]uint8{
	0, 54, 54, 54, 118, 118, 118, 118, 123, 129, 134, 138, 143, 147, 151, 156,
	157, 161, 164, 168, 170, 173, 176, 179, 181, 185, 187, 190, 192, 194, 197, 199,
	200, 202, 204, 206, 209, 211, 213, 215, 217, 219, 221, 222, 224, 225, 227, 229,
	231, 232, 234, 236, 237, 239, 240, 242, 244, 245, 246, 248, 250, 251, 252, 254,
}
