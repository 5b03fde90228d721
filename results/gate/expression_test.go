package gate

import (
	"errors"
	"strings"
	"testing"
)

func TestExpressionsAreRead(t *testing.T) {
	for _, tt := range []struct {
		text      string
		statistic string
		metric    string
		above     bool
		amount    float64
		class     Class
	}{
		{"p95(handshake)>+3%", "p95", "handshake", true, 0.03, Relative},
		{" p99.9( ttfb ) > +2.5 % ", "p99.9", "ttfb", true, 0.025, Relative},
		{"median(sec/op)>+5%", "p50", "sec/op", true, 0.05, Relative},
		{"mean(goodput)<-50kB/s", "mean", "goodput", false, -50e3, ByteRates},
		{"p50(handshake)>+2ms", "p50", "handshake", true, 0.002, Seconds},
		{"p50(handshake)>+20µs", "p50", "handshake", true, 20e-6, Seconds},
		{"mean(bytes-up)>+0B", "mean", "bytes-up", true, 0, Bytes},
		{"mean(packets)>+1", "mean", "packets", true, 1, Plain},
		{"mean(packets)<-0", "mean", "packets", false, 0, Plain},
		{"failed()>+1%", "failed", "", true, 0.01, Relative},
		{"failed(handshake)>+0.5%", "failed", "handshake", true, 0.005, Relative},
		{"changed(bytes-*)", "changed", "bytes-*", false, 0, Plain},
	} {
		e, err := Parse(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		near := func(a, b float64) bool { return a-b < 1e-12 && b-a < 1e-12 }
		if e.Statistic() != tt.statistic || e.Metric != tt.metric || e.Above != tt.above || !near(e.Amount, tt.amount) || e.Class != tt.class {
			t.Errorf("%s: %+v", tt.text, e)
		}
	}
}

// A caret stands below the mistake.
func TestMistakesInExpressions(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "want a statistic and a metric in parentheses, such as p95(handshake)>+3%\n\t\n\t^"},
		{"handshake>+3%", "want a statistic and a metric in parentheses, such as p95(handshake)>+3%\n\thandshake>+3%\n\t^"},
		{"q95(handshake)>+3%", "no statistic is called \"q95\": want p50, p95, p99.9 or another quantile, median, mean, failed or changed\n\tq95(handshake)>+3%\n\t^"},
		{"p100(handshake)>+3%", "no statistic is called \"p100\": want p50, p95, p99.9 or another quantile, median, mean, failed or changed\n\tp100(handshake)>+3%\n\t^"},
		{"p5e1(handshake)>+3%", "no statistic is called \"p5e1\": want p50, p95, p99.9 or another quantile, median, mean, failed or changed\n\tp5e1(handshake)>+3%\n\t^"},
		{"p95(handshake>+3%", "want ) after the metric\n\tp95(handshake>+3%\n\t                 ^"},
		{"p95()>+3%", "want the name of a metric, such as handshake, or a unit, such as sec/op\n\tp95()>+3%\n\t    ^"},
		{"p95([a)>+3%", "the pattern [a has a bracket without its counterpart\n\tp95([a)>+3%\n\t    ^"},
		{"p95(handshake)", "want > or < and an amount, such as >+3%\n\tp95(handshake)\n\t              ^"},
		{"p95(handshake)=+3%", "want > or < and an amount, such as >+3%\n\tp95(handshake)=+3%\n\t              ^"},
		{"p95(handshake)>=+3%", "want > or <, without =\n\tp95(handshake)>=+3%\n\t               ^"},
		{"p95(handshake)>3%", "want a change with its sign, such as +3% or -2ms\n\tp95(handshake)>3%\n\t               ^"},
		{"p95(handshake)>+x%", "want a number after the sign\n\tp95(handshake)>+x%\n\t               ^"},
		{"p95(handshake)>+3min", "no unit is called \"min\": want %, ns, us, ms, s, B, kB, MB, B/s, kB/s, MB/s, or nothing for a count\n\tp95(handshake)>+3min\n\t                 ^"},
		{"p95(handshake)>-3%", "want >+ for more or <- for less: a gate is a bound on the change, and a change of 0 must pass it\n\tp95(handshake)>-3%\n\t               ^"},
		{"failed()>+3ms", "want %: the change of the failed share is in percentage points\n\tfailed()>+3ms\n\t           ^"},
		{"changed(bytes-up)>+3%", "nothing may follow changed(…): it fails at any change\n\tchanged(bytes-up)>+3%\n\t                 ^"},
		{"p50(größe)x", "want > or < and an amount, such as >+3%\n\tp50(größe)x\n\t          ^"},
	} {
		_, err := Parse(tt.text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q: error %v", tt.text, err)
			continue
		}
		if err.Error() != tt.want {
			t.Errorf("%q:\n%s\nwant\n%s", tt.text, err, tt.want)
		}
	}
}

func TestPatternsMatchMetrics(t *testing.T) {
	for _, tt := range []struct {
		pattern, metric string
		want            bool
	}{
		{"handshake", "handshake", true}, {"handshake", "handshake-sim-sec", false}, {"bytes-*", "bytes-up", true},
		{"*", "sec/op", true}, {"*/op", "allocs/op", true}, {"cause.?to", "cause.rto", true}, {"bytes-*", "packets", false},
	} {
		e, err := Parse("changed(" + tt.pattern + ")")
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Matches(tt.metric); got != tt.want {
			t.Errorf("%s matches %s: %v", tt.pattern, tt.metric, got)
		}
	}
}

func TestUnitsOfMetricsHaveAClass(t *testing.T) {
	for unit, want := range map[string]Class{
		"ns": Seconds, "sec/op": Seconds, "handshake-sim-sec": Seconds, "B": Bytes, "B/op": Bytes, "bytes-up-B": Bytes,
		"B/s": ByteRates, "goodput-B/s": ByteRates, "1": Plain, "allocs/op": Plain, "subs": Plain,
	} {
		if _, got := MetricUnit(unit); got != want {
			t.Errorf("%s: class %d, want %d", unit, got, want)
		}
	}
	if factor, _ := MetricUnit("ns"); factor != 1e-9 {
		t.Errorf("a nanosecond is %g s", factor)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("p95(handshake)>+3%")
	f.Add("failed()<-1%")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err == nil && e.Above && e.Amount < 0 {
			t.Errorf("%q: bound %g", text, e.Amount)
		}
		if err != nil && !strings.Contains(err.Error(), "^") {
			t.Errorf("%q: no caret: %v", text, err)
		}
	})
}
