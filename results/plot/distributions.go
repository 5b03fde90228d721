package plot

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/results/table/number"
)

// distributions draws the empirical distribution function of the headline metric with its
// confidence band. A panel has a curve for each compared level, and there is a panel for each
// combination of the other factors in which the values of a cell differ by more than noSpread. Each
// column of panels has its own horizontal axis, because the factor of the columns often has the
// largest effect on the metric. Rows and pages share it.
func (set *Set) distributions() ([]Figure, []Omitted) {
	const figure = "distribution"
	m := set.headline()
	cells, why := set.spread()
	if why != "" {
		return nil, []Omitted{{figure, why}}
	}
	l := place(set.summary, cells, mostColumns)
	pages, left := l.paged()
	var omitted []Omitted
	if left > 0 {
		omitted = append(omitted, tooMany(figure, left, l))
	}
	spans := set.columnSpans(l, pages)
	var figures []Figure
	for _, on := range pages {
		g, drawn := set.distributionPage(l, on, spans)
		if len(drawn) == 0 {
			omitted = append(omitted, Omitted{figure + on.name, set.allTheSame()})
			continue
		}
		g.title = "Distribution of " + m.Name + with(on)
		f := g.figure(set.distributionCaption(g, len(cells)), func() Data { return set.distributionData(drawn) })
		f.Name = "distribution-" + fileName(m.Name) + on.name
		figures = append(figures, f)
	}
	return figures, omitted
}

// logarithmicFrom is the ratio of the largest to the smallest value of a column from which on its
// axis is logarithmic.
const logarithmicFrom = 3

// spread lists the cells of the panels in which any cell has a distribution to draw. These are the
// cells that differ from such a cell in the compared factor alone. why is the reason if there are
// none.
func (set *Set) spread() (cells []int, why string) {
	// panel identifies the panel of a cell.
	panel := func(cell int) string {
		return set.summary.Header.Combination(set.summary.Cells[cell].Levels)
	}
	varying := map[string]bool{}
	reached := false
	for i := range set.summary.Cells {
		c := set.curves[i]
		reached = reached || len(c.x) > 0
		if c.varies() {
			varying[panel(i)] = true
		}
	}
	for i := range set.summary.Cells {
		if varying[panel(i)] {
			cells = append(cells, i)
		}
	}
	switch {
	case !reached:
		return nil, "no replicate reached " + set.headline().Name
	case len(cells) == 0:
		return nil, set.allTheSame()
	}
	return cells, ""
}

