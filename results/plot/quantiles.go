package plot

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/results"
	"tlslab/results/stat"
	"tlslab/results/summary"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// statistic is a quantile of a summary.Row.
type statistic struct {
	name string
	of   func(*summary.Row) stat.Interval
}

var (
	median = statistic{"median", func(r *summary.Row) stat.Interval { return r.P50 }}
	p95    = statistic{"p95", func(r *summary.Row) stat.Interval { return r.P95 }}
)

// quantiles draws the headline metric's median and p95 against a factor. With more than three
// compared levels the curves of both quantiles would hide each other, so each quantile has its own
// figure.
func (set *Set) quantiles() ([]Figure, []Omitted) {
	l := placeAlong(set.summary, mostColumns-2)
	if l.x == nil {
		return nil, []Omitted{{"quantiles", "there is only one cell"}}
	}
	sets := [][]statistic{{median, p95}}
	if l.colour != nil && len(l.colour.levels) > 3 {
		sets = [][]statistic{{median}, {p95}}
	}
	var figures []Figure
	var omitted []Omitted
	pages, left := l.paged()
	if left > 0 {
		omitted = append(omitted, tooMany("quantiles", left, l))
	}
	for _, stats := range sets {
		for _, on := range pages {
			f, why := set.quantilesPage(l, on, stats)
			if why != "" {
				omitted = append(omitted, Omitted{"quantiles" + on.name, why})
				continue
			}
			if len(sets) > 1 {
				f.Name += "-" + stats[0].name
			}
			figures = append(figures, f)
		}
	}
	return figures, omitted
}

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
	m := &set.summary.Header.Metrics[set.metric]
	tiles, rows := l.tiles(on)
	g := &grid{rows: rows, panelHeight: panelHeight(len(tiles)), yGrid: true, xTitle: l.x.name}
	x, joined := levelsAxis(l.x)
	var spans []span
	all := emptySpan()
	for _, row := range tiles {
		var panels []*panel
		for _, t := range row {
			p, s := &panel{title: t.title, x: x}, emptySpan()
			set.addSeries(p, l, t.pick, stats, joined, &s)
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
	g.ownY = l.colour == nil && all.wide(4)
	g.scaleY(m, all, spans)
	g.keys = keys(l.colour, stats)
	if l.colour != nil {
		g.keyTitle = l.colour.name
	}
	g.tilted = x.fitLabels(room{g.panelWidth(), widthOf}, joined && !l.x.even())
	what := stats[0].name
	if len(stats) > 1 {
		what += " and " + stats[1].name
	}
	g.title = capital(what) + " of " + m.Name + with(on)
	return g.figure("quantiles-"+fileName(m.Name)+on.name, set.quantilesCaption(g, l, what, joined)), ""
}

// scaleY sets the vertical axes: a shared one, or each panel its own from zero (ownY).
func (g *grid) scaleY(m *results.Metric, all span, spans []span) {
	r := room{g.panelHeight, heightOf}
	shared := valueAxis(all, 20, true)
	g.yTitle = shared.labelValues(m.Name, m.Unit, all, r)
	i := 0
	for _, row := range g.panels {
		for _, p := range row {
			p.y = shared
			if g.ownY {
				p.y = linearAxis(spans[i], 0.06, true)
				p.y.label(m.Unit, number.ScaleFor(m.Unit, spans[i].max), true, r)
			}
			i++
		}
	}
	if g.ownY {
		g.yTitle = m.Name
	}
}

func (set *Set) quantilesCaption(g *grid, l layout, what string, joined bool) string {
	m := &set.summary.Header.Metrics[set.metric]
	c := fmt.Sprintf("%s of %s against %s, with 95 %% intervals. An arrow at the top marks an "+
		"interval without an upper bound.", capital(what), m.Name, l.x.name)
	if g.ownY {
		c += " Each panel has its own vertical axis, from zero."
	} else if _, isLog := g.panels[0][0].y.scale.(plot.LogScale); isLog {
		c += " The vertical axis is logarithmic."
	}
	if set.anyFailed() {
		c += " Quantiles are of the replicates that reached " + m.Name + "."
	}
	if joined && l.x.even() {
		c += " The levels of " + l.x.name + " are evenly spaced, not to scale."
	}
	return c
}

// addSeries adds to a panel a series for each statistic of each compared level, and to y the range
// of their values.
func (set *Set) addSeries(p *panel, l layout, at pick, stats []statistic, joined bool, y *span) {
	positions := l.x.positions()
	levels := 1
	if l.colour != nil {
		levels = len(l.colour.levels)
	}
	for i := range levels {
		for j, statistic := range slices.Backward(stats) { // the median on top
			look := styleOf(i)
			s := series{joined: joined, line: look.line(1.3), glyph: statisticGlyph(look, j),
				shift: dodge(i, levels, joined)}
			if j > 0 {
				s.line.Width = 0.7
			}
			for level := range l.x.levels {
				cell := set.cell(at.with(l.x, level).with(l.colour, i))
				if cell < 0 {
					continue
				}
				v := statistic.of(set.summary.Row(cell, set.metric))
				s.at, s.values = append(s.at, positions[level]), append(s.values, v)
				y.add(v.Value)
				y.add(v.Lo)
				y.add(v.Hi)
			}
			s.sort()
			p.plotters = append(p.plotters, s)
		}
	}
}

// statisticGlyph is a filled glyph for the first statistic and a larger hollow one for the second,
// so that both are visible at the same point.
func statisticGlyph(look style, statistic int) draw.GlyphStyle {
	if statistic == 0 {
		return look.glyph(2.2, false)
	}
	return look.glyph(3.4, true)
}

// sort sorts the points by their position on the x axis.
func (s *series) sort() {
	order := make([]int, len(s.at))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.at[a], s.at[b]) })
	at, values := make([]float64, len(order)), make([]stat.Interval, len(order))
	for i, o := range order {
		at[i], values[i] = s.at[o], s.values[o]
	}
	s.at, s.values = at, values
}

// dodge is the horizontal shift of the i-th of n compared levels, which keeps their intervals
// apart. It is small on an axis of quantities, where positions have a meaning, and wider than a
// glyph on an axis of names.
func dodge(i, n int, joined bool) vg.Length {
	step := min(7, 28/vg.Length(max(1, n)))
	if joined {
		step = min(2, 6/vg.Length(max(1, n)))
	}
	return (vg.Length(i) - vg.Length(n-1)/2) * step
}

// keys are the legend: a line for each compared level and a glyph for each statistic.
func keys(colour *factor, stats []statistic) []key {
	var out []key
	if colour != nil {
		for i, name := range colour.shown {
			look := styleOf(i)
			out = append(out, lineKey(name, look.line(1.3), statisticGlyph(look, 0)))
		}
	}
	if len(stats) > 1 {
		for j, s := range stats {
			look := styleOf(0)
			look.color = muted
			out = append(out, glyphKey(s.name, statisticGlyph(look, j)))
		}
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
