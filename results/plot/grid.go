package plot

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measures of every figure, in points. A figure is 7.2 inches wide, like the text of a journal page
// with two columns.
const (
	figureWidth = 7.2 * vg.Inch
	border      = 6
	gutter      = 9  // between panels
	stripHeight = 13 // a panel's title
	tickLength  = 3
	tickGap     = 3
	titleSize   = 10
	textSize    = 8
	tickSize    = 7
	tilted      = math.Pi / 4 // of x axis labels that would touch
	upright     = math.Pi / 2 // where tilted labels would reach into another panel
	mostTilted  = 90          // largest length of a tilted or upright label
	titleMargin = 4           // beside the title of a panel or row
	widestTick  = 130         // label of a y axis
	mostTitled  = 110         // largest height to which a row's title stretches its panels
	titleLine   = 10          // between the lines of a row's title
)

// panel is a pair of axes and what is drawn between them. note is written small in the lower right
// corner.
type panel struct {
	title    heading
	x, y     *axis
	plotters []plot.Plotter
	note     string
}

// key is an entry of a legend: a name, and a function that draws a sample into a rectangle.
type key struct {
	name  string
	width vg.Length // of the sample
	draw  func(c *draw.Canvas)
}

// grid is a figure of panels with shared axes, a legend, and titles above the columns and beside
// the rows.
//
//	title
//	keyTitle  ── full  ── resumed
//	          ┌ loss 0% ┐┌ loss 1% ┐
//	 yTitle   │  panel  ││  panel  │ row title
//	          └─────────┘└─────────┘
//	                xTitle
type grid struct {
	title          string
	keyTitle       string
	keys           []key
	rows           []heading // titles at the right; empty with a single row
	panels         [][]*panel
	xTitle, yTitle string
	panelHeight    vg.Length
	yGrid, xGrid   bool
	ownY           bool    // each panel has its own vertical axis with labels
	tilt           float64 // of the labels of the x axis: 0, tilted or upright
}

func (g *grid) columns() int {
	n := 0
	for _, row := range g.panels {
		n = max(n, len(row))
	}
	return n
}

// tickWidth is the width of the widest label of a y axis. Longer labels are shortened.
func (g *grid) tickWidth() vg.Length {
	w := vg.Length(0)
	for _, row := range g.panels {
		for j, p := range row {
			if j > 0 && !g.ownY {
				break
			}
			for _, t := range p.y.ticks {
				w = max(w, widthOf(t.Label))
			}
		}
	}
	return min(w, widestTick)
}

// between is the space between two columns of panels.
func (g *grid) between() vg.Length {
	if g.ownY {
		return gutter + tickLength + tickGap + g.tickWidth()
	}
	return gutter
}

// sides returns the space to the left and to the right of the panels.
func (g *grid) sides() (left, right vg.Length) {
	left = border + g.tickWidth() + tickLength + tickGap
	if g.yTitle != "" {
		left += textSize + 6
	}
	if g.tilt == tilted { // the label of the first level reaches to the left of its panel
		left = max(left, border+tickSize+g.longestLabel()*vg.Length(math.Cos(tilted)))
	}
	right = border + 4
	if g.hasRowTitles() {
		right += g.rowTitleWidth()
	}
	return left, right
}

// margins returns the space around the panels, which includes titles and legend.
func (g *grid) margins() (left, right, top, bottom vg.Length) {
	left, right = g.sides()
	top = border + titleSize + 6
	if len(g.keys) > 0 {
		top += vg.Length(len(g.legendRows()))*(textSize+5) + 3
	}
	bottom = border + tickLength + tickGap + g.labelHeight() + 2
	if g.xTitle != "" {
		bottom += textSize + 6
	}
	return left, right, top, bottom
}

// labelHeight is the height of the labels of the x axis.
func (g *grid) labelHeight() vg.Length {
	if g.tilt == 0 {
		return tickSize
	}
	return g.longestLabel()*vg.Length(math.Sin(g.tilt)) + tickSize
}

// longestLabel is the length of the longest label of the x axis, of which at most mostTilted are
// drawn.
func (g *grid) longestLabel() vg.Length {
	widest := vg.Length(0)
	for _, row := range g.panels {
		for _, p := range row {
			for _, t := range p.x.ticks {
				widest = max(widest, widthOf(t.Label))
			}
		}
	}
	return min(widest, mostTilted)
}

func (g *grid) hasRowTitles() bool {
	for _, r := range g.rows {
		if r.whole != "" {
			return true
		}
	}
	return false
}

