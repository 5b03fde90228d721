package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/results/table/tabletest"
)

func figuresOf(e *tabletest.Experiment) ([]Figure, []Omitted) {
	set := New(e.Summary())
	for i := range e.Cells {
		set.Add(i, e.Sorted(i, set.Metric()))
	}
	return set.Figures()
}

func handshakes() *tabletest.Experiment {
	return tabletest.Handshakes(200, []string{"100us", "5ms", "25ms", "100ms"},
		[]string{"0%", "1%", "5%"})
}

// texts returns the texts of an SVG document, which are the labels of groups of outlines. The test
// fails if the document is not well-formed.
func texts(t *testing.T, svg string) []string {
	t.Helper()
	var out []string
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			for _, a := range token.Attr {
				if token.Name.Local == "g" && a.Name.Local == "aria-label" {
					out = append(out, a.Value)
				}
			}
		}
	}
}

func svgOf(t *testing.T, f Figure) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFiguresOfHandshakes(t *testing.T) {
	figures, omitted := figuresOf(handshakes())
	var names []string
	for _, f := range figures {
		names = append(names, f.Name)
	}
	want := []string{"quantiles-handshake", "ratio-handshake-median", "ratio-handshake-p95", "parts-ttlb",
		"distribution-handshake-TLS-1.2", "distribution-handshake-TLS-1.3"}
	if !slices.Equal(names, want) || len(omitted) != 0 {
		t.Fatalf("figures %q, want %q; left out: %v", names, want, omitted)
	}
	says := map[string][]string{
		"quantiles-handshake": {"Median and p95 of handshake", "loss 0%", "loss 5%",
			"TLS 1.2", "TLS 1.3", "full (baseline)", "resumed", "p95", "rtt", "200µs"},
		"ratio-handshake-p95": {"Ratio of the p95 of handshake to the baseline (kind full)",
			"ratio", "TLS 1.3", "rtt", "loss"},
		"parts-ttlb": {"What ttlb is made of", "propagation", "syn-timeout",
			"server-cpu", "share of the mean"},
		"distribution-handshake-TLS-1.2": {"Distribution of handshake, TLS 1.2", "99 %",
			"rtt 200µs", "loss 1%"},
	}
	for _, f := range figures {
		all := texts(t, svgOf(t, f))
		for _, words := range says[f.Name] {
			if !slices.Contains(all, words) {
				t.Errorf("%s does not say %q but %q", f.Name, words, all)
			}
		}
		if f.Caption == "" || f.Title == "" {
			t.Errorf("%s has title %q and caption %q", f.Name, f.Title, f.Caption)
		}
	}
}

func TestAFigureIsTheSameBytesEachTime(t *testing.T) {
	first, _ := figuresOf(handshakes())
	second, _ := figuresOf(handshakes())
	for i := range first {
		for _, as := range Formats() {
			var a, b bytes.Buffer
			if err := errors.Join(first[i].Write(&a, as), second[i].Write(&b, as)); err != nil {
				t.Error(err)
			}
			if !bytes.Equal(a.Bytes(), b.Bytes()) {
				t.Errorf("%s: two %s files differ", first[i].Name, as)
			}
		}
	}
}

func TestFiguresReferToNoOtherFile(t *testing.T) {
	figures, _ := figuresOf(handshakes())
	reference := regexp.MustCompile(`(?:href|src)="[^#]|url\(|https?://[^"]*|<text|font-family`)
	for _, f := range figures {
		for _, found := range reference.FindAllString(svgOf(t, f)+f.Inline(), -1) {
			if found != "http://www.w3.org/2000/svg" && found != "http://www.w3.org/1999/xlink" {
				t.Errorf("%s refers to %s", f.Name, found)
			}
		}
	}
}

func TestInlinedFiguresTakeThePagesSizeAndColours(t *testing.T) {
	figures, _ := figuresOf(handshakes())
	ids := map[string]string{}
	for _, f := range figures {
		inline := f.Inline()
		head, _, _ := strings.Cut(inline, ">")
		if strings.Contains(head, "width=") || !strings.Contains(head, "viewBox=") {
			t.Errorf("%s begins %s", f.Name, head)
		}
		for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(inline, -1) {
			if owner, taken := ids[id[1]]; taken {
				t.Errorf("%s and %s have the id %s", owner, f.Name, id[1])
			}
			ids[id[1]] = f.Name
		}
		for _, c := range themed {
			if strings.Contains(inline, ":"+hex(c.colour)) {
				t.Errorf("%s has the fixed colour %s, not %s", f.Name, hex(c.colour), c.variable)
			}
		}
		texts(t, inline)
	}
}

func TestNamesAreEscaped(t *testing.T) {
	e := tabletest.Product(20, 1e6,
		tabletest.Factor{Name: "a<b>&\"c\"", Levels: []string{"<script>", "&amp;"},
			Effects: []float64{1, 2}},
		tabletest.Factor{Name: "other", Levels: []string{"x", "]]>"}})
	figures, _ := figuresOf(e)
	for _, f := range figures {
		for _, svg := range []string{svgOf(t, f), f.Inline()} {
			texts(t, svg)
			if strings.Contains(svg, "<script") {
				t.Errorf("%s contains a script element", f.Name)
			}
		}
	}
}

