package effect

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// windowed resamples pairs of more than mostShared replicates. A quantile of a resample lies in a
// window around that of the column. So it suffices to know how often each pair occurs in the
// resample that has a value in one of the two windows, and how many other pairs occur of each kind:
// below or above the window of x, below or above that of y. The numbers of pairs of each kind have
// a multinomial distribution, which is drawn as a sequence of binomial numbers. Pairs of equal
// values are of one kind.
type windowed struct {
	x, y   windowedColumn
	counts []int
	light  []uint64 // the kinds of single pairs, one element a pair
	heavy  []kind   // the kinds of leastHeavy pairs or more, and those outside both windows
	keys   []uint64
}

// kind is a number of pairs whose values are in the same class on both sides.
type kind struct {
	x, y  uint32
	pairs int
}

// leastHeavy is the least number of pairs of one kind for which a single binomial number is drawn.
const leastHeavy = 64

// windowedColumn is a column with the window of one quantile.
type windowedColumn struct {
	p float64
	// Class 0 is below the window, class i is the value values[i−1], then comes the class above the
	// window, then that of replicates that did not reach the metric.
	values []float64
	drawn  []int // by class: its number of values in the resample
	drawns drawn
}

func (c *windowedColumn) missing() uint32 { return uint32(len(c.values) + 2) }

// begin sets the window of a quantile.
func (c *windowedColumn) begin(column *Column, p float64) {
	c.p, c.values = p, c.values[:0]
	from, to := window(len(column.sorted), p)
	last := column.sorted[to]
	for i := from; i < len(column.sorted) && column.sorted[i] <= last; {
		v := column.sorted[i]
		c.values = append(c.values, v)
		if i+1 < len(column.sorted) && column.sorted[i+1] != v {
			i++
			continue
		}
		i = rank(column.sorted, v, true)
	}
	c.drawn = slices.Grow(c.drawn[:0], len(c.values)+3)[:len(c.values)+3]
	if c.drawns.constant = len(c.values) == 1; c.drawns.constant {
		c.drawns.value[0] = last
	}
}

func (c *windowedColumn) class(v float64) uint32 {
	switch {
	case v != v:
		return c.missing()
	case v < c.values[0]:
		return 0
	case v > c.values[len(c.values)-1]:
		return uint32(len(c.values) + 1)
	}
	return uint32(rank(c.values, v, true))
}

// quantile is the quantile of the resample that is in drawn.
func (c *windowedColumn) quantile() float64 {
	m := 0
	for _, n := range c.drawn[:c.missing()] {
		m += n
	}
	if m == 0 {
		return math.NaN()
	}
	position := c.p * float64(m-1)
	k := int(position)
	class, passed := 0, c.drawn[0]
	next := func(k int) float64 {
		for passed <= k && class < len(c.values) {
			class++
			passed += c.drawn[class]
		}
		return c.values[max(class, 1)-1]
	}
	v := next(k)
	if fraction := position - float64(k); fraction > 0 {
		v += fraction * (next(k+1) - v)
	}
	return v
}

// compare sets the effects on the quantiles.
func (w *windowed) compare(x, y *Column, seed uint64, out *Comparison) {
	for of, p := range probabilities {
		w.begin(x, y, p)
		if !w.constant() {
			w.draw(rand.NewPCG(seed, uint64(len(x.values))<<2|uint64(of)), len(x.values))
		}
		out.Effects[of] = resampled(x, y, p, &w.x.drawns, &w.y.drawns)
	}
}

// begin sets the windows of a quantile, and counts the pairs of each kind unless the quantiles of
// all resamples are the same.
func (w *windowed) begin(x, y *Column, p float64) {
	w.x.begin(x, p)
	w.y.begin(y, p)
	if !w.constant() {
		w.countKinds(x.values, y.values)
	}
}

func (w *windowed) constant() bool { return w.x.drawns.constant && w.y.drawns.constant }

// The regions of values, relative to a window. A value inside the window has no region.
const (
	below = iota
	above
	unreached // the replicate did not reach the metric
	regions
	inside = -1
)

// region returns the region of a class.
func (c *windowedColumn) region(class uint32) int {
	switch {
	case class == 0:
		return below
	case int(class) <= len(c.values):
		return inside
	}
	return int(class) - len(c.values)
}

// classOf returns the class of a region.
func (c *windowedColumn) classOf(region int) uint32 {
	if region == below {
		return 0
	}
	return uint32(region + len(c.values))
}

// mostCounted is the largest number of kinds for which there is a table.
const mostCounted = 1 << 21

// countKinds counts the pairs of each kind.
func (w *windowed) countKinds(x, y []float64) {
	across := int(w.y.missing()) + 1
	kinds := (int(w.x.missing()) + 1) * across
	w.heavy, w.light, w.keys = w.heavy[:0], w.light[:0], w.keys[:0]
	var outside [regions][regions]int // kinds without a value in a window
	hasTable := kinds <= mostCounted
	if hasTable {
		w.counts = slices.Grow(w.counts[:0], kinds)[:kinds]
		clear(w.counts)
	}
	for i, v := range x {
		a, b := w.x.class(v), w.y.class(y[i])
		switch u, v := w.x.region(a), w.y.region(b); {
		case u != inside && v != inside:
			outside[u][v]++
		case hasTable:
			w.counts[int(a)*across+int(b)]++
		default:
			w.keys = append(w.keys, uint64(a)<<32|uint64(b))
		}
	}
	for u, row := range outside {
		for v, n := range row {
			if n > 0 {
				w.heavy = append(w.heavy, kind{w.x.classOf(u), w.y.classOf(v), n})
			}
		}
	}
	if !hasTable {
		w.addKeys()
		return
	}
	for at, n := range w.counts {
		if n > 0 {
			w.add(uint32(at/across), uint32(at%across), n)
		}
	}
}

// addKeys adds the pairs in keys.
func (w *windowed) addKeys() {
	slices.Sort(w.keys)
	for from := 0; from < len(w.keys); {
		to := from + 1
		for to < len(w.keys) && w.keys[to] == w.keys[from] {
			to++
		}
		w.add(uint32(w.keys[from]>>32), uint32(w.keys[from]), to-from)
		from = to
	}
}

// add adds pairs of a kind.
func (w *windowed) add(x, y uint32, pairs int) {
	if pairs >= leastHeavy {
		w.heavy = append(w.heavy, kind{x, y, pairs})
		return
	}
	for range pairs {
		w.light = append(w.light, uint64(x)<<32|uint64(y))
	}
}

// draw fills the quantiles of both sides in each resample of n pairs.
func (w *windowed) draw(source *rand.PCG, n int) {
	for i := range Draws {
		clear(w.x.drawn)
		clear(w.y.drawn)
		draws, pairs := n, n // still to be drawn, and from how many pairs
		for _, k := range w.heavy {
			of := draws
			if pairs > k.pairs {
				of = int(distuv.Binomial{N: float64(draws), P: float64(k.pairs) / float64(pairs),
					Src: source}.Rand())
			}
			w.x.drawn[k.x] += of
			w.y.drawn[k.y] += of
			draws, pairs = draws-of, pairs-k.pairs
		}
		for range draws {
			at, _ := bits.Mul64(source.Uint64(), uint64(len(w.light)))
			k := w.light[at]
			w.x.drawn[k>>32]++
			w.y.drawn[uint32(k)]++
		}
		if !w.x.drawns.constant {
			w.x.drawns.value[i] = w.x.quantile()
		}
		if !w.y.drawns.constant {
			w.y.drawns.value[i] = w.y.quantile()
		}
	}
}
