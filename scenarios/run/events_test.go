package run

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/results/samples"
	"tlslab/scenarios"
	"tlslab/sim/costs"
)

var update = flag.Bool("update", false, "write the golden files")

// The hashes of the events of a few replicates of many kinds of connections. A change of any
// simulated time, segment or loss changes a hash. If the change is intended, -update writes the
// golden file again.
func TestNoEventChangesUnnoticed(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	file := filepath.Join("testdata", "events.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.Parse(t.Context(), file, text, scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	report, err := Run(t.Context(), s, Options{Out: dir, Version: "v", Workers: 1, Tables: evenPrices})
	if err != nil {
		t.Fatal(err)
	}
	f, err := samples.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	fmt.Fprintf(&got, "events_sha256 %s\n", report.Manifest.Events)
	err = f.Each(func(b *samples.Block) error {
		for row := range b.Rows {
			cell, replicate := b.Place(row)
			if replicate == 0 {
				fmt.Fprintf(&got, "\n%s\n ", strings.Join(f.Header().Cells[cell].Levels, " "))
			}
			fmt.Fprintf(&got, " %016x", b.Hash[row])
			if replicate == s.Replicates-1 {
				fmt.Fprintln(&got)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "events.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("other events than in %s; go test -update writes it. Got:\n%s", golden, got.String())
	}
}

// evenPrices is a cost table in which every operation costs the same, so that measuring the
// reference table anew changes no event.
func evenPrices(string) (*costs.Table, error) {
	reference, err := costs.Reference()
	if err != nil {
		return nil, err
	}
	var rows []string
	for _, p := range reference.Prices {
		rows = append(rows, fmt.Sprintf(`{"op": %q, "ns": 10000, "ps_per_byte": 500}`, p.Op))
	}
	text := fmt.Sprintf(`{"schema": %d, "name": "even", "prices": [%s]}`, reference.Schema, strings.Join(rows, ", "))
	return costs.Read("even", strings.NewReader(text))
}
