package run

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/results"
	"tlslab/results/durable"
	"tlslab/results/samples"
	"tlslab/results/stopping"
	"tlslab/scenarios"
	"tlslab/sim"
)

// A spreadWorld's handshake takes 10 ms to 10 ms + spread. With a spread of 0 it fails always.
type spreadWorld struct {
	spread uint64 // ns
	ran    func()
}

func (w spreadWorld) Run(seed uint64) sim.Result {
	w.ran()
	r := sim.Result{Outcome: "timeout", Connect: time.Duration(seed % 1e6), Handshake: -1, TTFB: -1, TTLB: -1, Hash: seed * 3}
	if w.spread > 0 {
		r.Outcome, r.Handshake = "ok", 10*time.Millisecond+time.Duration(seed%w.spread)
	}
	return r
}

// spreads are those of the four cells: it never completes, it is constant, it has a narrow
// interval after a few batches, it needs more replicates than the target allows.
var spreads = []uint64{0, 1, 20e6, 200e6}

// targetPlan returns the plan of a scenario whose cells end at a precision. It compares nothing.
func targetPlan(t *testing.T, ran func()) *plan {
	t.Helper()
	return comparedPlan(t, nil, ran)
}

// comparedPlan is targetPlan with a comparison.
func comparedPlan(t *testing.T, compare *scenarios.Compare, ran func()) *plan {
	t.Helper()
	if ran == nil {
		ran = func() {}
	}
	s := scenario(t, scenarios.Options{Replicates: 5000})
	s.Compare = compare
	s.Target = &results.Target{Metric: "handshake", Statistic: "p50", Relative: 0.02, Most: 5000}
	p := fakePlan(s, nil)
	for i := range p.cells {
		p.cells[i].open = func() (world, error) { return spreadWorld{spreads[i], ran}, nil }
	}
	return p
}

// observeTarget runs the plan into a folder and returns its samples.
func observeTarget(t *testing.T, dir string, workers int) map[string]string {
	t.Helper()
	if _, err := observe(t.Context(), t, targetPlan(t, nil), dir, "v", workers); err != nil {
		t.Fatal(err)
	}
	return samplesOf(t, dir)
}

// numbers returns the number of replicates of each cell of a folder.
func numbers(t *testing.T, dir string) (n []int) {
	t.Helper()
	store, err := samples.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !store.Complete() {
		t.Error("the run is not complete")
	}
	for _, c := range store.Cells() {
		n = append(n, c.N())
	}
	return n
}

func TestACellGetsBatchesUntilItsIntervalIsNarrowEnough(t *testing.T) {
	dir := t.TempDir()
	observeTarget(t, dir, 2)
	got := numbers(t, dir)
	if got[0] != 1000 || got[1] != 1000 || got[2] == 1000 || got[2] == 5000 || got[3] != 5000 {
		t.Errorf("the cells have %v replicates", got)
	}
	// A cell has ended after the first batch at which its interval was narrow enough, and no later.
	store, err := samples.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	h := store.Header()
	for cell, n := range got {
		column, err := store.Column(h.Metric("handshake")).Read(nil, cell)
		if err != nil {
			t.Fatal(err)
		}
		for _, batch := range h.Batches() {
			if batch.To > n {
				break
			}
			sorted := slices.DeleteFunc(slices.Clone(column[:batch.To]), func(v float64) bool { return v != v })
			slices.Sort(sorted)
			interval, err := stopping.Interval(h.Target, sorted)
			if err != nil {
				t.Fatal(err)
			}
			if ends := stopping.Decide(h.Target, batch.To, interval) != stopping.Continue; ends != (batch.To == n) {
				t.Errorf("cell %d has %d replicates, and ends after %d: %v", cell, n, batch.To, ends)
			}
		}
	}
}

// The cells of a comparison have as many replicates as the one that needs most.
func TestCellsThatAreComparedEndTogether(t *testing.T) {
	dir := t.TempDir()
	p := comparedPlan(t, scenario(t, scenarios.Options{}).Compare, nil)
	if _, err := observe(t.Context(), t, p, dir, "v", 2); err != nil {
		t.Fatal(err)
	}
	got := numbers(t, dir)
	// Cells 0 and 2 have one delay, cells 1 and 3 the other.
	if got[0] != got[2] || got[0] == 1000 || got[0] == 5000 || got[1] != 5000 || got[3] != 5000 {
		t.Errorf("the cells have %v replicates", got)
	}
}

func TestCellsThatTheDataEndAreTheSameForAnyNumberOfWorkers(t *testing.T) {
	want := observeTarget(t, t.TempDir(), 1)
	for _, workers := range []int{2, 3, 16} {
		if got := observeTarget(t, t.TempDir(), workers); !maps.Equal(got, want) {
			t.Errorf("%d workers: the parts differ from those of one worker", workers)
		}
	}
}

