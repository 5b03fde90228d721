package report

import (
	"math/rand/v2"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/results/table/tabletest"
)

func TestTheMethodSaysHowTheDataChoseTheNumberOfReplicates(t *testing.T) {
	header := results.Header{
		Factors: []results.Factor{{Name: "kind", Levels: []string{"constant", "wide", "broken"}}},
		Metrics: []results.Metric{{Name: "time", Label: "time to first byte", Unit: results.UnitNanoseconds, Better: -1}},
	}
	run := func(replicates int) string {
		e := tabletest.New(header, replicates, func(rng *rand.Rand, cell map[string]string) (map[string]float64, bool) {
			switch cell["kind"] {
			case "constant":
				return map[string]float64{"time": 1e6}, false
			case "wide":
				return map[string]float64{"time": rng.ExpFloat64()}, false
			}
			return nil, true
		})
		e.Header.Replicates = 2000
		e.Header.Target = &results.Target{Metric: "time", Statistic: "p95", Relative: 0.02, Most: 2000}
		for _, p := range documentOf(e).points() {
			if p.About == "Number of replicates" {
				return p.Text
			}
		}
		t.Fatal("the method does not say how the number of replicates was chosen")
		return ""
	}
	for replicates, want := range map[int]string{
		2000: "1 cell reached the target; 1 cell ended with a wider interval, at the largest number of replicates; " +
			"1 cell ended because no replicate reached the metric.",
		1000: "1 cell reached the target; 1 cell ended because no replicate reached the metric; 1 cell did not finish.",
	} {
		text := run(replicates)
		for _, words := range []string{want, "After 1000 replicates, and then each time the number had doubled",
			"p95 of time (time to first byte) was within ±2 % of the p95", "at most 2000 replicates"} {
			if !strings.Contains(text, words) {
				t.Errorf("%d replicates: got %q, want %q in it", replicates, text, words)
			}
		}
	}
}

func TestCellsThatMissTheTargetAreNamedFirst(t *testing.T) {
	header := results.Header{
		Factors: []results.Factor{{Name: "kind", Levels: []string{"constant", "wide", "wider"}}},
		Metrics: []results.Metric{{Name: "time", Unit: results.UnitNanoseconds, Better: -1}},
		Target:  &results.Target{Metric: "time", Statistic: "mean", Relative: 0.001, Most: 1000},
	}
	e := tabletest.New(header, 1000, func(rng *rand.Rand, cell map[string]string) (map[string]float64, bool) {
		spread := map[string]float64{"constant": 0, "wide": 0.1, "wider": 1}[cell["kind"]]
		return map[string]float64{"time": 10 + spread*rng.NormFloat64()}, false
	})
	want := "The interval of the mean of time is wider than the target of ±0.1 % in 1 of 3 cells, at the largest number of " +
		"1000 replicates: wider (±0.61 %). More replicates (most) narrow it; they do so slowly where the statistic lies between two modes."
	if w := documentOf(e).Warnings; len(w) != 1 || w[0].About != "Precision" || w[0].Text != want {
		t.Errorf("got %q, want %q", w, want)
	}
}

// points returns all points of the method.
func (d *Document) points() (all []Point) {
	for _, s := range d.Sections {
		for _, b := range s.Blocks {
			all = append(all, b.Points...)
		}
	}
	return all
}
