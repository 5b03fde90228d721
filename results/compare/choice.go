package compare

import (
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"

	"tlslab/results"
)

// choice selects cells and metrics by a filter.
type choice struct {
	filter *benchproc.Filter
	text   string
}

// FilterError is a mistake in a filter, or a filter that selects nothing.
type FilterError struct{ Err error }

func (e *FilterError) Error() string { return "--filter: " + e.Err.Error() }
func (e *FilterError) Unwrap() error { return e.Err }

func newChoice(filter string) (*choice, error) {
	if filter == "" {
		filter = "*"
	}
	f, err := benchproc.NewFilter(filter)
	if err != nil {
		return nil, &FilterError{err}
	}
	return &choice{f, filter}, nil
}

// selects reports whether the filter selects a metric of a cell. The cell is a benchmark of the
// scenario's name with its levels: Scenario/factor=level. The metric is its unit.
func (c *choice) selects(h *results.Header, levels []string, metric string) bool {
	if c.text == "*" {
		return true
	}
	name := h.Scenario
	for i, f := range h.Factors {
		name += "/" + oneWord(f.Name) + "=" + oneWord(levels[i])
	}
	r := &benchfmt.Result{Name: benchfmt.Name(name), Values: []benchfmt.Value{{Unit: metric}}}
	r.SetConfig("scenario", h.Scenario)
	ok, err := c.filter.Apply(r)
	return ok && err == nil
}

// oneWord replaces what divides a benchmark's name.
func oneWord(text string) string {
	return strings.NewReplacer("/", "_", " ", "_", "\t", "_", "\n", "_").Replace(text)
}
