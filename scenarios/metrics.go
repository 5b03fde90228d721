package scenarios

import (
	"math"
	"slices"
	"strings"
	"time"

	"tlslab/results"
	"tlslab/sim"
)

// A Metric is a measured quantity, and how it is read from the result of a replicate.
type Metric struct {
	results.Metric
	// Value returns NaN where the replicate did not reach the metric.
	Value func(r *sim.Result, c *Config) float64
	// Of reports whether connections of a configuration can have the metric; nil: all can.
	Of func(c *Config) bool
}

// Metrics are all metrics, in the order of the samples' columns. The first is the headline of a
// scenario without a comparison.
var Metrics = slices.Concat([]Metric{
	durationMetric("handshake", "time until the client may send data", func(r *sim.Result) time.Duration { return r.Handshake }),
	durationMetric("connect", "time until the TCP connection is established", func(r *sim.Result) time.Duration { return r.Connect }),
	durationMetric("tls", "time from connect to handshake", tlsTime),
	durationMetric("ttfb", "time to first byte", func(r *sim.Result) time.Duration { return r.TTFB }),
	durationMetric("ttlb", "time to last byte", func(r *sim.Result) time.Duration { return r.TTLB }),
	{results.Metric{Name: "goodput", Label: "goodput of the response", Unit: results.UnitBytesPerSecond, Better: +1}, goodput, nil},
	fetched(durationMetric("revocation", "time until the OCSP response is there", func(r *sim.Result) time.Duration { return r.Revocation })),
	{results.Metric{Name: "round-trips", Label: "number of round trips of the handshake", Unit: results.UnitCount, Better: -1},
		func(r *sim.Result, _ *Config) float64 { return reached(int64(r.RoundTrips)) }, nil},
	work("client-cpu", "client CPU time", func(r *sim.Result) time.Duration { return r.ClientCPU }),
	work("server-cpu", "server CPU time", func(r *sim.Result) time.Duration { return r.ServerCPU }),
	countMetric("bytes-up", "TCP payload sent by the client", results.UnitBytes, func(r *sim.Result) int64 { return r.BytesUp }),
	countMetric("bytes-down", "TCP payload sent by the server", results.UnitBytes, func(r *sim.Result) int64 { return r.BytesDown }),
	countMetric("packets-up", "number of packets sent by the client", results.UnitCount, func(r *sim.Result) int64 { return r.PacketsUp }),
	countMetric("packets-down", "number of packets sent by the server", results.UnitCount, func(r *sim.Result) int64 { return r.PacketsDown }),
	countMetric("retransmits", "number of retransmitted segments", results.UnitCount, func(r *sim.Result) int64 { return r.Retransmits }),
	countMetric("syn-retransmits", "number of retransmitted SYN and SYN-ACK segments", results.UnitCount, func(r *sim.Result) int64 { return r.SYNRetransmits }),
}, causes(), []Metric{{
	results.Metric{Name: "early-data", Label: "1 if the server accepts early data, 0 if not", Unit: results.UnitCount, Better: +1},
	func(r *sim.Result, _ *Config) float64 { return reached(int64(r.EarlyData)) },
	func(c *Config) bool { return c.TLS.Kind == kindEarlyData },
}, ofRounds("last-round-ttfb", "time from the last request to the first byte of its response", func(r *sim.Result) time.Duration { return r.LastRoundTTFB }),
	ofRounds("last-round-ttlb", "time from the last request to the last byte of its response", func(r *sim.Result) time.Duration { return r.LastRoundTTLB }),
})

// ofRounds is a duration of connections with several rounds.
func ofRounds(name, label string, of func(*sim.Result) time.Duration) Metric {
	m := durationMetric(name, label, of)
	m.Of = func(c *Config) bool { return c.Transfer.Rounds > 1 }
	return m
}

