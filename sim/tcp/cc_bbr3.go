package tcp

import (
	"math"
	"time"
)

// bbr3 is BBR version 3 (draft-ietf-ccwg-bbr; tcp_bbr.c of branch v3 of github.com/google/bbr). No
// release of Linux contains it. Beside the model of version 1 it bounds the data in flight by what
// the path carried without losing more than 2 %, and probes for bandwidth seldom. Its use of ECN
// needs the route attribute ecn_low, which no route has by default: it is left out.
var bbr3 = congestionOps{
	name:            "bbr3",
	paces:           true,
	appLimitedOnACK: true,
	fastACK:         true,
	init:            bbr3Init,
	ssthresh:        bbr3SSThresh,
	congControl:     bbr3Main,
	setState:        bbr3SetState,
	cwndEvent:       bbr3CwndEvent,
	undoCwnd:        bbr3UndoCwnd,
	markedLost:      bbr3MarkedLost,
	tsoSegs:         (*Endpoint).bbr3Burst,
}

// bbr3State is what version 3 keeps beside the fields of bbrState that it shares with version 1
// (struct bbr of version 3). Windows are in packets.
type bbr3State struct {
	initCwnd int

	probeRTTMin   uint32 // least round-trip time since bbrProbeRTT, µs
	probeRTTMinAt int64  // jiffy of that sample

	sampleBW    uint32 // of this ACK
	fullBWNow   bool   // the bandwidth does not grow at present
	tryFastPath bool   // the window is at its target

	// Of the present round trip of losses.
	lossDelivered  uint32 // deliveryRate.delivered at which it ends (loss_round_delivered)
	lossRoundStart bool
	lossInRound    bool
	lossInCycle    bool
	lossEvents     int    // ACKs with losses in a round of bbrStartup
	bwLatest       uint32 // most bandwidth
	inflightLatest int    // most packets delivered

	// Bounds: lo is for the present cycle, after losses; hi is long-term.
	bwHi                   [2]uint32 // most of the last cycle and of this one
	bwLo                   uint32
	inflightLo, inflightHi int
	undoBWLo               uint32 // the bounds before recovery
	undoInflightLo         int
	undoInflightHi         int

	ackPhase          bbr3ACKPhase
	probeUpRounds     int           // of bbr3Up in which the window was the limit
	probeUpCount      int           // packets delivered per increase of inflightHi
	probeUpACKs       int           // packets delivered since then
	probeWait         time.Duration // until the next probe for bandwidth
	roundsSinceProbe  int
	probeSamples      bool // samples are from a probe for bandwidth
	prevProbeTooHigh  bool // the last probe lost too much
	stoppedRiskyProbe bool // the last probe stopped at inflightHi
}

// bbr3ACKPhase is how the ACKs relate to the probe for bandwidth (enum bbr_ack_phase).
type bbr3ACKPhase uint8

const (
	bbr3ACKsInit bbr3ACKPhase = iota
	bbr3ACKsRefilling
	bbr3ACKsProbeStarting
	bbr3ACKsProbeFeedback
	bbr3ACKsProbeStopping
)

// The phases of bbrProbeBW in version 3: values of bbrState.cycle (enum bbr_pacing_gain_phase).
const (
	bbr3Up     = iota // raises the data in flight
	bbr3Down          // drains the queue
	bbr3Cruise        // leaves headroom
	bbr3Refill        // fills the path before bbr3Up
)

const (
	bbr3NoBW       = math.MaxUint32 // no lower bound of the bandwidth
	bbr3NoInflight = math.MaxInt32  // no bound of the packets in flight
)

