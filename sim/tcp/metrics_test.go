package tcp

import (
	"testing"
	"time"
)

// connectWith runs an exchange between hosts that remember, and returns the server's endpoint.
func connectWith(t *testing.T, m *[2]Metrics, change func(*Config, *pipe)) *Endpoint {
	t.Helper()
	cfg := DefaultConfig()
	cfg.NoSSThreshMetricsSave = false
	turns := parseTurns(t, "C 256 | S 100000 | C 64 close | S close")
	p := newPipe(&cfg, 100*time.Millisecond, turns)
	if change != nil {
		change(&cfg, p)
		p.reset(&cfg, turns)
	}
	for side := range p.end {
		p.end[side].UseMetrics(&m[side])
	}
	p.run(time.Minute)
	if p.last < 0 {
		t.Fatal("the exchange did not end")
	}
	return &p.end[server]
}

func TestAConnectionBeginsWithTheSlowStartThresholdOfTheLast(t *testing.T) {
	var m [2]Metrics
	connectWith(t, &m, nil)
	if m[server].ssthresh != 0 {
		t.Errorf("a slow start without an end sets the threshold %d", m[server].ssthresh)
	}
	lossy := func(_ *Config, p *pipe) {
		p.drop = func(side, n int, _ *Segment) bool { return side == server && n == 20 }
	}
	first := connectWith(t, &m, lossy)
	want := max(first.win.cwnd/2, first.win.ssthresh)
	if m[server].ssthresh != want || want >= infiniteSSThresh {
		t.Errorf("after a loss the threshold is %d, want %d", m[server].ssthresh, want)
	}
	if e := connectWith(t, &m, nil); e.win.ssthresh > want {
		t.Errorf("the next connection has the threshold %d, want at most %d", e.win.ssthresh, want)
	}
	m[server].ssthresh = want
	off := func(c *Config, _ *pipe) { c.NoSSThreshMetricsSave = true }
	if e := connectWith(t, &m, off); e.win.ssthresh < infiniteSSThresh || m[server].ssthresh != want {
		t.Errorf("with tcp_no_ssthresh_metrics_save the threshold is %d, and %d is remembered", e.win.ssthresh, m[server].ssthresh)
	}
}

// A remembered round-trip time of 1 s makes the first timeout 1 s + max(2 · 1 s, 200 ms).
func TestALongerRoundTripTimeOfTheLastConnectionSetsTheFirstTimeout(t *testing.T) {
	for _, c := range []struct {
		rtt, want time.Duration
	}{
		{0, 300 * time.Millisecond},
		{50 * time.Millisecond, 300 * time.Millisecond},
		{time.Second, 3 * time.Second},
	} {
		cfg := DefaultConfig()
		cfg.HZ = 0
		p := newPipe(&cfg, 100*time.Millisecond, parseTurns(t, "C 256 | S 100 | C 64"))
		p.end[client].UseMetrics(&Metrics{rtt: c.rtt})
		p.run(100 * time.Millisecond)
		if got := p.end[client].xmit.rto; got != c.want {
			t.Errorf("remembered %v: the first timeout is %v, want %v", c.rtt, got, c.want)
		}
	}
}

// A longer round-trip time replaces the remembered one; a shorter one lowers it by an eighth of the
// difference (kernel tcp_update_metrics).
func TestTheRememberedRoundTripTimeFallsSlowly(t *testing.T) {
	m := [2]Metrics{{rtt: 900 * time.Millisecond}, {rtt: 10 * time.Millisecond}}
	connectWith(t, &m, nil)
	if got := m[client].rtt.Round(time.Millisecond); got != 800*time.Millisecond {
		t.Errorf("900 ms and a connection with 100 ms give %v, want 800 ms", got)
	}
	if got := m[server].rtt.Round(5 * time.Millisecond); got != 100*time.Millisecond {
		t.Errorf("10 ms and a connection with 100 ms give %v, want 100 ms", got)
	}
}
