package linux

import (
	"slices"
	"testing"
	"time"
)

// earlier and later are how far a measured time may lie outside of the range of the simulated times
// with the same lost packets. The range is that over all placements of the timer ticks.
const (
	earlier = 2 * time.Millisecond
	later   = 5 * time.Millisecond
)

// pathSeeds is the number of draws of the path's delays with which each placement of the timer
// ticks is repeated.
const pathSeeds = 4

// predicted is how many trials of a cell lie in the range of their losses.
type predicted struct {
	cell         *cell
	n            int
	plain, noisy [metrics]int
}

// span is the range of each time over all runs with one drop list.
type span struct{ least, most [metrics]time.Duration }

func (s *span) add(first bool, at [metrics]time.Duration) {
	for m := range metrics {
		if first || at[m] < s.least[m] {
			s.least[m] = at[m]
		}
		s.most[m] = max(s.most[m], at[m])
	}
}

func (s *span) has(m metric, at, late time.Duration) bool {
	return at >= s.least[m]-earlier && at <= s.most[m]+later+late
}

// predict repeats each trial of a cell with the packets that it lost: over the exact links; and
// over the measured path, where a trial may be later by what 1 of 100 draws of the noise exceeds.
func predict(t testing.TB, f *flights, c *cell, p path) predicted {
	x := f.exchange(t, c)
	rec := x.recording(t)
	trials := c.trials(t)
	late := measureNoise(t, c, rec, p, trials).rare(x.wakeUps())
	spans := map[drops]*[2]span{}
	row := predicted{cell: c, n: len(trials)}
	for _, tr := range trials {
		s := spans[tr.drops]
		if s == nil {
			s = new([2]span)
			spans[tr.drops] = s
			exact, real := newBed(t, c, rec, path{}, &tr.drops), newBed(t, c, rec, p, &tr.drops)
			for k := range phases {
				start := time.Duration(k) * phaseStep
				s[0].add(k == 0, times(exact.run(t, 0, start)))
				for seed := range uint64(pathSeeds) {
					s[1].add(k == 0 && seed == 0, times(real.run(t, seed, start)))
				}
			}
		}
		for m := range metrics {
			if s[0].has(m, tr.times[m], 0) {
				row.plain[m]++
			}
			if s[1].has(m, tr.times[m], late[m]) {
				row.noisy[m]++
			}
		}
	}
	return row
}

// rare returns the delays that 1 of 100 connections exceeds.
func (n noise) rare(wakeUps [metrics]int) (late [metrics]time.Duration) {
	const connections = 10000
	var all [metrics][]time.Duration
	var d draws
	for range connections {
		var at [metrics]time.Duration
		d.convolve(n, wakeUps, &at)
		for m := range metrics {
			all[m] = append(all[m], at[m])
		}
	}
	for m := range metrics {
		slices.Sort(all[m])
		late[m] = quantile(all[m], 0.99)
	}
	return late
}

// predictTrials repeats the trials of all cells whose drop lists are complete: no queue drops
// packets, and the trial has no more packets than a list can name.
func predictTrials(t testing.TB) []predicted {
	f, p := readFlights(t), measuredPath(t)
	var cells []*cell
	for _, c := range measuredCells(t) {
		if c.Rate == 0 && c.Jitter == 0 && c.Response <= 100_000 {
			cells = append(cells, c)
		}
	}
	rows := make([]predicted, len(cells))
	onAllCores(len(cells), func(i int) { rows[i] = predict(t, f, cells[i], p) })
	return rows
}

// shares returns which part of the trials with a response is predicted, without and with noise.
func shares(rows []predicted, response int) (n int, plain, noisy [metrics]float64) {
	for _, row := range rows {
		if row.cell.Response != response {
			continue
		}
		n += row.n
		for m := range metrics {
			plain[m] += float64(row.plain[m])
			noisy[m] += float64(row.noisy[m])
		}
	}
	for m := range metrics {
		plain[m] /= float64(n)
		noisy[m] /= float64(n)
	}
	return n, plain, noisy
}

func TestTrialsTakeTheTimeOfTheirLosses(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	rows := comparisons.trials.of(t, predictTrials)
	for _, row := range rows {
		n := float64(row.n)
		t.Logf("%-60v n %5d handshake %.3f (%.3f) last %.3f (%.3f)", row.cell, row.n, float64(row.noisy[handshake])/n, float64(row.plain[handshake])/n,
			float64(row.noisy[lastByte])/n, float64(row.plain[lastByte])/n)
	}
	for _, want := range []struct {
		response, trials    int
		handshake, lastByte float64
	}{
		{1000, 118_000, 0.99, 0.99},
		{100_000, 8400, 0.99, 0.88},
	} {
		n, plain, noisy := shares(rows, want.response)
		t.Logf("%d B: %d trials, without noise %.4f, with noise %.4f", want.response, n, plain, noisy)
		if n < want.trials || noisy[handshake] < want.handshake || noisy[lastByte] < want.lastByte {
			t.Errorf("%d B: of %d trials %.4f are predicted (connect, handshake, last byte), want %.4f and %.4f of %d",
				want.response, n, noisy, want.handshake, want.lastByte, want.trials)
		}
	}
}
