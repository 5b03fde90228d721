package results_test

import (
	"fmt"
	"math"
	"testing"

	"tlslab/results"
	"tlslab/results/internal/sourcetest"
)

func TestTheFirstReplicatesOfEachCellAreKept(t *testing.T) {
	h := results.Header{
		Scenario: "first", Factors: []results.Factor{{Name: "kind", Levels: []string{"many", "few"}}},
		Metrics: []results.Metric{{Name: "rising", Unit: "1"}, {Name: "constant", Unit: "1"}, {Name: "never", Unit: "1"}},
	}
	var all []sourcetest.Observation
	for _, i := range []int{3, 4, 7, 9, 12, 13} { // as of a run that was interrupted
		all = append(all, sourcetest.Observation{Cell: []string{"many"}, Replicate: i, Outcome: "ok", Values: []float64{float64(i), 5, math.NaN()}})
	}
	all = append(all, sourcetest.Observation{Cell: []string{"few"}, Outcome: "ok", Values: []float64{1, 5, math.NaN()}})
	firsts := results.NewFirstReplicates(sourcetest.New(t, h, all), 4)
	for metric := range h.Metrics {
		column := firsts.Column(metric)
		for cell := range firsts.Cells() {
			values, err := column.Read([]float64{-1}, cell)
			if err != nil || len(values) != 1+firsts.Cells()[cell].N() {
				t.Fatalf("%v: %v", values, err)
			}
		}
	}
	kept := firsts.Kept()
	cells := kept.Cells()
	if got := fmt.Sprint(cells[0].Replicates, cells[1].Replicates); got != "[{3 5} {7 8} {9 10}] [{0 1}]" {
		t.Errorf("the replicates are %s", got)
	}
	for metric, want := range []string{"[3 4 7 9] [1]", "[5 5 5 5] [5]", "[NaN NaN NaN NaN] [NaN]"} {
		column := kept.Column(metric)
		many, _ := column.Read(nil, 0)
		few, _ := column.Read(nil, 1)
		if got := fmt.Sprint(many, few); got != want {
			t.Errorf("metric %d: got %s, want %s", metric, got, want)
		}
	}
	if firsts.Cells()[0].N() != 6 {
		t.Error("the source has lost replicates")
	}
}
