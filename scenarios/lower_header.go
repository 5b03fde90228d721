package scenarios

import (
	"slices"

	"tlslab/results"
)

// Header lowers the scenario to the header of its samples.
func (s *Scenario) Header(version string) results.Header {
	seeds := NetworkSeeds(s.Seed)
	h := results.Header{
		Schema: results.Schema, Scenario: s.Name, Title: s.Title, Version: version,
		Seed: s.Seed, Seeds: &seeds, Replicates: s.Replicates, Target: s.Target,
		Factors: []results.Factor{}, Constant: s.Constant,
	}
	for i := range s.Factors {
		h.Factors = append(h.Factors, s.headerFactor(i))
	}
	for i := range s.Cells {
		levels := make([]string, len(s.Factors))
		for k := range s.Factors {
			levels[k] = h.Factors[k].Levels[s.Factors[k].level(s.Cells[i].Levels[k])]
		}
		h.Cells = append(h.Cells, results.Cell{Levels: levels})
	}
	if s.Compare != nil {
		k := slices.IndexFunc(s.Factors, func(f Factor) bool { return f.Name == s.Compare.Factor })
		h.Compare = &results.Compare{
			Factor: h.Factors[k].Name, Baseline: h.Factors[k].Levels[s.Factors[k].level(s.Compare.Baseline)],
			Metric: s.Compare.Metric, Margin: s.Compare.Margin,
		}
	}
	for _, m := range s.Metrics() {
		h.Metrics = append(h.Metrics, m.Metric)
	}
	return h
}
