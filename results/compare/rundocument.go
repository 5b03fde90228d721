package compare

import (
	"fmt"
	"math"
	"slices"

	"tlslab/results/effect"
	"tlslab/results/gate"
	"tlslab/results/stat"
	"tlslab/results/table/number"
)

// unitShare is the unit of a share of replicates.
const unitShare = "share"

// document returns the result of the comparison.
func (c *comparison) document() (*Document, error) {
	d := &Document{}
	for _, r := range c.runs {
		d.Inputs = append(d.Inputs, r.Label)
	}
	d.Columns = d.Inputs
	for _, r := range c.new {
		d.Missing = append(d.Missing, r.missing...)
	}
	for i := range c.results {
		d.Tables = append(d.Tables, c.results[i].tables...)
	}
	failures, err := c.failureTable()
	if err != nil {
		return nil, err
	}
	if len(failures.Rows) > 0 {
		d.Tables = append(d.Tables, failures)
	}
	if len(d.Tables) == 0 && len(d.Missing) == 0 {
		return nil, &FilterError{fmt.Errorf("no cell and metric match %s: a factor is written as /link.loss:1%%, a metric as .unit:handshake", c.filter.text)}
	}
	d.Facts, d.Differing = c.facts(), c.differing()
	if len(c.options.Expressions) > 0 {
		checks, err := c.checks()
		if err != nil {
			return nil, err
		}
		gate.Judge(checks)
		d.Gate = &Gate{Expressions: c.options.Expressions, Checks: checks}
	}
	return d, nil
}

// table compares one statistic of a metric, whose comparisons are by new run and cell.
func (c *comparison) table(metric int, s effect.Statistic, compared [][]*metricComparison) Table {
	of := &c.old.Metrics[metric]
	t := Table{Metric: of.Name, Unit: of.Unit, Statistic: s.String(), Better: of.Better, Part: of.PartOf != "", Columns: c.labels()}
	for cell := range c.cells {
		row := Row{Name: c.names[cell]}
		for run := range c.new {
			m := compared[run][cell]
			if m == nil || m.old.reached == 0 && m.new.reached == 0 {
				continue
			}
			e := m.effects.At(s)
			row.set(run, len(c.runs), &Side{N: m.old.reached, Value: m.old.values[s]}, &Side{N: m.new.reached, Value: m.new.values[s], Change: &Change{
				Ratio: e.Ratio, Diff: e.Diff, P: e.P, PHolm: e.PHolm, Paired: m.effects.Paired, Verdict: e.Verdict,
			}})
		}
		if row.Sides != nil {
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// set sets the sides of a row of a comparison of runs: of the old one and of a new one.
func (r *Row) set(run, runs int, old, new *Side) {
	if r.Sides == nil {
		r.Sides = make([]*Side, runs)
	}
	r.Sides[0], r.Sides[run+1] = old, new
}

func (c *comparison) labels() []string {
	var all []string
	for _, r := range c.runs {
		all = append(all, r.Label)
	}
	return all
}

// failureTable compares the shares of failed replicates.
func (c *comparison) failureTable() (Table, error) {
	t := Table{Metric: "failed", Unit: unitShare, Statistic: "share", Better: -1, Columns: c.labels()}
	var changes []*Change
	var ps []float64
	for cell := range c.cells {
		row := Row{Name: c.names[cell]}
		for run, r := range c.new {
			if !r.compared[cell] {
				continue
			}
			s, err := c.failures(r, cell)
			if err != nil {
				return t, err
			}
			if s.oldK == 0 && s.newK == 0 {
				continue
			}
			change := &Change{Ratio: stat.None, Diff: s.change(), P: s.test(), Paired: s.paired}
			row.set(run, len(c.runs), &Side{N: s.oldN, Value: stat.Proportion(s.oldK, s.oldN)},
				&Side{N: s.newN, Value: stat.Proportion(s.newK, s.newN), Change: change})
			changes, ps = append(changes, change), append(ps, change.P)
		}
		if row.Sides != nil {
			t.Rows = append(t.Rows, row)
		}
	}
	for i, p := range stat.Holm(ps) {
		change := changes[i]
		change.PHolm = p
		switch {
		case change.Diff == stat.Point(0):
			change.Verdict = effect.Same
		case p < effect.Alpha && (change.Diff.Lo > 0 || change.Diff.Hi < 0):
			change.Verdict = effect.Different
		default:
			change.Verdict = effect.Undecided
		}
	}
	return t, nil
}

// facts say what was compared with what.
func (c *comparison) facts() []string {
	var all []string
	for i, r := range c.new {
		if slices.Contains(r.compared, true) {
			all = append(all, c.fact(i, r))
		}
	}
	return all
}

// fact says what of a new run was compared.
func (c *comparison) fact(run int, r *matchedRun) string {
	cells, least, most := 0, math.MaxInt, 0
	unequal := false
	for cell, compared := range r.compared {
		if !compared {
			continue
		}
		old, new := c.cells[cell].Replicates, r.replicates(cell)
		cells++
		least, most = min(least, old.N(), new.N()), max(most, old.N(), new.N())
		unequal = unequal || !slices.Equal(old, new)
	}
	differing, values := 0, 0
	for i := range c.results {
		d := &c.results[i].differing[run]
		differing, values = differing+d.Values, values+d.AllValues
	}
	replicates := number.Count(most)
	if least != most {
		replicates = number.Count(least) + " to " + replicates
	}
	fact := fmt.Sprintf("%s against %s: %s of %s replicates.", r.Label, c.runs[0].Label, count(cells, "cell"), replicates)
	if !r.paired {
		return fact + " The root seeds differ, so the replicates are compared as independent samples. Runs with the same seed are compared in pairs, which is more precise."
	}
	fact += " The replicates have the same seeds and are compared in pairs."
	if unequal {
		fact += " The two sides do not have the same replicates: only those that both have are compared."
	}
	if differing == 0 {
		return fact + fmt.Sprintf(" All %s values are the same.", number.Count(values))
	}
	return fact + fmt.Sprintf(" %s of %s values differ.", number.Count(differing), number.Count(values))
}

// differing counts the values that differ within a pair.
func (c *comparison) differing() []Differing {
	var all []Differing
	for i := range c.results {
		for run, d := range c.results[i].differing {
			if c.new[run].paired && d.Values > 0 {
				all = append(all, d)
			}
		}
	}
	return all
}

// sentence says what is missing.
func (m *Missing) sentence() string {
	switch {
	case m.Metric == everyMetric:
		return fmt.Sprintf("%s has no cell %s", m.Column, m.Row)
	case m.Row == everyCell:
		return fmt.Sprintf("%s has no metric %s", m.Column, m.Metric)
	}
	return fmt.Sprintf("%s has no %s of %s", m.Column, m.Metric, m.Row)
}
