package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
)

// The example line of the format's description, to the byte.
func TestALineOfSamples(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, header())
	if err != nil {
		t.Fatal(err)
	}
	b.Reset()
	err = w.Write(&Observation{
		Cell: []string{"full", "25ms"}, Replicate: 17, Seed: 0x9f0123456789abcd, Hash: 0xff, Outcome: OutcomeOK,
		Values: []float64{63512345, 517, 1234567.875, math.NaN()},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"cell":{"tls.kind":"full","link.delay":"25ms"},"replicate":17,"seed":"9f0123456789abcd","hash":"00000000000000ff",` +
		`"outcome":"ok","metrics":{"handshake":63512345,"bytes-up":517,"goodput":1234567.875}}` + "\n"
	if b.String() != want {
		t.Errorf("got  %swant %s", b.String(), want)
	}
}

func TestTheHeaderLine(t *testing.T) {
	var b bytes.Buffer
	if _, err := NewWriter(&b, header()); err != nil {
		t.Fatal(err)
	}
	want := `{"schema":1,"scenario":"full-vs-resumed","title":"Full & resumed","version":"v1","seed":1,"replicates":3,` +
		`"factors":[{"name":"tls.kind","levels":["full","resumed"]},` +
		`{"name":"link.delay","label":"one-way delay","levels":["5ms","25ms"],"shown_as":{"name":"rtt","levels":["10ms","50ms"]}}],` +
		`"compare":{"factor":"tls.kind","baseline":"full","metric":"handshake","margin":0.02},` +
		`"metrics":[{"name":"handshake","label":"time to handshake","unit":"ns","better":-1,"exact":false},` +
		`{"name":"bytes-up","unit":"B","better":-1,"exact":true},{"name":"goodput","unit":"B/s","better":1,"exact":false},` +
		`{"name":"cause.network","unit":"ns","better":0,"exact":false,"part_of":"handshake","group":"network"}]}` + "\n"
	if b.String() != want {
		t.Errorf("got  %swant %s", b.String(), want)
	}
}

// encoding/json with HTML escaping off is the oracle.
func oracle(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestStringsAreSpelledAsByEncodingJSON(t *testing.T) {
	var ascii strings.Builder
	for c := range 128 {
		ascii.WriteByte(byte(c))
	}
	for _, s := range []string{
		"", "ok", ascii.String(), "a\xffb", "\xe2\x80", "µs ∞ 日本 😀", "\u2028\u2029\u202a", "<&>", `"\`, "\ufffd",
	} {
		if got, want := string(appendString(nil, s)), oracle(t, s); got != want {
			t.Errorf("%q is written as %s, encoding/json has %s", s, got, want)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		raw := make([]byte, rng.IntN(12))
		for i := range raw {
			raw[i] = byte(rng.Uint32())
		}
		if got, want := string(appendString(nil, string(raw))), oracle(t, string(raw)); got != want {
			t.Fatalf("%q is written as %s, encoding/json has %s", raw, got, want)
		}
	}
}

func TestNumbersAreSpelledAsByEncodingJSON(t *testing.T) {
	values := []float64{0, 1, -1, 63512345, 1 << 53, 1<<53 + 2, 1e20, 1.5, 0.1, 1e-6, 1.25e-7, 1e-10, 1e21, 1.5e300, 1234567.875, -2.5e-9, 5e-324}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		v := math.Float64frombits(rng.Uint64())
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			values = append(values, v, math.Trunc(rng.Float64()*1e18))
		}
	}
	for _, v := range values {
		if got, want := string(appendFloat(nil, v)), oracle(t, v); got != want {
			t.Errorf("%v is written as %s, encoding/json has %s", v, got, want)
		}
	}
}

func TestWriteAllocatesNothing(t *testing.T) {
	w, err := NewWriter(io.Discard, header())
	if err != nil {
		t.Fatal(err)
	}
	all := observations(20)
	i := 0
	allocs := testing.AllocsPerRun(200, func() {
		if err := w.Write(&all[i%len(all)]); err != nil {
			t.Fatal(err)
		}
		i++
	})
	if allocs != 0 {
		t.Errorf("%v allocations a line", allocs)
	}
}

func TestTheSameObservationsGiveTheSameBytes(t *testing.T) {
	once, again := new(bytes.Buffer), new(bytes.Buffer)
	for _, b := range []*bytes.Buffer{once, again} {
		w, err := NewWriter(b, header())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range observations(20) {
			if err := w.Write(&o); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !bytes.Equal(once.Bytes(), again.Bytes()) {
		t.Error("two writings differ")
	}
}

func TestWriterRefusesWhatDoesNotFitTheHeader(t *testing.T) {
	good := func() Observation {
		return Observation{Cell: []string{"full", "5ms"}, Outcome: "ok", Values: []float64{1, 2, 3, 4}}
	}
	tests := []struct {
		spoil func(*Observation)
		want  string
	}{
		{func(o *Observation) { o.Cell = o.Cell[:1] }, "1 levels for 2 factors"},
		{func(o *Observation) { o.Cell = []string{"resumed", "6ms"} }, `"6ms" is not a level of factor "link.delay"`},
		{func(o *Observation) { o.Values = o.Values[:3] }, "3 values for 4 metrics"},
		{func(o *Observation) { o.Values[0] = math.Inf(1) }, `metric "handshake" is +Inf`},
		{func(o *Observation) { o.Outcome = "" }, "no outcome"},
		{func(o *Observation) { o.Replicate = -1 }, "negative replicate"},
	}
	for _, test := range tests {
		var b bytes.Buffer
		w, err := NewWriter(&b, header())
		if err != nil {
			t.Fatal(err)
		}
		b.Reset()
		o := good()
		if err := w.Write(&o); err != nil {
			t.Fatal(err)
		}
		whole := b.String()
		bad := good()
		test.spoil(&bad)
		if err := w.Write(&bad); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want one with %q", err, test.want)
		}
		if b.String() != whole {
			t.Errorf("%s: something was written all the same", test.want)
		}
		o = good()
		if err := w.Write(&o); err != nil || b.String() != whole+whole {
			t.Errorf("%s: the next line was written as %q (%v)", test.want, strings.TrimPrefix(b.String(), whole), err)
		}
	}
}

// fullDisk takes so many bytes and no more.
type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.room {
		return d.room, syscall.ENOSPC
	}
	d.room -= len(p)
	return len(p), nil
}

func TestAFullDiskIsAnError(t *testing.T) {
	if _, err := NewWriter(&fullDisk{10}, header()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("header: %v", err)
	}
	w, err := NewWriter(&fullDisk{2000}, header())
	if err != nil {
		t.Fatal(err)
	}
	all := observations(20)
	for i := range all {
		if err = w.Write(&all[i]); err != nil {
			break
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("observation: %v", err)
	}
}
