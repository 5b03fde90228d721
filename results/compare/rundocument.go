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
	for _, p := range c.partners {
		d.Missing = append(d.Missing, p.missing...)
	}
	for metric := range c.found {
		for _, s := range effect.Statistics {
			if t := c.table(metric, s); len(t.Rows) > 0 {
				d.Tables = append(d.Tables, t)
			}
		}
	}
	failures, err := c.failureTable()
	if err != nil {
		return nil, err
	}
	if len(failures.Rows) > 0 {
		d.Tables = append(d.Tables, failures)
	}
	if len(d.Tables) == 0 && len(d.Missing) == 0 {
		return nil, &FilterError{fmt.Errorf("no cell and metric match %s: a factor is written as /link.loss:1%%, a metric as .unit:handshake", c.choose.text)}
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

// table compares one statistic of a metric.
func (c *comparison) table(metric int, s effect.Statistic) Table {
	m := &c.old.Metrics[metric]
	t := Table{Metric: m.Name, Unit: m.Unit, Statistic: s.String(), Better: m.Better, Part: m.PartOf != "", Columns: c.labels()}
	for cell := range c.cells {
		row := Row{Name: cellName(c.old, c.cells[cell].Levels), Sides: make([]*Side, len(c.runs))}
		for i := range c.partners {
			f := c.found[metric][i][cell]
			if f == nil || f.old.reached == 0 && f.new.reached == 0 {
				continue
			}
			row.Sides[0] = &Side{N: f.old.reached, Value: f.old.values[s]}
			e := f.comparison.At(s)
			row.Sides[i+1] = &Side{N: f.new.reached, Value: f.new.values[s], Change: &Change{
				Ratio: e.Ratio, Diff: e.Diff, P: e.P, PHolm: e.PHolm, Paired: f.comparison.Paired, Verdict: e.Verdict,
			}}
		}
		if row.Sides[0] != nil {
			t.Rows = append(t.Rows, row)
		}
	}
	return t
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
		row := Row{Name: cellName(c.old, c.cells[cell].Levels), Sides: make([]*Side, len(c.runs))}
		for i := range c.partners {
			if !c.compared(i, cell) {
				continue
			}
			s, err := c.failures(i, cell)
			if err != nil {
				return t, err
			}
			if s.oldK == 0 && s.newK == 0 {
				continue
			}
			row.Sides[0] = &Side{N: s.oldN, Value: stat.Proportion(s.oldK, s.oldN)}
			change := &Change{Ratio: stat.None, Diff: s.change(), P: s.test(), Paired: s.paired}
			row.Sides[i+1] = &Side{N: s.newN, Value: stat.Proportion(s.newK, s.newN), Change: change}
			changes, ps = append(changes, change), append(ps, change.P)
		}
		if row.Sides[0] != nil {
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
	for i, p := range c.partners {
		cells, differing, compared := 0, 0, 0
		least, most := math.MaxInt, 0
		unequal := false
		for cell := range c.cells {
			if !c.compared(i, cell) {
				continue
			}
			cells++
			a, b := c.cells[cell].N(), p.Source.Cells()[p.cells[cell]].N()
			least, most = min(least, a, b), max(most, a, b)
			unequal = unequal || p.paired && !slices.Equal(c.cells[cell].Replicates, p.Source.Cells()[p.cells[cell]].Replicates)
			for metric := range c.found {
				if f := c.found[metric][i][cell]; f != nil {
					differing += f.differing
					compared += f.compared
				}
			}
		}
		if cells == 0 {
			continue
		}
		how := "The replicates have the same seeds and are compared in pairs."
		if !p.paired {
			how = "The root seeds differ, so the replicates are compared as independent samples. Runs with the same seed are compared in pairs, which is more precise."
		}
		if unequal {
			how += " The two sides do not have the same replicates: only those that both have are compared."
		}
		replicates := number.Count(most)
		if least != most {
			replicates = number.Count(least) + " to " + replicates
		}
		fact := fmt.Sprintf("%s against %s: %s of %s replicates. %s", p.Label, c.runs[0].Label, count(cells, "cell"), replicates, how)
		if p.paired && differing == 0 {
			fact += fmt.Sprintf(" All %s values are the same.", number.Count(compared))
		} else if p.paired {
			fact += fmt.Sprintf(" %s of %s values differ.", number.Count(differing), number.Count(compared))
		}
		all = append(all, fact)
	}
	return all
}

// differing counts the values that differ within a pair.
func (c *comparison) differing() []Differing {
	var all []Differing
	for metric := range c.found {
		for i, p := range c.partners {
			d := Differing{Metric: c.old.Metrics[metric].Name, Column: p.Label}
			for _, f := range c.found[metric][i] {
				if f == nil || !p.paired {
					continue
				}
				d.AllCells++
				d.AllValues += f.compared
				if f.differing > 0 {
					d.Cells++
					d.Values += f.differing
				}
			}
			if d.Values > 0 {
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
