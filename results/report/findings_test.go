package report

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/stat"
	"tlslab/results/summary"
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

// finding is the text of a finding, beside the answer or in the section of other findings.
func finding(d *Document, about string) string {
	points := slices.Clone(d.Findings)
	for _, b := range section(d, "Other findings").Blocks {
		points = append(points, b.Points...)
	}
	for _, p := range points {
		if p.About == about {
			return p.Text
		}
	}
	return ""
}

// section is the section whose title begins so.
func section(d *Document, title string) Section {
	for _, s := range d.Sections {
		if strings.HasPrefix(s.Title, title) {
			return s
		}
	}
	return Section{}
}

// overRttAndLoss is an experiment of two kinds over quantities. effect changes the value of a
// replicate of the kind "new".
func overRttAndLoss(effect func(rtt, loss string, v float64, rare bool) float64) *tabletest.Experiment {
	header := results.Header{Scenario: "s", Title: "What does new cost?",
		Metrics: []results.Metric{{Name: "time", Unit: "ns", Better: -1}},
		Factors: []results.Factor{{Name: "kind", Levels: []string{"old", "new"}},
			{Name: "rtt", Levels: []string{"1ms", "10ms", "100ms"}, Values: []float64{1e6, 1e7, 1e8}},
			{Name: "link.loss", Levels: []string{"0%", "1%", "5%"}, Values: []float64{0, 0.01, 0.05}}},
		Compare: &results.Compare{Factor: "kind", Baseline: "old", Metric: "time", Margin: 0.02}}
	return tabletest.New(header, 1000, func(rng *rand.Rand, cell map[string]string) (map[string]float64, bool) {
		v, rare := 1e6*(1+rng.Float64()/1000), rng.Float64() < 0.1
		if rare {
			v *= 3
		}
		if cell["kind"] == "new" {
			v = effect(cell["rtt"], cell["link.loss"], v, rare)
		}
		return map[string]float64{"time": v}, false
	})
}

func TestTheAnswerNamesTheCornerInWhichTheTailDiffers(t *testing.T) {
	d := documentOf(overRttAndLoss(func(rtt, loss string, v float64, rare bool) float64 {
		if rare && rtt == "100ms" && loss != "0%" {
			return v * 4 / 3
		}
		return v
	}))
	want := "Kind new against old: the median time is the same within 2 % in all 9 combinations of rtt and loss. " +
		"The p95 is 33 % higher at rtt 100ms where loss ≥ 1%, the same within 2 % elsewhere."
	if d.Answer != want {
		t.Errorf("got  %s\nwant %s", d.Answer, want)
	}
	if got, want := finding(d, "Largest effects"),
		"p95 1.33× at rtt 100ms, loss 1%: 4.002 ms instead of 3.002 ms."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheAnswerNamesTheP99WhereItAloneDiffers(t *testing.T) {
	e := overRttAndLoss(func(_, _ string, v float64, _ bool) float64 { return v })
	// 2 % of the replicates of every batch are so many times as slow.
	times := map[string]float64{"old": 20, "new": 40}
	for cell, levels := range e.Cells {
		for i := range e.Values[cell][0] {
			if levels[1] == "100ms" && i/10%50 == 0 {
				e.Values[cell][0][i] *= times[levels[0]]
			}
		}
	}
	got := documentOf(e).Answer
	want := "Kind new against old: the median and the p95 of time are the same within 2 % in all 9 combinations of rtt and loss. " +
		"Unlike both, the p99 is "
	if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, " at rtt 100ms.") {
		t.Errorf("got  %s\nwant %s…", got, want)
	}
}

