package summary

import (
	"math"
	"slices"
	"testing"

	"tlslab/results"
	"tlslab/results/internal/sourcetest"
	"tlslab/results/stopping"
)

// ofTarget summarizes cells a, b and c with these numbers of replicates. The cells are constant,
// wide (0 or 1 µs) and without values.
func ofTarget(t *testing.T, numbers ...int) *Summary {
	t.Helper()
	return comparedTarget(t, nil, numbers...)
}

// comparedTarget is ofTarget with a comparison.
func comparedTarget(t *testing.T, compare *results.Compare, numbers ...int) *Summary {
	t.Helper()
	h := results.Header{
		Compare: compare, Replicates: 2000, Target: &results.Target{Metric: "time", Statistic: "mean", Relative: 0.02, Most: 2000},
		Factors: []results.Factor{{Name: "cell", Levels: []string{"a", "b", "c"}}},
		Metrics: []results.Metric{{Name: "time", Unit: results.UnitNanoseconds}},
	}
	var all []sourcetest.Observation
	for i, n := range numbers {
		for replicate := range n {
			values := []float64{500, float64(replicate % 2 * 1000), math.NaN()}
			all = append(all, sourcetest.Observation{Cell: h.Factors[0].Levels[i : i+1], Replicate: replicate,
				Outcome: results.OutcomeOK, Values: values[i : i+1]})
		}
	}
	s, err := Summarize(sourcetest.New(t, h, all))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestARunWithATargetIsFinishedOnceEachCellHasEnded(t *testing.T) {
	s := ofTarget(t, 1000, 2000, 1000)
	if got, want := s.Decisions(), []stopping.Decision{stopping.Reached, stopping.Capped, stopping.Absent}; !slices.Equal(got, want) {
		t.Errorf("the cells end with %d, want %d", got, want)
	}
	if text := s.Unfinished(); text != "" {
		t.Errorf("got %q", text)
	}
	for _, numbers := range [][]int{
		{1000, 1000, 1000}, // the second cell needs another batch
		{1000, 2000, 999},  // the third is within its first batch
		{1000, 1024, 1000}, // the second is within its second batch
	} {
		want := "The run is not finished: 2 of 3 cells have as many replicates as their target needs."
		if got := ofTarget(t, numbers...).Unfinished(); got != want {
			t.Errorf("%v: got %q, want %q", numbers, got, want)
		}
	}
}

// Cells that are compared end together.
func TestACellOfATargetWaitsForTheCellsThatItIsComparedWith(t *testing.T) {
	compare := &results.Compare{Factor: "cell", Baseline: "a", Metric: "time", Margin: 0.02}
	for _, test := range []struct {
		numbers []int
		want    stopping.Decision // of cell a
	}{{[]int{2000, 2000, 2000}, stopping.Reached}, {[]int{1000, 1000, 1000}, stopping.Continue}, {[]int{2000, 2000, 1000}, stopping.Continue}} {
		s := comparedTarget(t, compare, test.numbers...)
		if got := s.Decisions()[0]; got != test.want {
			t.Errorf("%v: got %d, want %d", test.numbers, got, test.want)
		}
		if finished := s.Unfinished() == ""; finished != (test.want == stopping.Reached) {
			t.Errorf("%v: %q", test.numbers, s.Unfinished())
		}
	}
}
