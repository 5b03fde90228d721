package compare

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/results"
	"tlslab/results/gate"
	"tlslab/results/table"
)

// Run is one side of a comparison of runs.
type Run struct {
	Label  string
	Source results.Source
}

// RunOptions say what of the runs is compared.
type RunOptions struct {
	// Filter selects cells and metrics, in the language of golang.org/x/perf/benchproc/syntax: a
	// cell is the benchmark Scenario/factor=level/factor=level, a metric is a unit. "" selects all.
	Filter string
	// Anyway compares runs of different scenarios too.
	Anyway bool
	// Expressions are those of the gate.
	Expressions []*gate.Expression
}

// QuestionError is the error of runs that answer different questions: their scenarios or the names
// of their factors differ.
type QuestionError struct{ Reason string }

func (e *QuestionError) Error() string { return e.Reason }

// Runs compares the first run with each of the others, cell by cell and metric by metric. Cells
// belong together if their levels are the same, metrics if their names are; a metric with another
// unit is an error. Replicates of the same number and seed are pairs. Runs reads each column once,
// and holds those of one cell for each metric that it compares in parallel.
//
// The error is a *QuestionError if the runs are of different scenarios or factors, a *FilterError
// for a bad filter or one that selects nothing, and an *ExpressionError for an expression that does
// not fit the runs.
func Runs(runs []Run, o RunOptions) (*Document, error) {
	if !o.Anyway {
		if err := sameQuestion(runs); err != nil {
			return nil, err
		}
	}
	filter, err := newCellFilter(o.Filter)
	if err != nil {
		return nil, err
	}
	c := &comparison{runs: runs, options: o, filter: filter, old: runs[0].Source.Header(), cells: runs[0].Source.Cells()}
	for i := range c.cells {
		c.names = append(c.names, cellName(c.old, c.cells[i].Levels))
	}
	for _, r := range runs[1:] {
		m, err := c.match(r)
		if err != nil {
			return nil, err
		}
		c.new = append(c.new, m)
	}
	if err := c.checkExpressions(); err != nil {
		return nil, err
	}
	if err := c.compareColumns(); err != nil {
		return nil, err
	}
	return c.document()
}

// sameQuestion returns a QuestionError if the runs are of different scenarios or vary different
// factors.
func sameQuestion(runs []Run) error {
	old := runs[0].Source.Header()
	for _, r := range runs[1:] {
		h := r.Source.Header()
		if h.Scenario != old.Scenario {
			return &QuestionError{fmt.Sprintf("%s is a run of scenario %s, %s one of %s: they answer different questions", runs[0].Label, old.Scenario, r.Label, h.Scenario)}
		}
		if a, b := factorNames(old), factorNames(h); !slices.Equal(a, b) {
			return &QuestionError{fmt.Sprintf("%s varies %s, %s varies %s: they answer different questions", runs[0].Label, listed(a), r.Label, listed(b))}
		}
	}
	return nil
}

