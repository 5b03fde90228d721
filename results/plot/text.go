package plot

import (
	"image/color"
	"math"
	"unicode"
	"unicode/utf8"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// label returns a text style in Liberation Sans.
func label(size vg.Length, c color.Color, bold bool) text.Style {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = xfont.WeightBold
	}
	return text.Style{Color: c, Font: f, XAlign: draw.XLeft, YAlign: draw.YCenter,
		Handler: plot.DefaultTextHandler}
}

// write draws text at a point. YCenter centres the capital letters: the text handler would centre a
// box that includes the descenders, which most labels do not have.
func write(c draw.Canvas, s text.Style, at vg.Point, words string) {
	if s.YAlign == draw.YCenter {
		lift := 0.11 * s.Font.Size
		at.X -= lift * vg.Length(math.Sin(s.Rotation))
		at.Y += lift * vg.Length(math.Cos(s.Rotation))
	}
	c.FillText(s, at, words)
}

// aligned returns the style with these alignments.
func aligned(s text.Style, x text.XAlignment, y text.YAlignment) text.Style {
	s.XAlign, s.YAlign = x, y
	return s
}

// turned returns the style rotated counterclockwise by this number of right angles.
func turned(s text.Style, quarters float64) text.Style {
	s.Rotation = quarters * math.Pi / 2
	return s
}

// fit shortens the text to the width with an ellipsis. It keeps the beginning and the end, in which
// long names differ.
func fit(s text.Style, words string, width vg.Length) string {
	if s.Width(words) <= width {
		return words
	}
	runes := []rune(words)
	for n := len(runes) - 1; n > 0; n-- {
		begin := (n + 1) / 2
		if short := string(runes[:begin]) + "…" + string(runes[len(runes)-(n-begin):]); s.Width(short) <= width {
			return short
		}
	}
	return "…"
}

// in is the heading that fits the width: in whole, in brief, or shortened.
func (h heading) in(s text.Style, width vg.Length) string {
	if s.Width(h.whole) <= width {
		return h.whole
	}
	return fit(s, h.brief, width)
}

// capital returns the text with a capital first letter.
func capital(words string) string {
	r, n := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(r)) + words[n:]
}
