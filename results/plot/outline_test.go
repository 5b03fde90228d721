package plot

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
)

// The outlines of a text are as wide as gonum measures the text, to the bearing of its last glyph.
func TestOutlinesAreAsWideAsTheTextIsMeasured(t *testing.T) {
	for _, words := range []string{"n", "200 µs", "AVAVA", "−1 ≤ x × 2 … ü", "tls12-ecdhe-rsa-gcm"} {
		for _, bold := range []bool{false, true} {
			style := label(textSize, ink, bold)
			face := style.Handler.Cache().Lookup(style.Font, style.Font.Size)
			o := outlinesOf(face)
			glyphs := o.set(words)
			last := glyphs[len(glyphs)-1]
			end := vg.Length(last.at+last.glyph.advance) * textSize / vg.Length(o.perEm)
			if want := face.Width(words); math.Abs(float64(end-want)) > 1e-6 {
				t.Errorf("%q: %v wide, want %v", words, end, want)
			}
			for _, p := range o.path(words, textSize, vg.Point{X: 10, Y: 20}) {
				if p.Type != vg.CloseComp && (p.Pos.X < 9 || p.Pos.X > 11+end ||
					p.Pos.Y < 20-0.3*textSize || p.Pos.Y > 20+textSize) {
					t.Errorf("%q has a point at %v", words, p.Pos)
				}
			}
		}
	}
}

func TestPDFDocumentsHaveNoDate(t *testing.T) {
	figures, _ := figuresOf(handshakes())
	for _, f := range figures {
		var b bytes.Buffer
		if err := f.WritePDF(&b); err != nil {
			t.Fatal(err)
		}
		for _, never := range []string{"CreationDate", "ModDate", "/BaseFont"} {
			if bytes.Contains(b.Bytes(), []byte(never)) {
				t.Errorf("%s.pdf contains %s", f.Name, never)
			}
		}
		if !bytes.HasPrefix(b.Bytes(), []byte("%PDF-")) || b.Len() > 1<<20 {
			t.Errorf("%s.pdf begins with %q and has %d bytes", f.Name, b.Bytes()[:8], b.Len())
		}
	}
}

func TestFormatsOfFigures(t *testing.T) {
	for list, want := range map[string]string{"svg": "[svg]", "pdf": "[svg pdf]",
		"pdf, png,svg,pdf": "[svg png pdf]"} {
		if got, err := ParseFormats(list); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%q is read as %v, %v; want %s", list, got, err, want)
		}
	}
	for _, list := range []string{"", "gif", "svg,,pdf"} {
		if got, err := ParseFormats(list); err == nil {
			t.Errorf("%q is read as %v", list, got)
		}
	}
}
