package table

import "tlslab/results"

// HeadlineMetric returns the index of the metric that answers the scenario's question: the one the comparison names,
// else the first for which lower or higher is better, else the first.
func HeadlineMetric(h *results.Header) int {
	if h.Compare != nil {
		if m := h.Metric(h.Compare.Metric); m >= 0 {
			return m
		}
	}
	for i, m := range h.Metrics {
		if m.Better != 0 && m.PartOf == "" {
			return i
		}
	}
	return 0
}
