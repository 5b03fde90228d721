package tcp

import (
	"testing"
	"time"
)

// TestBBR3LosesLittleInAShallowQueue: over a queue of a fifth of the bandwidth-delay product
// version 1 loses many packets, because it does not look at losses. Version 3 keeps their rate
// below its threshold of 2 % and still fills the link.
func TestBBR3LosesLittleInAShallowQueue(t *testing.T) {
	b := bottleneck{rate: 50e6, rtt: 40 * ms, limit: 33} // 167 packets in a round trip
	r := b.transfer(t, withControl("bbr3"), 5*time.Second, 40*time.Second, nil)
	v1 := b.transfer(t, withControl("bbr"), 5*time.Second, 40*time.Second, nil)
	loss, loss1 := float64(r.drops)/float64(r.packets), float64(v1.drops)/float64(v1.packets)
	if r.utilisation < 0.9 || loss > 0.01 || loss1 < 2*loss {
		t.Errorf("version 3 uses %.1f %% and loses %.2f %%, version 1 uses %.1f %% and loses %.2f %%",
			100*r.utilisation, 100*loss, 100*v1.utilisation, 100*loss1)
	}
}

// TestBBR3KeepsItsRateUpToItsLossThreshold: at a random loss below 2 % version 3 keeps most of the
// bandwidth; far above, it gives way, unlike version 1.
func TestBBR3KeepsItsRateUpToItsLossThreshold(t *testing.T) {
	for loss, want := range map[float64][2]float64{0.005: {0.7, 1}, 0.1: {0, 0.4}} {
		b := bottleneck{rate: 50e6, rtt: 40 * ms, limit: 1000, loss: loss, seed: 9}
		r := b.transfer(t, withControl("bbr3"), 5*time.Second, 30*time.Second, nil)
		if r.utilisation < want[0] || r.utilisation > want[1] {
			t.Errorf("loss %v: version 3 uses %.1f %% of the link, want %.0f to %.0f %%", loss, 100*r.utilisation, 100*want[0], 100*want[1])
		}
	}
}

// TestBBR3GoesThroughItsModes: startup with a gain of 2.77, drain, then cycles of down (0.91),
// cruise (1), refill (1) and up (1.25), at most three seconds or a round for each packet of the
// bandwidth-delay product apart. After five seconds it halves the data in flight for 200 ms.
func TestBBR3GoesThroughItsModes(t *testing.T) {
	b := bottleneck{rate: 20e6, rtt: 50 * ms, limit: 1000} // 83 packets in a round trip
	phases := bbrPhases(t, &b, withControl("bbr3"), 21*time.Second)
	for i, want := range []struct {
		mode bbrMode
		gain uint32
	}{{bbrStartup, 710}, {bbrDrain, 88}, {bbrProbeBW, 232}, {bbrProbeBW, 256}} {
		if p := phases[1+i]; p.mode != want.mode || p.gain != want.gain {
			t.Fatalf("phase %d has mode %d and gain %d, want %d and %d", i, p.mode, p.gain, want.mode, want.gain)
		}
	}
	ups, dips, last := 0, 0, time.Duration(0)
	for i, p := range phases[3 : len(phases)-1] {
		before, after := phases[2+i], phases[4+i]
		switch {
		case p.mode == bbrProbeRTT:
			dips++
			if took := after.from - before.to; p.leastCwnd < 40 || p.leastCwnd > 48 || took < 200*ms || took > 400*ms {
				t.Errorf("at %v a window of %d packets for %v, want about 42 for 200ms", p.from, p.leastCwnd, took)
			}
		case p.gain == 320:
			ups++
			if last > 0 && p.from-last > 4*time.Second {
				t.Errorf("at %v a probe for bandwidth, %v after the one before", p.from, p.from-last)
			}
			last = p.from
			if before.gain != 256 || after.gain != 232 {
				t.Errorf("at %v a probe between gains of %d and %d", p.from, before.gain, after.gain)
			}
		case p.gain != 256 && p.gain != 232 && p.gain != 88:
			t.Errorf("at %v a gain of %d", p.from, p.gain)
		}
	}
	if ups < 4 || ups > 9 || dips < 3 || dips > 4 {
		t.Errorf("%d probes for bandwidth and %d measurements of the round-trip time in 21 s", ups, dips)
	}
}

// TestBBR3FindsTheInflightOfTooManyLosses: the packets in flight at which 2 % (5/256) of them were
// lost, with the packets before the last one lost in full.
func TestBBR3FindsTheInflightOfTooManyLosses(t *testing.T) {
	for _, c := range []struct{ inFlight, lost, want int }{
		{1000, 20, 1000}, // 19 before; the threshold of 999 is 20
		{1000, 30, 999},  // more than the threshold before
		{1000, 1, 1019},  // none before: 20 more
		{11, 1, 11},      // one of ten is more than 2 %
	} {
		if got := bbr3InflightOfLoss(c.inFlight, c.lost); got != c.want {
			t.Errorf("%d in flight, %d lost: %d, want %d", c.inFlight, c.lost, got, c.want)
		}
	}
	for _, c := range []struct {
		lost, inFlight int
		want           bool
	}{{0, 10, false}, {1, 0, false}, {1, 51, true}, {1, 52, false}, {19, 1000, false}, {20, 1000, true}} {
		if got := bbr3TooHigh(c.lost, c.inFlight); got != c.want {
			t.Errorf("%d of %d lost: too many %v", c.lost, c.inFlight, got)
		}
	}
}

