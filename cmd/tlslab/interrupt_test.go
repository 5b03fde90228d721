package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// A run is interrupted by a signal once samples are in the file, as by Ctrl-C, and then done to its end.
func TestAnInterruptedRunKeepsWhatIsFinishedAndGoesOn(t *testing.T) {
	var dir, stderr string
	var args []string
	// On a busy machine a short run may be over before the signal reaches it.
	for replicates := 8000; ; replicates *= 2 {
		dir = filepath.Join(t.TempDir(), "out")
		args = []string{"run", "-", "--out", dir, "--replicates", strconv.Itoa(replicates)}
		var over bool
		stderr, over = interrupt(t, args, dir)
		const cells, header = 4, 1
		if lines := bytes.Count(read(t, dir, "samples.jsonl"), []byte("\n")); !over && lines < header+cells*replicates {
			break
		}
		if replicates > 100_000 {
			t.Fatal("no run is interrupted, however long")
		}
	}
	if !strings.Contains(stderr, "interrupted after") {
		t.Errorf("stderr does not say how far the run came:\n%s", stderr)
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
	if code, _, stderr := tlslab(t, small, "run", "-", "--out", whole, args[4], args[5]); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	want := read(t, whole, "samples.jsonl")
	if !bytes.HasPrefix(want, kept) || !bytes.Equal(read(t, dir, "samples.jsonl"), want) {
		t.Error("other samples than a run that was not interrupted")
	}
}

// interrupt begins a run and sends it a signal once samples are there; over says that it had come to its end by then.
func interrupt(t *testing.T, args []string, dir string) (stderr string, over bool) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], args...)
	child.Env = append(os.Environ(), asCommand+"=1")
	child.Stdin = strings.NewReader(small)
	var said bytes.Buffer
	child.Stderr = &said
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	if awaitLines(t, filepath.Join(dir, "samples.jsonl"), ended) {
		if err := child.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
	}
	err := <-ended
	if err == nil {
		return said.String(), true
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Fatalf("got %v, want exit code %d; stderr:\n%s", err, exitInterrupted, said.String())
	}
	return said.String(), false
}

// awaitLines reads a file again and again until it has some lines of samples; false if the program that writes it ended before.
func awaitLines(t *testing.T, path string, ended chan error) bool {
	for len(ended) == 0 {
		text, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if bytes.Count(text, []byte("\n")) > 100 {
			return true
		}
		runtime.Gosched()
	}
	return false
}
