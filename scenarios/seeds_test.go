package scenarios

import (
	"fmt"
	"testing"
)

// The derivation of seeds is part of the format of samples: these values must never change.
func TestSeedsAreDerivedAsDocumented(t *testing.T) {
	one, two := NetworkSeeds(1), NetworkSeeds(2)
	got := fmt.Sprintf("%016x %016x %016x", one.Seed(0), one.Seed(1), two.Seed(0))
	if want := "9b603354c9e9dcda 76ead0a5fde9d13b 6897f35cb0580f4a"; got != want { // as sha256sum has it
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
