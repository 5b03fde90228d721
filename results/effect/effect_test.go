package effect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"tlslab/results/stat"
)

// example are the columns x <- 100+(i*37)%%101; y <- 90+((i*53)%%97)+(i*37)%%101*0.5 of R for i in
// 0 to 29.
func example() (x, y []float64) {
	for i := range 30 {
		a := float64(i * 37 % 101)
		x, y = append(x, 100+a), append(y, 90+float64(i*53%97)+a/2)
	}
	return x, y
}

func close(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*math.Abs(want)
}

// R 4.2.2 with q <- function(v, p) quantile(v, p, names=FALSE), 200,000 times k <- sample.int(30,
// 30, TRUE) and c(.025, .975): the quantiles of q(x[k], .5)/q(y[k], .5) are 0.8209877 and
// 1.0881864. At .95 they are 0.8896815 and 0.9788618. Those of q(x[k], .5)-q(y[k], .5) are -29.25
// and 12.5. The bounds of 1039 resamples vary around these.
func TestIntervalsOfPairsAgreeWithR(t *testing.T) {
	x, y := example()
	c := Paired(x, y, 1)
	p50 := c.At(P50)
	if !close(p50.Ratio.Value, 0.9180834621, 1e-9) || !close(p50.Ratio.Lo, 0.8209877, 0.03) ||
		!close(p50.Ratio.Hi, 1.0881864, 0.03) {
		t.Errorf("ratio of the medians %+v", p50.Ratio)
	}
	if !close(p50.Diff.Lo, -29.25, 0.15) || !close(p50.Diff.Hi, 12.5, 0.15) {
		t.Errorf("difference of the medians %+v", p50.Diff)
	}
	var a, b Column
	a.Set(x)
	b.Set(y)
	r := newResamples(30, 1)
	r.draw(&a)
	r.draw(&b)
	var ratio percentiles
	for i := range Draws {
		ratio.add(a.drawn[P95].at(i) / b.drawn[P95].at(i))
	}
	if got := ratio.interval(0.9393939394); !close(got.Lo, 0.8896815, 0.02) || !close(got.Hi, 0.9788618, 0.02) {
		t.Errorf("ratio of the p95 before the bounds are removed: %+v", got)
	}
	// 30 values do not bound a p95 from above, so nothing bounds their ratio.
	if got := c.At(P95); !close(got.Ratio.Value, 0.9393939394, 1e-9) || !math.IsInf(got.Ratio.Lo, -1) ||
		!math.IsInf(got.Ratio.Hi, 1) || !math.IsNaN(got.P) {
		t.Errorf("p95 of 30 pairs: %+v", got)
	}
	// With u <- x[sample.int(30, 30, TRUE)]; v <- y[sample.int(30, 30, TRUE)] instead, the bounds
	// are 0.7977208, 1.1134752, -33.75 and 16.
	if i := Independent(x, y, 1); !close(i.At(P50).Ratio.Lo, 0.7977208, 0.03) ||
		!close(i.At(P50).Ratio.Hi, 1.1134752, 0.03) || !close(i.At(P50).Diff.Lo, -33.75, 0.15) ||
		!close(i.At(P50).Diff.Hi, 16, 0.15) {
		t.Errorf("independent: %+v", i.At(P50))
	}
}

// R 4.2.2: t.test(x, y, paired=TRUE) and t.test(x, y); Fieller's interval by its formula with
// var(x), var(y) and cov(x, y). The sleep data of Student (1908) are those of R's help page of
// t.test.
func TestMeansAgreeWithR(t *testing.T) {
	x, y := example()
	a, b := []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}, []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}
	paired, sleep := Paired(x, y, 1), Paired(a, b, 1)
	for _, test := range []struct {
		name      string
		of        *Effect
		p, lo, hi float64
	}{
		{"paired", paired.At(Mean), 0.07556864232, -21.23776915890, 1.10443582557},
		{"sleep, paired", sleep.At(Mean), 0.002832890197, 0.700114236723, 2.459885763277},
		{"Welch", at(Independent(x, y, 1)), 0.2292702965, -26.6547762337, 6.5214429004},
		{"sleep, Welch", at(Independent(a, b, 1)), 0.07939414019, -0.20548323071, 3.36548323071},
	} {
		if e := test.of; !close(e.P, test.p, 1e-8) || !close(e.Diff.Lo, test.lo, 1e-8) || !close(e.Diff.Hi, test.hi, 1e-8) {
			t.Errorf("%s: %+v", test.name, e)
		}
	}
	if r := paired.At(Mean).Ratio; !close(r.Value, 0.9364478114, 1e-9) || !close(r.Lo, 0.8714560692, 1e-9) ||
		!close(r.Hi, 1.0073206663, 1e-9) {
		t.Errorf("Fieller's interval %+v", r)
	}
	if r := sleep.At(Mean).Ratio; !math.IsNaN(r.Value) {
		t.Errorf("ratio of negative values %+v", r)
	}
}

func at(c Comparison) *Effect { return c.At(Mean) }

// R 4.2.2: binom.test(b, b+c)$p.value.
func TestMcNemarAgreesWithR(t *testing.T) {
	for _, test := range []struct {
		b, c int
		want float64
	}{
		{8, 3, 0.2265625}, {3, 0, 0.25}, {0, 0, 1}, {5, 5, 1}, {3, 14, 1.272583008e-02},
		{12, 20, 2.153271497e-01}, {86, 150, 3.71593614e-05}, {150, 250, 6.531819213e-07},
		{490_000, 510_000, 5.544363288e-89},
	} {
		if got := McNemar(test.b, test.c); !close(got, test.want, 1e-8) || got != McNemar(test.c, test.b) {
			t.Errorf("%d, %d: %v, want %v", test.b, test.c, got, test.want)
		}
	}
}

