package effect

import (
	"math"
	"slices"
)

// sorter sorts the values of a column. Its buffers are reused.
type sorter struct {
	distinct
	keys, spare     []uint64
	order, reserved []uint32
}

// key maps a number to an integer in the same order. −0 becomes 0.
func key(v float64) uint64 {
	bits := math.Float64bits(v + 0) // −0 + 0 is 0
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}

// value is the inverse of key.
func value(key uint64) float64 {
	if key>>63 != 0 {
		return math.Float64frombits(key &^ (1 << 63))
	}
	return math.Float64frombits(^key)
}

// ordered sets sorted to the values that are not NaN, in ascending order, and order to the index in
// values of each. Equal values keep their order.
func (s *sorter) ordered(sorted *[]float64, order *[]uint32, values []float64) {
	*sorted, *order = (*sorted)[:0], (*order)[:0]
	if s.count(values) {
		s.orderedByCount(sorted, order, values)
	} else {
		s.orderedByRadix(sorted, order, values)
	}
}

// orderedByCount is ordered for values that have been counted.
func (s *sorter) orderedByCount(sorted *[]float64, order *[]uint32, values []float64) {
	slices.Sort(s.found)
	for _, k := range s.found {
		e := s.find(k)
		e.next = len(*sorted)
		*sorted = appendRepeated(*sorted, value(k), e.count)
	}
	n := len(*sorted)
	*order = slices.Grow(*order, n)[:n]
	for i, v := range values {
		if v == v {
			e := s.find(key(v))
			(*order)[e.next] = uint32(i)
			e.next++
		}
	}
}

// orderedByRadix is ordered for any values. Its digits are bytes, from the lowest to the highest;
// digits that all values share are skipped.
func (s *sorter) orderedByRadix(sorted *[]float64, order *[]uint32, values []float64) {
	s.keys, s.order = s.keys[:0], s.order[:0]
	all, any := ^uint64(0), uint64(0) // the bits that all keys have, and that any key has
	for i, v := range values {
		if v != v {
			continue
		}
		k := key(v)
		s.keys, s.order = append(s.keys, k), append(s.order, uint32(i))
		all, any = all&k, any|k
	}
	n := len(s.keys)
	s.spare, s.reserved = slices.Grow(s.spare[:0], n)[:n], slices.Grow(s.reserved[:0], n)[:n]
	for shift := 0; shift < 64; shift += 8 {
		if (all^any)>>shift&0xFF == 0 {
			continue
		}
		var begin [257]uint32
		for _, k := range s.keys {
			begin[k>>shift&0xFF+1]++
		}
		for d := 1; d < len(begin); d++ {
			begin[d] += begin[d-1]
		}
		for i, k := range s.keys {
			d := k >> shift & 0xFF
			s.spare[begin[d]], s.reserved[begin[d]] = k, s.order[i]
			begin[d]++
		}
		s.keys, s.spare = s.spare, s.keys
		s.order, s.reserved = s.reserved, s.order
	}
	for _, k := range s.keys {
		*sorted = append(*sorted, value(k))
	}
	*order = append(*order, s.order...)
}

// sort sorts values in place. No value may be NaN. It may replace −0 by 0.
func (s *sorter) sort(values []float64) {
	if slices.IsSorted(values) { // for example a constant column
		return
	}
	if !s.count(values) {
		slices.Sort(values)
		return
	}
	slices.Sort(s.found)
	values = values[:0]
	for _, k := range s.found {
		values = appendRepeated(values, value(k), s.find(k).count)
	}
}

func appendRepeated(to []float64, v float64, n int) []float64 {
	for range n {
		to = append(to, v)
	}
	return to
}

// distinct counts the distinct values of a column with few of them.
type distinct struct {
	table [tableSize]entry // a hash table with linear probing
	found []uint64         // the keys in the table
}

// The table is filled to at most a quarter.
const tableSize, mostDistinct = 1 << 10, 1 << 8

// entry is a distinct value.
type entry struct {
	key   uint64
	count int
	next  int // index of the next equal value among the sorted
}

// count counts how often each value occurs, without NaN. It returns false if there are more than
// mostDistinct.
func (s *distinct) count(values []float64) bool {
	clear(s.table[:])
	s.found = s.found[:0]
	for _, v := range values {
		if v != v {
			continue
		}
		k := key(v)
		e := s.find(k)
		if e.count == 0 {
			if len(s.found) == mostDistinct {
				return false
			}
			e.key = k
			s.found = append(s.found, k)
		}
		e.count++
	}
	return true
}

// find returns the entry of a key, or the empty entry in which to put it.
func (s *distinct) find(key uint64) *entry {
	i := key * 0x9E3779B97F4A7C15 >> (64 - 10)
	for s.table[i].count > 0 && s.table[i].key != key {
		i = (i + 1) % tableSize
	}
	return &s.table[i]
}
