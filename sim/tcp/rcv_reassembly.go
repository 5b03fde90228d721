package tcp

// reassembly holds what arrived out of order: the ranges after the gap in stream
// order, and the SACK blocks that tell the peer of them in order of arrival.
type reassembly struct {
	ranges []Block // disjoint, not adjacent, ascending; from first on
	first  int
	held   int64 // bytes in them

	sacks  [maxBlocks]Block // the block most lately changed first (RFC 2018 §4)
	blocks int

	dup    Block // D-SACK to report with the next ACK (RFC 2883)
	hasDup bool
}

func (r *reassembly) empty() bool { return r.held == 0 }

// bytes returns how many bytes wait out of order.
func (r *reassembly) bytes() int64 { return r.held }

// reset forgets everything but the memory.
func (r *reassembly) reset() { *r = reassembly{ranges: r.ranges[:0]} }

// find returns the index of the first range that ends at the offset or after it. Most
// segments extend the last range or begin another one behind it.
func (r *reassembly) find(start int64) int {
	lo, hi := r.first, len(r.ranges)
	if lo < hi && r.ranges[hi-1].Start <= start {
		lo = hi - 1
	}
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if r.ranges[mid].End >= start {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// replace puts one range in the place of the ranges from i on to j.
func (r *reassembly) replace(i, j int, merged Block) {
	r.held += merged.End - merged.Start
	for _, b := range r.ranges[i:j] {
		r.held -= b.End - b.Start
	}
	if i == j {
		r.ranges = append(r.ranges, Block{})
		copy(r.ranges[i+1:], r.ranges[i:])
	} else if j > i+1 {
		r.ranges = append(r.ranges[:i+1], r.ranges[j:]...)
	}
	r.ranges[i] = merged
}

// add takes [start, end) and returns whether any of it was new. If it was not, or
// in part, the next ACK reports the duplicate.
func (r *reassembly) add(start, end int64) bool {
	i := r.find(start)
	if i < len(r.ranges) && r.ranges[i].Start <= start && r.ranges[i].End >= end {
		r.duplicate(start, end)
		r.report(start, end)
		return false
	}
	j := i
	merged := Block{start, end}
	for ; j < len(r.ranges) && r.ranges[j].Start <= end; j++ {
		from, to := max(start, r.ranges[j].Start), min(end, r.ranges[j].End)
		if from < to {
			r.duplicate(from, to)
		}
		merged.Start = min(merged.Start, r.ranges[j].Start)
		merged.End = max(merged.End, r.ranges[j].End)
	}
	r.replace(i, j, merged)
	r.report(start, end)
	return true
}

// report puts the block that holds [start, end) first in the SACK blocks: one of
// them grown and others swallowed, or a new one, for which the oldest gives way
// (kernel tcp_sack_new_or_expand).
func (r *reassembly) report(start, end int64) {
	merged := Block{start, end}
	kept := 0
	var rest [maxBlocks]Block
	for _, b := range r.sacks[:r.blocks] {
		if b.Start <= merged.End && merged.Start <= b.End {
			merged.Start = min(merged.Start, b.Start)
			merged.End = max(merged.End, b.End)
			continue
		}
		rest[kept] = b
		kept++
	}
	r.sacks[0] = merged
	r.blocks = 1 + copy(r.sacks[1:], rest[:kept])
}

// advance moves the in-order edge: it returns where the stream is complete up to,
// given that it is up to next, and forgets what lies before.
func (r *reassembly) advance(next int64) int64 {
	for r.first < len(r.ranges) && r.ranges[r.first].Start <= next {
		b := r.ranges[r.first]
		next = max(next, b.End)
		r.held -= b.End - b.Start
		r.first++
	}
	if r.first*2 >= len(r.ranges) {
		r.ranges = r.ranges[:copy(r.ranges, r.ranges[r.first:])]
		r.first = 0
	}
	kept := 0
	for _, b := range r.sacks[:r.blocks] {
		if b.End > next {
			r.sacks[kept] = b
			kept++
		}
	}
	r.blocks = kept
	return next
}

// duplicate notes a D-SACK; a second one before an ACK extends the first where they
// touch (kernel tcp_dsack_extend).
func (r *reassembly) duplicate(start, end int64) {
	if r.hasDup {
		if start <= r.dup.End && r.dup.Start <= end {
			r.dup = Block{min(r.dup.Start, start), max(r.dup.End, end)}
		}
		return
	}
	r.dup, r.hasDup = Block{start, end}, true
}

// fill writes the blocks due into the segment, at most room, the D-SACK first, which
// is sent once.
func (r *reassembly) fill(s *Segment, room int) {
	n := 0
	if r.hasDup {
		s.SACK[0] = r.dup
		n = 1
		r.hasDup = false
	}
	n += copy(s.SACK[n:room], r.sacks[:r.blocks])
	s.Blocks = uint8(n)
}
