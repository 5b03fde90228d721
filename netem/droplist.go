package netem

import "slices"

// dropList drops the packets with given ordinals (Config.Drops).
type dropList struct {
	ordinals []uint64 // ascending
	next     int      // index of the first ordinal that has not come yet
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

// drops reports whether packet i must be dropped. The caller asks for each packet, in order.
func (d *dropList) drops(i uint64) bool {
	if d.next == len(d.ordinals) || d.ordinals[d.next] != i {
		return false
	}
	d.next++
	return true
}

func (d *dropList) reset() { d.next = 0 }
