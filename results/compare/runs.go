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
	choose, err := newChoice(o.Filter)
	if err != nil {
		return nil, err
	}
	c := &comparison{runs: runs, options: o, choose: choose, old: runs[0].Source.Header(), cells: runs[0].Source.Cells()}
	for _, r := range runs[1:] {
		p, err := c.match(r)
		if err != nil {
			return nil, err
		}
		c.partners = append(c.partners, p)
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
	runs     []Run
	options  RunOptions
	choose   *choice
	old      *results.Header
	cells    []results.Observed // of the old run
	partners []*partner         // of each new run
	// found is by metric of the old run, new run, and cell of the old run; nil: not compared.
	found [][][]*found
}

// partner says what of a new run belongs to what of the old one.
type partner struct {
	Run
	header  *results.Header
	cells   []int // by cell of the old run: the cell of the new one, or -1
	metrics []int // by metric of the old run: the metric of the new one, or -1
	paired  bool
	missing []Missing
}

// match finds what of a new run belongs to what of the old one.
func (c *comparison) match(r Run) (*partner, error) {
	p := &partner{Run: r, header: r.Source.Header()}
	p.paired = c.old.Seeds != nil && p.header.Seeds != nil && *c.old.Seeds == *p.header.Seeds
	if a, b := factorNames(c.old), factorNames(p.header); !slices.Equal(a, b) {
		return nil, fmt.Errorf("%s varies %s, %s varies %s: no cell of one has the levels of a cell of the other", c.runs[0].Label, listed(a), r.Label, listed(b))
	}
	index := map[string]int{}
	theirs := r.Source.Cells()
	for i := range theirs {
		index[cellKey(p.header, theirs[i].Levels)] = i
	}
	for i := range c.cells {
		key := cellKey(c.old, c.cells[i].Levels)
		at, there := index[key]
		if !there {
			at = -1
			if c.selectsCell(c.old, c.cells[i].Levels) {
				p.missing = append(p.missing, Missing{Row: cellName(c.old, c.cells[i].Levels), Metric: everyMetric, Column: r.Label})
			}
		}
		p.cells = append(p.cells, at)
		delete(index, key)
	}
	for i := range theirs {
		if _, left := index[cellKey(p.header, theirs[i].Levels)]; left && c.selectsCell(p.header, theirs[i].Levels) {
			p.missing = append(p.missing, Missing{Row: cellName(p.header, theirs[i].Levels), Metric: everyMetric, Column: c.runs[0].Label})
		}
	}
	for i := range c.old.Metrics {
		m := &c.old.Metrics[i]
		at := p.header.Metric(m.Name)
		if at >= 0 && p.header.Metrics[at].Unit != m.Unit {
			return nil, fmt.Errorf("%s has %s in %s, %s in %s: their values cannot be compared", c.runs[0].Label, m.Name, m.Unit, r.Label, p.header.Metrics[at].Unit)
		}
		if at < 0 && c.selectsMetric(c.old, c.cells, m.Name) {
			p.missing = append(p.missing, Missing{Row: everyCell, Metric: m.Name, Column: r.Label})
		}
		p.metrics = append(p.metrics, at)
	}
	for i := range p.header.Metrics {
		if name := p.header.Metrics[i].Name; c.old.Metric(name) < 0 && c.selectsMetric(p.header, theirs, name) {
			p.missing = append(p.missing, Missing{Row: everyCell, Metric: name, Column: c.runs[0].Label})
		}
	}
	return p, nil
}

// selectsCell reports whether the filter selects a metric of a cell.
func (c *comparison) selectsCell(h *results.Header, levels []string) bool {
	return slices.ContainsFunc(h.Metrics, func(m results.Metric) bool { return c.choose.selects(h, levels, m.Name) })
}

// selectsMetric reports whether the filter selects a metric of some cell.
func (c *comparison) selectsMetric(h *results.Header, cells []results.Observed, metric string) bool {
	return slices.ContainsFunc(cells, func(o results.Observed) bool { return c.choose.selects(h, o.Levels, metric) })
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
