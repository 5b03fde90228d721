package plot

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// positions places the levels of a factor along an axis: quantities to scale, unless some would then lie too close
// together to be told apart; names, and such quantities, one step after the other.
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

// closest is the least distance of two levels on an axis to scale, as a fraction of its length.
const closest = 0.08

// even reports whether the levels are placed one step apart.
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

// logarithmic reports whether the levels are amounts above zero that span a decade or nearly so.
func (f *factor) logarithmic() bool {
	s := emptySpan()
	for _, v := range f.values {
		s.add(v)
	}
	return s.wide(7)
}

// levelsAxis has a tick at each level, and no other. joined reports whether a line between levels means something:
// where they are quantities.
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

// fitLabels sees to it that no labels touch. Along an axis to scale the labels in the way are dropped, their ticks
// stay: the values between two labels can be told. Names are all needed, so they are tilted instead.
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

// crowded reports whether some label is wider than the distance to its neighbour.
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
