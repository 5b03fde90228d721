package summary

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"tlslab/results/effect"
	"tlslab/results/internal/sourcetest"
	"tlslab/results/stat"
)

// Replicates with the same random draws of the network differ only by the treatment, however much
// the network varies.
func TestPairsRemoveCommonRandomness(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var all []sourcetest.Observation
	for i := range 30 {
		network := math.Floor(rng.ExpFloat64() * 1e9)
		all = append(all,
			observation("full", "5ms", i, network+2000, 517, 10),
			observation("resumed", "5ms", i, network+500, 417, 20))
	}
	c := row(t, summarize(t, experiment(), all), "resumed", "5ms", "time").VsBaseline
	if !c.Paired || c.Pairs != 30 || c.At(effect.P50).Diff != stat.Point(-1500) {
		t.Errorf("%+v, want 30 pairs that differ by -1500 each", c)
	}
	if want := 2 / math.Exp2(30); math.Abs(c.At(effect.Mean).P/want-1) > 1e-12 {
		t.Errorf("p = %v, want that of 30 of 30: %v", c.At(effect.Mean).P, want)
	}
}

func TestPairsAreThoseInWhichBothReachedTheMetric(t *testing.T) {
	var all []sourcetest.Observation
	for i := range 20 {
		base := observation("full", "5ms", i, 100, 517, 10)
		cell := observation("resumed", "5ms", i+5, 50, 517, 10)
		if i == 7 {
			base.Outcome, base.Values[0] = "timeout", nan
		}
		if i < 3 { // replicates 5, 6 and 7 of the cell
			cell.Outcome, cell.Values[0] = "timeout", nan
		}
		if i != 10 {
			all = append(all, base)
		}
		if i != 8 { // replicate 13
			all = append(all, cell)
		}
	}
	s := summarize(t, experiment(), all)
	// Both cells have 5 to 19 without 10 and 13: 13 pairs. In 5, 6 and 7 one replicate did not
	// reach the metric.
	if c := row(t, s, "resumed", "5ms", "time").VsBaseline; c.Pairs != 10 || !c.Paired {
		t.Errorf("%d pairs, want 10", c.Pairs)
	}
	if c := row(t, s, "resumed", "5ms", "bytes").VsBaseline; c.Pairs != 13 {
		t.Errorf("%d pairs of bytes, want 13", c.Pairs)
	}
}

func TestWithoutCommonReplicatesSamplesAreIndependent(t *testing.T) {
	var all []sourcetest.Observation
	for i := range 20 {
		all = append(all, observation("full", "5ms", i, float64(100+i), 517, 10),
			observation("resumed", "5ms", i+20, float64(50+i), 517, 10))
	}
	c := row(t, summarize(t, experiment(), all), "resumed", "5ms", "time").VsBaseline
	if c.Paired || c.At(effect.P50).Verdict != effect.Different {
		t.Errorf("%+v, want independent samples that differ", c)
	}
}

func TestWithoutCommonSeedsSamplesAreIndependent(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var all []sourcetest.Observation
	var a, b []float64
	for i := range 30 {
		base := observation("full", "5ms", i, math.Floor(rng.Float64()*1e6), 517, 1)
		cell := observation("resumed", "5ms", i, math.Floor(rng.Float64()*1e6), 517, 1)
		a, b = append(a, cell.Values[0]), append(b, base.Values[0])
		all = append(all, base, cell)
	}
	h := experiment()
	h.Seeds = nil
	got := *row(t, summarize(t, h, all), "resumed", "5ms", "time").VsBaseline
	want := effect.Independent(a, b, h.Seed)
	if got.Paired || got.Pairs != 0 || got.Method != effect.IndependentBootstrap {
		t.Errorf("%+v", got)
	}
	for _, of := range effect.Statistics {
		g, w := got.At(of), want.At(of)
		if g.Ratio != w.Ratio || g.Diff != w.Diff || g.P != w.P && !math.IsNaN(w.P) {
			t.Errorf("%v: %+v, want %+v", of, g, w)
		}
	}
}

// The cell has replicates 0 to 39, its baseline 20 to 99: 20 pairs. The statistics are over all
// replicates of each, as in the rows.
func TestReplicatesWithoutAPairCountForTheirSide(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	var all []sourcetest.Observation
	for i := range 100 {
		v := math.Floor(rng.ExpFloat64() * 1e6)
		if i < 40 {
			all = append(all, observation("resumed", "5ms", i, v/2, 517, 1))
		}
		if i >= 20 {
			all = append(all, observation("full", "5ms", i, v, 517, 1))
		}
	}
	s := summarize(t, experiment(), all)
	cell, base := row(t, s, "resumed", "5ms", "time"), row(t, s, "full", "5ms", "time")
	c := cell.VsBaseline
	if !c.Paired || c.Pairs != 20 {
		t.Errorf("paired %v, %d pairs, want 20", c.Paired, c.Pairs)
	}
	for of, want := range map[effect.Statistic]float64{
		effect.P50: cell.P50.Value / base.P50.Value, effect.P95: cell.P95.Value / base.P95.Value,
		effect.P99: cell.P99.Value / base.P99.Value, effect.Mean: cell.Mean.Value / base.Mean.Value,
	} {
		if got := c.At(of).Ratio.Value; math.Abs(got-want) > 1e-12 {
			t.Errorf("ratio of %v: %v, that of the rows is %v", of, got, want)
		}
	}
}

