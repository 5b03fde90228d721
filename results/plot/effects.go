package plot

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/results/table/number"
)

// effectsPage draws the ratio of a statistic of each compared level to the baseline, with its
// interval. The baseline is a line at 1, and its own value is written below.
func (set *Set) effectsPage(l layout, on page, stats []statistic) (Figure, string) {
	of := stats[0]
	m := set.headline()
	tiles, rows := l.tiles(on)
	g := &grid{rows: rows, yGrid: true, xTitle: l.x.name, keyTitle: l.colour.name}
	g.panelHeight = g.besideTitles(panelHeight(len(tiles)))
	x := levelsAxis(l.x)
	data := set.effectsData()
	margin := set.summary.Header.Compare.Margin
	var values []*below
	ratios := false
	all := emptySpan()
	all.add(1)
	for _, row := range tiles {
		var panels []*panel
		for _, t := range row {
			p := &panel{title: t.title, x: x}
			p.plotters = append(p.plotters, band{1 - margin, 1 + margin, strip}, separators(len(l.x.levels)),
				reference{1, 0.8})
			for i := range l.colour.levels {
				if i == l.colour.baseline {
					b := set.baselineValues(l, t.pick.with(l.colour, i), of)
					values, p.plotters = append(values, b), append(p.plotters, b)
					continue
				}
				s := set.effectSeries(l, t.pick, i, of, &all, data)
				for _, v := range s.values {
					ratios = ratios || finiteRatio(v.Value)
				}
				p.plotters = append(p.plotters, s)
			}
			panels = append(panels, p)
		}
		g.panels = append(g.panels, panels)
	}
	if !ratios {
		return Figure{}, "no cell has a ratio to its baseline"
	}
	y := ratioAxis(all, g.panelHeight)
	for _, row := range g.panels {
		for _, p := range row {
			p.y = y
		}
	}
	g.yTitle = "ratio to the baseline"
	for i, name := range l.colour.names() {
		look := l.colour.style(i)
		if i == l.colour.baseline {
			g.keys = append(g.keys, lineKey(name, look.line(0.8), draw.GlyphStyle{}))
			continue
		}
		g.keys = append(g.keys, glyphKey(name, statisticGlyph(look, 0)))
	}
	g.fitLevels(x)
	baseline := l.colour.levels[l.colour.baseline]
	g.title = fmt.Sprintf("%s of %s relative to the baseline (%s)%s", capital(of.name), m.Name, baseline, with(on))
	caption := fmt.Sprintf("%s of %s, divided by that of the baseline (%s), with 95 %% intervals, on a "+
		"logarithmic axis. An arrow marks a side on which the interval has no bound. The grey area is "+
		"the margin of %s around 1. Ratios are drawn because the values of more than %d levels of %s "+
		"would hide each other.",
		capital(of.name), m.Name, baseline, number.Percent(margin), maxLevelsSideBySide, l.colour.name)
	if showIfAllFit(values, x.slot(g.panelWidth())) {
		caption += " The numbers at the bottom are the " + of.name + " of the baseline."
	}
	return g.figure(caption+l.x.spacing(x)+set.unreached(set.metric), data.done), ""
}

func (set *Set) effectsData() *dataBuilder {
	return set.build(set.metric, "statistic", "baseline", "ratio", "low", "high", "p_holm", "verdict")
}

// effectSeries are the ratios of a compared level to the baseline. It adds their range to y.
func (set *Set) effectSeries(l layout, at pick, level int, of statistic, y *span, data *dataBuilder) series {
	look := l.colour.style(level)
	n, i := len(l.colour.levels)-1, level
	if level > l.colour.baseline {
		i--
	}
	s := series{line: look.line(1.2), glyph: statisticGlyph(look, 0), beside: beside{i, n},
		floor: belowHeight}
	for on := range l.x.levels {
		cell := set.cell(at.with(l.x, on).with(l.colour, level))
		if cell < 0 {
			continue
		}
		v := set.summary.Row(cell, set.metric).VsBaseline
		if v == nil {
			continue
		}
		e := v.At(of.effect)
		set.addEffect(data, cell, of)
		s.at, s.values = append(s.at, float64(on)), append(s.values, e.Ratio)
		for _, r := range []float64{e.Ratio.Value, e.Ratio.Lo, e.Ratio.Hi} {
			if r > 0 {
				y.add(r)
			}
		}
	}
	return s
}

// addEffect adds the effect on a statistic of a cell to the data.
func (set *Set) addEffect(data *dataBuilder, cell int, of statistic) {
	e := set.summary.Row(cell, set.metric).VsBaseline.At(of.effect)
	verdict := string(e.Verdict)
	if state(e) == tooFew {
		verdict = tooFewName
	}
	data.add(cell, of.effect.String(), set.summary.Header.Compare.Baseline, e.Ratio.Value, e.Ratio.Lo,
		e.Ratio.Hi, e.PHolm, verdict)
}

// ratioAxis is a logarithmic axis of ratios, with room for a line of text at the bottom.
func ratioAxis(s span, height vg.Length) *axis {
	s.min, s.max = math.Min(s.min, 0.98), math.Max(s.max, 1.02)
	a := logAxis(s, 0.06)
	text := float64(belowHeight / height)
	a.min = math.Exp(math.Log(a.max) - (math.Log(a.max)-math.Log(a.min))/(1-text))
	a.label("", number.Scale{Factor: 1}, false, upwards(height))
	return a
}

// belowHeight is the height of the texts of below with the space around them.
const belowHeight = tickSize + vg.Length(6)

// below are texts at the bottom of a panel, one at each level. It is a plot.Plotter.
type below struct {
	texts []string
	shown bool
}

func (set *Set) baselineValues(l layout, at pick, of statistic) *below {
	texts := make([]string, len(l.x.levels))
	for i := range l.x.levels {
		if cell := set.cell(at.with(l.x, i)); cell >= 0 {
			texts[i] = number.Value(of.of(set.summary.Row(cell, set.metric)).Value, set.headline().Unit)
		}
	}
	return &below{texts: texts}
}

// showIfAllFit shows the texts of all panels if none is wider than its level, and reports it.
func showIfAllFit(all []*below, slot vg.Length) bool {
	for _, b := range all {
		for _, words := range b.texts {
			if belowStyle.Width(words) > slot-3 {
				return false
			}
		}
	}
	for _, b := range all {
		b.shown = true
	}
	return len(all) > 0
}

var belowStyle = aligned(label(tickSize-0.5, muted, false), draw.XCenter, draw.YBottom)

// Plot implements plot.Plotter.
func (b *below) Plot(c draw.Canvas, p *plot.Plot) {
	toX, _ := p.Transforms(&c)
	for i, words := range b.texts {
		if b.shown && words != "" {
			write(c, belowStyle, vg.Point{X: toX(float64(i)), Y: c.Min.Y + 2.5}, words)
		}
	}
}
