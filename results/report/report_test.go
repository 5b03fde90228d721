package report

import (
	"bytes"
	"encoding/xml"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/results/internal/golden"
	"tlslab/results/internal/page"
	"tlslab/results/plot"
	"tlslab/results/table/tabletest"
)

func documentOf(e *tabletest.Experiment) *Document {
	s := e.Summary()
	set := plot.New(s)
	for i := range e.Cells {
		set.Add(i, e.Sorted(i, set.Metric()))
	}
	figures, omitted := set.Figures()
	return New(s, figures, omitted)
}

func handshakes() *tabletest.Experiment {
	return tabletest.Handshakes(400, []string{"100us", "25ms"}, []string{"0%", "20%"})
}

// suites is an experiment of three compared levels, two of them nearly equal.
func suites() *tabletest.Experiment {
	return tabletest.Product(60, 1e6,
		tabletest.Factor{Name: "suite", Levels: []string{"cbc", "gcm", "chacha"},
			Effects: []float64{1, 0.8, 0.805}},
		tabletest.Factor{Name: "path", Levels: []string{"lan", "overseas"},
			Effects: []float64{1, 150}})
}

func markdownOf(t *testing.T, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func htmlOf(t *testing.T, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReports(t *testing.T) {
	for name, e := range map[string]*tabletest.Experiment{
		"handshakes": handshakes(),
		"suites":     suites(),
		"one-cell":   tabletest.Product(50, 1e6),
	} {
		t.Run(name, func(t *testing.T) {
			golden.Check(t, "testdata/"+name+".md", []byte(markdownOf(t, documentOf(e))))
		})
	}
}

// outline reads an HTML page as XML, which it is apart from its void elements and its script, and
// returns its text and its ids.
func outline(t *testing.T, html string) (text string, ids []string) {
	t.Helper()
	html = strings.Replace(html, page.Script, "", 1)
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var b strings.Builder
	for {
		token, err := d.Token()
		if err == io.EOF {
			return b.String(), ids
		}
		if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			for _, a := range token.Attr {
				if a.Name.Local == "id" {
					ids = append(ids, a.Value)
				}
			}
		case xml.CharData:
			b.WriteString(strings.ReplaceAll(string(token), "\u00a0", " "))
		}
	}
}

func TestThePageSaysWhatTheDocumentSays(t *testing.T) {
	d := documentOf(handshakes())
	page := htmlOf(t, d)
	text, ids := outline(t, page)
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			t.Errorf("two elements have the id %q", id)
		}
		seen[id] = true
	}
	var said []string
	said = append(said, d.Title, d.Answer, d.Facts)
	for _, w := range d.Warnings {
		said = append(said, w.About, w.Text)
	}
	for _, p := range d.Findings {
		said = append(said, p.About, p.Text)
	}
	for _, s := range d.Sections {
		said = append(said, s.Title)
		for _, b := range s.Blocks {
			said = append(said, b.Text)
			if b.Figure != nil {
				said = append(said, b.Figure.Caption)
			}
			if b.Table != nil {
				for _, row := range b.Table.Rows {
					for _, c := range row {
						said = append(said, c.Text)
					}
				}
			}
		}
	}
	for _, words := range said {
		if !strings.Contains(text, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if !strings.Contains(page, "prefers-color-scheme: dark") ||
		!strings.Contains(page, "@media print") {
		t.Error("the page has no style for dark mode or for print")
	}
}

func TestThePageNeedsNoNetwork(t *testing.T) {
	page := htmlOf(t, documentOf(handshakes()))
	for _, found := range regexp.MustCompile(`href\s*=\s*"?.|(?:src|srcset)\s*=|url\(|@import|https?://[^"]*|<link|<iframe|fetch\(|import\(|XMLHttp`).FindAllString(page, -1) {
		if found != "http://www.w3.org/2000/svg" && found != `href="#` {
			t.Errorf("the page refers to %s", found)
		}
	}
}

func TestAPageIsTheSameBytesEachTime(t *testing.T) {
	first, second := htmlOf(t, documentOf(handshakes())), htmlOf(t, documentOf(handshakes()))
	if first != second {
		t.Error("two pages of the same data differ")
	}
}

func TestNamesAreEscaped(t *testing.T) {
	e := tabletest.Product(20, 1e6,
		tabletest.Factor{Name: "kind", Levels: []string{"a|b", "<script>alert(1)</script>"},
			Effects: []float64{1, 2}},
		tabletest.Factor{Name: "path", Levels: []string{"*x*", "_y_ `z`"}})
	e.Header.Title = "Is <b> | c?"
	d := documentOf(e)
	if page := htmlOf(t, d); strings.Contains(page, "<script>alert") {
		t.Error("a level's name became a script element of the page")
	} else {
		outline(t, page)
	}
	for _, line := range strings.Split(markdownOf(t, d), "\n") {
		if strings.HasPrefix(line, "|") {
			if n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); n != 17 && n != 4 {
				t.Errorf("%d bars in a row: %s", n, line)
			}
		}
		if strings.Contains(line, "<script") {
			t.Errorf("HTML in the Markdown: %s", line)
		}
	}
}

