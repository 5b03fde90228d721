package run

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/results/folder"
	"tlslab/scenarios"
)

// All ways to learn of revocation meet the same network, and whatever happens on the
// way to the authority, the causes add up to ttlb.
func TestWaysToLearnOfRevocationMeetOneNetwork(t *testing.T) {
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
	f, err := results.Open(filepath.Join(dir, folder.Samples))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	at := map[string]int{}
	var causes []int
	for i, m := range f.Header.Metrics {
		at[m.Name] = i
		if strings.HasPrefix(m.Name, "cause.") {
			causes = append(causes, i)
		}
	}
	connect, unanswered, waited := map[int]float64{}, 0, 0
	err = f.Each(func(o *results.Observation) error {
		v := o.Values
		if o.Cell[0] == "none" && o.Cell[1] == "true" {
			connect[o.Replicate] = v[at["connect"]]
		} else if v[at["connect"]] != connect[o.Replicate] {
			t.Errorf("%v, replicate %d: connected after %v, and after %v unasked", o.Cell, o.Replicate, v[at["connect"]], connect[o.Replicate])
		}
		if asked := !math.IsNaN(v[at["revocation"]]); asked {
			waited++
			if o.Cell[0] != "fetched" || v[at["revocation"]] < 120e6 {
				t.Errorf("%v, replicate %d: waited %v ns", o.Cell, o.Replicate, v[at["revocation"]])
			}
		} else if o.Cell[0] == "fetched" {
			unanswered++
		}
		if ttlb := v[at["ttlb"]]; !math.IsNaN(ttlb) {
			for _, i := range causes {
				ttlb -= v[i]
			}
			if ttlb != 0 {
				t.Errorf("%v, replicate %d: causes and ttlb differ by %v ns", o.Cell, o.Replicate, ttlb)
			}
		}
		return nil
	})
	if err != nil || len(connect) != s.Replicates || waited < 250 {
		t.Errorf("%d replicates, %d answers, %d questions without: %v", len(connect), waited, unanswered, err)
	}
}
