package compare

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/gate"
	"tlslab/results/internal/sourcetest"
)

// experiment describes a run for tests: rtt × kind, a time and a count of bytes.
type experiment struct {
	scenario   string
	seeds      *results.SeedStream
	replicates int
	kinds      []string
	metrics    []results.Metric
	swap       bool // the factors are in the other order
	// of returns the values of a replicate, and its outcome ("": ok).
	of func(rtt, kind string, replicate int) (values []float64, outcome string)
}

var bothMetrics = []results.Metric{
	{Name: "handshake", Unit: results.UnitNanoseconds, Better: -1},
	{Name: "bytes-up", Unit: results.UnitBytes, Better: -1, Exact: true},
}

// base returns the time of a replicate in nanoseconds and its bytes: nearly all are alike, 2 of 100
// lose a packet.
func base(rtt, kind string, replicate int) ([]float64, string) {
	r := rand.New(rand.NewPCG(uint64(replicate), 7))
	v := map[string]float64{"2ms": 4e6, "20ms": 40e6}[rtt] + math.Trunc(1e5*r.Float64())
	if r.Float64() < 0.02 {
		v += 200e6
	}
	return []float64{v, 517}, ""
}

func (e experiment) source(t *testing.T) results.Source {
	t.Helper()
	if e.of == nil {
		e.of = base
	}
	if e.kinds == nil {
		e.kinds = []string{"full", "resumed"}
	}
	if e.metrics == nil {
		e.metrics = bothMetrics
	}
	if e.scenario == "" {
		e.scenario = "handshakes"
	}
	h := results.Header{Scenario: e.scenario, Seeds: e.seeds, Replicates: e.replicates, Metrics: e.metrics,
		Factors: []results.Factor{{Name: "rtt", Levels: []string{"2ms", "20ms"}}, {Name: "kind", Levels: e.kinds}}}
	if e.swap {
		h.Factors[0], h.Factors[1] = h.Factors[1], h.Factors[0]
	}
	var all []sourcetest.Observation
	for _, rtt := range []string{"2ms", "20ms"} {
		for _, kind := range e.kinds {
			cell := []string{rtt, kind}
			if e.swap {
				cell = []string{kind, rtt}
			}
			for i := range e.replicates {
				values, outcome := e.of(rtt, kind, i)
				if outcome == "" {
					outcome = results.OutcomeOK
				}
				all = append(all, sourcetest.Observation{Cell: cell, Replicate: i, Outcome: outcome, Values: values[:len(e.metrics)]})
			}
		}
	}
	return sourcetest.New(t, h, all)
}

var seeds = &results.SeedStream{1}

func usual() experiment { return experiment{seeds: seeds, replicates: 400} }

// compareRuns compares two runs by expressions.
func compareRuns(t *testing.T, old, new experiment, o RunOptions, expressions ...string) (*Document, error) {
	t.Helper()
	for _, text := range expressions {
		e, err := gate.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		o.Expressions = append(o.Expressions, e)
	}
	return Runs([]Run{{"old", old.source(t)}, {"new", new.source(t)}}, o)
}

