package results

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"tlslab/results/internal/golden"
)

// goldenObservations are eight replicates a cell of an experiment that was made up: resumed takes one round trip less, on a
// network that the two kinds share; now and then a retransmission costs a second, and once everything.
func goldenObservations() []Observation {
	var all []Observation
	for _, kind := range []string{"full", "resumed"} {
		for _, delay := range []string{"5ms", "25ms"} {
			for r := range 8 {
				oneWay := map[string]float64{"5ms": 5e6, "25ms": 25e6}[delay]
				rng := rand.New(rand.NewPCG(uint64(oneWay), uint64(r)))
				seed := rng.Uint64()
				trips := map[string]float64{"full": 3, "resumed": 2}[kind]
				network := trips*2*oneWay + math.Floor(rng.ExpFloat64()*1e6)
				recovery := 0.0
				if rng.IntN(4) == 0 {
					recovery = 1e9
				}
				o := Observation{
					Cell: []string{kind, delay}, Replicate: r, Seed: seed, Hash: seed ^ uint64(network), Outcome: OutcomeOK,
					Values: []float64{
						network + recovery, map[string]float64{"full": 517, "resumed": 733}[kind],
						math.Round(1e13/network) / 1e3, network, recovery,
					},
				}
				if kind == "full" && delay == "25ms" && r == 5 {
					o.Outcome = "timeout"
					o.Values[0], o.Values[2], o.Values[3], o.Values[4] = math.NaN(), math.NaN(), math.NaN(), math.NaN()
				}
				all = append(all, o)
			}
		}
	}
	return all
}

func goldenHeader() Header {
	h := header()
	h.Replicates = 8
	h.Title = "How much does a resumed handshake save?"
	h.Metrics = append(h.Metrics, Metric{Name: "cause.rto", Unit: UnitNanoseconds, PartOf: "handshake", Group: "loss recovery"})
	return h
}

// testdata/samples.jsonl is what the packages beside this one are tested on.
func TestSamplesGolden(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, goldenHeader())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range goldenObservations() {
		if err := w.Write(&o); err != nil {
			t.Fatal(err)
		}
	}
	golden.Check(t, "testdata/samples.jsonl", b.Bytes())
}
