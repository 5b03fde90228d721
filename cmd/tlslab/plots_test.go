package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The formats of the figures' files are those of --plots, and SVG.
func TestPlotsSelectsTheFormatsOfFigures(t *testing.T) {
	dir, _, _ := smallRun(t, "--plots", "pdf")
	extensions := func() []string {
		files, err := filepath.Glob(filepath.Join(dir, "plots", "*"))
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, f := range files {
			all = append(all, filepath.Ext(f))
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	if got := extensions(); !slices.Equal(got, []string{".pdf", ".svg"}) {
		t.Errorf("run --plots pdf writes %v", got)
	}
	if code, _, stderr := tlslab(t, "", "report", dir); code != exitDone {
		t.Fatal(stderr)
	}
	if got := extensions(); !slices.Equal(got, []string{".png", ".svg"}) {
		t.Errorf("report without --plots leaves %v", got)
	}
	if code, _, stderr := tlslab(t, "", "report", dir, "--plots", "gif"); code != exitUsage || !strings.Contains(stderr, "svg, png and pdf") {
		t.Errorf("--plots gif: exit code %d: %s", code, stderr)
	}
}
