package tcp

import "time"

// bbr is BBR version 1 (Cardwell et al.: BBR: Congestion-based congestion control, ACM Queue 14(5),
// 2016; kernel tcp_bbr.c). It models the path by its bandwidth and its least round-trip time, and
// paces at the bandwidth with at most twice the bandwidth-delay product in flight. Its arithmetic
// is the kernel's, in integers.
var bbr = congestionOps{
	name:        "bbr",
	paces:       true,
	init:        bbrInit,
	ssthresh:    bbrSSThresh,
	congControl: bbrMain,
	setState:    bbrSetState,
	cwndEvent:   bbrCwndEvent,
	undoCwnd:    bbrUndoCwnd,
	minTSOSegs:  bbrMinTSOSegs,
}

// bbrMode is a mode of BBR's state machine.
type bbrMode uint8

const (
	bbrStartup  bbrMode = iota // doubles the sending rate in each round trip
	bbrDrain                   // drains the queue of bbrStartup
	bbrProbeBW                 // paces around the bandwidth
	bbrProbeRTT                // drains the path to measure the least round-trip time
)

// bbrState is the state of BBR at one endpoint (kernel struct bbr). Bandwidths are in packets per
// microsecond, times bbrBWUnit; gains in units of 1/bbrUnit; rounds are packet-timed round trips.
type bbrState struct {
	mode        bbrMode
	prevCAState caState

	bw            maxFilter // of the delivery rate, by round
	rounds        uint32    // so far (rtt_cnt)
	nextDelivered uint32    // deliveryRate.delivered at which the round ends (next_rtt_delivered)
	roundStart    bool      // this ACK begins a round

	minRTT             uint32 // least round-trip time, µs; bbrNoRTT: no sample
	minRTTAt           int64  // jiffy of that sample (min_rtt_stamp)
	hasProbeRTTDone    bool
	probeRTTDone       int64 // jiffy at which bbrProbeRTT may end, if hasProbeRTTDone
	probeRTTRoundDone  bool  // a round has passed with the least window
	hasSeenRTT         bool  // the pacing rate comes from a round-trip time
	idleRestart        bool  // data is sent after an idle period
	packetConservation bool  // the first round of recovery

	pacingGain, cwndGain uint32
	cycle                int           // index in bbrPacingGain
	cycleAt              time.Duration // beginning of that phase (cycle_mstamp)

	fullBW        uint32 // bandwidth when it last grew by a quarter
	fullBWRounds  int    // rounds without growth since (full_bw_cnt)
	fullBWReached bool   // startup has filled the path

	priorCwnd int // window before recovery or bbrProbeRTT, packets

	// Long-term bandwidth: the rate of a policer (kernel lt_ fields).
	ltSampling  bool
	ltUse       bool          // the bandwidth is ltBW
	ltRounds    uint32        // in the interval
	ltBW        uint32        // average of the last intervals
	ltDelivered uint32        // deliveryRate.delivered at the interval's beginning
	ltLost      int           // scoreboard.lostTotal then
	ltAt        time.Duration // deliveryRate.deliveredAt then

	// ACK aggregation: packets acknowledged beyond what the bandwidth explains.
	ackEpochAt     time.Duration
	ackEpochAcked  uint32
	extraAcked     [2]uint32 // most of the present window of rounds, and of the one before
	extraAckedSlot int       // of the present window
	extraAckedAge  uint32    // its rounds

	v3 *bbr3State // of version 3; nil: this is version 1
}

const bbrNoRTT = 1<<32 - 1

