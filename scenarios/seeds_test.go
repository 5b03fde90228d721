package scenarios

import (
	"fmt"
	"testing"
)

// The derivation of seeds is part of the format of samples: the golden file may never change.
func TestSeedsAreDerivedAsDocumented(t *testing.T) {
	s := parse(t, "name: seeds\nbase: {link: {delay: 25ms, loss: 1%, up: {drops: [2, 5]}, down: {jitter: 1ms, ordered: true}}}")
	n := NewNetwork(1, &s.Cells[0].Config.Link)
	other := NewNetwork(2, &s.Cells[0].Config.Link)
	got := fmt.Sprintf("%016x %016x %016x", n.Seed(0), n.Seed(1), other.Seed(0))
	golden(t, "seeds.golden", got+"\n")
}

func TestCellsWithTheSameLinkMeetTheSameNetwork(t *testing.T) {
	s := parse(t, twoByTwo)
	first := NewNetwork(s.Seed, &s.Cells[0].Config.Link)
	for i := range s.Cells {
		n := NewNetwork(s.Seed, &s.Cells[i].Config.Link)
		if n.Seed(17) != first.Seed(17) {
			t.Errorf("%s: the network differs from the first cell's", s.Describe(&s.Cells[i]))
		}
	}
}

func TestLinksReplicatesAndRootsHaveSeedsOfTheirOwn(t *testing.T) {
	seen := map[uint64]string{}
	for _, link := range []string{"{delay: 5ms}", "{delay: 6ms}", "{up: {delay: 5ms}}", "{down: {delay: 5ms}}", "{delay: 5ms, drops: [1]}",
		"{delay: 5ms, drops: [1, 2]}", "{delay: 5ms, jitter: 1ms}", "{delay: 5ms, jitter: 1ms, ordered: true}", "{hops: [{delay: 5ms}, {}]}", "{hops: [{}, {delay: 5ms}]}"} {
		s := parse(t, "name: seeds\nbase: {link: "+link+"}")
		for root := range uint64(3) {
			n := NewNetwork(root, &s.Cells[0].Config.Link)
			for replicate := range 3 {
				name := fmt.Sprint(link, " root ", root, " replicate ", replicate)
				if other, there := seen[n.Seed(replicate)]; there {
					t.Errorf("%s has the seed of %s", name, other)
				}
				seen[n.Seed(replicate)] = name
			}
		}
	}
}

func TestALinkIsTheSameHoweverItIsWritten(t *testing.T) {
	var first uint64
	for i, link := range []string{"{delay: 25ms, loss: 1%}", "delay 25ms loss 1%", "{loss: 1.0%, delay: 25000us}", "{hops: [{delay: 0.025s, loss: 1%}]}"} {
		s := parse(t, "name: seeds\nbase: {link: "+link+"}")
		n := NewNetwork(1, &s.Cells[0].Config.Link)
		if i == 0 {
			first = n.Seed(0)
		} else if n.Seed(0) != first {
			t.Errorf("%s: the seed differs from that of the same link written otherwise", link)
		}
	}
}

func TestSeedsAllocateNothing(t *testing.T) {
	n := NewNetwork(1, &Link{})
	if allocs := testing.AllocsPerRun(100, func() { n.Seed(3) }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
