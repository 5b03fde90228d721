package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/results/stat"
)

// series is a row of estimates with their intervals along the x axis. It is a plot.Plotter.
type series struct {
	at     []float64
	values []stat.Interval
	line   draw.LineStyle
	glyph  draw.GlyphStyle
	beside beside
	joined bool // a line joins the points
	// floor is the height of the texts at the bottom of the panel, which intervals do not cover.
	floor vg.Length
}

// beside is the i-th of n points that stand side by side at each level. The zero value is a point
// alone.
type beside struct{ i, n int }

// widestStep is the largest distance of two points of a level: enough for the largest glyphs.
const widestStep = 8.5

// shift is the distance of a point to the right of its level, in a slot of this width.
func (s beside) shift(slot vg.Length) vg.Length {
	return (vg.Length(s.i) - vg.Length(max(1, s.n)-1)/2) * s.step(slot)
}

func (s beside) step(slot vg.Length) vg.Length {
	return min(widestStep, (slot-2)/vg.Length(max(1, s.n)))
}

// Plot implements plot.Plotter.
func (s series) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	slot := toX(1) - toX(0)
	glyph := s.glyph
	glyph.Radius = min(glyph.Radius, max(1.1, s.beside.step(slot)/2))
	bar := draw.LineStyle{Color: s.line.Color, Width: 0.9}
	var path []vg.Point
	for i, v := range s.values {
		if !drawable(v.Value, p.Y.Scale) {
			continue
		}
		at := vg.Point{X: toX(s.at[i]) + s.beside.shift(slot), Y: toY(v.Value)}
		path = append(path, at)
		lo, hi := at.Y, at.Y
		// A bound of 0 or less is below a logarithmic axis.
		if below := math.IsInf(v.Lo, -1) || (v.Lo <= 0 && !drawable(v.Lo, p.Y.Scale)); below {
			lo = c.Min.Y + s.floor
			arrow(c, bar, at.X, lo, +1)
		} else if drawable(v.Lo, p.Y.Scale) {
			lo = toY(v.Lo)
			whisker(c, bar, at.X, lo)
		}
		if math.IsInf(v.Hi, 1) {
			hi = c.Max.Y
			arrow(c, bar, at.X, c.Max.Y, -1)
		} else if drawable(v.Hi, p.Y.Scale) {
			hi = toY(v.Hi)
			whisker(c, bar, at.X, hi)
		}
		c.StrokeLine2(bar, at.X, lo, at.X, hi)
	}
	if s.joined && len(path) > 1 {
		c.StrokeLines(s.line, path)
	}
	for _, at := range path {
		c.DrawGlyphNoClip(glyph, at)
	}
}

// drawable reports whether a value has a position on the axis.
func drawable(v float64, scale plot.Normalizer) bool {
	_, isLog := scale.(plot.LogScale)
	return !math.IsNaN(v) && !math.IsInf(v, 0) && (!isLog || v > 0)
}

// whisker marks a bound of an interval.
func whisker(c draw.Canvas, line draw.LineStyle, x, y vg.Length) {
	c.StrokeLine2(line, x-1.8, y, x+1.8, y)
}

// arrow marks a side of an interval without bound at an end of the panel. inwards is the direction
// into the panel: 1 is up.
func arrow(c draw.Canvas, line draw.LineStyle, x, y, inwards vg.Length) {
	c.StrokeLines(line, []vg.Point{{X: x - 2.2, Y: y + 3.5*inwards}, {X: x, Y: y},
		{X: x + 2.2, Y: y + 3.5*inwards}})
}

// reference is a horizontal line in the colour of the baseline. It is a plot.Plotter.
type reference struct {
	at    float64
	width vg.Length
}

// Plot implements plot.Plotter.
func (r reference) Plot(c draw.Canvas, p *plot.Plot) {
	_, toY := p.Transforms(&c)
	if drawable(r.at, p.Y.Scale) {
		c.StrokeLine2(baselineStyle.line(r.width), c.Min.X, toY(r.at), c.Max.X, toY(r.at))
	}
}

// separators are vertical lines between the levels on an axis of this many. It is a plot.Plotter.
type separators int

// Plot implements plot.Plotter.
func (n separators) Plot(c draw.Canvas, p *plot.Plot) {
	toX, _ := p.Transforms(&c)
	for i := 1; i < int(n); i++ {
		x := toX(float64(i) - 0.5)
		c.StrokeLine2(draw.LineStyle{Color: rule, Width: 0.5}, x, c.Min.Y, x, c.Max.Y)
	}
}

// band is a horizontal area between two values. It is a plot.Plotter.
type band struct {
	low, high float64
	fill      color.Color
}

// Plot implements plot.Plotter.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	_, toY := p.Transforms(&c)
	rect := c.Rectangle
	rect.Min.Y, rect.Max.Y = max(toY(b.low), c.Min.Y), min(toY(b.high), c.Max.Y)
	if rect.Max.Y > rect.Min.Y {
		c.SetColor(b.fill)
		c.Fill(rect.Path())
	}
}
