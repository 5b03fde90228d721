package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tlslab/results/durable"
	"tlslab/results/samples"
	"tlslab/scenarios"
	"tlslab/sim"
	"tlslab/sim/costs"
)

// A fakeWorld's result depends on the seed alone, like a world's. It calls ran for each replicate.
type fakeWorld struct {
	ran func()
}

func (f fakeWorld) Run(seed uint64) sim.Result {
	f.ran()
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

// fakePlan returns the plan of a scenario with fake worlds. ran, if not nil, is called for each
// replicate.
func fakePlan(s *scenarios.Scenario, ran func()) *plan {
	if ran == nil {
		ran = func() {}
	}
	p := &plan{scenario: s, seeds: scenarios.NetworkSeeds(s.Seed)}
	for i := range s.Cells {
		c := &s.Cells[i]
		p.cells = append(p.cells, plannedCell{
			levels: c.Levels, config: &c.Config,
			open: func() (world, error) { return fakeWorld{ran: ran}, nil },
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

// observe runs a plan into a folder. It returns the number of observations of an earlier run.
func observe(ctx context.Context, t *testing.T, p *plan, dir, version string, workers int) (before int, err error) {
	t.Helper()
	r, err := begin(dir, p.scenario, manifestOf(t, p.scenario, version))
	if err != nil {
		return 0, err
	}
	return r.writer.Before(), interrupted(ctx, p.observe(ctx, r.writer, nil, workers))
}

// observeAll runs a fake scenario into a folder and returns its samples.
func observeAll(t *testing.T, dir string, workers int) map[string]string {
	t.Helper()
	p := fakePlan(scenario(t, scenarios.Options{}), nil)
	if _, err := observe(t.Context(), t, p, dir, "v", workers); err != nil {
		t.Fatal(err)
	}
	return samplesOf(t, dir)
}

// samplesOf returns parts.json and the parts of a folder, by name.
func samplesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	paths, err := filepath.Glob(filepath.Join(dir, samples.Folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(paths, filepath.Join(dir, samples.List)) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(path)] = string(text)
	}
	return all
}

func TestPartsAreTheSameForAnyNumberOfWorkers(t *testing.T) {
	dir := t.TempDir()
	want := observeAll(t, dir, 1)
	store, err := samples.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := store.Observations(); n != 4*200 || !store.Complete() {
		t.Fatalf("%d observations, want 800", n)
	}
	for _, workers := range []int{2, 3, 16} {
		if got := observeAll(t, t.TempDir(), workers); !maps.Equal(got, want) {
			t.Errorf("%d workers: the parts differ from those of one worker", workers)
		}
	}
}

// However often and wherever a run is interrupted, its final parts are those of an uninterrupted
// run.
func TestAnInterruptedRunResumesToTheSameParts(t *testing.T) {
	want := observeAll(t, t.TempDir(), 2)
	for _, after := range []int{0, 1, 63, 64, 130, 199, 200, 201, 500, 798} {
		dir := t.TempDir()
		for round := range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			ran := 0
			p := fakePlan(scenario(t, scenarios.Options{}), func() {
				if ran++; ran > after {
					cancel()
				}
			})
			before, err := observe(ctx, t, p, dir, "v", 1)
			if kept := min(after/64*64*round, 800/64*64); before < kept {
				t.Errorf("after %d, round %d: %d observations are kept, want at least %d", after, round, before, kept)
			}
			if done := before + ran; !errors.Is(err, ErrInterrupted) && done != 800 {
				t.Fatalf("after %d, round %d: %v, want %v", after, round, err, ErrInterrupted)
			}
			cancel()
		}
		if got := observeAll(t, dir, 2); !maps.Equal(got, want) {
			t.Errorf("after %d: the parts differ from those of an uninterrupted run", after)
		}
	}
}

// After each checkpoint the folder can be read, and the run can be resumed from a copy of it.
func TestARunResumesFromACheckpoint(t *testing.T) {
	want := observeAll(t, t.TempDir(), 2)
	dir := t.TempDir()
	s := scenario(t, scenarios.Options{})
	r, err := begin(dir, s, manifestOf(t, s, "v"))
	if err != nil {
		t.Fatal(err)
	}
	var w *pool
	ran, kept := 0, 0
	p := fakePlan(s, func() {
		if ran++; ran%150 != 0 {
			return
		}
		if err := w.writeOpen(); err != nil {
			t.Error(err)
		}
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		store, err := samples.Open(copied)
		if err != nil {
			t.Fatal(err)
		}
		if n := store.Observations(); n <= kept || n > ran {
			t.Errorf("%d observations at replicate %d, and before %d", n, ran, kept)
		}
		kept = store.Observations()
		if got := observeAll(t, copied, 2); !maps.Equal(got, want) {
			t.Errorf("at replicate %d: the parts differ from those of an uninterrupted run", ran)
		}
	})
	w = newPool(p, r.writer, 1, func(int) {})
	if err := w.simulate(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if got := samplesOf(t, dir); !maps.Equal(got, want) {
		t.Error("the parts differ from those of a run without checkpoints")
	}
}

// A run that is killed between two steps of writing a part leaves a temporary file, or a part that
// is not listed.
func TestFilesOfAKilledRunAreRemoved(t *testing.T) {
	dir := t.TempDir()
	want := observeAll(t, dir, 2)
	part := filepath.Join(dir, samples.Folder, "part-00000.parquet")
	for name, leave := range map[string]func() error{
		"an unfinished file": func() error {
			return os.WriteFile(filepath.Join(dir, ".part-00000.parquet.tlslab-tmp"), []byte("half"), 0o644)
		},
		"an unlisted part": func() error {
			return os.WriteFile(filepath.Join(dir, samples.Folder, "part-00000-first-64.parquet"), []byte(want[filepath.Base(part)]), 0o644)
		},
	} {
		if err := leave(); err != nil {
			t.Fatal(err)
		}
		if got := observeAll(t, dir, 2); !maps.Equal(got, want) {
			t.Errorf("%s: the parts differ from those before", name)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".*tmp")); len(left) > 0 {
			t.Errorf("%s: %v is left", name, left)
		}
	}
	foreign := filepath.Join(dir, samples.Folder, "part-00007.parquet")
	if err := os.WriteFile(foreign, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := scenario(t, scenarios.Options{})
	if _, err := begin(dir, s, manifestOf(t, s, "v")); err == nil || !strings.Contains(err.Error(), foreign) {
		t.Errorf("a foreign file: got %v, want an error that names it", err)
	}
	if text, _ := os.ReadFile(foreign); string(text) != "mine" {
		t.Error("the foreign file is gone")
	}
}

func TestAFinishedRunIsNotRunAgain(t *testing.T) {
	dir := t.TempDir()
	observeAll(t, dir, 1)
	s := scenario(t, scenarios.Options{})
	before, err := observe(t.Context(), t, fakePlan(s, func() { t.Error("a replicate is run") }), dir, "v", 1)
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
		_, err := begin(dir, s, manifestOf(t, s, other.version))
		if !errors.Is(err, ErrOccupied) || !strings.Contains(err.Error(), name) {
			t.Errorf("another %s: got %v, want %v", name, err, ErrOccupied)
		}
	}
	if !maps.Equal(samplesOf(t, dir), want) {
		t.Error("the samples have changed")
	}
	if err := os.Remove(filepath.Join(dir, ManifestName)); err != nil {
		t.Fatal(err)
	}
	s := scenario(t, scenarios.Options{})
	if _, err := begin(dir, s, manifestOf(t, s, "v")); !errors.Is(err, ErrOccupied) {
		t.Errorf("samples without a manifest: got %v, want %v", err, ErrOccupied)
	}
}

func TestAFullDiskIsReportedAndWrittenPartsAreKept(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full")
	}
	dir := t.TempDir()
	s := scenario(t, scenarios.Options{})
	r, err := begin(dir, s, manifestOf(t, s, "v"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/full", filepath.Join(dir, ".part-00000.parquet.tlslab-tmp")); err != nil {
		t.Fatal(err)
	}
	err = fakePlan(s, nil).observe(t.Context(), r.writer, nil, 1)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "free space") || !strings.Contains(err.Error(), "part-00000.parquet") {
		t.Errorf("got %v, want that the disk is full and what to do", err)
	}
	if got, want := observeAll(t, dir, 1), observeAll(t, t.TempDir(), 1); !maps.Equal(got, want) {
		t.Error("resumed after space was freed: the parts differ from those of a run that had space")
	}
}

// failingWriter is a Writer whose Write fails.
type failingWriter struct {
	*samples.Writer
	err error
}

func (n failingWriter) Write(*samples.Block, int) error { return n.err }

func TestAWriteThatFailsEndsTheRun(t *testing.T) {
	s := scenario(t, scenarios.Options{Replicates: 20_000})
	full := errors.New("full")
	ran := 0
	p := fakePlan(s, func() { ran++ })
	r, err := begin(t.TempDir(), s, manifestOf(t, s, "v"))
	if err != nil {
		t.Fatal(err)
	}
	if err := newPool(p, failingWriter{r.writer, full}, 1, func(int) {}).simulate(t.Context(), 1); !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
	if ran >= 80_000 {
		t.Errorf("%d replicates were run after the first part could not be written", ran)
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

func TestMemoryDoesNotGrowWithReplicates(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	allocations := func(replicates int) float64 {
		s := scenario(t, scenarios.Options{Replicates: replicates})
		p := fakePlan(s, nil)
		r, err := begin(t.TempDir(), s, manifestOf(t, s, "v"))
		if err != nil {
			t.Fatal(err)
		}
		return testing.AllocsPerRun(1, func() {
			if err := newPool(p, failingWriter{r.writer, nil}, 2, func(int) {}).simulate(t.Context(), 2); err != nil {
				t.Error(err)
			}
		})
	}
	few, many := allocations(20_000), allocations(200_000)
	if parts := 800_000.0 / 32_768; many > few+20*parts {
		t.Errorf("%v allocations for 80,000 replicates, %v for 800,000", few, many)
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
	renamed := func(string) (*costs.Table, error) {
		reference, err := costs.Reference()
		if err != nil {
			return nil, err
		}
		table := *reference
		table.Name = "renamed"
		return &table, nil
	}
	other, err := newManifest(s, "v", renamed)
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
		"later version":   {`"schema": 3,`, `"schema": 4,`},
		"earlier version": {`"schema": 3,`, `"schema": 2,`},
		"at least once":   {`"replicates": 200`, `"replicates": -200`},
		"invalid":         {`"scenario"`, `"scenario`},
	} {
		text := bytes.Replace(raw, []byte(change[0]), []byte(change[1]), 1)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadManifest(path); !errors.Is(err, durable.ErrChanged) || !strings.Contains(err.Error(), path) {
			t.Errorf("changed %q: got %v, want that %s was changed", change[0], err, path)
		}
		text = text[:bytes.LastIndex(text, []byte(",\n"))]
		if err := os.WriteFile(path, append(text, durable.Seal(text)...), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadManifest(path); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("changed %q and sealed again: got %v, want an error of the %s", change[0], err, what)
		}
	}
	if err := os.WriteFile(path, []byte(`{"schema": 1, "seed": 1}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadManifest(path); err == nil || !strings.Contains(err.Error(), "earlier version") {
		t.Errorf("the manifest of an earlier version: got %v", err)
	}
}

func TestProgressIsReportedInOrderUpToTheTotal(t *testing.T) {
	s := scenario(t, scenarios.Options{})
	r, err := begin(t.TempDir(), s, manifestOf(t, s, "v"))
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	err = fakePlan(s, nil).observe(t.Context(), r.writer, func(done, total int) {
		if done <= last || total != 800 {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last = done
	}, 3)
	if err != nil || last != 800 {
		t.Error(fmt.Errorf("last reported %d: %w", last, err))
	}
}

func TestACostTableThatIsGoneIsAnErrorAtItsPlaceInTheScenario(t *testing.T) {
	text := "name: gone\nbase: {server: {costs: mine.json}}\n"
	present := func(string) (*costs.Table, error) { return costs.Reference() }
	s, err := scenarios.Parse(t.Context(), "gone.yaml", []byte(text), scenarios.Options{Costs: present})
	if err != nil {
		t.Fatal(err)
	}
	gone := func(name string) (*costs.Table, error) {
		if name == "mine.json" {
			return nil, errors.New("no such file")
		}
		return costs.Reference()
	}
	if _, err := newManifest(s, "v", gone); err == nil || !strings.HasPrefix(err.Error(), "gone.yaml:2:24: server.costs: no such file") {
		t.Errorf("got %v", err)
	}
}
