package stat

import (
	"math"
	"testing"
)

// The first four are the examples of R. G. Newcombe, "Two-Sided Confidence Intervals for the Single
// Proportion", Statistics in Medicine 17 (1998), table I, which has four decimals. The others are
// binom.test(k, n)$conf.int of R 4.2.2.
func TestProportionsHaveTheIntervalOfClopperAndPearson(t *testing.T) {
	for _, test := range []struct {
		k, n           int
		lo, hi, within float64
	}{
		{81, 263, 0.2527, 0.3676, 5e-5},
		{15, 148, 0.0578, 0.1617, 5e-5},
		{0, 20, 0, 0.1684, 5e-5},
		{1, 29, 0.0009, 0.1776, 5e-5},
		{1, 1000, 2.531748749e-05, 5.558924280e-03, 1e-12},
		{13, 100, 0.07107304619, 0.21204067709, 1e-11},
		{20, 1000, 0.01225826797, 0.03072003268, 1e-11},
		{20, 20, 0.831566529, 1, 1e-9},
		{123456, 10_000_000, 0.01227725172, 0.01241423084, 1e-11},
	} {
		got := Proportion(test.k, test.n)
		if got.Value != float64(test.k)/float64(test.n) || !(math.Abs(got.Lo-test.lo) <= test.within) ||
			!(math.Abs(got.Hi-test.hi) <= test.within) {
			t.Errorf("%d of %d: %+v, want %v to %v", test.k, test.n, got, test.lo, test.hi)
		}
	}
	if got := Proportion(0, 0); !math.IsNaN(got.Value) {
		t.Errorf("0 of 0: %+v", got)
	}
}
