package tcp

// reassembly holds what has arrived out of order (kernel out_of_order_queue): the ranges in stream
// order, and the SACK blocks in the order of arrival (kernel selective_acks).
type reassembly struct {
	ranges []Block // from index first on: disjoint, not adjacent, ascending
	first  int
	held   int64 // bytes in the ranges

	sacks  [maxBlocks]Block // the most recently changed block first (RFC 2018 §4)
	blocks int

	dsack    Block // D-SACK to report with the next ACK (RFC 2883)
	hasDSACK bool
}

func (r *reassembly) empty() bool { return r.held == 0 }

// bytes returns the number of bytes held out of order.
func (r *reassembly) bytes() int64 { return r.held }

// find returns the index of the first range that ends at the offset or after it. It looks at the
// last range first: most segments extend it or begin another one after it.
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

// replace replaces the ranges from index i to before j by merged.
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

// add adds [start, end) and reports whether any of it is new. The next ACK reports the other part,
// a duplicate, as a D-SACK.
func (r *reassembly) add(start, end int64) bool {
	i := r.find(start)
	if i < len(r.ranges) && r.ranges[i].Start <= start && r.ranges[i].End >= end {
		r.addDSACK(start, end)
		r.newOrExpandSACK(start, end)
		return false
	}
	j := i
	merged := Block{start, end}
	for ; j < len(r.ranges) && r.ranges[j].Start <= end; j++ {
		from, to := max(start, r.ranges[j].Start), min(end, r.ranges[j].End)
		if from < to {
			r.addDSACK(from, to)
		}
		merged.Start = min(merged.Start, r.ranges[j].Start)
		merged.End = max(merged.End, r.ranges[j].End)
	}
	r.replace(i, j, merged)
	r.newOrExpandSACK(start, end)
	return true
}

// sackBlock returns the index of the first SACK block that [start, end) touches, or -1.
func (r *reassembly) sackBlock(start, end int64) int {
	for i, b := range r.sacks[:r.blocks] {
		if b.Start <= end && start <= b.End {
			return i
		}
	}
	return -1
}

// newOrExpandSACK merges [start, end) with the SACK blocks that touch it and makes the result the
// first block. If there are too many blocks, the oldest is dropped (kernel
// tcp_sack_new_or_expand).
func (r *reassembly) newOrExpandSACK(start, end int64) {
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

// advance removes the ranges that continue the stream without a gap and returns the offset after
// them. The stream is complete up to next.
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

// addDSACK notes a D-SACK for the next ACK. A second one extends it if they touch (kernel
// tcp_dsack_extend).
func (r *reassembly) addDSACK(start, end int64) {
	if r.hasDSACK {
		if start <= r.dsack.End && r.dsack.Start <= end {
			r.dsack = Block{min(r.dsack.Start, start), max(r.dsack.End, end)}
		}
		return
	}
	r.dsack, r.hasDSACK = Block{start, end}, true
}

// fillSACK writes at most room blocks into the segment, the D-SACK first. A D-SACK is sent once.
func (r *reassembly) fillSACK(s *Segment, room int) {
	n := 0
	if r.hasDSACK {
		s.SACK[0] = r.dsack
		n = 1
		r.hasDSACK = false
	}
	n += copy(s.SACK[n:room], r.sacks[:r.blocks])
	s.Blocks = uint8(n)
}