func (set *Set) allTheSame() string {
	return "every replicate of a cell has the same " + set.headline().Name + ", within " +
		number.Percent(noSpread)
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

// distributionPage makes a page, and lists the cells whose curves it shows.
func (set *Set) distributionPage(l layout, on page, spans []span) (g *grid, drawn []int) {
	m := set.headline()
	tiles, rows := l.tiles(on)
	g = &grid{
		rows: rows, yGrid: true, xGrid: true, yTitle: "cumulative share of replicates",
	}
	g.panelHeight = g.besideTitles(panelHeight(len(tiles)))
	y := tailAxis(set.mostReplicates(), g.panelHeight)
	axes := make([]*axis, len(spans))
	for j, s := range spans {
		axes[j] = valueAxis(s, logarithmicFrom, false)
	}
	for _, row := range tiles {
		var panels []*panel
		for j, t := range row {
			p := &panel{title: t.title, x: axes[j], y: y}
			drawn = append(drawn, set.addCurves(p, l, set.compared(l, t.pick))...)
			panels = append(panels, p)
		}
		g.panels = append(g.panels, panels)
	}
	if l.colour != nil {
		g.keyTitle = l.colour.name
		for i, name := range l.colour.names() {
			g.keys = append(g.keys, lineKey(name, l.colour.style(i).line(1.3), draw.GlyphStyle{}))
		}
	}
	g.labelColumns(m.Unit, m.Name, axes, spans)
	return g, drawn
}

// mostBands is the largest number of curves of a panel that have confidence bands. More bands would
// hide each other.
const mostBands = 8

// addCurves adds the curves of cells to a panel and lists the cells that have one. A cell with a
// single value gets a glyph on the axis. A note says if replicates are missing.
func (set *Set) addCurves(p *panel, l layout, cells []comparedCell) (drawn []int) {
	var bands, curves, marks []plot.Plotter
	missing, varying := 0, 0
	for _, i := range cells {
		if set.curves[i.cell].varies() {
			varying++
		}
	}
	for n, i := range cells {
		c := set.curves[i.cell]
		row := set.summary.Row(i.cell, set.metric)
		missing += row.N - row.Reached
		look := styleOf(0)
		if l.colour != nil {
			look = l.colour.style(i.level)
		}
		switch {
		case len(c.x) == 0:
		case c.constant():
			if varying > 0 {
				marks = append(marks, atAxis{c.x[0], n, look.glyph(2.6, true)})
			}
		default:
			drawn = append(drawn, i.cell)
			if varying <= mostBands {
				bands = append(bands, confidence{c, look.color})
			}
			curves = append(curves, ecdf{c, look.line(1.2)})
		}
	}
	p.plotters = slices.Concat(bands, curves, marks)
	switch {
	case varying == 0 && len(marks) == 0 && len(cells) > 0:
		p.note = "no spread"
	case missing > 0:
		p.note = number.Count(missing) + " missing"
	}
	return drawn
}

// distributionData are the steps of the curves of cells and their bands.
func (set *Set) distributionData(cells []int) Data {
	data := set.build(set.metric, "kind", "share", "value", "replicates", "low", "high")
	for _, cell := range cells {
		c := set.curves[cell]
		for i, x := range c.x {
			data.add(cell, "curve", c.f[i], x, int(math.Round(c.f[i]*float64(c.n))), nil, nil)
		}
		for _, s := range c.band() {
			data.add(cell, "band", s.fraction, nil, nil, s.low, s.high)
		}
	}
	return data.done()
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
	r := across(g.panelWidth())
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

// distributionCaption is the caption of a figure that shows panels of some cells.
func (set *Set) distributionCaption(g *grid, shown int) string {
	metric := set.headline().Name
	c := "Empirical distribution function: the share of replicates whose " + metric +
		" is at most the value on the horizontal axis. " +
		"The vertical axis spreads the tail: 90, 99 and 99.9 % are equally far apart."
	if slices.ContainsFunc(g.panels, func(row []*panel) bool { return slices.ContainsFunc(row, has[confidence]) }) {
		c += " Shaded: the pointwise 95 % confidence band, from order statistics (binomial ranks; " +
			"Conover, Practical Nonparametric Statistics, 1999, section 3.2)."
	}
	if slices.ContainsFunc(g.panels, func(row []*panel) bool { return slices.ContainsFunc(row, has[atAxis]) }) {
		c += fmt.Sprintf(" A glyph on the horizontal axis is a cell whose replicates all have this value, "+
			"within %s.", number.Percent(noSpread))
	}
	if left := len(set.summary.Cells) - shown; left > 0 {
		c += fmt.Sprintf(" %s cells are not drawn: there, all replicates have the same value, within %s.",
			number.Count(left), number.Percent(noSpread))
	}
	if text := set.unreached(set.metric); text != "" {
		c += strings.Replace(text, "are left out", "count as later than all others, so that a curve ends below the top", 1)
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

// has reports whether a panel has a plotter of type T.
func has[T plot.Plotter](p *panel) bool {
	return slices.ContainsFunc(p.plotters, func(d plot.Plotter) bool { _, is := d.(T); return is })
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
	const visible = 0.4 // points; smaller steps are drawn together with the next
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

// confidence is the band of a curve. It is a plot.Plotter.
type confidence struct {
	curve  curve
	colour color.RGBA
}

// Plot implements plot.Plotter.
func (b confidence) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	at := func(v float64) vg.Length {
		switch {
		case math.IsInf(v, -1):
			return c.Min.X
		case math.IsInf(v, 1):
			return c.Max.X
		}
		return max(c.Min.X, min(c.Max.X, toX(v)))
	}
	// The lower bounds upwards, the upper bounds downwards: both in steps.
	var left, right []vg.Point
	steps := b.curve.band()
	for i, s := range steps {
		y := min(c.Max.Y, toY(tailScale(s.fraction)))
		above := c.Max.Y
		if i+1 < len(steps) {
			above = min(c.Max.Y, toY(tailScale(steps[i+1].fraction)))
		}
		left = step(left, at(s.low), y, above)
		right = step(right, at(s.high), y, above)
	}
	slices.Reverse(right)
	outline := append(left, right...)
	if len(outline) < 3 {
		return
	}
	var path vg.Path
	path.Move(outline[0])
	for _, point := range outline[1:] {
		path.Line(point)
	}
	path.Close()
	fill := b.colour
	if fill == black {
		fill = muted // visible on a dark page too
	}
	c.SetColor(color.NRGBA{fill.R, fill.G, fill.B, 0x2C})
	c.Fill(path)
}

// step adds a vertical step at x. A step at the same x makes the step before it longer.
func step(path []vg.Point, x, from, to vg.Length) []vg.Point {
	const visible = 0.4 // points
	if n := len(path); n > 0 && math.Abs(float64(path[n-1].X-x)) < visible {
		path[n-1].Y = to
		return path
	}
	return append(path, vg.Point{X: x, Y: from}, vg.Point{X: x, Y: to})
}

// atAxis is a glyph on the horizontal axis: the only value of the n-th cell of a panel. It is a
// plot.Plotter.
type atAxis struct {
	value float64
	n     int
	glyph draw.GlyphStyle
}

// Plot implements plot.Plotter.
func (a atAxis) Plot(c draw.Canvas, p *plot.Plot) {
	toX, _ := p.Transforms(&c)
	// Glyphs of equal values stand one above the other.
	c.DrawGlyphNoClip(a.glyph, vg.Point{X: toX(a.value), Y: c.Min.Y + 3.5 + 6.5*vg.Length(a.n)})
}
