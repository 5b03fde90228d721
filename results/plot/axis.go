package plot

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"tlslab/results/table/number"
)

// axis is an axis of a panel: its range, scale and ticks. Panels that share an axis share the
// pointer.
type axis struct {
	min, max float64
	scale    plot.Normalizer
	ticks    []plot.Tick
}

// norm returns the position of v on the axis, from 0 to 1.
func (a *axis) norm(v float64) float64 { return a.scale.Normalize(a.min, a.max, v) }

// room measures labels along an axis, to choose labels that do not touch.
type room struct {
	length vg.Length // of the axis
	label  func(text string) vg.Length
	beyond vg.Length // how far a label may reach beyond an end of the axis
	gap    vg.Length // between labels
}

// across is the room along a horizontal axis. Labels of neighbouring panels stay apart.
func across(length vg.Length) room { return room{length, widthOf, gutter/2 - 1, 5} }

// upwards is the room along a vertical axis.
func upwards(length vg.Length) room {
	return room{length, func(string) vg.Length { return tickSize }, tickSize / 2.0, 5}
}

// span is the range of the values added so far.
type span struct{ min, max float64 }

func emptySpan() span { return span{math.Inf(1), math.Inf(-1)} }

func (s *span) add(v float64) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		s.min, s.max = math.Min(s.min, v), math.Max(s.max, v)
	}
}

func (s *span) join(o span) { s.add(o.min); s.add(o.max) }

func (s span) empty() bool { return s.min > s.max }

// wide reports whether all values are above zero and the largest is more than ratio times the
// smallest: a logarithmic axis then shows them better.
func (s span) wide(ratio float64) bool { return !s.empty() && s.min > 0 && s.max/s.min > ratio }

// logAxis is a logarithmic axis for values above zero. margin is the space at each end, as a
// fraction of the length.
func logAxis(s span, margin float64) *axis {
	lo, hi := math.Log10(s.min), math.Log10(s.max)
	pad := math.Max((hi-lo)*margin, 0.02)
	return &axis{min: math.Pow(10, lo-pad), max: math.Pow(10, hi+pad), scale: plot.LogScale{}}
}

// linearAxis is a linear axis, which includes zero if fromZero is set. margin is the space at each
// end, as a fraction of the length.
func linearAxis(s span, margin float64, fromZero bool) *axis {
	lo, hi := s.min, s.max
	if s.empty() {
		lo, hi = 0, 1
	}
	if fromZero {
		lo, hi = math.Min(lo, 0), math.Max(hi, 0)
	}
	pad := (hi - lo) * margin
	if pad == 0 {
		pad = math.Max(math.Abs(hi)*margin, 0.5)
	}
	a := &axis{min: lo - pad, max: hi + pad, scale: plot.LinearScale{}}
	if fromZero && lo == 0 {
		a.min = 0
	}
	return a
}

// valueAxis is a logarithmic axis if the span is wide, else a linear axis.
func valueAxis(s span, ratio float64, fromZero bool) *axis {
	if s.wide(ratio) {
		return logAxis(s, 0.05)
	}
	return linearAxis(s, 0.06, fromZero)
}

// label sets the ticks at 1, 2 and 5 times powers of ten of the scale. It chooses the densest set
// of at least two ticks whose labels do not touch. If no set is like this, it removes ticks whose
// labels touch and chooses the set in which most are left. Every tick has a label. withUnits adds
// the unit to each label, for axes whose ticks have different multiples of the unit.
func (a *axis) label(unit string, s number.Scale, withUnits bool, r room) {
	name := func(v float64) string {
		if withUnits {
			return number.TickIn(v, unit)
		}
		return number.Tick(v / s.Factor)
	}
	a.ticks = nil
	for _, ticks := range a.candidates(s.Factor) {
		for j := range ticks {
			ticks[j].Label = name(ticks[j].Value)
		}
		ticks = r.inside(a, ticks)
		kept := r.apart(a, ticks)
		if len(kept) == len(ticks) && len(kept) >= 2 {
			a.ticks = kept
			return
		}
		if len(kept) > len(a.ticks) {
			a.ticks = kept
		}
	}
}

