package effect

import (
	"math"
	"testing"

	"tlslab/results/stat"
)

func TestVerdicts(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	tests := []struct {
		name  string
		ratio stat.Interval
		p     float64
		want  Verdict
	}{
		{"inside the margin", stat.Interval{Value: 1.005, Lo: 0.99, Hi: 1.01}, 0.5, Same},
		{"inside, though significant",
			stat.Interval{Value: 1.01, Lo: 1.005, Hi: 1.015}, 1e-9, Same},
		{"at the margin's edge", stat.Interval{Value: 1, Lo: 0.98, Hi: 1.02}, 1, Same},
		{"wholly below", stat.Interval{Value: 0.5, Lo: 0.4, Hi: 0.6}, 0.001, Different},
		{"wholly above", stat.Interval{Value: 2, Lo: 1.5, Hi: 2.5}, 0.049, Different},
		{"wholly above, not significant among so many", stat.Interval{Value: 2, Lo: 1.5, Hi: 2.5},
			0.05, Undecided},
		{"across the edge, significant", stat.Interval{Value: 1.03, Lo: 1.01, Hi: 1.05},
			1e-9, Undecided},
		{"across everything", stat.Interval{Value: 1, Lo: 0.5, Hi: 2}, 1, Undecided},
		{"unbounded", stat.Interval{Value: 1, Lo: math.Inf(-1), Hi: inf}, 1, Undecided},
		{"from nothing to something", stat.Point(inf), 0.001, Different},
		{"exact and equal", stat.Point(1), nan, Same},
		{"exact and not", stat.Point(0.8), nan, Different},
		{"no ratio", stat.None, 0.001, Undecided},
	}
	for _, test := range tests {
		e := Effect{Ratio: test.ratio}
		if e.Judge(test.p, 0.02); e.Verdict != test.want {
			t.Errorf("%s: %s, want %s", test.name, e.Verdict, test.want)
		}
	}
	e := Effect{Ratio: stat.Point(1)}
	if e.Judge(1, 0); e.Verdict != Same {
		t.Errorf("equal with no margin at all: %s", e.Verdict)
	}
}
