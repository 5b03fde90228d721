package tcp

import "time"

// writeRun stands for writes at equal intervals, which have the same tag and supply equal numbers
// of bytes: a long response is one run.
type writeRun struct {
	end      int64         // stream offset after the first write
	computed time.Duration // of the first write: Segment.Computed
	stride   int64         // bytes of each further write
	interval time.Duration // between two writes
	writes   int32         // 1 or more
	tag      Tag           // Segment.Since
}

// last returns the stream offset after the last write, and its Segment.Computed.
func (r *writeRun) last() (end int64, computed time.Duration) {
	further := int64(r.writes - 1)
	return r.end + further*r.stride, r.computed + time.Duration(further)*r.interval
}

// extend adds a write with the run's tag. It returns false if the write does not fit into the run.
func (r *writeRun) extend(end int64, computed time.Duration) bool {
	lastEnd, lastComputed := r.last()
	stride, interval := end-lastEnd, computed-lastComputed
	switch {
	case r.writes == 1 && interval == 0:
		r.end = end // the same event
		return true
	case r.writes == 1 && interval > 0:
		r.stride, r.interval = stride, interval
	case interval != r.interval || stride != r.stride || interval <= 0 || r.writes == maxWrites:
		return false
	}
	r.writes++
	return true
}

// maxWrites is the largest number of writes of a run.
const maxWrites = 1<<31 - 1

// supplied returns Segment.Computed of the write that supplied the last byte before an offset.
func (r *writeRun) supplied(end int64) time.Duration {
	if end <= r.end || r.writes == 1 {
		return r.computed
	}
	return r.computed + time.Duration((end-r.end+r.stride-1)/r.stride)*r.interval
}

// writeLog holds which writes supplied the data not yet sent, for Segment.Since. The boundaries of
// writes matter for nothing else: as in Linux a later write fills up the last unsent segment.
type writeLog struct {
	ring []writeRun // length a power of two
	head int
	n    int
}

func (l *writeLog) at(i int) *writeRun { return &l.ring[(l.head+i)&(len(l.ring)-1)] }

func (l *writeLog) add(end int64, tag Tag, computed time.Duration) {
	if l.n > 0 {
		if last := l.at(l.n - 1); last.tag == tag && last.extend(end, computed) {
			return
		}
	}
	if l.n == len(l.ring) {
		ring := make([]writeRun, max(4, 2*len(l.ring)))
		for i := range l.n {
			ring[i] = *l.at(i)
		}
		l.ring, l.head = ring, 0
	}
	l.n++
	r := l.at(l.n - 1)
	r.end, r.computed, r.stride, r.interval, r.writes, r.tag = end, computed, 0, 0, 1, tag
}

// take returns Segment.Since and Segment.Computed of the write that supplied the last byte before
// end, and drops the runs before it.
func (l *writeLog) take(end int64) (Tag, time.Duration) {
	for l.n > 1 {
		if last, _ := l.at(0).last(); last >= end {
			break
		}
		l.head = (l.head + 1) & (len(l.ring) - 1)
		l.n--
	}
	r := l.at(0)
	return r.tag, r.supplied(end)
}
