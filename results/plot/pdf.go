package plot

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"regexp"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"
)

// WritePDF writes the figure as a PDF document of one page. Text is outlines. The document has no
// date, so the same figure gives the same bytes.
func (f Figure) WritePDF(w io.Writer) error {
	width, height := f.size()
	c := &pdfCanvas{vgpdf.New(width, height)}
	f.draw(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	if _, err := w.Write(undated(b.Bytes())); err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	return nil
}

// pdfCanvas is a vgpdf.Canvas whose texts are outlines. vgpdf embeds whole fonts and has only the
// characters of code page 1252, which has no minus and no ≤.
type pdfCanvas struct{ *vgpdf.Canvas }

// SetColor implements vg.Canvas. vgpdf takes the channels of a colour as they are, but those of a
// translucent color.Color are multiplied by its opacity.
func (c *pdfCanvas) SetColor(colour color.Color) {
	c.Canvas.SetColor(straight(color.NRGBAModel.Convert(colour).(color.NRGBA)))
}

// straight is a colour whose channels are not multiplied by its opacity.
type straight color.NRGBA

// RGBA implements color.Color.
func (s straight) RGBA() (r, g, b, a uint32) {
	return uint32(s.R) * 0x101, uint32(s.G) * 0x101, uint32(s.B) * 0x101, uint32(s.A) * 0x101
}

// FillString implements vg.Canvas.
func (c *pdfCanvas) FillString(f font.Face, at vg.Point, words string) {
	if p := outlinesOf(f).path(words, f.Font.Size, at); len(p) > 0 {
		c.Fill(p)
	}
}

var pdfDate = regexp.MustCompile(`/(?:CreationDate|ModDate) \(D:\d+\)`)

// undated overwrites the dates of a PDF document with spaces. So the positions of its objects,
// which the document lists, stay.
func undated(pdf []byte) []byte {
	return pdfDate.ReplaceAllFunc(pdf, func(date []byte) []byte {
		return bytes.Repeat([]byte{' '}, len(date))
	})
}