func mustCompare(t *testing.T, old, new experiment, expressions ...string) *Document {
	t.Helper()
	d, err := compareRuns(t, old, new, RunOptions{}, expressions...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// changedBy returns a run in which the values of some replicates are changed.
func changedBy(change func(rtt, kind string, replicate int, values []float64)) experiment {
	e := usual()
	e.of = func(rtt, kind string, replicate int) ([]float64, string) {
		values, outcome := base(rtt, kind, replicate)
		change(rtt, kind, replicate, values)
		return values, outcome
	}
	return e
}

func text(t *testing.T, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestARunEqualsItself(t *testing.T) {
	d := mustCompare(t, usual(), usual(), "changed(*)", "p99.9(handshake)>+0%", "mean(handshake)>+0ns", "failed()>+0%", "failed(handshake)>+0%")
	if !d.Gate.Met() {
		t.Errorf("%s", text(t, d))
	}
	for l := range d.lines() {
		if l.change().Verdict != effect.Same {
			t.Errorf("%s of %s, %s: %s", l.table.Statistic, l.table.Metric, l.row.Name, l.change().Verdict)
		}
	}
	if len(d.Facts) != 1 || !strings.Contains(d.Facts[0], "All 3200 values are the same.") {
		t.Errorf("%q", d.Facts)
	}
}

func TestARegressionInOneCellIsFound(t *testing.T) {
	slower := changedBy(func(rtt, kind string, _ int, v []float64) {
		if rtt == "20ms" && kind == "full" {
			v[0] *= 1.1
		}
	})
	for expression, fails := range map[string]bool{
		"p50(handshake)>+5%": true, "p50(handshake)>+15%": false, "p90(handshake)>+5%": true, "p90(handshake)>+15%": false,
		"p50(handshake)>+2ms": true, "p50(handshake)>+5ms": false, "mean(handshake)>+5%": true, "p50(handshake)<-0%": false,
		"changed(handshake)": true, "changed(bytes-up)": false, "changed(*)": true,
	} {
		d := mustCompare(t, usual(), slower, expression)
		if d.Gate.Met() == fails {
			t.Errorf("%s:\n%s", expression, text(t, d))
		}
		for _, c := range d.Gate.Checks {
			if bad := c.Outcome != gate.Passed; bad && c.Row != "rtt=20ms kind=full" || c.Outcome == gate.NotEnoughData {
				t.Errorf("%s, %s: %s: %s", expression, c.Row, c.Outcome, c.Reason)
			}
		}
	}
}

// The median is the same, but more replicates lose a packet.
func TestARegressionOfTheTailIsFound(t *testing.T) {
	worse := changedBy(func(_, _ string, replicate int, v []float64) {
		if replicate%10 == 0 {
			v[0] += 500e6
		}
	})
	d := mustCompare(t, usual(), worse, "p95(handshake)>+3%", "p50(handshake)>+3%")
	for _, c := range d.Gate.Checks {
		if want := map[float64]gate.Outcome{0.95: gate.Exceeded, 0.5: gate.Passed}[c.Expression.Q]; c.Outcome != want {
			t.Errorf("%s: %s: %s", c.Expression.Text, c.Outcome, c.Reason)
		}
	}
}

// One more byte in an exact metric is no noise.
func TestOneByteIsAFinding(t *testing.T) {
	byteMore := changedBy(func(_, _ string, _ int, v []float64) { v[1]++ })
	for expression, fails := range map[string]bool{"p50(bytes-up)>+0%": true, "mean(bytes-up)>+0B": true, "p99.9(bytes-up)>+0B": true, "changed(bytes-*)": true, "p50(bytes-up)>+1B": false} {
		if d := mustCompare(t, usual(), byteMore, expression); d.Gate.Met() == fails {
			t.Errorf("%s:\n%s", expression, text(t, d))
		}
		if d := mustCompare(t, byteMore, usual(), expression); d.Gate.Met() == (expression == "changed(bytes-*)") {
			t.Errorf("a byte less: %s:\n%s", expression, text(t, d))
		}
	}
}

func TestMoreFailuresAreAFinding(t *testing.T) {
	failing := usual()
	failing.of = func(rtt, kind string, replicate int) ([]float64, string) {
		values, _ := base(rtt, kind, replicate)
		if replicate%10 == 3 {
			return []float64{math.NaN(), values[1]}, "timeout"
		}
		return values, ""
	}
	for expression, fails := range map[string]bool{
		"failed()>+1%": true, "failed(handshake)>+1%": true, "failed(handshake)>+20%": false, "failed(bytes-up)>+1%": false, "p50(handshake)>+5%": false,
	} {
		if d := mustCompare(t, usual(), failing, expression); d.Gate.Met() == fails {
			t.Errorf("%s:\n%s", expression, text(t, d))
		}
		if d := mustCompare(t, failing, failing, expression); !d.Gate.Met() {
			t.Errorf("against itself: %s:\n%s", expression, text(t, d))
		}
	}
	d := mustCompare(t, usual(), failing)
	for l := range d.lines() {
		if l.table.Metric == "failed" && (l.change().Verdict != effect.Different || !l.change().Paired || l.changeText() == "") {
			t.Errorf("%s: %+v", l.row.Name, l.change())
		}
	}
	if !strings.Contains(text(t, d), "| failed | share |") {
		t.Errorf("no row for the failures:\n%s", text(t, d))
	}
}

// All cells are 0.1 % slower, and one is 5 % slower: in the median, the p95 and the mean. Its p99
// has no bounds.
func TestTheHeadlineSaysHowManyChangesAreLarge(t *testing.T) {
	d := mustCompare(t, usual(), changedBy(func(rtt, kind string, _ int, v []float64) {
		v[0] *= 1.001
		if rtt == "20ms" && kind == "full" {
			v[0] *= 1.05
		}
	}))
	if want := "changed significantly, 3 of them by more than 1 %: "; !strings.Contains(d.headline(), want) {
		t.Errorf("no %q in %q", want, d.headline())
	}
}

// As many replicates fail on both sides, and as many miss the metric, but not the same ones.
func TestFailuresArePairedByReplicate(t *testing.T) {
	failing := func(at int) experiment {
		e := usual()
		e.of = func(rtt, kind string, replicate int) ([]float64, string) {
			values, outcome := base(rtt, kind, replicate)
			if replicate%10 == 7 {
				values[0] = math.NaN()
			}
			if replicate%10 == at {
				outcome = "timeout"
			}
			return values, outcome
		}
		return e
	}
	other := failing(5)
	other.replicates = 500
	for _, test := range []struct {
		new      experiment
		n        int
		diff     float64
		verdict  effect.Verdict
		interval bool
	}{{failing(3), 400, 0, effect.Same, false}, {failing(5), 400, 0, effect.Undecided, true}, {other, 400, 0, effect.Undecided, true}} {
		rows := 0
		for l := range mustCompare(t, failing(3), test.new).lines() {
			if l.table.Metric != "failed" {
				continue
			}
			rows++
			c := l.change()
			if l.new().N != test.n || !c.Paired || c.Diff.Value != test.diff || c.Verdict != test.verdict || (c.Diff.Lo < c.Diff.Hi) != test.interval {
				t.Errorf("%d pairs, %+v", l.new().N, c)
			}
		}
		if rows != 4 {
			t.Errorf("%d rows", rows)
		}
	}
}

func TestWithoutCommonSeedsRunsAreIndependent(t *testing.T) {
	other := usual()
	other.seeds = &results.SeedStream{2}
	other.of = func(rtt, kind string, replicate int) ([]float64, string) { return base(rtt, kind, replicate+100_000) }
	d := mustCompare(t, usual(), other, "p50(handshake)>+3%", "p90(handshake)>+6000%", "changed(bytes-up)", "failed()>+2%")
	if !d.Gate.Met() {
		t.Errorf("%s", text(t, d))
	}
	for l := range d.lines() {
		if l.change().Paired {
			t.Errorf("%s is paired", l.row.Name)
		}
	}
	if !strings.Contains(d.Facts[0], "independent") {
		t.Errorf("%q", d.Facts)
	}
}

func TestTooFewReplicatesDoNotPass(t *testing.T) {
	few := usual()
	few.replicates = 20
	other := changedBy(func(_, _ string, replicate int, v []float64) { v[0] *= 1 + 0.001*float64(replicate%3) })
	other.replicates = 20
	d := mustCompare(t, few, other, "p95(handshake)>+50%")
	for _, c := range d.Gate.Checks {
		if c.Outcome != gate.NotEnoughData || !strings.Contains(c.Reason, "both bounds of the interval of p95 need at least") {
			t.Errorf("%s: %s: %s", c.Row, c.Outcome, c.Reason)
		}
	}
}

func TestReplicatesThatBothRunsHaveAreCompared(t *testing.T) {
	more := usual()
	more.replicates = 500
	d := mustCompare(t, usual(), more, "changed(*)")
	if !d.Gate.Met() || !strings.Contains(d.Facts[0], "only those that both have") {
		t.Errorf("%q\n%s", d.Facts, text(t, d))
	}
}

func TestTheOrderOfFactorsDoesNotMatter(t *testing.T) {
	swapped := usual()
	swapped.swap = true
	if d := mustCompare(t, usual(), swapped, "changed(*)"); !d.Gate.Met() || len(d.Missing) > 0 {
		t.Errorf("%s", text(t, d))
	}
}

func TestWhatARunLacksFails(t *testing.T) {
	lessCells, lessMetrics := usual(), usual()
	lessCells.kinds = []string{"full"}
	lessMetrics.metrics = bothMetrics[:1]
	for _, tt := range []struct {
		name       string
		old, new   experiment
		expression string
		missing    []Missing
		checks     int
	}{
		{"cells of the new", usual(), lessCells, "p50(handshake)>+3%", []Missing{{"rtt=2ms kind=resumed", everyMetric, "new"}, {"rtt=20ms kind=resumed", everyMetric, "new"}}, 2},
		{"cells of the old", lessCells, usual(), "p50(handshake)>+3%", []Missing{{"rtt=2ms kind=resumed", everyMetric, "old"}, {"rtt=20ms kind=resumed", everyMetric, "old"}}, 2},
		{"a metric of the new", usual(), lessMetrics, "changed(bytes-up)", []Missing{{everyCell, "bytes-up", "new"}}, 1},
		{"a metric of the old", lessMetrics, usual(), "changed(bytes-up)", []Missing{{everyCell, "bytes-up", "old"}}, 1},
		{"a metric that the gate is not about", usual(), lessMetrics, "p50(handshake)>+3%", []Missing{{everyCell, "bytes-up", "new"}}, 0},
	} {
		d := mustCompare(t, tt.old, tt.new, tt.expression)
		if fmt.Sprint(d.Missing) != fmt.Sprint(tt.missing) {
			t.Errorf("%s: missing %v, want %v", tt.name, d.Missing, tt.missing)
		}
		n := 0
		for _, c := range d.Gate.Checks {
			if c.Outcome == gate.Missing {
				n++
			}
		}
		if n != tt.checks {
			t.Errorf("%s: %d checks are missing, want %d", tt.name, n, tt.checks)
		}
	}
	never := usual()
	never.of = func(string, string, int) ([]float64, string) { return []float64{math.NaN(), 517}, "timeout" }
	for _, c := range mustCompare(t, usual(), never, "p50(handshake)>+3%").Gate.Checks {
		if c.Outcome != gate.Missing || c.Reason != "no replicate of new reached handshake" {
			t.Errorf("%s: %s", c.Outcome, c.Reason)
		}
	}
}

func TestRunsOfDifferentQuestionsAreRefused(t *testing.T) {
	other := usual()
	other.scenario = "other"
	_, err := compareRuns(t, usual(), other, RunOptions{})
	var question *QuestionError
	if !errors.As(err, &question) || !strings.Contains(err.Error(), "old is a run of scenario handshakes, new one of other") {
		t.Errorf("%v", err)
	}
	if _, err := compareRuns(t, usual(), other, RunOptions{Anyway: true}, "changed(*)"); err != nil {
		t.Errorf("anyway: %v", err)
	}
	units := usual()
	units.metrics = []results.Metric{{Name: "handshake", Unit: "s"}, bothMetrics[1]}
	if _, err := compareRuns(t, usual(), units, RunOptions{}); err == nil || !strings.Contains(err.Error(), "handshake in ns, new in s") {
		t.Errorf("other units: %v", err)
	}
}

func TestAFilterSelectsCellsAndMetrics(t *testing.T) {
	for filter, want := range map[string]int{"": 8, "/rtt:20ms": 4, ".unit:handshake": 4, "/rtt:20ms /kind:full .unit:handshake": 1, ".name:handshakes": 8} {
		d, err := compareRuns(t, usual(), usual(), RunOptions{Filter: filter})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(slices.Collect(d.lines())) / int(effect.NumStatistics); got != want {
			t.Errorf("%q selects %d, want %d", filter, got, want)
		}
	}
	for _, filter := range []string{"((", "/rtt:7ms", ".unit:nothing"} {
		_, err := compareRuns(t, usual(), usual(), RunOptions{Filter: filter})
		var mistake *FilterError
		if !errors.As(err, &mistake) {
			t.Errorf("%q: %v", filter, err)
		}
	}
}

func TestExpressionsThatDoNotFit(t *testing.T) {
	for expression, want := range map[string]string{
		"p50(handshak)>+3%":   "no metric is called handshak, only handshake, bytes-up",
		"p50(handshake)>+3kB": "the amount is not in a unit of handshake, which is in ns",
	} {
		_, err := compareRuns(t, usual(), usual(), RunOptions{}, expression)
		var mistake *ExpressionError
		if !errors.As(err, &mistake) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", expression, err)
		}
	}
}

// Newcombe 1998: 56 of 70 against 48 of 80 differ by 0.2, with an interval from 0.0524 to 0.3339.
func TestTheDifferenceOfSharesHasNewcombesInterval(t *testing.T) {
	s := share{oldK: 48, oldN: 80, newK: 56, newN: 70}
	got := s.change()
	if math.Abs(got.Value-0.2) > 1e-9 || math.Abs(got.Lo-0.0524) > 5e-5 || math.Abs(got.Hi-0.3339) > 5e-5 {
		t.Errorf("%+v", got)
	}
	// Pairs that agree more often than by chance make the interval narrower.
	paired := share{oldK: 48, oldN: 80, newK: 56, newN: 80, paired: true, onlyNew: 10, onlyOld: 2}
	independent := share{oldK: 48, oldN: 80, newK: 56, newN: 80}
	a, b := paired.change(), independent.change()
	if a.Value != b.Value || a.Hi-a.Lo >= b.Hi-b.Lo || !(a.Lo < a.Value && a.Value < a.Hi) {
		t.Errorf("paired %+v, independent %+v", a, b)
	}
}

func TestThreeRunsAreComparedWithTheFirst(t *testing.T) {
	slower := changedBy(func(_, _ string, _ int, v []float64) { v[0] *= 1.5 })
	e, _ := gate.Parse("p50(handshake)>+3%")
	d, err := Runs([]Run{{"old", usual().source(t)}, {"same", usual().source(t)}, {"slow", slower.source(t)}}, RunOptions{Expressions: []*gate.Expression{e}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range d.Gate.Checks {
		if (c.Outcome == gate.Exceeded) != (c.Column == "slow") {
			t.Errorf("%s: %s", c.Column, c.Outcome)
		}
	}
}

// In a deterministic simulation any value that differs is a finding, whether it is significant or
// not.
func TestTheValuesThatDifferAreCounted(t *testing.T) {
	once := changedBy(func(rtt, kind string, replicate int, v []float64) {
		if rtt == "2ms" && replicate == 9 {
			v[0]++
		}
	})
	d := mustCompare(t, usual(), once)
	if want := []Differing{{"handshake", "new", 2, 4, 2, 1600}}; fmt.Sprint(d.Differing) != fmt.Sprint(want) {
		t.Errorf("%+v, want %+v", d.Differing, want)
	}
	if !strings.Contains(text(t, d), "| handshake | 2 of 4 | 2 of 1600 |") {
		t.Errorf("%s", text(t, d))
	}
}

// A comment on GitHub has at most 65,536 characters.
func TestAMarkdownCommentIsShort(t *testing.T) {
	many := experiment{seeds: seeds, replicates: 2, kinds: nil}
	for i := range 400 {
		many.kinds = append(many.kinds, fmt.Sprintf("a-level-with-a-rather-long-name-that-fills-a-line-number-%d-of-them", i))
	}
	few := many
	few.kinds = many.kinds[:1]
	for _, new := range []experiment{many, few} {
		if n := len(text(t, mustCompare(t, many, new, "changed(*)"))); n > 65_536 {
			t.Errorf("%d bytes", n)
		}
	}
}

// A name cannot change the page that shows it.
func TestNamesAreQuoted(t *testing.T) {
	odd := usual()
	odd.kinds = []string{"<b>|`x`", "@everyone"}
	slower := odd
	slower.of = func(rtt, _ string, replicate int) ([]float64, string) {
		values, _ := base(rtt, "", replicate)
		return []float64{2 * values[0], values[1]}, ""
	}
	d := mustCompare(t, odd, slower)
	var page bytes.Buffer
	if err := d.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "<b>") {
		t.Error("the page has the tag of a name")
	}
	if md := text(t, d); strings.Contains(md, "<b>") || strings.Contains(md, "@everyone") || strings.Contains(md, "|`x`") {
		t.Errorf("the comment has what a name says:\n%s", md)
	}
}
