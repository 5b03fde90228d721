package summary

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"tlslab/results"
)

// grid writes an experiment of 36 cells, two kinds of each of 18, with 40 metrics, and returns its path.
func grid(b *testing.B, replicates int) string {
	h := results.Header{
		Scenario: "grid", Seed: 1, Replicates: replicates,
		Factors: []results.Factor{{Name: "kind", Levels: []string{"full", "resumed"}}, {Name: "network"}},
		Compare: &results.Compare{Factor: "kind", Baseline: "full", Metric: "metric0", Margin: 0.02},
	}
	for i := range 18 {
		h.Factors[1].Levels = append(h.Factors[1].Levels, fmt.Sprint("network", i))
	}
	for i := range 40 {
		h.Metrics = append(h.Metrics, results.Metric{Name: fmt.Sprint("metric", i), Unit: results.UnitNanoseconds, Better: -1})
	}
	path := filepath.Join(b.TempDir(), "samples.jsonl")
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	buffered := bufio.NewWriter(file)
	w, err := results.NewWriter(buffered, h)
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	o := results.Observation{Outcome: results.OutcomeOK, Values: make([]float64, len(h.Metrics))}
	for _, kind := range h.Factors[0].Levels {
		for _, network := range h.Factors[1].Levels {
			for r := range replicates {
				o.Cell, o.Replicate, o.Seed = []string{kind, network}, r, uint64(r)
				for i := range o.Values {
					o.Values[i] = math.Floor(rng.ExpFloat64() * 1e8)
				}
				if err := w.Write(&o); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	if err := buffered.Flush(); err != nil {
		b.Fatal(err)
	}
	return path
}

// Opening and summarising the samples of a run: 36 cells of so many replicates of 40 metrics.
func BenchmarkSummarize(b *testing.B) {
	for _, replicates := range []int{100, 1000} {
		b.Run(fmt.Sprint("replicates=", replicates), func(b *testing.B) {
			path := grid(b, replicates)
			b.ReportAllocs()
			for b.Loop() {
				f, err := results.Open(path)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := Summarize(f); err != nil {
					b.Fatal(err)
				}
				f.Close()
			}
		})
	}
}
