package scenarios

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/sim"
	"tlslab/sim/costs"
)

// metric returns the value of a metric of a result.
func metric(t *testing.T, name string, r *sim.Result, c *Config) float64 {
	t.Helper()
	for _, m := range Metrics {
		if m.Name == name {
			return m.Value(r, c)
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

// resultsOf runs some replicates of a scenario with one cell.
func resultsOf(t *testing.T, base string, visit func(*sim.Result, *Config)) {
	t.Helper()
	c := &parse(t, "name: metrics\nbase: {"+base+"}").Cells[0].Config
	w := replicatorOf(t, c)
	seeds := NetworkSeeds(1)
	for replicate := range 50 {
		r := w.Run(seeds.Seed(replicate))
		visit(&r, c)
	}
}

// replicatorOf returns the world of a configuration without an authority.
func replicatorOf(t *testing.T, c *Config) *sim.Replicator {
	t.Helper()
	x, err := c.Exchange(1)
	if err != nil {
		t.Fatal(err)
	}
	recording, err := sim.Record(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	table, err := costs.Reference()
	if err != nil {
		t.Fatal(err)
	}
	host := sim.Host{Cores: 1, Costs: table, Slowdown: 1, TCP: c.TCP}
	w, err := sim.NewReplicator(sim.Config{Up: c.Link.Up, Down: c.Link.Down, Client: host, Server: host, Timeout: c.Timeout},
		recording, recording.Branches[0].Outcome)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestMetricsAreWhatTheirDefinitionsSay(t *testing.T) {
	resultsOf(t, "link: {delay: 10ms, loss: 3%, rate: 20mbit}, transfer: {response: 50kB}", func(r *sim.Result, c *Config) {
		get := func(name string) float64 { return metric(t, name, r, c) }
		if get("connect")+get("tls") != get("handshake") {
			t.Errorf("connect %v + tls %v is not handshake %v", get("connect"), get("tls"), get("handshake"))
		}
		if want := 50_000 / ((get("ttlb") - get("ttfb")) / 1e9); math.Abs(get("goodput")-want) > 1e-6*want {
			t.Errorf("goodput %v, want %v", get("goodput"), want)
		}
		if !(get("connect") < get("handshake") && get("handshake") < get("ttfb") && get("ttfb") < get("ttlb")) {
			t.Errorf("out of order: connect %v, handshake %v, ttfb %v, ttlb %v", get("connect"), get("handshake"), get("ttfb"), get("ttlb"))
		}
		sum := 0.0
		for _, m := range Metrics {
			if strings.HasPrefix(m.Name, "cause.") {
				if m.PartOf != "ttlb" || m.Group == "" {
					t.Errorf("%s is part of %q, group %q", m.Name, m.PartOf, m.Group)
				}
				sum += m.Value(r, c)
			}
		}
		if sum != get("ttlb") {
			t.Errorf("the causes add up to %v, ttlb is %v", sum, get("ttlb"))
		}
	})
}

func TestAMetricThatWasNotReachedHasNoValue(t *testing.T) {
	resultsOf(t, "link: {delay: 10ms, loss: 100%}, timeout: 2s", func(r *sim.Result, c *Config) {
		for _, name := range []string{"connect", "handshake", "tls", "ttfb", "ttlb", "goodput", "round-trips", "cause.rto"} {
			if v := metric(t, name, r, c); !math.IsNaN(v) {
				t.Errorf("%s is %v though nothing arrived", name, v)
			}
		}
		if v := metric(t, "syn-retransmits", r, c); v < 1 {
			t.Errorf("%v SYN retransmissions in two seconds", v)
		}
	})
}

func TestTheLabelOfADurationIsATime(t *testing.T) {
	for _, m := range Metrics {
		if m.Unit == results.UnitNanoseconds && !slices.Contains(strings.Fields(m.Label), "time") {
			t.Errorf("%s: the label %q does not say that the metric is a time", m.Name, m.Label)
		}
	}
}

func TestEveryMetricIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, row := range strings.Split(string(page), "\n") {
		if cells := strings.Split(row, "|"); len(cells) == 4 {
			for _, name := range strings.Split(cells[1], ",") {
				documented[strings.Trim(name, " `")] = true
			}
		}
	}
	for _, name := range MetricNames() {
		if !documented[strings.TrimPrefix(name, "cause.")] {
			t.Errorf("docs/simulator.md has no row for %s", name)
		}
	}
}
