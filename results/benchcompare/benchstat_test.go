package benchcompare

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/results/compare"
)

// perf is the folder of golang.org/x/perf, whose benchstat and test data are the oracle.
func perf(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/perf").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// benchstat builds the benchstat of golang.org/x/perf, and returns a function that runs it in a
// folder.
func benchstat(t *testing.T) func(dir string, args ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "benchstat")
	if out, err := exec.Command("go", "build", "-o", program, "golang.org/x/perf/cmd/benchstat").CombinedOutput(); err != nil {
		t.Fatalf("go build benchstat: %v\n%s", err, out)
	}
	return func(dir string, args ...string) string {
		cmd := exec.Command(program, append([]string{"-format", "csv"}, args...)...)
		cmd.Dir = dir
		var stdout bytes.Buffer
		cmd.Stdout = &stdout
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		return stdout.String()
	}
}

// asBenchstat writes a document as benchstat -format csv does.
func asBenchstat(d *compare.Document) string {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	known := map[string]string{}
	for i := range d.Tables {
		t := &d.Tables[i]
		if i > 0 {
			out.Write([]string{""})
		}
		for _, c := range t.Config {
			if old, there := known[c.Name]; !there || old != c.Value {
				out.Write([]string{c.Name + ": " + c.Value})
			}
			known[c.Name] = c.Value
		}
		start := func(column int) int {
			if column == 0 {
				return 1
			}
			return 3 + (column-1)*4
		}
		var row []string
		to := func(n int) {
			for len(row) < n {
				row = append(row, "")
			}
		}
		emit := func() { out.Write(row); row = nil }
		for j, name := range t.Columns {
			to(start(j))
			row = append(row, name)
		}
		to(start(len(t.Columns)))
		emit()
		for j := range t.Columns {
			to(start(j))
			row = append(row, t.Metric, "CI")
			if j > 0 {
				row = append(row, "vs base", "P")
			}
		}
		emit()
		for _, r := range t.Rows {
			row = append(row, r.Name)
			for j, side := range r.Sides {
				if side == nil {
					continue
				}
				to(start(j))
				row = append(row, fmt.Sprint(side.Value.Value), side.Benchstat.Spread)
				if side.Change != nil {
					row = append(row, side.Benchstat.Delta, side.Benchstat.Test)
				}
			}
			emit()
		}
		row = append(row, "geomean")
		for j, g := range t.Geomean {
			to(start(j))
			if !math.IsNaN(g.Value) {
				row = append(row, fmt.Sprint(g.Value))
			}
			if j > 0 {
				to(start(j) + 2)
				if math.IsNaN(g.Ratio) {
					row = append(row, "?")
				} else {
					row = append(row, fmt.Sprintf("%+.2f%%", (g.Ratio-1)*100))
				}
			}
		}
		to(start(len(t.Columns)))
		emit()
	}
	out.Flush()
	return b.String()
}

func TestNumbersAndVerdictsAreBenchstats(t *testing.T) {
	oracle := benchstat(t)
	theirs := filepath.Join(perf(t), "cmd", "benchstat", "testdata")
	bent := filepath.Join(perf(t), "benchfmt", "testdata", "bent")
	ours, err := filepath.Abs(filepath.Join("..", "gobench", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		dir     string
		options Options
		files   []string
	}{
		{theirs, Options{}, []string{"old.txt", "new.txt"}},
		{theirs, Options{}, []string{"old.txt", "new.txt", "old.txt"}},
		{theirs, Options{Row: ".name"}, []string{"new.txt"}},
		{theirs, Options{Col: "/format"}, []string{"new.txt"}},
		{theirs, Options{Filter: "/format:json"}, []string{"before=old.txt", "after=new.txt"}},
		{theirs, Options{}, []string{"crc-old.txt", "crc-new.txt"}},
		{theirs, Options{Ignore: "note"}, []string{"crc-old.txt", "crc-new.txt"}},
		{theirs, Options{Filter: "/align:0", Row: "/size", Col: "/poly"}, []string{"crc-new.txt"}},
		{theirs, Options{Table: "goos", Row: "/size", Col: "/poly", Ignore: "/align"}, []string{"crc-new.txt"}},
		{theirs, Options{Col: "note"}, []string{"units.txt"}},
		{theirs, Options{Col: "note"}, []string{"zero.txt"}},
		{theirs, Options{Col: "note"}, []string{"smallSample.txt"}},
		{theirs, Options{Col: "note"}, []string{"issue19565.txt"}},
		{theirs, Options{Col: "note"}, []string{"issue19634.txt"}},
		{bent, Options{}, []string{"20200101T213604.Base.stdout", "20200101T213604.Tip.stdout"}},
		{bent, Options{}, []string{"20200101T024818.BaseNl.benchsize", "20200101T024818.TipNl.benchsize"}},
		{bent, Options{Filter: ".unit:(sec/op OR B/op)", Ignore: "pkg"}, []string{"20200101T213604.Base.stdout", "20200101T213604.Tip.stdout"}},
		{ours, Options{}, []string{"bench.txt"}},
		{ours, Options{Col: "/tls.kind"}, []string{"bench.txt"}},
		{ours, Options{Filter: ".unit:(handshake-sim-sec OR bytes-up-B)", Row: ".name", Col: "/tls.kind"}, []string{"bench.txt"}},
	} {
		args := slices.Clone(tt.files)
		var flags []string
		for _, f := range [][2]string{{"-filter", tt.options.Filter}, {"-table", tt.options.Table}, {"-row", tt.options.Row}, {"-col", tt.options.Col}, {"-ignore", tt.options.Ignore}} {
			if f[1] != "" {
				flags = append(flags, f[0], f[1])
			}
		}
		inputs := ParseInputs(args)
		for i := range inputs {
			inputs[i].Path = filepath.Join(tt.dir, inputs[i].Path)
		}
		name := strings.Join(append(flags, tt.files...), " ")
		c, err := Compare(inputs, nil, tt.options)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := oracle(tt.dir, append(flags, args...)...)
		if got := asBenchstat(c.Document()); got != want {
			t.Errorf("%s:\n%s\nbenchstat:\n%s", name, got, want)
		}
	}
}