// Constants of tcp_bbr.c of version 3.
const (
	bbr3ProbeRTTWindow   = 5000        // ms between bbrProbeRTT (bbr_probe_rtt_win_ms)
	bbr3ProbeRTTCwndGain = bbrUnit / 2 // window of bbrProbeRTT
	bbr3TSORTTShift      = 9           // 512 µs of round-trip time halve what short paths add
	bbr3StartupGain      = bbrUnit*277/100 + 1
	bbr3StartupCwndGain  = bbrUnit * 2
	bbr3ProbeCwndGain    = bbrUnit / 4        // more window in bbr3Up (bbr_bw_probe_cwnd_gain)
	bbr3Beta             = bbrUnit * 30 / 100 // reduction for losses
	bbr3LossThreshold    = bbrUnit * 2 / 100  // lost packets that are too many
	bbr3FullLosses       = 6                  // ACKs with losses that end startup
	bbr3Headroom         = bbrUnit * 15 / 100 // of inflightHi that bbr3Cruise leaves
	bbr3ProbeMaxRounds   = 63                 // between probes (bbr_bw_probe_max_rounds)
	bbr3ProbeRandRounds  = 2
	bbr3ProbeBase        = 2 * time.Second // between probes, and up to 1 s more
	bbr3ProbeRandom      = 1_000_000       // µs (bbr_bw_probe_rand_us)
	bbr3MostUpRounds     = 30
	bbr3MostLossEvents   = 0xf
)

// bbr3PacingGain are the gains of the phases.
var bbr3PacingGain = [...]uint32{
	bbr3Up: bbrUnit * 5 / 4, bbr3Down: bbrUnit * 91 / 100, bbr3Cruise: bbrUnit, bbr3Refill: bbrUnit,
}

func bbr3Init(e *Endpoint) {
	if e.bbr == nil {
		e.bbr = new(bbrState)
	}
	b, v := e.bbr, e.bbr.v3
	if v == nil {
		v = new(bbr3State)
	}
	*b, *v = bbrState{v3: v}, bbr3State{}
	v.initCwnd = min(bbrMostBurst, e.win.cwnd)
	e.win.ssthresh = infiniteSSThresh
	b.nextDelivered = e.rate.delivered
	b.minRTT = bbrNoRTT
	if e.rtt.min > 0 {
		b.minRTT = uint32(e.rtt.min / time.Microsecond)
	}
	b.minRTTAt = e.clock.jiffies(e.now)
	v.probeRTTMin, v.probeRTTMinAt = b.minRTT, b.minRTTAt
	e.bbrInitPacingRate(bbr3StartupGain)
	b.ackEpochAt = e.now
	e.pacer.on = true
	v.lossDelivered = e.rate.delivered + 1
	v.bwLo, v.inflightLo, v.inflightHi = bbr3NoBW, bbr3NoInflight, bbr3NoInflight
	v.probeUpCount = math.MaxInt32
}

// bbr3Main updates the model and sets pacing rate and window (bbr_main).
func bbr3Main(e *Endpoint, _ ackFlags, rs *rateSample) {
	b, v := e.bbr, e.bbr.v3
	interval := rs.interval / time.Microsecond
	b.roundStart = interval > 0 && int32(rs.priorDelivered-b.nextDelivered) >= 0
	if b.roundStart {
		b.nextDelivered = e.rate.delivered
		v.roundsSinceProbe = min(v.roundsSinceProbe+1, 0xff)
	}
	v.sampleBW = 0
	if interval > 0 {
		v.sampleBW = uint32((uint64(rs.delivered)*bbrBWUnit + uint64(interval) - 1) / uint64(interval))
	}
	valid := interval > 0 && rs.ackedSacked > 0
	v.lossRoundStart = false
	if valid {
		e.bbr3UpdateLatest(rs)
	}
	if !e.bbr3FastPath(rs, valid) {
		b.v3UpdateGains()
		bw := b.bandwidth()
		e.bbrSetPacingRate(bw, b.pacingGain, bbr3StartupGain)
		e.bbr3SetCwnd(rs.ackedSacked, bw, b.cwndGain)
		e.bbr3BoundCwnd()
	}
	if v.lossRoundStart && !rs.acksProbe {
		v.bwLatest, v.inflightLatest = v.sampleBW, rs.delivered
	}
	b.prevCAState = e.rec.caState
	v.lossInCycle = v.lossInCycle || rs.lost > 0
}

