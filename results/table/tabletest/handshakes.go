package tabletest

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"tlslab/results"
)

// Handshakes is an experiment of four factors. The network sets the times on long paths,
// computation on short ones. A lost first packet costs a second, so there is a tail.
func Handshakes(replicates int, delays, losses []string) *Experiment {
	var rtts []string
	var values []float64
	for _, d := range delays {
		one, err := time.ParseDuration(d)
		if err != nil {
			panic(err) // the tests' own mistake
		}
		rtts = append(rtts, (2 * one).String())
		values = append(values, float64(2*one))
	}
	h := results.Header{
		Scenario: "full-vs-resumed", Title: "How much does a resumed handshake save?", Version: "0.1.0", Seed: 1,
		Factors: []results.Factor{
			{Name: "tls.version", Label: "TLS", Levels: []string{"1.2", "1.3"}},
			{Name: "tls.kind", Label: "kind", Levels: []string{"full", "resumed"}},
			{Name: "rtt", Key: "link.delay", Levels: rtts, Values: values},
			{Name: "link.loss", Label: "loss", Levels: losses},
		},
		Constant: []results.Setting{{Name: "tls.certificate", Value: "ecdsa-p256"},
			{Name: "link.rate", Value: "50mbit"}},
		Compare: &results.Compare{Factor: "tls.kind", Baseline: "full", Metric: "handshake",
			Margin: 0.02},
		Metrics: []results.Metric{
			{Name: "handshake", Label: "handshake", Unit: "ns", Better: -1},
			{Name: "ttlb", Label: "time to last byte", Unit: "ns", Better: -1},
			{Name: "bytes-up", Label: "bytes up", Unit: "B", Better: -1, Exact: true},
			{Name: "retransmits", Unit: "1", Better: -1},
			cause("cause.propagation", "propagation", "network"),
			cause("cause.serialisation", "serialisation", "network"),
			cause("cause.queue", "queue", "network"),
			cause("cause.syn-timeout", "SYN timeout", "loss recovery"),
			cause("cause.rto", "RTO", "loss recovery"),
			cause("cause.client-cpu", "client CPU", "cpu"),
			cause("cause.server-cpu", "server CPU", "cpu"),
		},
	}
	return New(h, replicates, handshake)
}

// cause is a part of ttlb.
func cause(name, label, group string) results.Metric {
	return results.Metric{
		Name: name, Label: label, Unit: "ns", Better: -1, PartOf: "ttlb", Group: group,
	}
}

// handshake is a connection: round trips, computation, and waiting for lost packets.
func handshake(rng *rand.Rand, cell map[string]string) (map[string]float64, bool) {
	roundTrip, err := time.ParseDuration(cell["rtt"])
	if err != nil {
		panic(err) // the tests' own mistake
	}
	loss, err := strconv.ParseFloat(strings.TrimSuffix(cell["link.loss"], "%"), 64)
	if err != nil {
		panic(err) // the tests' own mistake
	}
	rtt := float64(roundTrip)
	resumed := cell["tls.kind"] == "resumed"
	trips, client, server := 2.0, 210e3, 160e3
	if cell["tls.version"] == "1.2" && !resumed {
		trips = 3
	}
	if resumed {
		client, server = 70e3, 60e3
	}
	synLoss, otherLoss := rng.Float64(), rng.Float64()
	queue := 20e3 * rng.ExpFloat64()
	var syn, rto float64
	for wait := 1e9; synLoss < 2*loss/100 && wait <= 8e9; wait *= 2 {
		syn += wait
		synLoss = rng.Float64()
	}
	if packets := 4 + 2*trips; otherLoss < 1-math.Pow(1-loss/100, packets) {
		rto = math.Max(200e6, rtt+200e6*rng.Float64())
	}
	v := map[string]float64{
		"cause.propagation": (trips + 1) * rtt, "cause.serialisation": 1.9e6, "cause.queue": queue,
		"cause.syn-timeout": syn, "cause.rto": rto, "cause.client-cpu": client, "cause.server-cpu": server,
		"bytes-up": 830, "retransmits": math.Round((syn + rto) / 2e8),
	}
	if resumed {
		v["bytes-up"] = 690
	}
	v["handshake"] = trips*rtt + queue + syn + rto + client + server
	v["ttlb"] = (trips+1)*rtt + 1.9e6 + queue + syn + rto + client + server
	if syn > 12e9 {
		return map[string]float64{"bytes-up": v["bytes-up"]}, true
	}
	return v, false
}
