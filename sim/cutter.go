package sim

import (
	"tlslab/engine/record"
	"tlslab/sim/recording"
)

// cut is a record of application data, where it lies in its sender's stream.
type cut struct {
	start, end int64
	plain      int32
	data       *data
}

// cutter makes records of a side's data, as its sizing says at the time, and keeps
// those that the peer has not opened.
type cutter struct {
	sizer   record.Sizer
	written int64 // bytes of the stream
	cuts    []cut // from head on
	head    int
}

// reset makes it as new, keeping its memory.
func (c *cutter) reset() {
	c.sizer.Reset()
	c.written, c.cuts, c.head = 0, c.cuts[:0], 0
}

// cut adds the deeds of sending so many bytes: each record is written as soon as
// it is sealed. All sizes are decided at one instant, as by live engines.
func (c *cutter) cut(deeds []deed, at instant, bytes int64, d *data) []deed {
	for bytes > 0 {
		n := int(min(bytes, int64(c.sizer.Size(at.now, &d.framing, at.mss))))
		bytes -= int64(n)
		before := c.written
		if d.framing.Split && n > 1 {
			deeds = c.seal(deeds, at, 1, d)
			n--
		}
		deeds = c.seal(deeds, at, n, d)
		deeds = append(deeds, deed{action: recording.Write, bytes: c.written - before})
	}
	return deeds
}

func (c *cutter) seal(deeds []deed, at instant, plain int, d *data) []deed {
	c.sizer.Sent(at.now, plain)
	end := c.written + int64(d.framing.Length(plain))
	c.cuts = append(c.cuts, cut{start: c.written, end: end, plain: int32(plain), data: d})
	c.written = end
	return addWork(deeds, d.from.slow(d.seal.Of(plain)))
}

// front is the first record that is not open, nil where there is none.
func (c *cutter) front() *cut {
	if c.head == len(c.cuts) {
		return nil
	}
	return &c.cuts[c.head]
}

// pop takes the first record out.
func (c *cutter) pop() {
	c.head++
	if c.head == len(c.cuts) {
		c.cuts, c.head = c.cuts[:0], 0
	}
}
