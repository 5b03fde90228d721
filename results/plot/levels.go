package plot

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// positions are the positions of a factor's levels on an axis. Quantities are placed to scale. If
// two of them would be closer than closest, they are placed one step apart, as names are.
func (f *factor) positions() []float64 {
	if f.numeric() && !f.even() {
		return f.values
	}
	steps := make([]float64, len(f.levels))
	if f.numeric() {
		sorted := slices.Sorted(slices.Values(f.values))
		for i, v := range f.values {
			steps[i] = float64(slices.Index(sorted, v))
		}
		return steps
	}
	for i := range steps {
		steps[i] = float64(i)
	}
	return steps
}

// closest is the smallest distance of two levels on an axis to scale, as a fraction of its length.
const closest = 0.08

// even reports whether the levels are one step apart.
func (f *factor) even() bool {
	if !f.numeric() {
		return true
	}
	sorted := slices.Sorted(slices.Values(f.values))
	place := func(v float64) float64 { return v }
	if f.logarithmic() {
		place = math.Log
	}
	length := place(sorted[len(sorted)-1]) - place(sorted[0])
	for i := 1; i < len(sorted); i++ {
		if place(sorted[i])-place(sorted[i-1]) < closest*length {
			return true
		}
	}
	return false
}

// logarithmic reports whether the levels are above zero and the largest is more than 7 times the
// smallest.
func (f *factor) logarithmic() bool {
	s := emptySpan()
	for _, v := range f.values {
		s.add(v)
	}
	return s.wide(7)
}

// levelsAxis is an axis with a tick at each level. joined reports whether the levels are
// quantities, so that a line between them has a meaning.
func levelsAxis(f *factor) (a *axis, joined bool) {
	at := f.positions()
	s := emptySpan()
	for _, v := range at {
		s.add(v)
	}
	switch {
	case !f.numeric() || f.even():
		a = &axis{min: s.min - 0.5, max: s.max + 0.5, scale: plot.LinearScale{}}
	case f.logarithmic():
		a = logAxis(s, 0.12)
	default:
		a = linearAxis(s, 0.12, false)
	}
	for i, v := range at {
		a.ticks = append(a.ticks, plot.Tick{Value: v, Label: f.shown[i]})
	}
	slices.SortFunc(a.ticks, func(x, y plot.Tick) int { return cmp.Compare(x.Value, y.Value) })
	return a, f.numeric()
}

// fitLabels prevents labels from touching. On an axis to scale it removes labels, and readers can
// tell the values of the ticks that stay. Otherwise every label is needed: fitLabels reports
// whether they must be tilted.
func (a *axis) fitLabels(r room, toScale bool) (tilted bool) {
	if !toScale {
		return a.crowded(r)
	}
	last := len(a.ticks) - 1
	at := func(i int) vg.Length { return vg.Length(a.norm(a.ticks[i].Value)) * r.length }
	half := func(i int) vg.Length { return r.label(a.ticks[i].Label) / 2 }
	end := at(0) + half(0)
	for i := 1; i < last; i++ {
		if at(i)-half(i) < end+4 || at(i)+half(i)+4 > at(last)-half(last) {
			a.ticks[i].Label = ""
			continue
		}
		end = at(i) + half(i)
	}
	return false
}

// crowded reports whether two neighbouring labels would touch.
func (a *axis) crowded(r room) bool {
	for i := range a.ticks {
		if i > 0 {
			apart := vg.Length(a.norm(a.ticks[i].Value)-a.norm(a.ticks[i-1].Value)) * r.length
			if (r.label(a.ticks[i].Label)+r.label(a.ticks[i-1].Label))/2 > apart-4 {
				return true
			}
		}
	}
	return false
}
