package run

import (
	"math"
	"strings"
	"testing"

	"tlslab/results/samples"
	"tlslab/scenarios"
)

// All values of tls.revocation meet the same network. Whatever is lost on the way to the authority,
// the causes add up to ttlb.
func TestAllValuesOfRevocationMeetTheSameNetwork(t *testing.T) {
	text := `name: revocation
replicates: 150
base:
  tls: {chain: {size: 3kB}}
  link: {delay: 10ms, loss: 4%}
  ca: {link: {delay: 30ms, loss: 10%}, signing: on-demand, timeout: 5s}
factors:
  tls.revocation: [none, stapled, fetched]
  tls.soft_fail: [true, false]
`
	s, err := scenarios.Parse(t.Context(), "revocation.yaml", []byte(text), scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := Run(t.Context(), s, Options{Out: dir, Version: "v", Workers: 2, Tables: evenPrices}); err != nil {
		t.Fatal(err)
	}
	f, err := samples.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	var causes []int
	for i, m := range f.Header().Metrics {
		at[m.Name] = i
		if strings.HasPrefix(m.Name, "cause.") {
			causes = append(causes, i)
		}
	}
	connect, unanswered, waited := map[int]float64{}, 0, 0
	check := func(levels []string, replicate int, v []float64) {
		if levels[0] == "none" && levels[1] == "true" {
			connect[replicate] = v[at["connect"]]
		} else if v[at["connect"]] != connect[replicate] {
			t.Errorf("%v, replicate %d: connected after %v, and after %v without revocation", levels, replicate, v[at["connect"]], connect[replicate])
		}
		if asked := !math.IsNaN(v[at["revocation"]]); asked {
			waited++
			if levels[0] != "fetched" || v[at["revocation"]] < 120e6 {
				t.Errorf("%v, replicate %d: waited %v ns", levels, replicate, v[at["revocation"]])
			}
		} else if levels[0] == "fetched" {
			unanswered++
		}
		if ttlb := v[at["ttlb"]]; !math.IsNaN(ttlb) {
			for _, i := range causes {
				ttlb -= v[i]
			}
			if ttlb != 0 {
				t.Errorf("%v, replicate %d: causes and ttlb differ by %v ns", levels, replicate, ttlb)
			}
		}
	}
	err = f.Each(func(b *samples.Block) error {
		for row := range b.Rows {
			var v []float64
			for _, column := range b.Values {
				v = append(v, column[row])
			}
			cell, replicate := b.Place(row)
			check(f.Header().Cells[cell].Levels, replicate, v)
		}
		return nil
	})
	if err != nil || len(connect) != s.Replicates || waited < 250 {
		t.Errorf("%d replicates, %d fetches with a response, %d without: %v", len(connect), waited, unanswered, err)
	}
}
