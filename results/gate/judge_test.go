package gate

import (
	"math"
	"strings"
	"testing"

	"tlslab/results/stat"
)

func parsed(t *testing.T, text string) *Expression {
	t.Helper()
	e, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestTheRuleOfAGate(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	between := func(value, lo, hi float64) stat.Interval { return stat.Interval{Value: value, Lo: lo, Hi: hi} }
	for _, tt := range []struct {
		name, expression string
		change           stat.Interval
		p                float64
		want             Outcome
	}{
		{"beyond and significant", "p95(x)>+3%", between(0.10, 0.031, 0.2), 0.01, Exceeded},
		{"beyond, but not significant", "p95(x)>+3%", between(0.10, 0.031, 0.2), 0.05, NotEnoughData},
		{"the threshold inside", "p95(x)>+3%", between(0.10, 0.02, 0.2), 1e-9, NotEnoughData},
		{"no change, but wide", "p95(x)>+3%", between(0, -0.05, 0.05), 1, NotEnoughData},
		{"no change, and narrow", "p95(x)>+3%", between(0, -0.01, 0.01), 1, Passed},
		{"a small change, and significant", "p95(x)>+3%", between(0.02, 0.01, 0.029), 1e-9, Passed},
		{"at the threshold exactly", "p95(x)>+3%", between(0.03, 0.03, 0.03), nan, Passed},
		{"the upper bound at the threshold", "p95(x)>+3%", between(0.02, 0.01, 0.03), 1e-9, Passed},
		{"the lower bound at the threshold", "p95(x)>+3%", between(0.04, 0.03, 0.05), 1e-9, NotEnoughData},
		{"at the threshold, as computed", "p95(x)>+3%", between(103./100-1, 103./100-1, 103./100-1), nan, Passed},
		{"an improvement", "p95(x)>+3%", between(-0.5, -0.6, -0.4), 1e-9, Passed},
		{"exact and beyond", "p95(x)>+3%", between(0.031, 0.031, 0.031), nan, Exceeded},
		{"exact and equal", "p95(x)>+0%", between(0, 0, 0), nan, Passed},
		{"exact and a little more", "p95(x)>+0%", between(1e-6, 1e-6, 1e-6), nan, Exceeded},
		{"exact and less", "p95(x)>+0%", between(-1e-6, -1e-6, -1e-6), nan, Passed},
		{"from nothing to something", "p95(x)>+3%", between(inf, inf, inf), nan, Exceeded},
		{"from nothing to something, not significant", "p95(x)>+3%", between(inf, 0, inf), 1, NotEnoughData},
		{"without bounds", "p95(x)>+3%", between(0, -inf, inf), 1, NotEnoughData},
		{"bounded on the good side alone", "p95(x)>+3%", between(0, -inf, 0.02), 1, Passed},
		{"no number", "p95(x)>+3%", stat.None, nan, NotEnoughData},
		{"lower, beyond", "mean(x)<-3%", between(-0.10, -0.2, -0.031), 0.01, Exceeded},
		{"lower, the threshold inside", "mean(x)<-3%", between(-0.10, -0.2, -0.02), 0.01, NotEnoughData},
		{"lower, but higher is good", "mean(x)<-3%", between(0.10, 0.05, 0.2), 0.01, Passed},
		{"lower, at the threshold", "mean(x)<-3%", between(-0.02, -0.03, -0.01), 0.01, Passed},
		{"milliseconds of nanoseconds, beyond", "p50(x)>+2ms", between(3e6, 2.5e6, 4e6), 0.01, Exceeded},
		{"milliseconds of nanoseconds, within", "p50(x)>+2ms", between(1e6, 0.5e6, 1.9e6), 0.01, Passed},
	} {
		checks := []Check{{Expression: parsed(t, tt.expression), Unit: "ns", Change: tt.change, P: tt.p}}
		Judge(checks)
		if checks[0].Outcome != tt.want {
			t.Errorf("%s: %s (%s), want %s", tt.name, checks[0].Outcome, checks[0].Reason, tt.want)
		}
		if (checks[0].Reason == "") != (tt.want == Passed) {
			t.Errorf("%s: %s for the reason %q", tt.name, checks[0].Outcome, checks[0].Reason)
		}
		if thin := strings.Contains(checks[0].Reason, "not enough data to tell"); thin != (tt.want == NotEnoughData) {
			t.Errorf("%s: the reason is %q", tt.name, checks[0].Reason)
		}
	}
}

func TestHolmIsOverAllChecksOfAGate(t *testing.T) {
	e := parsed(t, "p95(x)>+3%")
	check := Check{Expression: e, Change: stat.Interval{Value: 0.10, Lo: 0.05, Hi: 0.2}, P: 0.02}
	one := []Check{check}
	Judge(one)
	if one[0].Outcome != Exceeded {
		t.Errorf("alone: %s", one[0].Outcome)
	}
	three := []Check{check, check, check}
	Judge(three)
	for i := range three {
		if three[i].PHolm != 0.06 || three[i].Outcome != NotEnoughData {
			t.Errorf("of three: p (Holm) %g, %s", three[i].PHolm, three[i].Outcome)
		}
	}
	// What is missing, exact or merely looked for a change has no test, and does not count.
	others := []Check{check, {Expression: e, Missing: "gone", P: 0.5}, {Expression: parsed(t, "changed(x)"), P: 0.5}, {Expression: e, P: math.NaN()}}
	Judge(others)
	if others[0].PHolm != 0.02 {
		t.Errorf("beside others without a test: p (Holm) %g", others[0].PHolm)
	}
}

func TestWhatIsMissingFails(t *testing.T) {
	checks := []Check{{Expression: parsed(t, "p95(x)>+3%"), Missing: "new has no x", P: math.NaN()}}
	Judge(checks)
	if checks[0].Outcome != Missing || checks[0].Reason != "new has no x" {
		t.Errorf("%s: %s", checks[0].Outcome, checks[0].Reason)
	}
}

func TestAnyChangeFailsChanged(t *testing.T) {
	checks := []Check{
		{Expression: parsed(t, "changed(x)"), Differing: 1, Compared: 1000, P: math.NaN()},
		{Expression: parsed(t, "changed(x)"), Differing: 0, Compared: 1000, P: math.NaN()},
	}
	Judge(checks)
	if checks[0].Outcome != Exceeded || checks[0].Reason != "1 of 1000 values differ" {
		t.Errorf("%s: %s", checks[0].Outcome, checks[0].Reason)
	}
	if checks[1].Outcome != Passed {
		t.Errorf("%s: %s", checks[1].Outcome, checks[1].Reason)
	}
}

func TestASmallChangeKeepsItsDigitsAndItsSign(t *testing.T) {
	for change, want := range map[float64]string{
		0: "0 %", 0.333: "+33 %", -0.02: "−2 %", 0.0004: "+0.04 %", 0.00003: "+0.003 %", -0.0000041: "−0.0004 %", 0.00001: "+0.001 %",
	} {
		if got := Percent(change); got != want {
			t.Errorf("%v is %q, want %q", change, got, want)
		}
	}
}
