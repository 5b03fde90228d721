package effect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"tlslab/results/stat"
)

// share returns the share of values in ascending order that are at most v. For the bounds of an
// interval it must be near 2.5 % and 97.5 %.
func share(sorted []float64, v float64) float64 {
	return float64(rank(sorted, v, true)) / float64(len(sorted))
}

var designs = []struct {
	name string
	draw func(rng *rand.Rand) (x, y float64)
}{
	{"correlated lognormal", func(rng *rand.Rand) (float64, float64) {
		z := rng.NormFloat64()
		return math.Exp(z + 0.3*rng.NormFloat64()), math.Exp(z)
	}},
	{"independent lognormal", func(rng *rand.Rand) (float64, float64) {
		return math.Exp(rng.NormFloat64()), math.Exp(0.1 + rng.NormFloat64())
	}},
	{"an atom a second above", func(rng *rand.Rand) (float64, float64) {
		queue, lost := rng.Float64(), rng.Float64()
		x, y := 100+queue, 101+queue
		if lost < 0.06 {
			x += 1000
		}
		if lost < 0.05 {
			y += 1000
		}
		return x, y
	}},
	{"ties", func(rng *rand.Rand) (float64, float64) {
		a := float64(rng.IntN(6))
		return 10 + a, 10 + a + float64(rng.IntN(2))
	}},
	{"with failures", func(rng *rand.Rand) (float64, float64) {
		z := rng.NormFloat64()
		x, y := 10+z, 11+z+rng.NormFloat64()
		if rng.IntN(10) == 0 {
			x = math.NaN()
		}
		if rng.IntN(5) == 0 {
			y = math.NaN()
		}
		return x, y
	}},
}

// The intervals have the distribution of the bootstrap that draws every pair: over many data sets
// their ends agree with the ends of a naive bootstrap, on average and within the error of the
// random draws in each.
func TestTheIntervalIsThatOfTheNaiveBootstrap(t *testing.T) {
	for _, design := range designs {
		for _, n := range []int{40, 200} {
			t.Run(fmt.Sprint(design.name, "/n=", n), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(1, uint64(n)))
				x, y := make([]float64, n), make([]float64, n)
				for i := range x {
					x[i], y[i] = design.draw(rng)
				}
				var a, b Column
				a.Set(x)
				b.Set(y)
				r := newResamples(n, 7)
				r.draw(&a)
				r.draw(&b)
				var w windowed

				for _, p := range []Statistic{P50, P95} {
					checkDistribution(t, "shared "+p.String(), x, y, p, &a.drawn[p], &b.drawn[p])
				}
				for of, p := range probabilities[:2] {
					w.x.begin(&a, p)
					w.y.begin(&b, p)
					w.countKinds(x, y)
					w.draw(rand.NewPCG(3, 4), n)
					checkDistribution(t, "windowed "+Statistic(of).String(), x, y, Statistic(of),
						&w.x.drawns, &w.y.drawns)
				}

			})
		}
	}
}

// checkDistribution compares the ratios of the resamples with those of naive resamples by the
// largest distance of their distribution functions (Kolmogorov and Smirnov). For 1039 and 2000
// resamples of one distribution it exceeds 0.074 once in 1000.
func checkDistribution(t *testing.T, name string, x, y []float64, of Statistic, a, b *drawn) {
	t.Helper()
	rng := rand.New(rand.NewPCG(9, 9))
	p := probabilities[of]
	var want []float64
	for range 2000 {
		var u, v []float64
		for range x {
			i := rng.IntN(len(x))
			if x[i] == x[i] {
				u = append(u, x[i])
			}
			if y[i] == y[i] {
				v = append(v, y[i])
			}
		}
		slices.Sort(u)
		slices.Sort(v)
		want = append(want, stat.Quantile(u, p)/stat.Quantile(v, p))
	}
	slices.Sort(want)
	var got []float64
	for i := range Draws {
		got = append(got, a.at(i)/b.at(i))
	}
	slices.Sort(got)
	most := 0.0
	for _, v := range got {
		most = max(most, math.Abs(share(got, v*(1+1e-12))-share(want, v*(1+1e-12))))
	}
	if most > 0.074 {
		t.Errorf("%s: the distributions of the ratio are %.3f apart", name, most)
	}
}

// Every resample's quantile is that of the values that the resample repeats.
func TestAQuantileIsThatOfItsResample(t *testing.T) {
	for _, design := range designs {
		for _, n := range []int{1, 2, 7, 40, 300} {
			rng := rand.New(rand.NewPCG(4, uint64(n)))
			x := make([]float64, n)
			for i := range x {
				x[i], _ = design.draw(rng)
			}
			x[0] = 12 // a value that was reached
			var c Column
			c.Set(x)
			r := newResamples(n, 3)
			r.draw(&c)
			for lane := 0; lane < Draws; lane += 13 {
				var values []float64
				for i, v := range x {
					times := r.row(uint32(i))[lane/lanesOfWord] >> (8 * (lane % lanesOfWord)) & 0xFF
					for range times {
						if v == v {
							values = append(values, v)
						}
					}
				}
				slices.Sort(values)
				for of, p := range probabilities {
					got, want := c.drawn[of].at(lane), stat.Quantile(values, p)
					if math.Abs(got-want) > 1e-12*math.Abs(want) || (got != got) != (want != want) {
						t.Fatalf("%s, n = %d, resample %d, %v: %v, want %v", design.name, n, lane, Statistic(of), got, want)
					}
				}
			}
		}
	}
}

// Quantiles drawn by rank have the distribution of the quantiles of naive resamples.
func TestRanksOfIndependentResamples(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{7, 40} {
		sorted := make([]float64, n)
		for i := range sorted {
			sorted[i] = math.Exp(rng.NormFloat64())
		}
		slices.Sort(sorted)
		for of, p := range probabilities {
			var d drawn
			d.independent(sorted, p, 1, 0)
			got := slices.Sorted(slices.Values(d.value[:]))
			var want []float64
			for range 4000 {
				resample := make([]float64, n)
				for i := range resample {
					resample[i] = sorted[rng.IntN(n)]
				}
				slices.Sort(resample)
				want = append(want, stat.Quantile(resample, p))
			}
			slices.Sort(want)
			most := 0.0
			for _, v := range got {
				v *= 1 + 1e-12
				most = max(most, math.Abs(share(got, v)-share(want, v)))
			}
			if most > 0.068 { // exceeded once in 1000, see checkDistribution
				t.Errorf("n = %d, %v: the distributions are %.3f apart", n, Statistic(of), most)
			}
		}
	}
}
