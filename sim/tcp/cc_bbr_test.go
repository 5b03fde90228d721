package tcp

import (
	"testing"
	"time"
)

// TestBBRWorksAtTheBandwidthDelayProduct: over links with a deep queue BBR uses at least 95 % of
// the link, with about the bandwidth-delay product in flight and a small queue, where CUBIC fills
// the queue (Cardwell et al. 2016, figure 1).
func TestBBRWorksAtTheBandwidthDelayProduct(t *testing.T) {
	for _, b := range []bottleneck{
		{rate: 10e6, rtt: 40 * ms, limit: 400},
		{rate: 100e6, rtt: 20 * ms, limit: 1500},
		{rate: 2e6, rtt: 100 * ms, limit: 200},
	} {
		cubic := b.transfer(t, withControl("cubic"), 5*time.Second, 40*time.Second, nil)
		for _, control := range []string{"bbr", "bbr3"} {
			r := b.transfer(t, withControl(control), 5*time.Second, 40*time.Second, nil)
			if r.utilisation < 0.95 {
				t.Errorf("%d bit/s, %v: %s uses %.1f %% of the link", b.rate, b.rtt, control, 100*r.utilisation)
			}
			// In flight are at most twice the product; the gain cycle keeps the queue short.
			if r.inFlight > 1.35*b.bdp()+6 || r.queue > 0.35*b.bdp()+6 || r.drops > 0 {
				t.Errorf("%d bit/s, %v, %s: %.1f packets in flight and %.1f in the queue, %d lost; the product is %.1f",
					b.rate, b.rtt, control, r.inFlight, r.queue, r.drops, b.bdp())
			}
			if cubic.queue < 3*r.queue {
				t.Errorf("%d bit/s, %v: a queue of %.1f packets with %s, %.1f with CUBIC", b.rate, b.rtt, r.queue, control, cubic.queue)
			}
		}
	}
}

// TestBBRKeepsItsRateUnderRandomLoss: at a random loss of 1 to 5 % BBR keeps most of the bandwidth;
// CUBIC has less than a tenth (Cardwell et al. 2016, figure 8: 100 Mbit/s, 100 ms).
func TestBBRKeepsItsRateUnderRandomLoss(t *testing.T) {
	for loss, least := range map[float64]float64{0.01: 0.9, 0.05: 0.75} {
		b := bottleneck{rate: 100e6, rtt: 100 * ms, limit: 4000, loss: loss, seed: 5}
		r := b.transfer(t, withControl("bbr"), 5*time.Second, 15*time.Second, nil)
		if r.utilisation < least {
			t.Errorf("loss %v: BBR uses %.1f %% of the link, want %.0f %%", loss, 100*r.utilisation, 100*least)
		}
		cubic := b.transfer(t, withControl("cubic"), 5*time.Second, 15*time.Second, nil)
		if cubic.utilisation > 0.1 {
			t.Errorf("loss %v: CUBIC uses %.1f %% of the link", loss, 100*cubic.utilisation)
		}
	}
}

// phase is a stretch of time in which BBR has one mode and one gain.
type phase struct {
	mode      bbrMode
	gain      uint32
	from, to  time.Duration // of the packets that leave
	leastCwnd int
}

// bbrPhases returns the phases of a transfer over a link.
func bbrPhases(t *testing.T, b *bottleneck, cfg Config, duration time.Duration) (phases []phase) {
	b.transfer(t, cfg, 0, duration, func(now time.Duration, e *Endpoint) {
		s := e.bbr
		if n := len(phases); n == 0 || phases[n-1].mode != s.mode || phases[n-1].gain != s.pacingGain {
			phases = append(phases, phase{mode: s.mode, gain: s.pacingGain, from: now, leastCwnd: e.win.cwnd})
		}
		p := &phases[len(phases)-1]
		p.to = now
		p.leastCwnd = min(p.leastCwnd, e.win.cwnd)
	})
	return phases
}

