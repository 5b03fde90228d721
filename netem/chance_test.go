package netem

import (
	"math"
	"testing"
)

func TestCorrelatedNumbersAreAnAutoregressiveFilter(t *testing.T) {
	const n = 200_000
	for _, rho := range []float64{0, 0.25, 0.5, 0.9} {
		c := newCrandom(rho)
		c.reset(newStream(1, purposeLoss))
		var sum, squares, products, last float64
		for i := range uint64(n) {
			v := float64(c.next(i+1))/(1<<32) - 0.5
			sum, squares, products, last = sum+v, squares+v*v, products+v*last, v
		}
		// Of an AR(1) filter x' = (1−ρ)u + ρx: mean ½, variance (1−ρ)/(1+ρ) of u's 1/12,
		// correlation ρ with the previous value.
		variance := (1 - rho) / (1 + rho) / 12
		if mean := sum / n; math.Abs(mean) > 4*math.Sqrt(1.0/12/n) {
			t.Errorf("ρ %v: mean ½ %+.4f", rho, mean)
		}
		if got := squares / n; math.Abs(got/variance-1) > 0.03 {
			t.Errorf("ρ %v: variance %.5f, want %.5f", rho, got, variance)
		}
		if got := products / squares; math.Abs(got-rho) > 0.01 {
			t.Errorf("ρ %v: correlation %.3f", rho, got)
		}
	}
}

func TestACorrelatedNumberIsThatOfGetCrandom(t *testing.T) {
	// tc rounds 25 % of 2³²−1 to 2³⁰, and the kernel adds 1.
	const rho = 1<<30 + 1
	c := newCrandom(0.25)
	c.reset(newStream(3, purposeLoss))
	last := c.draws.draw(0) >> 32
	for i := range uint64(5) {
		want := ((c.draws.draw(i+1)>>32)*(1<<32-rho) + last*rho) >> 32
		if got := c.next(i + 1); uint64(got) != want {
			t.Fatalf("number %d is %d, want %d", i+1, got, want)
		}
		last = want
	}
}

func TestCorrelationMakesARareLossRarer(t *testing.T) {
	const n = 200_000
	rate := func(line string) float64 { return float64(count(outcomes(mustParse(t, line), 1, n))) / n }
	if got := rate("loss 1% 50%"); got > 0.002 {
		t.Errorf("loss 1%% with a correlation of 50%%: %.4f lost, want far less than 1 %%", got)
	}
	if got := rate("loss 50% 50%"); math.Abs(got-0.5) > 0.01 {
		t.Errorf("loss 50%% with a correlation of 50%%: %.4f lost, want half", got)
	}
}