func TestTheHeadlineHasEachVerdictAndItsPlace(t *testing.T) {
	header := results.Header{Scenario: "s",
		Metrics: []results.Metric{{Name: "time", Unit: "ns", Better: -1}},
		Factors: []results.Factor{{Name: "kind", Levels: []string{"old", "new"}},
			{Name: "path", Levels: []string{"a", "b", "c", "d", "e"}}},
		Compare: &results.Compare{Factor: "kind", Baseline: "old", Metric: "time", Margin: 0.02}}
	effects := map[string]float64{"a": 0.5, "b": 0.75, "c": 1.25, "d": 1, "e": 1.001}
	d := documentOf(tabletest.New(header, 100, func(rng *rand.Rand, cell map[string]string) (map[string]float64, bool) {
		v := 1e6 * (1 + rng.Float64())
		if cell["kind"] == "new" {
			v *= effects[cell["path"]]
			if cell["path"] == "d" { // large noise
				v = 1e6 * (0.5 + 2*rng.Float64())
			}
		}
		return map[string]float64{"time": v}, false
	}))
	want := "Kind new against old: the median time is 25 % to 50 % lower at a or b; 25 % higher at c; " +
		"undecided at d; the same within 2 % elsewhere. The p95 is 25 % to 50 % lower at a or b; " +
		"25 % [18 %, 31 %] higher at c or d; the same within 2 % elsewhere."
	if d.Answer != want {
		t.Errorf("got  %s\nwant %s", d.Answer, want)
	}
}

func TestKeysAreShownOnceOnThePage(t *testing.T) {
	page := htmlOf(t, documentOf(handshakes()))
	if !regexp.MustCompile(`<th scope="row" class="key">1\.2</th>`).MatchString(page) ||
		!regexp.MustCompile(`<th scope="row" class="key again">1\.2</th>`).MatchString(page) {
		t.Error("a repeated level is not marked as such")
	}
}

func TestFailuresComeBeforeTheSections(t *testing.T) {
	d := documentOf(handshakes())
	want := "120 of 6400 replicates failed (1.9 %): timeout 120. They are in 8 of 16 cells"
	if len(d.Warnings) != 2 || !strings.HasPrefix(d.Warnings[0].Text, want) {
		t.Fatalf("got %q, want %q …", d.Warnings, want)
	}
	text := markdownOf(t, d)
	if strings.Index(text, d.Warnings[0].Text[:20]) > strings.Index(text, "## ") {
		t.Error("the failures come after the first section")
	}
}