// TestBBRGoesThroughItsModes: startup with a gain of 2/ln 2 until the bandwidth stops growing,
// drain with its inverse, then cycles of eight phases of about the least round-trip time with gains
// of 5/4, 3/4 and six times 1 (Cardwell et al. 2016). After ten seconds it keeps four packets in
// flight for 200 ms.
func TestBBRGoesThroughItsModes(t *testing.T) {
	b := bottleneck{rate: 20e6, rtt: 50 * ms, limit: 1000}
	phases := bbrPhases(t, &b, withControl("bbr"), 25*time.Second)
	// The first phase is the one before the first ACK.
	if phases[1].mode != bbrStartup || phases[1].gain != 739 || phases[2].mode != bbrDrain || phases[2].gain != 88 || phases[3].mode != bbrProbeBW {
		t.Fatalf("the first phases are %+v", phases[:4])
	}
	// Startup doubles the window of 10 packets to twice the product of 83: four rounds. Three
	// more, with a queue of up to twice the product, show that the bandwidth does not grow.
	if took := phases[1].to - phases[1].from; took < 5*50*ms || took > 20*50*ms {
		t.Errorf("startup takes %v", took)
	}
	probes, drains, dips := 0, 0, 0
	for i, p := range phases[4 : len(phases)-1] {
		before := phases[3+i]
		took := p.to - p.from
		switch {
		case p.mode == bbrProbeRTT:
			dips++
			took = phases[5+i].from - before.to // packets leave only while the window is open
			if p.leastCwnd != 4 || took < 200*ms || took > 400*ms {
				t.Errorf("at %v a window of %d packets for %v, want 4 for 200ms", p.from, p.leastCwnd, took)
			}
			if dips == 1 && (p.from < 10*time.Second || p.from > 10500*ms) {
				t.Errorf("the first measurement of the round-trip time is at %v", p.from)
			}
		case p.gain == 320:
			probes++
			if took < 45*ms || took > 120*ms {
				t.Errorf("at %v a probe of %v", p.from, took)
			}
		case p.gain == 192:
			drains++
			if before.gain != 320 || took > 70*ms {
				t.Errorf("at %v a drain of %v after a gain of %d", p.from, took, before.gain)
			}
		case p.gain != 256:
			t.Errorf("at %v a gain of %d", p.from, p.gain)
		}
	}
	if dips != 2 || probes < 40 || probes-drains > 2 {
		t.Errorf("%d probes, %d drains, %d measurements of the round-trip time", probes, drains, dips)
	}
}

// TestBBRBeginsItsCycleAtRandom: the seed and the number of the endpoint decide the first phase,
// which is any but the one that drains (kernel bbr_reset_probe_bw_mode).
func TestBBRBeginsItsCycleAtRandom(t *testing.T) {
	seen := map[int]int{}
	draw := func(seed uint64, number int64) int {
		cfg := withControl("bbr")
		cfg.Seed = seed
		e := establishedEndpoint(t, &cfg)
		e.SetNumber(number)
		e.bbrEnterProbeBW()
		return e.bbr.cycle
	}
	for seed := range uint64(70) {
		for number := range int64(20) {
			cycle := draw(seed, number)
			seen[cycle]++
			if cycle != draw(seed, number) {
				t.Fatalf("seed %d, endpoint %d: two draws differ", seed, number)
			}
		}
	}
	for cycle := range bbrCycle {
		if n := seen[cycle]; (cycle == 1) != (n == 0) || (cycle != 1 && (n < 140 || n > 260)) {
			t.Errorf("the cycle begins at phase %d in %d of 1400 draws, want about 200, 0 at phase 1", cycle, n)
		}
	}
}