// Constants of kernel tcp_bbr.c.
const (
	bbrBWScale = 24 // BW_SCALE
	bbrBWUnit  = 1 << bbrBWScale
	bbrScale   = 8 // BBR_SCALE
	bbrUnit    = 1 << bbrScale

	bbrCycle         = 8            // phases of the gain cycle (CYCLE_LEN)
	bbrBWRounds      = bbrCycle + 2 // window of the bandwidth filter (bbr_bw_rtts)
	bbrMinRTTSeconds = 10           // window of minRTT (bbr_min_rtt_win_sec)
	bbrProbeRTTTime  = 200          // ms in bbrProbeRTT (bbr_probe_rtt_mode_ms)
	bbrMinTSORate    = 1_200_000    // bit/s below which bursts are single packets
	bbrPacingMargin  = 1            // percent below the bandwidth (bbr_pacing_margin_percent)

	bbrHighGain  = bbrUnit*2885/1000 + 1 // 2/ln 2: doubles the rate in a round trip
	bbrDrainGain = bbrUnit * 1000 / 2885
	bbrCwndGain  = bbrUnit * 2
	bbrCycleRand = 7 // phases at which the cycle may begin (bbr_cycle_rand)

	bbrMinCwnd      = 4               // packets (bbr_cwnd_min_target)
	bbrFullBWGrowth = bbrUnit * 5 / 4 // growth that shows more bandwidth (bbr_full_bw_thresh)
	bbrFullBWRounds = 3               // rounds without it that end startup (bbr_full_bw_cnt)

	bbrLTMinRounds   = 4           // of an interval of long-term sampling (bbr_lt_intvl_min_rtts)
	bbrLTLoss        = 50          // losses per delivery of a policer (bbr_lt_loss_thresh)
	bbrLTRatio       = bbrUnit / 8 // difference of equal intervals (bbr_lt_bw_ratio)
	bbrLTDifference  = 4000 / 8    // or in bytes per second (bbr_lt_bw_diff)
	bbrLTMaxRounds   = 48          // for which ltBW is used (bbr_lt_bw_max_rtts)
	bbrInitialWindow = 10          // packets (TCP_INIT_CWND)

	bbrExtraAckedGain   = bbrUnit
	bbrExtraAckedRounds = 5       // window of extraAcked (bbr_extra_acked_win_rtts)
	bbrMostEpochAcked   = 1 << 20 // ends an epoch (bbr_ack_epoch_acked_reset_thresh)
	bbrExtraAckedMax    = 100_000 // µs of bandwidth to add at most (bbr_extra_acked_max_us)

	bbrMostBurst = 0x7f // packets (bbr_tso_segs_goal)
)

// bbrPacingGain are the gains of the phases of bbrProbeBW: a phase that probes for bandwidth, one
// that drains what it queued, and six at the bandwidth.
var bbrPacingGain = [bbrCycle]uint32{
	bbrUnit * 5 / 4, bbrUnit * 3 / 4, bbrUnit, bbrUnit, bbrUnit, bbrUnit, bbrUnit, bbrUnit,
}

func bbrInit(e *Endpoint) {
	if e.bbr == nil {
		e.bbr = new(bbrState)
	}
	b := e.bbr
	*b = bbrState{}
	e.win.ssthresh = infiniteSSThresh
	b.nextDelivered = e.rate.delivered
	b.minRTT = bbrNoRTT
	if e.rtt.min > 0 {
		b.minRTT = uint32(e.rtt.min / time.Microsecond)
	}
	b.minRTTAt = e.clock.jiffies(e.now)
	e.bbrInitPacingRate(bbrHighGain)
	e.bbrResetLT()
	b.ackEpochAt = e.now
	e.pacer.on = true
}

// bbrMain updates the model and sets pacing rate and window (kernel bbr_main).
func bbrMain(e *Endpoint, _ ackFlags, rs *rateSample) {
	b := e.bbr
	e.bbrUpdateBW(rs)
	e.bbrUpdateACKAggregation(rs)
	if b.mode == bbrProbeBW && e.bbrIsNextPhase(rs) {
		e.bbrAdvancePhase()
	}
	e.bbrCheckFullBW(rs)
	e.bbrCheckDrain()
	e.bbrUpdateMinRTT(rs)
	b.updateGains()
	bw := b.bandwidth()
	e.bbrSetPacingRate(bw, b.pacingGain, bbrHighGain)
	e.bbrSetCwnd(rs, rs.ackedSacked, bw, b.cwndGain)
}

// maxBW returns the most bandwidth of the last rounds or cycles.
func (b *bbrState) maxBW() uint32 {
	if b.v3 != nil {
		return max(b.v3.bwHi[0], b.v3.bwHi[1])
	}
	return b.bw.max()
}

