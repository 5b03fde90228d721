package gobench

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchunit"

	"tlslab/results"
	"tlslab/results/internal/golden"
	"tlslab/results/internal/sourcetest"
	"tlslab/results/summary"
)

const samples = "../testdata/samples.jsonl"

// summarized is the summary of a source.
func summarized(t *testing.T, src results.Source) *summary.Summary {
	t.Helper()
	s, err := summary.Summarize(src)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// export returns the bench.txt of a source.
func export(t *testing.T, src results.Source) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, src, summarized(t, src)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	golden.Check(t, "testdata/bench.txt", export(t, sourcetest.Read(t, samples)))
}

// x/perf's reader reads each value of the samples, in base units and to the last digit.
func TestTheReaderFindsEveryObservation(t *testing.T) {
	src := sourcetest.Read(t, samples)
	r := benchfmt.NewReader(bytes.NewReader(export(t, src)), "bench.txt")
	next := func() *benchfmt.Result {
		for r.Scan() {
			switch record := r.Result().(type) {
			case *benchfmt.Result:
				return record
			case *benchfmt.SyntaxError:
				t.Fatal(record)
			}
		}
		return nil
	}
	check := func(o sourcetest.Observation) {
		line := next()
		want := "FullVsResumed/tls.kind=" + o.Cell[0] + "/rtt=" + o.Cell[1]
		if line == nil || line.Name.String() != want ||
			line.GetConfig("scenario") != "full-vs-resumed" {
			t.Fatalf("observation %d of %v is %v", o.Replicate, o.Cell, line)
		}
		reached := 0
		for i, unit := range []struct {
			name    string
			divisor float64
		}{{"handshake-sim-sec", 1e9}, {"bytes-up-B", 1}, {"goodput-B/s", 1}, {"cause.network-sim-sec", 1e9}, {"cause.rto-sim-sec", 1e9}} {
			got, there := line.Value(unit.name)
			if there == math.IsNaN(o.Values[i]) || there && got != o.Values[i]/unit.divisor {
				t.Errorf("observation %d of %v: %s is %v, want %v",
					o.Replicate, o.Cell, unit.name, got, o.Values[i]/unit.divisor)
			}
			if there {
				reached++
			}
		}
		if reached != len(line.Values) {
			t.Errorf("%d values, want %d", len(line.Values), reached)
		}
	}
	for _, i := range order(src) {
		for _, o := range src.Rows(i) {
			check(o)
		}
	}
	if line := next(); line != nil {
		t.Errorf("one line too many: %v", line)
	}
	units := r.Units()
	for unit, want := range map[string]int{"handshake-sim-sec": -1, "bytes-up-B": -1,
		"goodput-B/s": 1, "cause.network-sim-sec": 0} {
		if got := units.GetBetter(unit); got != want {
			t.Errorf("better of %s is %d, want %d", unit, got, want)
		}
	}
	if m := units.Get("bytes-up-B", "assume"); m == nil || m.Value != "exact" {
		t.Errorf("bytes-up-B is assumed to be %v, want exact", m)
	}
}

func TestBenchstatKeepsTheUnits(t *testing.T) {
	tests := []struct {
		metric  results.Metric
		name    string
		divisor float64
		class   benchunit.Class
	}{
		{results.Metric{Name: "handshake", Unit: "ns"}, "handshake-sim-sec", 1e9,
			benchunit.Decimal},
		{results.Metric{Name: "bytes-up", Unit: "B"}, "bytes-up-B", 1, benchunit.Binary},
		{results.Metric{Name: "goodput", Unit: "B/s"}, "goodput-B/s", 1, benchunit.Binary},
		{results.Metric{Name: "round-trips", Unit: "1"}, "round-trips", 1, benchunit.Decimal},
		{results.Metric{Name: "utilisation", Unit: "%"}, "utilisation-%", 1, benchunit.Decimal},
		{results.Metric{Name: "peak memory", Unit: "MB"}, "peak_memory-B", 1e-6, benchunit.Binary},
	}
	for _, test := range tests {
		u := unitOf(test.metric)
		if u.name != test.name || u.divisor != test.divisor {
			t.Errorf("%s in %s is %+v, want %s by %v",
				test.metric.Name, test.metric.Unit, u, test.name, test.divisor)
		}
		if _, tidy := benchunit.Tidy(1, u.name); tidy != u.name {
			t.Errorf("%s is not tidy: %s", u.name, tidy)
		}
		if class := benchunit.ClassOf(u.name); class != test.class {
			t.Errorf("%s is scaled as %v, want %v", u.name, class, test.class)
		}
	}
}

// source has one factor, one metric and these values, a replicate each.
func source(t *testing.T, levels []string, exact bool, values map[string][]float64) *sourcetest.Source {
	t.Helper()
	h := results.Header{
		Scenario: "a 2nd/look", Factors: []results.Factor{{Name: "x/y=z", Levels: levels}},
		Metrics: []results.Metric{{Name: "bytes", Unit: "B", Exact: exact}},
	}
	var all []sourcetest.Observation
	for _, level := range levels {
		for i, v := range values[level] {
			all = append(all, sourcetest.Observation{Cell: []string{level}, Replicate: i,
				Outcome: "ok", Values: []float64{v}})
		}
	}
	return sourcetest.New(t, h, all)
}

