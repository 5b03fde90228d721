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

// ordered appends to sorted the values that are not NaN, in ascending order, and to order the index
// in values of each. It is a radix sort with a digit of one byte, from the lowest to the highest;
// digits that all values share are skipped.
func (s *sorter) ordered(sorted []float64, order []uint32, values []float64) ([]float64, []uint32) {
	s.keys, s.order = s.keys[:0], s.order[:0]
	all, any := ^uint64(0), uint64(0) // the bits that all keys have, and that any key has
	rising := true
	for i, v := range values {
		if v != v {
			continue
		}
		k := key(v)
		if n := len(s.keys); n > 0 && k < s.keys[n-1] {
			rising = false
		}
		s.keys, s.order = append(s.keys, k), append(s.order, uint32(i))
		all, any = all&k, any|k
	}
	n := len(s.keys)
	if !rising {
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
	}
	for _, k := range s.keys {
		sorted = append(sorted, value(k))
	}
	return sorted, append(order, s.order...)
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
	slices.Sort(s.values)
	values = values[:0]
	for _, v := range s.values {
		e := s.find(math.Float64bits(v))
		for range e.count {
			values = append(values, v)
		}
	}
}

// distinct counts the distinct values of a column with few of them.
type distinct struct {
	table  [tableSize]entry // a hash table with linear probing
	values []float64        // the distinct values, which are in the table
}

// The table is filled to at most a quarter.
const tableSize, mostDistinct = 1 << 10, 1 << 8

type entry struct {
	bits  uint64
	count int
}

// count counts how often each value occurs. It returns false if there are more than mostDistinct.
func (s *distinct) count(values []float64) bool {
	clear(s.table[:])
	s.values = s.values[:0]
	for _, v := range values {
		v += 0 // −0 + 0 is 0
		e := s.find(math.Float64bits(v))
		if e.count == 0 {
			if len(s.values) == mostDistinct {
				return false
			}
			e.bits = math.Float64bits(v)
			s.values = append(s.values, v)
		}
		e.count++
	}
	return true
}

// find returns the entry of a value, or the empty entry in which to put it.
func (s *distinct) find(bits uint64) *entry {
	i := bits * 0x9E3779B97F4A7C15 >> (64 - 10)
	for s.table[i].count > 0 && s.table[i].bits != bits {
		i = (i + 1) % tableSize
	}
	return &s.table[i]
}
