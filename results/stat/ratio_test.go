package stat

import (
	"math"
	"testing"
)

func TestRatioOfZeros(t *testing.T) {
	for _, test := range []struct{ cell, baseline, want float64 }{
		{0, 0, 1}, {3, 0, math.Inf(1)}, {0, 3, 0}, {3, 2, 1.5},
	} {
		if got := Ratio(test.cell, test.baseline); got != test.want {
			t.Errorf("%v / %v = %v, want %v", test.cell, test.baseline, got, test.want)
		}
	}
	if got := Ratio(-1, 2); !math.IsNaN(got) {
		t.Errorf("the ratio of a negative value is %v, want NaN", got)
	}
}
