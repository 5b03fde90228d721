package run

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/results/durable"
	"tlslab/results/folder"
	"tlslab/results/samples"
	"tlslab/scenarios"
)

// finishedRun runs a small scenario into a new folder.
func finishedRun(t *testing.T) (dir string, s *scenarios.Scenario) {
	t.Helper()
	s = scenario(t, scenarios.Options{Replicates: 5})
	dir = t.TempDir()
	if _, err := Run(t.Context(), s, Options{Out: dir, Version: "v", Workers: 2, Tables: evenPrices}); err != nil {
		t.Fatal(err)
	}
	return dir, s
}

func TestTheManifestListsWhatTheFolderHolds(t *testing.T) {
	dir, _ := finishedRun(t)
	m, err := ReadManifest(filepath.Join(dir, ManifestName))
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if there = append(there, filepath.ToSlash(name)); name == ManifestName {
			return nil
		}
		if hash, _ := hashFile(path); m.Files[filepath.ToSlash(name)] != hash {
			t.Errorf("the manifest has a wrong hash of %s", name)
		}
		return nil
	})
	if err != nil || len(there) != len(m.Files)+1 {
		t.Errorf("the folder holds %v: %v", there, err)
	}
}

// Files of an earlier state are removed if they are unchanged. The user's files stay.
func TestFilesOfAnEarlierStateAreRemoved(t *testing.T) {
	dir, _ := finishedRun(t)
	path := filepath.Join(dir, ManifestName)
	m, err := ReadManifest(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"plots/old.svg", "plots/edited.svg", "plots/mine.svg", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m.Files["plots/old.svg"] = durable.Hash([]byte("plots/old.svg"))
	m.Files["plots/edited.svg"] = durable.Hash([]byte("another text"))
	if err := m.write(dir); err != nil {
		t.Fatal(err)
	}
	made, err := ReportAgain(dir, folder.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if durable.Exists(filepath.Join(dir, "plots/old.svg")) {
		t.Error("a figure of an earlier state is still there")
	}
	for _, name := range []string{"plots/edited.svg", "plots/mine.svg", "notes.txt"} {
		if !durable.Exists(filepath.Join(dir, name)) {
			t.Errorf("%s is gone", name)
		}
		if !slices.ContainsFunc(made.Warnings, func(w string) bool { return strings.Contains(w, filepath.Join(dir, name)) }) {
			t.Errorf("%s is not named in %q", name, made.Warnings)
		}
	}
	if len(made.Warnings) != 3 {
		t.Errorf("%d warnings: %q", len(made.Warnings), made.Warnings)
	}
	if m, err := ReadManifest(path); err != nil || m.Files["plots/old.svg"] != "" || m.Files["notes.txt"] != "" {
		t.Errorf("the manifest lists files that are not of the run: %v", err)
	}
}

// Every reader of a folder finds a flipped bit in any file that its result depends on.
func TestEveryReaderRefusesAFlippedBitAndNamesTheFile(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	dir, s := finishedRun(t)
	readers := map[string]func() error{
		"run": func() error {
			_, err := Run(t.Context(), s, Options{Out: dir, Version: "v", Workers: 1, Tables: evenPrices})
			return err
		},
		"report": func() error { _, err := ReportAgain(dir, folder.Options{}); return err },
		"load":   func() error { _, _, err := Load(dir); return err },
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"samples/part-00000.parquet", samples.List, ManifestName} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		flips := 40
		if testing.Short() {
			flips = 5
		}
		for range flips {
			flipped := slices.Clone(text)
			flipped[rng.IntN(len(flipped))] ^= 1 << rng.IntN(8)
			if err := os.WriteFile(path, flipped, 0o644); err != nil {
				t.Fatal(err)
			}
			for verb, read := range readers {
				if err := read(); err == nil || !strings.Contains(err.Error(), path) {
					t.Errorf("%s: got %v, want an error that names %s", verb, err, path)
				}
			}
			if after, _ := os.ReadFile(path); !slices.Equal(after, flipped) {
				t.Errorf("%s was written over", name)
			}
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := Load(dir); err != nil {
		t.Error(err)
	}
}

func TestSamplesAndManifestOfDifferentRunsAreRefused(t *testing.T) {
	dir, _ := finishedRun(t)
	seed := uint64(2)
	other := t.TempDir()
	s := scenario(t, scenarios.Options{Replicates: 5, Seed: &seed})
	if _, err := Run(t.Context(), s, Options{Out: other, Version: "v", Workers: 1, Tables: evenPrices}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{samples.Folder, samples.List} {
		if err := errors.Join(os.RemoveAll(filepath.Join(dir, name)), os.Rename(filepath.Join(other, name), filepath.Join(dir, name))); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "manifest.json belongs to another run") {
		t.Errorf("got %v", err)
	}
}

func TestAFolderOfAnEarlierVersionIsLeftAloneAndTheErrorSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"samples.jsonl": "{}\n", ManifestName: `{"schema": 1}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s := scenario(t, scenarios.Options{})
		if _, err := begin(dir, s, manifestOf(t, s, "v")); !errors.Is(err, ErrOccupied) {
			t.Errorf("run, after %s: got %v", name, err)
		}
		if name == ManifestName {
			continue
		}
		if _, err := ReportAgain(dir, folder.Options{}); !errors.Is(err, samples.ErrOlder) {
			t.Errorf("report: got %v, want %v", err, samples.ErrOlder)
		}
	}
}
