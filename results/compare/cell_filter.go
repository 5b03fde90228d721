package compare

import (
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"

	"tlslab/results"
)

// cellFilter selects cells and metrics.
type cellFilter struct {
	filter *benchproc.Filter
	text   string
}

// FilterError is a mistake in a filter, or a filter that selects nothing.
type FilterError struct{ Err error }

func (e *FilterError) Error() string { return "--filter: " + e.Err.Error() }
func (e *FilterError) Unwrap() error { return e.Err }

func newCellFilter(filter string) (*cellFilter, error) {
	if filter == "" {
		filter = "*"
	}
	parsed, err := benchproc.NewFilter(filter)
	if err != nil {
		return nil, &FilterError{err}
	}
	return &cellFilter{parsed, filter}, nil
}

// selects reports whether the filter selects a metric of a cell. The cell is a benchmark of the
// scenario's name with its levels: Scenario/factor=level. The metric is its unit.
func (f *cellFilter) selects(h *results.Header, levels []string, metric string) bool {
	if f.text == "*" {
		return true
	}
	name := h.Scenario
	for i, factor := range h.Factors {
		name += "/" + oneWord(factor.Name) + "=" + oneWord(levels[i])
	}
	r := &benchfmt.Result{Name: benchfmt.Name(name), Values: []benchfmt.Value{{Unit: metric}}}
	r.SetConfig("scenario", h.Scenario)
	ok, err := f.filter.Apply(r)
	return ok && err == nil
}

// oneWord replaces what divides a benchmark's name.
func oneWord(text string) string {
	return strings.NewReplacer("/", "_", " ", "_", "\t", "_", "\n", "_").Replace(text)
}
