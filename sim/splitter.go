package sim

import (
	"tlslab/engine"
	"tlslab/engine/op"
	"tlslab/engine/record"
	"tlslab/sim/recording"
)

// recordSplitter splits a side's application data into records, as its sizing says
// when they are sealed, and remembers the records that the peer has not opened.
type recordSplitter struct {
	sizer   record.Sizer
	written int64       // bytes of the side's stream
	runs    []recordRun // of unopened records, from head on
	head    int

	untilUpdate int64 // records before the next KeyUpdate, if the Data in hand has KeyUpdates
}

// recordRun is a number of writes of one Data item, all of the same length, that
// follow each other in the stream without a gap. Each write has one record, or two
// where the framing splits (record.Framing.Split). A KeyUpdate is the first record of
// its write. The peer opens the records in order; an opened record no longer belongs
// to the run.
type recordRun struct {
	start    int64 // offset in the stream
	writes   int64
	plain    int32 // bytes of plaintext of each write
	halfOpen bool  // the first of two records of the first write is open
	data     *pricedData

	untilUpdate int64 // records before the next KeyUpdate, if data has KeyUpdates
}

// sealedRecord is a record of application data, or a KeyUpdate, in its sender's stream.
type sealedRecord struct {
	start, end int64 // offsets in the stream
	plain      int   // bytes of application data
	keyUpdate  bool
}

// reset empties the splitter and keeps its memory.
func (s *recordSplitter) reset() {
	s.sizer.Reset()
	s.written, s.runs, s.head = 0, s.runs[:0], 0
}

// begin begins a Data action.
func (s *recordSplitter) begin(d *pricedData) {
	if d.updates != nil {
		s.untilUpdate = d.updates.first
	}
}

// write adds the actions of the next write of application data to a step, and returns
// how many bytes of plaintext it takes, at most left.
func (s *recordSplitter) write(p *pricedItems, at instant, left int64, d *pricedData) int64 {
	n := int(min(left, int64(s.sizer.Size(at.now, &d.framing, at.mss))))
	before, untilUpdate := s.written, s.untilUpdate
	update := s.updateKeys(p, d)
	var lengths [2]int64
	if d.framing.Split && n > 1 {
		lengths[0] = s.seal(p, at, 1, d)
		lengths[1] = s.seal(p, at, n-1, d)
	} else {
		lengths[0] = s.seal(p, at, n, d)
	}
	p.addWrite(s.written - before)
	if !p.quiet {
		if update > 0 {
			p.addRecord(engine.TypeHandshake.String(), update)
			p.addMessage(engine.KeyUpdate.String(), recording.KeyUpdateSize)
		}
		for _, length := range lengths {
			if length > 0 {
				p.addRecord(engine.TypeApplicationData.String(), length)
			}
		}
	}
	if k := len(s.runs) - 1; k >= s.head {
		if last := &s.runs[k]; int(last.plain) == n && last.data == d {
			last.writes++
			return int64(n)
		}
	}
	s.runs = append(s.runs, recordRun{start: before, writes: 1, plain: int32(n), data: d, untilUpdate: untilUpdate})
	return int64(n)
}

// updateKeys adds the operations of the KeyUpdate that precedes the next record, and returns the
// length of the KeyUpdate's record. It returns 0 if the keys stay.
func (s *recordSplitter) updateKeys(p *pricedItems, d *pricedData) (length int64) {
	if d.updates == nil {
		return 0
	}
	if s.untilUpdate == 0 {
		s.untilUpdate = d.updates.every
		length = int64(d.framing.Length(recording.KeyUpdateSize))
		s.written += length
		p.addKeyUpdate(d.updates.sent, true)
	}
	s.untilUpdate--
	return length
}

// seal adds the operation of sealing a record, and returns the record's length.
func (s *recordSplitter) seal(p *pricedItems, at instant, plain int, d *pricedData) int64 {
	s.sizer.Sent(at.now, plain)
	length := int64(d.framing.Length(plain))
	s.written += length
	p.addOperation(op.Op{Kind: op.Seal, Alg: d.cipher, Size: plain}, d.from.slow(d.seal.Of(plain)))
	return length
}

// unopened returns the run whose first record the peer opens next; nil if all are open.
func (s *recordSplitter) unopened() *recordRun {
	if s.head == len(s.runs) {
		return nil
	}
	return &s.runs[s.head]
}

// first returns the first record of the run.
func (r *recordRun) first() sealedRecord {
	if r.updates() {
		return sealedRecord{r.start, r.start + int64(r.data.framing.Length(recording.KeyUpdateSize)), 0, true}
	}
	plain := int(r.plain)
	switch {
	case r.halfOpen:
		plain--
	case r.splits():
		plain = 1
	}
	return sealedRecord{r.start, r.start + int64(r.data.framing.Length(plain)), plain, false}
}

// updates reports whether the first record of the run is a KeyUpdate.
func (r *recordRun) updates() bool { return r.data.updates != nil && r.untilUpdate == 0 }

// splits reports whether each write of the run has two records.
func (r *recordRun) splits() bool { return r.data.framing.Split && r.plain > 1 }

// opened removes the first record of the first run: the peer has opened it.
func (s *recordSplitter) opened() {
	r := &s.runs[s.head]
	r.start = r.first().end
	if r.updates() {
		r.untilUpdate = r.data.updates.every
		return
	}
	r.untilUpdate--
	if r.splits() && !r.halfOpen {
		r.halfOpen = true
		return
	}
	r.halfOpen = false
	if r.writes--; r.writes > 0 {
		return
	}
	s.head++
	if s.head == len(s.runs) {
		s.runs, s.head = s.runs[:0], 0
	}
}
