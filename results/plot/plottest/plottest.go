// Package plottest checks the geometry of figures for tests: that no text touches another text or
// an axis, and that nothing is outside the figure.
package plottest

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Figure is a plot.Figure.
type Figure interface {
	Size() (w, h vg.Length)
	Draw(draw.Canvas)
}

// axes is the colour of the axes and their ticks.
var axes = color.RGBA{0x1B, 0x1F, 0x24, 0xFF}

// Faults lists what is wrong with the geometry of a figure.
func Faults(f Figure) []string {
	w, h := f.Size()
	c := &canvas{states: []state{{transform: identity}}}
	f.Draw(draw.Canvas{Canvas: c, Rectangle: vg.Rectangle{Max: vg.Point{X: w, Y: h}}})
	var faults []string
	for i, t := range c.texts {
		for _, p := range t.corners {
			if p.X < 0 || p.Y < 0 || p.X > w || p.Y > h {
				faults = append(faults, fmt.Sprintf("%q is outside the figure, at %.0f, %.0f of %.0f × %.0f", t.words, p.X, p.Y, w, h))
				break
			}
		}
		for _, other := range c.texts[:i] {
			if touch(t.corners, other.corners) {
				faults = append(faults, fmt.Sprintf("%q touches %q at %.0f, %.0f", t.words, other.words, t.corners[0].X, t.corners[0].Y))
			}
		}
		for _, l := range c.lines {
			if touch(t.corners, l[:]) {
				faults = append(faults, fmt.Sprintf("%q touches an axis at %.0f, %.0f", t.words, t.corners[0].X, t.corners[0].Y))
				break
			}
		}
	}
	if len(c.lines) == 0 {
		faults = append(faults, "it has no lines in the colour of axes")
	}
	const half = 1 // of the widest line
	if b := c.bounds; b.Min.X < -half || b.Min.Y < -half || b.Max.X > w+half || b.Max.Y > h+half {
		faults = append(faults, fmt.Sprintf("it draws from %v to %v, outside its %.0f × %.0f points", b.Min, b.Max, w, h))
	}
	return faults
}

// text is a drawn text with the corners of the box around its glyphs.
type text struct {
	words   string
	corners []vg.Point
}

// matrix is an affine transform: x' = a·x + c·y + e, y' = b·x + d·y + f.
type matrix struct{ a, b, c, d, e, f float64 }

var identity = matrix{a: 1, d: 1}

// then applies n first, then m.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b, m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

func (m matrix) point(p vg.Point) vg.Point {
	x, y := float64(p.X), float64(p.Y)
	return vg.Point{X: vg.Length(m.a*x + m.c*y + m.e), Y: vg.Length(m.b*x + m.d*y + m.f)}
}

type state struct {
	transform matrix
	colour    color.Color
}

// canvas is a vg.Canvas that remembers where texts and axes are, and the bounds of everything.
type canvas struct {
	states []state
	texts  []text
	lines  [][2]vg.Point
	bounds vg.Rectangle
}

func (c *canvas) now() *state { return &c.states[len(c.states)-1] }

func (c *canvas) Push()                              { c.states = append(c.states, *c.now()) }
func (c *canvas) Pop()                               { c.states = c.states[:len(c.states)-1] }
func (c *canvas) SetLineWidth(vg.Length)             {}
func (c *canvas) SetLineDash([]vg.Length, vg.Length) {}
func (c *canvas) SetColor(colour color.Color)        { c.now().colour = colour }

func (c *canvas) Rotate(angle float64) {
	sin, cos := math.Sincos(angle)
	c.now().transform = c.now().transform.then(matrix{a: cos, b: sin, c: -sin, d: cos})
}

func (c *canvas) Translate(p vg.Point) {
	c.now().transform = c.now().transform.then(matrix{a: 1, d: 1, e: float64(p.X), f: float64(p.Y)})
}

func (c *canvas) Scale(x, y float64) {
	c.now().transform = c.now().transform.then(matrix{a: x, d: y})
}

func (c *canvas) Stroke(p vg.Path) { c.path(p, c.now().colour == axes) }

func (c *canvas) Fill(p vg.Path) { c.path(p, false) }

func (c *canvas) path(p vg.Path, axis bool) {
	var from vg.Point
	for _, part := range p {
		if part.Type == vg.CloseComp {
			continue
		}
		at := c.now().transform.point(part.Pos)
		c.cover(at)
		if part.Type == vg.LineComp && axis {
			c.lines = append(c.lines, [2]vg.Point{from, at})
		}
		from = at
	}
}

func (c *canvas) cover(p vg.Point) {
	c.bounds.Min.X, c.bounds.Max.X = min(c.bounds.Min.X, p.X), max(c.bounds.Max.X, p.X)
	c.bounds.Min.Y, c.bounds.Max.Y = min(c.bounds.Min.Y, p.Y), max(c.bounds.Max.Y, p.Y)
}

func (c *canvas) FillString(f font.Face, at vg.Point, words string) {
	box := boundsOf(f, words)
	if box.Max.X <= box.Min.X {
		return
	}
	t := text{words: words}
	for _, corner := range []vg.Point{box.Min, {X: box.Max.X, Y: box.Min.Y}, box.Max, {X: box.Min.X, Y: box.Max.Y}} {
		t.corners = append(t.corners, c.now().transform.point(at.Add(corner)))
	}
	c.texts = append(c.texts, t)
}

func (c *canvas) DrawImage(vg.Rectangle, image.Image) {}

// boundsOf is the box around the glyphs of a text that begins at 0, 0.
func boundsOf(f font.Face, words string) vg.Rectangle {
	var buffer sfnt.Buffer
	perEm := fixed.Int26_6(f.Face.UnitsPerEm())
	unit := f.Font.Size / vg.Length(perEm)
	box := vg.Rectangle{Min: vg.Point{Y: math.MaxFloat64}, Max: vg.Point{X: f.Width(words), Y: -math.MaxFloat64}}
	for _, r := range words {
		index, err := f.Face.GlyphIndex(&buffer, r)
		if err != nil {
			continue
		}
		if b, _, err := f.Face.GlyphBounds(&buffer, index, perEm, 0); err == nil && b.Max.Y > b.Min.Y {
			box.Min.Y = min(box.Min.Y, -unit*vg.Length(b.Max.Y))
			box.Max.Y = max(box.Max.Y, -unit*vg.Length(b.Min.Y))
		}
	}
	if box.Max.Y < box.Min.Y {
		return vg.Rectangle{} // only spaces
	}
	return box
}

// touch reports whether two convex polygons, or a polygon and a line, overlap: whether no straight
// line separates them.
func touch(a, b []vg.Point) bool {
	for _, polygon := range [][]vg.Point{a, b} {
		for i, p := range polygon {
			q := polygon[(i+1)%len(polygon)]
			normal := vg.Point{X: q.Y - p.Y, Y: p.X - q.X}
			aLow, aHigh := along(a, normal)
			bLow, bHigh := along(b, normal)
			if aHigh <= bLow || bHigh <= aLow {
				return false
			}
		}
	}
	return true
}

// along returns the range of the points in a direction.
func along(points []vg.Point, direction vg.Point) (low, high vg.Length) {
	low, high = math.MaxFloat64, -math.MaxFloat64
	for _, p := range points {
		v := p.X*direction.X + p.Y*direction.Y
		low, high = min(low, v), max(high, v)
	}
	return low, high
}