// bandwidth returns the estimate of the path's bandwidth.
func (b *bbrState) bandwidth() uint32 {
	if b.v3 != nil {
		return min(b.maxBW(), b.v3.bwLo)
	}
	if b.ltUse {
		return b.ltBW
	}
	return b.bw.max()
}

// bbrRate converts a bandwidth and a gain to a pacing rate in bytes per second, 1 % lower (kernel
// bbr_rate_bytes_per_sec).
func (e *Endpoint) bbrRate(bw uint64, gain uint32) int64 {
	rate := bw * uint64(e.mss) * uint64(gain) >> bbrScale
	return int64(rate * (uint64(microsPerSecond) / 100 * (100 - bbrPacingMargin)) >> bbrBWScale)
}

// bbrInitPacingRate sets the pacing rate to startup's gain times the window in a round-trip time.
// Without a sample the round-trip time counts as 1 ms (kernel bbr_init_pacing_rate_from_rtt).
func (e *Endpoint) bbrInitPacingRate(gain uint32) {
	rtt := uint64(time.Millisecond / time.Microsecond)
	if e.rtt.srtt8 > 0 {
		rtt = max(uint64(e.rtt.srtt()/time.Microsecond), 1)
		e.bbr.hasSeenRTT = true
	}
	e.pacer.setRate(e.bbrRate(uint64(e.win.cwnd)*bbrBWUnit/rtt, gain))
}

// bbrSetPacingRate sets the pacing rate. Startup does not lower it (kernel bbr_set_pacing_rate).
func (e *Endpoint) bbrSetPacingRate(bw, gain, startup uint32) {
	rate := e.bbrRate(uint64(bw), gain)
	if !e.bbr.hasSeenRTT && e.rtt.srtt8 > 0 {
		e.bbrInitPacingRate(startup)
	}
	if e.bbr.fullBWReached || rate > e.pacer.pacingRate() {
		e.pacer.setRate(rate)
	}
}

// bbrMinTSOSegs returns the least number of segments in a burst (kernel bbr_min_tso_segs).
func bbrMinTSOSegs(e *Endpoint) int {
	if e.pacer.pacingRate() < bbrMinTSORate>>3 {
		return 1
	}
	return minBurst
}

// bbrBurst returns the number of segments that pacing sends in a burst (kernel bbr_tso_segs_goal).
func (e *Endpoint) bbrBurst() int {
	if e.bbr.v3 != nil {
		return e.bbr3Burst()
	}
	bytes := min(e.pacer.pacingRate()>>10, gsoMaxSize)
	return min(max(int(bytes)/int(e.mss), bbrMinTSOSegs(e)), bbrMostBurst)
}

// bbrSaveCwnd stores the window, which recovery or bbrProbeRTT cuts for a time (kernel
// bbr_save_cwnd).
func (e *Endpoint) bbrSaveCwnd() {
	b := e.bbr
	if b.prevCAState < caRecovery && b.mode != bbrProbeRTT {
		b.priorCwnd = e.win.cwnd
	} else {
		b.priorCwnd = max(b.priorCwnd, e.win.cwnd)
	}
}

// bbrCwndEvent paces at the bandwidth when data is sent after an idle period (kernel
// bbr_cwnd_event).
func bbrCwndEvent(e *Endpoint, event caEvent) {
	b := e.bbr
	if event != eventTxStart || e.rate.appLimited == 0 {
		return
	}
	b.idleRestart = true
	b.ackEpochAt, b.ackEpochAcked = e.now, 0
	switch b.mode {
	case bbrProbeBW:
		e.bbrSetPacingRate(b.bandwidth(), bbrUnit, bbrHighGain)
	case bbrProbeRTT:
		e.bbrCheckProbeRTTDone()
	}
}

// bdp returns the bandwidth-delay product in packets, times a gain, rounded up (kernel bbr_bdp).
func (b *bbrState) bdp(bw, gain uint32) int {
	if b.minRTT == bbrNoRTT {
		if b.v3 != nil {
			return b.v3.initCwnd
		}
		return bbrInitialWindow
	}
	product := uint64(bw) * uint64(b.minRTT) * uint64(gain) >> bbrScale
	return int((product + bbrBWUnit - 1) >> bbrBWScale)
}

