package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tlslab/results"
	"tlslab/results/folder"
	"tlslab/scenarios"
	"tlslab/sim"
	"tlslab/sim/costs"
)

// A fakeWorld is a function of its seed, as a world is, and says when it is asked for the n-th time.
type fakeWorld struct {
	asked func()
}

func (f fakeWorld) Run(seed uint64) sim.Result {
	f.asked()
	r := sim.Result{Outcome: "ok", Connect: time.Duration(seed % 1e6), Handshake: time.Duration(seed%1e6 + 1e6), TTFB: -1, TTLB: -1, Hash: seed * 3}
	if seed%7 == 0 {
		r.Outcome, r.Handshake = "timeout", -1
	}
	return r
}

const text = `
name: fake
replicates: 200
factors:
  tls.kind: [full, resumed]
  link.delay: [5ms, 25ms]
compare: {factor: tls.kind, baseline: full}
`

func scenario(t *testing.T, o scenarios.Options) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Parse(t.Context(), "fake.yaml", []byte(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fakePlan is the plan of a scenario over fake worlds; asked, if not nil, is called for each replicate.
func fakePlan(s *scenarios.Scenario, asked func()) *plan {
	if asked == nil {
		asked = func() {}
	}
	p := &plan{scenario: s}
	for i := range s.Cells {
		c := &s.Cells[i]
		p.cells = append(p.cells, plannedCell{
			levels: c.Levels, config: &c.Config, network: scenarios.NewNetwork(s.Seed, &c.Config.Link),
			open: func() (world, error) { return fakeWorld{asked: asked}, nil },
		})
	}
	return p
}

func manifestOf(t *testing.T, s *scenarios.Scenario, version string) *Manifest {
	t.Helper()
	m, err := newManifest(s, version, costs.Load)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// observeAll runs a fake scenario into a folder and returns its samples.
func observeAll(t *testing.T, dir string, workers int) []byte {
	t.Helper()
	s := scenario(t, scenarios.Options{})
	if _, err := fakePlan(s, nil).observe(t.Context(), manifestOf(t, s, "v"), Options{Out: dir}, workers); err != nil {
		t.Fatal(err)
	}
	return samplesOf(t, dir)
}

func samplesOf(t *testing.T, dir string) []byte {
	t.Helper()
	samples, err := os.ReadFile(filepath.Join(dir, folder.Samples))
	if err != nil {
		t.Fatal(err)
	}
	return samples
}

func TestSamplesAreTheSameForAnyNumberOfWorkers(t *testing.T) {
	want := observeAll(t, t.TempDir(), 1)
	if lines := bytes.Count(want, []byte("\n")); lines != 1+4*200 {
		t.Fatalf("%d lines, want a header and 800", lines)
	}
	for _, workers := range []int{2, 3, 16} {
		if got := observeAll(t, t.TempDir(), workers); !bytes.Equal(got, want) {
			t.Errorf("%d workers: other samples than one worker's", workers)
		}
	}
}

func TestAnInterruptedRunGoesOnToTheSameSamples(t *testing.T) {
	want := observeAll(t, t.TempDir(), 2)
	for _, after := range []int{0, 1, 130, 199, 200, 201, 500, 798} {
		dir := t.TempDir()
		s := scenario(t, scenarios.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		asked := 0
		p := fakePlan(s, func() {
			if asked++; asked > after {
				cancel()
			}
		})
		_, err := p.observe(ctx, manifestOf(t, s, "v"), Options{Out: dir}, 1)
		if !errors.Is(err, ErrInterrupted) {
			t.Fatalf("after %d: %v, want %v", after, err, ErrInterrupted)
		}
		if first := samplesOf(t, dir); !bytes.HasPrefix(want, first) || first[len(first)-1] != '\n' {
			t.Errorf("after %d: what is kept is not whole lines of the full run", after)
		}
		if got := observeAll(t, dir, 2); !bytes.Equal(got, want) {
			t.Errorf("after %d: other samples than the run that was not interrupted", after)
		}
	}
}

func TestATornLineIsCutOffAndWrittenAgain(t *testing.T) {
	dir := t.TempDir()
	want := observeAll(t, dir, 2)
	path := filepath.Join(dir, folder.Samples)
	header := bytes.IndexByte(want, '\n') + 1
	for _, length := range []int{0, 10, header, header + 5, len(want) / 2, len(want) - 1} {
		if err := os.WriteFile(path, want[:length], 0o644); err != nil {
			t.Fatal(err)
		}
		if got := observeAll(t, dir, 2); !bytes.Equal(got, want) {
			t.Errorf("cut after %d bytes: other samples than before", length)
		}
	}
}

func TestAFinishedRunIsNotRunAgain(t *testing.T) {
	dir := t.TempDir()
	observeAll(t, dir, 1)
	s := scenario(t, scenarios.Options{})
	before, err := fakePlan(s, func() { t.Error("a replicate is run") }).observe(t.Context(), manifestOf(t, s, "v"), Options{Out: dir}, 1)
	if err != nil || before != 800 {
		t.Errorf("got %d observations from before and error %v, want 800", before, err)
	}
}

func TestAFolderThatHoldsAnotherRunIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	want := observeAll(t, dir, 1)
	seed := uint64(2)
	for name, other := range map[string]struct {
		options scenarios.Options
		version string
	}{
		"seed":       {scenarios.Options{Seed: &seed}, "v"},
		"replicates": {scenarios.Options{Replicates: 201}, "v"},
		"settings":   {scenarios.Options{Sets: []string{"tls.tickets=1"}}, "v"},
		"version":    {scenarios.Options{}, "w"},
	} {
		s := scenario(t, other.options)
		_, err := fakePlan(s, nil).observe(t.Context(), manifestOf(t, s, other.version), Options{Out: dir}, 1)
		if !errors.Is(err, ErrOccupied) || !strings.Contains(err.Error(), name) {
			t.Errorf("another %s: got %v, want %v", name, err, ErrOccupied)
		}
	}
	if !bytes.Equal(samplesOf(t, dir), want) {
		t.Error("the samples are not as they were")
	}
	if err := os.Remove(filepath.Join(dir, ManifestName)); err != nil {
		t.Fatal(err)
	}
	s := scenario(t, scenarios.Options{})
	if _, err := fakePlan(s, nil).observe(t.Context(), manifestOf(t, s, "v"), Options{Out: dir}, 1); !errors.Is(err, ErrOccupied) {
		t.Errorf("samples without a manifest: got %v, want %v", err, ErrOccupied)
	}
}

func TestAFullDiskIsSaidAndNoReplicateIsRunForNothing(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full")
	}
	dir := t.TempDir()
	if err := os.Symlink("/dev/full", filepath.Join(dir, folder.Samples)); err != nil {
		t.Fatal(err)
	}
	s := scenario(t, scenarios.Options{})
	_, err := newSamples(dir, s.Header("v"))
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room") {
		t.Errorf("got %v, want that the disk is full and what to do", err)
	}
}

func TestAWriteThatFailsEndsTheRun(t *testing.T) {
	s := scenario(t, scenarios.Options{})
	full := errors.New("full")
	asked := 0
	left := schedule{cells: len(s.Cells), replicates: s.Replicates}
	p := fakePlan(s, func() { asked++ })
	err := p.simulate(t.Context(), left, 1, func([]results.Observation) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
	if asked >= 800 {
		t.Errorf("%d replicates were run after the first could not be written", asked)
	}
}

func TestAFolderThatCannotBeMadeIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := prepareFolder(filepath.Join(file, "out")); err == nil || !strings.Contains(err.Error(), "output folder") {
		t.Errorf("got %v, want an error of the output folder", err)
	}
}

func TestTwoRunsAtATimeDoNotShareAFolder(t *testing.T) {
	dir := t.TempDir()
	lock, err := prepareFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := prepareFolder(dir); err == nil || !strings.Contains(err.Error(), "another run") {
		t.Errorf("got %v, want that another run is there", err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := prepareFolder(dir); err != nil {
		t.Errorf("after the first run: %v", err)
	}
}

func TestUnitsCoverEveryReplicateOnceAndInOrder(t *testing.T) {
	for _, s := range []schedule{{4, 200, 0}, {4, 200, 1}, {4, 200, 199}, {4, 200, 200}, {4, 200, 465}, {4, 200, 800}, {3, 1, 0}, {3, 64, 65}, {1, 129, 128}} {
		next := s.done
		for i := range s.count() {
			u := s.unit(i)
			if u.from >= u.to || u.to-u.from > chunk || u.cell*s.replicates+u.from != next {
				t.Fatalf("%+v: unit %d is %+v, and observation %d is next", s, i, u, next)
			}
			next = u.cell*s.replicates + u.to
		}
		if next != s.cells*s.replicates {
			t.Errorf("%+v: the units end at %d", s, next)
		}
	}
}

func TestMemoryDoesNotGrowWithReplicates(t *testing.T) {
	allocations := func(replicates int) float64 {
		s := scenario(t, scenarios.Options{Replicates: replicates})
		p := fakePlan(s, nil)
		left := schedule{cells: len(s.Cells), replicates: s.Replicates}
		return testing.AllocsPerRun(1, func() {
			if err := p.simulate(context.Background(), left, 2, func([]results.Observation) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	few, many := allocations(200), allocations(20_000)
	if many > few+100 {
		t.Errorf("%v allocations for 800 replicates, %v for 80,000", few, many)
	}
}

func TestManifestsOfOtherTextsAndCostsDiffer(t *testing.T) {
	s := scenario(t, scenarios.Options{})
	m := manifestOf(t, s, "v")
	s.Text = []byte(text + "# another\n")
	if difference := m.differs(manifestOf(t, s, "v")); !strings.Contains(difference, "text") {
		t.Errorf("another text: %q", difference)
	}
	s.Text = []byte(text)
	dearer := func(string) (*costs.Table, error) {
		reference, err := costs.Reference()
		if err != nil {
			return nil, err
		}
		table := *reference
		table.Name = "dearer"
		return &table, nil
	}
	other, err := newManifest(s, "v", dearer)
	if err != nil {
		t.Fatal(err)
	}
	if difference := m.differs(other); !strings.Contains(difference, "cost table") {
		t.Errorf("another cost table: %q", difference)
	}
}

func TestAManifestIsReadAsItWasWritten(t *testing.T) {
	dir := t.TempDir()
	s := scenario(t, scenarios.Options{Sets: []string{"tls.tickets=1"}})
	m := manifestOf(t, s, "v")
	if err := m.write(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, ManifestName)
	got, err := ReadManifest(path)
	if err != nil {
		t.Fatal(err)
	}
	if difference := m.differs(got); difference != "" || got.Scenario.Text != text {
		t.Errorf("differs: %s", difference)
	}
	if _, err := got.Tables("reference"); err != nil {
		t.Error(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string][2]string{
		"scenario's text": {"replicates: 200", "replicates: 300"},
		"schema":          {`"schema": 1,`, `"schema": 2,`},
		"at least once":   {`"replicates": 200`, `"replicates": -200`},
		"not a manifest":  {`"scenario"`, `"scenario`},
	} {
		if err := os.WriteFile(path, bytes.Replace(raw, []byte(change[0]), []byte(change[1]), 1), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadManifest(path); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("changed %q: got %v, want an error of the %s", change[0], err, what)
		}
	}
}

func TestProgressIsToldInOrderToTheEnd(t *testing.T) {
	s := scenario(t, scenarios.Options{})
	last := 0
	_, err := fakePlan(s, nil).observe(t.Context(), manifestOf(t, s, "v"), Options{Out: t.TempDir(), Progress: func(done, total int) {
		if done <= last || total != 800 {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last = done
	}}, 3)
	if err != nil || last != 800 {
		t.Error(fmt.Errorf("last told %d: %w", last, err))
	}
}
