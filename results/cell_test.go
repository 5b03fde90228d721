package results

import (
	"slices"
	"testing"
)

func TestCellsThatAreComparedWithEachOtherHaveOneCombination(t *testing.T) {
	h := &Header{Factors: []Factor{{Name: "kind"}, {Name: "rtt"}}}
	full, resumed, far := []string{"full", "1ms"}, []string{"resumed", "1ms"}, []string{"full", "9ms"}
	if h.Combination(full) == h.Combination(resumed) || h.Combination(full) == h.Combination(far) {
		t.Error("cells have one combination although nothing is compared")
	}
	h.Compare = &Compare{Factor: "kind", Baseline: "full"}
	if h.Combination(full) != h.Combination(resumed) {
		t.Error("cells that are compared have two combinations")
	}
	if h.Combination(full) == h.Combination(far) {
		t.Error("cells at different levels of another factor have one combination")
	}
	if full[0] != "full" {
		t.Error("the levels were changed")
	}
}

func TestABaselineHasTheSameLevelsOfTheOtherFactors(t *testing.T) {
	h := &Header{Factors: []Factor{{Name: "kind"}, {Name: "rtt"}}}
	cells := [][]string{{"resumed", "1ms"}, {"full", "1ms"}, {"full", "9ms"}, {"psk", "1ms"}, {"resumed", "5ms"}}
	if got := h.Baselines(cells); !slices.Equal(got, []int{-1, -1, -1, -1, -1}) {
		t.Errorf("without a comparison: %v", got)
	}
	h.Compare = &Compare{Factor: "kind", Baseline: "full"}
	if got := h.Baselines(cells); !slices.Equal(got, []int{1, -1, -1, 1, -1}) {
		t.Errorf("got %v", got)
	}
}
