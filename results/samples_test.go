package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// header is a small experiment: two factors, four metrics.
func header() Header {
	return Header{
		Schema: Schema, Scenario: "full-vs-resumed", Title: "Full & resumed", Version: "v1", Seed: 1, Replicates: 3,
		Factors: []Factor{
			{Name: "tls.kind", Levels: []string{"full", "resumed"}},
			{Name: "link.delay", Label: "one-way delay", Levels: []string{"5ms", "25ms"}, Shown: &Shown{Name: "rtt", Levels: []string{"10ms", "50ms"}}},
		},
		Compare: &Compare{Factor: "tls.kind", Baseline: "full", Metric: "handshake", Margin: 0.02},
		Metrics: []Metric{
			{Name: "handshake", Label: "time to handshake", Unit: UnitNanoseconds, Better: -1},
			{Name: "bytes-up", Unit: UnitBytes, Better: -1, Exact: true},
			{Name: "goodput", Unit: UnitBytesPerSecond, Better: 1},
			{Name: "cause.network", Unit: UnitNanoseconds, PartOf: "handshake", Group: "network"},
		},
	}
}

// observations are replicates of every cell of header, in the order of the grid.
func observations(replicates int) []Observation {
	rng := rand.New(rand.NewPCG(1, 2))
	var all []Observation
	for _, kind := range []string{"full", "resumed"} {
		for _, delay := range []string{"5ms", "25ms"} {
			for r := range replicates {
				o := Observation{
					Cell: []string{kind, delay}, Replicate: r, Seed: rng.Uint64(), Hash: rng.Uint64(), Outcome: OutcomeOK,
					Values: []float64{float64(rng.IntN(1e9)), 517, rng.Float64() * 1e7, float64(rng.IntN(1e9))},
				}
				if rng.IntN(4) == 0 {
					o.Outcome = "timeout"
					o.Values[0], o.Values[2] = math.NaN(), math.NaN()
				}
				all = append(all, o)
			}
		}
	}
	return all
}

// write returns the path of a file with these observations.
func write(t *testing.T, h Header, all []Observation) string {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, h)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if err := w.Write(&all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return writeFile(t, b.String())
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "samples.jsonl")
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// same compares observations with NaN equal to itself.
func same(a, b *Observation) bool {
	return slices.Equal(a.Cell, b.Cell) && a.Replicate == b.Replicate && a.Seed == b.Seed && a.Hash == b.Hash && a.Outcome == b.Outcome &&
		slices.EqualFunc(a.Values, b.Values, func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) })
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	want := observations(50)
	f := open(t, write(t, header(), want))
	if f.Lines != len(want) || f.Torn() || len(f.Cells) != 4 {
		t.Errorf("%d lines of %d cells, torn: %v; want %d of 4, whole", f.Lines, len(f.Cells), f.Torn(), len(want))
	}
	got, _ := json.Marshal(f.Header)
	if written, _ := json.Marshal(header()); !bytes.Equal(got, written) {
		t.Errorf("the header came back as %s", got)
	}
	i := 0
	err := f.Each(func(o *Observation) error {
		if !same(o, &want[i]) {
			return fmt.Errorf("observation %d came back as %+v, want %+v", i, *o, want[i])
		}
		i++
		return nil
	})
	if err != nil || i != len(want) {
		t.Errorf("read %d of %d: %v", i, len(want), err)
	}
}

func TestASampleIsACellInReplicateOrder(t *testing.T) {
	all := observations(50)
	shuffled := slices.Clone(all)
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for name, lines := range map[string][]Observation{"in order": all, "shuffled": shuffled} {
		f := open(t, write(t, header(), lines))
		var s Sample
		for c, cell := range f.Cells {
			if err := f.Sample(c, &s); err != nil {
				t.Fatal(err)
			}
			if s.N() != 50 || cell.N != 50 {
				t.Errorf("%s: %d observations of cell %v, want 50", name, s.N(), cell.Levels)
			}
			for i := range s.N() {
				got := Observation{s.Cell, s.Replicates[i], s.Seeds[i], s.Hash(i, all), s.Outcomes[i], column(&s, i)}
				want := find(all, cell.Levels, i)
				if !same(&got, want) {
					t.Fatalf("%s: row %d of cell %v is %+v, want %+v", name, i, cell.Levels, got, *want)
				}
			}
		}
	}
}

