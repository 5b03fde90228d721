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
	blocks := []Block{{Points: []Point{
		{"Replicates", fmt.Sprintf("%s in %s, scenario %s, root seed %d%s. A cell is one level of "+
			"each factor.%s The replicate is the statistical unit: every statistic here is "+
			"over replicates.",
			e.replicates(), each(len(e.Cells), "cell"), h.Scenario, h.Seed, version(h.Version), e.combination())},
		{"Varied", e.varied()},
	}}}
	if held := e.held(); held != nil {
		blocks = append(blocks, Block{List: held})
	}
	var points []Point
	if h.Target != nil {
		points = append(points, Point{"Number of replicates", e.target()})
	}
	points = append(points, []Point{
		{"Quantiles", fmt.Sprintf("%s. Intervals have a confidence of %s and come from order "+
			"statistics, which assume no distribution. The interval of a mean is Student's.",
			stat.QuantileDefinition, number.Percent(stat.Confidence))},
		{"Failures", "All statistics of a metric are over the replicates that reached it. The " +
			"share of failed replicates has a Clopper–Pearson interval; two shares differ if their " +
			"intervals have no value in common."},
	}...)
	if h.Compare != nil {
		points = append(points, e.comparison()...)
	}
	if len(e.modes()) > 0 {
		points = append(points, Point{"Modes", "Clusters of a cell's values such that every gap between " +
			"two of them is wider than both (Dunn 1974, in one dimension). Neighbours that are closer than the margin are " +
			"one mode. A share has a Clopper–Pearson interval."})
	}
	if slices.ContainsFunc(h.Metrics, func(m results.Metric) bool { return m.PartOf != "" }) {
		points = append(points,
			Point{"Parts", "The share of a part is its mean divided by the mean " +
				"of the whole, because medians do not add up. A share over several cells is the average " +
				"of the shares in these cells."})
	}
	points = append(points, Point{"Files",
		"The folder samples contains every replicate. summary.csv " +
			"and summary.json contain the statistics of every cell and metric. bench.txt contains the " +
			"first replicates of each cell for benchstat. manifest.json contains all that a repetition " +
			"of the run needs."})
	return append(blocks, Block{Points: points})
}

