package number

import (
	"math"
	"testing"

	"tlslab/results/stat"
)

var inf, nan = math.Inf(1), math.NaN()

func TestValuesAreScaledToTheirUnit(t *testing.T) {
	for _, c := range []struct {
		v    float64
		unit string
		want string
	}{
		{63512345, "ns", "63.5 ms"},
		{999.7e3, "ns", "1.00 ms"},
		{999e3, "ns", "999 µs"},
		{17, "ns", "17 ns"},
		{1e9, "ns", "1.00 s"},
		{0, "ns", "0 ns"},
		{-2.5e6, "ns", "−2.50 ms"},
		{830, "B", "830 B"},
		{1000, "B", "1.00 kB"},
		{16384, "B", "16.4 kB"},
		{1.25e9, "B/s", "1.25 GB/s"},
		{3, "1", "3"},
		{2.5, "1", "2.50"},
		{12345, "1", "12,345"},
		{4.2, "J", "4.20 J"},
		{inf, "ns", "∞"},
		{-inf, "ns", "−∞"},
		{nan, "ns", "–"},
	} {
		if got := Value(c.v, c.unit); got != c.want {
			t.Errorf("%v %s is written %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}

func TestDigitsFollowTheInterval(t *testing.T) {
	for _, c := range []struct {
		iv   stat.Interval
		want string
	}{
		{stat.Interval{Value: 63512345, Lo: 63210000, Hi: 63900000}, "63.51 [63.21, 63.90] ms"},
		{stat.Interval{Value: 63512345, Lo: 50e6, Hi: 80e6}, "63.5 [50.0, 80.0] ms"},
		{stat.Interval{Value: 63512345, Lo: 63512344, Hi: 63512346}, "63.51 [63.51, 63.51] ms"},
		{stat.Interval{Value: 230e3, Lo: 200e3, Hi: 9e9}, "230 µs [200 µs, 9.00 s]"},
		{stat.Interval{Value: 809e3, Lo: 809e3, Hi: 1002062e3}, "809 µs [809 µs, 1.00 s]"},
		{stat.Interval{Value: 4.01e6, Lo: 4.01e6, Hi: 1004.37e6}, "4.01 ms [4.01 ms, 1.00 s]"},
		{stat.Interval{Value: 1.2e9, Lo: 4.01e6, Hi: 1.3e9}, "1.20 s [4.01 ms, 1.30 s]"},
		{stat.Interval{Value: 1e9, Lo: 0.9e9, Hi: inf}, "1.00 [0.90, ∞] s"},
		{stat.Interval{Value: 1e9, Lo: 0.94e9, Hi: inf}, "1.00 [0.94, ∞] s"},
		{stat.Interval{Value: 1e9, Lo: -inf, Hi: inf}, "1.00 s [n too small]"},
		{stat.Point(830e3), "830 µs"},
		{stat.None, "–"},
	} {
		if got := Estimate(c.iv, "ns"); got != c.want {
			t.Errorf("%+v is written %q, want %q", c.iv, got, c.want)
		}
	}
}

func TestPointHasTheDigitsOfItsEstimate(t *testing.T) {
	iv := stat.Interval{Value: 63512345, Lo: 63210000, Hi: 63900000}
	if got := Point(iv, "ns"); got != "63.51 ms" {
		t.Errorf("got %q", got)
	}
}

func TestRatiosChangesAndShares(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Ratio(stat.Interval{Value: 0.7451, Lo: 0.7312, Hi: 0.7594}), "0.745× [0.731, 0.759]"},
		{Ratio(stat.Interval{Value: 2, Lo: 1, Hi: inf}), "2.00× [1.00, ∞]"},
		{Ratio(stat.Point(0.83)), "0.830×"},
		{Ratio(stat.None), "–"},
		{Ratio(stat.Interval{Value: 4.83e-5, Lo: 4.7e-5, Hi: 0.93}), "0.000048× [0.000047, 0.930]"},
		{Ratio(stat.Interval{Value: 1, Lo: math.Inf(-1), Hi: inf}), "1.00× [n too small]"},
		{Times(0.00023), "0.00023×"},
		{Share(stat.Interval{Value: 0.012, Lo: 0.007, Hi: 0.021}), "1.20 [0.70, 2.10] %"},
		{Share(stat.Interval{Value: 0.885, Lo: 0.832, Hi: 0.926}), "88.5 [83.2, 92.6] %"},
		{Change(0.745), "−26 %"},
		{Change(1.025), "+2.5 %"},
		{Change(3), "+200 %"},
		{Change(1), "0 %"},
		{Change(0.9996), "−0.04 %"},
		{Percent(0.02), "2 %"},
		{Percent(0.004), "0.4 %"},
		{Percent(0.0996), "10 %"},
		{Percent(0.00001), "<0.01 %"},
		{Times(0.7451), "0.745×"},
		{Times(12.34), "12.3×"},
		{Probability(0.0004), "<0.001"},
		{Probability(0.0421), "0.042"},
		{Probability(0.001), "0.001"},
		{Probability(nan), "–"},
		{Count(1000), "1000"},
		{Count(72000), "72,000"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestTicksAreWrittenShort(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Tick(0.30000000000000004), "0.3"},
		{Tick(20000), "20,000"},
		{Tick(0), "0"},
		{TickIn(500e3, "ns"), "500 µs"},
		{TickIn(1.5e6, "ns"), "1.5 ms"},
		{TickIn(0, "ns"), "0"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestExactHasAllDigits(t *testing.T) {
	for _, c := range []struct {
		iv   stat.Interval
		unit string
		want string
	}{
		{stat.Interval{Value: 63512345.5, Lo: 63210000, Hi: 63900000}, "ns", "63512345.5 [63210000, 63900000] ns"},
		{stat.Interval{Value: 5, Lo: 4, Hi: math.Inf(1)}, "1", "5 [4, ∞]"},
		{stat.Point(690), "B", "690 B"},
		{stat.Point(3.5e-9), "", "3.5e-09"},
		{stat.None, "ns", ""},
	} {
		if got := Exact(c.iv, c.unit); got != c.want {
			t.Errorf("%v: got %q, want %q", c.iv, got, c.want)
		}
	}
}