// R 4.2.2: fisher.test(matrix(c(a, b, c, d), 2))$p.value. The first is Fisher's tea tasting.
func TestFisherAgreesWithR(t *testing.T) {
	for _, test := range []struct {
		a, b, c, d int
		want       float64
	}{
		{3, 1, 1, 3, 0.4857142857}, {10, 2, 3, 15, 0.0005367241191}, {950, 50, 920, 80, 0.0083084483778},
		{95000, 5000, 94700, 5300, 0.0024843675231}, {20, 0, 18, 5, 0.0510628528},
		{12, 32, 30, 20, 0.001843083728}, {5, 0, 7, 0, 1},
	} {
		if got := Fisher(test.a, test.b, test.c, test.d); !close(got, test.want, 1e-5) {
			t.Errorf("%d %d / %d %d: %v, want %v", test.a, test.b, test.c, test.d, got, test.want)
		}
	}
}

// cut <- quantile(c(x, y), .5); binom.test(sum(x<=cut & y>cut), 8+3)$p.value in R.
func TestQuantilesAreTestedAtThePooledQuantile(t *testing.T) {
	x, y := example()
	c := Paired(x, y, 1)
	if got := c.At(P50).P; !close(got, 0.2265625, 1e-12) {
		t.Errorf("p of the median %v, want that of 8 and 3 discordant pairs", got)
	}
	var all Column
	all.Set(append(append([]float64{}, x...), y...))
	var a, b Column
	a.Set(x)
	b.Set(y)
	for _, p := range []float64{0, 0.3, 0.5, 0.95, 0.99, 1} {
		if got, want := pooled(a.sorted, b.sorted, p), stat.Quantile(all.sorted, p); !close(got, want, 1e-12) {
			t.Errorf("pooled quantile %v is %v, want %v", p, got, want)
		}
	}
	// Each value of x is below each of y, and all values of a side are equal. The pooled p95 is the
	// value of y, and it separates the sides only if values below it are counted.
	n := 1000
	low, high := make([]float64, n), make([]float64, n)
	for i := range n {
		low[i], high[i] = 100, 200
	}
	c = Paired(low, high, 1)
	for _, of := range Statistics {
		if e := c.At(of); e.P > 1e-290 || e.Ratio != stat.Point(0.5) || e.Diff != stat.Point(-100) {
			t.Errorf("%v of constants: %+v", of, e)
		}
	}
}

// Pairs that differ by the same factor have the same ratio in every resample, whatever varies.
func TestPairsRemoveCommonVariation(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1000, mostShared + 1} {
		x, y := make([]float64, n), make([]float64, n)
		for i := range n {
			y[i] = math.Floor(1e9 * math.Exp(rng.NormFloat64()))
			x[i] = 2 * y[i]
		}
		c := Paired(x, y, 1)
		for _, of := range []Statistic{P50, P95, P99} {
			if got := c.At(of).Ratio; got != stat.Point(2) {
				t.Errorf("%v of %d: %+v", of, n, got)
			}
		}
		if got := c.At(Mean).Ratio; !close(got.Lo, 2, 1e-12) || !close(got.Hi, 2, 1e-12) {
			t.Errorf("mean of %d: %+v", n, got)
		}
	}
}

func TestTheSameDataAndSeedGiveTheSameComparison(t *testing.T) {
	x, y := example()
	if a, b := Paired(x, y, 1), Paired(x, y, 1); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%v, then %v", a, b)
	}
	if a, b := Paired(x, y, 1), Paired(x, y, 2); fmt.Sprint(a) == fmt.Sprint(b) {
		t.Error("the seed has no effect")
	}
}

func TestColumnsWithoutValuesHaveNoEffects(t *testing.T) {
	nan := math.NaN()
	for _, c := range []Comparison{
		Paired([]float64{nan, nan}, []float64{1, 2}, 1), Independent(nil, []float64{1}, 1), Paired(nil, nil, 1),
	} {
		for _, of := range Statistics {
			if e := c.At(of); !math.IsNaN(e.Ratio.Value) || !math.IsNaN(e.P) {
				t.Errorf("%v: %+v", of, e)
			}
		}
	}
}

func TestRatiosToABaselineOfZero(t *testing.T) {
	zeros, some := make([]float64, 600), make([]float64, 600)
	for i := range some {
		some[i] = float64(1 + i%7)
	}
	up, none, down := Paired(some, zeros, 1), Paired(zeros, zeros, 1), Paired(zeros, some, 1)
	for _, of := range Statistics {
		if got := up.At(of).Ratio; !math.IsInf(got.Value, 1) || !math.IsInf(got.Lo, 1) {
			t.Errorf("%v of something to nothing: %+v", of, got)
		}
		if got := none.At(of).Ratio; got != stat.Point(1) {
			t.Errorf("%v of nothing to nothing: %+v", of, got)
		}
		if got := down.At(of).Ratio; math.Abs(got.Lo) > 1e-12 || math.Abs(got.Hi) > 1e-12 {
			t.Errorf("%v of nothing to something: %+v", of, got)
		}
	}
}
