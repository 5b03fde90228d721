package tcp

// reassembly holds what arrived out of order: the ranges after the gap in stream
// order, and the SACK blocks that tell the peer of them in order of arrival.
type reassembly struct {
	ranges []Block // disjoint, not adjacent, ascending

	sacks  [maxBlocks]Block // the block most lately changed first (RFC 2018 §4)
	blocks int

	dup    Block // D-SACK to report with the next ACK (RFC 2883)
	hasDup bool
}

func (r *reassembly) empty() bool { return len(r.ranges) == 0 }

// bytes returns how many bytes wait out of order.
func (r *reassembly) bytes() (n int64) {
	for i := range r.ranges {
		n += r.ranges[i].End - r.ranges[i].Start
	}
	return n
}

// add takes [start, end) and returns whether any of it was new. If it was not, or
// in part, the next ACK reports the duplicate.
func (r *reassembly) add(start, end int64) bool {
	i := 0
	for i < len(r.ranges) && r.ranges[i].End < start {
		i++
	}
	if i < len(r.ranges) && r.ranges[i].Start <= start && r.ranges[i].End >= end {
		r.duplicate(start, end)
		r.report(start, end)
		return false
	}
	j := i
	merged := Block{start, end}
	for ; j < len(r.ranges) && r.ranges[j].Start <= end; j++ {
		if overlap := (Block{max(start, r.ranges[j].Start), min(end, r.ranges[j].End)}); overlap.Start < overlap.End {
			r.duplicate(overlap.Start, overlap.End)
		}
		merged.Start = min(merged.Start, r.ranges[j].Start)
		merged.End = max(merged.End, r.ranges[j].End)
	}
	switch {
	case i == j:
		r.ranges = append(r.ranges, Block{})
		copy(r.ranges[i+1:], r.ranges[i:])
	case j > i+1:
		r.ranges = append(r.ranges[:i+1], r.ranges[j:]...)
	}
	r.ranges[i] = merged
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
	i := 0
	for i < len(r.ranges) && r.ranges[i].Start <= next {
		next = max(next, r.ranges[i].End)
		i++
	}
	if i > 0 {
		r.ranges = r.ranges[:copy(r.ranges, r.ranges[i:])]
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