// Each figure of any experiment is drawn or left out with a reason.
// manyLevels is a factor of n levels that all have the same effect.
func manyLevels(name string, n int) tabletest.Factor {
	f := tabletest.Factor{Name: name}
	for i := range n {
		f.Levels = append(f.Levels, fmt.Sprint(i))
		f.Effects = append(f.Effects, 1)
	}
	return f
}

func TestDegenerateExperiments(t *testing.T) {
	two := tabletest.Factor{Name: "kind", Levels: []string{"full", "resumed"},
		Effects: []float64{1, 0.7}}
	path := tabletest.Factor{Name: "path", Levels: []string{"lan", "overseas"},
		Effects: []float64{1, 1000}}
	always := func(v float64) tabletest.Replicate {
		return func(*rand.Rand, map[string]string) (map[string]float64, bool) {
			return map[string]float64{"time": v}, false
		}
	}
	header := results.Header{Metrics: []results.Metric{{Name: "time", Unit: "ns", Better: -1}},
		Factors: []results.Factor{{Name: "a", Levels: []string{"x", "y"}},
			{Name: "b", Levels: []string{"0", "1", "2"}}},
		Compare: &results.Compare{Factor: "a", Baseline: "x", Metric: "time"}}
	for _, c := range []struct {
		name    string
		e       *tabletest.Experiment
		figures []string
		omitted []string
	}{
		{"no cells", tabletest.New(results.Header{Factors: []results.Factor{{Name: "a"}}, Metrics: header.Metrics}, 10, always(1)), nil, []string{"quantiles", "ratio", "distribution"}},
		{"one cell", tabletest.Product(50, 1e6), []string{"parts-time", "distribution-time"},
			[]string{"quantiles", "ratio"}},
		{"one replicate", tabletest.Product(1, 1e6, two, path),
			[]string{"quantiles-time", "parts-time"}, []string{"ratio", "distribution"}},
		{"all failed", tabletest.New(header, 20, func(*rand.Rand, map[string]string) (map[string]float64, bool) { return nil, true }), nil, []string{"quantiles", "ratio", "distribution"}},
		{"all equal", tabletest.New(header, 20, always(5e6)), []string{"quantiles-time"},
			[]string{"ratio", "distribution"}},
		{"all zero", tabletest.New(header, 20, always(0)), []string{"quantiles-time"},
			[]string{"ratio", "distribution"}},
		{"negative", tabletest.New(header, 20, func(rng *rand.Rand, _ map[string]string) (map[string]float64, bool) {
			return map[string]float64{"time": -rng.Float64()}, false
		}), nil, nil},
		{"too many bars", tabletest.Product(2, 1e6, manyLevels("bytes", 257)),
			[]string{"quantiles-time", "distribution-time"}, []string{"ratio", "parts-time"}},
		{"no replicates", tabletest.New(header, 0, always(1)), nil,
			[]string{"quantiles", "ratio", "distribution"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			figures, omitted := figuresOf(c.e)
			var names, left []string
			for _, f := range figures {
				names = append(names, f.Name)
				texts(t, svgOf(t, f))
				if err := f.WritePNG(io.Discard); err != nil {
					t.Error(err)
				}
			}
			for _, o := range omitted {
				left = append(left, o.Figure)
				if o.Why == "" {
					t.Errorf("%s is left out without a reason", o.Figure)
				}
			}
			if c.name != "negative" &&
				(!slices.Equal(names, c.figures) || !slices.Equal(left, c.omitted)) {
				t.Errorf("drawn %q, want %q; left out %q, want %q",
					names, c.figures, left, c.omitted)
			}
		})
	}
}

func TestNoTwoLevelsLookAlike(t *testing.T) {
	seen := map[string]int{}
	for i := range 42 {
		s := styleOf(i)
		var b strings.Builder
		b.WriteString(hex(s.color))
		for _, d := range s.dash {
			fmt.Fprint(&b, " ", d)
		}
		if other, taken := seen[b.String()]; taken {
			t.Errorf("levels %d and %d are both drawn %s", other, i, b.String())
		}
		seen[b.String()] = i
	}
}

// Rows of panels with shortened titles cannot be told apart.
func TestRowsOfLowPanelsHaveTheirWholeTitles(t *testing.T) {
	version := tabletest.Factor{Name: "protocol version", Levels: []string{"1.2", "1.3"}}
	way := tabletest.Factor{Name: "way", Levels: []string{"none", "stapled", "fetched"},
		Effects: []float64{1, 1.1, 2}}
	delay := tabletest.Factor{Name: "delay", Levels: []string{"1ms", "10ms", "50ms"},
		Effects: []float64{1, 10, 50}}
	loss := tabletest.Factor{Name: "loss", Levels: []string{"0%", "1%", "5%"}}
	kind := tabletest.Factor{Name: "what kind of handshake", Levels: []string{"full", "resumed"}}
	for _, factors := range [][]tabletest.Factor{{way, version, delay, loss},
		{way, version, kind, delay, loss}} {
		figures, _ := figuresOf(tabletest.Product(20, 1e6, factors...))
		for _, f := range figures {
			for _, words := range texts(t, svgOf(t, f)) {
				if strings.Contains(words, "…") {
					t.Errorf("%d factors, %s: %q is cut off", len(factors), f.Name, words)
				}
			}
		}
	}
}
