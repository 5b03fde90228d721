package scenarios

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tlslab/netem"
	"tlslab/sim"
	"tlslab/sim/costs"
)

// timeOfResponse runs one replicate and returns the instants of the response's first and last byte.
func timeOfResponse(t *testing.T, text string, trace *netem.Trace) (first, last time.Duration) {
	t.Helper()
	open := func(string) (*netem.Trace, error) { return trace, nil }
	s, err := Parse(t.Context(), "capacity.yaml", []byte(text), Options{Traces: open})
	if err != nil {
		t.Fatal(err)
	}
	c := &s.Cells[0].Config
	x, err := c.Exchange(1)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := sim.Record(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	world, err := c.World(costs.Load)
	if err != nil {
		t.Fatal(err)
	}
	w, err := c.NewReplicator(world, rec, rec.Branches[0].Outcome)
	if err != nil {
		t.Fatal(err)
	}
	r := w.Run(1)
	if r.Outcome != sim.OK {
		t.Fatal(r.Outcome)
	}
	return r.TTFB, r.TTLB
}

// driving is a trace of a minute whose rate changes every 200 ms, from 2 to 32 Mbit/s.
func driving(t *testing.T) *netem.Trace {
	t.Helper()
	var text strings.Builder
	for step := range 300 {
		opportunities := 33 * (1 + step*7%16) // in 200 ms, of 1504 bytes
		for i := range opportunities {
			fmt.Fprintln(&text, step*200+i*200/opportunities)
		}
	}
	fmt.Fprintln(&text, 60_000)
	trace, err := netem.ParseTrace("driving", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

// The link is never idle between the first byte and the last but in slow start, so the response
// takes the opportunities between them. It has about 27,600 packets of 1448 bytes.
func TestALongTransferGetsTheCapacityOfItsTrace(t *testing.T) {
	trace := driving(t)
	const bytes = 40_000_000
	first, last := timeOfResponse(t, fmt.Sprintf(
		"name: a\nbase: {link: {delay: 15ms, down: {trace: driving, limit: 2000}}, transfer: {response: %dB}, timeout: 300s}", bytes), trace)
	capacity := float64(trace.MeanRate()) / 8 * 1448 / 1504 * (last - first).Seconds()
	if share := bytes * 1.0013 / capacity; share < 0.97 || share > 1.02 { // records add 0.13 %
		t.Errorf("%d bytes from %v to %v: %.3f of the capacity %.0f", bytes, first, last, share, capacity)
	}
}

func TestALongTransferGetsTheMeanRateOfItsSchedule(t *testing.T) {
	const bytes = 40_000_000
	first, last := timeOfResponse(t, fmt.Sprintf(
		"name: a\nbase: {link: {delay: 15ms, down: {rate: [40mbit for 100ms, 10mbit for 200ms, repeat], limit: 2000}}, transfer: {response: %dB}, timeout: 300s}", bytes), nil)
	capacity := 20e6 / 8 * 1448 / 1500 * (last - first).Seconds()
	if share := bytes * 1.0013 / capacity; share < 0.97 || share > 1.01 {
		t.Errorf("%d bytes from %v to %v: %.3f of the capacity %.0f", bytes, first, last, share, capacity)
	}
}
