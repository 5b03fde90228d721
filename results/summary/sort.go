package summary

import (
	"math"
	"slices"
)

// sorter sorts columns. Most have few different values, which it counts.
type sorter struct {
	table  [tableSize]entry
	values []float64 // those that are in the table
}

// The table holds at most a quarter of its size.
const tableSize, most = 1 << 10, 1 << 8

type entry struct {
	bits  uint64
	count int
}

// sort sorts values in place, none of which may be NaN. The zeros of both signs count as one.
func (s *sorter) sort(values []float64) {
	if slices.IsSorted(values) { // as a constant column is
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

// count counts the values; false where too many differ.
func (s *sorter) count(values []float64) bool {
	clear(s.table[:])
	s.values = s.values[:0]
	for _, v := range values {
		v += 0 // of −0 makes 0
		e := s.find(math.Float64bits(v))
		if e.count == 0 {
			if len(s.values) == most {
				return false
			}
			e.bits = math.Float64bits(v)
			s.values = append(s.values, v)
		}
		e.count++
	}
	return true
}

// find returns the entry of a value, or the empty one that is to be its.
func (s *sorter) find(bits uint64) *entry {
	i := bits * 0x9E3779B97F4A7C15 >> (64 - 10)
	for s.table[i].count > 0 && s.table[i].bits != bits {
		i = (i + 1) % tableSize
	}
	return &s.table[i]
}
