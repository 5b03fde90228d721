package report

import (
	"math/rand/v2"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/results/table/tabletest"
)

// pathsAndKinds is an experiment of three kinds on four paths. effects are factors on the metric by
// kind and path, such as "newa"; all others are 1.
func pathsAndKinds(better int, effects map[string]float64, failed func(cell map[string]string, rng *rand.Rand) bool) *tabletest.Experiment {
	header := results.Header{Scenario: "s",
		Metrics: []results.Metric{{Name: "speed", Unit: "1", Better: better}},
		Factors: []results.Factor{{Name: "kind", Levels: []string{"old", "new", "newest"}},
			{Name: "path", Levels: []string{"a", "b", "c", "d"}}},
		Compare: &results.Compare{Factor: "kind", Baseline: "old", Metric: "speed", Margin: 0.02}}
	return tabletest.New(header, 200, func(rng *rand.Rand, cell map[string]string) (map[string]float64, bool) {
		v := 1e6 * (1 + rng.Float64()/10)
		if effect, found := effects[cell["kind"]+cell["path"]]; found {
			v *= effect
		}
		if failed != nil && failed(cell, rng) {
			return nil, true
		}
		return map[string]float64{"speed": v}, false
	})
}

func finding(d *Document, about string) string {
	for _, p := range d.Findings {
		if p.About == about {
			return p.Text
		}
	}
	return ""
}

