package summary

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"tlslab/results"
	"tlslab/results/internal/sourcetest"
)

// grid is an experiment of 36 cells, two kinds of each of 18, with 40 metrics.
func grid(b *testing.B, replicates int) results.Source {
	h := results.Header{
		Scenario: "grid", Seed: 1, Seeds: &results.SeedStream{1}, Replicates: replicates,
		Factors: []results.Factor{{Name: "kind", Levels: []string{"full", "resumed"}},
			{Name: "network"}},
		Compare: &results.Compare{Factor: "kind", Baseline: "full", Metric: "metric0",
			Margin: 0.02},
	}
	for i := range 18 {
		h.Factors[1].Levels = append(h.Factors[1].Levels, fmt.Sprint("network", i))
	}
	for i := range 40 {
		h.Metrics = append(h.Metrics, results.Metric{Name: fmt.Sprint("metric", i),
			Unit: results.UnitNanoseconds, Better: -1})
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var all []sourcetest.Observation
	for _, kind := range h.Factors[0].Levels {
		for _, network := range h.Factors[1].Levels {
			for r := range replicates {
				o := sourcetest.Observation{Cell: []string{kind, network}, Replicate: r,
					Outcome: results.OutcomeOK}
				for range h.Metrics {
					o.Values = append(o.Values, math.Floor(rng.ExpFloat64()*1e8))
				}
				all = append(all, o)
			}
		}
	}
	return sourcetest.New(b, h, all)
}

// Summarising the samples of a run: 36 cells of so many replicates of 40 metrics.
func BenchmarkSummarize(b *testing.B) {
	for _, replicates := range []int{100, 1000} {
		b.Run(fmt.Sprint("replicates=", replicates), func(b *testing.B) {
			src := grid(b, replicates)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Summarize(src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