// panelWidth is the width of a panel.
func (g *grid) panelWidth() vg.Length {
	left, right := g.sides()
	n := vg.Length(max(1, g.columns()))
	return (figureWidth - left - right - (n-1)*g.between()) / n
}

// rowStrip is the height of the panel titles of a row.
func (g *grid) rowStrip(row int) vg.Length {
	for _, p := range g.panels[row] {
		if p != nil && p.title.whole != "" {
			return stripHeight
		}
	}
	return 0
}

func (g *grid) size() (w, h vg.Length) {
	_, _, top, bottom := g.margins()
	h = top + bottom
	for i := range g.panels {
		h += g.rowStrip(i) + g.panelHeight
		if i > 0 {
			h += gutter
		}
	}
	return figureWidth, vg.Length(math.Ceil(float64(h)))
}

func (g *grid) draw(c draw.Canvas) {
	left, _, top, bottom := g.margins()
	write(c, aligned(label(titleSize, ink, true), draw.XLeft, draw.YTop),
		vg.Point{X: c.Min.X + border, Y: c.Max.Y - border},
		fit(label(titleSize, ink, true), g.title, c.Max.X-c.Min.X-2*border))
	g.drawLegend(c, c.Max.Y-border-titleSize-6)

	width := g.panelWidth()
	y := c.Max.Y - top
	for i, row := range g.panels {
		y -= g.rowStrip(i)
		for j, p := range row {
			if p == nil {
				continue
			}
			x := c.Min.X + left + vg.Length(j)*(width+g.between())
			rect := vg.Rectangle{Min: vg.Point{X: x, Y: y - g.panelHeight},
				Max: vg.Point{X: x + width, Y: y}}
			g.drawPanel(draw.Canvas{Canvas: c.Canvas, Rectangle: rect}, p, j == 0 || g.ownY,
				!g.hasPanel(i+1, j))
		}
		g.drawRowTitle(c, i, y)
		y -= g.panelHeight + gutter
	}

	middle := c.Min.X + left + (figureWidth-left-border)/2
	if g.xTitle != "" {
		write(c, aligned(label(textSize, ink, false), draw.XCenter, draw.YBottom),
			vg.Point{X: middle, Y: c.Min.Y + border}, g.xTitle)
	}
	if g.yTitle != "" {
		centre := (c.Max.Y - top + c.Min.Y + bottom) / 2
		write(c, turned(aligned(label(textSize, ink, false), draw.XCenter, draw.YTop), 1),
			vg.Point{X: c.Min.X + border, Y: centre},
			fit(label(textSize, ink, false), g.yTitle, c.Max.Y-c.Min.Y-top-bottom+40))
	}
}

func (g *grid) hasPanel(row, column int) bool {
	return row < len(g.panels) && column < len(g.panels[row]) && g.panels[row][column] != nil
}

func (g *grid) drawRowTitle(c draw.Canvas, row int, y vg.Length) {
	if row >= len(g.rows) || g.rows[row].whole == "" {
		return
	}
	width := g.rowTitleWidth()
	x := c.Max.X - border - width
	rect := vg.Rectangle{Min: vg.Point{X: x, Y: y - g.panelHeight},
		Max: vg.Point{X: x + width, Y: y}}
	c.SetColor(strip)
	c.Fill(rect.Path())
	style := label(textSize, ink, false)
	lines := []string{g.rows[row].in(style, g.panelHeight-titleMargin)}
	if g.titleLines() > 1 {
		lines = nil
		for _, line := range g.rows[row].lines {
			lines = append(lines, fit(style, line, g.panelHeight-titleMargin))
		}
	}
	for i, line := range lines { // from right to left, which is downwards for the reader
		write(c, turned(aligned(style, draw.XCenter, draw.YCenter), -1),
			vg.Point{X: x + width - stripHeight/2.0 - titleLine*vg.Length(i), Y: y - g.panelHeight/2}, line)
	}
}

// titleLines is the number of lines of the rows' titles: one, or a line for each factor if a title
// would not fit in one line.
func (g *grid) titleLines() int {
	for _, r := range g.rows {
		if label(textSize, ink, false).Width(r.whole) > g.panelHeight-titleMargin {
			return len(r.lines)
		}
	}
	return 1
}

// rowTitleWidth is the width of the rows' titles.
func (g *grid) rowTitleWidth() vg.Length {
	return stripHeight + titleLine*vg.Length(g.titleLines()-1)
}

