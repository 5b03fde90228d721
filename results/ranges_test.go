package results

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// set returns the integers of ranges, and fails if the ranges are not in their normal form.
func set(t *testing.T, a Ranges) map[int]bool {
	t.Helper()
	all := map[int]bool{}
	for i, r := range a {
		if r.Len() < 1 || i > 0 && a[i-1].To > r.From {
			t.Fatalf("%v is not in rising order", a)
		}
		for v := r.From; v < r.To; v++ {
			all[v] = true
		}
	}
	return all
}

func randomRanges(rng *rand.Rand) Ranges {
	var a Ranges
	for v := range 20 {
		if rng.IntN(2) == 0 {
			a = a.Add(Range{v, v + 1})
		}
	}
	return a
}

// The reference is a map with an entry for each integer.
func TestRangesAreSetsOfIntegers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		a, b := randomRanges(rng), randomRanges(rng)
		common, union, inA, inB := set(t, a.Common(b)), set(t, a.Union(b)), set(t, a), set(t, b)
		if a.N() != len(inA) {
			t.Fatalf("%v has %d integers, not %d", a, len(inA), a.N())
		}
		for v := range 20 {
			if common[v] != (inA[v] && inB[v]) || union[v] != (inA[v] || inB[v]) {
				t.Fatalf("%v and %v: common %v, union %v", a, b, a.Common(b), a.Union(b))
			}
		}
		n := rng.IntN(12)
		first := a.First(n)
		if first.N() != min(n, a.N()) || len(first) > 0 && first[0] != (Range{a[0].From, first[0].To}) || first.Common(a).N() != first.N() {
			t.Fatalf("the first %d of %v are %v", n, a, first)
		}
	}
}

func TestAnAlignedColumnHasAValueForEachReplicate(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		have, want := randomRanges(rng), randomRanges(rng)
		var values, aligned []float64
		for v := range 20 {
			is := set(t, have)[v]
			if is {
				values = append(values, float64(v))
			}
			if set(t, want)[v] {
				aligned = append(aligned, map[bool]float64{true: float64(v), false: -1}[is])
			}
		}
		got := have.Align(nil, values, want)
		for i, v := range got {
			if v != v {
				got[i] = -1
			}
		}
		if !slices.Equal(got, aligned) {
			t.Fatalf("%v over %v: %v", have, want, got)
		}
	}
}
