package plot

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/results/table/number"
)

// distributions draws the empirical distribution function of the headline metric for every cell. A
// panel has a curve for each compared level, and there is a panel for each combination of the other
// factors. Each column of panels has its own horizontal axis, because the factor of the columns
// often has the largest effect on the metric. Rows and pages share it.
func (set *Set) distributions() ([]Figure, []Omitted) {
	const figure = "distribution"
	m := &set.summary.Header.Metrics[set.metric]
	if why := set.undrawable(); why != "" {
		return nil, []Omitted{{figure, why}}
	}
	l := place(set.summary, mostColumns)
	pages, left := l.paged()
	var omitted []Omitted
	if left > 0 {
		omitted = append(omitted, tooMany(figure, left, l))
	}
	spans := set.columnSpans(l, pages)
	var figures []Figure
	for _, on := range pages {
		g, empty := set.distributionPage(l, on, spans)
		if empty {
			omitted = append(omitted, Omitted{figure + on.name, "no replicate reached " + m.Name})
			continue
		}
		g.title = "Distribution of " + m.Name + with(on)
		name := "distribution-" + fileName(m.Name) + on.name
		figures = append(figures, g.figure(name, set.distributionCaption(m.Name, g)))
	}
	return figures, omitted
}

// logarithmicFrom is the ratio of the largest to the smallest value of a column from which on its
// axis is logarithmic.
const logarithmicFrom = 3

// undrawable returns the reason if there is no distribution to draw, else an empty text.
func (set *Set) undrawable() string {
	name := set.summary.Header.Metrics[set.metric].Name
	var some, spread bool
	for i := range set.summary.Cells {
		c := set.curves[i]
		some = some || len(c.x) > 0
		spread = spread || len(c.x) > 1
	}
	switch {
	case !some:
		return "no replicate reached " + name
	case !spread:
		return "every replicate of a cell has the same " + name
	}
	return ""
}

// columnSpans returns the range of values of each column over all pages. If a single factor is
// wrapped over several rows, all columns have the same range.
func (set *Set) columnSpans(l layout, pages []page) []span {
	spans := make([]span, mostColumns)
	for i := range spans {
		spans[i] = emptySpan()
	}
	for _, on := range pages {
		tiles, _ := l.tiles(on)
		for _, row := range tiles {
			for j, t := range row {
				for _, i := range set.compared(l, t.pick) {
					c := set.curves[i.cell]
					if len(c.x) > 0 {
						spans[j].add(c.x[0])
						spans[j].add(c.x[len(c.x)-1])
					}
				}
			}
		}
	}
	all := emptySpan()
	for _, s := range spans {
		if !s.empty() {
			all.join(s)
		}
	}
	for i := range spans {
		if l.wrapped() || spans[i].empty() {
			spans[i] = all
		}
	}
	return spans
}

// comparedCell is the cell of a compared level in a panel.
type comparedCell struct{ level, cell int }

// compared lists the cells of a panel, one for each compared level that has a cell there.
func (set *Set) compared(l layout, at pick) []comparedCell {
	levels := 1
	if l.colour != nil {
		levels = len(l.colour.levels)
	}
	var cells []comparedCell
	for i := range levels {
		if c := set.cell(at.with(l.colour, i)); c >= 0 {
			cells = append(cells, comparedCell{i, c})
		}
	}
	return cells
}

// distributionPage makes a page. empty reports that no cell of the page has a curve.
func (set *Set) distributionPage(l layout, on page, spans []span) (g *grid, empty bool) {
	m := &set.summary.Header.Metrics[set.metric]
	tiles, rows := l.tiles(on)
	g = &grid{
		rows: rows, panelHeight: panelHeight(len(tiles)), yGrid: true, xGrid: true,
		yTitle: "cumulative share of replicates",
	}
	y := tailAxis(set.mostReplicates())
	axes := make([]*axis, len(spans))
	for j, s := range spans {
		axes[j] = valueAxis(s, logarithmicFrom, false)
	}
	empty = true
	for _, row := range tiles {
		var panels []*panel
		for j, t := range row {
			p := &panel{title: t.title, x: axes[j], y: y}
			reached := set.addCurves(p, set.compared(l, t.pick))
			empty = empty && !reached
			panels = append(panels, p)
		}
		g.panels = append(g.panels, panels)
	}
	g.keys = curveKeys(l.colour)
	if l.colour != nil {
		g.keyTitle = l.colour.name
	}
	g.labelColumns(m.Unit, m.Name, axes, spans)
	return g, empty
}

