package benchcompare

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"
)

// Options select and group results, in the language of golang.org/x/perf/benchproc/syntax. They are
// benchstat's, with its defaults where they are empty.
type Options struct {
	Filter string // "*"
	Table  string // ".config"
	Row    string // ".fullname"
	Col    string // ".file"
	Ignore string
}

func (o Options) withDefaults() Options {
	set := func(to *string, text string) {
		if *to == "" {
			*to = text
		}
	}
	set(&o.Filter, "*")
	set(&o.Table, ".config")
	set(&o.Row, ".fullname")
	set(&o.Col, ".file")
	return o
}

// OptionError is a mistake in an option.
type OptionError struct {
	Option string // "filter", "table", "row", "col", "ignore"
	Err    error
}

func (e *OptionError) Error() string { return fmt.Sprintf("--%s: %v", e.Option, e.Err) }
func (e *OptionError) Unwrap() error { return e.Err }

// projections are the parsed options.
type projections struct {
	filter                            *benchproc.Filter
	table, row, col, ignored, residue *benchproc.Projection
	unit                              *benchproc.Field
}

func (o Options) parse() (*projections, error) {
	p := &projections{}
	var err error
	if p.filter, err = benchproc.NewFilter(o.Filter); err != nil {
		return nil, &OptionError{"filter", err}
	}
	var parser benchproc.ProjectionParser
	if p.table, p.unit, err = parser.ParseWithUnit(o.Table, p.filter); err != nil {
		return nil, &OptionError{"table", err}
	}
	for _, projection := range []struct {
		name, text string
		to         **benchproc.Projection
	}{{"row", o.Row, &p.row}, {"col", o.Col, &p.col}, {"ignore", o.Ignore, &p.ignored}} {
		if *projection.to, err = parser.Parse(projection.text, p.filter); err != nil {
			return nil, &OptionError{projection.name, err}
		}
	}
	p.residue = parser.Residue()
	return p, nil
}

// Check returns the first mistake in the options, an *OptionError.
func (o Options) Check() error {
	_, err := o.withDefaults().parse()
	return err
}

// rowColumn is a row and a column of a table.
type rowColumn struct{ row, col benchproc.Key }

// sampleValues are the values in a row and a column.
type sampleValues struct {
	values  []float64
	residue map[benchproc.Key]struct{} // by which keys the values differ, besides row and column
}

// tableValues are the values of one table.
type tableValues struct {
	rows, cols map[benchproc.Key]struct{}
	samples    map[rowColumn]*sampleValues
}

// collection is the results of all inputs.
type collection struct {
	*projections
	options  Options
	inputs   []Input
	tables   map[benchproc.Key]*tableValues
	units    benchfmt.UnitMetadataMap
	warnings []string
	config   *configs
}

// collect reads all inputs.
func collect(inputs []Input, stdin io.Reader, o Options) (*collection, error) {
	p, err := o.parse()
	if err != nil {
		return nil, err
	}
	c := &collection{projections: p, options: o, inputs: inputs, tables: map[benchproc.Key]*tableValues{}, config: newConfigs(len(inputs))}
	var refused error
	c.units, c.warnings, err = each(inputs, stdin, func(input int, r *benchfmt.Result) {
		if ok, err := p.filter.Apply(r); ok {
			c.config.add(input, r)
			c.add(r)
		} else if err != nil && refused == nil {
			refused = err
		}
	})
	if err != nil {
		return nil, err
	}
	if len(c.tables) == 0 {
		if refused == nil {
			refused = fmt.Errorf("no result matches %s", o.Filter)
		}
		return nil, &OptionError{"filter", refused}
	}
	return c, nil
}

func (c *collection) add(r *benchfmt.Result) {
	row, col, residue := c.row.Project(r), c.col.Project(r), c.residue.Project(r)
	for i, key := range c.table.ProjectValues(r) {
		t := c.tables[key]
		if t == nil {
			t = &tableValues{rows: map[benchproc.Key]struct{}{}, cols: map[benchproc.Key]struct{}{}, samples: map[rowColumn]*sampleValues{}}
			c.tables[key] = t
		}
		at := rowColumn{row, col}
		g := t.samples[at]
		if g == nil {
			g = &sampleValues{residue: map[benchproc.Key]struct{}{}}
			t.samples[at] = g
			t.rows[row], t.cols[col] = struct{}{}, struct{}{}
		}
		g.values = append(g.values, r.Values[i].Value)
		g.residue[residue] = struct{}{}
	}
}

// sortedKeys returns the keys in benchproc's order.
func sortedKeys[V any](m map[benchproc.Key]V) []benchproc.Key {
	keys := make([]benchproc.Key, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	benchproc.SortKeys(keys)
	return keys
}

// varies names the keys in which the values differ, or returns nil.
func (g *sampleValues) varies() error {
	var names []string
	for _, f := range benchproc.NonSingularFields(sortedKeys(g.residue)) {
		names = append(names, f.Name)
	}
	if len(names) == 0 {
		return nil
	}
	return errors.New("benchmarks vary in " + strings.Join(names, ", "))
}

// configs collects the file configuration of each input.
type configs struct {
	keys   []string
	values []map[string][]string // by input and key
}

func newConfigs(inputs int) *configs {
	c := &configs{values: make([]map[string][]string, inputs)}
	for i := range c.values {
		c.values[i] = map[string][]string{}
	}
	return c
}

func (c *configs) add(input int, r *benchfmt.Result) {
	for _, config := range r.Config {
		if !config.File {
			continue
		}
		if !slices.Contains(c.keys, config.Key) {
			c.keys = append(c.keys, config.Key)
		}
		value := string(config.Value)
		if !slices.Contains(c.values[input][config.Key], value) {
			c.values[input][config.Key] = append(c.values[input][config.Key], value)
		}
	}
}
