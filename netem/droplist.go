package netem

import "slices"

// dropList drops packets by their ordinals.
type dropList struct {
	ordinals []uint64 // ascending
	next     int      // of those not yet passed
}

func newDropList(drops []int) dropList {
	var d dropList
	for _, n := range drops {
		d.ordinals = append(d.ordinals, uint64(n))
	}
	slices.Sort(d.ordinals)
	d.ordinals = slices.Compact(d.ordinals)
	return d
}

// holds reports whether packet i, asked for in ascending order, is to be dropped.
func (d *dropList) holds(i uint64) bool {
	if d.next == len(d.ordinals) || d.ordinals[d.next] != i {
		return false
	}
	d.next++
	return true
}

func (d *dropList) reset() { d.next = 0 }