// Metrics are the metrics that a connection of some cell can have.
func (s *Scenario) Metrics() []Metric {
	var all []Metric
	for _, m := range Metrics {
		if m.Of == nil || slices.ContainsFunc(s.Cells, func(c Cell) bool { return m.Of(&c.Config) }) {
			all = append(all, m)
		}
	}
	return all
}

// measures reports whether a connection of some cell can have a metric. An unknown metric counts as
// measured: its error is reported where its name is read.
func (s *Scenario) measures(metric string) bool {
	named := func(m Metric) bool { return m.Name == metric }
	return slices.ContainsFunc(s.Metrics(), named) || !slices.ContainsFunc(Metrics, named)
}

// MetricNames are the names of Metrics.
func MetricNames() []string {
	names := make([]string, len(Metrics))
	for i, m := range Metrics {
		names[i] = m.Name
	}
	return names
}

// reached returns NaN for a negative value, which means that the replicate did not get there.
func reached(v int64) float64 {
	if v < 0 {
		return math.NaN()
	}
	return float64(v)
}

func durationMetric(name, label string, of func(*sim.Result) time.Duration) Metric {
	return Metric{results.Metric{Name: name, Label: label, Unit: results.UnitNanoseconds, Better: -1},
		func(r *sim.Result, _ *Config) float64 { return reached(int64(of(r))) }, nil}
}

// fetched restricts a metric to connections whose client asks the certificate authority.
func fetched(m Metric) Metric {
	m.Of = (*Config).Fetches
	return m
}

// work is CPU time. It is the same in all replicates of a cell that run to their end, unless a cost
// table prices the kernel's work, which follows the packets.
func work(name, label string, of func(*sim.Result) time.Duration) Metric {
	m := durationMetric(name, label, of)
	m.Exact = true
	return m
}

func countMetric(name, label, unit string, of func(*sim.Result) int64) Metric {
	exact := strings.HasPrefix(name, "bytes-")
	return Metric{results.Metric{Name: name, Label: label, Unit: unit, Better: -1, Exact: exact},
		func(r *sim.Result, _ *Config) float64 { return reached(of(r)) }, nil}
}

func tlsTime(r *sim.Result) time.Duration {
	if r.Handshake < 0 || r.Connect < 0 {
		return -1
	}
	return r.Handshake - r.Connect
}

func goodput(r *sim.Result, c *Config) float64 {
	rate, ok := r.Goodput(int64(c.Transfer.Response))
	if !ok {
		return math.NaN()
	}
	return rate
}

// causeGroups has the group of each cause of waiting in reports. All other causes are of the group
// network.
var causeGroups = map[sim.Cause]string{
	sim.FastRetransmit: "loss recovery",
	sim.ReorderTimer:   "loss recovery",
	sim.Probe:          "loss recovery",
	sim.RTO:            "loss recovery",
	sim.SYNTimeout:     "loss recovery",
	sim.ClientCPU:      "cpu",
	sim.ServerCPU:      "cpu",
	sim.CPUQueue:       "cpu",
	sim.ResponderCPU:   "cpu",
}

// causesOf has the causes that only some connections can have.
var causesOf = map[sim.Cause]func(*Config) bool{
	sim.ResponderCPU:     (*Config).Fetches,
	sim.ResponderTimeout: (*Config).Fetches,
	sim.Pacing:           func(c *Config) bool { return c.TCP.Pacing },
}

// causes are the parts of the critical path of ttlb. They add up to it.
func causes() []Metric {
	all := make([]Metric, 0, sim.NumCauses)
	for cause := range sim.NumCauses {
		group, ok := causeGroups[cause]
		if !ok {
			group = "network"
		}
		all = append(all, Metric{
			results.Metric{Name: "cause." + cause.String(), Label: "time within ttlb due to " + cause.String(), Unit: results.UnitNanoseconds, Better: -1, PartOf: "ttlb", Group: group},
			func(r *sim.Result, _ *Config) float64 {
				if r.TTLB < 0 {
					return math.NaN()
				}
				return float64(r.Causes[cause])
			},
			causesOf[cause],
		})
	}
	return all
}
