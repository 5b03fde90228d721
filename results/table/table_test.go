package table

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/internal/golden"
	"tlslab/results/stat"
	"tlslab/results/table/tabletest"
)

func text(t *testing.T, table *Table, style Style) string {
	t.Helper()
	var b bytes.Buffer
	if err := table.WriteText(&b, style); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func handshakes() *tabletest.Experiment {
	return tabletest.Handshakes(400, []string{"100us", "25ms"}, []string{"0%", "20%"})
}

func TestTheHeadlineTable(t *testing.T) {
	for name, width := range map[string]int{"headline-80.txt": 80, "headline-140.txt": 140} {
		golden.Check(t, "testdata/"+name,
			[]byte(text(t, Headline(handshakes().Summary()), Style{Width: width})))
	}
	golden.Check(t, "testdata/headline-wide.txt",
		[]byte(text(t, Headline(handshakes().Summary()), Style{})))
	golden.Check(t, "testdata/overview.txt",
		[]byte(text(t, Overview(handshakes().Summary()), Style{Width: 100})))
}

func TestAPipeGetsPlainText(t *testing.T) {
	t.Setenv("TERM", "xterm")
	style := StyleOf(&bytes.Buffer{})
	if got := text(t, Headline(handshakes().Summary()), style); strings.Contains(got, "\x1b") {
		t.Errorf("escape sequences in a pipe: %q", got)
	}
}

func TestColoursSayNoMoreThanWords(t *testing.T) {
	table := Headline(handshakes().Summary())
	coloured, plain := text(t, table, Style{Colour: true, Width: 100}), text(t, table,
		Style{Width: 100})
	if coloured == plain {
		t.Error("no colours")
	}
	for _, escape := range append(tones(), bold, reset) {
		coloured = strings.ReplaceAll(coloured, escape, "")
	}
	if coloured != plain {
		t.Errorf("without its colours the text is\n%s\nnot\n%s", coloured, plain)
	}
}

func tones() []string {
	var all []string
	for _, e := range escapes {
		all = append(all, e)
	}
	return all
}

func TestTheTableFitsTheTerminal(t *testing.T) {
	table := Headline(handshakes().Summary())
	for _, width := range []int{70, 80, 100, 140, 200} {
		for _, line := range strings.Split(text(t, table, Style{Width: width}), "\n") {
			if n := utf8.RuneCountInString(line); n > width {
				t.Errorf("%d columns on a terminal of %d: %s", n, width, line)
			}
		}
	}
}

func TestFailuresAreNeverLeftOut(t *testing.T) {
	for _, width := range []int{40, 100} {
		if got := text(t, Headline(handshakes().Summary()), Style{Width: width}); !strings.Contains(got, "failed") {
			t.Errorf("no failures at %d columns:\n%s", width, got)
		}
	}
}

func TestTheMedianAndP95AreNeverLeftOut(t *testing.T) {
	for _, e := range []*tabletest.Experiment{handshakes(), tabletest.Product(40, 1e6)} {
		for _, width := range []int{20, 60, 80, 100, 140, 0} {
			got := text(t, Headline(e.Summary()), Style{Width: width})
			if !strings.Contains(got, "p50") || !strings.Contains(got, "p95") {
				t.Errorf("a quantile is missing at %d columns:\n%s", width, got)
			}
		}
	}
}

// What a table leaves out it names.
func TestATableSaysWhatItLeavesOut(t *testing.T) {
	for _, width := range []int{80, 100, 140, 200, 0} {
		got := text(t, Headline(handshakes().Summary()), Style{Width: width})
		body, note, said := strings.Cut(got, "Left out for want of room: ")
		note, _, _ = strings.Cut(note, ".")
		for _, name := range []string{"p99", "mean"} {
			if in := strings.Contains(body, name); in == (said && strings.Contains(note, name)) {
				t.Errorf("%d columns: %s is in the table %v; left out: %s", width, name, in, note)
			}
		}
	}
}

func TestTheLastKeyHasALineOfItsOwnIfItIsLong(t *testing.T) {
	e := tabletest.Product(400, 1e6,
		tabletest.Factor{Name: "path", Levels: []string{"near", "far"}, Effects: []float64{1, 1.5}},
		tabletest.Factor{Name: "suite", Levels: []string{"tls12-ecdhe-ecdsa-aes128-gcm-sha256", "tls13-aes128-gcm-sha256"},
			Effects: []float64{1, 2}},
	)
	e.Header.Compare.Factor, e.Header.Compare.Baseline = "suite", "tls13-aes128-gcm-sha256"
	golden.Check(t, "testdata/long-levels.txt", []byte(text(t, Headline(e.Summary()), Style{Width: 80})))
}

func TestTheHeadingOfAKeyHasALineForEachWord(t *testing.T) {
	e := tabletest.Product(400, 1e6, tabletest.Factor{Name: "kind", Levels: []string{"a", "b"}, Effects: []float64{1, 2}})
	e.Header.Factors[0].Label = "handshake kind"
	lines := strings.Split(text(t, Headline(e.Summary()), Style{Width: 80}), "\n")
	if lines[1] != "handshake" || !strings.HasPrefix(lines[2], "kind  ") ||
		!strings.HasPrefix(lines[3], "─────────  ") {
		t.Errorf("the headings are\n%s", strings.Join(lines[1:4], "\n"))
	}
}

// A short table of little width has a line for each statistic.
func TestAShortTableHasAllStatistics(t *testing.T) {
	e := tabletest.Handshakes(400, []string{"100us"}, []string{"0%"})
	got := text(t, Headline(e.Summary()), Style{Width: 80})
	for _, of := range []string{"p50", "p95", "p99", "mean"} {
		if n := strings.Count(got, "  "+of+" "); n != 4 {
			t.Errorf("%d lines of %s for 4 cells:\n%s", n, of, got)
		}
	}
}

func TestComparedLevelsStandTogetherBaselineFirst(t *testing.T) {
	e := tabletest.Product(20, 1e6,
		tabletest.Factor{Name: "kind", Levels: []string{"a", "b", "c"},
			Effects: []float64{1, 2, 3}},
		tabletest.Factor{Name: "path", Levels: []string{"x", "y"}})
	e.Header.Compare.Baseline = "b"
	table := Headline(e.Summary())
	var got []string
	for _, row := range table.Rows {
		got = append(got, row[0].Text+row[1].Text)
	}
	if want := "xb xa xc yb ya yc"; strings.Join(got, " ") != want {
		t.Errorf("rows are %v, want %s", got, want)
	}
	if table.Rows[1][5].Tone != Good || table.Rows[2][5].Tone != Bad {
		t.Errorf("half the baseline has tone %v, one and a half %v",
			table.Rows[1][5].Tone, table.Rows[2][5].Tone)
	}
}

func TestWhatIsBetterDependsOnTheMetric(t *testing.T) {
	lower := &effect.Effect{Ratio: stat.Point(0.5), Verdict: effect.Different}
	higher := &effect.Effect{Ratio: stat.Point(2), Verdict: effect.Different}
	for _, c := range []struct {
		better        int
		lower, higher Tone
	}{{-1, Good, Bad}, {1, Bad, Good}, {0, Plain, Plain}} {
		if l, h := ToneOf(lower, c.better), ToneOf(higher, c.better); l != c.lower ||
			h != c.higher {
			t.Errorf("better %d: half has tone %v, twice %v", c.better, l, h)
		}
	}
	if got := ToneOf(&effect.Effect{Ratio: stat.Point(0.5), Verdict: effect.Undecided}, -1); got != Unsure {
		t.Errorf("undecided has tone %v", got)
	}
}

func TestLevelTitlesNameTheFactorWhereNeeded(t *testing.T) {
	h := &results.Header{Factors: []results.Factor{
		{Name: "link.loss", Label: "packet loss", Levels: []string{"1%"}},
		{Name: "rtt", Key: "link.delay", Levels: []string{"50ms"}},
		{Name: "where", Levels: []string{"lan", "slow"}},
		{Name: "server", Levels: []string{"slow", "4"}},
		{Name: "tls.kind", Levels: []string{"full"}},
	}}
	for _, c := range []struct {
		factor      int
		level, want string
	}{
		{0, "1%", "packet loss 1%"}, {1, "50ms", "rtt 50ms"}, {4, "full", "kind full"},
		{2, "lan", "lan"}, {2, "slow", "where slow"}, {3, "slow", "server slow"}, {3,
			"4", "server 4"},
	} {
		if got := LevelTitle(h, c.factor, c.level); got != c.want {
			t.Errorf("%s of %s is called %q, want %q",
				c.level, h.Factors[c.factor].Name, got, c.want)
		}
	}
}

func TestWrapBreaksAtSpaces(t *testing.T) {
	for _, c := range []struct {
		text, indent string
		width        int
		want         string
	}{
		{"one two three", "", 7, "one two|three"},
		{"one two three", "  ", 8, "one two|  three"},
		{"one two three", "  ", 6, "one|  two|  three"},
		{"one:\ntwo three\nfour", "  ", 7, "one:|  two|  three|  four"},
		{"one two three", "", 0, "one two three"},
		{"it is 5 % lower", "", 7, "it is|5 %|lower"},
		{"in 2.40 s, not 3", "", 8, "in|2.40 s,|not 3"},
		{"[1.2, 3.4] ms.", "", 11, "[1.2,|3.4] ms."},
		{"if loss ≤ 2%", "", 9, "if|loss ≤ 2%"},
		{"unbreakable as it is", "  ", 4, "unbreakable|  as|  it|  is"},
		{"µµµµ ×××× ∞∞∞∞", "", 9, "µµµµ ××××|∞∞∞∞"},
		{"", "  ", 4, ""},
	} {
		if got := strings.Join(Wrap(c.text, c.width, c.indent), "|"); got != c.want {
			t.Errorf("%q in %d columns is %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestATableWithoutCells(t *testing.T) {
	e := tabletest.Product(0, 1)
	e.Cells, e.Values, e.Failed = nil, nil, nil
	if got := text(t, Headline(e.Summary()), Style{Width: 100}); !strings.HasPrefix(got, "time\n") {
		t.Errorf("got %q", got)
	}
}

func TestNotesAreThoseThatApply(t *testing.T) {
	const degenerate, censored = "value without an interval", "too many did not reach"
	failing := tabletest.Handshakes(400, []string{"25ms"}, []string{"20%"})
	constant := tabletest.New(results.Header{Metrics: []results.Metric{{Name: "time", Unit: "ns"}}}, 40,
		func(*rand.Rand, map[string]string) (map[string]float64, bool) {
			return map[string]float64{"time": 5}, false
		})
	for name, test := range map[string]struct {
		e                    *tabletest.Experiment
		degenerate, censored bool
	}{
		"spread":   {tabletest.Product(40, 1e6), false, false},
		"constant": {constant, true, false},
		"failing":  {failing, false, true},
	} {
		notes := strings.Join(Headline(test.e.Summary()).AllNotes(), "\n")
		if strings.Contains(notes, degenerate) != test.degenerate ||
			strings.Contains(notes, censored) != test.censored {
			t.Errorf("%s: the notes are\n%s", name, notes)
		}
	}
}

// 100 replicates are too few for a p99, which an output of 80 columns leaves out.
func TestOnlyColumnsThatAreShownHaveNotes(t *testing.T) {
	const p95, p99 = "\"n too small\" at p95", "\"n too small\" at p99: both bounds of its interval need 441 replicates."
	e := tabletest.Handshakes(100, []string{"25ms"}, []string{"0%"})
	if wide := text(t, Headline(e.Summary()), Style{Width: 400}); !strings.Contains(wide, p99) || strings.Contains(wide, p95) {
		t.Errorf("a table with all columns:\n%s", wide)
	}
	narrow := text(t, Headline(e.Summary()), Style{Width: 140})
	if !strings.Contains(narrow, "Left out for want of room: p99") || strings.Contains(narrow, "n too small") {
		t.Errorf("a table without p99:\n%s", narrow)
	}
}
