package plot

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	lineWidth   = 22 // of the sample of a line
	glyphWidth  = 7
	swatchWidth = 11
	keyGap      = 4  // between sample and name
	keySpace    = 12 // between entries
)

// legendRows breaks the legend into rows that fit the figure's width.
func (g *grid) legendRows() [][]key {
	style := label(textSize, ink, false)
	room := figureWidth - 2*border - g.keyTitleWidth()
	var rows [][]key
	used := room
	for _, k := range g.keys {
		w := k.width + keyGap + style.Width(k.name) + keySpace
		if used+w > room+keySpace {
			rows = append(rows, nil)
			used = 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], k)
		used += w
	}
	return rows
}

func (g *grid) keyTitleWidth() vg.Length {
	if g.keyTitle == "" {
		return 0
	}
	return label(textSize, ink, true).Width(g.keyTitle) + keySpace
}

// drawLegend draws the legend below y.
func (g *grid) drawLegend(c draw.Canvas, y vg.Length) {
	if len(g.keys) == 0 {
		return
	}
	style := label(textSize, ink, false)
	left := c.Min.X + border
	if g.keyTitle != "" {
		write(c, label(textSize, ink, true), vg.Point{X: left, Y: y - textSize/2 - 1}, g.keyTitle)
	}
	for _, row := range g.legendRows() {
		x := left + g.keyTitleWidth()
		for _, k := range row {
			sample := draw.Canvas{Canvas: c.Canvas,
				Rectangle: vg.Rectangle{Min: vg.Point{X: x, Y: y - textSize - 2},
					Max: vg.Point{X: x + k.width, Y: y}}}
			k.draw(&sample)
			write(c, style, vg.Point{X: x + k.width + keyGap, Y: y - textSize/2 - 1}, k.name)
			x += k.width + keyGap + style.Width(k.name) + keySpace
		}
		y -= textSize + 5
	}
}

// lineKey is the key of a line, with a glyph on it if its radius is not 0.
func lineKey(name string, line draw.LineStyle, glyph draw.GlyphStyle) key {
	return key{name, lineWidth, func(c *draw.Canvas) {
		c.StrokeLine2(line, c.Min.X, c.Center().Y, c.Max.X, c.Center().Y)
		if glyph.Radius > 0 {
			c.DrawGlyphNoClip(glyph, c.Center())
		}
	}}
}

// glyphKey is the key of a glyph.
func glyphKey(name string, glyph draw.GlyphStyle) key {
	return key{name, glyphWidth, func(c *draw.Canvas) { c.DrawGlyphNoClip(glyph, c.Center()) }}
}

// swatchKey is the key of a filled area.
func swatchKey(name string, fill color.Color) key {
	return key{name, swatchWidth, func(c *draw.Canvas) {
		r := c.Rectangle
		r.Min.Y, r.Max.Y = r.Min.Y+0.5, r.Max.Y-0.5
		c.SetColor(fill)
		c.Fill(r.Path())
	}}
}
