package report

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/stat"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// method says how the experiment was done and evaluated, so that a reader can judge and repeat it.
func (e *experiment) method() []Block {
	h := e.Header
	points := []Point{
		{"Replicates", fmt.Sprintf("%s in %s, scenario %s, root seed %d%s. A cell is one "+
			"combination of levels. The replicate is the statistical unit: every statistic here is "+
			"over replicates.",
			e.replicates(), each(len(e.Cells), "cell"), h.Scenario, h.Seed, version(h.Version))},
		{"Varied", e.varied()},
	}
	if h.Target != nil {
		points = append(points, Point{"Number of replicates", e.target()})
	}
	if held := e.held(); held != "" {
		points = append(points, Point{"Held constant", held})
	}
	points = append(points,
		Point{"Quantiles",
			fmt.Sprintf("%s, over the replicates that reached the metric. Intervals "+
				"have a confidence of %s and come from order statistics, which assume no distribution. "+
				"%s means that a side has too few replicates for a bound.",
				stat.QuantileDefinition, number.Percent(stat.Confidence), number.Infinity)},
	)
	if slices.ContainsFunc(h.Metrics, func(m results.Metric) bool { return m.PartOf != "" }) {
		points = append(points,
			Point{"Parts", "The share of a part is its mean divided by the mean " +
				"of the whole, because medians do not add up. A share over several cells is the average " +
				"of the shares in these cells."})
	}
	if h.Compare != nil {
		points = append(points, e.comparison()...)
	}
	points = append(points, Point{"Files",
		"The folder samples contains every replicate. summary.csv " +
			"and summary.json contain the statistics of every cell and metric. bench.txt contains the " +
			"first replicates of each cell for benchstat. manifest.json contains all that a repetition " +
			"of the run needs."})
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
		if described.Key != "" && described.Key != described.Name {
			name += " (key " + described.Key + ")"
		}
		words = append(words, name+": "+strings.Join(shown, ", "))
	}
	if len(words) == 0 {
		return "nothing, since there is one cell."
	}
	return strings.Join(words, "; ") + "."
}

// held lists what was the same in every cell: factors with cells of one level only, and the
// settings that are no factors.
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

// comparison says how cells were compared with their baselines.
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
	how := "Replicates with the same number have the same seed, so they meet the same random draws. " +
		"They form a pair if both reached the metric. The ratio is the median over the ratios of the " +
		"pairs, with an interval from order statistics. p is that of the Wilcoxon signed-rank test " +
		"of the differences of the pairs, without the differences of zero."
	switch {
	case made == 0:
		how = "No cell has a baseline."
	case paired == 0:
		how = "The replicates of two cells are independent samples. The ratio is that of their " +
			"medians, with an interval that combines those of the medians. p is that of the " +
			"Mann–Whitney U test."
	case paired < made:
		how += fmt.Sprintf(" For %s of %s comparisons the samples are independent: the ratio is that "+
			"of the medians, and p that of the Mann–Whitney U test.",
			number.Count(made-paired), number.Count(made))
	}
	return []Point{
		{"Comparison", fmt.Sprintf("%s %s against %s, all other factors being equal. %s",
			table.FactorName(&e.Header.Factors[e.compared]), e.others(), e.baseline(), how)},
		{"Many comparisons", fmt.Sprintf("p is adjusted by Holm's method over all %s of a metric.",
			plural(made, "comparison"))},
		{"Verdicts", fmt.Sprintf("\"same\": the whole interval of the ratio is within 1 ± %s. "+
			"\"different\": the whole interval is outside, and the adjusted p is below %s. "+
			"\"undecided\": neither; more replicates may decide.",
			number.Percent(c.Margin), number.Tick(effect.Alpha))},
	}
}

func (e *experiment) others() string {
	var words []string
	for _, l := range e.comparedLevels() {
		words = append(words, e.shown(e.compared, l))
	}
	return table.List(words)
}