// drawPanel draws the title, grid lines, data and axes. yLabels and xLabels add the ticks and their
// labels.
func (g *grid) drawPanel(c draw.Canvas, p *panel, yLabels, xLabels bool) {
	if p.title.whole != "" {
		rect := vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: c.Max.Y},
			Max: vg.Point{X: c.Max.X, Y: c.Max.Y + stripHeight}}
		c.SetColor(strip)
		c.Fill(rect.Path())
		style := label(textSize, ink, false)
		write(c, aligned(style, draw.XCenter, draw.YCenter),
			vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Max.Y + stripHeight/2},
			p.title.in(style, c.Max.X-c.Min.X-titleMargin))
	}
	g.drawGridLines(c, p)
	frame := plot.New()
	frame.X.Min, frame.X.Max, frame.X.Scale = p.x.min, p.x.max, p.x.scale
	frame.Y.Min, frame.Y.Max, frame.Y.Scale = p.y.min, p.y.max, p.y.scale
	for _, data := range p.plotters {
		data.Plot(c, frame)
	}
	c.StrokeLines(draw.LineStyle{Color: ink, Width: 0.6},
		[]vg.Point{{X: c.Min.X, Y: c.Max.Y}, c.Min, {X: c.Max.X, Y: c.Min.Y}})
	if p.note != "" {
		write(c, aligned(label(tickSize-0.5, muted, false), draw.XRight, draw.YBottom),
			vg.Point{X: c.Max.X - 3, Y: c.Min.Y + 3}, p.note)
	}
	g.drawTicks(c, p, yLabels, xLabels)
}

func (g *grid) drawGridLines(c draw.Canvas, p *panel) {
	line := draw.LineStyle{Color: rule, Width: 0.5}
	if g.yGrid {
		for _, t := range p.y.ticks {
			if at := c.Y(p.y.norm(t.Value)); c.ContainsY(at) {
				c.StrokeLine2(line, c.Min.X, at, c.Max.X, at)
			}
		}
	}
	if g.xGrid {
		for _, t := range p.x.ticks {
			if at := c.X(p.x.norm(t.Value)); c.ContainsX(at) {
				c.StrokeLine2(line, at, c.Min.Y, at, c.Max.Y)
			}
		}
	}
}

func (g *grid) drawTicks(c draw.Canvas, p *panel, yLabels, xLabels bool) {
	line := draw.LineStyle{Color: ink, Width: 0.5}
	for _, t := range p.x.ticks {
		if at := c.X(p.x.norm(t.Value)); xLabels && c.ContainsX(at) {
			c.StrokeLine2(line, at, c.Min.Y, at, c.Min.Y-tickLength)
			g.drawXLabel(c, vg.Point{X: at, Y: c.Min.Y - tickLength - tickGap}, t.Label)
		}
	}
	for _, t := range p.y.ticks {
		if at := c.Y(p.y.norm(t.Value)); yLabels && c.ContainsY(at) {
			c.StrokeLine2(line, c.Min.X, at, c.Min.X-tickLength, at)
			style := label(tickSize, ink, false)
			write(c, aligned(style, draw.XRight, draw.YCenter),
				vg.Point{X: c.Min.X - tickLength - tickGap, Y: at}, fit(style, t.Label, widestTick))
		}
	}
}

func (g *grid) drawXLabel(c draw.Canvas, at vg.Point, words string) {
	style := label(tickSize, ink, false)
	words = fit(style, words, mostTilted)
	style.Rotation = g.tilt
	switch g.tilt {
	case 0:
		write(c, aligned(style, draw.XCenter, draw.YTop), at, words)
	case tilted:
		write(c, aligned(style, draw.XRight, draw.YTop), at, words)
	case upright:
		write(c, aligned(style, draw.XRight, draw.YCenter), at, words)
	}
}

// widthOf is the width of a tick's label.
func widthOf(words string) vg.Length { return label(tickSize, ink, false).Width(words) }

// panelHeight is the height of a panel in a figure with this number of rows.
func panelHeight(rows int) vg.Length {
	return max(78, min(190, 330/vg.Length(max(1, rows))))
}

// besideTitles is the given height, increased so that the titles of the rows fit.
func (g *grid) besideTitles(height vg.Length) vg.Length {
	style := label(textSize, ink, false)
	for _, title := range g.rows {
		for _, line := range title.lines {
			height = max(height, min(style.Width(line), mostTitled)+titleMargin)
		}
	}
	return height
}

// figure returns the grid as a figure without a name.
func (g *grid) figure(caption string, data func() Data) Figure {
	return newFigure(g.title, caption, g.size, g.draw, data)
}

// with returns the page's title as the end of a figure's title: ", version 1.3".
func with(on page) string {
	if on.title == "" {
		return ""
	}
	return ", " + on.title
}