// addCurves adds the curves of cells to a panel, and a note if replicates failed. It reports
// whether any cell has values.
func (set *Set) addCurves(p *panel, cells []comparedCell) (reached bool) {
	failed := 0
	for _, i := range cells {
		c := set.curves[i.cell]
		reached = reached || len(c.x) > 0
		failed += set.summary.Cells[i.cell].Failed
		p.plotters = append(p.plotters, ecdf{c, styleOf(i.level).line(1.2)})
	}
	if failed > 0 {
		p.note = number.Count(failed) + " failed"
	}
	return reached
}

// mostReplicates is the largest number of replicates of a cell.
func (set *Set) mostReplicates() int {
	n := 0
	for _, c := range set.curves {
		n = max(n, c.n)
	}
	return n
}

// labelColumns labels the horizontal axes: all in the same multiple of the unit if it suits all
// columns, else with the unit at each tick.
func (g *grid) labelColumns(unit, name string, axes []*axis, spans []span) {
	r := room{g.panelWidth(), widthOf}
	scale := number.ScaleFor(unit, spans[0].max)
	shared := true
	for _, s := range spans {
		shared = shared && number.ScaleFor(unit, s.max) == scale && s.min > scale.Factor/50
	}
	g.xTitle = name
	if shared && scale.Symbol != "" {
		g.xTitle += " (" + scale.Symbol + ")"
	}
	for j, a := range axes {
		a.label(unit, number.ScaleFor(unit, spans[j].max), !shared, r)
	}
}

func (set *Set) distributionCaption(metric string, g *grid) string {
	c := "Empirical distribution function: the share of replicates whose " + metric +
		" is at most the value on the horizontal axis. " +
		"The vertical axis spreads the tail: 90, 99 and 99.9 % are equally far apart."
	if set.anyFailed() {
		c += " A curve ends below the top if replicates of its cell did not reach " + metric + "."
	}
	if g.columns() > 1 {
		c += " Each column has its own horizontal axis."
	}
	for _, p := range g.panels[0] {
		if _, isLog := p.x.scale.(plot.LogScale); isLog {
			return c + fmt.Sprintf(" A horizontal axis is logarithmic if its largest value is more "+
				"than %d times its smallest.", logarithmicFrom)
		}
	}
	return c
}

func curveKeys(colour *factor) []key {
	var out []key
	if colour == nil {
		return nil
	}
	for i, name := range colour.shown {
		out = append(out, lineKey(name, styleOf(i).line(1.4), draw.GlyphStyle{}))
	}
	return out
}

// ecdf draws a curve in steps, from the bottom of the panel to the fraction of its last value. It
// is a plot.Plotter.
type ecdf struct {
	curve
	line draw.LineStyle
}

// Plot implements plot.Plotter.
func (e ecdf) Plot(c draw.Canvas, p *plot.Plot) {
	if len(e.x) == 0 {
		return
	}
	toX, toY := p.Transforms(&c)
	height := func(f float64) vg.Length {
		if f >= 1 {
			return c.Max.Y
		}
		return toY(tailScale(f))
	}
	const visible = 0.25 // points; smaller steps are drawn together with the next
	last := len(e.x) - 1
	path := []vg.Point{{X: toX(e.x[0]), Y: c.Min.Y}}
	for i, x := range e.x {
		from, to := path[len(path)-1], vg.Point{X: toX(x), Y: height(e.f[i])}
		if i < last && to.X-from.X < visible && to.Y-from.Y < visible {
			continue
		}
		path = append(path, vg.Point{X: to.X, Y: from.Y}, to)
	}
	if e.f[last] < 1 {
		path = append(path, vg.Point{X: c.Max.X, Y: path[len(path)-1].Y})
	}
	c.StrokeLines(e.line, path)
}
