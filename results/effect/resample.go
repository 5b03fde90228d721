package effect

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// Draws is the number of resamples of the bootstrap. The bounds of a 95 % interval are the 26th
// smallest and the 26th largest of 1039 values: (1039 + 1) · 2.5 % = 26, so no bound is
// interpolated (Davison and Hinkley, Bootstrap Methods and their Application, 1997, chapter 5).
const Draws = 1039

// quantiles is the number of statistics that are quantiles.
const quantiles = 3

// probabilities are those of the quantiles.
var probabilities = [quantiles]float64{P50: 0.50, P95: 0.95, P99: 0.99}

// mostShared is the largest number of replicates of which all comparisons share their resamples.
const mostShared = 1<<15 - 1

// A resample is one lane of a resamples. Lanes are bytes; the last lane is not used.
const lanes, lanesOfWord = Draws + 1, 8
const words = lanes / lanesOfWord

// resamples says how often each replicate occurs in each resample of n replicates.
type resamples struct {
	n int
	// times holds words for each replicate. Byte j of word i is the number of times that the
	// replicate occurs in lane i·lanesOfWord + j. It is at most 255: a replicate is expected once,
	// and 255 or more are less likely than 1e-500.
	times []uint64
	// most is the largest number in times.
	most int
}

// newResamples draws n of n replicates, with replacement, for each lane.
func newResamples(n int, seed uint64) *resamples {
	r := &resamples{n: n, times: make([]uint64, n*words)}
	source := rand.NewPCG(seed, uint64(n))
	counts, most := make([]uint64, n), uint64(1)
	for word := range words {
		clear(counts)
		for lane := range lanesOfWord {
			for range n {
				i, _ := bits.Mul64(source.Uint64(), uint64(n))
				counts[i] += 1 << (8 * lane)
			}
		}
		for i, c := range counts {
			r.times[i*words+word] = c
			for ; c > 0; c >>= 8 {
				most = max(most, c&0xFF)
			}
		}
	}
	r.most = int(most)
	return r
}

// row returns the words of a replicate.
func (r *resamples) row(replicate uint32) *[words]uint64 {
	return (*[words]uint64)(r.times[int(replicate)*words:])
}

// drawn is a quantile of each resample.
type drawn struct {
	constant bool // every resample has the same quantile: value[0]
	value    [Draws]float64
}

// at is the quantile of a resample.
func (d *drawn) at(i int) float64 {
	if d.constant {
		return d.value[0]
	}
	return d.value[i]
}

// reach is how many standard deviations of its rank a resample's quantile may be away from the
// column's. A resample whose quantile is farther (fewer than one in a million) gets the value at
// the end of the window.
const reach = 5

// window returns the ranks, counted from 0 and bounded to the n values of a column, between which a
// resample's quantile lies.
func window(n int, p float64) (from, to int) {
	at, sd := p*float64(n-1), math.Sqrt(float64(n)*p*(1-p))
	return max(0, int(at-reach*sd-reach)), min(n-1, int(at+reach*sd+reach)+1)
}

// draw fills the quantiles of the column in each resample. It walks from the largest value down and
// counts, in every lane at once, how many values of the resample it has passed: a quantile is the
// value at which this number exceeds the quantile's rank from the top, the lane's target.
//
// For example, a resample of 5 replicates has the values 9 9 7 4 1. Its median has 2 values above
// it, so the target is 2. The walk counts 2 at the value 9 and 3 at the value 7: the count has
// passed the target, so the median is 7. The quantile at 0.6 lies between two ranks, at 0.4 of the
// way from 7 to 9. The lane then has two targets, one after the other: first 1 for the upper rank,
// which the count passes at 9, then 2 for the lower one.
func (r *resamples) draw(c *Column) {
	if c.drawnFrom == r {
		return
	}
	c.drawnFrom = r
	n := len(c.sorted)
	s := &c.search
	open := s.open[:0]
	for of, p := range probabilities {
		d := &c.drawn[of]
		from, to := window(n, p)
		if d.constant = c.sorted[from] == c.sorted[to]; d.constant {
			d.value[0] = c.sorted[from]
			continue
		}
		w := &s.walks[of]
		*w = walk{p: p, from: to, drawn: d}
		open = append(open, w)
	}
	if len(open) == 0 {
		return
	}
	sizes := &s.sizes
	r.count(c, sizes)
	first := 0
	for _, w := range open {
		w.begin(sizes)
		first = max(first, w.from)
	}
	counted := &s.counted
	*counted = tally{}
	at := n - 1 // the next value
	for len(open) > 0 && at >= 0 {
		chunk := 255 / r.most // a lane of bytes overflows at 256
		if at > first {       // no quantile lies between
			chunk = min(chunk, at-first)
		} else {
			chunk = min(chunk, 4)
		}
		begin := at
		for ; at >= 0 && begin-at < chunk; at-- {
			counted.add(r.row(c.order[at]))
		}
		counted.flush()
		for i := 0; i < len(open); i++ {
			if w := open[i]; at < w.from && w.pass(r, c, counted, begin, at) {
				open = append(open[:i], open[i+1:]...)
				i--
			}
		}
	}
}

