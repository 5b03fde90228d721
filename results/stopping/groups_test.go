package stopping

import (
	"testing"

	"tlslab/results"
)

func TestCellsThatAreComparedWithEachOtherAreAGroup(t *testing.T) {
	h := &results.Header{Factors: []results.Factor{{Name: "kind"}, {Name: "rtt"}}}
	full, resumed, far := []string{"full", "1ms"}, []string{"resumed", "1ms"}, []string{"full", "9ms"}
	if Group(h, full) == Group(h, resumed) || Group(h, full) == Group(h, far) {
		t.Error("cells are a group although nothing is compared")
	}
	h.Compare = &results.Compare{Factor: "kind", Baseline: "full"}
	if Group(h, full) != Group(h, resumed) {
		t.Error("cells that are compared are not a group")
	}
	if Group(h, full) == Group(h, far) {
		t.Error("cells at other levels of another factor are a group")
	}
	if full[0] != "full" {
		t.Error("the levels were changed")
	}
}