// bbr3FastPath updates the model. It reports whether window and pacing rate stay: the samples are
// application-limited, and nothing in the model has changed (bbr_run_fast_path, bbr_update_model).
func (e *Endpoint) bbr3FastPath(rs *rateSample, valid bool) bool {
	b, v := e.bbr, e.bbr.v3
	if v.tryFastPath && rs.appLimited && v.sampleBW < b.maxBW() && !v.lossInRound {
		mode, minRTT := b.mode, b.minRTT
		e.bbr3CheckDrain()
		e.bbr3UpdateCycle(rs)
		e.bbr3UpdateMinRTT(rs)
		return b.mode == mode && b.minRTT == minRTT && v.tryFastPath
	}
	if valid {
		e.bbr3UpdateSignals(rs)
	}
	e.bbrUpdateACKAggregation(rs)
	e.bbr3CheckStartupLoss(rs)
	e.bbr3CheckFullBW(rs)
	e.bbr3CheckDrain()
	e.bbr3UpdateCycle(rs)
	e.bbr3UpdateMinRTT(rs)
	return false
}

// bbr3UpdateLatest notes what the present round trip delivers (bbr_update_latest_delivery_signals).
func (e *Endpoint) bbr3UpdateLatest(rs *rateSample) {
	v := e.bbr.v3
	v.bwLatest = max(v.bwLatest, v.sampleBW)
	v.inflightLatest = max(v.inflightLatest, rs.delivered)
	if int32(rs.priorDelivered-v.lossDelivered) >= 0 {
		v.lossDelivered = e.rate.delivered
		v.lossRoundStart = true
	}
}

// bbr3UpdateSignals takes the sample of the bandwidth, and once in a round trip adapts the lower
// bounds to losses (bbr_update_congestion_signals).
func (e *Endpoint) bbr3UpdateSignals(rs *rateSample) {
	b, v := e.bbr, e.bbr.v3
	if !rs.appLimited || v.sampleBW >= b.maxBW() {
		v.bwHi[1] = max(v.bwHi[1], v.sampleBW)
	}
	v.lossInRound = v.lossInRound || rs.losses > 0
	if !v.lossRoundStart {
		return
	}
	if v.lossInRound && !b.v3Probing() {
		e.bbr3LowerBounds()
	}
	v.lossInRound = false
}

// bbr3LowerBounds reduces the lower bounds by 30 %, but not below what the path delivers now
// (bbr_adapt_lower_bounds).
func (e *Endpoint) bbr3LowerBounds() {
	b, v := e.bbr, e.bbr.v3
	if v.bwLo == bbr3NoBW {
		v.bwLo = b.maxBW()
	}
	if v.inflightLo == bbr3NoInflight {
		v.inflightLo = e.win.cwnd
	}
	const keep = bbrUnit - bbr3Beta
	v.bwLo = max(v.bwLatest, uint32(uint64(v.bwLo)*keep>>bbrScale), 1)
	v.inflightLo = max(v.inflightLatest, v.inflightLo*keep>>bbrScale)
}

// v3Probing reports whether the sender probes for bandwidth (bbr_is_probing_bandwidth).
func (b *bbrState) v3Probing() bool {
	return b.mode == bbrStartup ||
		(b.mode == bbrProbeBW && (b.cycle == bbr3Refill || b.cycle == bbr3Up))
}

// bbr3Burst returns the number of segments of a burst: about a millisecond at the pacing rate, and
// more on short paths (bbr_tso_segs).
func (e *Endpoint) bbr3Burst() int {
	bytes := e.pacer.pacingRate() >> 10
	if shift := e.bbr.minRTT >> bbr3TSORTTShift; shift < 32 {
		bytes += 65536 >> shift
	}
	return max(int(min(bytes, gsoMaxSize))/int(e.mss), minBurst)
}

// bbr3QuantizationBudget raises a window to what the bursts of both hosts need
// (bbr_quantization_budget).
func (e *Endpoint) bbr3QuantizationBudget(cwnd int) int {
	cwnd = max(cwnd, 3*e.bbr3Burst(), bbrMinCwnd)
	if e.bbr.mode == bbrProbeBW && e.bbr.cycle == bbr3Up {
		cwnd += 2
	}
	return cwnd
}

