package plot

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/stat"
	"tlslab/results/summary"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// statistic is a quantile of a summary.Row, and the statistic of the comparison with the baseline.
type statistic struct {
	name   string
	of     func(*summary.Row) stat.Interval
	effect effect.Statistic
}

var (
	median = statistic{"median", func(r *summary.Row) stat.Interval { return r.P50 }, effect.P50}
	p95    = statistic{"p95", func(r *summary.Row) stat.Interval { return r.P95 }, effect.P95}
)

// maxLevelsSideBySide is the largest number of levels in colours whose values are drawn side by
// side in one figure. More levels would hide each other: compared levels are then drawn as ratios
// to the baseline, others with a figure for each quantile.
const maxLevelsSideBySide = 3

// quantiles draws the headline metric's median and p95 against a factor. If more than
// maxLevelsSideBySide compared levels have colours, it draws their ratios to the baseline.
func (set *Set) quantiles() ([]Figure, []Omitted) {
	l := placeAlong(set.summary, mostColumns-2)
	if l.x == nil {
		return nil, []Omitted{{"quantiles", "there is only one cell"}}
	}
	draw, kind := set.quantilesPage, "quantiles"
	sets := [][]statistic{{median, p95}}
	if l.colour != nil && len(l.colour.levels) > maxLevelsSideBySide {
		sets = [][]statistic{{median}, {p95}}
		if l.colour.baseline >= 0 {
			draw, kind = set.effectsPage, "effect"
		}
	}
	var figures []Figure
	var omitted []Omitted
	pages, left := l.paged()
	if left > 0 {
		omitted = append(omitted, tooMany(kind, left, l))
	}
	for _, stats := range sets {
		for _, on := range pages {
			f, why := draw(l, on, stats)
			if why != "" {
				omitted = append(omitted, Omitted{kind + on.name, why})
				continue
			}
			f.Name = kind + "-" + fileName(set.headline().Name) + on.name
			if len(sets) > 1 {
				f.Name += "-" + stats[0].name
			}
			figures = append(figures, f)
		}
	}
	return figures, omitted
}

// headline is the metric of most figures.
func (set *Set) headline() *results.Metric { return &set.summary.Header.Metrics[set.metric] }

func tooMany(figure string, left int, l layout) Omitted {
	return Omitted{figure, fmt.Sprintf("%d more pages, one for each combination of %s, are not "+
		"drawn; summary.csv contains their numbers", left, names(l.pages))}
}

// names lists the names of factors: "rtt and loss".
func names(fs []*factor) string {
	var words []string
	for _, f := range fs {
		words = append(words, f.name)
	}
	return table.List(words)
}

func (set *Set) quantilesPage(l layout, on page, stats []statistic) (Figure, string) {
	m := set.headline()
	tiles, rows := l.tiles(on)
	g := &grid{rows: rows, yGrid: true, xTitle: l.x.name}
	g.panelHeight = g.besideTitles(panelHeight(len(tiles)))
	x := levelsAxis(l.x)
	data := set.quantilesData()
	var spans []span
	all := emptySpan()
	for _, row := range tiles {
		var panels []*panel
		for _, t := range row {
			p, s := &panel{title: t.title, x: x}, emptySpan()
			set.addSeries(p, l, t.pick, stats, &s, data)
			panels, spans = append(panels, p), append(spans, s)
			all.join(s)
		}
		g.panels = append(g.panels, panels)
	}
	if all.empty() {
		return Figure{}, "no replicate reached " + m.Name
	}
	// Compared levels on the x axis are compared within a panel, and a shared axis would flatten
	// all panels but one.
	g.ownY = l.colour == nil && len(spans) > 1 && all.wide(4)
	g.scaleY(m, all, spans)
	g.keys = quantilesKeys(l, stats)
	if l.colour != nil {
		g.keyTitle = l.colour.name
	}
	g.fitLevels(x)
	what := stats[0].name
	if len(stats) > 1 {
		what += " and " + stats[1].name
	}
	g.title = capital(what) + " of " + m.Name + with(on)
	return g.figure(set.quantilesCaption(g, l, what), data.done), ""
}

// scaleY sets the vertical axes: a shared one, or each panel its own from zero (ownY).
func (g *grid) scaleY(m *results.Metric, all span, spans []span) {
	r := upwards(g.panelHeight)
	shared := valueAxis(all, 20, true)
	g.yTitle = shared.labelValues(m.Name, m.Unit, all, r)
	i := 0
	for _, row := range g.panels {
		for _, p := range row {
			p.y = shared
			if g.ownY {
				p.y = linearAxis(spans[i], 0.1, true)
				p.y.label(m.Unit, number.ScaleFor(m.Unit, spans[i].max), true, r)
			}
			i++
		}
	}
	if g.ownY {
		g.yTitle = m.Name
	}
}