// TestBBRFindsAPolicersRate: a token bucket drops what exceeds 5 Mbit/s. BBR takes its rate for the
// bandwidth and so loses few packets (kernel bbr_lt_bw_sampling).
func TestBBRFindsAPolicersRate(t *testing.T) {
	cfg := withControl("bbr")
	cfg.ReceiveBuffer, cfg.MaxReceiveBuffer = 1<<28, 1<<30
	p := newPipe(&cfg, 40*ms, []turn{{client, []int64{1}, 0}, {server, []int64{1 << 40}, 0}})
	p.rate[server] = 100e6
	const rate, depth = 5e6 / 8, 60000 // bytes per second, bytes
	tokens, last := float64(depth), time.Duration(0)
	var packets, drops [2]int // before and after the policer is found
	used := time.Duration(0)
	p.drop = func(side, n int, s *Segment) bool {
		if side != server || s.Len == 0 {
			return false
		}
		tokens = min(tokens+(p.now-last).Seconds()*rate, depth)
		last = p.now
		k := 0
		if used > 0 {
			k = 1
		}
		packets[k]++
		if e := &p.end[server]; e.bbr.ltUse {
			got := float64(e.bbrRate(uint64(e.bbr.ltBW), bbrUnit))
			if got < 0.8*rate || got > 1.2*rate {
				t.Fatalf("at %v the long-term bandwidth is %.0f bytes/s, want about %.0f", p.now, got, rate)
			}
			if used == 0 {
				used = p.now
			}
		}
		if tokens < float64(s.Size()) {
			drops[k]++
			return true
		}
		tokens -= float64(s.Size())
		return false
	}
	p.run(8 * time.Second)
	if used == 0 || used > 3*time.Second {
		t.Fatalf("the policer is found at %v; %d of %d packets lost", used, drops[1], packets[1])
	}
	before, after := float64(drops[0])/float64(packets[0]), float64(drops[1])/float64(packets[1])
	if before < 0.2 || after > 0.1 {
		t.Errorf("%.1f %% of the packets are lost before the policer is known, %.1f %% after", 100*before, 100*after)
	}
}

// TestBBRStaysFastBehindAggregatedACKs: the link lets ACKs pass every 20 ms only. The packets
// acknowledged beyond the bandwidth raise the window, so that the sender does not run dry (kernel
// bbr_update_ack_aggregation).
func TestBBRStaysFastBehindAggregatedACKs(t *testing.T) {
	cfg := withControl("bbr")
	cfg.ReceiveBuffer, cfg.MaxReceiveBuffer = 1<<28, 1<<30
	p := newPipe(&cfg, 10*ms, []turn{{client, []int64{1}, 0}, {server, []int64{1 << 40}, 0}})
	p.rate[server] = 50e6
	p.jitter = func(side, _ int) time.Duration {
		if side == server {
			return 0
		}
		return 20*ms - p.now%(20*ms)
	}
	p.run(2 * time.Second)
	before := p.end[client].Delivered()
	for p.step(8 * time.Second) {
	}
	extra := max(p.end[server].bbr.extraAcked[0], p.end[server].bbr.extraAcked[1])
	used := float64(p.end[client].Delivered()-before) * 8 * 1500 / 1448 / 6 / 50e6
	if used < 0.9 || extra < 40 {
		t.Errorf("%.1f %% of the link are used, with %d packets of aggregation", 100*used, extra)
	}
}

// TestBBRRestoresItsWindowAfterRecovery: the first round of recovery sends a packet for each
// delivered. When recovery ends, the window is what it was (kernel
// bbr_set_cwnd_to_recover_or_restore).
func TestBBRRestoresItsWindowAfterRecovery(t *testing.T) {
	cfg := withControl("bbr")
	e := establishedEndpoint(t, &cfg)
	e.win.cwnd = 100
	e.bbr.minRTT = bbrNoRTT
	for range 60 {
		e.queue.push()
	}
	e.bbr.fullBWReached = true
	e.bbr.bw.reset(0, bbrBWUnit)
	bbrSSThresh(e)
	e.rec.caState = caRecovery
	cwnd, final := e.bbrRecoverOrRestore(&rateSample{losses: 3}, 2)
	if cwnd != 62 || !final {
		t.Errorf("recovery begins with a window of %d, final %v, want the 60 in flight and 2 acknowledged", cwnd, final)
	}
	e.win.cwnd = cwnd
	e.bbr.packetConservation = false // a round later
	cwnd, final = e.bbrRecoverOrRestore(&rateSample{losses: 3}, 2)
	if cwnd != 59 || final {
		t.Errorf("in the next round the window is %d, final %v, want 3 less", cwnd, final)
	}
	e.win.cwnd = cwnd
	e.rec.caState = caOpen
	if cwnd, final = e.bbrRecoverOrRestore(&rateSample{}, 2); cwnd != 100 || final {
		t.Errorf("after recovery the window is %d, final %v, want 100", cwnd, final)
	}
}

