package summary

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"tlslab/results"
	"tlslab/results/internal/sourcetest"
	"tlslab/results/stat"
)

// experiment has a compared factor (kind: full, resumed, third), another factor (delay) and three
// metrics: a time, an exact number of bytes, a rate.
func experiment() results.Header {
	return results.Header{
		Scenario: "test", Seed: 1, Seeds: &results.SeedStream{1},
		Factors: []results.Factor{
			{Name: "kind", Levels: []string{"full", "resumed", "third"}},
			{Name: "delay", Levels: []string{"5ms", "25ms"}},
		},
		Compare: &results.Compare{Factor: "kind", Baseline: "full", Metric: "time", Margin: 0.02},
		Metrics: []results.Metric{
			{Name: "time", Unit: results.UnitNanoseconds, Better: -1},
			{Name: "bytes", Unit: results.UnitBytes, Better: -1, Exact: true},
			{Name: "rate", Unit: results.UnitBytesPerSecond, Better: 1},
		},
	}
}

func observation(kind, delay string, replicate int, values ...float64) sourcetest.Observation {
	return sourcetest.Observation{
		Cell: []string{kind, delay}, Replicate: replicate, Outcome: results.OutcomeOK, Values: values,
	}
}

func summarize(t *testing.T, h results.Header, all []sourcetest.Observation) *Summary {
	t.Helper()
	return summaryOf(t, sourcetest.New(t, h, all))
}

