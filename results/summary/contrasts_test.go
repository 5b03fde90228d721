package summary

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/internal/sourcetest"
)

// suites has levels that differ in version, certificate and cipher.
func suites() results.Header {
	return results.Header{
		Scenario: "suites", Seed: 1, Seeds: &results.SeedStream{1},
		Factors: []results.Factor{
			{Name: "suite", Levels: []string{"12-rsa-gcm", "12-rsa-cbc", "12-ecdsa-gcm", "13-rsa-gcm", "13-ecdsa-cbc"},
				Traits: []results.Trait{
					{Name: "version", Levels: []string{"1.2", "1.2", "1.2", "1.3", "1.3"}},
					{Name: "certificate", Levels: []string{"rsa", "rsa", "ecdsa", "rsa", "ecdsa"}},
					{Name: "cipher", Levels: []string{"gcm", "cbc", "gcm", "gcm", "cbc"}},
				}},
			{Name: "rtt", Levels: []string{"1ms", "9ms"}},
		},
		Compare: &results.Compare{Factor: "suite", Baseline: "12-ecdsa-gcm", Metric: "time", Margin: 0.02},
		Metrics: []results.Metric{
			{Name: "time", Unit: results.UnitNanoseconds, Better: -1},
			{Name: "cpu", Unit: results.UnitNanoseconds, Better: -1, Exact: true},
			{Name: "bytes", Unit: results.UnitBytes, Better: -1, Exact: true},
		},
	}
}

func TestContrastsCompareLevelsThatDifferInOneTrait(t *testing.T) {
	h := suites()
	var all []sourcetest.Observation
	for l, level := range h.Factors[0].Levels {
		for _, rtt := range h.Factors[1].Levels {
			for i := range 20 {
				all = append(all, sourcetest.Observation{Cell: []string{level, rtt}, Replicate: i,
					Outcome: results.OutcomeOK,
					Values:  []float64{float64((i + 10) * (l + 2)), float64(100 * (l + 1)), 5}})
			}
		}
	}
	s := summarize(t, h, all)
	var got []string
	for _, c := range s.Contrasts {
		cell, against := s.Cells[c.Cell].Levels, s.Cells[c.Against].Levels
		if cell[1] != against[1] {
			t.Errorf("contrast of %v against %v", cell, against)
		}
		if cell[1] == "9ms" {
			got = append(got, fmt.Sprintf("%s %s: %s against %s %.3g", h.Metrics[c.Metric].Name, c.Trait,
				cell[0], against[0], c.At(effect.P50).Ratio.Value))
		}
	}
	// The levels of a trait have the direction from the baseline's: ecdsa to rsa, though rsa is the
	// first. 13-ecdsa-cbc differs from each other level in two traits.
	want := []string{
		"time cipher: 12-rsa-cbc against 12-rsa-gcm 1.5",
		"time version: 13-rsa-gcm against 12-rsa-gcm 2.5",
		"time certificate: 12-rsa-gcm against 12-ecdsa-gcm 0.5",
	}
	for _, w := range want[:3] {
		want = append(want, strings.Replace(w, "time", "cpu", 1))
	}
	want[3], want[4], want[5] = "cpu cipher: 12-rsa-cbc against 12-rsa-gcm 2",
		"cpu version: 13-rsa-gcm against 12-rsa-gcm 4",
		"cpu certificate: 12-rsa-gcm against 12-ecdsa-gcm 0.333"
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("contrasts\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, c := range s.Contrasts {
		e := c.At(effect.P50)
		if e.Verdict == "" || c.Metric == 1 && (!math.IsNaN(e.P) || c.Method != effect.Exact) {
			t.Errorf("%s of %s: %+v", c.Trait, h.Metrics[c.Metric].Name, c)
		}
	}
}

func TestWithoutTraitsThereAreNoContrasts(t *testing.T) {
	s := summarize(t, experiment(), []sourcetest.Observation{observation("full", "5ms", 0, 1, 2, 3),
		observation("resumed", "5ms", 0, 1, 2, 3)})
	if len(s.Contrasts) != 0 {
		t.Errorf("%+v", s.Contrasts)
	}
}
