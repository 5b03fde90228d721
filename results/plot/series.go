package plot

import (
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
	shift  vg.Length // to the right: see dodge
	joined bool      // a line joins the points
}

// Plot implements plot.Plotter.
func (s series) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	bar := draw.LineStyle{Color: s.line.Color, Width: 0.9}
	var path []vg.Point
	for i, v := range s.values {
		if !drawable(v.Value, p.Y.Scale) {
			continue
		}
		at := vg.Point{X: toX(s.at[i]) + s.shift, Y: toY(v.Value)}
		path = append(path, at)
		lo, hi := at.Y, at.Y
		if drawable(v.Lo, p.Y.Scale) {
			lo = toY(v.Lo)
			whisker(c, bar, at.X, lo)
		} else if math.IsInf(v.Lo, -1) {
			lo = c.Min.Y
		}
		if drawable(v.Hi, p.Y.Scale) {
			hi = toY(v.Hi)
			whisker(c, bar, at.X, hi)
		} else if math.IsInf(v.Hi, 1) {
			hi = c.Max.Y
			arrow(c, bar, at.X)
		}
		c.StrokeLine2(bar, at.X, lo, at.X, hi)
	}
	if s.joined && len(path) > 1 {
		c.StrokeLines(s.line, path)
	}
	for _, at := range path {
		c.DrawGlyphNoClip(s.glyph, at)
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

// arrow marks an interval without upper bound at the top of the panel.
func arrow(c draw.Canvas, line draw.LineStyle, x vg.Length) {
	c.StrokeLines(line, []vg.Point{{X: x - 2.2, Y: c.Max.Y - 3.5}, {X: x, Y: c.Max.Y},
		{X: x + 2.2, Y: c.Max.Y - 3.5}})
}
