package tabletest

import (
	"math"
	"math/rand/v2"

	"tlslab/results"
)

// Factor is a factor of the experiment. Each level multiplies the metric by its effect.
type Factor struct {
	Name    string
	Levels  []string
	Effects []float64
}

// Product is an experiment whose headline metric, "time", is the product of the effects of the
// levels and of noise. The first factor is compared, and its first level is the baseline. The
// metric has a part for waiting and a part for working.
func Product(replicates int, unit float64, factors ...Factor) *Experiment {
	h := results.Header{Scenario: "product", Title: "What is the product?", Version: "0.1.0",
		Seed: 7, Metrics: []results.Metric{
			{Name: "time", Unit: "ns", Better: -1},
			{Name: "part.wait", Unit: "ns", Better: -1, PartOf: "time", Group: "network"},
			{Name: "part.work", Unit: "ns", Better: -1, PartOf: "time", Group: "cpu"},
		}}
	for _, f := range factors {
		h.Factors = append(h.Factors, results.Factor{Name: f.Name, Levels: f.Levels})
	}
	if len(factors) > 0 {
		h.Compare = &results.Compare{Factor: factors[0].Name, Baseline: factors[0].Levels[0],
			Metric: "time", Margin: 0.02}
	}
	return New(h, replicates, func(rng *rand.Rand, cell map[string]string) (map[string]float64, bool) {
		v := unit
		for _, f := range factors {
			for i, l := range f.Levels {
				if l == cell[f.Name] && f.Effects != nil {
					v *= f.Effects[i]
				}
			}
		}
		v = math.Round(v * (1 + 0.1*rng.ExpFloat64()))
		wait := math.Round(v * rng.Float64())
		return map[string]float64{"time": v, "part.wait": wait, "part.work": v - wait}, false
	})
}