func TestPlacesAreConditionsOnTheFactors(t *testing.T) {
	for name, test := range map[string]struct {
		where func(rtt, loss string) bool
		want  string
	}{
		"half-space":     {func(rtt, _ string) bool { return rtt != "1ms" }, "50 % lower where rtt ≥ 10ms, the same within 2 % elsewhere"},
		"corner":         {func(rtt, loss string) bool { return rtt != "1ms" && loss != "5%" }, "50 % lower where rtt ≥ 10ms and loss ≤ 1%, the same within 2 % elsewhere"},
		"all but a cell": {func(rtt, loss string) bool { return rtt != "1ms" || loss != "0%" }, "50 % lower except at rtt 1ms with loss 0% (there the same within 2 %)"},
		"middle":         {func(rtt, _ string) bool { return rtt == "10ms" }, "50 % lower at rtt 10ms, the same within 2 % elsewhere"},
		"two corners": {func(rtt, loss string) bool { return rtt == "1ms" && loss == "0%" || rtt == "100ms" && loss == "5%" },
			"50 % lower at rtt 1ms with loss 0%, or at rtt 100ms with loss 5%; the same within 2 % elsewhere"},
		"overlap": {func(rtt, loss string) bool { return loss == "1%" || rtt == "100ms" && loss != "0%" },
			"50 % lower at loss 1%, or at rtt 100ms with loss 5%; the same within 2 % elsewhere"},
		"no order": {func(rtt, loss string) bool { // the corners and the centre
			return (rtt == "10ms") == (loss == "1%")
		}, "50 % lower in 5 of 9 combinations, the same within 2 % elsewhere"},
	} {
		d := documentOf(overRttAndLoss(func(rtt, loss string, v float64, _ bool) float64 {
			if test.where(rtt, loss) {
				return v / 2
			}
			return v
		}))
		want := "Kind new against old: the median and the p95 of time are " + test.want + "."
		if d.Answer != want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, d.Answer, want)
		}
	}
}

