package plot

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"io"
	"strings"
	"sync"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Figure is one picture, ready to be drawn. Its methods may be called concurrently.
type Figure struct {
	// Name is the file's name without its ending: "quantiles-handshake".
	Name string
	// Title is one line; Caption says in whole sentences what is drawn and how to read it.
	Title, Caption string

	size func() (w, h vg.Length)
	draw func(draw.Canvas)
	svg  func() []byte // drawn when it is first needed
}

// newFigure returns a figure of that size that is drawn by a function on a ground of paper.
func newFigure(name, title, caption string, size func() (w, h vg.Length), drawing func(draw.Canvas)) Figure {
	f := Figure{Name: name, Title: title, Caption: caption, size: size, draw: drawing}
	f.svg = sync.OnceValue(f.drawSVG)
	return f
}

// WriteSVG writes the figure as a standalone SVG document.
func (f Figure) WriteSVG(w io.Writer) error {
	_, err := w.Write(f.svg())
	if err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	return nil
}

func (f Figure) drawSVG() []byte {
	width, height := f.size()
	c := vgsvg.New(width, height)
	ground := draw.New(c)
	ground.SetColor(paper)
	ground.Fill(ground.Rectangle.Path())
	f.draw(ground)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		panic(err) // a bytes.Buffer takes everything
	}
	// Arial and Helvetica have the widths of Liberation Sans, for readers who do not have it.
	return bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
}

// Inline returns the figure as an <svg> element for an HTML page: without a size of its own, so that the page gives it
// one, and with the neutral colours as CSS variables (--ink, --muted, --rule, --strip, --paper), so that the page's theme
// can set them. It has no ids, so any number of figures share a page.
func (f Figure) Inline() string {
	svg := string(f.svg())
	svg = svg[strings.Index(svg, "<svg"):]
	head, body, _ := strings.Cut(svg, ">")
	box := head[strings.Index(head, "viewBox="):]
	box = box[:strings.Index(box[len(`viewBox="`):], `"`)+len(`viewBox="`)+1]
	for _, c := range themed {
		for _, property := range []string{"fill:", "stroke:"} {
			body = strings.ReplaceAll(body, property+hex(c.colour), property+"var(--"+c.variable+","+hex(c.colour)+")")
		}
	}
	return `<svg xmlns="http://www.w3.org/2000/svg" ` + box + ` role="img" aria-label="` + html.EscapeString(f.Title) + `">` + body
}

// themed are the colours a page's theme can set, by the names of the CSS variables.
var themed = []struct {
	variable string
	colour   color.RGBA
}{{"ink", ink}, {"muted", muted}, {"rule", rule}, {"strip", strip}, {"paper", paper}, {"ink", black}}
