package plot

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The neutral colours of every figure. They differ from all colours of data, so that an HTML page
// can replace them by those of its theme (see Figure.Inline).
var (
	ink   = color.RGBA{0x1B, 0x1F, 0x24, 0xFF} // text, axes
	muted = color.RGBA{0x5B, 0x64, 0x70, 0xFF} // secondary text
	rule  = color.RGBA{0xDD, 0xE1, 0xE6, 0xFF} // grid lines
	strip = color.RGBA{0xEE, 0xF1, 0xF4, 0xFF} // background of panel titles
	paper = color.RGBA{0xFE, 0xFE, 0xFE, 0xFF} // background of the figure
)

// okabeIto are the colours of Okabe and Ito, "Color Universal Design" (2008), which readers with
// common colour vision deficiencies can tell apart. Yellow is left out, because it is too light for
// lines on white.
var okabeIto = []color.RGBA{
	{0x00, 0x72, 0xB2, 0xFF}, // blue
	{0xE6, 0x9F, 0x00, 0xFF}, // orange
	{0x00, 0x9E, 0x73, 0xFF}, // bluish green
	{0xCC, 0x79, 0xA7, 0xFF}, // reddish purple
	{0x56, 0xB4, 0xE9, 0xFF}, // sky blue
	{0xD5, 0x5E, 0x00, 0xFF}, // vermilion
}

// black is a colour of data, which Figure.Inline replaces by --ink. It is not #000000, because
// vgsvg leaves that out.
var black = color.RGBA{0x01, 0x01, 0x01, 0xFF}

var dashes = [][]vg.Length{nil, {5, 2}, {1.5, 1.5}, {7, 2, 1.5, 2}, {3, 1.5}, {9, 2}, {1, 3}}

var shapes = []mark{
	{corners: 0},
	{corners: 3, turn: math.Pi / 2},
	{corners: 4, turn: math.Pi / 4},
	{corners: 4},
	{corners: 3, turn: -math.Pi / 2},
	{corners: 6},
	{corners: 5, turn: math.Pi / 2},
}

// style is the look of a level of the compared factor in all figures. The baseline is black and
// solid. The first 6 other levels differ in colour, dash and glyph, and the first 42 in the
// combination of colour and dash.
type style struct {
	color color.RGBA
	dash  []vg.Length
	mark  mark
}

var baselineStyle = style{black, dashes[0], shapes[0]}

func styleOf(level int) style {
	n := len(okabeIto)
	turn := level%n + level/n + 1 // the first dash and glyph are the baseline's
	return style{okabeIto[level%n], dashes[turn%len(dashes)], shapes[turn%len(shapes)]}
}

func (s style) line(width vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: s.color, Width: width, Dashes: s.dash}
}

func (s style) glyph(radius vg.Length, hollow bool) draw.GlyphStyle {
	m := s.mark
	m.hollow = hollow
	return draw.GlyphStyle{Color: s.color, Radius: radius, Shape: m}
}

// mark is a glyph: a circle if corners is 0, else a regular polygon. It is filled for the first
// statistic of a level and hollow for the second.
type mark struct {
	corners int
	turn    float64 // direction of the first corner in radians: 0 is right, π/2 is up
	hollow  bool
}

// circumradius is the circumradius of the regular polygon whose area equals that of a circle of
// radius 1.
func (m mark) circumradius() vg.Length {
	if m.corners == 0 {
		return 1
	}
	n := float64(m.corners)
	return vg.Length(math.Sqrt(2 * math.Pi / (n * math.Sin(2*math.Pi/n))))
}

// DrawGlyph implements draw.GlyphDrawer.
func (m mark) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	sty.Radius *= m.circumradius()
	p := m.outline(pt, sty.Radius)
	if !m.hollow {
		c.SetColor(sty.Color)
		c.Fill(p)
		return
	}
	c.SetColor(paper)
	c.Fill(p)
	c.SetLineStyle(draw.LineStyle{Color: sty.Color, Width: 0.9})
	c.Stroke(p)
}

// outline is a polygon, or a circle of four curves.
func (m mark) outline(pt vg.Point, radius vg.Length) vg.Path {
	var p vg.Path
	if m.corners == 0 {
		at := func(x, y vg.Length) vg.Point { return vg.Point{X: pt.X + radius*x, Y: pt.Y + radius*y} }
		const k = 0.5522847498 // 4/3·(√2−1): the curve meets the circle at 0, 45 and 90°
		p.Move(at(1, 0))
		p.CubeTo(at(1, k), at(k, 1), at(0, 1))
		p.CubeTo(at(-k, 1), at(-1, k), at(-1, 0))
		p.CubeTo(at(-1, -k), at(-k, -1), at(0, -1))
		p.CubeTo(at(k, -1), at(1, -k), at(1, 0))
		p.Close()
		return p
	}
	for i := range m.corners {
		angle := m.turn + 2*math.Pi*float64(i)/float64(m.corners)
		corner := vg.Point{X: pt.X + radius*vg.Length(math.Cos(angle)),
			Y: pt.Y + radius*vg.Length(math.Sin(angle))}
		if i == 0 {
			p.Move(corner)
		} else {
			p.Line(corner)
		}
	}
	p.Close()
	return p
}

func hex(c color.Color) string {
	rgba := color.RGBAModel.Convert(c).(color.RGBA)
	return fmt.Sprintf("#%02X%02X%02X", rgba.R, rgba.G, rgba.B)
}
