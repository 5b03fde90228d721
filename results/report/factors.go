package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"tlslab/results/effect"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// dependence says which factor changes the effect most, at the median and at the p95: how the
// variation of the ratio over the combinations divides into the factors' main effects and their
// interaction (analysis of variance of its logarithm; Montgomery, Design and Analysis of
// Experiments, 8th edition 2013, chapter 5). A statistic whose effects differ by less than the
// margin is left out.
func (e *experiment) dependence() []Point {
	const about = "What changes the effect on the "
	median, tail := e.variation(effect.P50), e.variation(effect.P95)
	if median == tail && median != "" {
		return []Point{{about + "median and the p95", median}}
	}
	var points []Point
	if median != "" {
		points = append(points, Point{about + "median", median})
	}
	if tail != "" {
		points = append(points, Point{about + "p95", tail})
	}
	return points
}

// variation is the text of dependence for one statistic. It is empty if no combination differs, and
// if some has no finite ratio, since then the factors' effects cannot be separated.
func (e *experiment) variation(of effect.Statistic) string {
	levels := e.comparedLevels()
	sums := make([]float64, len(e.varying))
	total, reach, differs := 0.0, 0.0, false
	for _, level := range levels {
		effects := at(e.comparisons(level, e.metric), of)
		logs := make([]float64, len(effects))
		for i, x := range effects {
			logs[i] = math.Log(x.Ratio.Value)
			differs = differs || x.Verdict == effect.Different
			if math.IsNaN(logs[i]) || math.IsInf(logs[i], 0) {
				return ""
			}
		}
		combinations := 1
		for _, f := range e.varying {
			combinations *= len(e.levels(f))
		}
		if len(effects) != combinations || combinations < 2 {
			return ""
		}
		reach = max(reach, slices.Max(logs)-slices.Min(logs))
		mean := average(logs)
		for _, v := range logs {
			total += (v - mean) * (v - mean)
		}
		for i, f := range e.varying {
			for _, l := range e.levels(f) {
				at := e.logsAt(effects, logs, f, l)
				sums[i] += float64(len(at)) * math.Pow(average(at)-mean, 2)
			}
		}
	}
	if !differs || len(e.varying) < 2 || reach < math.Log1p(e.Header.Compare.Margin) {
		return ""
	}
	order := make([]int, len(e.varying))
	interaction := 1.0
	for i := range order {
		order[i] = i
		interaction -= sums[i] / total
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sums[b], sums[a]) })
	var words []string
	for _, i := range order {
		share := sums[i] / total
		if share < 0.01 {
			continue
		}
		words = append(words, fmt.Sprintf("%s %s%s", table.FactorName(&e.Header.Factors[e.varying[i]]),
			number.Percent(share), e.along(e.varying[i], of)))
	}
	if len(words) == 0 {
		return ""
	}
	text := "Shares of the variation of the ratio over the combinations: " + strings.Join(words, ", ")
	if interaction >= 0.01 {
		text += ", interaction " + number.Percent(interaction)
	}
	return text + "."
}

// mostAlong is the number of levels of a factor up to which along names all.
const mostAlong = 4

// along is the geometric mean of the ratio at the levels of a factor, if one level is compared:
// " (−61 % at 20us, −4.9 % at 200ms)". Of more than mostAlong levels it names the two between which
// the ratio changes most.
func (e *experiment) along(factor int, of effect.Statistic) string {
	levels := e.comparedLevels()
	if len(levels) > 1 {
		return ""
	}
	effects := at(e.comparisons(levels[0], e.metric), of)
	logs := make([]float64, len(effects))
	for i, x := range effects {
		logs[i] = math.Log(x.Ratio.Value)
	}
	rising := e.rising(factor)
	mean := func(level string) float64 { return average(e.logsAt(effects, logs, factor, level)) }
	byMean := func(a, b string) int { return cmp.Compare(mean(a), mean(b)) }
	named := rising
	if len(rising) > mostAlong {
		named = []string{slices.MinFunc(rising, byMean), slices.MaxFunc(rising, byMean)}
		slices.SortFunc(named, func(a, b string) int { return cmp.Compare(slices.Index(rising, a), slices.Index(rising, b)) })
	}
	var words []string
	for _, l := range named {
		words = append(words, number.Change(math.Exp(mean(l)))+" at "+l)
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// logsAt are the logarithms of the ratios at a level of a factor.
func (e *experiment) logsAt(effects []cellEffect, logs []float64, factor int, level string) []float64 {
	var out []float64
	for i, x := range effects {
		if e.Cells[x.cell].Levels[factor] == level {
			out = append(out, logs[i])
		}
	}
	return out
}

// average is the arithmetic mean.
func average(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
