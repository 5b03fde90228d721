package results

import "math"

// Range is the integers from From up to, but not including, To.
type Range struct{ From, To int }

// Len is the number of integers in the range.
func (r Range) Len() int { return r.To - r.From }

// Ranges is a set of integers, such as the numbers of replicates: ranges in rising order, with a
// gap between any two.
type Ranges []Range

// N returns the number of integers in the set.
func (a Ranges) N() int {
	n := 0
	for _, r := range a {
		n += r.Len()
	}
	return n
}

// Add appends r, which lies above all of a. If r begins where the last range ends, Add extends that
// range.
func (a Ranges) Add(r Range) Ranges {
	if n := len(a); n > 0 && a[n-1].To == r.From {
		a[n-1].To = r.To
		return a
	}
	return append(a, r)
}

// First returns the n smallest integers, or all if there are fewer.
func (a Ranges) First(n int) Ranges {
	var out Ranges
	for _, r := range a {
		if n <= 0 {
			break
		}
		r.To = min(r.To, r.From+n)
		n -= r.Len()
		out = append(out, r)
	}
	return out
}

// Common returns the integers that both sets have.
func (a Ranges) Common(b Ranges) Ranges {
	var out Ranges
	for len(a) > 0 && len(b) > 0 {
		if from, to := max(a[0].From, b[0].From), min(a[0].To, b[0].To); from < to {
			out = append(out, Range{from, to})
		}
		if a[0].To <= b[0].To {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}

// Union returns the integers that at least one of the sets has.
func (a Ranges) Union(b Ranges) Ranges {
	var out Ranges
	for len(a) > 0 || len(b) > 0 {
		var next Range
		if len(b) == 0 || len(a) > 0 && a[0].From <= b[0].From {
			next, a = a[0], a[1:]
		} else {
			next, b = b[0], b[1:]
		}
		if n := len(out); n > 0 && next.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, next.To)
		} else {
			out = append(out, next)
		}
	}
	return out
}

// Align appends to dst a value for each integer of want: the value that belongs to it, NaN if a
// does not have it. values holds a value for each integer of a.
func (a Ranges) Align(dst, values []float64, want Ranges) []float64 {
	for _, w := range want {
		for at := w.From; at < w.To; {
			for len(a) > 0 && a[0].To <= at {
				values, a = values[a[0].Len():], a[1:]
			}
			if len(a) > 0 && a[0].From <= at {
				to := min(a[0].To, w.To)
				dst = append(dst, values[at-a[0].From:to-a[0].From]...)
				at = to
				continue
			}
			dst = append(dst, math.NaN())
			at++
		}
	}
	return dst
}
