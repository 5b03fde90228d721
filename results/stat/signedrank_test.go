package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Charles Darwin's maize, crossed minus self-fertilised in eighths of an inch (Fisher, The Design
// of Experiments, §17): the sum of negative ranks is 24 of 120. exactRankTests::wilcox.exact, which
// counts all patterns given the ties, has p = 0.04126.
var darwin = []float64{49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48}

func TestSignedRankOfPublishedExamples(t *testing.T) {
	tests := []struct {
		name      string
		diffs     []float64
		want      float64
		tolerance float64
	}{
		// Hollander and Wolfe, depression scale factors: the example of R's ?wilcox.test. V = 40,
		// two-sided p = 0.03906.
		{"depression", []float64{
			1.83 - 0.878, 0.50 - 0.647, 1.62 - 0.598, 2.48 - 2.05, 1.68 - 1.06, 1.88 - 1.29, 1.55 - 1.06, 3.06 - 3.14, 1.30 - 1.29,
		}, 20.0 / 512, 1e-12},
		{"Darwin's maize", darwin, 0.04126, 5e-6},
		{"three alike", []float64{1, 2, 3}, 2.0 / 8, 1e-12},
		{"six alike, the fewest below 5 %", []float64{1, 2, 3, 4, 5, 6}, 2.0 / 64, 1e-12},
		{"balanced", []float64{-1, 1, -2, 2}, 1, 0},
		{"zeros are left out", []float64{0, 0, 0, 1, 2, 3}, 2.0 / 8, 1e-12},
		{"nothing but zeros", []float64{0, 0}, 1, 0},
	}
	for _, test := range tests {
		if got := SignedRank(sorted(test.diffs...)); !near(got, test.want, test.tolerance) {
			t.Errorf("%s: p = %v, want %v", test.name, got, test.want)
		}
	}
	if got := SignedRank(nil); !math.IsNaN(got) {
		t.Errorf("no pairs: p = %v, want NaN", got)
	}
	if got := SignedRank([]float64{math.NaN(), 1, 2}); !math.IsNaN(got) {
		t.Errorf("a difference that is NaN: p = %v, want NaN", got)
	}
}

// Critical values of the smaller rank sum at a two-sided 5 %: any table of the test, such as table
// H of Siegel and Castellan. At the value the exact p is at most 5 %, one above it is more.
func TestSignedRankCriticalValues(t *testing.T) {
	for n, critical := range map[int]int{6: 0, 7: 2, 8: 3, 9: 5, 10: 8, 11: 10, 12: 13, 13: 17,
		14: 21, 15: 25, 20: 52, 25: 89} {
		if p := SignedRank(withNegativeRankSum(n, critical)); p > 0.05 {
			t.Errorf("n = %d: a rank sum of %d gives p = %v, tables have it as significant",
				n, critical, p)
		}
		if p := SignedRank(withNegativeRankSum(n, critical+1)); p <= 0.05 {
			t.Errorf("n = %d: a rank sum of %d gives p = %v, tables have it as not significant",
				n, critical+1, p)
		}
	}
}

// withNegativeRankSum returns differences of the magnitudes 1 to n whose negative ones have the
// given rank sum.
func withNegativeRankSum(n, sum int) []float64 {
	var diffs []float64
	for rank := n; rank >= 1; rank-- {
		if rank <= sum {
			sum -= rank
			diffs = append(diffs, -float64(rank))
		} else {
			diffs = append(diffs, float64(rank))
		}
	}
	return sorted(diffs...)
}

// The p-value by counting every sign pattern of the magnitudes, which may be tied.
func TestSignedRankCountsAllSignPatterns(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		diffs := make([]float64, 1+rng.IntN(10))
		for i := range diffs {
			diffs[i] = float64(rng.IntN(6)+1) * float64(1-2*rng.IntN(2))
		}
		slices.Sort(diffs)
		if got, want := SignedRank(diffs), bruteSignedRank(diffs); !near(got, want, 1e-12) {
			t.Fatalf("%v: p = %v, by counting it is %v", diffs, got, want)
		}
	}
}

func bruteSignedRank(diffs []float64) float64 {
	ranks := make([]float64, len(diffs))
	for i, d := range diffs {
		for _, other := range diffs {
			switch {
			case math.Abs(other) < math.Abs(d):
				ranks[i]++
			case math.Abs(other) == math.Abs(d):
				ranks[i] += 0.5
			}
		}
		ranks[i] += 0.5
	}
	sum := func(positive func(i int) bool) float64 {
		s := 0.0
		for i, r := range ranks {
			if positive(i) {
				s += r
			}
		}
		return s
	}
	observed := sum(func(i int) bool { return diffs[i] > 0 })
	low, high := 0.0, 0.0
	for pattern := range 1 << len(diffs) {
		s := sum(func(i int) bool { return pattern>>i&1 == 1 })
		if s <= observed {
			low++
		}
		if s >= observed {
			high++
		}
	}
	return min(1, 2*min(low, high)/math.Exp2(float64(len(diffs))))
}

// At the size where the approximation replaces the exact count, the two must be close, with ties
// and without.
func TestSignedRankApproximationMeetsTheExactTest(t *testing.T) {
	for _, sum := range []int{400, 434, 500, 600} {
		for _, width := range []float64{1, 5, 20} { // so many neighbouring magnitudes become one
			diffs := withNegativeRankSum(50, sum)
			for i := range diffs {
				diffs[i] = math.Copysign(math.Ceil(math.Abs(diffs[i])/width), diffs[i])
			}
			ranks := rankSigned(diffs)
			if exact, approximate := ranks.exact(), ranks.normal(); math.Abs(exact-approximate) > 0.05*exact {
				t.Errorf("rank sum %d of 50, magnitudes tied by %v: exact p = %v, approximate p = %v", sum, width, exact, approximate)
			}
		}
	}
}

// Fifteen ranks without ties have mean 60 and variance 310; the positive ones sum to 96.
func TestSignedRankApproximationByHand(t *testing.T) {
	got := rankSigned(sorted(darwin...)).normal()
	if want := math.Erfc((96 - 60 - 0.5) / math.Sqrt(310) / math.Sqrt2); !near(got, want, 1e-12) {
		t.Errorf("p = %v, want %v", got, want)
	}
}

func TestSignedRankOfAMillionPairs(t *testing.T) {
	diffs := make([]float64, 1_000_000)
	for i := range diffs {
		diffs[i] = float64(i+1) * float64(1-i%2*2) // 1, −2, 3, −4 …
	}
	slices.Sort(diffs)
	if p := SignedRank(diffs); p < 0.9 {
		t.Errorf("a million balanced differences: p = %v", p)
	}
	for i := range diffs {
		diffs[i] += 10_000
	}
	if p := SignedRank(diffs); p > 1e-15 {
		t.Errorf("a million differences off by one hundredth of their range: p = %v", p)
	}
}

func TestSignedRankDoesNotDependOnTheSign(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for n := 1; n < 120; n++ {
		diffs, mirrored := make([]float64, n), make([]float64, n)
		for i := range diffs {
			diffs[i] = math.Round(rng.NormFloat64()*5 + 1)
			mirrored[i] = -diffs[i]
		}
		slices.Sort(diffs)
		slices.Sort(mirrored)
		if a, b := SignedRank(diffs), SignedRank(mirrored); a != b {
			t.Fatalf("%d differences: p = %v, with all signs turned %v", n, a, b)
		}
	}
}
