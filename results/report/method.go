package report

import (
	"fmt"
	"strings"

	"tlslab/results/stat"
	"tlslab/results/summary"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// method says how the numbers came about, so that a reader can judge them and make them again.
func (e *experiment) method() []Block {
	h := e.Header
	points := []Point{
		{"Replicates", fmt.Sprintf("%s in each of %s, scenario %s, root seed %d%s. The replicate is the sample: every number here is over replicates.",
			e.replicates(), plural(len(e.Cells), "cell"), h.Scenario, h.Seed, version(h.Version))},
		{"Varied", e.varied()},
	}
	if held := e.held(); held != "" {
		points = append(points, Point{"Held constant", held})
	}
	points = append(points,
		Point{"Quantiles", fmt.Sprintf("%s, over the replicates that reached the metric; intervals are at %s, by order statistics, without assuming a distribution. %s is a side on which there are too few replicates for a bound.",
			stat.QuantileDefinition, number.Percent(stat.Confidence), number.Infinity)},
	)
	if h.Compare != nil {
		points = append(points, e.comparison()...)
	}
	points = append(points, Point{"Files", "The samples folder has every replicate; summary.csv and summary.json every row; bench.txt has the first replicates of each cell for benchstat; manifest.json has what is needed to run it again."})
	return []Block{{Points: points}}
}

func version(v string) string {
	if v == "" {
		return ""
	}
	return ", version " + v
}

// varied lists the factors with their levels.
func (e *experiment) varied() string {
	var words []string
	for f := range e.Header.Factors {
		levels := e.levels(f)
		if len(levels) < 2 {
			continue
		}
		described := &e.Header.Factors[f]
		var shown []string
		for _, l := range levels {
			shown = append(shown, e.shown(f, l))
		}
		name := table.FactorName(described)
		if described.Shown != nil {
			name += " (" + described.Name + " " + strings.Join(levels, ", ") + ")"
		}
		words = append(words, name+": "+strings.Join(shown, ", "))
	}
	if len(words) == 0 {
		return "nothing: there is one cell."
	}
	return strings.Join(words, "; ") + "."
}

// held lists what was the same in every cell: the factors of which one level only was run, and the settings that were
// not varied.
func (e *experiment) held() string {
	var words []string
	for f := range e.Header.Factors {
		if levels := e.levels(f); len(levels) == 1 {
			words = append(words, table.FactorName(&e.Header.Factors[f])+" "+e.shown(f, levels[0]))
		}
	}
	for _, s := range e.Header.Constant {
		words = append(words, s.Name+" "+s.Value)
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, "; ") + "."
}

// comparison says how cells were compared.
func (e *experiment) comparison() []Point {
	c := e.Header.Compare
	made, paired := 0, 0
	for i := range e.Cells {
		if v := e.Row(i, e.metric).VsBaseline; v != nil {
			made++
			if v.Paired {
				paired++
			}
		}
	}
	how := "Replicates of the same number met the same randomness and are compared pair by pair, where both reached the metric: the median of their ratios, with an interval by order statistics; p by the Wilcoxon signed-rank test of their differences, those of zero left out."
	switch {
	case made == 0:
		how = "No cell has a baseline to be compared with."
	case paired == 0:
		how = "The cells' replicates are independent samples: the ratio of their medians, with an interval that combines theirs; p by the Mann–Whitney U test."
	case paired < made:
		how += fmt.Sprintf(" %s of %s comparisons are of independent samples instead: the ratio of medians, and the Mann–Whitney U test.", number.Count(made-paired), number.Count(made))
	}
	return []Point{
		{"Comparison", fmt.Sprintf("%s %s against %s, all other factors alike. %s", table.FactorName(&e.Header.Factors[e.compared]), e.others(), e.baseline(), how)},
		{"Many comparisons", fmt.Sprintf("p is adjusted by Holm's method for all %s of a metric.", plural(made, "comparison"))},
		{"Verdicts", fmt.Sprintf("same: the whole interval of the ratio is within 1 ± %s; different: it is wholly outside, and the adjusted p is below %s; undecided: neither; more replicates may tell.",
			number.Percent(c.Margin), number.Tick(summary.Alpha))},
	}
}

func (e *experiment) others() string {
	var words []string
	for _, l := range e.comparedLevels() {
		words = append(words, e.shown(e.compared, l))
	}
	return list(words)
}