// bbrQuantizationBudget adds to a window what the bursts of both hosts need (kernel
// bbr_quantization_budget).
func (e *Endpoint) bbrQuantizationBudget(cwnd int) int {
	cwnd += 3 * e.bbrBurst()
	cwnd = (cwnd + 1) &^ 1
	if e.bbr.mode == bbrProbeBW && e.bbr.cycle == 0 {
		cwnd += 2
	}
	return cwnd
}

// bbrInflight returns the packets in flight that the model allows (kernel bbr_inflight).
func (e *Endpoint) bbrInflight(bw, gain uint32) int {
	if e.bbr.v3 != nil {
		return e.bbr3QuantizationBudget(e.bbr.bdp(bw, gain))
	}
	return e.bbrQuantizationBudget(e.bbr.bdp(bw, gain))
}

// bbrInNetwork estimates the packets in the network when pacing lets the next burst leave (kernel
// bbr_packets_in_net_at_edt).
func (e *Endpoint) bbrInNetwork(inFlight int) int {
	wait := uint64(max(e.pacer.next-e.now, 0) / time.Microsecond)
	delivered := int(uint64(e.bbr.bandwidth()) * wait >> bbrBWScale)
	if e.bbr.pacingGain > bbrUnit {
		inFlight += e.bbrBurst()
	}
	return max(inFlight-delivered, 0)
}

// bbrAggregationCwnd returns what ACK aggregation adds to the window (kernel
// bbr_ack_aggregation_cwnd).
func (e *Endpoint) bbrAggregationCwnd() int {
	b := e.bbr
	if b.v3 == nil && !b.fullBWReached {
		return 0
	}
	most := uint64(b.bandwidth()) * bbrExtraAckedMax / bbrBWUnit
	extra := uint64(bbrExtraAckedGain*max(b.extraAcked[0], b.extraAcked[1])) >> bbrScale
	return int(min(extra, most))
}

// bbrRecoverOrRestore returns the window while losses are repaired, and whether it is final. The
// first round of recovery sends as many packets as are delivered; its end restores the window
// (kernel bbr_set_cwnd_to_recover_or_restore).
func (e *Endpoint) bbrRecoverOrRestore(rs *rateSample, acked int) (cwnd int, final bool) {
	b, cwnd := e.bbr, e.win.cwnd
	prev, state := b.prevCAState, e.rec.caState
	if rs.losses > 0 {
		cwnd = max(cwnd-rs.losses, 1)
	}
	if state == caRecovery && prev != caRecovery {
		b.packetConservation = true
		b.nextDelivered = e.rate.delivered
		cwnd = e.inFlight() + acked
	} else if prev >= caRecovery && state < caRecovery {
		cwnd = max(cwnd, b.priorCwnd)
		b.packetConservation = false
	}
	b.prevCAState = state
	if b.packetConservation {
		return max(cwnd, e.inFlight()+acked), true
	}
	return cwnd, false
}

// bbrSetCwnd moves the window towards its target: up by the packets acknowledged, down at once
// (kernel bbr_set_cwnd).
func (e *Endpoint) bbrSetCwnd(rs *rateSample, acked int, bw, gain uint32) {
	b, w := e.bbr, &e.win
	if acked > 0 {
		cwnd, final := e.bbrRecoverOrRestore(rs, acked)
		if !final {
			target := e.bbrQuantizationBudget(b.bdp(bw, gain) + e.bbrAggregationCwnd())
			if b.fullBWReached {
				cwnd = min(cwnd+acked, target)
			} else if cwnd < target || e.rate.delivered < bbrInitialWindow {
				cwnd += acked
			}
			cwnd = max(cwnd, bbrMinCwnd)
		}
		w.cwnd = cwnd
	}
	if b.mode == bbrProbeRTT {
		w.cwnd = min(w.cwnd, bbrMinCwnd)
	}
}

