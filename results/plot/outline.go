package plot

import (
	"fmt"
	"strings"
	"sync"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// glyph is the outline of a character in a font's units, with the y axis upwards.
type glyph struct {
	index   sfnt.GlyphIndex
	advance fixed.Int26_6
	path    []sfnt.Segment
}

// outlines is a font as outlines. Figures in vector formats contain text as outlines, so that they
// look the same for every reader, whichever fonts are installed.
type outlines struct {
	font   *sfnt.Font
	perEm  fixed.Int26_6
	mutex  sync.Mutex
	buffer sfnt.Buffer
	glyphs map[rune]glyph
}

var fonts sync.Map // *sfnt.Font → *outlines

func outlinesOf(f font.Face) *outlines {
	known, _ := fonts.LoadOrStore(f.Face, &outlines{font: f.Face,
		perEm: fixed.Int26_6(f.Face.UnitsPerEm()), glyphs: map[rune]glyph{}})
	return known.(*outlines)
}

// glyph returns the outline of a character, or of the font's sign for a missing character.
func (o *outlines) glyph(r rune) glyph {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if g, known := o.glyphs[r]; known {
		return g
	}
	var g glyph
	// An error leaves the character out: the fonts are part of the program, and their tables are
	// whole.
	if index, err := o.font.GlyphIndex(&o.buffer, r); err == nil {
		g.index = index
		g.advance, _ = o.font.GlyphAdvance(&o.buffer, index, o.perEm, 0)
		segments, _ := o.font.LoadGlyph(&o.buffer, index, o.perEm, nil)
		for _, s := range segments {
			for i := range s.Args {
				s.Args[i].Y = -s.Args[i].Y
			}
			g.path = append(g.path, s)
		}
	}
	o.glyphs[r] = g
	return g
}

// kern is the change of the distance between two neighbouring characters.
func (o *outlines) kern(left, right sfnt.GlyphIndex) fixed.Int26_6 {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	k, err := o.font.Kern(&o.buffer, left, right, o.perEm, 0)
	if err != nil {
		return 0 // the font has no kerning
	}
	return k
}

// placed is a character and its distance from the beginning of its text.
type placed struct {
	character rune
	glyph     glyph
	at        fixed.Int26_6
}

// set places the characters of a text, as font.Face.Width measures them.
func (o *outlines) set(text string) []placed {
	var all []placed
	var at fixed.Int26_6
	for i, r := range text {
		g := o.glyph(r)
		if i > 0 {
			at += o.kern(all[len(all)-1].glyph.index, g.index)
		}
		all = append(all, placed{r, g, at})
		at += g.advance
	}
	return all
}

// path returns the outlines of a text whose baseline begins at a point.
func (o *outlines) path(text string, size vg.Length, begin vg.Point) vg.Path {
	var p vg.Path
	unit := size / vg.Length(o.perEm)
	for _, c := range o.set(text) {
		at := func(v fixed.Point26_6) vg.Point {
			return vg.Point{X: begin.X + unit*vg.Length(c.at+v.X), Y: begin.Y + unit*vg.Length(v.Y)}
		}
		for i, s := range c.glyph.path {
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				if i > 0 {
					p.Close()
				}
				p.Move(at(s.Args[0]))
			case sfnt.SegmentOpLineTo:
				p.Line(at(s.Args[0]))
			case sfnt.SegmentOpQuadTo:
				p.QuadTo(at(s.Args[0]), at(s.Args[1]))
			case sfnt.SegmentOpCubeTo:
				p.CubeTo(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
			}
		}
		if len(c.glyph.path) > 0 {
			p.Close()
		}
	}
	return p
}

// data returns the outline as the data of an SVG path, in the font's units.
func (g glyph) data() string {
	var b strings.Builder
	put := func(op string, points ...fixed.Point26_6) {
		b.WriteString(op)
		for i, p := range points {
			if i > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%d %d", int(p.X), int(p.Y))
		}
	}
	for i, s := range g.path {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				b.WriteByte('z')
			}
			put("M", s.Args[0])
		case sfnt.SegmentOpLineTo:
			put("L", s.Args[0])
		case sfnt.SegmentOpQuadTo:
			put("Q", s.Args[:2]...)
		case sfnt.SegmentOpCubeTo:
			put("C", s.Args[:3]...)
		}
	}
	if len(g.path) > 0 {
		b.WriteByte('z')
	}
	return b.String()
}