func (set *Set) quantilesCaption(g *grid, l layout, what string) string {
	m := set.headline()
	c := fmt.Sprintf("%s of %s against %s, with 95 %% intervals. An arrow marks a side on which the "+
		"interval has no bound.", capital(what), m.Name, l.x.name)
	if l.x.baseline >= 0 {
		c += fmt.Sprintf(" Horizontal lines are the baseline (%s).", l.x.levels[l.x.baseline])
	} else if l.colour != nil {
		c += " The levels of " + l.colour.name + " stand side by side at each level of " + l.x.name + "."
	}
	if g.ownY {
		c += " Each panel has its own vertical axis, from zero."
	} else if _, isLog := g.panels[0][0].y.scale.(plot.LogScale); isLog {
		c += " The vertical axis is logarithmic."
	}
	return c + l.x.spacing(g.panels[0][0].x) + set.unreached(set.metric)
}

// spacing are the sentences of a caption on the axis of a factor.
func (f *factor) spacing(a *axis) string {
	c := ""
	if f.numeric {
		c = " The levels of " + f.name + " are evenly spaced, not to scale."
	}
	if len(a.ticks) < len(f.levels) {
		c += " Not every level of " + f.name + " has a label, because labels would touch."
	}
	return c
}

// addSeries adds to a panel a series for each statistic of each level in colours, side by side, and
// to y the range of their values. Lines would be misleading between points that stand side by side,
// so only a single series of quantities has one.
func (set *Set) addSeries(p *panel, l layout, at pick, stats []statistic, y *span, data *dataBuilder) {
	p.plotters = append(p.plotters, separators(len(l.x.levels)))
	if l.colour == nil {
		set.addLevels(p, l.x, at, stats, y, data)
		return
	}
	for i := range l.colour.levels {
		look := l.colour.style(i)
		for j, statistic := range stats {
			s := series{beside: beside{i*len(stats) + j, len(l.colour.levels) * len(stats)},
				line: look.line(1.2), glyph: statisticGlyph(look, j)}
			for level := range l.x.levels {
				set.addPoint(&s, at.with(l.x, level).with(l.colour, i), level, statistic, y, data)
			}
			p.plotters = append(p.plotters, s)
		}
	}
}

// addLevels adds to a panel the points of a factor on the x axis: each compared level in its own
// colour, with a line at the baseline, or all in one colour.
func (set *Set) addLevels(p *panel, x *factor, at pick, stats []statistic, y *span, data *dataBuilder) {
	for j, statistic := range stats {
		one := series{beside: beside{j, len(stats)}, line: styleOf(0).line(1.2 - 0.6*vg.Length(j)),
			glyph: statisticGlyph(styleOf(0), j), joined: x.numeric}
		var each []plot.Plotter
		for level := range x.levels {
			if x.baseline < 0 {
				set.addPoint(&one, at.with(x, level), level, statistic, y, data)
				continue
			}
			s := series{beside: one.beside, line: x.style(level).line(1.2), glyph: statisticGlyph(x.style(level), j)}
			set.addPoint(&s, at.with(x, level), level, statistic, y, data)
			if level == x.baseline && len(s.values) > 0 {
				p.plotters = append(p.plotters, reference{s.values[0].Value, 0.7 - 0.35*vg.Length(j)})
			}
			each = append(each, s)
		}
		if x.baseline < 0 {
			each = append(each, one)
		}
		p.plotters = append(p.plotters, each...)
	}
}

// addPoint adds the statistic of a cell to a series, if the cell exists.
func (set *Set) addPoint(s *series, at pick, level int, of statistic, y *span, data *dataBuilder) {
	cell := set.cell(at)
	if cell < 0 {
		return
	}
	row := set.summary.Row(cell, set.metric)
	v := of.of(row)
	s.at, s.values = append(s.at, float64(level)), append(s.values, v)
	y.add(v.Value)
	y.add(v.Lo)
	y.add(v.Hi)
	data.add(cell, of.effect.String(), row.N, row.Reached, v.Value, v.Lo, v.Hi)
}

// statisticGlyph is a filled glyph for the first statistic and a hollow one for the second.
func statisticGlyph(look style, statistic int) draw.GlyphStyle {
	if statistic == 0 {
		return look.glyph(2.2, false)
	}
	return look.glyph(2.6, true)
}

// quantilesKeys are the legend: a glyph for each level in colours and for each statistic, and the
// line of the baseline.
func quantilesKeys(l layout, stats []statistic) []key {
	var out []key
	if l.colour != nil {
		for i, name := range l.colour.names() {
			out = append(out, glyphKey(name, statisticGlyph(l.colour.style(i), 0)))
		}
	}
	if len(stats) > 1 {
		for j, s := range stats {
			look := baselineStyle
			look.color = muted
			out = append(out, glyphKey(s.name, statisticGlyph(look, j)))
		}
	}
	if l.x.baseline >= 0 {
		out = append(out, lineKey(l.x.names()[l.x.baseline], baselineStyle.line(0.7), draw.GlyphStyle{}))
	}
	return out
}

// labelValues labels an axis of a metric's values and returns the axis' title. If a logarithmic
// axis spans several multiples of the unit, each tick has its unit.
func (a *axis) labelValues(name, unit string, s span, r room) string {
	scale := number.ScaleFor(unit, s.max)
	if _, isLog := a.scale.(plot.LogScale); isLog && number.ScaleFor(unit, s.min) != scale {
		a.label(unit, scale, true, r)
		return name
	}
	a.label(unit, scale, false, r)
	if scale.Symbol != "" {
		name += " (" + scale.Symbol + ")"
	}
	return name
}
