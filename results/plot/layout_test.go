package plot

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/results/summary"
)

// gridOf returns a summary of all combinations of factors written as "name: level level …". The
// first factor is compared.
func gridOf(factors ...string) *summary.Summary {
	h := &results.Header{Metrics: []results.Metric{{Name: "time", Unit: "ns", Better: -1}}}
	cells := [][]string{nil}
	for i, f := range factors {
		name, levels, _ := strings.Cut(f, ": ")
		described := results.Factor{Name: name, Levels: strings.Fields(levels)}
		for _, level := range described.Levels {
			number := strings.TrimRight(level, "msKiMBkb%")
			if v, err := strconv.ParseFloat(number, 64); err == nil && number != level {
				described.Values = append(described.Values, v)
			}
		}
		h.Factors = append(h.Factors, described)
		if i == 0 && name != "-" {
			h.Compare = &results.Compare{Factor: name, Baseline: strings.Fields(levels)[0],
				Metric: "time"}
		}
		var next [][]string
		for _, c := range cells {
			for _, l := range strings.Fields(levels) {
				next = append(next, append(append([]string(nil), c...), l))
			}
		}
		cells = next
	}
	s := &summary.Summary{Header: h}
	for _, c := range cells {
		s.Cells = append(s.Cells, summary.Cell{Levels: c, Baseline: -1})
	}
	return s
}

func describe(l layout) string {
	one := func(f *factor) string {
		if f == nil {
			return "-"
		}
		return f.name
	}
	many := func(fs []*factor) string {
		var words []string
		for _, f := range fs {
			words = append(words, f.name)
		}
		return strings.Join(words, "+")
	}
	return fmt.Sprintf("x=%s colour=%s columns=%s rows=%s pages=%s",
		one(l.x), one(l.colour), many(l.columns), many(l.rows), many(l.pages))
}

func placeAll(s *summary.Summary, columns int) layout { return place(s, everyCell(s), columns) }

func TestFactorsTakeTheirPlaces(t *testing.T) {
	kind, version := "kind: full resumed", "version: 1.2 1.3"
	delay, loss := "delay: 1ms 5ms 25ms 100ms", "loss: 0% 1% 5%"
	path, response := "path: lan region lossy overseas", "response: 10kB 1MB"
	suite, record := "suite: a b c d e f g", "record: 16KiB 8KiB 4KiB 1KiB"
	for _, c := range []struct {
		factors []string
		want    string
	}{
		{[]string{kind, version, delay, loss},
			"x=delay colour=kind columns=loss rows=version pages="},
		{[]string{kind, delay}, "x=delay colour=kind columns= rows= pages="},
		{[]string{kind, path}, "x=path colour=kind columns= rows= pages="},
		{[]string{kind}, "x=kind colour=- columns= rows= pages="},
		{[]string{suite, path, response}, "x=suite colour=- columns=path rows=response pages="},
		{[]string{record, path, response}, "x=record colour=- columns=path rows=response pages="},
		{[]string{record, delay, path}, "x=record colour=- columns=delay rows=path pages="},
		{[]string{"record: 16KiB 8KiB 4KiB", delay}, "x=delay colour=record columns= rows= pages="},
		{[]string{suite, delay}, "x=delay colour=suite columns= rows= pages="},
		{[]string{"-: x", delay, path}, "x=delay colour=path columns= rows= pages="},
		{[]string{kind, delay, loss, path, suite},
			"x=delay colour=kind columns=loss rows=suite pages=path"},
	} {
		if got := describe(placeAlong(gridOf(c.factors...), 4)); !strings.HasPrefix(c.want, got) {
			t.Errorf("%q:\n got %s\nwant %s", c.factors, got, c.want)
		}
	}
}

func TestWithoutAnAxisTheFactorsAreSpread(t *testing.T) {
	s := gridOf("kind: full resumed", "version: 1.2 1.3", "delay: 1ms 5ms 25ms 100ms",
		"loss: 0% 1% 5%")
	if got, want := describe(place(s, everyCell(s), 6)), "x=- colour=kind columns=delay rows=loss pages=version"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAFactorTooWideForARowIsWrapped(t *testing.T) {
	l := placeAll(gridOf("kind: full resumed", "loss: 0% 1% 2% 3% 4% 5% 6% 7%"), 6)
	pages, left := l.paged()
	tiles, _ := l.tiles(pages[0])
	if left != 0 || len(tiles) != 2 || len(tiles[0]) != 4 || len(tiles[1]) != 4 ||
		tiles[1][3].title.whole != "loss 7%" {
		t.Errorf("%d rows, %d pages left out", len(tiles), left)
	}
}

func TestPagesAreCappedAndCounted(t *testing.T) {
	l := placeAll(gridOf("kind: full resumed", "a: 1 2 3 4 5 6", "b: 1 2 3 4 5 6", "c: 1 2 3 4 5 6"), 6)
	pages, left := l.paged()
	if len(pages) != 4 || left != 32 {
		t.Errorf("%d pages drawn and %d left out", len(pages), left)
	}
}

func TestFileNamesArePlain(t *testing.T) {
	if got, want := fileName("loss 0.1% · path «lan»/x"), "loss-0.1p-path-lan-x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
