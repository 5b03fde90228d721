package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tlslab/results"
	"tlslab/results/folder"
	"tlslab/scenarios"
)

// ErrOccupied is the error of a folder that holds a run of something else.
var ErrOccupied = errors.New("choose another folder with --out, or remove this one")

// prepareFolder makes the output folder, finds out that it can be written to, and keeps other runs out until the lock is closed.
func prepareFolder(dir string) (lock *os.File, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("output folder: %w", err)
	}
	f, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return nil, fmt.Errorf("output folder: %w", err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return nil, fmt.Errorf("output folder: %w", err)
	}
	if lock, err = lockFolder(dir); err != nil {
		return nil, fmt.Errorf("output folder: %w", err)
	}
	return lock, nil
}

// openSamples begins samples.jsonl, or goes on with that of an earlier run of the same. It returns how many observations are
// there already.
func openSamples(dir string, s *scenarios.Scenario, m *Manifest) (*samplesFile, int, error) {
	header := s.Header(m.Version)
	before, err := existing(dir, m)
	if err != nil {
		return nil, 0, err
	}
	if before == nil {
		if err := m.write(dir); err != nil {
			return nil, 0, fmt.Errorf("output folder: %w", err)
		}
		w, err := newSamples(dir, header)
		return w, 0, err
	}
	defer before.Close()
	if err := inPlanOrder(before, s); err != nil {
		return nil, 0, fmt.Errorf("%s: %w: %w", filepath.Join(dir, folder.Samples), err, ErrOccupied)
	}
	w, err := resumeSamples(dir, header, before.Whole)
	return w, before.Lines, err
}

// existing opens the samples of an earlier run of the same scenario, seed and version, or returns nil where there was none. A
// run of anything else is an error.
func existing(dir string, m *Manifest) (*results.File, error) {
	path := filepath.Join(dir, folder.Samples)
	earlier, err := ReadManifest(filepath.Join(dir, ManifestName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(path); err == nil {
			return nil, fmt.Errorf("%s is there already, and no %s says what it is: %w", path, ManifestName, ErrOccupied)
		}
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%w: %w", err, ErrOccupied)
	}
	if difference := earlier.differs(m); difference != "" {
		return nil, fmt.Errorf("%s holds another run (%s): %w", dir, difference, ErrOccupied)
	}
	f, err := results.Open(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, results.ErrNoHeader) {
		return nil, nil // it ended before the first line
	}
	return f, err
}

// inPlanOrder checks that a file's cells are the first ones of the plan, all but the last complete.
func inPlanOrder(f *results.File, s *scenarios.Scenario) error {
	if len(f.Cells) > len(s.Cells) {
		return fmt.Errorf("%d cells, and the scenario has %d", len(f.Cells), len(s.Cells))
	}
	for i, c := range f.Cells {
		for k, level := range c.Levels {
			if level != s.Cells[i].Levels[k] {
				return fmt.Errorf("cell %d is not %s", i+1, s.Describe(&s.Cells[i]))
			}
		}
		if c.N > s.Replicates || c.N < s.Replicates && i < len(f.Cells)-1 {
			return fmt.Errorf("cell %s has %d replicates of %d", s.Describe(&s.Cells[i]), c.N, s.Replicates)
		}
	}
	return nil
}