func TestTheTailComparesTheP95(t *testing.T) {
	for _, test := range []struct {
		effects map[string]float64
		want    string
	}{
		{map[string]float64{"newa": 0.5, "newb": 0.75, "newc": 2},
			"The p95 of speed, new against old, is lower in 2, higher in 1 of 4 combinations " +
				"(ratio 0.500× to 2.00×); in the other 1 the intervals of the p95 overlap."},
		{map[string]float64{"newa": 2, "newb": 2, "newc": 2, "newd": 2},
			"The p95 of speed, new against old, is higher in 4 of 4 combinations (ratio 2.00×)."},
		{nil, "The intervals of the p95 of speed, new against old, overlap in every combination."},
	} {
		e := pathsAndKinds(-1, test.effects, nil)
		e.Header.Factors[0].Levels = e.Header.Factors[0].Levels[:2]
		e.Cells, e.Values, e.Failed = e.Cells[:8], e.Values[:8], e.Failed[:8]
		if got := finding(documentOf(e), "The tail"); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

func TestTheBestIsTheHighestWhereHigherIsBetter(t *testing.T) {
	effects := map[string]float64{"newa": 2, "newb": 2, "newestb": 1.99, "newestc": 0.5}
	for better, want := range map[int]string{
		+1: "new has the highest median speed, or a median within 2 % of it, " +
			"in all 4 combinations (one for each path); also old in 2, newest in 2. ",
		-1: "old has the lowest median speed, or a median within 2 % of it, " +
			"in 3 of 4 combinations (one for each path); also newest in 3, new in 1.",
	} {
		if got := documentOf(pathsAndKinds(better, effects, nil)).Answer; !strings.HasPrefix(got, want) {
			t.Errorf("got  %s\nwant %s …", got, want)
		}
	}
}

func TestFailuresNameTheWorstCell(t *testing.T) {
	d := documentOf(pathsAndKinds(-1, nil, func(cell map[string]string, rng *rand.Rand) bool {
		share := map[string]float64{"newb": 0.05, "newestc": 0.5}[cell["kind"]+cell["path"]]
		return rng.Float64() < share
	}))
	if text := d.Warnings[0].Text; !strings.Contains(text,
		"They are in 2 of 12 cells. The cell with the largest share is newest at c: ") {
		t.Errorf("got %s", text)
	}
}

// Waiting is most on the far path, working on the near one, unless there is loss.
func TestTheLargestPartIsNamedWithItsCells(t *testing.T) {
	header := results.Header{Scenario: "s",
		Metrics: []results.Metric{{Name: "time", Unit: "ns", Better: -1},
			{Name: "part.wire", Unit: "ns", PartOf: "time", Group: "waiting"},
			{Name: "part.queue", Unit: "ns", PartOf: "time", Group: "waiting"},
			{Name: "part.cpu", Unit: "ns", PartOf: "time", Group: "working"},
			{Name: "part.rto", Unit: "ns", PartOf: "time", Group: "recovering"}},
		Factors: []results.Factor{{Name: "path", Levels: []string{"near", "far"}},
			{Name: "link.loss", Levels: []string{"0%", "5%", "7%", "9%"}},
			{Name: "tls.size", Levels: []string{"1kB", "2kB"}}}}
	rto := map[string]float64{"0%": 0, "5%": 2000, "7%": 2000, "9%": 8000}
	wire := map[string]float64{"near": 10, "far": 990}
	d := documentOf(tabletest.New(header, 10, func(_ *rand.Rand, cell map[string]string) (map[string]float64, bool) {
		parts := map[string]float64{"part.wire": wire[cell["path"]], "part.queue": 10,
			"part.cpu": 80, "part.rto": rto[cell["link.loss"]]}
		sum := 0.0
		for _, p := range []string{"part.wire", "part.queue", "part.cpu", "part.rto"} {
			sum += parts[p]
		}
		parts["time"] = sum
		return parts, false
	}))
	for about, want := range map[string]string{
		"What time is made of": "The largest part of the mean time is recovering in 12 of 16 cells, " +
			"only at loss 5% to 9%; waiting in 2, only at far, loss 0%; working in 2, only at near, loss 0%.",
		"Parts of time at loss 0%":   "path near: working 80 %, waiting 20 %; far: waiting 93 %, working 7.4 %.",
		"Parts of time at loss 5%":   "path near: recovering 95 %, working 3.8 %; far: recovering 65 %, waiting 32 %, working 2.6 %.",
		"Parts of time at loss 9%":   "path near: recovering 99 %; far: recovering 88 %, waiting 11 %.",
		"Parts of time at size 1kB":  "",
		"Parts of time by tls.size":  "",
		"Parts of time at path near": "",
	} {
		if got := finding(d, about); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", about, got, want)
		}
	}
}

func TestManyLevelsOfAPartAreCounted(t *testing.T) {
	header := results.Header{Scenario: "s",
		Metrics: []results.Metric{{Name: "time", Unit: "ns", Better: -1},
			{Name: "part.wire", Unit: "ns", PartOf: "time", Group: "waiting"},
			{Name: "part.cpu", Unit: "ns", PartOf: "time", Group: "working"}},
		Factors: []results.Factor{{Name: "path",
			Levels: []string{"a", "b", "c", "d", "e", "f", "g", "near"}}}}
	d := documentOf(tabletest.New(header, 10, func(_ *rand.Rand, cell map[string]string) (map[string]float64, bool) {
		wire := 900.0
		if cell["path"] == "near" {
			wire = 10
		}
		return map[string]float64{"part.wire": wire, "part.cpu": 100, "time": wire + 100}, false
	}))
	want := "The largest part of the mean time is waiting in 7 of 8 cells, " +
		"only at 7 of the 8 levels of path; working in 1, only at near."
	if got := finding(d, "What time is made of"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheMethodSaysHowSamplesWereCompared(t *testing.T) {
	e := handshakes()
	for _, test := range []struct {
		independent int // of the 8 comparisons
		want        string
	}{
		{0, "p is that of the Wilcoxon signed-rank test of the differences of the pairs, " +
			"without the differences of zero."},
		{3, "For 3 of 8 comparisons the samples are independent: the ratio is that of the medians, " +
			"and p that of the Mann–Whitney U test."},
		{8, "independent samples. The ratio is that of their medians, with an interval that combines " +
			"those of the medians. p is that of the Mann–Whitney U test."},
	} {
		s := e.Summary()
		left := test.independent
		for cell := range s.Cells {
			if c := s.Row(cell, 0).VsBaseline; c != nil && left > 0 {
				c.Paired = false
				left--
			}
		}
		var text string
		for _, p := range newExperiment(s).comparison() {
			text += p.Text + "\n"
		}
		if !strings.Contains(text, test.want) {
			t.Errorf("%d independent: got %s\nwant %s", test.independent, text, test.want)
		}
	}
}
