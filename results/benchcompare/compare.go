package benchcompare

import (
	"io"
	"math"
	"slices"
	"strings"

	moremath "github.com/aclements/go-moremath/stats"
	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
	"golang.org/x/perf/benchproc"

	"tlslab/results"
	"tlslab/results/compare"
	"tlslab/results/effect"
	"tlslab/results/stat"
)

// Comparison is the comparison of benchmark files.
type Comparison struct {
	collection *collection
	tables     []*unitTable
	cols       []benchproc.Key // of all tables, in order
}

// unitTable is a table of one unit and one file configuration.
type unitTable struct {
	config     []results.Setting
	unit       string
	assumption benchmath.Assumption
	better     int
	rows, cols []benchproc.Key
	samples    map[rowColumn]*measured
}

// measured is the values of a row and a column.
type measured struct {
	sample     *benchmath.Sample
	summary    benchmath.Summary
	baseline   *measured // nil for the first column, and if it lacks the row
	comparison benchmath.Comparison
}

// Compare reads the inputs and compares the first column with the others.
func Compare(inputs []Input, stdin io.Reader, o Options) (*Comparison, error) {
	collected, err := collect(inputs, stdin, o.withDefaults())
	if err != nil {
		return nil, err
	}
	c := &Comparison{collection: collected}
	all := map[benchproc.Key]struct{}{}
	for _, key := range sortedKeys(collected.tables) {
		g := collected.tables[key]
		for col := range g.cols {
			all[col] = struct{}{}
		}
		c.tables = append(c.tables, c.table(key, g))
	}
	c.cols = sortedKeys(all)
	return c, nil
}

func (c *Comparison) table(key benchproc.Key, g *tableValues) *unitTable {
	unit := key.Get(c.collection.unit)
	t := &unitTable{
		unit: unit, assumption: c.collection.units.GetAssumption(unit), better: betterOf(c.collection.units, unit),
		rows: sortedKeys(g.rows), cols: sortedKeys(g.cols), samples: map[rowColumn]*measured{},
	}
	for _, f := range key.Projection().FlattenedFields() {
		if f.Name != ".unit" {
			t.config = append(t.config, results.Setting{Name: f.Name, Value: key.Get(f)})
		}
	}
	for _, row := range t.rows {
		var baseline *measured
		for i, col := range t.cols {
			values, there := g.samples[rowColumn{row, col}]
			if !there {
				continue
			}
			m := &measured{sample: benchmath.NewSample(values.values, &benchmath.DefaultThresholds)}
			m.summary = t.assumption.Summary(m.sample, stat.Confidence)
			if i == 0 {
				baseline = m
			} else if baseline != nil {
				m.baseline = baseline
				m.comparison = t.assumption.Compare(baseline.sample, m.sample)
			}
			if err := values.varies(); err != nil {
				m.sample.Warnings = append(m.sample.Warnings, err)
			}
			t.samples[rowColumn{row, col}] = m
		}
	}
	return t
}

// betterOf is -1 if lower values of a unit are better, +1 if higher values are, else 0. Without
// metadata it knows the units of go test.
func betterOf(units benchfmt.UnitMetadataMap, unit string) int {
	if b := units.GetBetter(unit); b != 0 {
		return b
	}
	switch unit {
	case "sec/op", "B/op", "allocs/op":
		return -1
	case "B/s":
		return 1
	}
	return 0
}

// statistic is the name of the statistic that the table's summaries show.
func (t *unitTable) statistic() string {
	if t.assumption == benchmath.AssumeExact {
		return "exact"
	}
	return "median"
}

// Document returns the comparison for readers.
func (c *Comparison) Document() *compare.Document {
	d := &compare.Document{Benchmarks: true, Settings: c.settings(), Warnings: slices.Clone(c.collection.warnings)}
	for _, in := range c.collection.inputs {
		d.Inputs = append(d.Inputs, in.Label)
	}
	for _, col := range c.cols {
		d.Columns = append(d.Columns, col.StringValues())
	}
	for _, t := range c.tables {
		d.Tables = append(d.Tables, c.document(t))
		for _, row := range t.rows {
			for _, col := range c.cols {
				if t.samples[rowColumn{row, col}] == nil {
					d.Missing = append(d.Missing, compare.Missing{Row: row.StringValues(), Metric: t.unit, Column: col.StringValues()})
				}
			}
		}
	}
	return d
}

// settings lists the file configuration that differs between the inputs.
func (c *Comparison) settings() []compare.Difference {
	var all []compare.Difference
	config := c.collection.config
	for _, key := range config.keys {
		values := make([]string, len(config.values))
		for i := range values {
			// The keys of several packages are the same in another order after interleaved rounds.
			sorted := slices.Sorted(slices.Values(config.values[i][key]))
			values[i] = strings.Join(sorted, ", ")
		}
		if len(slices.Compact(slices.Clone(values))) > 1 {
			all = append(all, compare.Difference{Name: key, Values: values})
		}
	}
	return all
}