// bbr3SetCwnd moves the window towards its target (bbr_set_cwnd).
func (e *Endpoint) bbr3SetCwnd(acked int, bw, gain uint32) {
	b, v, w := e.bbr, e.bbr.v3, &e.win
	if acked > 0 {
		target := e.bbr3QuantizationBudget(b.bdp(bw, gain) + e.bbrAggregationCwnd())
		v.tryFastPath = false
		switch {
		case b.fullBWReached:
			if w.cwnd += acked; w.cwnd >= target {
				w.cwnd = target
				v.tryFastPath = true
			}
		case w.cwnd < target || w.cwnd < 2*v.initCwnd:
			w.cwnd += acked
		default:
			v.tryFastPath = true
		}
		w.cwnd = max(w.cwnd, bbrMinCwnd)
	}
	if b.mode == bbrProbeRTT {
		w.cwnd = min(w.cwnd, e.bbr3ProbeRTTCwnd())
	}
}

func (e *Endpoint) bbr3ProbeRTTCwnd() int {
	return max(bbrMinCwnd, e.bbr.bdp(e.bbr.bandwidth(), bbr3ProbeRTTCwndGain))
}

// bbr3BoundCwnd bounds the window by what the path carried without too many losses
// (bbr_bound_cwnd_for_inflight_model).
func (e *Endpoint) bbr3BoundCwnd() {
	b, v := e.bbr, e.bbr.v3
	most := bbr3NoInflight
	if b.mode == bbrProbeBW && b.cycle != bbr3Cruise {
		most = v.inflightHi
	} else if b.mode == bbrProbeRTT || b.mode == bbrProbeBW {
		most = v.withHeadroom()
	}
	most = max(min(most, v.inflightLo), bbrMinCwnd)
	e.win.cwnd = min(e.win.cwnd, most)
}

// withHeadroom returns inflightHi less the headroom for other flows (bbr_inflight_with_headroom).
func (v *bbr3State) withHeadroom() int {
	if v.inflightHi == bbr3NoInflight {
		return bbr3NoInflight
	}
	return max(v.inflightHi-max(v.inflightHi*bbr3Headroom>>bbrScale, 1), bbrMinCwnd)
}

// bbr3TargetInflight is the bandwidth-delay product, or the window if losses have reduced it
// (bbr_target_inflight).
func (e *Endpoint) bbr3TargetInflight() int {
	return min(e.bbrInflight(e.bbr.bandwidth(), bbrUnit), e.win.cwnd)
}

// bbr3CheckStartupLoss ends startup if a round of recovery has losses on six ACKs, more than 2 %
// (bbr_check_loss_too_high_in_startup).
func (e *Endpoint) bbr3CheckStartupLoss(rs *rateSample) {
	b, v := e.bbr, e.bbr.v3
	if b.fullBWReached {
		return
	}
	if rs.losses > 0 && v.lossEvents < bbr3MostLossEvents {
		v.lossEvents++
	}
	if !v.lossRoundStart {
		return
	}
	if e.rec.caState == caRecovery && v.lossEvents >= bbr3FullLosses && bbr3TooHigh(rs.lost, rs.txInFlight) {
		b.fullBWReached = true
		v.inflightHi = max(e.bbrInflight(b.maxBW(), bbrUnit), v.inflightLatest)
		return
	}
	v.lossEvents = 0
}

// bbr3TooHigh reports whether more than 2 % of the packets in flight were lost
// (bbr_is_inflight_too_high).
func bbr3TooHigh(lost, inFlight int) bool {
	return lost > 0 && inFlight > 0 && lost > inFlight*bbr3LossThreshold>>bbrScale
}

// bbr3CheckFullBW checks whether the bandwidth has grown by less than a quarter for three rounds
// (bbr_check_full_bw_reached).
func (e *Endpoint) bbr3CheckFullBW(rs *rateSample) {
	b, v := e.bbr, e.bbr.v3
	if v.fullBWNow || rs.appLimited {
		return
	}
	if uint64(v.sampleBW) >= uint64(b.fullBW)*bbrFullBWGrowth>>bbrScale {
		b.v3ResetFullBW(v.sampleBW)
		return
	}
	if !b.roundStart {
		return
	}
	b.fullBWRounds++
	v.fullBWNow = b.fullBWRounds >= bbrFullBWRounds
	b.fullBWReached = b.fullBWReached || v.fullBWNow
}

