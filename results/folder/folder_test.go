package folder

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
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
	"tlslab/results/gobench"
	"tlslab/results/internal/golden"
	"tlslab/results/internal/sourcetest"
)

const samples = "../testdata/samples.jsonl"

// write makes the files of testdata's samples in a folder.
func write(t *testing.T, dir string) *Made {
	t.Helper()
	made, err := Write(dir, sourcetest.Read(t, samples), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return made
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
	dir := t.TempDir()
	made := write(t, dir)
	files := content(t, dir)
	for _, name := range []string{"summary.json", "summary.csv", "bench.txt", "report.md", "report.html"} {
		if made.Hashes[name] == "" || files[name] == "" {
			t.Errorf("no %s", name)
		}
	}
	if !slices.ContainsFunc(made.Files(), func(name string) bool { return strings.HasPrefix(name, "plots/") && strings.HasSuffix(name, ".svg") }) {
		t.Errorf("no plots among %v", made.Files())
	}
	if !slices.Equal(made.Files(), slices.Sorted(maps.Keys(files))) {
		t.Errorf("the folder has %v, Made lists %v", slices.Sorted(maps.Keys(files)), made.Files())
	}
	for name, text := range files {
		if sum := sha256.Sum256([]byte(text)); made.Hashes[name] != hex.EncodeToString(sum[:]) {
			t.Errorf("Made has a wrong hash of %s", name)
		}
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
		dir := t.TempDir()
		write(t, dir)
		if files := content(t, dir); first == nil {
			first = files
		} else if !maps.Equal(files, first) {
			t.Errorf("%v differ on %d cores from those on one", differing(files, first), cores)
		}
	}
}

func TestAReportCanBeMadeAgainOverAnOlderOne(t *testing.T) {
	dir := t.TempDir()
	write(t, dir)
	want := content(t, dir)
	for name := range want {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("older"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir)
	for name, text := range content(t, dir) {
		if want[name] != text {
			t.Errorf("%s was not made again", name)
		}
	}
}

func TestTheReportOfAnUnfinishedRunSaysHowManyCellsAreComplete(t *testing.T) {
	h := results.Header{
		Scenario: "unfinished", Replicates: 2, Metrics: []results.Metric{{Name: "time", Unit: results.UnitNanoseconds, Better: -1}},
		Factors: []results.Factor{{Name: "kind", Levels: []string{"full", "resumed"}}},
		Cells:   []results.Cell{{Levels: []string{"full"}}, {Levels: []string{"resumed"}}},
	}
	all := []sourcetest.Observation{{Cell: []string{"full"}, Outcome: "ok", Values: []float64{1}}}
	dir := t.TempDir()
	if _, err := Write(dir, sourcetest.New(t, h, all), Options{}); err != nil {
		t.Fatal(err)
	}
	if want := "0 of 2 cells have all of their 2 replicates"; !strings.Contains(content(t, dir)["report.md"], want) {
		t.Errorf("the report does not say that %s", want)
	}
}

// Only bench.txt has fewer replicates than there are, unless all are asked for.
func TestBenchHasTheFirstReplicatesOrAll(t *testing.T) {
	h := results.Header{Scenario: "one", Metrics: []results.Metric{{Name: "time", Unit: results.UnitNanoseconds, Better: -1}}}
	var all []sourcetest.Observation
	for i := range gobench.LinesPerCell(1) + 10 {
		all = append(all, sourcetest.Observation{Replicate: i, Outcome: "ok", Values: []float64{float64(i % 7)}})
	}
	for _, o := range []Options{{}, {AllLines: true}} {
		dir := t.TempDir()
		if _, err := Write(dir, sourcetest.New(t, h, all), o); err != nil {
			t.Fatal(err)
		}
		want := gobench.LinesPerCell(1)
		if o.AllLines {
			want = len(all)
		}
		files := content(t, dir)
		if got := strings.Count(files["bench.txt"], "BenchmarkOne"); got != want {
			t.Errorf("%+v: %d lines, want %d", o, got, want)
		}
		if !strings.Contains(files["summary.json"], fmt.Sprintf(`"n":%d`, len(all))) {
			t.Errorf("%+v: the summary is not of all replicates", o)
		}
	}
}

// /dev/full is a full disk. A symbolic link to it, with the name of the temporary file, makes the
// writing of that file fail.
func TestAFullDiskIsReportedWithTheFile(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("/dev/full is Linux's")
	}
	for _, name := range []string{"summary.json", "summary.csv", "bench.txt", "report.md", "report.html"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte("older"), 0o666); err != nil {
			t.Fatal(err)
		}
		temporary := filepath.Join(dir, "."+name+".tlslab-tmp")
		if err := os.Symlink("/dev/full", temporary); err != nil {
			t.Fatal(err)
		}
		_, err := Write(dir, sourcetest.Read(t, samples), Options{})
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), filepath.Join(dir, name)+": the disk is full") {
			t.Errorf("%s: error %v", name, err)
		}
		files := content(t, dir)
		if files[name] != "older" {
			t.Errorf("%s was changed", name)
		}
		if _, there := files["."+name+".tlslab-tmp"]; there {
			t.Errorf("the temporary file of %s was left behind", name)
		}
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	out := &output{dir: dir, hashes: map[string]string{}}
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
	if len(out.hashes) != 1 || out.hashes["plots/a.txt"] == "" {
		t.Errorf("the output lists %v", out.hashes)
	}
}

// The smallest runs: no replicate, one replicate, no factor, no comparison, no metric reached.
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
			var all []sourcetest.Observation
			for _, cell := range test.cells {
				all = append(all, sourcetest.Observation{Cell: cell, Outcome: "ok", Values: []float64{test.value}})
			}
			if _, err := Write(t.TempDir(), sourcetest.New(t, test.header, all), Options{}); err != nil {
				t.Error(err)
			}
		})
	}
}

// Neither the statistics nor the figures of one cell depend on the order of its replicates.
func TestThePagesOfASampleDoNotDependOnItsOrder(t *testing.T) {
	h := results.Header{Scenario: "one", Metrics: []results.Metric{{Name: "time", Unit: results.UnitNanoseconds, Better: -1}}}
	var first map[string]string
	for _, step := range []int{1, 7, 29} {
		var all []sourcetest.Observation
		for i := range 30 {
			v := float64((i + 1) * step % 31) // 1 to 30 in an order that depends on the step
			all = append(all, sourcetest.Observation{Replicate: i, Outcome: "ok", Values: []float64{v * v * 1e6}})
		}
		dir := t.TempDir()
		if _, err := Write(dir, sourcetest.New(t, h, all), Options{}); err != nil {
			t.Fatal(err)
		}
		files := content(t, dir)
		delete(files, "bench.txt")
		if first == nil {
			first = files
		} else if !maps.Equal(files, first) {
			t.Errorf("%v depend on the order", differing(files, first))
		}
	}
}

func TestSizesAreThoseOfTheFiles(t *testing.T) {
	files := content(t, func() string { dir := t.TempDir(); write(t, dir); return dir }())
	sizes, err := Sizes(sourcetest.Read(t, samples), Options{})
	if err != nil || len(sizes) != len(files) {
		t.Fatalf("%d sizes of %d files: %v", len(sizes), len(files), err)
	}
	for name, text := range files {
		if sizes[name] != int64(len(text)) {
			t.Errorf("%s has %d bytes, want %d", name, sizes[name], len(text))
		}
	}
}
