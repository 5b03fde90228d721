package summary

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"tlslab/results/stat"
)

func TestALostSYNIsAMode(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var values []float64
	for i := range 1000 {
		v := 50e6 + 20e3*rng.ExpFloat64()
		switch {
		case i < 30: // retransmission after about 200 ms
			v += 200e6 + 50e6*rng.Float64()
		case i < 50: // the first SYN was lost
			v += 1e9
		case i < 51: // and the second
			v += 3e9
		}
		values = append(values, v)
	}
	slices.Sort(values)
	modes := modesOf(values)
	want := []int{949, 30, 20, 1}
	if len(modes) != len(want) {
		t.Fatalf("%d modes: %+v", len(modes), modes)
	}
	for i, m := range modes {
		if m.N != want[i] || m.Share != stat.Proportion(want[i], 1000) {
			t.Errorf("mode %d: %+v", i, m)
		}
	}
	if m := modes[2]; m.Lo < 1.05e9 || m.Hi > 1.06e9 {
		t.Errorf("the lost SYNs are from %v to %v", m.Lo, m.Hi)
	}
}

func TestAContinuousDistributionHasNoModes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, test := range []struct {
		name string
		draw func() float64
	}{
		{"uniform", rng.Float64},
		{"normal", rng.NormFloat64},
		{"exponential", rng.ExpFloat64},
		{"lognormal, sigma 0.5", func() float64 { return math.Exp(0.5 * rng.NormFloat64()) }},
		{"lognormal, sigma 1", func() float64 { return math.Exp(rng.NormFloat64()) }},
		{"integers", func() float64 { return math.Floor(1e9 * math.Exp(0.3*rng.NormFloat64())) }},
		{"two normal that touch", func() float64 { return rng.NormFloat64() + 4*float64(rng.IntN(2)) }},
		{"thousands of equal steps", func() float64 { return float64(rng.IntN(3000)) }},
		{"a hundred equal steps", func() float64 { return float64(rng.IntN(100)) }},
		{"Pareto, index 2", func() float64 { return math.Pow(rng.Float64(), -0.5) }},
	} {
		for _, n := range []int{30, 100, 1000, 5000} {
			for round := range 50 {
				values := make([]float64, n)
				for i := range values {
					values[i] = test.draw()
				}
				slices.Sort(values)
				if modes := modesOf(values); modes != nil {
					t.Errorf("%s, n = %d, round %d: %+v", test.name, n, round, modes)
				}
			}
		}
	}
}

func TestFewDistinctValuesAreModes(t *testing.T) {
	var values []float64
	for v, n := range []int{90, 8, 2} {
		for range n {
			values = append(values, float64(v))
		}
	}
	modes := modesOf(values)
	if len(modes) != 3 || modes[1] != (Mode{1, 1, 8, stat.Proportion(8, 100)}) {
		t.Errorf("counts 0, 1 and 2: %+v", modes)
	}
	for _, none := range [][]float64{nil, {1}, slices.Repeat([]float64{1}, 500), values[:90]} {
		if modes := modesOf(none); modes != nil {
			t.Errorf("%v: %+v", none, modes)
		}
	}
}