func (c *Comparison) document(t *unitTable) compare.Table {
	out := compare.Table{Config: t.config, Metric: t.unit, Unit: t.unit, Statistic: t.statistic(), Better: t.better}
	for _, col := range t.cols {
		out.Columns = append(out.Columns, col.StringValues())
	}
	for _, row := range t.rows {
		r := compare.Row{Name: row.StringValues()}
		for _, col := range t.cols {
			r.Sides = append(r.Sides, c.side(t, t.samples[rowColumn{row, col}]))
		}
		out.Rows = append(out.Rows, r)
	}
	out.Geomean = t.geomeans()
	return out
}

func (c *Comparison) side(t *unitTable, m *measured) *compare.Side {
	if m == nil {
		return nil
	}
	s := &compare.Side{
		N:         len(m.sample.Values),
		Value:     stat.Interval{Value: m.summary.Center, Lo: m.summary.Lo, Hi: m.summary.Hi},
		Benchstat: &compare.Benchstat{Spread: m.summary.PctRangeString()},
	}
	b := s.Benchstat
	b.Warnings = append(texts(m.sample.Warnings), texts(m.summary.Warnings)...)
	if m.baseline == nil {
		return s
	}
	old := m.baseline.summary.Center
	b.Delta, b.Test = m.comparison.FormatDelta(old, m.summary.Center), m.comparison.String()
	b.ChangeWarnings = texts(m.comparison.Warnings)
	s.Change = &compare.Change{Ratio: t.ratio(m), P: m.comparison.P, PHolm: math.NaN(), Verdict: effect.Undecided}
	if t.assumption == benchmath.AssumeExact {
		s.Change.P = math.NaN()
	}
	switch {
	case b.Delta == "0.00%" && s.Change.Ratio.Lo == 1 && s.Change.Ratio.Hi == 1:
		s.Change.Verdict = effect.Same
	case b.Delta != "~" && b.Delta != "0.00%":
		s.Change.Verdict = effect.Different
	case m.constant() && m.baseline.constant() && m.summary.Center == old:
		s.Change.Verdict = effect.Same
	}
	return s
}

// constant reports whether all of several values are the same.
func (m *measured) constant() bool {
	v := m.sample.Values
	return len(v) > 1 && v[0] == v[len(v)-1]
}

// ratio is the new center divided by the old one.
func (t *unitTable) ratio(m *measured) stat.Interval {
	if t.exact(m, m.baseline) {
		return stat.Point(stat.Ratio(m.summary.Center, m.baseline.summary.Center))
	}
	return quantileEffect(m.sample.Values, m.baseline.sample.Values, 0.5).Ratio
}

// exact reports whether both sides have a single value, of a unit that has no distribution.
func (t *unitTable) exact(new, old *measured) bool {
	single := func(v []float64) bool { return v[0] == v[len(v)-1] }
	return t.assumption == benchmath.AssumeExact && single(new.sample.Values) && single(old.sample.Values)
}

func texts(errs []error) []string {
	var all []string
	for _, err := range errs {
		all = append(all, err.Error())
	}
	return all
}

// geomeans are benchstat's: the geometric mean of each column, and that of the ratios of the rows
// that the first column has too.
func (t *unitTable) geomeans() []compare.Geomean {
	inBase := 0
	for _, row := range t.rows {
		if t.samples[rowColumn{row, t.cols[0]}] != nil {
			inBase++
		}
	}
	all := make([]compare.Geomean, len(t.cols))
	for i, col := range t.cols {
		g := &all[i]
		var values, ratios []float64
		compared, divided := 0, true
		for _, row := range t.rows {
			m := t.samples[rowColumn{row, col}]
			if m == nil {
				continue
			}
			values = append(values, m.summary.Center)
			if m.baseline == nil {
				continue
			}
			compared++
			old := m.baseline.summary.Center
			if old == 0 && m.summary.Center != 0 {
				divided = false
				continue
			}
			ratios = append(ratios, quotient(m.summary.Center, old))
		}
		g.Value, g.Ratio = moremath.GeoMean(values), math.NaN()
		if i > 0 && compared != inBase {
			g.Warnings = append(g.Warnings, "benchmark set differs from baseline; geomeans may not be comparable")
		}
		if math.IsNaN(g.Value) {
			g.Warnings = append(g.Warnings, "summaries must be >0 to compute geomean")
		}
		if i > 0 && divided {
			if g.Ratio = moremath.GeoMean(ratios); math.IsNaN(g.Ratio) {
				g.Warnings = append(g.Warnings, "ratios must be >0 to compute geomean")
			}
		}
	}
	return all
}

// quotient is a / b, and 1 for 0 / 0.
func quotient(a, b float64) float64 {
	if a == b {
		return 1
	}
	return a / b
}

// Units lists the units of all tables.
func (c *Comparison) Units() []string {
	var all []string
	for _, t := range c.tables {
		if !slices.Contains(all, t.unit) {
			all = append(all, t.unit)
		}
	}
	return all
}
