package plot

import (
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/results/effect"
	"tlslab/results/table/number"
)

// boxState is what a box of a heatmap says beside its ratio.
type boxState int

// The states. The verdicts are those of effect.Verdict.
const (
	different boxState = iota
	same
	undecided
	tooFew  // the interval of the ratio has no bound on a side
	noRatio // a value is 0 or missing
)

// tooFewName is what readers see in place of an interval without a bound.
const tooFewName = "n too small"

// state returns what a box says about an effect.
func state(e *effect.Effect) boxState {
	switch {
	case !finiteRatio(e.Ratio.Value):
		return noRatio
	case math.IsNaN(e.Ratio.Lo), math.IsNaN(e.Ratio.Hi), math.IsInf(e.Ratio.Lo, -1), math.IsInf(e.Ratio.Hi, 1):
		return tooFew
	case e.Verdict == effect.Same:
		return same
	case e.Verdict == effect.Different:
		return different
	}
	return undecided
}

// marksMeaning explains the marks that a figure has. margin is the margin as text.
func marksMeaning(states map[boxState]bool, margin string) string {
	var words []string
	for s, meaning := range []string{
		different: "Bold ratios differ by more than " + margin + ".",
		same:      "The mark = means \"same\": the interval is within " + margin + ".",
		undecided: "Hatched boxes and ? mean \"undecided\".",
		tooFew:    "Dashed boxes without colour mean \"" + tooFewName + "\": the interval has no bound on a side.",
		noRatio:   "A dash means that there is no ratio, because a value is 0 or missing.",
	} {
		if states[boxState(s)] {
			words = append(words, meaning)
		}
	}
	return strings.Join(words, " ")
}

// stateKeys are the legend of the states that a figure has and that are more than a mark.
func stateKeys(states map[boxState]bool) []key {
	var out []key
	for _, s := range []boxState{same, undecided, tooFew} {
		if !states[s] {
			continue
		}
		name := map[boxState]string{same: "= same", undecided: "? undecided", tooFew: tooFewName}[s]
		out = append(out, key{name, swatchWidth, func(c *draw.Canvas) {
			r := c.Rectangle
			r.Min.Y, r.Max.Y = r.Min.Y+0.5, r.Max.Y-0.5
			fillBox(*c, r, neutral, s)
		}})
	}
	return out
}

// box is a box of a heatmap.
type box struct {
	x, y  int
	ratio float64
	state boxState
}

// heatmap is a panel of coloured boxes with texts. It is a plot.Plotter.
type heatmap struct {
	boxes []box
	scale diverging
}

// Plot implements plot.Plotter.
func (h heatmap) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	for _, b := range h.boxes {
		y := []vg.Length{toY(float64(b.y) - 0.5), toY(float64(b.y) + 0.5)}
		rect := vg.Rectangle{
			Min: vg.Point{X: toX(float64(b.x)-0.5) + 0.5, Y: slices.Min(y) + 0.5},
			Max: vg.Point{X: toX(float64(b.x)+0.5) - 0.5, Y: slices.Max(y) - 0.5},
		}
		fill := h.fill(b)
		fillBox(c, rect, fill, b.state)
		style := aligned(label(tickSize, heatInk, b.state == different), draw.XCenter, draw.YCenter)
		switch {
		case b.state == tooFew, b.state == noRatio:
			style.Color = muted
		case dark(fill):
			style.Color = heatPaper
		}
		middle := vg.Point{X: (rect.Min.X + rect.Max.X) / 2, Y: (rect.Min.Y + rect.Max.Y) / 2}
		words := b.words(style.Width, rect.Max.X-rect.Min.X-1)
		if b.state == undecided { // no line through the text
			half := vg.Point{X: min(style.Width(words)/2+1.5, rect.Max.X-middle.X), Y: tickSize/2.0 + 1}
			c.SetColor(fill)
			c.Fill(vg.Rectangle{Min: middle.Sub(half), Max: middle.Add(half)}.Path())
		}
		write(c, style, middle, words)
	}
}

// fill is the colour of a box.
func (h heatmap) fill(b box) color.Color {
	if b.state == tooFew || b.state == noRatio {
		return strip
	}
	return h.scale.colour(b.ratio)
}

// words is the text of a box: the ratio and its mark, or the mark alone if there is no room.
func (b box) words(measure func(string) vg.Length, room vg.Length) string {
	if b.state == noRatio {
		return number.Absent
	}
	ratio := strings.TrimSuffix(number.Times(b.ratio), "×")
	mark := map[boxState]string{same: "=", undecided: "?"}[b.state]
	for _, words := range []string{strings.TrimSpace(ratio + " " + mark), ratio + mark, mark} {
		if measure(words) <= room {
			return words
		}
	}
	return ""
}

// fillBox fills a box, hatches it if the effect is undecided, and gives it a dashed border if there
// are too few replicates.
func fillBox(c draw.Canvas, r vg.Rectangle, fill color.Color, s boxState) {
	c.SetColor(fill)
	c.Fill(r.Path())
	line := draw.LineStyle{Color: mixed(fill), Width: 0.6}
	switch s {
	case undecided:
		hatch(c, r, line)
	case tooFew:
		line.Dashes = []vg.Length{2, 2}
		inner := vg.Rectangle{Min: vg.Point{X: r.Min.X + 1.5, Y: r.Min.Y + 1.5},
			Max: vg.Point{X: r.Max.X - 1.5, Y: r.Max.Y - 1.5}}
		c.SetLineStyle(line)
		c.Stroke(inner.Path())
	}
}

// mixed is a colour for lines on a fill: visible, and pale enough for text on it.
func mixed(fill color.Color) color.Color {
	from := color.RGBAModel.Convert(fill).(color.RGBA)
	if dark(fill) {
		return mix(from, heatPaper, 0.35)
	}
	return mix(from, heatInk, 0.28)
}

// hatch draws parallel lines at 45° in a rectangle.
func hatch(c draw.Canvas, r vg.Rectangle, line draw.LineStyle) {
	const apart = 5
	width, height := r.Max.X-r.Min.X, r.Max.Y-r.Min.Y
	for d := vg.Length(apart) / 2; d < width+height; d += apart {
		// The line x + y = d, from the left or upper side to the lower or right side.
		from := vg.Point{X: r.Min.X + max(0, d-height), Y: r.Min.Y + min(d, height)}
		to := vg.Point{X: r.Min.X + min(d, width), Y: r.Min.Y + max(0, d-width)}
		c.StrokeLine2(line, from.X, from.Y, to.X, to.Y)
	}
}
