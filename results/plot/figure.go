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

// Figure is a figure to be drawn. Its methods may be called concurrently.
type Figure struct {
	// Name is the name of the file without extension: "quantiles-handshake".
	Name string
	// Title is one line. Caption says in whole sentences what the figure shows and how to read it.
	Title, Caption string

	size func() (w, h vg.Length)
	draw func(draw.Canvas)
	svg  func() []byte // draws at the first call
}

// newFigure returns a figure that the function drawing draws.
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
	canvas := draw.New(c)
	canvas.SetColor(paper)
	canvas.Fill(canvas.Rectangle.Path())
	f.draw(canvas)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		panic(err) // a bytes.Buffer returns no error
	}
	// Arial and Helvetica have the same widths as Liberation Sans, which many readers do not have.
	return bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"),
		[]byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
}

// Inline returns the figure as an <svg> element for an HTML page. The element has no size, so the
// page sets it. Its neutral colours are CSS variables (--ink, --muted, --rule, --strip, --paper),
// so the page's theme sets them. It has no ids, so a page can contain any number of figures.
func (f Figure) Inline() string {
	svg := string(f.svg())
	svg = svg[strings.Index(svg, "<svg"):]
	head, body, _ := strings.Cut(svg, ">")
	box := head[strings.Index(head, "viewBox="):]
	box = box[:strings.Index(box[len(`viewBox="`):], `"`)+len(`viewBox="`)+1]
	for _, c := range themed {
		for _, property := range []string{"fill:", "stroke:"} {
			body = strings.ReplaceAll(body, property+hex(c.colour),
				property+"var(--"+c.variable+","+hex(c.colour)+")")
		}
	}
	return `<svg xmlns="http://www.w3.org/2000/svg" ` + box + ` role="img" aria-label="` + html.EscapeString(f.Title) + `">` + body
}

// themed are the colours that a page's theme can set, by their CSS variables.
var themed = []struct {
	variable string
	colour   color.RGBA
}{{"ink", ink}, {"muted", muted}, {"rule", rule}, {"strip", strip}, {"paper", paper}, {"ink", black}}
