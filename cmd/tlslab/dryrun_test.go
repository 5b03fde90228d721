package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

func TestADryRunSaysWhatARunNeedsAndLeavesNoFile(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	code, stdout, stderr := tlslab(t, small, "run", "-", "--dry-run", "-j", "2")
	if code != exitDone || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, words := range []string{"4 cells × 70 replicates\n", "  replicates  280\n", "  time  ", "  disk  ", "  memory  ", "for -j 2 from ", "Nothing was written."} {
		if !strings.Contains(stdout, words) {
			t.Errorf("no %q in:\n%s", words, stdout)
		}
	}
	if left, err := os.ReadDir(here); err != nil || len(left) > 0 {
		t.Errorf("the folder has %v: %v", left, err)
	}
	code, stdout, _ = tlslab(t, small, "run", "-", "--dry-run", "--json")
	var e estimateJSON
	if err := json.Unmarshal([]byte(stdout), &e); code != exitDone || err != nil {
		t.Fatalf("exit code %d: %v", code, err)
	}
	if e.Cells != 4 || e.Least != e.Most || e.Least.Observations != 280 || e.Least.Disk < 10_000 || e.Least.Simulation <= 0 {
		t.Errorf("got %+v", e)
	}
}

func TestADryRunKnowsWhatARunHasLeft(t *testing.T) {
	t.Chdir(t.TempDir())
	if code, _, stderr := tlslab(t, small, "run", "-", "--out", "there"); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var e estimateJSON
	for seed, kept := range map[string]int{"1": 280, "2": 0} {
		_, stdout, _ := tlslab(t, small, "run", "-", "--dry-run", "--json", "--out", "there", "--seed", seed)
		if err := json.Unmarshal([]byte(stdout), &e); err != nil || e.Kept != kept || e.Least.Observations != 280 {
			t.Errorf("seed %s: %+v: %v", seed, e, err)
		}
	}
	_, stdout, _ := tlslab(t, small, "run", "-", "--dry-run", "--out", "there")
	if words := "The output folder holds 280 replicates of an interrupted run"; !strings.Contains(stdout, words) {
		t.Errorf("no %q in:\n%s", words, stdout)
	}
}

func TestADryRunOfOneCellIsInTheSingular(t *testing.T) {
	scenario := "name: one\nreplicates: 1\nbase: {link: {delay: 1ms}}\n"
	_, stdout, stderr := tlslab(t, scenario, "run", "-", "--dry-run")
	if !strings.HasPrefix(stdout, "one: 1 cell × 1 replicate\n") || !strings.Contains(stdout, " of 1 cell on") {
		t.Errorf("got %s%s", stdout, stderr)
	}
}

func TestADryRunFindsMistakesOfTheScenario(t *testing.T) {
	if code, stdout, stderr := tlslab(t, small, "run", "-", "--dry-run", "--set", "link.loss=2"); code != exitUsage || stdout != "" || !strings.Contains(stderr, "link.loss") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

func TestEstimatedTimesAreRounded(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1234 * time.Millisecond: "1.2 s", 61400 * time.Millisecond: "61 s", 40 * time.Minute: "40 min",
		5*time.Hour + 20*time.Minute: "5 h", 100 * time.Hour: "4 days",
	} {
		if got := duration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
