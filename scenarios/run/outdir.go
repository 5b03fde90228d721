package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tlslab/results/durable"
	"tlslab/results/samples"
	"tlslab/scenarios"
)

// ErrOccupied is the error of a folder that holds another run.
var ErrOccupied = errors.New("choose another folder with --out, or remove this one")

// openFolder opens the folder of a run.
func openFolder(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	var path *fs.PathError
	if errors.As(err, &path) {
		err = fmt.Errorf("run folder %s: %w", dir, path.Err)
	}
	return f, err
}

// prepareFolder creates the output folder, checks that it is writable, and locks it against other
// runs until lock is closed.
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

// A folderRun is an output folder into which a run writes.
type folderRun struct {
	dir      string
	manifest *Manifest
	earlier  *Manifest // of an earlier run of the same into this folder, or nil
	writer   *samples.Writer
}

// begin starts a run in a folder, or resumes an earlier run of the same scenario, seed and version.
// It returns an error, and changes nothing, if the folder holds another run.
func begin(dir string, s *scenarios.Scenario, m *Manifest) (*folderRun, error) {
	r := &folderRun{dir: dir, manifest: m}
	earlier, err := ReadManifest(filepath.Join(dir, ManifestName))
	switch {
	case err == nil:
		r.earlier = earlier
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: %w", err, ErrOccupied)
	}
	if err := r.checkVacant(); err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrOccupied)
	}
	if r.earlier == nil {
		if err := m.write(dir); err != nil {
			return nil, fmt.Errorf("output folder: %w", err)
		}
	}
	if r.writer, err = samples.Begin(dir, s.Header(m.Version)); err != nil {
		return nil, err
	}
	return r, nil
}

// checkVacant returns an error if the folder holds another run, or samples without a manifest.
func (r *folderRun) checkVacant() error {
	if r.earlier != nil {
		if difference := r.earlier.differs(r.manifest); difference != "" {
			return fmt.Errorf("%s holds another run (%s)", r.dir, difference)
		}
		return nil
	}
	for _, name := range []string{samples.Folder, samples.List, "samples.jsonl"} {
		if path := filepath.Join(r.dir, name); durable.Exists(path) {
			return fmt.Errorf("%s exists, but there is no %s that says which run it belongs to", path, ManifestName)
		}
	}
	return nil
}
