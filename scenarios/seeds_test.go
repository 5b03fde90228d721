package scenarios

import (
	"fmt"
	"slices"
	"testing"

	"tlslab/netem"
	"tlslab/sim"
)

// The derivation of seeds is part of the format of samples: these values must never change.
func TestSeedsAreDerivedAsDocumented(t *testing.T) {
	one, two := NetworkSeeds(1), NetworkSeeds(2)
	got := fmt.Sprintf("%016x %016x %016x", one.Seed(0), one.Seed(1), two.Seed(0))
	// As sha256sum has it.
	if want := "9b603354c9e9dcda 76ead0a5fde9d13b 6897f35cb0580f4a"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestReplicatesAndRootsHaveSeedsOfTheirOwn(t *testing.T) {
	seen := map[uint64]string{}
	for root := range uint64(20) {
		seeds := NetworkSeeds(root)
		for replicate := range 20 {
			name := fmt.Sprint("replicate ", replicate, " of root ", root)
			if other, there := seen[seeds.Seed(replicate)]; there {
				t.Errorf("%s has the seed of %s", name, other)
			}
			seen[seeds.Seed(replicate)] = name
		}
	}
}

// A client's link at 10 ms or 200 ms, alone or before two others: the first link of the path is the
// same, and so are the packets that it loses. At 1 % it loses some of those that it loses at 2 %.
func TestReplicate7LosesTheSamePacketsInEveryCell(t *testing.T) {
	s := parse(t, `
name: pairs
base: {transfer: {response: 1MB}}
factors:
  path:
    near: {link: {delay: 5ms, loss: 2%}}
    far:  {link: {delay: 100ms, loss: 2%}}
    hops: {link.hops: [{delay: 5ms, loss: 2%}, {delay: 20ms}, {delay: 3ms, loss: 1%}]}
    less: {link: {delay: 5ms, loss: 1%}}
  tls.kind: [full, resumed]
`)
	seed := NetworkSeeds(s.Seed)
	var lost [][]int
	offered := -1
	for i := range s.Cells {
		w := replicatorOf(t, &s.Cells[i].Config)
		link := &s.Cells[i].Config.Link
		last := len(link.Up) + len(link.Down) - 1 // the link that leads to the client
		var numbers []int
		n := 0
		w.Observe(func(e *sim.Event) {
			switch {
			case e.Link != last:
			case e.Kind == sim.PacketOffered:
				n++
			case e.Kind == sim.PacketDropped && e.Reason == netem.ByLoss:
				numbers = append(numbers, n)
			}
		})
		w.Run(seed.Seed(7))
		lost = append(lost, numbers)
		if offered < 0 || n < offered {
			offered = n
		}
	}
	for i := range lost {
		lost[i] = slices.DeleteFunc(lost[i], func(n int) bool { return n > offered })
	}
	want, less := lost[0], s.Cells[6].Levels[0]
	if len(want) < 2 || less != "less" {
		t.Fatalf("%v are lost of %d packets, %s", want, offered, less)
	}
	for i, got := range lost[:6] {
		if !slices.Equal(got, want) {
			t.Errorf("%s loses %v, and the first cell %v", s.Describe(&s.Cells[i]), got, want)
		}
	}
	for _, got := range lost[6:] {
		if len(got) == len(want) {
			t.Errorf("as many packets are lost at 1 %% as at 2 %%: %v", got)
		}
		for _, n := range got {
			if !slices.Contains(want, n) {
				t.Errorf("packet %d is lost at 1 %% and not at 2 %%", n)
			}
		}
	}
}