// v3ResetFullBW begins to look for a plateau of the bandwidth (bbr_reset_full_bw).
func (b *bbrState) v3ResetFullBW(bw uint32) {
	b.fullBW, b.fullBWRounds, b.v3.fullBWNow = bw, 0, false
}

// bbr3CheckDrain begins and ends the draining of startup's queue (bbr_check_drain).
func (e *Endpoint) bbr3CheckDrain() {
	b := e.bbr
	if b.mode == bbrStartup && b.fullBWReached {
		b.mode = bbrDrain
		e.win.ssthresh = e.bbrInflight(b.maxBW(), bbrUnit)
		b.v3.resetSignals()
	}
	if b.mode == bbrDrain && e.bbrInNetwork(e.inFlight()) <= e.bbrInflight(b.maxBW(), bbrUnit) {
		b.mode = bbrProbeBW
		e.bbr3StartDown()
	}
}

// resetSignals forgets losses and deliveries of the present round trip and cycle
// (bbr_reset_congestion_signals).
func (v *bbr3State) resetSignals() {
	v.lossInRound, v.lossInCycle = false, false
	v.bwLatest, v.inflightLatest = 0, 0
}

// v3SetPhase begins a phase of bbrProbeBW (bbr_set_cycle_idx).
func (b *bbrState) v3SetPhase(phase int) {
	b.cycle = phase
	b.v3.tryFastPath = false
}

// bbr3StartDown begins a cycle: the queue is drained, and the time of the next probe is drawn
// (bbr_start_bw_probe_down, bbr_pick_probe_wait).
func (e *Endpoint) bbr3StartDown() {
	b, v := e.bbr, e.bbr.v3
	v.resetSignals()
	v.probeUpCount = math.MaxInt32
	v.roundsSinceProbe = int(e.randomBelow(bbr3ProbeRandRounds))
	v.probeWait = bbr3ProbeBase + time.Duration(e.randomBelow(bbr3ProbeRandom))*time.Microsecond
	b.cycleAt = e.now
	v.ackPhase = bbr3ACKsProbeStopping
	b.nextDelivered = e.rate.delivered
	b.v3SetPhase(bbr3Down)
}

// bbr3StartCruise begins to send at the bandwidth with headroom (bbr_start_bw_probe_cruise).
func (e *Endpoint) bbr3StartCruise() {
	v := e.bbr.v3
	if v.inflightLo != bbr3NoInflight {
		v.inflightLo = min(v.inflightLo, v.inflightHi)
	}
	e.bbr.v3SetPhase(bbr3Cruise)
}

// bbr3StartRefill fills the path before a probe (bbr_start_bw_probe_refill).
func (e *Endpoint) bbr3StartRefill() {
	b, v := e.bbr, e.bbr.v3
	v.bwLo, v.inflightLo = bbr3NoBW, bbr3NoInflight
	v.probeUpRounds, v.probeUpACKs = 0, 0
	v.stoppedRiskyProbe = false
	v.ackPhase = bbr3ACKsRefilling
	b.nextDelivered = e.rate.delivered
	b.v3SetPhase(bbr3Refill)
}

// bbr3StartUp begins to probe for bandwidth (bbr_start_bw_probe_up).
func (e *Endpoint) bbr3StartUp() {
	b, v := e.bbr, e.bbr.v3
	v.ackPhase = bbr3ACKsProbeStarting
	b.nextDelivered = e.rate.delivered
	b.cycleAt = e.now
	b.v3ResetFullBW(v.sampleBW)
	b.v3SetPhase(bbr3Up)
	e.bbr3RaiseSlope()
}

// bbr3RaiseSlope doubles the growth of inflightHi in each round of bbr3Up
// (bbr_raise_inflight_hi_slope).
func (e *Endpoint) bbr3RaiseSlope() {
	v := e.bbr.v3
	growth := 1 << v.probeUpRounds
	v.probeUpRounds = min(v.probeUpRounds+1, bbr3MostUpRounds)
	v.probeUpCount = max(e.win.cwnd/growth, 1)
}

