package plot

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"

	"tlslab/results/table/number"
)

func labels(a *axis) []string {
	var out []string
	for _, t := range a.ticks {
		out = append(out, t.Label)
	}
	return out
}

func TestTicksAreOneTwoFive(t *testing.T) {
	for _, c := range []struct {
		s    span
		log  bool
		want []string
	}{
		{span{0, 95e6}, false, []string{"0", "20", "40", "60", "80"}},
		{span{40e6, 90e6}, true, []string{"40", "50", "60", "70", "80", "90"}}, // < a decade
		{span{1e6, 100e6}, true, []string{"1", "2", "5", "10", "20", "50", "100"}},
	} {
		a := linearAxis(c.s, 0.06, false)
		if c.log {
			a = logAxis(c.s, 0.05)
		}
		a.label("ns", number.Scale{Factor: 1e6, Symbol: "ms"}, false, across(400))
		if got := labels(a); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.s, got, c.want)
		}
	}
}

// Labels of an axis of any range and length do not touch, and there are two where they fit.
func TestLabelsNeverTouch(t *testing.T) {
	for decades := 0.01; decades < 9; decades *= 1.7 {
		for from := 0.3; from < 1e9; from *= 3.7 {
			for _, length := range []vg.Length{60, 90, 150, 400} {
				s := span{from, from * math.Pow(10, decades)}
				for _, a := range []*axis{linearAxis(s, 0.05, false), logAxis(s, 0.05)} {
					r := across(length)
					a.label("ns", number.ScaleFor("ns", s.max), true, r)
					n := len(a.ticks)
					if n == 0 || (length >= 150 && n < 2) {
						t.Errorf("%v in %v pt: labels %q", s, length, labels(a))
					}
					end := vg.Length(math.Inf(-1))
					for _, tick := range a.ticks {
						at, half := vg.Length(a.norm(tick.Value))*length, widthOf(tick.Label)/2
						if tick.Label != "" && at-half < end+2 {
							t.Errorf("%v in %v pt: %q touches the label before it",
								s, length, tick.Label)
						}
						if tick.Label != "" {
							end = at + half
						}
					}
				}
			}
		}
	}
}

func TestTheTailAxisEndsAtTheLastReplicate(t *testing.T) {
	for _, c := range []struct {
		n    int
		want []string
	}{
		{1, []string{"0 %", "50 %"}},
		{10_000_000, []string{"0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %"}},
		{30, []string{"0 %", "50 %", "90 %"}},
		{1000, []string{"0 %", "50 %", "90 %", "99 %", "99.9 %"}},
		{100000, []string{"0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"}},
	} {
		if got := labels(tailAxis(c.n, 300)); !slices.Equal(got, c.want) {
			t.Errorf("%d replicates: %q, want %q", c.n, got, c.want)
		}
	}
	if got, want := labels(tailAxis(10_000_000, 80))[:2], []string{"0 %", "90 %"}; !slices.Equal(got, want) {
		t.Errorf("on a short axis: %q, want %q: 50 %% would touch 0 %%", got, want)
	}
	// 90, 99 and 99.9 % lie equally far apart.
	if a, b, c := tailScale(0.9), tailScale(0.99), tailScale(0.999); math.Abs((b-a)-(c-b)) > 1e-12 {
		t.Errorf("90, 99, 99.9 %% are at %v, %v, %v", a, b, c)
	}
}
