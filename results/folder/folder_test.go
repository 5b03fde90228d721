package folder

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"tlslab/results"
	"tlslab/results/internal/golden"
)

const samples = "../testdata/samples.jsonl"

// outputFolder is a folder with samples.jsonl and nothing else.
func outputFolder(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(samples)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, Samples), text, 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

// content maps every file of a folder to what it holds.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// differing names the files of a that are not the same in b.
func differing(a, b map[string]string) []string {
	var names []string
	for name, text := range a {
		if b[name] != text {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestAFolderIsMadeFromItsSamplesAlone(t *testing.T) {
	dir := outputFolder(t)
	made, err := Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := content(t, dir)
	for _, name := range []string{"summary.json", "summary.csv", "bench.txt", "report.md", "report.html"} {
		if !slices.Contains(made.Files, name) || files[name] == "" {
			t.Errorf("no %s", name)
		}
	}
	if !slices.ContainsFunc(made.Files, func(name string) bool { return strings.HasPrefix(name, "plots/") && strings.HasSuffix(name, ".svg") }) {
		t.Errorf("no plots among %v", made.Files)
	}
	if len(files) != len(made.Files)+1 || !slices.IsSorted(made.Files) {
		t.Errorf("the folder has %d files beside %s, told are %v", len(files)-1, Samples, made.Files)
	}
	if len(made.Summary.Cells) != 4 || len(made.Warnings) != 0 {
		t.Errorf("a summary of %d cells, warnings %q", len(made.Summary.Cells), made.Warnings)
	}
	for name, where := range map[string]string{"summary.json": "summary", "summary.csv": "summary", "bench.txt": "gobench"} {
		golden.Check(t, "../"+where+"/testdata/"+name, []byte(files[name]))
	}
}

func TestTheSameSamplesGiveTheSameFilesOnAnyNumberOfCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var first map[string]string
	for _, cores := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(cores)
		dir := outputFolder(t)
		if _, err := Write(dir); err != nil {
			t.Fatal(err)
		}
		if files := content(t, dir); first == nil {
			first = files
		} else if !maps.Equal(files, first) {
			t.Errorf("%v differ on %d cores from those on one", differing(files, first), cores)
		}
	}
}

func TestAReportCanBeMadeAgainOverAnOlderOne(t *testing.T) {
	dir := outputFolder(t)
	if _, err := Write(dir); err != nil {
		t.Fatal(err)
	}
	want := content(t, dir)
	for name := range want {
		if name != Samples {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("older"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := Write(dir); err != nil {
		t.Fatal(err)
	}
	for name, text := range content(t, dir) {
		if want[name] != text {
			t.Errorf("%s was not made again", name)
		}
	}
}

// A line that was cut off and a cell that has begun are left as they are, and told.
func TestAnUnfinishedRunIsReportedWithAWarning(t *testing.T) {
	dir := outputFolder(t)
	path := filepath.Join(dir, Samples)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text = text[:len(text)-20]
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	made, err := Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(made.Warnings, "\n"); !strings.Contains(all, "the last line was cut off") {
		t.Errorf("no warning of the line that was cut off: %s", all)
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "3 of 4 cells have all of their 8 replicates"; !strings.Contains(string(page), want) {
		t.Errorf("the report does not say that %s", want)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(after, text) {
		t.Errorf("%s was changed", Samples)
	}
}

func TestSamplesThatCannotBeRead(t *testing.T) {
	if _, err := Write(t.TempDir()); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), Samples) {
		t.Errorf("a folder without samples: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, Samples), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir); !errors.Is(err, results.ErrNoHeader) {
		t.Errorf("empty samples: %v", err)
	}
	if files := content(t, dir); len(files) != 1 {
		t.Errorf("files were made: %v", files)
	}
}

// /dev/full is a disk without room. In the place of a temporary file it makes the writing of that file fail.
func TestAFullDiskIsToldByFileAndSparesTheSamples(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("/dev/full is Linux's")
	}
	for _, name := range []string{"summary.json", "summary.csv", "bench.txt", "report.md", "report.html"} {
		dir := outputFolder(t)
		if err := os.WriteFile(filepath.Join(dir, name), []byte("older"), 0o666); err != nil {
			t.Fatal(err)
		}
		temporary := filepath.Join(dir, "."+name+".tmp")
		if err := os.Symlink("/dev/full", temporary); err != nil {
			t.Fatal(err)
		}
		_, err := Write(dir)
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), filepath.Join(dir, name)+": the disk is full") {
			t.Errorf("%s: error %v", name, err)
		}
		files := content(t, dir)
		if files[name] != "older" {
			t.Errorf("%s was touched", name)
		}
		if _, there := files["."+name+".tmp"]; there {
			t.Errorf("the temporary file of %s was left behind", name)
		}
		if want, _ := os.ReadFile(samples); files[Samples] != string(want) {
			t.Errorf("%s: %s was touched", name, Samples)
		}
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	out := &output{dir: dir}
	write := func(text string, err error) error {
		return out.write("plots/a.txt", func(w io.Writer) error {
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
			return err
		})
	}
	if err := write("whole", nil); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := write("ha", broken); !errors.Is(err, broken) || !strings.Contains(err.Error(), filepath.Join(dir, "plots", "a.txt")) {
		t.Errorf("error %v", err)
	}
	if files := content(t, dir); len(files) != 1 || files["plots/a.txt"] != "whole" {
		t.Errorf("the folder has %v", files)
	}
	if !slices.Equal(out.files, []string{"plots/a.txt"}) {
		t.Errorf("told are %v", out.files)
	}
}

// However little there is: no replicate yet, one replicate, nothing varied, nothing compared, nothing reached.
func TestSmallSamplesMakeAFolderToo(t *testing.T) {
	metric := results.Metric{Name: "time", Unit: results.UnitNanoseconds, Better: -1}
	factor := results.Factor{Name: "kind", Levels: []string{"full", "resumed"}}
	alone := results.Header{Scenario: "small", Metrics: []results.Metric{metric}}
	varied := alone
	varied.Factors = []results.Factor{factor}
	compared := varied
	compared.Compare = &results.Compare{Factor: "kind", Baseline: "full", Metric: "time", Margin: 0.02}
	tests := []struct {
		name   string
		header results.Header
		cells  [][]string
		value  float64
	}{
		{"no replicate", compared, nil, 0},
		{"nothing varied", alone, [][]string{{}}, 5},
		{"nothing compared", varied, [][]string{{"full"}, {"resumed"}}, 5},
		{"one replicate a cell", compared, [][]string{{"full"}, {"resumed"}}, 5},
		{"zeros", compared, [][]string{{"full"}, {"resumed"}}, 0},
		{"a baseline alone", compared, [][]string{{"full"}}, 5},
		{"no baseline", compared, [][]string{{"resumed"}}, 5},
		{"nothing reached", compared, [][]string{{"full"}, {"resumed"}}, math.NaN()},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var all []results.Observation
			for _, cell := range test.cells {
				all = append(all, results.Observation{Cell: cell, Outcome: "ok", Values: []float64{test.value}})
			}
			dir := folderOf(t, test.header, all)
			if _, err := Write(dir); err != nil {
				t.Error(err)
			}
		})
	}
}

// folderOf is a folder with these samples and nothing else.
func folderOf(t *testing.T, h results.Header, all []results.Observation) string {
	t.Helper()
	var b bytes.Buffer
	w, err := results.NewWriter(&b, h)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if err := w.Write(&all[i]); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, Samples), b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Which replicate had which value is nothing that a description or a picture of one cell depends on.
func TestThePagesOfASampleDoNotDependOnItsOrder(t *testing.T) {
	h := results.Header{Scenario: "one", Metrics: []results.Metric{{Name: "time", Unit: results.UnitNanoseconds, Better: -1}}}
	var first map[string]string
	for _, step := range []int{1, 7, 29} {
		var all []results.Observation
		for i := range 30 {
			v := float64((i + 1) * step % 31) // 1 to 30 in an order that depends on the step
			all = append(all, results.Observation{Replicate: i, Outcome: "ok", Values: []float64{v * v * 1e6}})
		}
		dir := folderOf(t, h, all)
		if _, err := Write(dir); err != nil {
			t.Fatal(err)
		}
		files := content(t, dir)
		delete(files, Samples)
		delete(files, "bench.txt")
		if first == nil {
			first = files
		} else if !maps.Equal(files, first) {
			t.Errorf("%v depend on the order", differing(files, first))
		}
	}
}