// search is the working memory of draw.
type search struct {
	walks   [quantiles]walk
	open    []*walk
	counted tally
	sizes   [lanes]int
}

// count sets how many values each resample has: n, without those that did not reach the metric.
func (r *resamples) count(c *Column, sizes *[lanes]int) {
	for l := range sizes {
		sizes[l] = r.n
	}
	if len(c.order) == r.n {
		return
	}
	for i, v := range c.values {
		if v == v {
			continue
		}
		for w, times := range r.row(uint32(i)) {
			for l := w * lanesOfWord; times > 0; l++ {
				sizes[l] -= int(times & 0xFF)
				times >>= 8
			}
		}
	}
}

// tally counts values in every lane. fresh has lanes of bytes; even and odd have lanes of 16 bits,
// for the even and the odd lanes of fresh.
type tally struct{ fresh, even, odd [words]uint64 }

func (t *tally) add(row *[words]uint64) {
	for w := range row {
		t.fresh[w] += row[w]
	}
}

const evenBytes = 0x00FF00FF00FF00FF

// flush adds fresh to even and odd.
func (t *tally) flush() {
	for w, f := range t.fresh {
		t.even[w] += f & evenBytes
		t.odd[w] += f >> 8 & evenBytes
	}
	clear(t.fresh[:])
}

// walk finds one quantile of every resample.
type walk struct {
	*drawn
	p    float64
	from int // the highest rank to look at
	// A lane passes its target when its count exceeds the target. even and odd hold 0x7FFF − target
	// in the lanes of tally: the top bit of the sum with the count says that the lane has passed.
	// They are 0 once the lane has its quantile.
	even, odd [words]uint64
	fraction  [Draws]float64 // of the interpolation between two ranks
	upper     [Draws]float64 // the value at the upper rank, NaN before it is known
	left      int            // lanes without their quantile
}

// begin sets the targets of resamples of these sizes.
func (w *walk) begin(sizes *[lanes]int) {
	for lane := range Draws {
		m := sizes[lane]
		if m == 0 {
			w.value[lane] = math.NaN()
			continue
		}
		position := w.p * float64(m-1)
		k := int(position)
		w.fraction[lane], w.upper[lane] = position-float64(k), math.NaN()
		target := m - 1 - k // of the lower rank, counted from the top
		if w.fraction[lane] > 0 {
			target--
		}
		w.aim(lane, target)
		w.left++
	}
}

// aim sets the target of a lane.
func (w *walk) aim(lane, target int) {
	set, l := &w.even[lane/lanesOfWord], lane%lanesOfWord
	if l%2 != 0 {
		set = &w.odd[lane/lanesOfWord]
	}
	*set |= uint64(0x7FFF-target) << (l / 2 * 16)
}

const topBits = 0x8000800080008000

// pass looks for lanes that have passed their target between the values begin (included) and end
// (excluded), counted downwards. It reports whether every lane has its quantile.
func (w *walk) pass(r *resamples, c *Column, counted *tally, begin, end int) bool {
	for word := range words {
		if sum := counted.even[word] + w.even[word]; sum&topBits != 0 {
			w.even[word] = w.find(r, c, sum, w.even[word], word, 0, begin, end)
		}
		if sum := counted.odd[word] + w.odd[word]; sum&topBits != 0 {
			w.odd[word] = w.find(r, c, sum, w.odd[word], word, 1, begin, end)
		}
	}
	return w.left == 0
}

// find finds the values at which lanes of a word passed their targets. sum is the word of the
// counts and the targets together, aims that of the targets; odd is 1 for the odd lanes. It returns
// the word of the targets with the next targets.
func (w *walk) find(r *resamples, c *Column, sum, aims uint64, word, odd, begin, end int) uint64 {
	for passed := sum & topBits; passed != 0; passed &= passed - 1 {
		shift := bits.TrailingZeros64(passed) - 15
		lane := word*lanesOfWord + shift/8 + odd
		excess := int(sum>>shift&0xFFFF) - 0x7FFF // of the count over the target
		v := r.crossed(c, excess, lane, begin, end)
		if w.fraction[lane] > 0 {
			if math.IsNaN(w.upper[lane]) { // the lower rank has the next target
				w.upper[lane] = v
				aims -= 1 << shift
				if excess--; excess == 0 {
					continue
				}
				v = r.crossed(c, excess, lane, begin, end)
			}
			if upper := w.upper[lane]; v != upper {
				v += w.fraction[lane] * (upper - v)
			}
		}
		w.value[lane] = v
		aims &^= 0xFFFF << shift
		w.left--
	}
	return aims
}

// crossed returns the value between begin and end, counted downwards, with which the count of a
// lane rose above its target, which it exceeds at the end.
func (r *resamples) crossed(c *Column, excess, lane, begin, end int) float64 {
	word, shift := lane/lanesOfWord, lane%lanesOfWord*8
	for at := end + 1; at < begin; at++ {
		excess -= int(r.times[int(c.order[at])*words+word] >> shift & 0xFF)
		if excess <= 0 {
			return c.sorted[at]
		}
	}
	return c.sorted[begin]
}