func factorNames(h *results.Header) []string {
	var names []string
	for _, f := range h.Factors {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

func listed(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return table.List(names)
}

// comparison compares runs.
type comparison struct {
	runs    []Run
	options RunOptions
	filter  *cellFilter
	old     *results.Header
	cells   []results.Observed // of the old run
	names   []string           // of the cells
	new     []*matchedRun      // the runs after the first
	results []metricResult     // by metric of the old run
}

// matchedRun is a new run, with what of it belongs to what of the old run.
type matchedRun struct {
	Run
	header  *results.Header
	cells   []int // by cell of the old run: the cell of the new one, or -1
	metrics []int // by metric of the old run: the metric of the new one, or -1
	// compared says for each cell of the old run whether the filter selects a metric of it that
	// both runs have.
	compared []bool
	paired   bool
	missing  []Missing
}

// replicates are those that the run has of a cell of the old run.
func (r *matchedRun) replicates(cell int) results.Ranges {
	return r.Source.Cells()[r.cells[cell]].Replicates
}

// match finds what of a new run belongs to what of the old one.
func (c *comparison) match(r Run) (*matchedRun, error) {
	m := &matchedRun{Run: r, header: r.Source.Header()}
	m.paired = c.old.Seeds != nil && m.header.Seeds != nil && *c.old.Seeds == *m.header.Seeds
	if a, b := factorNames(c.old), factorNames(m.header); !slices.Equal(a, b) {
		return nil, fmt.Errorf("%s varies %s, %s varies %s: no cell of one has the levels of a cell of the other", c.runs[0].Label, listed(a), r.Label, listed(b))
	}
	index := map[string]int{}
	newCells := r.Source.Cells()
	for i := range newCells {
		index[cellKey(m.header, newCells[i].Levels)] = i
	}
	for i := range c.cells {
		key := cellKey(c.old, c.cells[i].Levels)
		at, there := index[key]
		if !there {
			at = -1
			if c.selectsCell(c.old, c.cells[i].Levels) {
				m.missing = append(m.missing, Missing{Row: c.names[i], Metric: everyMetric, Column: r.Label})
			}
		}
		m.cells = append(m.cells, at)
		delete(index, key)
	}
	for i := range newCells {
		if _, left := index[cellKey(m.header, newCells[i].Levels)]; left && c.selectsCell(m.header, newCells[i].Levels) {
			m.missing = append(m.missing, Missing{Row: cellName(m.header, newCells[i].Levels), Metric: everyMetric, Column: c.runs[0].Label})
		}
	}
	for i := range c.old.Metrics {
		metric := &c.old.Metrics[i]
		at := m.header.Metric(metric.Name)
		if at >= 0 && m.header.Metrics[at].Unit != metric.Unit {
			return nil, fmt.Errorf("%s has %s in %s, %s in %s: their values cannot be compared", c.runs[0].Label, metric.Name, metric.Unit, r.Label, m.header.Metrics[at].Unit)
		}
		if at < 0 && c.selectsMetric(c.old, c.cells, metric.Name) {
			m.missing = append(m.missing, Missing{Row: everyCell, Metric: metric.Name, Column: r.Label})
		}
		m.metrics = append(m.metrics, at)
	}
	for i := range m.header.Metrics {
		if name := m.header.Metrics[i].Name; c.old.Metric(name) < 0 && c.selectsMetric(m.header, newCells, name) {
			m.missing = append(m.missing, Missing{Row: everyCell, Metric: name, Column: c.runs[0].Label})
		}
	}
	for cell, at := range m.cells {
		selected := func(metric results.Metric) bool {
			return m.header.Metric(metric.Name) >= 0 && c.filter.selects(c.old, c.cells[cell].Levels, metric.Name)
		}
		m.compared = append(m.compared, at >= 0 && slices.ContainsFunc(c.old.Metrics, selected))
	}
	return m, nil
}

// selectsCell reports whether the filter selects a metric of a cell.
func (c *comparison) selectsCell(h *results.Header, levels []string) bool {
	return slices.ContainsFunc(h.Metrics, func(m results.Metric) bool { return c.filter.selects(h, levels, m.Name) })
}

// selectsMetric reports whether the filter selects a metric of some cell.
func (c *comparison) selectsMetric(h *results.Header, cells []results.Observed, metric string) bool {
	return slices.ContainsFunc(cells, func(o results.Observed) bool { return c.filter.selects(h, o.Levels, metric) })
}

// What Missing says if all of a cell, or all of a metric, is missing.
const everyMetric, everyCell = "*", "*"

// cellName names a cell by its levels: "tls.kind=full rtt=50ms".
func cellName(h *results.Header, levels []string) string {
	if len(levels) == 0 {
		return "the only cell"
	}
	return strings.Join(parts(h, levels), " ")
}

// cellKey is the same for cells with equal levels, whatever the order of the factors.
func cellKey(h *results.Header, levels []string) string {
	all := parts(h, levels)
	slices.Sort(all)
	return results.CellKey(all)
}

func parts(h *results.Header, levels []string) []string {
	var all []string
	for i, f := range h.Factors {
		all = append(all, f.Name+"="+levels[i])
	}
	return all
}
