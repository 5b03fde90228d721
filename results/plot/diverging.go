package plot

import (
	"image/color"
	"math"

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
	reach   float64 // |log ratio| from which on the colour is strongest
	clipped bool    // a ratio is beyond the reach
	better  int
	empty   bool
}

// diverging returns the scale for the ratios of the headline metric, the same for all heatmaps. Its
// strongest colour is at one of a few round ratios.
func (set *Set) diverging() diverging {
	d := diverging{better: set.headline().Better, empty: true}
	farthest := 0.0
	for i := range set.summary.Cells {
		v := set.summary.Row(i, set.metric).VsBaseline
		for _, of := range heatmapStatistics {
			if v == nil || !finiteRatio(v.At(of.effect).Ratio.Value) {
				continue
			}
			d.empty = false
			if e := v.At(of.effect); state(e) != tooFew {
				farthest = math.Max(farthest, math.Abs(math.Log(e.Ratio.Value)))
			}
		}
	}
	for _, ratio := range []float64{1.1, 1.2, 1.5, 2, 3, 4} {
		if d.reach = math.Log(ratio); farthest <= d.reach {
			return d
		}
	}
	d.clipped = true
	return d
}

// finiteRatio reports whether a ratio has a logarithm.
func finiteRatio(ratio float64) bool { return ratio > 0 && !math.IsInf(ratio, 0) }

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

// meaning says what the colours mean.
func (d diverging) meaning() string {
	return map[int]string{
		-1: "Blue is lower and better, orange is higher and worse.",
		0:  "Blue is lower, orange is higher.",
		+1: "Blue is higher and better, orange is lower and worse.",
	}[d.better]
}

// keys are the legend: five samples of the scale, and the states of boxes.
func (d diverging) keys(states map[boxState]bool) []key {
	var out []key
	for i, part := range []float64{-1, -0.5, 0, 0.5, 1} {
		ratio := math.Exp(part * d.reach)
		name := number.Tick(math.Round(100*ratio)/100) + "×"
		switch {
		case d.clipped && i == 0:
			name = "≤ " + name
		case d.clipped && i == 4:
			name = "≥ " + name
		}
		out = append(out, swatchKey(name, d.colour(ratio)))
	}
	return append(out, stateKeys(states)...)
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