func TestNamesSurviveTheFormat(t *testing.T) {
	levels := []string{"aes-128", "two words", "a/b", "a_b", "µ=1%", "x25519", "128", "x-"}
	values := map[string][]float64{}
	for i, level := range levels {
		values[level] = []float64{float64(i)}
	}
	r := benchfmt.NewReader(bytes.NewReader(export(t, source(t, levels, false, values))), "bench.txt")
	want := []string{"aes_128", "two_words", "a_b", "a_b'", "µ=1%", "x25519", "128", "x-"}
	for i := range want {
		if !r.Scan() {
			t.Fatalf("%d lines", i)
		}
		line, ok := r.Result().(*benchfmt.Result)
		if !ok {
			t.Fatal(r.Result())
		}
		base, parts := line.Name.Parts()
		if string(base) != "A2ndLook" || len(parts) != 1 || string(parts[0]) != "/x_y_z="+want[i] {
			t.Errorf("level %q is in %s as %q", levels[i], line.Name, parts)
		}
		if v, _ := line.Value("bytes-B"); v != float64(i) {
			t.Errorf("level %q has the value %v, want %d", levels[i], v, i)
		}
	}
}

func TestScenariosWithoutNamesOrFactors(t *testing.T) {
	if got := camel("--"); got != "Scenario" {
		t.Errorf("a scenario without a name is %q", got)
	}
	n := newNames(&results.Header{Scenario: "tls-1-3"})
	if got := string(n.of(nil)); got != "Tls13" {
		t.Errorf("a scenario without factors is %q", got)
	}
}

// A unit that varies has no assume=exact, because benchstat would warn.
func TestAssumeExactIsForUnitsThatDoNotVary(t *testing.T) {
	assumed := func(exact bool, values ...float64) bool {
		return strings.Contains(string(export(t, source(t, []string{"a", "b"}, exact, map[string][]float64{"a": values, "b": {9, 9}}))), "assume=exact")
	}
	if !assumed(true, 5, 5) || assumed(true, 5, 6) || assumed(false, 5, 5) {
		t.Errorf("equal %v, unequal %v, equal but not exact in the header %v; want true, false, false",
			assumed(true, 5, 5), assumed(true, 5, 6), assumed(false, 5, 5))
	}
}

func TestAReplicateThatReachedNothingHasNoLine(t *testing.T) {
	out := string(export(t, source(t, []string{"a"}, false,
		map[string][]float64{"a": {5, math.NaN(), 6}})))
	if n := strings.Count(out, "Benchmark"); n != 2 {
		t.Errorf("%d lines of two replicates that reached something:\n%s", n, out)
	}
}

func TestAFileHasABoundedNumberOfLines(t *testing.T) {
	for cells, want := range map[int]int{0: 1000, 1: 1000, 200: 1000, 400: 500, 10_000: 20, 1_000_000: 10} {
		if got := LinesPerCell(cells); got != want {
			t.Errorf("%d cells have %d lines each, want %d", cells, got, want)
		}
	}
}

// A cell is read in portions, so that a file of all replicates needs little memory.
func TestALongCellIsWrittenWhole(t *testing.T) {
	values := make([]float64, 2*portion+3)
	for i := range values {
		values[i] = float64(i)
	}
	out := string(export(t, source(t, []string{"a"}, false, map[string][]float64{"a": values})))
	i := 0
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "Benchmark") {
			continue
		}
		if want := fmt.Sprintf(" 1 %v bytes-B\n", float64(i)); !strings.HasSuffix(line, want) {
			t.Fatalf("replicate %d has the line %q, want …%q", i, line, want)
		}
		i++
	}
	if i != len(values) {
		t.Errorf("%d lines of %d", i, len(values))
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestAFullDiskIsAnError(t *testing.T) {
	src := sourcetest.Read(t, samples)
	if err := Write(fullDisk{}, src, summarized(t, src)); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v", err)
	}
}

// Numbers are written as x/perf's own writer writes them.
func TestNumbersAreWrittenAsXPerfWritesThem(t *testing.T) {
	for _, v := range []float64{0, 1, 517, 0.063512345, 1e-4, 0.00009, 1e-9, 123456789.125, 1e20,
		1e21, 3e300, -2.5} {
		if got, want := string(appendNumber(nil, v)), fmt.Sprintf("%v", v); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAFileOfTheFirstReplicatesSaysSo(t *testing.T) {
	src := source(t, []string{"a", "b"}, false, map[string][]float64{"a": {1, 2, 3}, "b": {4}})
	firsts := results.NewFirstReplicates(src, 2)
	s := summarized(t, firsts)
	var b bytes.Buffer
	if err := Write(&b, firsts.Kept(), s); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	if n := strings.Count(out, "\nBenchmark"); n != 3 ||
		!strings.HasPrefix(out, "# at most the first ") ||
		!strings.Contains(out, "3 of 4 in all\n") {
		t.Errorf("%d lines:\n%s", n, out)
	}
	if strings.Contains(string(export(t, src)), "#") {
		t.Error("a file of all replicates has a comment")
	}
}
