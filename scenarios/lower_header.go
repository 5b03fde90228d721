package scenarios

import (
	"tlslab/results"
)

// Header lowers the scenario to the header of its samples.
func (s *Scenario) Header(version string) results.Header {
	seeds := NetworkSeeds(s.Seed)
	h := results.Header{
		Schema: results.Schema, Scenario: s.Name, Title: s.Title, Version: version,
		Seed: s.Seed, Seeds: &seeds, Replicates: s.Replicates,
		Factors: []results.Factor{}, Constant: s.Constant,
	}
	for i := range s.Cells {
		h.Cells = append(h.Cells, results.Cell{Levels: s.Cells[i].Levels})
	}
	for i := range s.Factors {
		f := s.Factors[i].header()
		f.Shown = s.shownAsRTT(i)
		h.Factors = append(h.Factors, f)
	}
	if s.Compare != nil {
		h.Compare = &results.Compare{Factor: s.Compare.Factor, Baseline: s.Compare.Baseline, Metric: s.Compare.Metric, Margin: s.Compare.Margin}
	}
	for _, m := range s.Metrics() {
		h.Metrics = append(h.Metrics, m.Metric)
	}
	return h
}

// shownAsRTT is what a factor of delays is shown as: the round-trip time that follows from each of
// its levels, if one does in all cells of that level.
func (s *Scenario) shownAsRTT(factor int) *results.Shown {
	f := &s.Factors[factor]
	if f.Name != "link.delay" {
		return nil
	}
	times := map[string]string{}
	for i := range s.Cells {
		c := &s.Cells[i]
		rtt := formatDuration(c.Config.Link.RTT())
		if other, seen := times[c.Levels[factor]]; seen && other != rtt {
			return nil
		}
		times[c.Levels[factor]] = rtt
	}
	shown := &results.Shown{Name: "rtt"}
	for _, level := range f.Levels {
		rtt, inCell := times[level.Name]
		if !inCell {
			return nil
		}
		shown.Levels = append(shown.Levels, rtt)
	}
	return shown
}
