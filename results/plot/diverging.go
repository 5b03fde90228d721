package plot

import (
	"image/color"
	"math"
	"strings"

	"tlslab/results/effect"
	"tlslab/results/summary"
	"tlslab/results/table/number"
)

// Colours of text on a coloured background, the same in every theme.
var (
	heatInk   = color.RGBA{0x11, 0x11, 0x11, 0xFF}
	heatPaper = color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
)

// The ends and the middle of the diverging colour scale. Readers with a colour vision deficiency
// can distinguish blue from orange, unlike red from green. Both ends are darker than the middle, so
// a print without colours shows the size of an effect.
var (
	better  = color.RGBA{0x05, 0x5A, 0x8C, 0xFF}
	neutral = color.RGBA{0xF4, 0xF4, 0xF4, 0xFF}
	worse   = color.RGBA{0xB8, 0x4A, 0x00, 0xFF}
)

// diverging maps ratios to colours by their logarithm: 2 and 1/2 have equally strong colours.
type diverging struct {
	reach  float64 // |log ratio| from which on the colour is strongest
	better int
	empty  bool
}

// diverging returns the scale for the ratios of the headline metric. Its strongest colour is at a
// factor of 1.1 to 4.
func (set *Set) diverging() diverging {
	d := diverging{better: set.summary.Header.Metrics[set.metric].Better, empty: true,
		reach: math.Log(1.1)}
	for i := range set.summary.Cells {
		if v := set.summary.Row(i, set.metric).VsBaseline; v != nil {
			if ratio := v.At(effect.P50).Ratio.Value; ratio > 0 && !math.IsInf(ratio, 0) {
				d.reach, d.empty = math.Max(d.reach, math.Abs(math.Log(ratio))), false
			}
		}
	}
	d.reach = math.Min(d.reach, math.Log(4))
	return d
}

func (d diverging) colour(ratio float64) color.Color {
	strength := math.Log(ratio) / d.reach
	if d.better > 0 {
		strength = -strength
	}
	end := better
	if strength > 0 {
		end = worse
	}
	return mix(neutral, end, math.Min(1, math.Abs(strength)))
}

// box returns colour and text of a comparison. ok is false if there is no comparison or no finite
// ratio above zero.
func (d diverging) box(r *summary.Row) (b box, ok bool) {
	if r.VsBaseline == nil {
		return b, false
	}
	v := r.VsBaseline.At(effect.P50)
	if !(v.Ratio.Value > 0) || math.IsInf(v.Ratio.Value, 0) {
		return b, false
	}
	b = box{fill: d.colour(v.Ratio.Value),
		words: strings.TrimSuffix(number.Times(v.Ratio.Value), "×")}
	switch v.Verdict {
	case effect.Same:
		b.words += " ="
	case effect.Undecided:
		b.words += " ?"
	}
	return b, true
}

// keys are the legend: five samples of the scale.
func (d diverging) keys() []key {
	var out []key
	for _, part := range []float64{-1, -0.5, 0, 0.5, 1} {
		ratio := math.Exp(part * d.reach)
		out = append(out, swatchKey(number.Tick(math.Round(100*ratio)/100)+"×", d.colour(ratio)))
	}
	return out
}

// mix interpolates between two colours: part 0 is from, part 1 is to.
func mix(from, to color.RGBA, part float64) color.RGBA {
	blend := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*part)) }
	return color.RGBA{blend(from.R, to.R), blend(from.G, to.G), blend(from.B, to.B), 0xFF}
}

// dark reports whether white text has more contrast to the colour than black text. Both contrasts
// are equal at a relative luminance of 0.18 (WCAG 2.2).
func dark(c color.Color) bool {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 { return math.Pow(float64(v)/0xFFFF, 2.2) }
	return 0.2126*linear(r)+0.7152*linear(g)+0.0722*linear(b) < 0.18
}
