package benchcompare

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/results/effect"
	"tlslab/results/gate"
)

// write writes files into a new folder and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// lines are results of a benchmark, in ns/op.
func lines(name string, values ...float64) string {
	var b strings.Builder
	for _, v := range values {
		fmt.Fprintf(&b, "Benchmark%s-2 1 %g ns/op\n", name, v)
	}
	return b.String()
}

// around are n values near v.
func around(v float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = v * (1 + 0.001*float64(i%7-3))
	}
	return all
}

func compareTexts(t *testing.T, old, new string, o Options) *Comparison {
	t.Helper()
	dir := write(t, map[string]string{"old": old, "new": new})
	c, err := Compare([]Input{{filepath.Join(dir, "old"), "old"}, {filepath.Join(dir, "new"), "new"}}, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// outcomes judges a comparison by one expression.
func outcomes(t *testing.T, c *Comparison, expression string) []gate.Check {
	t.Helper()
	e, err := gate.Parse(expression)
	if err != nil {
		t.Fatal(err)
	}
	checks, err := c.Checks([]*gate.Expression{e})
	if err != nil {
		t.Fatal(err)
	}
	gate.Judge(checks)
	return checks
}

func TestAGateOnBenchmarks(t *testing.T) {
	same := lines("Seal", around(100, 10)...)
	exact := "Unit ops assume=exact\nBenchmarkA 1 "
	for _, tt := range []struct {
		name, old, new, expression string
		want                       gate.Outcome
	}{
		{"three times as slow", same, lines("Seal", around(300, 10)...), "median(sec/op)>+5%", gate.Exceeded},
		{"by the unit that go test prints", same, lines("Seal", around(300, 10)...), "median(ns/op)>+5%", gate.Exceeded},
		{"the mean", same, lines("Seal", around(300, 10)...), "mean(sec/op)>+5%", gate.Exceeded},
		{"in nanoseconds", same, lines("Seal", around(300, 10)...), "p50(sec/op)>+150ns", gate.Exceeded},
		{"in nanoseconds, less", same, lines("Seal", around(300, 10)...), "p50(sec/op)>+250ns", gate.Passed},
		{"p90 of 40", lines("Seal", around(100, 40)...), lines("Seal", around(300, 40)...), "p80(sec/op)>+5%", gate.Exceeded},
		{"p99 of 10", same, lines("Seal", around(300, 10)...), "p99(sec/op)>+5%", gate.NotEnoughData},
		{"the same", same, same, "median(sec/op)>+5%", gate.Passed},
		{"the same mean", same, same, "mean(sec/op)>+5%", gate.Passed},
		{"faster", same, lines("Seal", around(30, 10)...), "median(sec/op)>+5%", gate.Passed},
		{"one value each", lines("Seal", 100), lines("Seal", 300), "median(sec/op)>+5%", gate.NotEnoughData},
		{"one value each, the mean", lines("Seal", 100), lines("Seal", 300), "mean(sec/op)>+5%", gate.NotEnoughData},
		{"two constant values each", lines("Seal", 100, 100), lines("Seal", 300, 300), "mean(sec/op)>+5%", gate.NotEnoughData},
		{"gone", same + lines("Open", 1), same, "changed(sec/op)", gate.Missing},
		{"new", same, same + lines("Open", 1), "changed(sec/op)", gate.Missing},
		{"exact and more", exact + "100 ops\n", exact + "101 ops\n", "mean(ops)>+0%", gate.Exceeded},
		{"exact and the same", exact + "100 ops\n", exact + "100 ops\n", "p99(ops)>+0%", gate.Passed},
		{"any change", exact + "100 ops\n", exact + "101 ops\n", "changed(ops)", gate.Exceeded},
		{"no change", exact + "100 ops\n", exact + "100 ops\n", "changed(ops)", gate.Passed},
		{"not a constant", lines("Seal", 1, 2), lines("Seal", 1, 2), "changed(sec/op)", gate.Exceeded},
	} {
		checks := outcomes(t, compareTexts(t, tt.old, tt.new, Options{}), tt.expression)
		found := gate.Passed
		for _, c := range checks {
			if c.Outcome == tt.want {
				found = c.Outcome
			} else if c.Outcome != gate.Passed && tt.want != gate.Missing {
				t.Errorf("%s: %s: %s", tt.name, c.Outcome, c.Reason)
			}
		}
		if found != tt.want {
			t.Errorf("%s: %+v, want %s", tt.name, checks, tt.want)
		}
	}
}

func TestMistakesInAGateOnBenchmarks(t *testing.T) {
	c := compareTexts(t, lines("Seal", 1), lines("Seal", 1), Options{})
	for expression, want := range map[string]string{
		"failed()>+1%":        "a benchmark file does not say how many runs failed",
		"p50(allocs/op)>+1%":  "no unit is called allocs/op, only sec/op",
		"p50(sec/op)>+1kB":    "the amount is not in a unit of sec/op",
		"p50(handshake)>+1ms": "no unit is called handshake, only sec/op",
	} {
		e, err := gate.Parse(expression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Checks([]*gate.Expression{e}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", expression, err, want)
		}
	}
	one, err := Compare([]Input{{"-", "-"}}, strings.NewReader(lines("Seal", 1)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	e, _ := gate.Parse("p50(sec/op)>+1%")
	if _, err := one.Checks([]*gate.Expression{e}); err == nil || !strings.Contains(err.Error(), "one side only") {
		t.Errorf("one file: %v", err)
	}
}

func TestFilesThatCannotBeCompared(t *testing.T) {
	dir := write(t, map[string]string{
		"good":     lines("Seal", 1, 2),
		"empty":    "",
		"prose":    "PASS\nok  \ttlslab\t1.2s\n",
		"broken":   lines("Seal", 1) + "BenchmarkOpen-2 10x 1 ns/op\n" + lines("Seal", 2),
		"unitless": lines("Seal", 1) + "BenchmarkOpen-2 10 17\n",
		"cut":      strings.TrimSuffix(lines("Seal", 1, 2), "\n"),
	})
	for name, want := range map[string]string{
		"none":     "none: no such file or directory",
		"empty":    "empty: no benchmark result",
		"prose":    "prose: no benchmark result",
		"broken":   "broken:2: not a line in Go's benchmark format",
		"unitless": "unitless:2: not a line in Go's benchmark format",
		"cut":      "cut: the last line has no end",
		".":        "is a directory",
	} {
		for _, order := range [][2]string{{"good", name}, {name, "good"}} {
			_, err := Compare([]Input{{filepath.Join(dir, order[0]), "a"}, {filepath.Join(dir, order[1]), "b"}}, nil, Options{})
			var option *OptionError
			if err == nil || !strings.Contains(err.Error(), want) || errors.As(err, &option) {
				t.Errorf("%v: %v, want %q", order, err, want)
			}
		}
	}
}

func TestAFailedTestIsAWarning(t *testing.T) {
	c := compareTexts(t, lines("Seal", 1), lines("Seal", 1)+"--- FAIL: BenchmarkOpen\nFAIL\n", Options{})
	if w := c.Document().Warnings; len(w) != 1 || !strings.Contains(w[0], "new:2: go test reports a failure") {
		t.Errorf("warnings %q", w)
	}
}

func TestOptionsThatSelectNothing(t *testing.T) {
	dir := write(t, map[string]string{"good": lines("Seal", 1, 2)})
	input := []Input{{filepath.Join(dir, "good"), "good"}}
	for _, o := range []Options{{Filter: ".name:Open"}, {Filter: "(("}, {Row: "a@"}, {Col: ".unit"}, {Table: ","}, {Ignore: "a@"}} {
		_, err := Compare(input, nil, o)
		var option *OptionError
		if !errors.As(err, &option) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// A benchmark that one side lacks is listed, and so is a unit.
func TestWhatOneSideLacksIsListed(t *testing.T) {
	c := compareTexts(t, lines("Seal", 1)+"BenchmarkGone 1 3 ns/op\n", lines("Seal", 1)+"BenchmarkSeal-2 1 7 B/op\n", Options{})
	d := c.Document()
	var got []string
	for _, m := range d.Missing {
		got = append(got, m.Column+" lacks "+m.Metric+" of "+m.Row)
	}
	if want := "new lacks sec/op of Gone|old lacks B/op of Seal-2"; strings.Join(got, "|") != want {
		t.Errorf("missing: %v, want %s", got, want)
	}
}

func TestWhatDiffersInTheConfigurationIsListed(t *testing.T) {
	c := compareTexts(t, "goos: linux\ncpu: A\n"+lines("Seal", 1), "goos: linux\ncpu: B\n"+lines("Seal", 1), Options{})
	d := c.Document()
	if len(d.Settings) != 1 || d.Settings[0].Name != "cpu" || strings.Join(d.Settings[0].Values, " ") != "A B" {
		t.Errorf("settings: %+v", d.Settings)
	}
	if len(d.Missing) != 2 {
		t.Errorf("another machine's results are another table's, as in benchstat: missing %+v", d.Missing)
	}
	c = compareTexts(t, "cpu: A\n"+lines("Seal", 1), "cpu: B\n"+lines("Seal", 1), Options{Ignore: "cpu"})
	if d := c.Document(); len(d.Missing) != 0 {
		t.Errorf("cpu is ignored, but missing are %+v", d.Missing)
	}
}

func TestVerdictsOfBenchmarks(t *testing.T) {
	for _, tt := range []struct {
		name     string
		old, new []float64
		want     effect.Verdict
	}{
		{"far apart", around(1, 10), around(2, 10), effect.Different},
		{"alike", around(1, 10), around(1, 10), effect.Undecided},
		{"constant", []float64{1, 1, 1}, []float64{1, 1, 1}, effect.Same},
		{"once", []float64{1}, []float64{1}, effect.Undecided},
	} {
		d := compareTexts(t, lines("A", tt.old...), lines("A", tt.new...), Options{}).Document()
		if got := d.Tables[0].Rows[0].Sides[1].Change.Verdict; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestLabelsOfInputs(t *testing.T) {
	got := ParseInputs([]string{"a.txt", "base=b.txt", "c.txt", "c.txt", "-", "x=-"})
	want := []Input{{"a.txt", "a.txt"}, {"b.txt", "base"}, {"c.txt", "c.txt#0"}, {"c.txt", "c.txt#1"}, {"-", "-"}, {"-", "x"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}