// combination defines the word, if the report compares cells.
func (e *experiment) combination() string {
	if e.compared < 0 {
		return ""
	}
	return " A combination is one level of each factor other than " + table.FactorName(&e.Header.Factors[e.compared]) +
		": the compared cells differ in that factor alone."
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
// settings that are no factors, a line for each group of keys. It is nil if there is nothing.
func (e *experiment) held() *List {
	settings := slices.Clone(e.Header.Constant)
	for f := range e.Header.Factors {
		if levels := e.levels(f); len(levels) == 1 {
			settings = append(settings, results.Setting{Name: e.Header.Factors[f].Name, Value: levels[0]})
		}
	}
	if len(settings) == 0 {
		return nil
	}
	l := &List{Title: "Held constant: " + plural(len(settings), "setting")}
	var groups []string
	words := map[string][]string{}
	for _, s := range settings {
		group, name, dotted := strings.Cut(s.Name, ".")
		if !dotted {
			group, name = "", s.Name
		}
		if words[group] == nil {
			groups = append(groups, group)
		}
		words[group] = append(words[group], name+" "+s.Value)
	}
	for _, g := range groups {
		text := strings.Join(words[g], "; ")
		if g != "" {
			text = g + ": " + text
		}
		l.Items = append(l.Items, text)
	}
	return l
}

// comparison says how cells were compared with their baselines.
func (e *experiment) comparison() []Point {
	made, paired := 0, 0
	for i := range e.Cells {
		if v := e.Row(i, e.metric).VsBaseline; v != nil {
			made++
			if v.Paired {
				paired++
			}
		}
	}
	about := fmt.Sprintf("%s %s against %s, all other factors being equal.",
		table.FactorName(&e.Header.Factors[e.compared]), e.others(), e.baseline())
	if made == 0 {
		return []Point{{"Comparison", "No cell has a baseline."}}
	}
	points := []Point{{"Comparison", about + " A ratio is the statistic of one side, as the table " +
		"shows it, divided by that of the other."}}
	if paired > 0 {
		points = append(points, Point{"Pairs", "Replicates with the same number have the same seed " +
			"in every cell, so they meet the same random draws, and are compared as pairs" + exceptIndependent(made-paired, made) +
			". The results of different combinations are therefore correlated: the same difference in ten " +
			"combinations is not ten independent confirmations. A run with another root seed is an " +
			"independent check."})
	}
	if e.asksWhich() {
		points = append(points, Point{"The best level", fmt.Sprintf("In each combination, every other %s is compared "+
			"with that of the best median, and of the best p95, in the same way as with the baseline. It counts as "+
			"best too if the verdict is \"same\". If any verdict is \"undecided\", so is the combination. The "+
			"comparisons of each statistic are a family of their own for Holm's method.",
			table.FactorName(&e.Header.Factors[e.compared]))})
	}
	if e.composition() != "" {
		points = append(points, Point{"Properties", "The change by a property is the geometric mean of " +
			"ratios, each inverted if it is below 1, over all combinations and all pairs of levels " +
			"that differ in nothing else. It includes ratios whose verdict is undecided."})
	}
	if len(e.dependence()) > 0 {
		text := "Analysis of variance of the logarithm of the ratio over the combinations. The share of a " +
			"factor is the sum of squares of its main effect, divided by the total sum of squares. The " +
			"interaction has the rest."
		if len(e.comparedLevels()) == 1 {
			text += fmt.Sprintf(" Parentheses show the geometric mean of the ratio, as a change, at each level of "+
				"the factor; with more than %d levels at the two where it is smallest and largest.", mostAlong)
		}
		points = append(points, Point{"What changes the effect", text})
	}
	return append(points,
		Point{"Intervals of ratios and differences", e.intervals(paired, made)},
		Point{"Tests", e.tests(paired, made)},
		Point{"Many comparisons", fmt.Sprintf("p is adjusted by Holm's method over the tests of all "+
			"statistics (median, p95, p99 and mean) in all %s of a metric.", plural(made, "comparison"))},
		Point{"Verdicts", fmt.Sprintf("\"same\": the whole interval of the ratio is within 1 ± %s. "+
			"\"different\": the whole interval is outside, and the adjusted p is below %s. "+
			"\"undecided\": neither; more replicates may decide.",
			number.Percent(e.Header.Compare.Margin), number.Tick(effect.Alpha))},
	)
}

// exceptIndependent names the number of comparisons of independent samples: the end of a sentence
// on pairs. It is empty if there are none.
func exceptIndependent(independent, made int) string {
	if independent == 0 {
		return ""
	}
	return fmt.Sprintf(", except in %s of %s, whose samples are independent",
		number.Count(independent), plural(made, "comparison"))
}

// intervals names the methods that gave the intervals of the comparisons of the headline metric.
func (e *experiment) intervals(paired, made int) string {
	exact := 0
	for i := range e.Cells {
		if v := e.Row(i, e.metric).VsBaseline; v != nil && v.Method == effect.Exact {
			exact++
		}
	}
	var words []string
	if exact < made {
		what := "replicate numbers are drawn with replacement, so that a pair stays together"
		if paired == 0 {
			what = "replicates of each side are drawn with replacement"
		}
		words = append(words, "Percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, §13.3): "+
			what+". The root seed determines the draws. In a sentence, a range of effects is followed in "+
			"brackets by the lowest and the highest bound of their intervals, if these are farther apart.")
	}
	if exact > 0 {
		words = append(words, fmt.Sprintf("%s: in %s all replicates of either side have the same value, "+
			"so the ratio is exact and has no interval.", e.m.Name, portion(exact, made, "comparison")))
	}
	return strings.Join(words, " ")
}

// tests names the tests that gave the p-values.
func (e *experiment) tests(paired, made int) string {
	var words []string
	if paired > 0 {
		words = append(words, "Pairs: McNemar's exact test for a quantile, at the quantile of both "+
			"sides together; Student's t-test of the differences for the mean.")
	}
	if paired < made {
		words = append(words, "Independent samples: Fisher's exact test for a quantile, at the "+
			"quantile of both sides together; Welch's t-test for the mean.")
	}
	return strings.Join(append(words, "Exact values have no test."), " ")
}

func (e *experiment) others() string {
	var words []string
	for _, l := range e.comparedLevels() {
		words = append(words, e.shown(e.compared, l))
	}
	return table.List(words)
}
