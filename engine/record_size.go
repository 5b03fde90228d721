package engine

import (
	"time"

	"tlslab/engine/record"
)

// A sizer is a connection's record.Sizer, with what it asks for.
type sizer struct {
	record.Sizer
	mss      int
	begun    time.Time // from which time counts
	promised int       // what RecordSize has answered for the next Seal; 0: nothing
}

func newSizer(cfg *Config) *sizer {
	s := &sizer{Sizer: record.Sizer{Sizing: cfg.RecordSizing}, mss: cfg.MSS}
	if s.mss == 0 {
		s.mss = DefaultMSS
	}
	return s
}

// now is the time since the sizer's first record, as far as the sizing looks at it.
func (s *sizer) now(cfg *Config) time.Duration {
	if s.Sizing.Idle == 0 {
		return 0
	}
	now := cfg.Now()
	if s.begun.IsZero() {
		s.begun = now
	}
	return now.Sub(s.begun)
}

// RecordSize returns the most bytes that Seal puts into the next record, where it
// is called with as many: what Config.RecordSize or Config.RecordSizing says, or
// fewer where the peer accepts fewer.
func (c *Conn) RecordSize() int {
	switch {
	case c.usesSizing():
		f := c.Framing()
		c.out.sizer.promised = c.out.sizer.Size(c.out.sizer.now(c.cfg), &f, c.out.sizer.mss)
		return c.out.sizer.promised
	case c.cfg.RecordSize == 0:
		return c.out.half.Plaintext()
	}
	return min(c.cfg.RecordSize, c.out.half.Plaintext())
}

// nextRecordSize is RecordSize for Seal: what was promised holds, for the caller may have
// put that much plaintext where it is sealed in place.
func (c *Conn) nextRecordSize() int {
	if c.usesSizing() && c.out.sizer.promised > 0 {
		return c.out.sizer.promised
	}
	return c.RecordSize()
}

// sized says whether the sizer decides: not on early data, where the client does not
// know the connection yet.
func (c *Conn) usesSizing() bool { return c.out.sizer != nil && c.out.epoch != EpochEarly }

// sent tells the sizer, where there is one, of a record of application data.
func (c *Conn) sent(plain int) {
	if s := c.out.sizer; c.usesSizing() {
		s.Sent(s.now(c.cfg), plain)
	}
}

// SetMSS tells what a full TCP segment carries, for Config.RecordSizing. It may
// change at any time.
func (c *Conn) SetMSS(bytes int) {
	if c.out.sizer != nil && bytes > 0 {
		c.out.sizer.mss = bytes
	}
}

// Framing returns how long records of application data become, with the keys in
// force for sending.
func (c *Conn) Framing() record.Framing {
	f := c.out.half.Framing()
	f.Split = c.cfg.SplitRecords && c.chainsIVs()
	return f
}