// bbr3RaiseInflight raises inflightHi while it is the limit (bbr_probe_inflight_hi_upward).
func (e *Endpoint) bbr3RaiseInflight(rs *rateSample) {
	v := e.bbr.v3
	if !e.win.limited || e.win.cwnd < v.inflightHi {
		return
	}
	v.probeUpACKs += rs.ackedSacked
	if v.probeUpACKs >= v.probeUpCount {
		v.inflightHi += v.probeUpACKs / v.probeUpCount
		v.probeUpACKs %= v.probeUpCount
		v.tryFastPath = false
	}
	if e.bbr.roundStart {
		e.bbr3RaiseSlope()
	}
}

// bbr3HandleTooHigh reduces inflightHi to what was in flight when losses became too many, and ends
// the probe (bbr_handle_inflight_too_high).
func (e *Endpoint) bbr3HandleTooHigh(inFlight int, appLimited bool) {
	b, v := e.bbr, e.bbr.v3
	v.prevProbeTooHigh = true
	v.probeSamples = false
	if !appLimited {
		v.inflightHi = max(inFlight, e.bbr3TargetInflight()*(bbrUnit-bbr3Beta)>>bbrScale)
	}
	if b.mode == bbrProbeBW && b.cycle == bbr3Up {
		e.bbr3StartDown()
	}
}

// bbr3AdaptUpperBounds adapts inflightHi to a sample. It reports whether a phase has begun
// (bbr_adapt_upper_bounds).
func (e *Endpoint) bbr3AdaptUpperBounds(rs *rateSample) bool {
	b, v := e.bbr, e.bbr.v3
	if v.ackPhase == bbr3ACKsProbeStarting && b.roundStart {
		v.ackPhase = bbr3ACKsProbeFeedback
	}
	if v.ackPhase == bbr3ACKsProbeStopping && b.roundStart {
		v.probeSamples = false
		v.ackPhase = bbr3ACKsInit
		if b.mode == bbrProbeBW && !rs.appLimited && v.bwHi[1] > 0 {
			v.bwHi[0], v.bwHi[1] = v.bwHi[1], 0
		}
		if b.mode == bbrProbeBW && v.stoppedRiskyProbe && !v.prevProbeTooHigh {
			e.bbr3StartRefill()
			return true
		}
	}
	if bbr3TooHigh(rs.lost, rs.txInFlight) {
		if v.probeSamples {
			e.bbr3HandleTooHigh(rs.txInFlight, rs.appLimited)
		}
	} else if v.inflightHi != bbr3NoInflight {
		v.inflightHi = max(v.inflightHi, rs.txInFlight)
		if b.mode == bbrProbeBW && b.cycle == bbr3Up {
			e.bbr3RaiseInflight(rs)
		}
	}
	return false
}

// bbr3TimeToProbe begins a probe after two to three seconds. It begins one earlier after a round
// for each packet of the target in flight, the time between two losses of a Reno flow, but at most
// 63 rounds. It reports whether a probe begins (bbr_check_time_to_probe_bw,
// bbr_is_reno_coexistence_probe_time).
func (e *Endpoint) bbr3TimeToProbe() bool {
	v := e.bbr.v3
	elapsed := (e.now - e.bbr.cycleAt - v.probeWait) / time.Microsecond
	if elapsed <= 0 && v.roundsSinceProbe < min(bbr3ProbeMaxRounds, e.bbr3TargetInflight()) {
		return false
	}
	e.bbr3StartRefill()
	return true
}

