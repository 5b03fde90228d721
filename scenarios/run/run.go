package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"time"

	"tlslab/results/folder"
	"tlslab/results/samples"
	"tlslab/scenarios"
	"tlslab/sim/costs"
)

// Options say how and where to run.
type Options struct {
	Out     string   // the output folder
	Version string   // of the program
	Command []string // the command line, for the manifest
	Workers int      // 0: one for each CPU
	Tables  Tables   // nil: costs.Load
	// AllLines puts every replicate into bench.txt.
	AllLines bool

	// Progress, where set, is told how many observations there are of how many. It is called often,
	// by one goroutine at a time.
	Progress func(done, total int)
}

// Report is what a run came to.
type Report struct {
	Manifest *Manifest
	Made     *folder.Made // the files that were made of the samples; nil where there are none
	Before   int          // observations that an earlier run had left
}

// ErrInterrupted is the error of a run that was cancelled. What was finished is in the folder, and the same run goes on from there.
var ErrInterrupted = errors.New("interrupted")

// Run carries a scenario out and writes the output folder. Everything that can be wrong with the scenario, the cost tables or the
// folder is found before anything is simulated. When ctx is cancelled, Run finishes the files with what there is and returns them
// with ErrInterrupted.
func Run(ctx context.Context, s *scenarios.Scenario, o Options) (*Report, error) {
	started := time.Now()
	tables := o.Tables
	if tables == nil {
		tables = costs.Load
	}
	m, err := newManifest(s, o.Version, tables)
	if err != nil {
		return nil, err
	}
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.NumCPU()
	}
	m.Run = Execution{
		Command: o.Command, Started: started.UTC().Truncate(time.Millisecond), Workers: workers,
		OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version(),
	}
	p, err := newPlan(ctx, s, tables)
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	lock, err := prepareFolder(o.Out)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	run, err := begin(o.Out, s, m)
	if err != nil {
		return nil, err
	}
	m.Run.Resumed = run.writer.Before()
	stopped := interrupted(ctx, p.observe(ctx, run.writer, o.Progress, workers))
	if stopped != nil && !errors.Is(stopped, ErrInterrupted) {
		return nil, stopped
	}
	report := &Report{Manifest: m, Before: m.Run.Resumed}
	if report.Made, err = run.finish(o); err != nil {
		return nil, errors.Join(stopped, err)
	}
	return report, stopped
}

// observe simulates what is missing in the samples.
func (p *plan) observe(ctx context.Context, to *samples.Writer, progress func(done, total int), workers int) error {
	done, total := to.Before(), len(p.cells)*p.scenario.Replicates
	w := newPool(p, to, workers, func(rows int) {
		if done += rows; progress != nil {
			progress(done, total)
		}
	})
	return w.simulate(ctx, workers)
}

// interrupted tells a cancelled run from a failed one.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return ErrInterrupted
	}
	return err
}

// finish makes all files that follow from the samples, and then the manifest, which has their
// hashes. Without any observation there is nothing to make.
func (r *folderRun) finish(o Options) (*folder.Made, error) {
	store, err := r.writer.Store()
	if err != nil {
		return nil, err
	}
	if store.Observations() == 0 {
		return nil, nil
	}
	made, err := write(r.dir, store, r.manifest, r.earlier, folder.Options{AllLines: o.AllLines})
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return made, nil
}

// write makes the files of a folder and its manifest, and removes those that only the earlier state
// of the folder had.
func write(dir string, store *samples.Store, m, earlier *Manifest, o folder.Options) (*folder.Made, error) {
	made, err := folder.Write(dir, store, o)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return made, nil
	}
	if err := m.seal(dir, store, made.Hashes); err != nil {
		return nil, err
	}
	m.Run.Finished = time.Now().UTC().Truncate(time.Millisecond)
	if err := m.write(dir); err != nil {
		return nil, err
	}
	foreign, err := m.tidy(dir, earlier)
	for _, name := range foreign {
		made.Warnings = append(made.Warnings, fmt.Sprintf("%s is not of this run", filepath.Join(dir, filepath.FromSlash(name))))
	}
	return made, err
}

// ReportAgain makes the report of a folder again from its samples alone, and brings the hashes of
// its manifest up to date. A manifest that is missing is no obstacle; one that was changed is.
func ReportAgain(dir string, o folder.Options) (*folder.Made, error) {
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	store, m, err := load(dir)
	if err != nil {
		return nil, err
	}
	var earlier *Manifest
	if m != nil {
		copied := *m
		earlier = &copied
	}
	made, err := write(dir, store, m, earlier, o)
	if err == nil && m == nil {
		made.Warnings = append(made.Warnings, fmt.Sprintf("there is no %s: the run cannot be done again from this folder", ManifestName))
	}
	return made, err
}

// Load opens the samples of a folder and its manifest, nil where there is none, and checks that they
// are of one run. It is an error if a run is writing to the folder.
func Load(dir string) (*samples.Store, *Manifest, error) {
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	defer lock.Close()
	return load(dir)
}

func load(dir string) (*samples.Store, *Manifest, error) {
	store, err := samples.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, ManifestName)
	m, err := ReadManifest(path)
	if errors.Is(err, fs.ErrNotExist) {
		return store, nil, nil
	}
	if err == nil {
		err = m.describes(store)
	}
	if err != nil {
		return nil, nil, err
	}
	return store, m, nil
}