// However often and wherever a run with a target is interrupted, its final parts are those of an
// uninterrupted run.
func TestAnInterruptedRunWithATargetResumesToTheSameParts(t *testing.T) {
	want := observeTarget(t, t.TempDir(), 2)
	for _, after := range []int{0, 64, 999, 1700, 3999, 4000, 4001, 5500, 6001} {
		dir := t.TempDir()
		for range 4 {
			ctx, cancel := context.WithCancel(t.Context())
			ran := 0
			p := targetPlan(t, func() {
				if ran++; ran > after {
					cancel()
				}
			})
			if _, err := observe(ctx, t, p, dir, "v", 1); err != nil && !errors.Is(err, ErrInterrupted) {
				t.Fatal(err)
			}
			cancel()
		}
		if got := observeTarget(t, dir, 2); !maps.Equal(got, want) {
			t.Errorf("after %d: the parts differ from those of an uninterrupted run", after)
		}
	}
}

// A run can be killed after the last part of a batch, before it is decided which cells continue.
func TestARunThatWasKilledBeforeADecisionDecidesWhenItResumes(t *testing.T) {
	whole := t.TempDir()
	want := observeTarget(t, whole, 2)
	dir := t.TempDir()
	batches := 0
	for {
		p := targetPlan(t, nil)
		r, err := begin(dir, p.scenario, manifestOf(t, p.scenario, "v"))
		if err != nil {
			t.Fatal(err)
		}
		if err := newPool(p, r.writer, 2, func(int) {}).simulate(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		if batches++; batches > 10 {
			t.Fatal("the run does not end")
		}
		r, err = begin(dir, p.scenario, manifestOf(t, p.scenario, "v")) // after the kill
		if err != nil {
			t.Fatal(err)
		}
		more, err := nextBatch(t.Context(), r.writer, 2)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
	}
	if batches < 3 {
		t.Errorf("the run has %d batches", batches)
	}
	if got := samplesOf(t, dir); !maps.Equal(got, want) {
		t.Error("the parts differ from those of an uninterrupted run")
	}
}

func TestAFinishedRunWithATargetIsNotRunAgain(t *testing.T) {
	dir := t.TempDir()
	want := observeTarget(t, dir, 1)
	p := targetPlan(t, func() { t.Error("a replicate is run") })
	if _, err := observe(t.Context(), t, p, dir, "v", 1); err != nil {
		t.Error(err)
	}
	if got := samplesOf(t, dir); !maps.Equal(got, want) {
		t.Error("the parts have changed")
	}
}

// A list that lacks the last part of a finished run is refused, although every part it lists is
// intact.
func TestAListWithoutAPartOfAFinishedRunIsRefused(t *testing.T) {
	s := scenario(t, scenarios.Options{Sets: []string{"link.loss=5%"}})
	s.Target = &results.Target{Metric: "handshake", Statistic: "mean", Relative: 1e-9, Most: 1500}
	s.Replicates = 1500
	dir := t.TempDir()
	if _, err := Run(t.Context(), s, Options{Out: dir, Version: "v", Workers: 2, Tables: evenPrices}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, samples.List)
	var l struct {
		Schema  int              `json:"schema"`
		Batches []map[string]any `json:"batches"`
		Parts   []map[string]any `json:"parts"`
	}
	if _, err := durable.ReadSealed(path, &l); err != nil || len(l.Parts) != 2 {
		t.Fatalf("%d parts: %v", len(l.Parts), err)
	}
	last := l.Parts[1]["name"].(string)
	if err := os.Remove(filepath.Join(dir, samples.Folder, last)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Load(dir); err == nil || !strings.Contains(err.Error(), last) {
		t.Errorf("got %v, want an error that names %s", err, last)
	}
	l.Parts = l.Parts[:1]
	if _, err := durable.WriteSealed(path, l); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "parts.json lists 4000 replicates, and manifest.json says that the finished run has 6000") || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v", err)
	}
}

func TestAnotherTargetIsAnotherRun(t *testing.T) {
	dir := t.TempDir()
	observeTarget(t, dir, 1)
	p := targetPlan(t, nil)
	p.scenario.Target.Relative = 0.01
	if _, err := begin(dir, p.scenario, manifestOf(t, p.scenario, "v")); !errors.Is(err, ErrOccupied) {
		t.Errorf("got %v, want %v", err, ErrOccupied)
	}
	m := manifestOf(t, targetPlan(t, nil).scenario, "v")
	if err := m.write(dir); err != nil {
		t.Fatal(err)
	}
	read, err := ReadManifest(filepath.Join(dir, ManifestName))
	if err != nil || read.Target == nil || *read.Target != *m.Target {
		t.Errorf("the target is read as %+v: %v", read.Target, err)
	}
}