// bbr3UpdateCycle is the state machine of bbrProbeBW (bbr_update_cycle_phase).
func (e *Endpoint) bbr3UpdateCycle(rs *rateSample) {
	b, v := e.bbr, e.bbr.v3
	if !b.fullBWReached || e.bbr3AdaptUpperBounds(rs) || b.mode != bbrProbeBW {
		return
	}
	inFlight := e.bbrInNetwork(rs.priorInFlight)
	switch b.cycle {
	case bbr3Cruise:
		e.bbr3TimeToProbe()
	case bbr3Refill:
		if b.roundStart {
			v.probeSamples = true
			e.bbr3StartUp()
		}
	case bbr3Up:
		done := false
		if v.prevProbeTooHigh && inFlight >= v.inflightHi {
			v.stoppedRiskyProbe = true
			done = true
		} else if e.win.limited && e.win.cwnd >= v.inflightHi {
			b.v3ResetFullBW(v.sampleBW)
		} else {
			done = v.fullBWNow
		}
		if done {
			v.prevProbeTooHigh = false
			e.bbr3StartDown()
		}
	case bbr3Down:
		if !e.bbr3TimeToProbe() && inFlight <= v.withHeadroom() && inFlight <= e.bbrInflight(b.maxBW(), bbrUnit) {
			e.bbr3StartCruise()
		}
	}
}

// bbr3UpdateMinRTT keeps the least round-trip time. If it has not been seen for five seconds,
// bbrProbeRTT halves the data in flight for 200 ms and a round (bbr_update_min_rtt).
func (e *Endpoint) bbr3UpdateMinRTT(rs *rateSample) {
	b, v, now := e.bbr, e.bbr.v3, e.clock.jiffies(e.now)
	hz := int64(e.clock.hz())
	expired := now > v.probeRTTMinAt+(bbr3ProbeRTTWindow*hz+999)/1000
	if rs.rtt >= 0 {
		if rtt := uint32(rs.rtt / time.Microsecond); rtt < v.probeRTTMin || (expired && !rs.ackDelayed) {
			v.probeRTTMin, v.probeRTTMinAt = rtt, now
		}
	}
	if v.probeRTTMin <= b.minRTT || now > b.minRTTAt+bbrMinRTTSeconds*hz {
		b.minRTT, b.minRTTAt = v.probeRTTMin, v.probeRTTMinAt
	}
	if expired && !b.idleRestart && b.mode != bbrProbeRTT {
		b.mode = bbrProbeRTT
		e.bbrSaveCwnd()
		b.hasProbeRTTDone = false
		v.ackPhase = bbr3ACKsProbeStopping
		b.nextDelivered = e.rate.delivered
	}
	if b.mode == bbrProbeRTT && e.bbrHoldProbeRTT(e.bbr3ProbeRTTCwnd()) {
		e.bbr3CheckProbeRTTDone()
	}
	if rs.delivered > 0 {
		b.idleRestart = false
	}
}

// bbr3CheckProbeRTTDone ends bbrProbeRTT when its time has passed (bbr_check_probe_rtt_done,
// bbr_exit_probe_rtt).
func (e *Endpoint) bbr3CheckProbeRTTDone() {
	b, v, now := e.bbr, e.bbr.v3, e.clock.jiffies(e.now)
	if !b.hasProbeRTTDone || now <= b.probeRTTDone {
		return
	}
	v.probeRTTMinAt = now
	e.win.cwnd = max(e.win.cwnd, b.priorCwnd)
	v.bwLo, v.inflightLo = bbr3NoBW, bbr3NoInflight
	if b.fullBWReached {
		b.mode = bbrProbeBW
		e.bbr3StartDown()
		e.bbr3StartCruise()
	} else {
		b.mode = bbrStartup
	}
}

// v3UpdateGains sets the gains of the mode (bbr_update_gains).
func (b *bbrState) v3UpdateGains() {
	switch b.mode {
	case bbrStartup:
		b.pacingGain, b.cwndGain = bbr3StartupGain, bbr3StartupCwndGain
	case bbrDrain:
		b.pacingGain, b.cwndGain = bbrDrainGain, bbr3StartupCwndGain
	case bbrProbeBW:
		b.pacingGain, b.cwndGain = bbr3PacingGain[b.cycle], bbrCwndGain
		if b.cycle == bbr3Up {
			b.cwndGain += bbr3ProbeCwndGain
		}
	case bbrProbeRTT:
		b.pacingGain, b.cwndGain = bbrUnit, bbrUnit
	}
}

