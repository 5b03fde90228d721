package netem

import (
	"math"
	"testing"
)

// outcomes reports which of n packets a loss process loses.
func outcomes(cfg Config, seed uint64, n int) []bool {
	l := newLossProcess(&cfg)
	l.reset(seed)
	model := newLossModel(&cfg)
	if model != nil {
		model.reset(seed)
	}
	lost := make([]bool, n)
	for i := range lost {
		if model != nil {
			lost[i] = model.lost(0, uint64(i+1))
		} else {
			lost[i] = l.lost(uint64(i + 1))
		}
	}
	return lost
}

func count(lost []bool) (n int) {
	for _, l := range lost {
		if l {
			n++
		}
	}
	return n
}

func TestIndependentLossIsBinomial(t *testing.T) {
	const n = 200_000
	for _, p := range []float64{0.0001, 0.001, 0.01, 0.05, 0.2, 0.5, 0.99} {
		for seed := range uint64(5) {
			lost := outcomes(Config{Loss: p}, seed, n)
			sd := math.Sqrt(n * p * (1 - p))
			if k := float64(count(lost)); math.Abs(k-n*p) > 4*sd+1 {
				t.Errorf("loss %v, seed %d: %v of %d lost, %.1f standard deviations off",
					p, seed, k, n, (k-n*p)/sd)
			}
			pairs := 0
			for i := 1; i < n; i++ {
				if lost[i] && lost[i-1] {
					pairs++
				}
			}
			// Pairs overlap: the variance of their count is n·p²(1−p)(1+3p).
			sd = math.Sqrt(n * p * p * (1 - p) * (1 + 3*p))
			if k := float64(pairs); math.Abs(k-n*p*p) > 4*sd+2 {
				t.Errorf("loss %v, seed %d: %v pairs lost, want about %.0f", p, seed, k, n*p*p)
			}
		}
	}
}

func TestLossOf0And100Percent(t *testing.T) {
	if k := count(outcomes(Config{}, 1, 10_000)); k != 0 {
		t.Errorf("%d packets lost at 0 %%", k)
	}
	if k := count(outcomes(Config{Loss: 1}, 1, 10_000)); k != 10_000 {
		t.Errorf("%d of 10000 packets lost at 100 %%", k)
	}
}

func TestGilbertElliottLosesInBursts(t *testing.T) {
	const n = 400_000
	for _, tt := range []struct {
		line  string
		loss  float64 // p/(p+r)·(1−h) + r/(p+r)·(1−k)
		burst float64 // 1/r where the bad state loses all and the good one nothing; else 0
	}{
		{"loss gemodel 1% 20%", 1.0 / 21, 5},
		{"loss gemodel 0.5% 50%", 1.0 / 101, 2},
		{"loss gemodel 10%", 0.1, 1 / 0.9}, // r = 1−p: independent loss of p
		{"loss gemodel 2% 10% 50%", 1.0 / 12, 0},
		{"loss gemodel 2% 10% 80% 1%", 0.8/6 + 0.05/6, 0},
	} {
		cfg := mustParse(t, tt.line)
		if got := cfg.Gemodel.StationaryLoss(); math.Abs(got-tt.loss) > 1e-12 {
			t.Errorf("%s: stationary loss %v, want %v", tt.line, got, tt.loss)
		}
		lost := outcomes(cfg, 3, n)
		k := float64(count(lost))
		// A burst counts as one: at most 2/r packets' worth of independent draws.
		sd := math.Sqrt(n * tt.loss * 2 / cfg.Gemodel.R)
		if math.Abs(k-n*tt.loss) > 4*sd {
			t.Errorf("%s: loss %.4f, want %.4f", tt.line, k/n, tt.loss)
		}
		bursts := 0.0
		for i := range lost {
			if lost[i] && (i == 0 || !lost[i-1]) {
				bursts++
			}
		}
		if tt.burst != 0 && math.Abs(k/bursts-tt.burst) > 0.05*tt.burst {
			t.Errorf("%s: bursts of %.2f packets, want %.2f", tt.line, k/bursts, tt.burst)
		}
	}
}

func TestStateTransitionsAreIndependentOfTheLoss(t *testing.T) {
	// In the bad state half of the time, half of the packets lost there: a packet and its successor
	// are both lost in 1/16 of the cases, if the transition is independent of the loss of the
	// packet.
	const n = 200_000
	lost := outcomes(mustParse(t, "loss gemodel 50% 50% 50%"), 2, n)
	pairs := 0.0
	for i := 1; i < n; i++ {
		if lost[i] && lost[i-1] {
			pairs++
		}
	}
	if math.Abs(pairs-n/16) > 4*math.Sqrt(n/16*1.5) {
		t.Errorf("%v pairs lost, want about %v", pairs, n/16)
	}
}

func TestOtherStagesDoNotChangeWhichPacketsAreLost(t *testing.T) {
	lostBy := func(line string) (ids []uint32) {
		l := New(mustParse(t, line), 11)
		for i := range uint32(2000) {
			l.Enqueue(0, Packet{Size: 1000, ID: i})
		}
		for _, e := range l.Events() {
			ids = append(ids, e.ID)
		}
		return ids
	}
	for _, loss := range []string{"loss 2%", "loss gemodel 1% 20%", "loss 20% 25%", "loss state 1% 20% 5% 50% 1%"} {
		want := lostBy(loss)
		for _, more := range []string{" delay 20ms 10ms",
			" delay 20ms 10ms distribution normal ordered", " rate 1mbit limit 5000",
			" corrupt 10% 5%", " delay 20ms 10ms 25% reorder 10% 5% gap 3", " rate 1mbit 10 48 5 limit 5000"} {
			if got := lostBy(loss + more); len(got) != len(want) || count(differ(got, want)) != 0 {
				t.Errorf("%q: adding %q changed which packets are lost", loss, more)
			}
		}
		if got := lostBy(loss + " drops 1"); len(got) != len(want)+1 || got[0] != 0 ||
			count(differ(got[1:], want)) != 0 {
			t.Errorf("%q: dropping one packet changed which others are lost", loss)
		}
	}
}

func differ(a, b []uint32) []bool {
	d := make([]bool, len(a))
	for i := range a {
		d[i] = i >= len(b) || a[i] != b[i]
	}
	return d
}

func TestLinksOfNeighbouringSeedsAreIndependent(t *testing.T) {
	const n = 100_000
	a, b := outcomes(Config{Loss: 0.5}, 1, n), outcomes(Config{Loss: 0.5}, 2, n)
	same := 0.0
	for i := range a {
		if a[i] == b[i] {
			same++
		}
	}
	if math.Abs(same-n/2) > 4*math.Sqrt(n)/2 {
		t.Errorf("seeds 1 and 2 agree on %.0f of %d packets", same, n)
	}
}