// TestBBRWindowIsTwiceTheProduct: the window is the gain times the bandwidth-delay product, rounded
// up, with three bursts more, rounded to an even number; 2 packets more while it probes (kernel
// bbr_bdp, bbr_quantization_budget).
func TestBBRWindowIsTwiceTheProduct(t *testing.T) {
	cfg := withControl("bbr")
	e := establishedEndpoint(t, &cfg)
	b := e.bbr
	b.fullBWReached, b.mode, b.cycle = true, bbrProbeBW, 2
	b.minRTT = 40_000                    // 40 ms
	b.bw.reset(0, uint32(bbrBWUnit/100)) // 10000 packets per second
	e.rate.delivered = 1000
	for _, c := range []struct {
		rate       int64 // pacing, bytes per second
		cycle      int
		gain       uint32
		extraAcked uint32
		want       int
	}{
		{1e6, 2, bbrUnit, 0, 400 + 6},
		{1e6, 2, bbrCwndGain, 0, 800 + 6},
		{100_000, 2, bbrUnit, 0, 400 + 4}, // bursts of one packet, then even
		{14_480_000, 2, bbrUnit, 0, 400 + 28},
		{1e6, 0, bbrUnit, 0, 400 + 6 + 2},
		{1e6, 2, bbrUnit, 50, 400 + 50 + 6},
		{1e6, 2, bbrUnit, 5000, 400 + 1000 + 6}, // at most 100 ms of the bandwidth
	} {
		e.pacer.setRate(c.rate)
		b.cycle, b.extraAcked[0] = c.cycle, c.extraAcked
		e.win.cwnd = 10_000
		e.bbrSetCwnd(&rateSample{}, 1, b.bandwidth(), c.gain)
		if e.win.cwnd != c.want {
			t.Errorf("%+v: a window of %d", c, e.win.cwnd)
		}
	}
	b.bw.reset(0, 1)
	e.bbrSetCwnd(&rateSample{}, 1, 1, bbrUnit)
	if e.pacer.setRate(1); e.win.cwnd < bbrMinCwnd {
		t.Errorf("a window of %d packets, want 4 at least", e.win.cwnd)
	}
}

// TestBBRPacesOnePercentBelowTheBandwidth (kernel bbr_rate_bytes_per_sec).
func TestBBRPacesOnePercentBelowTheBandwidth(t *testing.T) {
	cfg := withControl("bbr")
	e := establishedEndpoint(t, &cfg)
	// 1000 packets per second of 1448 bytes.
	if got := e.bbrRate(bbrBWUnit/1000, bbrUnit); got < 1433000 || got > 1433520 {
		t.Errorf("%d bytes per second, want 99 %% of 1448000", got)
	}
}

// TestMaxFilterHoldsTheMaximumOfItsWindow: the maximum is exact until it leaves the window. Then a
// later sample of the window takes its place, which is not below the newest.
func TestMaxFilterHoldsTheMaximumOfItsWindow(t *testing.T) {
	const window = 10
	var f maxFilter
	f.reset(0, 0)
	values := []uint32{}
	r := random{state: 1, started: true}
	for now := range uint32(5000) {
		v := uint32(r.next()>>60) + 100*(now/500%3)
		values = append(values, v)
		f.add(window, now, v)
		most, from := uint32(0), max(int(now)-window, 0)
		for _, x := range values[from:] {
			most = max(most, x)
		}
		if got := f.max(); got > most || got < v || f[0].time+window < now {
			t.Fatalf("at %d the filter says %d of sample %d; the newest is %d, the maximum %d", now, got, f[0].time, v, most)
		}
	}
	f.reset(0, 100)
	for now := uint32(1); now <= window; now++ {
		if f.add(window, now, 100-now); f.max() != 100 {
			t.Fatalf("at %d the filter says %d, want 100", now, f.max())
		}
	}
	// A quarter and a half of the window after the maximum the filter has taken replacements.
	if f.add(window, window+1, 80); f.max() != 97 {
		t.Errorf("after the window the filter says %d, want the sample of its second quarter, 97", f.max())
	}
}

