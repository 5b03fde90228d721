package scenarios

import (
	"context"
	"fmt"

	"tlslab/netem"
	"tlslab/results"
	"tlslab/scenarios/document"
	"tlslab/sim/costs"
)

// Scenario is a scenario that was read and checked: everything that a run needs.
type Scenario struct {
	Name       string
	Title      string
	Seed       uint64 // root of all derived seeds
	Replicates int    // of each cell; with a Target, the most that a cell may have
	// Target, if not nil, ends each cell's run once the cell has enough replicates.
	Target   *results.Target
	Factors  []Factor
	Compare  *Compare
	Cells    []Cell            // in the order of the factors' levels, the last factor fastest
	Constant []results.Setting // what is the same in all cells

	File string   // name of the text's file
	Text []byte   // the YAML, as it was read
	Sets []string // the settings of --set, key=value

	layers layers
}

// Defaults of the keys beside base.
const (
	DefaultSeed       = 1
	DefaultReplicates = 1000
	DefaultMargin     = 0.02
)

// Factor is a key, or a group of keys, whose value varies between cells.
type Factor struct {
	Name   string // a key, or the name of a factor of patches
	Levels []Level
}

// Level is one value of a factor.
type Level struct {
	Name     string
	settings []setting
}

// Compare says which cells are compared with which.
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

// Options are what the command line adds to a scenario's text.
type Options struct {
	Sets       []string // key=value: overrides base, or narrows a factor to one value
	Replicates int      // 0: as the scenario says
	Auto       bool     // the scenario's target, or the default target; not beside Replicates
	Seed       *uint64  // nil: as the scenario says

	// Target, if not nil, takes the place of the scenario's replicates.
	Target *results.Target

	// Costs finds the cost table of a name; nil: costs.Load.
	Costs func(name string) (*costs.Table, error)

	// Traces returns the trace with a name; nil: reads the file with this path. A relative path
	// starts at the folder of the scenario's file.
	Traces func(name string) (*netem.Trace, error)

	// Distributions returns the distribution table with a name; nil: reads the file as for Traces.
	Distributions func(name string) (*netem.DistributionTable, error)
}

// Parse reads a scenario. file stands in errors. An error is the context's, or document.Errors with
// the mistakes of the scenario, document.MaxErrors at most.
func Parse(ctx context.Context, file string, text []byte, o Options) (*Scenario, error) {
	body, err := document.Parse(file, text)
	if err != nil {
		return nil, err
	}
	r := newReader(ctx, document.NewSource(file, text), o.Costs)
	if o.Traces != nil {
		r.layers.traces = newLinkFiles(traceKey, o.Traces)
	}
	if o.Distributions != nil {
		r.layers.distributions = newLinkFiles(tableKey, o.Distributions)
	}
	s := &Scenario{Seed: DefaultSeed, Replicates: DefaultReplicates, File: file, Text: text, Sets: o.Sets}
	if body == nil {
		r.found.Add(r.layers.source.Errorf("is empty: a scenario has at least a name"))
	} else {
		r.read(s, body)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	switch {
	case o.Target != nil:
		s.Target = o.Target
	case o.Replicates != 0:
		s.Target, s.Replicates = nil, o.Replicates
	case o.Auto && s.Target == nil:
		s.Target = defaultTarget()
	}
	s.completeTarget()
	r.applyOverrides(s, o.Sets)
	if o.Seed != nil {
		s.Seed = *o.Seed
	}
	s.layers = r.layers
	r.makeCells(s)
	s.Constant = s.constant()
	if err := r.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// String is the scenario's name and size.
func (s *Scenario) String() string { return s.Name + ": " + s.Size() }

// Size is the number of cells and replicates: "12 cells × 1000 replicates", or with a target
// "12 cells × up to 100000 replicates until p95 of handshake ±2%".
func (s *Scenario) Size() string {
	if s.Target != nil {
		return fmt.Sprintf("%d cells × up to %d replicates until %s", len(s.Cells), s.Replicates, formatTarget(s.Target))
	}
	return fmt.Sprintf("%d cells × %d replicates", len(s.Cells), s.Replicates)
}