func bbr3CwndEvent(e *Endpoint, event caEvent) {
	b := e.bbr
	switch {
	case event == eventTLPRecovery:
		e.bbr3ProbeRepaired()
	case event == eventTxStart && e.rate.appLimited != 0:
		b.idleRestart = true
		b.ackEpochAt, b.ackEpochAcked = e.now, 0
		switch b.mode {
		case bbrProbeBW:
			e.bbrSetPacingRate(b.bandwidth(), bbrUnit, bbr3StartupGain)
		case bbrProbeRTT:
			e.bbr3CheckProbeRTTDone()
		}
	}
}

// bbr3NoteLoss marks the present round trip as one with losses (bbr_note_loss).
func (e *Endpoint) bbr3NoteLoss() {
	v := e.bbr.v3
	if !v.lossInRound {
		v.lossDelivered = e.rate.delivered
	}
	v.lossInRound, v.lossInCycle = true, true
}

// bbr3MarkedLost checks whether too many packets of the flight up to a lost packet were lost
// (bbr_skb_marked_lost).
func bbr3MarkedLost(e *Endpoint, p *packet) {
	e.bbr3NoteLoss()
	if !e.bbr.v3.probeSamples || p.deliveredAt == notSampled {
		return
	}
	inFlight, lost := int(p.inFlight), int(uint16(e.scoreboard.lostTotal)-p.lost)
	if bbr3TooHigh(lost, inFlight) {
		e.bbr3HandleTooHigh(bbr3InflightOfLoss(inFlight, lost), p.state&packetAppLimited != 0)
	}
}

// bbr3InflightOfLoss returns the packets in flight at which losses reached 2 %, the threshold. Of
// the last packet sent it counts the part x that solves (lost before + x)/(in flight before + x) =
// 2 % (bbr_inflight_hi_from_lost_skb).
func bbr3InflightOfLoss(inFlight, lost int) int {
	inFlight, lost = inFlight-1, lost-1
	budget := (inFlight*bbr3LossThreshold + bbrUnit - 1) >> bbrScale
	if lost >= budget {
		return inFlight
	}
	return inFlight + (budget-lost)<<bbrScale/(bbrUnit-bbr3LossThreshold)
}

// bbr3ProbeRepaired notes the loss that a tail loss probe has repaired
// (bbr_run_loss_probe_recovery).
func (e *Endpoint) bbr3ProbeRepaired() {
	v := e.bbr.v3
	e.bbr3NoteLoss()
	if inFlight := v.inflightLatest + 1; v.probeSamples && bbr3TooHigh(1, inFlight) {
		e.bbr3HandleTooHigh(inFlight, e.tlp.appLimited)
	}
}

// bbr3UndoCwnd restores window and bounds after a spurious recovery (bbr_undo_cwnd).
func bbr3UndoCwnd(e *Endpoint) int {
	b, v := e.bbr, e.bbr.v3
	b.v3ResetFullBW(0)
	v.lossInRound = false
	v.bwLo = max(v.bwLo, v.undoBWLo)
	v.inflightLo = max(v.inflightLo, v.undoInflightLo)
	v.inflightHi = max(v.inflightHi, v.undoInflightHi)
	v.tryFastPath = false
	return b.priorCwnd
}

// bbr3SSThresh stores window and bounds at the beginning of recovery (bbr_ssthresh).
func bbr3SSThresh(e *Endpoint) int {
	v := e.bbr.v3
	e.bbrSaveCwnd()
	v.undoBWLo, v.undoInflightLo, v.undoInflightHi = v.bwLo, v.inflightLo, v.inflightHi
	return e.win.ssthresh
}

// bbr3SetState bounds the data in flight after a timeout, and restores the window when the state
// ends (bbr_set_state).
func bbr3SetState(e *Endpoint, state caState) {
	b, v := e.bbr, e.bbr.v3
	if state == caLoss {
		b.prevCAState = caLoss
		b.v3ResetFullBW(0)
		if !b.v3Probing() && v.inflightLo == bbr3NoInflight {
			v.inflightLo = max(e.win.cwnd, b.priorCwnd)
		}
	} else if b.prevCAState == caLoss {
		e.win.cwnd = max(e.win.cwnd, b.priorCwnd)
		v.tryFastPath = false
	}
}