// TestBBRRemembersBandwidthForTenRounds: the bandwidth is the most of the last ten rounds; samples
// that are application-limited count only if they are higher (kernel bbr_update_bw).
func TestBBRRemembersBandwidthForTenRounds(t *testing.T) {
	cfg := withControl("bbr")
	e := establishedEndpoint(t, &cfg)
	sample := func(packets int, appLimited bool) {
		e.rate.delivered += uint32(packets)
		e.bbrUpdateBW(&rateSample{delivered: packets, interval: 10 * ms, ackedSacked: packets,
			priorDelivered: e.bbr.nextDelivered, appLimited: appLimited})
	}
	sample(100, false)
	most := e.bbr.bandwidth()
	if want := uint32(100 * bbrBWUnit / 10_000); most != want {
		t.Fatalf("the bandwidth of 100 packets in 10ms is %d, want %d", most, want)
	}
	for round := range 10 {
		if sample(50, false); e.bbr.bandwidth() != most {
			t.Fatalf("the bandwidth is forgotten after %d rounds", round+1)
		}
	}
	if sample(50, false); e.bbr.bandwidth() != most/2 {
		t.Errorf("after eleven rounds the bandwidth is %d, want %d", e.bbr.bandwidth(), most/2)
	}
	for range 20 {
		sample(10, true)
	}
	if e.bbr.bandwidth() != most/2 {
		t.Errorf("application-limited samples lower the bandwidth to %d", e.bbr.bandwidth())
	}
	if sample(200, true); e.bbr.bandwidth() != 2*most {
		t.Errorf("a higher application-limited sample gives %d, want %d", e.bbr.bandwidth(), 2*most)
	}
}

// TestBBRNeedsAFifthLostToSeeAPolicer: an interval shows a policer if at least 50/256 packets per
// delivered one are lost in it. The policer's rate is used for 48 rounds (kernel
// bbr_lt_bw_sampling).
func TestBBRNeedsAFifthLostToSeeAPolicer(t *testing.T) {
	for _, lost := range []int{19, 20} {
		cfg := withControl("bbr")
		e := establishedEndpoint(t, &cfg)
		b := e.bbr
		b.mode, b.roundStart = bbrProbeBW, true
		e.bbrSampleLT(1, false) // begins, with the first round
		for range 2 {           // intervals of four rounds
			e.rate.delivered += 100
			e.scoreboard.lostTotal += lost
			e.rate.deliveredAt += 100 * ms
			for b.ltRounds < bbrLTMinRounds-1 {
				e.bbrSampleLT(0, false)
			}
			e.bbrSampleLT(1, false)
		}
		if b.ltUse != (lost == 20) {
			t.Errorf("%d lost per 100 delivered: a policer %v", lost, b.ltUse)
		}
		if !b.ltUse {
			continue
		}
		rounds := 0
		for ; b.ltUse && rounds < 100; rounds++ {
			e.bbrSampleLT(0, false)
		}
		if rounds != 48 {
			t.Errorf("its rate is used for %d rounds, want 48", rounds)
		}
	}
}

// TestBBRForgetsAggregationAfterTenRounds: the packets of aggregation are the most of this window
// of five rounds and the one before; version 3 has windows of one round in startup.
func TestBBRForgetsAggregationAfterTenRounds(t *testing.T) {
	for control, want := range map[string]int{"bbr": 9, "bbr3": 1} {
		cfg := withControl(control)
		e := establishedEndpoint(t, &cfg)
		e.win.cwnd = 1000
		b := e.bbr
		b.extraAcked[0] = 300
		rounds := 0
		for ; max(b.extraAcked[0], b.extraAcked[1]) == 300 && rounds < 100; rounds++ {
			b.roundStart = true
			e.bbrUpdateACKAggregation(&rateSample{ackedSacked: 1, delivered: 1, interval: ms})
		}
		if rounds != want+1 {
			t.Errorf("%s forgets after %d rounds, want %d", control, rounds, want+1)
		}
	}
}

// TestBBRBounds: a burst has at most 127 packets. Without a round-trip time the bandwidth-delay
// product is the initial window of 10 packets.
func TestBBRBounds(t *testing.T) {
	cfg := withControl("bbr")
	e := establishedEndpoint(t, &cfg)
	e.mss = 100
	if e.pacer.setRate(1 << 40); e.bbrBurst() != 127 {
		t.Errorf("a burst of %d packets, want 127", e.bbrBurst())
	}
	e.bbr.minRTT = bbrNoRTT
	if got := e.bbr.bdp(bbrBWUnit, bbrCwndGain); got != 10 {
		t.Errorf("a product of %d packets without a round-trip time, want 10", got)
	}
}