func TestAnExactMetricHasNoIntervalAndNoTest(t *testing.T) {
	var all []sourcetest.Observation
	for i := range 2 {
		all = append(all, observation("full", "5ms", i, 100, 500, 1),
			observation("resumed", "5ms", i, 100, 400, 1))
	}
	s := summarize(t, experiment(), all)
	r := row(t, s, "resumed", "5ms", "bytes")
	alone := summarize(t, experiment(),
		[]sourcetest.Observation{observation("full", "5ms", 0, 100, 500, 1)})
	if r := row(t, alone, "full", "5ms", "bytes"); r.Mean != stat.Point(500) || r.SD != 0 ||
		r.P99 != stat.Point(500) {
		t.Errorf("one value of an exact metric: %+v", r)
	}
	if r.Mean != stat.Point(400) || r.P50 != stat.Point(400) ||
		r.P99 != stat.Point(400) || r.SD != 0 {
		t.Errorf("two equal values of an exact metric: %+v", r)
	}
	c := r.VsBaseline
	if c.At(effect.P50).Diff != stat.Point(-100) || c.At(effect.P50).Ratio != stat.Point(0.8) || !math.IsNaN(c.At(effect.P50).P) ||
		!math.IsNaN(c.At(effect.P50).PHolm) || c.At(effect.P50).Verdict != effect.Different {
		t.Errorf("comparison %+v", c)
	}
	// The time was equal as well, but two replicates say little about a metric that is not exact.
	if c := row(t, s, "resumed", "5ms", "time").VsBaseline; c.At(effect.P50).Verdict != effect.Undecided {
		t.Errorf("two equal values of a sampled metric: %+v", c)
	}
}

func TestAnExactMetricThatVariesHasIntervalsAndATest(t *testing.T) {
	var all []sourcetest.Observation
	for i := range 10 {
		all = append(all, observation("full", "5ms", i, 100, 500, 1),
			observation("resumed", "5ms", i, 100, float64(400+i), 1))
	}
	r := row(t, summarize(t, experiment(), all), "resumed", "5ms", "bytes")
	if r.P50.Lo == r.P50.Hi || math.IsNaN(r.VsBaseline.At(effect.P50).P) {
		t.Errorf("row %+v, comparison %+v", r, r.VsBaseline)
	}
}

// The family of Holm's method is all comparisons and all statistics of a metric. The comparisons of
// another metric do not count.
func TestHolmIsOverAllComparisonsAndStatisticsOfAMetric(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var all []sourcetest.Observation
	for k, kind := range []string{"full", "resumed", "third"} {
		for _, delay := range []string{"5ms", "25ms"} {
			for i := range 40 {
				all = append(all, observation(kind, delay, i,
					math.Floor((rng.Float64()+0.2*float64(k))*1e6), 517, float64(i)))
			}
		}
	}
	s := summarize(t, experiment(), all)
	var ps, adjusted []float64
	for _, kind := range []string{"resumed", "third"} {
		for _, delay := range []string{"5ms", "25ms"} {
			c := row(t, s, kind, delay, "time").VsBaseline
			for _, of := range effect.Statistics {
				ps, adjusted = append(ps, c.At(of).P), append(adjusted, c.At(of).PHolm)
			}
		}
	}
	// p95 and p99 have too few replicates for a test: NaN, which differs from itself.
	if want := stat.Holm(ps); fmt.Sprint(adjusted) != fmt.Sprint(want) || ps[0] == ps[3] {
		t.Errorf("%v adjusted to %v, want %v", ps, adjusted, want)
	}
}

func TestRatiosOfCounts(t *testing.T) {
	var all []sourcetest.Observation
	for i := range 10 {
		rate := 1.0
		if i == 4 {
			rate = -1
		}
		all = append(all, observation("full", "5ms", i, 0, 0, rate),
			observation("resumed", "5ms", i, 0, 3, 2))
	}
	s := summarize(t, experiment(), all)
	if c := row(t, s, "resumed", "5ms", "time").VsBaseline; c.At(effect.P50).Ratio != stat.Point(1) ||
		c.At(effect.P50).Verdict != effect.Same {
		t.Errorf("nothing against nothing: %+v", c)
	}
	if c := row(t, s, "resumed", "5ms", "bytes").VsBaseline; !math.IsInf(c.At(effect.P50).Ratio.Value, 1) ||
		c.At(effect.P50).Verdict != effect.Different {
		t.Errorf("something against nothing: %+v", c)
	}
	if c := row(t, s, "resumed", "5ms", "rate").VsBaseline; !math.IsNaN(c.At(effect.P50).Ratio.Value) ||
		c.At(effect.P50).Diff.Value != 1 || c.At(effect.P50).Verdict != effect.Undecided {
		t.Errorf("a negative value among the baseline's: %+v", c)
	}
}