// Hash stands in for the one column that a Sample does not keep.
func (s *Sample) Hash(i int, all []Observation) uint64 {
	return find(all, s.Cell, s.Replicates[i]).Hash
}

func column(s *Sample, i int) []float64 {
	var values []float64
	for _, v := range s.Values {
		values = append(values, v[i])
	}
	return values
}

func find(all []Observation, cell []string, replicate int) *Observation {
	i := slices.IndexFunc(all, func(o Observation) bool { return slices.Equal(o.Cell, cell) && o.Replicate == replicate })
	return &all[i]
}

func TestASampleCountsFailuresAndLeavesOutWhatWasNotReached(t *testing.T) {
	s := Sample{
		Replicates: []int{0, 1, 2}, Outcomes: []string{"ok", "timeout", "ok"},
		Values: [][]float64{{5, math.NaN(), 3}},
	}
	if s.Failed() != 1 {
		t.Errorf("%d failed, want 1", s.Failed())
	}
	if got := s.Reached(nil, 0); !slices.Equal(got, []float64{5, 3}) {
		t.Errorf("reached values %v, want 5 and 3", got)
	}
}

func TestWhiteSpaceBetweenTokensIsAccepted(t *testing.T) {
	line := "{ \"cell\" : { \"tls.kind\" : \"full\" , \"link.delay\": \"5ms\" }, \"replicate\": 7, \"seed\": \"00000000000000ff\", " +
		"\"hash\": \"0000000000000001\", \"outcome\": \"o\\u006b\", \"metrics\": { \"bytes-up\" : 5.17e2, \"goodput\": -1.5 } }\r\n"
	h := header()
	first, err := h.line()
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, writeFile(t, string(first)+line))
	err = f.Each(func(o *Observation) error {
		want := Observation{[]string{"full", "5ms"}, 7, 255, 1, "ok", []float64{math.NaN(), 517, -1.5, math.NaN()}}
		if !same(o, &want) {
			return fmt.Errorf("read %+v, want %+v", *o, want)
		}
		return nil
	})
	if err != nil || f.Lines != 1 {
		t.Errorf("%d lines: %v", f.Lines, err)
	}
}

func TestAFileWithoutObservationsHasNoCells(t *testing.T) {
	f := open(t, write(t, header(), nil))
	if f.Lines != 0 || len(f.Cells) != 0 || f.Torn() {
		t.Errorf("%d lines of %d cells, torn: %v", f.Lines, len(f.Cells), f.Torn())
	}
	if err := f.Each(func(*Observation) error { return fmt.Errorf("an observation") }); err != nil {
		t.Error(err)
	}
}

func TestLinesLongerThanTheReadBuffer(t *testing.T) {
	h := header()
	h.Factors[0].Levels[0] = string(bytes.Repeat([]byte("full"), readBuffer/2))
	h.Compare.Baseline = h.Factors[0].Levels[0]
	all := observations(2)
	for i := range all {
		if all[i].Cell[0] == "full" {
			all[i].Cell[0] = h.Factors[0].Levels[0]
		}
	}
	f := open(t, write(t, h, all))
	i := 0
	err := f.Each(func(o *Observation) error {
		if !same(o, &all[i]) {
			return fmt.Errorf("observation %d differs", i)
		}
		i++
		return nil
	})
	if err != nil || i != len(all) {
		t.Errorf("read %d of %d: %v", i, len(all), err)
	}
}