// bbrIsNextPhase reports whether the phase of the gain cycle ends. A phase lasts for the least
// round-trip time. A phase that probes lasts until a loss, or until the packets in flight have
// risen by its gain. A phase that drains ends earlier when they have fallen to the bandwidth-delay
// product (kernel bbr_is_next_cycle_phase).
func (e *Endpoint) bbrIsNextPhase(rs *rateSample) bool {
	b := e.bbr
	elapsed := (e.rate.deliveredAt - b.cycleAt) / time.Microsecond
	full := elapsed > time.Duration(b.minRTT)
	if b.pacingGain == bbrUnit {
		return full
	}
	inFlight, bw := e.bbrInNetwork(rs.priorInFlight), b.bw.max()
	if b.pacingGain > bbrUnit {
		return full && (rs.losses > 0 || inFlight >= e.bbrInflight(bw, b.pacingGain))
	}
	return full || inFlight <= e.bbrInflight(bw, bbrUnit)
}

func (e *Endpoint) bbrAdvancePhase() {
	b := e.bbr
	b.cycle = (b.cycle + 1) % bbrCycle
	b.cycleAt = e.rate.deliveredAt
}

// bbrEnterProbeBW begins the gain cycle at a random phase, not at the one that drains (kernel
// bbr_reset_probe_bw_mode).
func (e *Endpoint) bbrEnterProbeBW() {
	e.bbr.mode = bbrProbeBW
	e.bbr.cycle = bbrCycle - 1 - int(e.randomBelow(bbrCycleRand))
	e.bbrAdvancePhase()
}

// bbrBeginLT begins an interval of long-term sampling (kernel bbr_reset_lt_bw_sampling_interval).
func (e *Endpoint) bbrBeginLT() {
	b := e.bbr
	b.ltAt, b.ltDelivered, b.ltLost = e.rate.deliveredAt, e.rate.delivered, e.scoreboard.lostTotal
	b.ltRounds = 0
}

// bbrResetLT ends long-term sampling and the use of its bandwidth (kernel
// bbr_reset_lt_bw_sampling).
func (e *Endpoint) bbrResetLT() {
	b := e.bbr
	b.ltBW, b.ltUse, b.ltSampling = 0, false, false
	e.bbrBeginLT()
}

// bbrEndLT ends an interval with its bandwidth. Two intervals with about the same bandwidth show a
// policer (kernel bbr_lt_bw_interval_done).
func (e *Endpoint) bbrEndLT(bw uint32) {
	b := e.bbr
	if b.ltBW > 0 {
		difference := uint64(max(bw, b.ltBW) - min(bw, b.ltBW))
		if difference*bbrUnit <= bbrLTRatio*uint64(b.ltBW) || e.bbrRate(difference, bbrUnit) <= bbrLTDifference {
			b.ltBW = uint32((uint64(bw) + uint64(b.ltBW)) >> 1)
			b.ltUse = true
			b.pacingGain = bbrUnit
			b.ltRounds = 0
			return
		}
	}
	b.ltBW = bw
	e.bbrBeginLT()
}

// bbrSampleLT looks for a token-bucket policer: intervals that end with a loss, in which at least a
// fifth of the packets is lost, and whose bandwidths are equal (kernel bbr_lt_bw_sampling).
func (e *Endpoint) bbrSampleLT(losses int, appLimited bool) {
	b := e.bbr
	if b.ltUse {
		if b.mode == bbrProbeBW && b.roundStart {
			if b.ltRounds++; b.ltRounds >= bbrLTMaxRounds {
				e.bbrResetLT()
				e.bbrEnterProbeBW()
			}
		}
		return
	}
	if !b.ltSampling {
		if losses == 0 {
			return
		}
		e.bbrBeginLT()
		b.ltSampling = true
	}
	if appLimited {
		e.bbrResetLT()
		return
	}
	if b.roundStart {
		b.ltRounds++
	}
	if b.ltRounds < bbrLTMinRounds {
		return
	}
	if b.ltRounds > 4*bbrLTMinRounds {
		e.bbrResetLT()
		return
	}
	if losses == 0 {
		return
	}
	lost := e.scoreboard.lostTotal - b.ltLost
	delivered := int(e.rate.delivered - b.ltDelivered)
	if delivered == 0 || lost<<bbrScale < bbrLTLoss*delivered {
		return
	}
	milliseconds := e.rate.deliveredAt/time.Millisecond - b.ltAt/time.Millisecond
	if milliseconds < 1 {
		return
	}
	if milliseconds >= bbrNoRTT/1000 {
		e.bbrResetLT()
		return
	}
	e.bbrEndLT(uint32(uint64(delivered) * bbrBWUnit / uint64(milliseconds*1000)))
}