// candidates returns sets of ticks without labels, the densest first.
func (a *axis) candidates(factor float64) [][]plot.Tick {
	lo, hi := a.min/factor, a.max/factor
	var sets [][]plot.Tick
	if _, isLog := a.scale.(plot.LogScale); isLog && hi/lo >= 4 {
		for _, mantissas := range [][]float64{{1, 1.5, 2, 3, 5, 7}, {1, 2, 5}, {1, 3}, {1}} {
			if len(mantissas) <= 3 || hi/lo < 30 {
				sets = append(sets, logTicks(lo, hi, factor, mantissas, 1))
			}
		}
		for _, every := range []int{2, 3, 4} {
			sets = append(sets, logTicks(lo, hi, factor, []float64{1}, every))
		}
	}
	for _, most := range []float64{7, 5, 4, 3, 2} {
		sets = append(sets, linearTicks(lo, hi, factor, most))
	}
	return sets
}

// logTicks are the multiples of powers of ten by the given mantissas, in every n-th decade.
func logTicks(lo, hi, factor float64, mantissas []float64, every int) []plot.Tick {
	var ticks []plot.Tick
	for decade := int(math.Floor(math.Log10(lo))); decade <= int(math.Ceil(math.Log10(hi))); decade++ {
		for _, m := range mantissas {
			v := m * math.Pow(10, float64(decade))
			if v >= lo && v <= hi && decade%every == 0 {
				ticks = append(ticks, plot.Tick{Value: v * factor})
			}
		}
	}
	return ticks
}

// linearTicks are the multiples of 1, 2 or 5 times a power of ten: the smallest such step with
// at most that many labels.
func linearTicks(lo, hi, factor, most float64) []plot.Tick {
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/most)))
	for _, m := range []float64{1, 2, 5, 10} {
		if math.Floor(hi/(step*m))-math.Ceil(lo/(step*m))+1 <= most {
			step *= m
			break
		}
	}
	var ticks []plot.Tick
	for k := math.Ceil(lo/step - 1e-9); k*step <= hi+step*1e-9; k++ {
		if lo > 0 && k == 0 {
			continue // a logarithmic axis has no 0
		}
		ticks = append(ticks, plot.Tick{Value: k * step * factor})
	}
	return ticks
}

// inside returns the ticks whose labels do not reach so far beyond an end of the axis that they
// would touch the labels of the next panel.
func (r room) inside(a *axis, ticks []plot.Tick) []plot.Tick {
	var kept []plot.Tick
	for _, t := range ticks {
		at, half := vg.Length(a.norm(t.Value))*r.length, r.label(t.Label)/2
		if at-half >= -r.beyond && at+half <= r.length+r.beyond {
			kept = append(kept, t)
		}
	}
	return kept
}

// apart returns the ticks without those whose label is too close to the label before.
func (r room) apart(a *axis, ticks []plot.Tick) []plot.Tick {
	end := vg.Length(math.Inf(-1))
	var kept []plot.Tick
	for _, t := range ticks {
		at, half := vg.Length(a.norm(t.Value))*r.length, r.label(t.Label)/2
		if at-half < end+r.gap {
			continue
		}
		kept, end = append(kept, t), at+half
	}
	return kept
}

// tailScale is the position of a fraction F of replicates on a tail axis, −log10(1−F): 90, 99 and
// 99.9 % are equally far apart.
func tailScale(fraction float64) float64 { return -math.Log10(1 - fraction) }

// tailAxis is an axis of this length for the fractions that n replicates can resolve, 0 to 1 − 1/n.
func tailAxis(n int, length vg.Length) *axis {
	top := tailScale(1-1/math.Max(float64(n), 2)) + 0.12
	a := &axis{min: 0, max: top, scale: plot.LinearScale{}}
	for _, t := range []struct {
		fraction float64
		label    string
	}{{0, "0 %"}, {0.5, "50 %"}, {0.9, "90 %"}, {0.99, "99 %"}, {0.999, "99.9 %"}, {0.9999, "99.99 %"}, {0.99999, "99.999 %"}, {0.999999, "99.9999 %"}} {
		if at := tailScale(t.fraction); at <= top {
			a.ticks = append(a.ticks, plot.Tick{Value: at, Label: t.label})
		}
	}
	r := upwards(length)
	r.gap = 0.4 // the labels have no descenders
	a.ticks = r.apart(a, a.ticks)
	return a
}
