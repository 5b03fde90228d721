package plot

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/plot"

	"tlslab/results"
	"tlslab/results/plot/plottest"
	"tlslab/results/table/tabletest"
)

// quantities is a factor whose levels are 1 to n of a unit, with their values.
func quantities(name, unit string, n int) results.Factor {
	f := results.Factor{Name: name}
	for i := range n {
		f.Levels = append(f.Levels, fmt.Sprint(i+1, unit))
		f.Values = append(f.Values, float64(i+1))
	}
	return f
}

// named is a factor of n levels with long names.
func named(name string, n int) results.Factor {
	f := results.Factor{Name: name}
	for i := range n {
		f.Levels = append(f.Levels, fmt.Sprintf("tls13-ecdhe-ecdsa-chacha20-poly1305-with-%s-%d", name, i))
	}
	return f
}

// experiment compares the levels of the first factor in a metric that has two parts.
func experiment(replicates int, time func(rng *rand.Rand, cell map[string]string) float64, factors ...results.Factor) *tabletest.Experiment {
	h := results.Header{Scenario: "adversarial", Seed: 3, Factors: factors,
		Metrics: []results.Metric{{Name: "time", Unit: "ns", Better: -1},
			{Name: "part.wait", Unit: "ns", Better: -1, PartOf: "time", Group: "network"},
			{Name: "part.work", Unit: "ns", Better: -1, PartOf: "time", Group: "cpu"}}}
	if len(factors) > 0 {
		h.Compare = &results.Compare{Factor: factors[0].Name, Baseline: factors[0].Levels[0], Metric: "time", Margin: 0.02}
	}
	return tabletest.New(h, replicates, func(rng *rand.Rand, cell map[string]string) (map[string]float64, bool) {
		v := time(rng, cell)
		if math.IsNaN(v) {
			return nil, true
		}
		return map[string]float64{"time": v, "part.wait": v / 3, "part.work": v - v/3}, false
	})
}

// No label touches another label or an axis, and nothing is outside the figure, whatever the
// experiment.
func TestNothingTouchesAndNothingIsOutside(t *testing.T) {
	spread := func(rng *rand.Rand, _ map[string]string) float64 { return 1e6 * (1 + rng.ExpFloat64()) }
	huge := func(rng *rand.Rand, cell map[string]string) float64 {
		v := math.Exp(20*rng.Float64() + float64(len(cell["b"])))
		if strings.HasPrefix(cell["a"], "2") {
			v *= 1e6
		}
		return v
	}
	one := results.Factor{Name: "a", Levels: []string{"only"}}
	kind := results.Factor{Name: "kind", Levels: []string{"full", "resumed"}}
	for name, e := range map[string]*tabletest.Experiment{
		"handshakes":        handshakes(),
		"one cell":          experiment(50, spread),
		"one level":         experiment(50, spread, one, quantities("b", "ms", 3)),
		"one replicate":     experiment(1, spread, kind, quantities("b", "ms", 5), quantities("c", "%", 3)),
		"two replicates":    experiment(2, spread, named("suite", 5), quantities("b", "ms", 5)),
		"30 names":          experiment(20, spread, named("suite", 30)),
		"30 names, 2 sizes": experiment(20, spread, named("suite", 30), quantities("b", "kB", 2)),
		"30 quantities":     experiment(20, spread, kind, quantities("b", "ms", 30), quantities("c", "%", 4)),
		"30 compared":       experiment(20, spread, quantities("a", "KiB", 30), quantities("b", "ms", 3)),
		"90 compared":       experiment(5, spread, named("suite", 90), named("path", 2)),
		"many quantities":   experiment(5, spread, quantities("a", "KiB", 12), quantities("b", "ms", 8), quantities("c", "%", 2)),
		"long names":        experiment(20, spread, named("suite", 3), named("path", 4), named("response", 2)),
		"long and many":     experiment(20, spread, named("suite", 7), named("path", 6), named("response", 3)),
		"five factors":      experiment(5, spread, kind, quantities("b", "ms", 3), quantities("c", "%", 3), named("path", 2), named("d", 2)),
		"all failed":        experiment(10, func(*rand.Rand, map[string]string) float64 { return math.NaN() }, kind, quantities("b", "ms", 3)),
		"most failed": experiment(200, func(rng *rand.Rand, c map[string]string) float64 {
			if rng.Float64() < 0.8 {
				return math.NaN()
			}
			return spread(rng, c)
		}, kind, quantities("b", "ms", 3)),
		"constant": experiment(20, func(_ *rand.Rand, c map[string]string) float64 { return float64(len(c["kind"])) * 1e6 }, kind, quantities("b", "ms", 3), quantities("c", "%", 3)),
		"half constant": experiment(100, func(rng *rand.Rand, c map[string]string) float64 {
			if c["kind"] == "full" {
				return 2e6
			}
			return spread(rng, c)
		}, kind, quantities("b", "ms", 3)),
		"zero":              experiment(20, func(*rand.Rand, map[string]string) float64 { return 0 }, kind, quantities("b", "ms", 3)),
		"negative":          experiment(20, func(rng *rand.Rand, _ map[string]string) float64 { return -rng.Float64() }, kind, quantities("b", "ms", 3)),
		"huge range":        experiment(100, huge, quantities("a", "ms", 5), quantities("b", "ms", 3), quantities("c", "%", 2)),
		"huge range of two": experiment(100, huge, kind, quantities("b", "ms", 3), quantities("c", "%", 6)),
	} {
		t.Run(name, func(t *testing.T) {
			figures, _ := figuresOf(e)
			for _, f := range figures {
				faults := plottest.Faults(f)
				for _, fault := range faults[:min(len(faults), 4)] {
					t.Errorf("%s: %s", f.Name, fault)
				}
			}
		})
	}
}

// The checker finds what it looks for.
func TestFaultsAreFound(t *testing.T) {
	two := func(x float64) Figure {
		g := &grid{title: strings.Repeat("W", 30), panelHeight: 40,
			panels: [][]*panel{{{x: linearAxis(span{0, 1}, 0, false), y: linearAxis(span{0, 1}, 0, false)}}}}
		p := g.panels[0][0]
		p.x.ticks = nil
		for i, v := range []float64{0.5, 0.5 + x} {
			p.x.ticks = append(p.x.ticks, plot.Tick{Value: v, Label: fmt.Sprint("long label ", i)})
		}
		return g.figure("", nil)
	}
	if faults := plottest.Faults(two(0.3)); len(faults) != 0 {
		t.Errorf("labels far apart: %q", faults)
	}
	if faults := plottest.Faults(two(0.01)); len(faults) == 0 {
		t.Error("labels that touch have no fault")
	}
	if faults := plottest.Faults(two(0.99)); len(faults) == 0 {
		t.Error("a label beyond the figure has no fault")
	}
}