// TestBBR3LowersItsBoundsByThirtyPercent: a round trip with losses lowers the bounds of bandwidth
// and packets in flight by 30 %, but not below what it delivered. The window keeps 15 % headroom
// below the upper bound while it cruises.
func TestBBR3LowersItsBoundsByThirtyPercent(t *testing.T) {
	cfg := withControl("bbr3")
	e := establishedEndpoint(t, &cfg)
	b, v := e.bbr, e.bbr.v3
	v.bwHi[0], e.win.cwnd = 10000, 200
	e.bbr3LowerBounds()
	if v.bwLo != 7031 || v.inflightLo != 140 { // 180/256
		t.Errorf("bounds %d and %d after losses, want 7031 of 10000 and 140 of 200", v.bwLo, v.inflightLo)
	}
	v.bwLatest, v.inflightLatest = 6000, 130
	e.bbr3LowerBounds()
	if v.bwLo != 6000 || v.inflightLo != 130 || b.bandwidth() != 6000 {
		t.Errorf("bounds %d and %d, though 6000 and 130 were delivered", v.bwLo, v.inflightLo)
	}
	v.inflightLo, v.inflightHi = bbr3NoInflight, 100
	for _, c := range []struct {
		mode  bbrMode
		phase int
		want  int
	}{
		{bbrProbeBW, bbr3Up, 100}, {bbrProbeBW, bbr3Cruise, 86}, {bbrProbeRTT, 0, 86}, {bbrStartup, 0, 200},
	} {
		b.mode, b.cycle, e.win.cwnd = c.mode, c.phase, 200
		if e.bbr3BoundCwnd(); e.win.cwnd != c.want {
			t.Errorf("mode %d, phase %d: a window of %d, want %d", c.mode, c.phase, e.win.cwnd, c.want)
		}
	}
}

// TestBBR3RestoresItsBoundsAfterASpuriousRecovery (bbr_undo_cwnd).
func TestBBR3RestoresItsBoundsAfterASpuriousRecovery(t *testing.T) {
	cfg := withControl("bbr3")
	e := establishedEndpoint(t, &cfg)
	v := e.bbr.v3
	e.win.cwnd, v.bwLo, v.inflightLo, v.inflightHi = 80, 900, 70, 90
	bbr3SSThresh(e)
	v.bwLo, v.inflightLo, v.inflightHi, e.win.cwnd = 600, 50, 60, 40
	if cwnd := bbr3UndoCwnd(e); cwnd != 80 || v.bwLo != 900 || v.inflightLo != 70 || v.inflightHi != 90 {
		t.Errorf("window %d, bounds %d, %d, %d", cwnd, v.bwLo, v.inflightLo, v.inflightHi)
	}
}

// TestBBR3EndsStartupForSixLosses: a round of recovery with losses on at least six ACKs and above
// 2 % ends startup (bbr_check_loss_too_high_in_startup).
func TestBBR3EndsStartupForSixLosses(t *testing.T) {
	for _, c := range []struct {
		acks, lost int
		want       bool
	}{{5, 10, false}, {6, 10, true}, {6, 1, false}} {
		cfg := withControl("bbr3")
		e := establishedEndpoint(t, &cfg)
		e.rec.caState = caRecovery
		for i := range c.acks {
			e.bbr.v3.lossRoundStart = i == c.acks-1
			e.bbr3CheckStartupLoss(&rateSample{losses: 1, lost: c.lost, txInFlight: 100})
		}
		if e.bbr.fullBWReached != c.want {
			t.Errorf("%d ACKs with losses, %d of 100 packets lost: startup ends %v", c.acks, c.lost, e.bbr.fullBWReached)
		}
	}
}

// TestBBR3ProbesAtRandomTimes: the next probe is two to three seconds away, or one round less than
// the bound, at random (bbr_pick_probe_wait). A probe has a window gain of 2.25, and doubles the
// growth of the upper bound in each round, up to 2³⁰.
func TestBBR3ProbesAtRandomTimes(t *testing.T) {
	cfg := withControl("bbr3")
	e := establishedEndpoint(t, &cfg)
	b, v := e.bbr, e.bbr.v3
	rounds := map[int]int{}
	for range 200 {
		e.bbr3StartDown()
		rounds[v.roundsSinceProbe]++
		if v.probeWait < 2*time.Second || v.probeWait >= 3*time.Second {
			t.Fatalf("the next probe is %v away", v.probeWait)
		}
	}
	if len(rounds) != 2 || rounds[0] < 70 || rounds[1] < 70 {
		t.Errorf("rounds that count before: %v, want 0 and 1 about 100 times each", rounds)
	}
	b.mode, b.cycle = bbrProbeBW, bbr3Up
	if b.v3UpdateGains(); b.cwndGain != 512+64 {
		t.Errorf("a probe has a window gain of %d/256, want 576", b.cwndGain)
	}
	e.win.cwnd = 64
	for i, want := range []int{64, 32, 16, 8, 4, 2, 1, 1} {
		if e.bbr3RaiseSlope(); v.probeUpCount != want {
			t.Errorf("round %d raises the bound by one per %d packets, want %d", i, v.probeUpCount, want)
		}
	}
	for range 40 {
		e.bbr3RaiseSlope()
	}
	if v.probeUpRounds != 30 {
		t.Errorf("%d rounds are counted, want 30", v.probeUpRounds)
	}
}
