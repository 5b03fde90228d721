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
		Factors: []results.Factor{}, Constant: s.Constant, Notes: s.notes(),
	}
	for i := range s.Factors {
		h.Factors = append(h.Factors, s.headerFactor(i))
	}
	shown := make([]map[string]string, len(s.Factors)) // the header's levels by the scenario's
	for k, f := range s.Factors {
		shown[k] = map[string]string{}
		for i, level := range f.Levels {
			shown[k][level.Name] = h.Factors[k].Levels[i]
		}
	}
	for i := range s.Cells {
		levels := make([]string, len(s.Factors))
		for k := range s.Factors {
			levels[k] = shown[k][s.Cells[i].Levels[k]]
		}
		h.Cells = append(h.Cells, results.Cell{Levels: levels})
	}
	if s.Compare != nil {
		k := slices.IndexFunc(s.Factors, func(f Factor) bool { return f.Name == s.Compare.Factor })
		h.Compare = &results.Compare{
			Factor: h.Factors[k].Name, Baseline: shown[k][s.Compare.Baseline],
			Metric: s.Compare.Metric, Margin: s.Compare.Margin,
		}
	}
	for _, m := range s.Metrics() {
		h.Metrics = append(h.Metrics, m.Metric)
	}
	return h
}
