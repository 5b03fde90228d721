package netem

import (
	"math"
	"slices"
	"testing"
	"time"
)

// lostAt reports which of the packets offered at these instants are lost.
func lostAt(l *Link, instants ...time.Duration) (lost []bool) {
	for _, now := range instants {
		l.Enqueue(now, Packet{Size: 100, Burst: uint32(now)})
		l.Dequeue(now, nil)
		lost = append(lost, slices.ContainsFunc(l.Events(), func(e Event) bool { return e.Kind == Dropped }))
	}
	return lost
}

func every(step, until time.Duration) (instants []time.Duration) {
	for at := time.Duration(0); at < until; at += step {
		instants = append(instants, at)
	}
	return instants
}

func TestAnOutageBeginsAtItsInstants(t *testing.T) {
	for _, line := range []string{"outage 200ms at 1s,3s", "semantics tc outage 200ms at 1s,3s"} {
		got := lostAt(New(mustParse(t, line), 1), 0, time.Second-1, time.Second, 1200*ms-1, 1200*ms, 3100*ms, time.Minute)
		if want := []bool{false, false, true, true, false, true, false}; !slices.Equal(got, want) {
			t.Errorf("%s: lost %v, want %v", line, got, want)
		}
	}
	l := New(mustParse(t, "outage 200ms at 0s"), 1)
	l.Enqueue(0, Packet{Size: 100})
	if e := l.Events(); len(e) != 1 || e[0].Reason != ByOutage {
		t.Errorf("events %+v, want a drop by outage", e)
	}
}

func TestAPeriodicOutageHasItsPhaseFromTheSeed(t *testing.T) {
	cfg := mustParse(t, "outage 200ms every 10s")
	dense := every(10*ms, 60*time.Second)
	var phases []float64
	for seed := range uint64(200) {
		lost := lostAt(New(cfg, seed), dense...)
		first := slices.Index(lost, false)
		first += slices.Index(lost[first:], true) // an outage may last at 0
		phases = append(phases, float64(first%1000)/1000)
		for i, l := range lost[first:] {
			if l != (i%1000 < 20) {
				t.Fatalf("seed %d: lost from %v on, and %v later: %v", seed, dense[first], dense[i], l)
			}
		}
		// A flow that is silent for long sees the same outages.
		late := []time.Duration{dense[first+4000], dense[first+4100]}
		if got := lostAt(New(cfg, seed), late...); got[0] != lost[first+4000] || got[1] {
			t.Fatalf("seed %d: after a silence %v, want %v", seed, got, lost[first+4000])
		}
	}
	if mean, sd := moments(phases); math.Abs(mean-0.5) > 0.1 || math.Abs(sd-1/math.Sqrt(12)) > 0.05 {
		t.Errorf("phases have mean %.2f and standard deviation %.2f of a period", mean, sd)
	}
}

func TestRandomOutagesHaveTheirMeanGap(t *testing.T) {
	const until = 20_000 * time.Second
	lost := lostAt(New(mustParse(t, "outage 200ms random 10s"), 3), every(50*ms, until)...)
	began := 0
	for i, l := range lost {
		if l && (i == 0 || !lost[i-1]) {
			began++
		}
	}
	want := until.Seconds() / 10.2
	if math.Abs(float64(began)-want) > 4*math.Sqrt(want) {
		t.Errorf("%d outages, want about %.0f", began, want)
	}
	if share, want := float64(count(lost))/float64(len(lost)), 0.2/10.2; math.Abs(share/want-1) > 0.12 {
		t.Errorf("down %.4f of the time, want %.4f", share, want)
	}
}

func TestGilbertLossAdvancesWithTime(t *testing.T) {
	cfg := mustParse(t, "loss gilbert 10s 500ms")
	instants := every(20*ms, 20_000*time.Second)
	lost := lostAt(New(cfg, 2), instants...)
	bursts := 0
	for i, l := range lost {
		if l && (i == 0 || !lost[i-1]) {
			bursts++
		}
	}
	if share, want := float64(count(lost))/float64(len(lost)), 0.5/10.5; math.Abs(share/want-1) > 0.12 {
		t.Errorf("%.4f of the packets lost, want %.4f", share, want)
	}
	// Bursts shorter than the 20 ms between two packets may be missed: the mean is 500 ms + 20 ms.
	if mean := float64(count(lost)) * 0.02 / float64(bursts); math.Abs(mean-0.52) > 0.05 {
		t.Errorf("a burst lasts %.3f s, want 0.52 s", mean)
	}
	// The state at an instant does not depend on the packets.
	var sparse []time.Duration
	var want []bool
	for i := 0; i < len(instants); i += 97 {
		sparse, want = append(sparse, instants[i]), append(want, lost[i])
	}
	if !slices.Equal(lostAt(New(cfg, 2), sparse...), want) {
		t.Error("a sparse flow sees other states than a dense one")
	}
}

func TestGilbertLossBeginsInItsStationaryState(t *testing.T) {
	cfg := mustParse(t, "loss gilbert 3s 1s 80% 10%")
	lost := 0
	for seed := range uint64(20_000) {
		if lostAt(New(cfg, seed), 0)[0] {
			lost++
		}
	}
	if want := 20_000 * (0.25*0.8 + 0.75*0.1); math.Abs(float64(lost)-want) > 4*math.Sqrt(want) {
		t.Errorf("%d of 20000 first packets lost, want about %.0f", lost, want)
	}
}

// The reason for Gilbert: one packet a second through a chain that moves with each packet.
func TestAChainPerPacketMakesLongOutagesOfASparseFlow(t *testing.T) {
	longest := func(line string) (most int) {
		for seed := range uint64(50) {
			run := 0
			for _, lost := range lostAt(New(mustParse(t, line), seed), every(time.Second, 120*time.Second)...) {
				if run++; !lost {
					run = 0
				}
				most = max(most, run)
			}
		}
		return most
	}
	if got := longest("loss gemodel 1% 20%"); got < 15 {
		t.Errorf("the longest outage of a chain per packet is %d s, want more than 15 s", got)
	}
	if got := longest("loss gilbert 10s 200ms"); got > 3 {
		t.Errorf("the longest outage of a chain in time is %d s, want at most 3 s", got)
	}
}
