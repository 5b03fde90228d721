package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"tlslab/results/samples"
)

// A signal such as Ctrl-C interrupts a run after its first part. The same command then finishes the
// run.
func TestAnInterruptedRunKeepsFinishedReplicatesAndResumes(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	var dir, stderr string
	var args []string
	// On a busy machine a short run may be over before the signal reaches it.
	for replicates := 20_000; ; replicates *= 2 {
		dir = filepath.Join(t.TempDir(), "out")
		args = []string{"run", "-", "--out", dir, "--replicates", strconv.Itoa(replicates)}
		var over bool
		if stderr, over = interrupt(t, small, args, dir, 1, os.Interrupt); !over {
			break
		}
		if replicates > 200_000 {
			t.Fatalf("a run of %d replicates was over before the signal reached it", replicates)
		}
	}
	if !strings.Contains(stderr, "interrupted after") {
		t.Errorf("stderr does not say how far the run came:\n%s", stderr)
	}
	if f := openSamples(t, dir); f.Complete() || f.Observations() == 0 {
		t.Errorf("%d observations are kept", f.Observations())
	}
	if m := read(t, dir, "manifest.json"); !bytes.Contains(m, []byte(`"complete": false`)) {
		t.Error("the manifest does not say that the run is not complete")
	}
	if _, err := os.Stat(filepath.Join(dir, "report.html")); err != nil {
		t.Error(err)
	}
	resumeRun(t, dir, args)
}

// A run that was killed can be resumed like one that was interrupted.
func TestAKilledRunResumes(t *testing.T) {
	if testing.Short() {
		t.Skip("the tests of scenarios/run resume from every kind of file that a killed run leaves")
	}
	dir := filepath.Join(t.TempDir(), "out")
	args := []string{"run", "-", "--out", dir, "--replicates", "20000"}
	interrupt(t, small, args, dir, 1, os.Kill)
	resumeRun(t, dir, args)
}

// resumeRun finishes an interrupted run and compares its parts with those of an uninterrupted run.
func resumeRun(t *testing.T, dir string, args []string) {
	t.Helper()
	if code, _, stderr := tlslab(t, small, args...); code != exitDone {
		t.Fatalf("resuming: exit code %d: %s", code, stderr)
	}
	whole := filepath.Join(t.TempDir(), "whole")
	if code, _, stderr := tlslab(t, small, "run", "-", "--out", whole, args[4], args[5]); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if !bytes.Equal(read(t, dir, "parts.json"), read(t, whole, "parts.json")) {
		t.Error("parts.json differs from that of an uninterrupted run")
	}
	openSamples(t, dir) // which checks each part
}

// precise is a scenario whose cells need different numbers of replicates.
const precise = `
name: precise
replicates: {target: p95 ±1%, most: 40000}
base: {link.delay: 20ms}
factors:
  tls.kind: [full, resumed]
  link.loss: [0%, 2%, 6%]
compare: {factor: tls.kind, baseline: full}
`

// A run whose cells the data end can be killed in any batch. The same command then makes the same
// parts.
func TestAKilledRunWithATargetResumes(t *testing.T) {
	if testing.Short() {
		t.Skip("the tests of scenarios/run resume from every kind of file that a killed run leaves")
	}
	whole := filepath.Join(t.TempDir(), "whole")
	if code, _, stderr := tlslab(t, precise, "run", "-", "--out", whole, "-j", "1"); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	store := openSamples(t, whole)
	numbers := map[int]bool{}
	for _, c := range store.Cells() {
		numbers[c.N()] = true
	}
	if !store.Complete() || len(numbers) < 2 {
		t.Errorf("the cells have the numbers %v", numbers)
	}
	dir := filepath.Join(t.TempDir(), "out")
	args := []string{"run", "-", "--out", dir}
	for parts := 1; parts <= len(store.Hashes()); parts++ {
		if _, over := interrupt(t, precise, args, dir, parts, os.Kill); over {
			break
		}
	}
	if code, _, stderr := tlslab(t, precise, args...); code != exitDone {
		t.Fatalf("resuming: exit code %d: %s", code, stderr)
	}
	if !bytes.Equal(read(t, dir, "parts.json"), read(t, whole, "parts.json")) {
		t.Error("parts.json differs from that of an uninterrupted run")
	}
	openSamples(t, dir) // which checks each part
}

// interrupt begins a run and sends it a signal once its folder has a number of parts. over reports
// whether the run was finished before the signal.
func interrupt(t *testing.T, scenario string, args []string, dir string, parts int, with os.Signal) (stderr string, over bool) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], args...)
	child.Env = append(os.Environ(), asCommand+"=1")
	child.Stdin = strings.NewReader(scenario)
	var printed bytes.Buffer
	child.Stderr = &printed
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	if awaitParts(t, dir, parts, ended) {
		if err := child.Process.Signal(with); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
	}
	err := <-ended
	if err == nil {
		return printed.String(), true
	}
	var exit *exec.ExitError
	if with == os.Kill && errors.As(err, &exit) {
		return printed.String(), false
	}
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Fatalf("got %v, want exit code %d; stderr:\n%s", err, exitInterrupted, printed.String())
	}
	return printed.String(), false
}

// awaitParts polls until a number of parts exist. It returns false if the program ends before.
func awaitParts(t *testing.T, dir string, number int, ended chan error) bool {
	for len(ended) == 0 {
		parts, err := filepath.Glob(filepath.Join(dir, samples.Folder, "*.parquet"))
		if err != nil {
			t.Fatal(err)
		}
		if len(parts) >= number {
			return true
		}
		runtime.Gosched()
	}
	return false
}

// A signal ends a command that waits for its scenario's text or reads it.
func TestASignalEndsReading(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	waiting, writer := io.Pipe()
	defer writer.Close()
	for name, open := range map[string]func() io.Reader{
		"waiting": func() io.Reader { return waiting },
		"reading": func() io.Reader { return strings.NewReader(small) },
	} {
		for _, args := range [][]string{{"run", "-", "--out", filepath.Join(t.TempDir(), "out")}, {"scenarios", "show", "-"}} {
			var stderr bytes.Buffer
			if code := runContext(ctx, args, open(), io.Discard, &stderr); code != exitInterrupted {
				t.Errorf("%s, %s: exit code %d: %s", name, args[0], code, &stderr)
			}
		}
	}
}
