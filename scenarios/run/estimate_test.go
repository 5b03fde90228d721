package run

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/results/samples"
	"tlslab/scenarios"
	"tlslab/sim/costs"
)

// size returns the number of bytes of all files of a folder.
func size(t *testing.T, dir string) (all int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		all += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestADryRunEstimatesTheFilesAndWritesNone(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	s := scenario(t, scenarios.Options{Replicates: 700})
	e, err := DryRun(t.Context(), s, Options{Version: "v", Workers: 2, Out: "out"})
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(here); err != nil || len(left) > 0 {
		t.Errorf("the folder has %v: %v", left, err)
	}
	if e.Cells != 4 || e.Workers != 2 || e.Least != e.Most || e.Least.Replicates != 700 || e.Least.Observations != 2800 {
		t.Errorf("got %+v", e)
	}
	if e.Least.Simulation <= 0 || e.Least.Report <= 0 || e.Least.Memory < programMemory || e.MeasuredCells != 4 || e.MeasuredReplicates < 4 {
		t.Errorf("got %+v", e)
	}
	if _, err := Run(t.Context(), s, Options{Version: "v", Workers: 2, Out: "out"}); err != nil {
		t.Fatal(err)
	}
	if real := size(t, "out"); e.Least.Disk < real/2 || e.Least.Disk > 2*real {
		t.Errorf("estimated %d bytes, and the run wrote %d", e.Least.Disk, real)
	}
}

func TestADryRunWithATargetHasTheLeastAndTheMost(t *testing.T) {
	s := targetPlan(t, nil).scenario
	e, err := DryRun(t.Context(), s, Options{Version: "v", Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if e.Least.Replicates != 1000 || e.Most.Replicates != 5000 || e.Most.Observations != 20_000 {
		t.Errorf("got %+v", e)
	}
	if e.Most.Simulation <= e.Least.Simulation || e.Most.Disk <= e.Least.Disk {
		t.Errorf("the most needs no more than the least: %+v", e)
	}
}

func TestADryRunFindsTheMistakesThatARunFinds(t *testing.T) {
	s := scenario(t, scenarios.Options{})
	broken := fmt.Errorf("no such table")
	tables := func(string) (*costs.Table, error) { return nil, broken }
	if _, err := DryRun(t.Context(), s, Options{Tables: tables}); err == nil || !strings.Contains(err.Error(), broken.Error()) {
		t.Errorf("got %v", err)
	}
}

// A dry run of many cells tries some that have every level of every factor, with their baselines.
func TestADryRunTriesCellsOfAllLevels(t *testing.T) {
	var delays []string
	for i := range 40 {
		delays = append(delays, fmt.Sprintf("%dms", i+1))
	}
	text := `
name: many
factors:
  tls.kind: [full, resumed]
  link.loss: [0%, 1%, 2%, 3%]
  link.delay: [` + strings.Join(delays, ", ") + `]
compare: {factor: tls.kind, baseline: full}
`
	s, err := scenarios.Parse(t.Context(), "many.yaml", []byte(text), scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := fakePlan(s, nil)
	order := p.scatteredCells()
	if len(s.Cells) != 320 || len(order) < maxTrialCells-1 || len(order) > maxTrialCells {
		t.Fatalf("%d of %d cells", len(order), len(s.Cells))
	}
	tried, levels := map[int]bool{}, map[string]bool{}
	for _, cell := range order {
		if tried[cell] {
			t.Errorf("cell %d is tried twice", cell)
		}
		tried[cell] = true
		for factor, level := range p.cells[cell].levels {
			levels[fmt.Sprint(factor, level)] = true
		}
	}
	if len(levels) != 2+4+40 {
		t.Errorf("%d levels of 46 are tried", len(levels))
	}
	for cell, baseline := range p.baselines() {
		if tried[cell] && baseline >= 0 && !tried[baseline] {
			t.Errorf("cell %v is tried without its baseline", p.cells[cell].levels)
		}
	}
}

// A dry run of fewer cells tries all of them.
func TestADryRunOfFewCellsTriesAll(t *testing.T) {
	p := fakePlan(scenario(t, scenarios.Options{}), nil)
	if order := p.scatteredCells(); len(order) != 4 {
		t.Errorf("tries %v", order)
	}
}

func TestARepeatedTrialHasTheReplicatesThatWereRun(t *testing.T) {
	p := fakePlan(scenario(t, scenarios.Options{Replicates: 100}), nil)
	tried, err := p.runTrial(t.Context(), p.scenario.Header("v"), 2)
	if err != nil {
		t.Fatal(err)
	}
	part, err := tried.part(tried.cells[1:3], 300)
	if err != nil {
		t.Fatal(err)
	}
	var store results.Source
	if store, _, err = part.Store(); err != nil {
		t.Fatal(err)
	}
	if cells := store.Cells(); len(cells) != 2 || cells[1].N() != 300 {
		t.Fatalf("the cells are %+v", cells)
	}
	column, err := store.Column(0).Read(nil, 0)
	if err != nil || column[5] != tried.block.Values[0][tried.repeat+5] {
		t.Errorf("replicate 5 has another value: %v", err)
	}
	if _, err := samples.NewMemoryRun(smaller(tried.header, tried.cells, samples.MaxMemoryRun)); err == nil {
		t.Error("a trial can have more rows than a part")
	}
}