func TestAnUnfinishedRunHasAWarning(t *testing.T) {
	e := handshakes()
	e.Header.Cells, e.Header.Replicates = make([]results.Cell, len(e.Cells)+2), 400
	d := documentOf(e)
	want := Point{"Unfinished",
		"The run is not finished: 16 of 18 cells have all of their 400 replicates."}
	if len(d.Warnings) != 3 || d.Warnings[0] != want {
		t.Errorf("got %q, want %q first", d.Warnings, want)
	}
	e.Failed[3] = e.Failed[3][:399]
	if want.Text = "The run is not finished: 15 of 18 cells have all of their 400 replicates."; documentOf(e).Warnings[0] != want {
		t.Errorf("got %q, want %q first", documentOf(e).Warnings[0], want)
	}
	e.Failed[3] = e.Failed[3][:400]
	e.Header.Cells = e.Header.Cells[:len(e.Cells)]
	if d = documentOf(e); d.Warnings[0].About == "Unfinished" {
		t.Errorf("a finished run has the warnings %q", d.Warnings)
	}
}

// Every experiment has a report with a title and an answer.
func TestDegenerateExperiments(t *testing.T) {
	header := results.Header{Title: "Anything?",
		Metrics: []results.Metric{{Name: "time", Unit: "ns", Better: -1}},
		Factors: []results.Factor{{Name: "a", Levels: []string{"x", "y"}},
			{Name: "b", Levels: []string{"0", "1"}}},
		Compare: &results.Compare{Factor: "a", Baseline: "x", Metric: "time", Margin: 0.02}}
	always := func(v float64) tabletest.Replicate {
		return func(*rand.Rand, map[string]string) (map[string]float64, bool) {
			return map[string]float64{"time": v}, false
		}
	}
	never := func(*rand.Rand, map[string]string) (map[string]float64, bool) { return nil, true }
	for _, c := range []struct {
		name   string
		e      *tabletest.Experiment
		answer string
	}{
		{"all failed", tabletest.New(header, 10, never),
			"A y against x: the median and the p95 of time are not comparable in any combination (one for each b)."},
		{"all equal", tabletest.New(header, 10, always(5)),
			"A y against x: the median and the p95 of time are the same within 2 % in both combinations (one for each b)."},
		{"one replicate", tabletest.New(header, 1, always(5)), ""},
		{"no replicates", tabletest.New(header, 0, always(5)),
			"A y against x: the median and the p95 of time are not comparable in any combination (one for each b)."},
		{"one cell", tabletest.Product(1, 1e6), "The median time is 1.03 ms [n too small] (p95 1.03 [1.03, ∞] ms)."},
		{"one failed cell", tabletest.New(results.Header{Scenario: "s", Metrics: header.Metrics}, 3, never), "No replicate reached time."},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := documentOf(c.e)
			outline(t, htmlOf(t, d))
			if d.Title == "" || d.Answer == "" || (c.answer != "" && d.Answer != c.answer) {
				t.Errorf("%q is answered %q, want %q", d.Title, d.Answer, c.answer)
			}
		})
	}
}

func TestLongTablesAreCutWithANote(t *testing.T) {
	levels := make([]string, 30)
	for i := range levels {
		levels[i] = string(rune('a'+i%26)) + string(rune('0'+i/26))
	}
	e := tabletest.Product(2, 1e6, tabletest.Factor{Name: "a", Levels: levels},
		tabletest.Factor{Name: "b", Levels: levels})
	d := documentOf(e)
	blocks := section(d, "The numbers").Blocks
	if n := len(blocks[0].Table.Rows); n != mostRows ||
		!strings.HasPrefix(blocks[1].Text, "500 more rows") {
		t.Errorf("%d rows, then %q", n, blocks[1].Text)
	}
}

func TestAPageOfAHundredCellsIsSmall(t *testing.T) {
	e := tabletest.Handshakes(1000, []string{"10us", "100us", "1ms", "10ms", "100ms"}, []string{"0%", "1%", "2%", "5%", "20%"})
	if size := len(htmlOf(t, documentOf(e))); len(e.Cells) != 100 || size > 2_000_000 {
		t.Errorf("the page of %d cells has %d bytes", len(e.Cells), size)
	}
}
