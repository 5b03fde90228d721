package run

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"tlslab/results"
	"tlslab/results/folder"
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

	// Progress, where set, is told how many observations there are of how many. It is called often, by one goroutine.
	Progress func(done, total int)
}

// Report is what a run came to.
type Report struct {
	Manifest *Manifest
	Made     *folder.Made // the files that were made of the samples
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
	before, stopped := p.observe(ctx, m, o, workers)
	if stopped != nil && !errors.Is(stopped, ErrInterrupted) {
		return nil, stopped
	}
	m.Run.Resumed = before
	report := &Report{Manifest: m, Before: before}
	if report.Made, err = finish(o.Out, m); err != nil {
		return nil, errors.Join(stopped, err)
	}
	return report, stopped
}

// observe simulates what is missing in the folder's samples and returns how much was there before.
func (p *plan) observe(ctx context.Context, m *Manifest, o Options, workers int) (before int, err error) {
	samples, before, err := openSamples(o.Out, p.scenario, m)
	if err != nil {
		return 0, err
	}
	done, total := before, len(p.cells)*p.scenario.Replicates
	left := schedule{cells: len(p.cells), replicates: p.scenario.Replicates, done: before}
	err = p.simulate(ctx, left, workers, func(batch []results.Observation) error {
		if err := samples.write(batch); err != nil {
			return err
		}
		if done += len(batch); o.Progress != nil {
			o.Progress(done, total)
		}
		return nil
	})
	err = interrupted(ctx, err)
	if closing := samples.close(); closing != nil && (err == nil || errors.Is(err, ErrInterrupted)) {
		err = closing
	}
	return before, err
}

// interrupted tells a cancelled run from a failed one.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return ErrInterrupted
	}
	return err
}

// finish makes all files that follow from the samples, and then the manifest, which has their hashes.
func finish(dir string, m *Manifest) (*folder.Made, error) {
	made, err := folder.Write(dir)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if err := m.seal(dir, made.Files); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	m.Run.Finished = time.Now().UTC().Truncate(time.Millisecond)
	if err := m.write(dir); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	return made, nil
}

// ReportAgain makes the report of a folder again from its samples alone, and brings the hashes of its manifest up to date. A
// manifest that is missing or cannot be read is no obstacle.
func ReportAgain(dir string) (*folder.Made, error) {
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	made, err := folder.Write(dir)
	if err != nil {
		return nil, err
	}
	m, err := ReadManifest(filepath.Join(dir, ManifestName))
	if err != nil {
		made.Warnings = append(made.Warnings, fmt.Sprintf("the manifest is left as it is: %v", err))
		return made, nil
	}
	if err := m.seal(dir, made.Files); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	return made, m.write(dir)
}
