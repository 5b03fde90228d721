package results

import (
	"slices"
	"testing"
)

func TestCellsAreOrderedByQuantity(t *testing.T) {
	h := &Header{
		Factors: []Factor{
			{Name: "record", Levels: []string{"16kB", "2kB", "4kB"}, Values: []float64{16e3, 2e3, 4e3}},
			{Name: "path", Levels: []string{"wan", "lan"}},
			{Name: "rtt", Levels: []string{"100ms", "20ms"}, Values: []float64{100e6, 20e6}},
		},
		Compare: &Compare{Factor: "record", Baseline: "4kB"},
	}
	var cells [][]string
	for _, r := range h.Factors[0].Levels {
		for _, p := range h.Factors[1].Levels {
			for _, rtt := range h.Factors[2].Levels {
				cells = append(cells, []string{r, p, rtt})
			}
		}
	}
	for _, c := range []struct {
		baselineFirst bool
		records       []string
	}{{false, []string{"2kB", "4kB", "16kB"}}, {true, []string{"4kB", "2kB", "16kB"}}} {
		var want [][]string
		for _, p := range []string{"wan", "lan"} {
			for _, rtt := range []string{"20ms", "100ms"} {
				for _, r := range c.records {
					want = append(want, []string{r, p, rtt})
				}
			}
		}
		var got [][]string
		for _, i := range h.Order(cells, c.baselineFirst) {
			got = append(got, cells[i])
		}
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("baseline first %v: %v, want %v", c.baselineFirst, got, want)
		}
	}
}

func TestABaselineThatIsNoQuantityIsFirst(t *testing.T) {
	h := &Header{Factors: []Factor{{Name: "suite", Levels: []string{"cbc", "gcm", "chacha"}}},
		Compare: &Compare{Factor: "suite", Baseline: "gcm"}}
	if got := h.Order([][]string{{"cbc"}, {"gcm"}, {"chacha"}}, false); !slices.Equal(got, []int{1, 0, 2}) {
		t.Errorf("order %v, want gcm, cbc, chacha", got)
	}
}