// bbrUpdateBW adds the sample of the delivery rate to the filter, unless it is application-limited
// and lower than the bandwidth (kernel bbr_update_bw).
func (e *Endpoint) bbrUpdateBW(rs *rateSample) {
	b := e.bbr
	b.roundStart = false
	interval := rs.interval / time.Microsecond
	if rs.delivered < 0 || interval <= 0 {
		return
	}
	if int32(rs.priorDelivered-b.nextDelivered) >= 0 {
		b.nextDelivered = e.rate.delivered
		b.rounds++
		b.roundStart = true
		b.packetConservation = false
	}
	e.bbrSampleLT(rs.losses, rs.appLimited)
	bw := uint32(uint64(rs.delivered) * bbrBWUnit / uint64(interval))
	if !rs.appLimited || bw >= b.bw.max() {
		b.bw.add(bbrBWRounds, b.rounds, bw)
	}
}

// bbrUpdateACKAggregation measures the packets acknowledged beyond what the bandwidth explains
// since the epoch began. An epoch ends when the ACKs are slower than the bandwidth (kernel
// bbr_update_ack_aggregation).
func (e *Endpoint) bbrUpdateACKAggregation(rs *rateSample) {
	b := e.bbr
	if rs.ackedSacked <= 0 || rs.delivered < 0 || rs.interval/time.Microsecond <= 0 {
		return
	}
	if b.roundStart {
		window := uint32(bbrExtraAckedRounds)
		if b.v3 != nil && !b.fullBWReached {
			window = 1
		}
		if b.extraAckedAge++; b.extraAckedAge >= window {
			b.extraAckedAge = 0
			b.extraAckedSlot = 1 - b.extraAckedSlot
			b.extraAcked[b.extraAckedSlot] = 0
		}
	}
	acked := uint32(rs.ackedSacked)
	epoch := uint64(max(e.rate.deliveredAt-b.ackEpochAt, 0) / time.Microsecond)
	expected := uint32(uint64(b.bandwidth()) * epoch / bbrBWUnit)
	if b.ackEpochAcked <= expected || b.ackEpochAcked+acked >= bbrMostEpochAcked {
		b.ackEpochAcked = 0
		b.ackEpochAt = e.rate.deliveredAt
		expected = 0
	}
	b.ackEpochAcked = min(b.ackEpochAcked+acked, bbrMostEpochAcked-1)
	extra := min(b.ackEpochAcked-expected, uint32(e.win.cwnd))
	b.extraAcked[b.extraAckedSlot] = max(b.extraAcked[b.extraAckedSlot], extra)
}

// bbrCheckFullBW checks whether startup has filled the path: the bandwidth has grown by less than a
// quarter for three rounds (kernel bbr_check_full_bw_reached).
func (e *Endpoint) bbrCheckFullBW(rs *rateSample) {
	b := e.bbr
	if b.fullBWReached || !b.roundStart || rs.appLimited {
		return
	}
	if bw := b.bw.max(); uint64(bw) >= uint64(b.fullBW)*bbrFullBWGrowth>>bbrScale {
		b.fullBW, b.fullBWRounds = bw, 0
		return
	}
	b.fullBWRounds++
	b.fullBWReached = b.fullBWRounds >= bbrFullBWRounds
}

// bbrCheckDrain begins bbrDrain when startup has filled the path, and ends it when the queue is
// drained (kernel bbr_check_drain).
func (e *Endpoint) bbrCheckDrain() {
	b := e.bbr
	if b.mode == bbrStartup && b.fullBWReached {
		b.mode = bbrDrain
		e.win.ssthresh = e.bbrInflight(b.bw.max(), bbrUnit)
	}
	if b.mode == bbrDrain && e.bbrInNetwork(e.inFlight()) <= e.bbrInflight(b.bw.max(), bbrUnit) {
		e.bbrEnterProbeBW()
	}
}

