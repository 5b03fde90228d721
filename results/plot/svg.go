package plot

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"html"
	"image/color"
	"io"
	"strconv"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// WriteSVG writes the figure as a standalone SVG document. Text is outlines, so it looks the same
// with any fonts. Each text is also the aria-label of its element.
func (f Figure) WriteSVG(w io.Writer) error {
	if _, err := w.Write(f.document()); err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	return nil
}

// document is the SVG document.
func (f Figure) document() []byte {
	f.svg.once.Do(func() { f.svg.document = f.drawSVG() })
	return f.svg.document
}

func (f Figure) drawSVG() []byte {
	width, height := f.size()
	c := &svgCanvas{Canvas: vgsvg.New(width, height), colours: []color.Color{color.Black}}
	canvas := draw.New(c)
	canvas.SetColor(paper)
	canvas.Fill(canvas.Rectangle.Path())
	f.draw(canvas)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		panic(err) // a bytes.Buffer returns no error
	}
	return []byte(c.outlined(withShortPaths(b.String()), f.prefix()))
}

// prefix is a short name that differs from those of the other figures on a page.
func (f Figure) prefix() string {
	h := fnv.New32a()
	fmt.Fprint(h, f.Name)
	return "f" + strconv.FormatUint(uint64(h.Sum32()), 36)
}

// svgCanvas is a vgsvg.Canvas whose texts become outlines. vgsvg writes <text> elements, which
// outlined replaces in the document.
type svgCanvas struct {
	*vgsvg.Canvas
	colours []color.Color // the last one is current
	texts   []svgText
}

// svgText is a text of the figure.
type svgText struct {
	face   font.Face
	at     vg.Point
	words  string
	colour color.Color
}

// Push implements vg.Canvas.
func (c *svgCanvas) Push() {
	c.colours = append(c.colours, c.colours[len(c.colours)-1])
	c.Canvas.Push()
}

// Pop implements vg.Canvas.
func (c *svgCanvas) Pop() {
	c.colours = c.colours[:len(c.colours)-1]
	c.Canvas.Pop()
}

// SetColor implements vg.Canvas.
func (c *svgCanvas) SetColor(colour color.Color) {
	c.colours[len(c.colours)-1] = colour
	c.Canvas.SetColor(colour)
}

// FillString implements vg.Canvas.
func (c *svgCanvas) FillString(f font.Face, at vg.Point, words string) {
	c.texts = append(c.texts, svgText{f, at, words, c.colours[len(c.colours)-1]})
	c.Canvas.FillString(f, at, "")
}

// outlined replaces the <text> elements of a document. The glyphs are defined once, with ids that
// begin with the prefix, and each text uses them.
func (c *svgCanvas) outlined(svg, prefix string) string {
	ids := map[*outlines]map[rune]string{}
	var defined, out strings.Builder
	number := 0
	id := func(o *outlines, p placed) string {
		if ids[o] == nil {
			ids[o] = map[rune]string{}
		}
		if known, is := ids[o][p.character]; is {
			return known
		}
		name := prefix + strconv.FormatInt(int64(number), 36)
		number++
		fmt.Fprintf(&defined, `<path id="%s" d="%s"/>`+"\n", name, p.glyph.data())
		ids[o][p.character] = name
		return name
	}
	const begin, end = "<text", "</text>\n"
	for _, t := range c.texts {
		at := strings.Index(svg, begin)
		out.WriteString(svg[:at])
		svg = svg[at:]
		svg = svg[strings.Index(svg, end)+len(end):]
		t.write(&out, func(p placed) string { return id(outlinesOf(t.face), p) })
	}
	out.WriteString(svg)
	document := out.String()
	head := strings.Index(document, ">\n<g") + 2 // behind the <svg> element
	return document[:head] + "<defs>\n" + defined.String() + "</defs>\n" + document[head:]
}

// write writes the text as a group of glyphs.
func (t svgText) write(w io.Writer, id func(placed) string) {
	o := outlinesOf(t.face)
	scale := float64(t.face.Font.Size) / float64(o.perEm)
	fmt.Fprintf(w, `<g aria-label="%s" transform="translate(%.5g,%.5g) scale(%.5g)" style="fill:%s">`,
		html.EscapeString(t.words), float64(t.at.X), float64(t.at.Y), scale, hex(t.colour))
	for _, p := range o.set(t.words) {
		if len(p.glyph.path) == 0 {
			continue // a space
		}
		fmt.Fprintf(w, `<use xlink:href="#%s"`, id(p))
		if p.at != 0 {
			fmt.Fprintf(w, ` x="%d"`, int(p.at))
		}
		fmt.Fprint(w, "/>")
	}
	fmt.Fprintln(w, "</g>")
}

// Inline returns the figure as an <svg> element for an HTML page. The element has no size, so the
// page sets it. Its neutral colours are CSS variables (--ink, --muted, --rule, --strip, --paper),
// so the page's theme sets them. Its ids differ from those of figures of other names, so a page can
// contain any number of figures.
func (f Figure) Inline() string {
	svg := string(f.document())
	svg = svg[strings.Index(svg, "<svg"):]
	head, body, _ := strings.Cut(svg, ">")
	box := head[strings.Index(head, "viewBox="):]
	box = box[:strings.Index(box[len(`viewBox="`):], `"`)+len(`viewBox="`)+1]
	for _, c := range themed {
		for _, property := range []string{"fill:", "stroke:"} {
			body = strings.ReplaceAll(body, property+hex(c.colour),
				property+"var(--"+c.variable+")")
		}
	}
	body = strings.ReplaceAll(body, "<use xlink:href=", "<use href=")
	return `<svg xmlns="http://www.w3.org/2000/svg" ` + box +
		` role="img" aria-label="` + html.EscapeString(f.Title) + `">` + body
}

// themed are the colours that a page's theme can set, by their CSS variables.
var themed = []struct {
	variable string
	colour   color.RGBA
}{{"ink", ink}, {"muted", muted}, {"rule", rule}, {"strip", strip}, {"paper", paper}, {"ink", black}}
