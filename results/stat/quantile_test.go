package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	moremath "github.com/aclements/go-moremath/stats"
	"github.com/montanaflynn/stats"
)

// The example of R's own tests and of Hyndman and Fan's type 7: position q·(n−1), interpolated.
func TestQuantileIsType7(t *testing.T) {
	tests := []struct {
		name string
		data []float64
		q    float64
		want float64
	}{
		{"R: quantile(1:10, 0.25)", seq(1, 10), 0.25, 3.25},
		{"R: quantile(1:10, 0.9)", seq(1, 10), 0.90, 9.1},
		{"R: quantile(1:10, 0.95)", seq(1, 10), 0.95, 9.55},
		{"R: quantile(1:10, 0.99)", seq(1, 10), 0.99, 9.91},
		{"R: median(1:4)", seq(1, 4), 0.5, 2.5},
		{"NumPy: percentile([1, 2, 3, 4, 5], 40)", seq(1, 5), 0.4, 2.6},
		{"Excel: PERCENTILE.INC({1, 3, 2, 4}, 0.3)", seq(1, 4), 0.3, 1.9},
		{"the minimum", seq(1, 10), 0, 1},
		{"the maximum", seq(1, 10), 1, 10},
		{"a single value", []float64{7}, 0.99, 7},
	}
	for _, test := range tests {
		if got := Quantile(test.data, test.q); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%s = %v, want %v", test.name, got, test.want)
		}
	}
	if got := Quantile(nil, 0.5); !math.IsNaN(got) {
		t.Errorf("the median of nothing is %v, want NaN", got)
	}
}

func TestQuantileEqualsMontanaFlynn(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= 200; n++ {
		data := make([]float64, n)
		for i := range data {
			data[i] = math.Floor(rng.ExpFloat64() * 1e8)
		}
		shuffled := slices.Clone(data)
		slices.Sort(data)
		for _, percent := range []float64{1, 25, 50, 90, 95, 99, 100} {
			want, err := stats.Percentile(shuffled, percent)
			if err != nil {
				t.Fatal(err)
			}
			if got := Quantile(data, percent/100); got != want {
				t.Fatalf("n = %d: quantile %v%% is %v, montanaflynn/stats has %v",
					n, percent, got, want)
			}
		}
	}
}

func TestQuantileOfInfiniteValues(t *testing.T) {
	inf := math.Inf(1)
	if got := Quantile([]float64{1, inf}, 0.5); got != inf {
		t.Errorf("halfway from 1 to infinity is %v, want +Inf", got)
	}
	if got := Quantile([]float64{1, 2, inf}, 0.5); got != 2 {
		t.Errorf("the median of 1, 2, +Inf is %v, want 2", got)
	}
}

// Ranks of the 95 % interval of a median as printed in tables, e.g. Conover, Practical
// Nonparametric Statistics, table A3, or any table of the sign test: the lower rank is the largest
// r with P(Binomial(n, ½) < r) ≤ 2.5 %. Where the interval still has 95 % without its uppermost
// part, go-moremath leaves that part out.
func TestMedianIntervalRanksOfPublishedTables(t *testing.T) {
	for _, test := range []struct{ n, lo, hi int }{
		{6, 1, 6}, {7, 1, 7}, {8, 1, 8}, {9, 2, 8}, {10, 2, 9}, {12, 3, 10}, {15, 4, 12}, {20, 6, 15}, {25, 8, 18},
	} {
		i := QuantileInterval(seq(1, test.n), 0.5)
		if i.Lo != float64(test.lo) || i.Hi != float64(test.hi) && i.Hi != float64(test.hi-1) {
			t.Errorf("n = %d: the median's interval is from rank %v to %v, tables have %d to %d",
				test.n, i.Lo, i.Hi, test.lo, test.hi)
		}
	}
}

// The probability that the interval covers its quantile is P(lo ≤ X < hi) with X binomial, whatever
// the distribution.
func TestQuantileIntervalsCoverWithTheirConfidence(t *testing.T) {
	for _, q := range []float64{0.5, 0.9, 0.95, 0.99} {
		for _, n := range []int{6, 10, 30, 31, 50, 99, 100, 250, 368, 500, 1000, 2000} {
			lo, hi := orderStatistics(n, q, Confidence)
			x := moremath.BinomialDist{N: n, P: q}
			if coverage := x.CDF(float64(hi-1)) - x.CDF(float64(lo-1)); coverage < Confidence-1e-9 {
				t.Errorf("n = %d: the interval of quantile %v, ranks %d to %d, covers it with probability %v only", n, q, lo, hi, coverage)
			}
		}
	}
}

func TestQuantileIntervalsContainTheirEstimate(t *testing.T) {
	for _, q := range []float64{0.01, 0.5, 0.9, 0.95, 0.99} {
		for n := 1; n <= 1200; n++ {
			if i := QuantileInterval(seq(1, n), q); i.Lo > i.Value || i.Hi < i.Value {
				t.Fatalf("n = %d: quantile %v is %v, its interval from %v to %v",
					n, q, i.Value, i.Lo, i.Hi)
			}
		}
	}
}

func TestQuantileIntervalsOfFewValuesAreUnbounded(t *testing.T) {
	tests := []struct {
		n        int
		q        float64
		lo, hi   bool // bounded
		question string
	}{
		{5, 0.5, false, true, "a median of 5"},
		{6, 0.5, true, true, "a median of 6"},
		{30, 0.99, true, false, "a p99 of 30"},
		{100, 0.99, true, false, "a p99 of 100"},
		{1000, 0.99, true, true, "a p99 of 1000"},
		{440, 0.99, true, false, "a p99 of 440"},
		{441, 0.99, true, true, "a p99 of 441"},
		{1, 0.5, false, false, "a single value"},
	}
	for _, test := range tests {
		i := QuantileInterval(seq(1, test.n), test.q)
		if bounded := !math.IsInf(i.Lo, -1); bounded != test.lo {
			t.Errorf("%s: bounded below is %v, want %v", test.question, bounded, test.lo)
		}
		if bounded := !math.IsInf(i.Hi, 1); bounded != test.hi {
			t.Errorf("%s: bounded above is %v, want %v", test.question, bounded, test.hi)
		}
	}
}

func seq(from, to int) []float64 {
	var out []float64
	for i := from; i <= to; i++ {
		out = append(out, float64(i))
	}
	return out
}

// sorted returns a sorted copy.
func sorted(values ...float64) []float64 {
	values = slices.Clone(values)
	slices.Sort(values)
	return values
}

func near(got, want, tolerance float64) bool { return math.Abs(got-want) <= tolerance }