func summaryOf(t *testing.T, src results.Source) *Summary {
	t.Helper()
	s, err := Summarize(src)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// row returns the row of a metric by its cell's levels.
func row(t *testing.T, s *Summary, kind, delay, metric string) *Row {
	t.Helper()
	cell := slices.IndexFunc(s.Cells, func(c Cell) bool { return slices.Equal(c.Levels, []string{kind, delay}) })
	if cell < 0 {
		t.Fatalf("no cell %s, %s", kind, delay)
	}
	r := s.Row(cell, s.Header.Metric(metric))
	if r.Metric != metric || !slices.Equal(r.Cell, []string{kind, delay}) {
		t.Fatalf("the row of %s, %s, %s is of %v, %s", kind, delay, metric, r.Cell, r.Metric)
	}
	return r
}

var nan = math.NaN()

func TestARowDescribesTheReplicatesThatReachedTheMetric(t *testing.T) {
	var all []sourcetest.Observation
	for i := range 11 {
		all = append(all, observation("full", "5ms", i, float64(i*10), 517, 2.5))
	}
	all[10].Outcome = "timeout"
	all[10].Values = []float64{nan, 517, nan}
	s := summarize(t, experiment(), all)
	r := row(t, s, "full", "5ms", "time")
	if r.N != 11 || r.Failed != 1 || r.Reached != 10 {
		t.Errorf("n = %d, failed %d, reached %d, want 11, 1, 10", r.N, r.Failed, r.Reached)
	}
	// 0, 10 … 90: quantiles of type 7 at 9·q; the standard deviation of 0 … 9 is √(55/6).
	if r.Mean.Value != 45 || math.Abs(r.SD-10*math.Sqrt(55.0/6)) > 1e-9 ||
		r.Min != 0 || r.Max != 90 {
		t.Errorf("mean %v, sd %v, %v to %v", r.Mean.Value, r.SD, r.Min, r.Max)
	}
	for _, q := range []struct {
		got  stat.Interval
		want float64
	}{{r.P50, 45}, {r.P90, 81}, {r.P95, 85.5}, {r.P99, 89.1}} {
		if math.Abs(q.got.Value-q.want) > 1e-9 {
			t.Errorf("a quantile is %v, want %v", q.got.Value, q.want)
		}
	}
	if r.P50.Lo != 10 || r.P50.Hi != 80 || !math.IsInf(r.P99.Hi, 1) {
		t.Errorf("median %+v, want ranks 2 to 9; p99 %+v, want it unbounded above", r.P50, r.P99)
	}
	if bytes := row(t, s, "full", "5ms", "bytes"); bytes.Reached != 11 {
		t.Errorf("%d reached bytes, want the failed one too", bytes.Reached)
	}
	if r.Unit != "ns" || r.VsBaseline != nil {
		t.Errorf("unit %s, comparison %v", r.Unit, r.VsBaseline)
	}
}

func TestACellThatReachedNoMetricHasRows(t *testing.T) {
	all := []sourcetest.Observation{observation("full", "5ms", 0, nan, nan, nan),
		observation("full", "5ms", 1, nan, nan, nan)}
	all[0].Outcome, all[1].Outcome = "timeout", "timeout"
	r := row(t, summarize(t, experiment(), all), "full", "5ms", "time")
	if r.N != 2 || r.Failed != 2 || r.Reached != 0 || !math.IsNaN(r.P50.Value) ||
		!math.IsNaN(r.Mean.Lo) || !math.IsNaN(r.SD) {
		t.Errorf("row %+v", r)
	}
}

func TestOutcomesAreCounted(t *testing.T) {
	var all []sourcetest.Observation
	for i, outcome := range []string{"reset", "timeout", "ok", "timeout", "alert"} {
		o := observation("full", "5ms", i, 1, 2, 3)
		o.Outcome = outcome
		all = append(all, o)
	}
	c := summarize(t, experiment(), all).Cells[0]
	want := []results.Outcome{{Name: "ok", N: 1}, {Name: "timeout", N: 2}, {Name: "alert", N: 1},
		{Name: "reset", N: 1}}
	if !slices.Equal(c.Outcomes, want) || c.N != 5 || c.Failed != 4 {
		t.Errorf("%d, %d failed: %v, want %v", c.N, c.Failed, c.Outcomes, want)
	}
}

// The quantile over all replicates is that of the reached values and of +Inf for each other
// replicate.
func TestAQuantileIsCensoredWhereTooManyMissedTheMetric(t *testing.T) {
	for n := 1; n <= 60; n++ {
		for reached := 0; reached <= n; reached++ {
			attempts := make([]float64, n)
			for i := reached; i < n; i++ {
				attempts[i] = math.Inf(1)
			}
			r := Row{N: n, Reached: reached}
			for _, q := range []float64{0.5, 0.9, 0.95, 0.99} {
				if got, want := r.Censored(q), math.IsInf(stat.Quantile(attempts, q), 1); got != want {
					t.Errorf("%d of %d reached, quantile %v: censored is %v, want %v",
						reached, n, q, got, want)
				}
			}
		}
	}
}

func TestBaselinesHaveAllOtherLevelsInCommon(t *testing.T) {
	all := []sourcetest.Observation{
		observation("resumed", "5ms", 0, 1, 1, 1),
		observation("full", "25ms", 0, 1, 1, 1),
		observation("full", "5ms", 0, 1, 1, 1),
		observation("third", "5ms", 0, 1, 1, 1),
	}
	s := summarize(t, experiment(), all)
	var got []int
	for _, c := range s.Cells {
		got = append(got, c.Baseline)
	}
	if want := []int{2, -1, -1, 2}; !slices.Equal(got, want) {
		t.Errorf("baselines %v, want %v", got, want)
	}
	alone := summarize(t, experiment(),
		[]sourcetest.Observation{observation("resumed", "5ms", 0, 1, 1, 1)})
	if r := row(t, alone, "resumed", "5ms", "time"); r.VsBaseline != nil || r.N != 1 {
		t.Errorf("a cell whose baseline is not there: %+v", r)
	}
	h := experiment()
	h.Compare = nil
	if r := row(t, summarize(t, h, all), "resumed", "5ms", "time"); r.VsBaseline != nil {
		t.Errorf("a scenario that compares nothing: %+v", r.VsBaseline)
	}
}

func TestTheOrderOfObservationsDoesNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var all []sourcetest.Observation
	for _, kind := range []string{"full", "resumed", "third"} {
		for i := range 40 {
			all = append(all, observation(kind, "5ms", i, math.Floor(rng.ExpFloat64()*1e6), 517,
				rng.Float64()))
		}
	}
	want := summarize(t, experiment(), all)
	moved := slices.Clone(all)
	rng.Shuffle(len(moved)-1, func(i, j int) { moved[i+1], moved[j+1] = moved[j+1], moved[i+1] })
	got := summarize(t, experiment(), moved)
	for _, kind := range []string{"full", "resumed", "third"} {
		a, b := row(t, want, kind, "5ms", "time"), row(t, got, kind, "5ms", "time")
		if a.P50 != b.P50 || a.Mean != b.Mean || a.VsBaseline != nil &&
			fmt.Sprint(*a.VsBaseline) != fmt.Sprint(*b.VsBaseline) { // a NaN differs from itself
			t.Errorf("%s: %+v, shuffled %+v", kind, a, b)
		}
	}
}
