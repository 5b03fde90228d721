package summary

import (
	"math"
	"slices"
)

// sorter sorts columns. Most columns have few distinct values: it counts each of them and sorts
// only the distinct values.
type sorter struct {
	table  [tableSize]entry // a hash table with linear probing
	values []float64        // the distinct values, which are in the table
}

// The table is filled to at most a quarter.
const tableSize, mostDistinct = 1 << 10, 1 << 8

type entry struct {
	bits  uint64
	count int
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

// count counts how often each value occurs. It returns false if there are more than mostDistinct.
func (s *sorter) count(values []float64) bool {
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
func (s *sorter) find(bits uint64) *entry {
	i := bits * 0x9E3779B97F4A7C15 >> (64 - 10)
	for s.table[i].count > 0 && s.table[i].bits != bits {
		i = (i + 1) % tableSize
	}
	return &s.table[i]
}
