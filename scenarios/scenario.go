package scenarios

import (
	"bytes"
	"fmt"

	"tlslab/results"
	"tlslab/sim/costs"
)

// Scenario is a question that was read and found sound: everything that a run needs.
type Scenario struct {
	Name       string
	Title      string
	Seed       uint64 // root of all derived seeds
	Replicates int    // of each cell
	Factors    []Factor
	Compare    *Compare
	Cells      []Cell            // in the order of the factors' levels, the last factor fastest
	Constant   []results.Setting // what is the same in all of them

	File string   // where Text is from
	Text []byte   // the YAML
	Sets []string // the --set that were applied, key=value
}

// Defaults of the keys beside base.
const (
	DefaultSeed       = 1
	DefaultReplicates = 1000
	DefaultMargin     = 0.02
)

// Factor is one thing that is varied.
type Factor struct {
	Name   string // a key, or the name of a list of patches
	Levels []Level
}

// Level is one choice of a factor.
type Level struct {
	Name     string
	settings []setting
}

// Compare says what is measured against what.
type Compare struct {
	Factor   string
	Baseline string  // one of its levels
	Metric   string  // the headline
	Margin   float64 // a ratio within 1 ± Margin counts as the same
}

// Cell is one combination of levels.
type Cell struct {
	Levels []string // in the order of the factors
	Config Config
}

// Options are what the command line adds to a scenario.
type Options struct {
	Sets       []string // key=value: overrides base, or narrows a factor to one value
	Replicates int      // 0: as the scenario says
	Seed       *uint64  // nil: as the scenario says

	// Costs finds the cost table of a name; nil: costs.Load.
	Costs func(name string) (*costs.Table, error)
}

// byteOrderMark is what some editors put before a text in UTF-8.
const byteOrderMark = "\ufeff"

// Parse reads a scenario. An error is of type Errors and holds all that is wrong with it; file is the name that they carry.
func Parse(file string, text []byte, o Options) (*Scenario, error) {
	read := bytes.TrimPrefix(text, []byte(byteOrderMark))
	r := &reader{file: newSource(file, read), costs: o.Costs, tables: map[string]error{}}
	if r.costs == nil {
		r.costs = costs.Load
	}
	s := &Scenario{Seed: DefaultSeed, Replicates: DefaultReplicates, File: file, Text: text, Sets: o.Sets}
	body := r.parse(read)
	if body != nil {
		r.document(s, body)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	r.applySets(s, o.Sets)
	if o.Replicates != 0 {
		s.Replicates = o.Replicates
	}
	if o.Seed != nil {
		s.Seed = *o.Seed
	}
	r.makeCells(s)
	s.Constant = r.constant(s)
	if err := r.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// String says how large the experiment is.
func (s *Scenario) String() string {
	return fmt.Sprintf("%s: %d cells × %d replicates", s.Name, len(s.Cells), s.Replicates)
}