// bbrCheckProbeRTTDone ends bbrProbeRTT when its time has passed (kernel
// bbr_check_probe_rtt_done).
func (e *Endpoint) bbrCheckProbeRTTDone() {
	b, now := e.bbr, e.clock.jiffies(e.now)
	if !b.hasProbeRTTDone || now <= b.probeRTTDone {
		return
	}
	b.minRTTAt = now
	e.win.cwnd = max(e.win.cwnd, b.priorCwnd)
	if b.fullBWReached {
		e.bbrEnterProbeBW()
	} else {
		b.mode = bbrStartup
	}
}

// bbrUpdateMinRTT keeps the least round-trip time. When its sample is ten seconds old, bbrProbeRTT
// keeps at most four packets in flight for 200 ms and a round (kernel bbr_update_min_rtt).
func (e *Endpoint) bbrUpdateMinRTT(rs *rateSample) {
	b, now := e.bbr, e.clock.jiffies(e.now)
	hz := int64(e.clock.hz())
	expired := now > b.minRTTAt+bbrMinRTTSeconds*hz
	if rs.rtt >= 0 {
		if rtt := uint32(rs.rtt / time.Microsecond); rtt < b.minRTT || (expired && !rs.ackDelayed) {
			b.minRTT, b.minRTTAt = rtt, now
		}
	}
	if expired && !b.idleRestart && b.mode != bbrProbeRTT {
		b.mode = bbrProbeRTT
		e.bbrSaveCwnd()
		b.hasProbeRTTDone = false
	}
	if b.mode == bbrProbeRTT && e.bbrHoldProbeRTT(bbrMinCwnd) {
		e.bbrCheckProbeRTTDone()
	}
	if rs.delivered > 0 {
		b.idleRestart = false
	}
}

// bbrHoldProbeRTT sets the end of bbrProbeRTT once no more than the given number of packets is in
// flight. It reports whether a round has passed since.
func (e *Endpoint) bbrHoldProbeRTT(most int) bool {
	b := e.bbr
	e.rate.appLimited = max(e.rate.delivered+uint32(e.inFlight()), 1)
	if b.hasProbeRTTDone {
		b.probeRTTRoundDone = b.probeRTTRoundDone || b.roundStart
		return b.probeRTTRoundDone
	}
	if e.inFlight() <= most {
		b.hasProbeRTTDone = true
		b.probeRTTDone = e.clock.jiffies(e.now) + (bbrProbeRTTTime*int64(e.clock.hz())+999)/1000
		b.probeRTTRoundDone = false
		b.nextDelivered = e.rate.delivered
	}
	return false
}

// updateGains sets the gains of the mode (kernel bbr_update_gains).
func (b *bbrState) updateGains() {
	switch b.mode {
	case bbrStartup:
		b.pacingGain, b.cwndGain = bbrHighGain, bbrHighGain
	case bbrDrain:
		b.pacingGain, b.cwndGain = bbrDrainGain, bbrHighGain
	case bbrProbeBW:
		b.pacingGain, b.cwndGain = bbrPacingGain[b.cycle], bbrCwndGain
		if b.ltUse {
			b.pacingGain = bbrUnit
		}
	case bbrProbeRTT:
		b.pacingGain, b.cwndGain = bbrUnit, bbrUnit
	}
}

// bbrUndoCwnd keeps the window: recovery restores it (kernel bbr_undo_cwnd).
func bbrUndoCwnd(e *Endpoint) int {
	e.bbr.fullBW, e.bbr.fullBWRounds = 0, 0
	e.bbrResetLT()
	return e.win.cwnd
}

// bbrSSThresh stores the window for the end of recovery (kernel bbr_ssthresh).
func bbrSSThresh(e *Endpoint) int {
	e.bbrSaveCwnd()
	return e.win.ssthresh
}

// bbrSetState treats a timeout as the end of a round (kernel bbr_set_state).
func bbrSetState(e *Endpoint, state caState) {
	if state != caLoss {
		return
	}
	b := e.bbr
	b.prevCAState = caLoss
	b.fullBW = 0
	b.roundStart = true
	e.bbrSampleLT(1, false)
}
