package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"time"

	"tlslab/results/durable"
	"tlslab/results/folder"
	"tlslab/results/plot"
	"tlslab/results/samples"
	"tlslab/scenarios"
	"tlslab/sim/costs"
)

// Options say how and where to run.
type Options struct {
	Out     string   // the output folder
	Version string   // of the program
	Command []string // the command line, for the manifest
	Workers int      // number of workers; 0 is one for each CPU
	Tables  Tables   // nil: costs.Load
	// AllLines puts every replicate into bench.txt.
	AllLines bool
	// Plots are the formats of the figures' files. Without any, they are SVG and PNG.
	Plots []plot.Format

	// Progress, if not nil, is called with the number of finished replicates and their total:
	// often, and one call at a time.
	Progress func(done, total int)
}

// Report is the result of a run.
type Report struct {
	Manifest *Manifest
	Made     *folder.Made // the files that were written; nil if there is no observation
	Before   int          // number of observations of an earlier run into the same folder
}

// ErrInterrupted is the error of a run that was cancelled. The folder has the finished replicates.
// A second call of Run with the same arguments resumes the run.
var ErrInterrupted = errors.New("interrupted")

// Run runs a scenario and writes the output folder. It checks the scenario, the cost tables and the
// folder before it simulates anything. If ctx is cancelled, Run writes the report of the replicates
// that are done, and returns it with ErrInterrupted.
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
		return nil, explained(err)
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

// explained says what to do if the disk is full before the run begins.
func explained(err error) error {
	if durable.IsFull(err) {
		return fmt.Errorf("%w: the disk is full: free space and run the same command again", err)
	}
	return err
}

// observe simulates the replicates that are missing, batch by batch.
func (p *plan) observe(ctx context.Context, to *samples.Writer, progress func(done, total int), workers int) error {
	done := to.Before()
	w := newPool(p, to, workers, func(rows int) {
		if done += rows; progress != nil {
			progress(done, to.Rows())
		}
	})
	for {
		if err := w.simulate(ctx, workers); err != nil {
			return err
		}
		if more, err := nextBatch(ctx, to, workers); err != nil || !more {
			return err
		}
	}
}

// interrupted returns ErrInterrupted if err is due to ctx, and err otherwise.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return ErrInterrupted
	}
	return err
}

// finish writes the files that derive from the samples, and then the manifest. It returns nil if
// there is no observation.
func (r *folderRun) finish(o Options) (*folder.Made, error) {
	store, err := r.writer.Store()
	if err != nil {
		return nil, err
	}
	if store.Observations() == 0 {
		return nil, nil
	}
	made, err := write(r.dir, store, r.manifest, r.earlier, folder.Options{AllLines: o.AllLines, Plots: o.Plots})
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return made, nil
}

// write writes the files of a folder and its manifest m, if not nil, and removes files that only
// the earlier manifest lists.
func write(dir string, store *samples.Store, m, earlier *Manifest, o folder.Options) (*folder.Made, error) {
	made, err := folder.Write(dir, store, o)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return made, nil
	}
	if err := m.complete(store, made.Hashes); err != nil {
		return nil, err
	}
	m.Run.Finished = time.Now().UTC().Truncate(time.Millisecond)
	if err := m.write(dir); err != nil {
		return nil, err
	}
	foreign, err := m.removeStale(dir, earlier)
	for _, name := range foreign {
		made.Warnings = append(made.Warnings, fmt.Sprintf("%s does not belong to this run", filepath.Join(dir, filepath.FromSlash(name))))
	}
	return made, err
}

// ReportAgain writes the report of a folder again from its samples alone, and updates the hashes in
// its manifest. The manifest may be missing. It is an error if it was changed.
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
		made.Warnings = append(made.Warnings, fmt.Sprintf("there is no %s: the run cannot be repeated from this folder", ManifestName))
	}
	return made, err
}

// Load opens the samples of a folder and its manifest, nil if there is none, and checks that both
// belong to one run. It is an error if a run is writing to the folder.
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
	if errors.Is(err, durable.ErrChanged) {
		err = fmt.Errorf("%w, or remove it: the samples can be read without it", err)
	}
	if err == nil {
		if err = m.matches(store); err != nil {
			err = fmt.Errorf("%s: %w", dir, err)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return store, m, nil
}
