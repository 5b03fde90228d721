package stat

import (
	"encoding/json"
	"math"
	"testing"
)

// The 97.5 % points of Student's t, as any printed table has them.
func TestTQuantilesOfPublishedTables(t *testing.T) {
	for _, test := range []struct {
		freedom int
		want    float64
	}{{1, 12.706}, {2, 4.303}, {3, 3.182}, {4, 2.776}, {5, 2.571}, {9, 2.262}, {10, 2.228}, {20, 2.086}, {29, 2.045}, {30, 2.042}, {60, 2.000}, {120, 1.980}, {999999, 1.960}} {
		if got := tQuantile(test.freedom); !near(got, test.want, 0.0005) {
			t.Errorf("t with %d degrees of freedom: %v, tables have %v",
				test.freedom, got, test.want)
		}
	}
}

// R's sleep data, first group: t.test(extra) gives a mean of 0.75 and an interval of −0.5297804 to
// 2.0297804.
func TestDescribeGivesRsTInterval(t *testing.T) {
	d := Describe(sorted(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0))
	if !near(d.Mean.Value, 0.75, 1e-9) || !near(d.Mean.Lo, -0.5297804, 1e-6) ||
		!near(d.Mean.Hi, 2.0297804, 1e-6) {
		t.Errorf("mean %+v, R has 0.75 in [-0.5297804, 2.0297804]", d.Mean)
	}
	if !near(d.SD, 1.789010, 1e-6) {
		t.Errorf("standard deviation %v, R has 1.789010", d.SD)
	}
	if d.Min != -1.6 || d.Max != 3.7 {
		t.Errorf("from %v to %v, want -1.6 to 3.7", d.Min, d.Max)
	}
}

func TestDescribeOfFewValues(t *testing.T) {
	if d := Describe(nil); !math.IsNaN(d.Mean.Value) || !math.IsNaN(d.SD) || !math.IsNaN(d.Min) {
		t.Errorf("no data are described as %+v, want NaN throughout", d)
	}
	d := Describe([]float64{5})
	if d.Mean.Value != 5 || !math.IsInf(d.Mean.Lo, -1) || !math.IsInf(d.Mean.Hi, 1) ||
		!math.IsNaN(d.SD) {
		t.Errorf("one value is described as %+v, want a mean of 5 of unknown precision", d)
	}
}

func TestDescribeOfAConstantDoesNotRound(t *testing.T) {
	column := make([]float64, 1000)
	for i := range column {
		column[i] = 0.1
	}
	if d := Describe(column); d.Mean != Point(0.1) || d.SD != 0 {
		t.Errorf("a thousand times 0.1 is described as %+v", d)
	}
}

func TestIntervalHasNullWhereThereIsNoNumber(t *testing.T) {
	got, err := json.Marshal([]Interval{{63512345, 0.5, math.Inf(1)}, None, Point(1e-9)})
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"value":63512345,"low":0.5,"high":null},{"value":null,"low":null,"high":null},{"value":1e-9,"low":1e-9,"high":1e-9}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRoundedKeepsIntegersAndTwelveDigits(t *testing.T) {
	for v, want := range map[float64]float64{
		123456789012345678: 123456789012345678, 0.1: 0.1, 30061728.859872125: 30061728.8599, -1.0 / 3: -0.333333333333, 2e-300 / 3: 6.66666666667e-301,
	} {
		if got := Rounded(v); got != want {
			t.Errorf("%v is rounded to %v, want %v", v, got, want)
		}
	}
	if got := Rounded(math.Inf(1)); !math.IsInf(got, 1) {
		t.Errorf("infinity is rounded to %v", got)
	}
}
