package main

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A run is interrupted by a signal once samples are in the file, as by Ctrl-C, and then done to its end.
func TestAnInterruptedRunKeepsWhatIsFinishedAndGoesOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	args := []string{"run", "-", "--out", dir, "--replicates", "20000"}
	child := exec.CommandContext(t.Context(), os.Args[0], args...)
	child.Env = append(os.Environ(), asCommand+"=1")
	child.Stdin = strings.NewReader(small)
	var stderr bytes.Buffer
	child.Stderr = &stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	awaitLines(t, filepath.Join(dir, "samples.jsonl"))
	if err := child.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := child.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Fatalf("got %v, want exit code %d; stderr:\n%s", err, exitInterrupted, stderr.String())
	}
	if !strings.Contains(stderr.String(), "interrupted after") {
		t.Errorf("stderr does not say how far the run came:\n%s", stderr.String())
	}
	kept := read(t, dir, "samples.jsonl")
	if kept[len(kept)-1] != '\n' {
		t.Error("the last line is torn")
	}
	if m := read(t, dir, "manifest.json"); !bytes.Contains(m, []byte(`"complete": false`)) {
		t.Error("the manifest does not say that the run is not complete")
	}
	if _, err := os.Stat(filepath.Join(dir, "report.html")); err != nil {
		t.Error(err)
	}

	if code, _, stderr := tlslab(t, small, args...); code != exitDone {
		t.Fatalf("going on: exit code %d: %s", code, stderr)
	}
	whole := filepath.Join(t.TempDir(), "whole")
	if code, _, stderr := tlslab(t, small, "run", "-", "--out", whole, "--replicates", "20000"); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	want := read(t, whole, "samples.jsonl")
	if !bytes.HasPrefix(want, kept) || !bytes.Equal(read(t, dir, "samples.jsonl"), want) {
		t.Error("other samples than a run that was not interrupted")
	}
	if len(kept) == len(want) {
		t.Error("the run was over before it was interrupted")
	}
}

// awaitLines waits until a file has some lines of samples, by trying to read them again and again.
func awaitLines(t *testing.T, path string) {
	for t.Context().Err() == nil {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			syscall.Select(0, nil, nil, nil, &syscall.Timeval{Usec: 1000})
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for s := bufio.NewScanner(f); s.Scan() && lines < 100; {
			lines++
		}
		f.Close()
		if lines >= 100 {
			return
		}
	}
}