func TestNoTwoConditionsOfASentenceHoldInTheSameCombination(t *testing.T) {
	e := newExperiment(tabletest.New(results.Header{Scenario: "s",
		Metrics: []results.Metric{{Name: "time", Unit: "ns"}},
		Factors: []results.Factor{{Name: "path", Levels: []string{"lan", "wan", "sea"}},
			{Name: "version", Levels: []string{"1.2", "1.3"}},
			{Name: "rtt", Levels: []string{"1ms", "20ms", "50ms", "200ms"}, Values: []float64{1e6, 2e7, 5e7, 2e8}},
			{Name: "loss", Levels: []string{"0%", "1%", "5%"}, Values: []float64{0, 0.01, 0.05}}},
	}, 1, func(*rand.Rand, map[string]string) (map[string]float64, bool) {
		return map[string]float64{"time": 1}, false
	}).Summary())
	for want, in := range map[string]func(path, version, rtt, loss string) bool{
		"at version 1.3 with loss 1% where rtt ≥ 20ms, or at version 1.3 with rtt 200ms and loss 5%": func(_, version, rtt, loss string) bool {
			return version == "1.3" && (loss == "1%" && rtt != "1ms" || rtt == "200ms" && loss != "0%")
		},
		"at loss 1%, or at loss 5% where rtt ≤ 20ms, or at version 1.3 with loss 5% where rtt ≥ 50ms": func(_, version, rtt, loss string) bool {
			return loss == "1%" || loss == "5%" && (rtt == "1ms" || rtt == "20ms") || version == "1.3" && loss != "0%"
		},
		"at loss 1%, or at loss 5% where rtt ≥ 20ms": func(_, _, rtt, loss string) bool {
			return loss == "1%" || rtt != "1ms" && loss != "0%"
		},
		"at lan or wan, both with version 1.3": func(path, version, _, _ string) bool {
			return path != "sea" && version == "1.3"
		},
		"at lan or wan": func(path, _, _, _ string) bool { return path != "sea" },
	} {
		var part []int
		for i, cell := range e.order {
			if l := e.Cells[cell].Levels; in(l[0], l[1], l[2], l[3]) {
				part = append(part, i)
			}
		}
		if got := e.combinationSet(e.order).where(part, false).text; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestTheFactorThatChangesTheEffectMostComesFirst(t *testing.T) {
	d := documentOf(overRttAndLoss(func(rtt, loss string, v float64, _ bool) float64 {
		return v * map[string]float64{"1ms": 1, "10ms": 2, "100ms": 4}[rtt] * map[string]float64{"0%": 1, "1%": 1.1, "5%": 1.21}[loss]
	}))
	// Sums of squares of independent effects: 6·log²2 and 6·log²1.1.
	want := "Shares of the variation of the ratio over the combinations: rtt 98 % (+10 % at 1ms, +120 % at 10ms, +340 % at 100ms), " +
		"loss 1.9 % (+100 % at 0%, +120 % at 1%, +142 % at 5%)."
	if got := finding(d, "What changes the effect on the median and the p95"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheBestIsTheHighestWhereHigherIsBetter(t *testing.T) {
	effects := map[string]float64{"newa": 2, "newb": 2, "newestb": 1.99, "newestc": 0.5}
	for better, want := range map[int]string{
		+1: "Kind new has the highest median and the highest p95 of speed, or values within 2 % of them, in all 4 combinations (one for each path); " +
			"old also at c or d; newest also at b or d.\nnew against old: ",
		-1: "Kind old has the lowest median and the lowest p95 of speed, or values within 2 % of them, except at c; newest everywhere except at b; " +
			"new also at d.",
	} {
		e := pathsAndKinds(better, effects, nil)
		e.Header.Title = "Which kind is best?"
		if got := documentOf(e).Answer; !strings.HasPrefix(got, want) {
			t.Errorf("got  %s\nwant %s …", got, want)
		}
	}
}

func TestLevelsThatTieEverywhereAreNamedTogether(t *testing.T) {
	e := pathsAndKinds(-1, map[string]float64{"newa": 0.5, "newb": 0.5, "newc": 0.5, "newd": 0.5,
		"newesta": 0.5, "newestb": 0.5, "newestc": 0.505, "newestd": 0.5}, nil)
	e.Header.Title = "Which kind is best?"
	want := "Kind new and newest have the lowest median and the lowest p95 of speed, or values within 2 % of them, in all 4 combinations (one for each path).\n" +
		"new and newest against old: the median and the p95 of speed are 50 % lower in all 4 combinations."
	if got := documentOf(e).Answer; !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s …", got, want)
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
		"Parts of time at loss 0%": "path near: working 80 %, waiting 20 %; far: waiting 93 %, working 7.4 %.",
		"Parts of time at loss 5%": "path near: recovering 95 %, working 3.8 %; far: recovering 65 %, waiting 32 %, working 2.6 %.",
		"Parts of time at loss 9%": "path near: recovering 99 %; far: recovering 88 %, waiting 11 %.",
	} {
		if got := finding(d, about); got != want && !strings.Contains(markdownOf(t, d), "- "+about+": "+want+"\n") {
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
		want, not   string
	}{
		{0, "McNemar's exact test", "Fisher"},
		{3, "compared as pairs, except in 3 of 8 comparisons, whose samples are independent.", "–"},
		{8, "Fisher's exact test", "McNemar"},
	} {
		s := e.Summary()
		left := test.independent
		for cell := range s.Cells {
			if c := s.Row(cell, 0).VsBaseline; c != nil && left > 0 {
				c.Paired, c.Method = false, effect.IndependentBootstrap
				left--
			}
		}
		var text string
		for _, p := range newExperiment(s).comparison() {
			text += p.Text + "\n"
		}
		if !strings.Contains(text, test.want) || strings.Contains(text, test.not) {
			t.Errorf("%d independent: got %s\nwant %s, not %s", test.independent, text, test.want, test.not)
		}
	}
}

func TestARangeOfEffectsHasTheBoundsOfItsIntervals(t *testing.T) {
	e := newExperiment(pathsAndKinds(-1, nil, nil).Summary())
	of := func(value, lo, hi float64) cellEffect {
		return cellEffect{Effect: &effect.Effect{Ratio: stat.Interval{Value: value, Lo: lo, Hi: hi}, Verdict: effect.Different}}
	}
	for _, test := range []struct {
		effects []cellEffect
		want    string
	}{
		{[]cellEffect{of(0.5, 0.5, 0.5), of(0.75, 0.75, 0.75)}, "25 % to 50 % lower"},
		{[]cellEffect{of(0.36, 0.35, 0.94), of(0.75, 0.75, 0.75)}, "25 % to 64 % [6 %, 65 %] lower"},
		{[]cellEffect{of(0.0002, 0.0001, 0.01)}, "over 99 % [99 %, over 99 %] lower"},
		{[]cellEffect{of(1.2, 1.2, 1.2), of(3, 2, 28)}, "1.20× to 3.00× [1.20×, 28.0×] as high"},
		{[]cellEffect{of(1.2, 1.1, math.Inf(1))}, "20 % [10 %, ∞] higher"},
		{[]cellEffect{of(math.Inf(1), math.Inf(1), math.Inf(1))}, "higher than 0"},
	} {
		if got := e.change(test.effects); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// A suite has two traits. The version halves the time, the cipher adds a tenth.
func TestTheAnswerSaysWhatEachTraitContributes(t *testing.T) {
	suites := []string{"old-a", "old-b", "new-a", "new-b"}
	times := map[string]float64{"old-a": 1, "old-b": 1.1, "new-a": 0.5, "new-b": 0.55}
	x := tabletest.New(results.Header{Scenario: "s", Title: "What makes the difference?",
		Metrics: []results.Metric{{Name: "time", Unit: "ns", Better: -1}},
		Factors: []results.Factor{{Name: "suite", Levels: suites, Traits: []results.Trait{
			{Name: "cipher", Levels: []string{"a", "b", "a", "b"}},
			{Name: "version", Levels: []string{"old", "old", "new", "new"}}}}},
		Compare: &results.Compare{Factor: "suite", Baseline: "old-a", Metric: "time", Margin: 0.02},
	}, 200, func(rng *rand.Rand, cell map[string]string) (map[string]float64, bool) {
		return map[string]float64{"time": 1e6 * (1 + rng.Float64()) * times[cell["suite"]]}, false
	})
	s := x.Summary()
	for _, c := range []struct {
		trait         string
		cell, against int
	}{{"cipher", 1, 0}, {"cipher", 3, 2}, {"version", 2, 0}, {"version", 3, 1}} {
		ratio := stat.Point(times[suites[c.cell]] / times[suites[c.against]])
		contrast := summary.Contrast{Trait: c.trait, Cell: c.cell, Against: c.against}
		for _, of := range effect.Statistics {
			*contrast.At(of) = effect.Effect{Ratio: ratio, Verdict: effect.Different}
		}
		s.Contrasts = append(s.Contrasts, contrast)
	}
	d := New(s, nil, nil)
	want := "Changed alone, a property of the suite changes the median and the p95 of time on average by: version 100 % and cipher 10 %."
	if !strings.HasSuffix(d.Answer, want) {
		t.Errorf("got  %s\nwant … %s", d.Answer, want)
	}
	want = "new-a against old-a: the median and the p95 of time are 50 % lower (0.500×).\n" +
		"new-b against old-b: the median and the p95 of time are 50 % lower (0.500×)."
	if got := finding(d, "Version: new in place of old"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestASharedFailureIsNoEffectAndAnotherShareIs(t *testing.T) {
	d := documentOf(pathsAndKinds(-1, nil, func(cell map[string]string, rng *rand.Rand) bool {
		return rng.Float64() < 0.1 || cell["kind"]+cell["path"] == "newb" && rng.Float64() < 0.5
	}))
	text := d.Warnings[0].Text
	if !strings.Contains(text, "The share differs from that of the baseline at new at b (") || strings.Contains(text, "newest at b (") {
		t.Errorf("got %s", text)
	}
}

func TestATooSmallNIsAWarningThatSaysHowManyItTakes(t *testing.T) {
	d := documentOf(tabletest.Product(60, 1e6, tabletest.Factor{Name: "kind", Levels: []string{"a", "b"}, Effects: []float64{1, 2}}))
	want := Point{"n too small", "The number of replicates n is too small for both bounds of the interval of time: " +
		"the p95 in both cells (it needs 90 replicates), the p99 in both cells (it needs 441 replicates)."}
	if len(d.Warnings) != 1 || d.Warnings[0] != want {
		t.Errorf("got %q, want %q", d.Warnings, want)
	}
}

func TestANoteOnASettingNamesItsCells(t *testing.T) {
	e := tabletest.Product(500, 1e6, tabletest.Factor{Name: "kind", Levels: []string{"a", "b"}, Effects: []float64{1, 2}},
		tabletest.Factor{Name: "path", Levels: []string{"x", "y"}})
	for _, levels := range e.Cells {
		e.Header.Cells = append(e.Header.Cells, results.Cell{Levels: levels})
	}
	e.Header.Notes = []results.Note{{Setting: "link.jitter", Text: "Packets overtake.", Cells: []int{1, 3}},
		{Setting: "tcp.nagle", Text: "Segments wait."}}
	want := []Point{{"Note on link.jitter", "Packets overtake. This holds only at y."}, {"Note on tcp.nagle", "Segments wait."}}
	if d := documentOf(e); !slices.Equal(d.Warnings, want) {
		t.Errorf("got %q, want %q", d.Warnings, want)
	}
}

func TestModesAreNamedWithTheirMass(t *testing.T) {
	e := tabletest.Product(100, 1e6, tabletest.Factor{Name: "kind", Levels: []string{"a", "b"}})
	s := e.Summary()
	mode := func(lo, hi float64, n int) summary.Mode {
		return summary.Mode{Lo: lo, Hi: hi, N: n, Share: stat.Proportion(n, 100)}
	}
	// The gap of the first two is below the margin, and the last is a single replicate.
	s.Row(1, 0).Modes = []summary.Mode{mode(1e6, 1e6, 50), mode(1.001e6, 1.1e6, 40), mode(1e9, 1.1e9, 9), mode(3e9, 3e9, 1)}
	s.Row(0, 0).Modes = s.Row(1, 0).Modes[:2]
	d := New(s, nil, nil)
	want := "The values of time form separate modes, such as one with a lost packet, in 1 of 2 cells, only at b. " +
		"The mass outside the first mode is largest for b: 90.0 [82.4, 95.1] % at 1.00 ms to 1.10 ms, " +
		"9.00 [4.20, 16.40] % at 1.00 s to 1.10 s, 1.00 [0.03, 5.45] % at 3.00 s. The table of modes has all."
	if got := finding(d, "Modes"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if rows := section(d, "The modes").Blocks[1].Table.Rows; len(rows) != 3 {
		t.Errorf("the table of modes has %d rows", len(rows))
	}
}

func TestComputingTimeAndMetricsOfTheTitleAreAnswered(t *testing.T) {
	d := documentOf(tabletest.New(results.Header{Scenario: "s", Title: "What does new cost in round trips?",
		Metrics: []results.Metric{{Name: "time", Unit: "ns", Better: -1}, {Name: "cpu", Unit: "ns", Better: -1, Exact: true},
			{Name: "server-cpu", Unit: "ns", Better: -1, Exact: true}, {Name: "bytes", Unit: "B", Better: -1, Exact: true}, {Name: "round-trips", Unit: "1", Better: -1},
			{Name: "packets", Unit: "1", Better: -1}},
		Factors: []results.Factor{{Name: "kind", Levels: []string{"old", "new"}}, {Name: "path", Levels: []string{"x", "y"}}},
		Compare: &results.Compare{Factor: "kind", Baseline: "old", Metric: "time", Margin: 0.02},
	}, 500, func(rng *rand.Rand, cell map[string]string) (map[string]float64, bool) {
		v := map[string]float64{"time": 1e9, "cpu": 1000, "server-cpu": 1000, "bytes": 100, "round-trips": 2, "packets": 5}
		if cell["kind"] == "new" {
			v["cpu"], v["packets"] = 3000, 7
			if cell["path"] == "y" {
				v["server-cpu"] = 1500
			}
		}
		return v, false
	}))
	for about, want := range map[string]string{
		"Effect on cpu":        "3.00× as high in both combinations; the difference is +2.00 µs.",
		"Effect on server-cpu": "50 % higher at y, the same within 2 % elsewhere; the difference is +500 ns where it exceeds 2 %.",
		"The same everywhere":  "The median, the p95, the p99 and the mean of bytes and round-trips are within 2 % of the baseline in every combination.",
		"Effect on packets":    "",
	} {
		if got := finding(d, about); got != want {
			t.Errorf("%s: got %q, want %q", about, got, want)
		}
	}
}

func TestAMetricWhoseTailAloneDiffersIsNotTheSameEverywhere(t *testing.T) {
	header := results.Header{Scenario: "s", Title: "s",
		Metrics: []results.Metric{{Name: "time", Unit: "ns", Better: -1}, {Name: "bytes", Unit: "B", Better: -1, Exact: true},
			{Name: "packets", Unit: "1", Better: -1, Exact: true}},
		Factors: []results.Factor{{Name: "kind", Levels: []string{"old", "new"}}, {Name: "path", Levels: []string{"x", "y"}}},
		Compare: &results.Compare{Factor: "kind", Baseline: "old", Metric: "time", Margin: 0.02},
	}
	e := tabletest.New(header, 1000, func(*rand.Rand, map[string]string) (map[string]float64, bool) {
		return map[string]float64{"time": 1e9, "bytes": 100, "packets": 5}, false
	})
	s := e.Summary()
	verdicts := func(of effect.Statistic, ratio float64, v effect.Verdict) {
		for cell := range s.Cells {
			if c := s.Row(cell, 2).VsBaseline; c != nil {
				*c.At(of) = effect.Effect{Ratio: stat.Interval{Value: ratio, Lo: ratio, Hi: ratio}, Verdict: v}
			}
		}
	}
	verdicts(effect.P99, 1.4, effect.Undecided)
	const bytes = "The median, the p95, the p99 and the mean of bytes are within 2 % of the baseline in every combination."
	d := New(s, nil, nil)
	if got, want := finding(d, "The same everywhere"), bytes+"\nThe median, the p95 and the mean of packets are within 2 % of the baseline in every combination."; got != want {
		t.Errorf("undecided at the p99: got %q, want %q", got, want)
	}
	verdicts(effect.P99, 2, effect.Different)
	d = New(s, nil, nil)
	if got := finding(d, "The same everywhere"); got != bytes {
		t.Errorf("different at the p99: got %q, want %q", got, bytes)
	}
	if got, want := finding(d, "Effect on packets"), "The median and the p95 are the same within 2 % in both combinations. Unlike both, the p99 is 2.00× as high in both combinations."; got != want {
		t.Errorf("different at the p99: got %q, want %q", got, want)
	}
	verdicts(effect.P95, 1.5, effect.Different)
	d = New(s, nil, nil)
	if got, want := finding(d, "Effect on packets"), "The median is the same within 2 % and the p95 50 % higher in both combinations."; got != want {
		t.Errorf("different at the p95: got %q, want %q", got, want)
	}
}

// uncertain multiplies the values of the kind "new" on some paths by 0.95 in six batches of
// tabletest and by 1.1 in the other four: the median is lower, and the interval includes 1.
func uncertain(e *tabletest.Experiment, paths string) {
	for cell, levels := range e.Cells {
		if levels[0] != "new" || !strings.Contains(paths, levels[1]) {
			continue
		}
		for i := range e.Values[cell][0] {
			if i%10 < 6 {
				e.Values[cell][0][i] *= 0.95
			} else {
				e.Values[cell][0][i] *= 1.1
			}
		}
	}
}

func TestALevelLeadsOnlyWhereTheRankingIsDecided(t *testing.T) {
	e := pathsAndKinds(-1, map[string]float64{"newb": 0.5, "newc": 0.5, "newd": 0.5}, nil)
	e.Header.Title = "Which kind is best?"
	uncertain(e, "a")
	answer := documentOf(e).Answer
	want := "Kind new has the lowest median speed except at a; undecided at a.\n" +
		"Kind new has the lowest p95 of speed, or one within 2 % of it, except at a; old and newest at a.\n"
	if !strings.HasPrefix(answer, want) {
		t.Errorf("got  %s\nwant %s …", answer, want)
	}
}

func TestAnUndecidedRankingNamesTheLevelsThatMayBeTheBest(t *testing.T) {
	e := pathsAndKinds(-1, map[string]float64{"newesta": 3, "newestb": 3, "newestc": 3, "newestd": 3}, nil)
	e.Header.Title = "Which kind is best?"
	uncertain(e, "abcd")
	answer := documentOf(e).Answer
	want := "Which kind has the lowest median speed is undecided in all 4 combinations (one for each path), between old and new.\n" +
		"Kind old has the lowest p95 of speed in all 4 combinations."
	if !strings.HasPrefix(answer, want) {
		t.Errorf("got  %s\nwant %s …", answer, want)
	}
	if strings.Contains(answer, "against") {
		t.Errorf("the answer names an effect of a level that may not be the best: %s", answer)
	}
}
