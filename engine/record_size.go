package engine

import (
	"time"

	"tlslab/engine/record"
)

// A sizer decides the size of records by Config.RecordSizing.
type sizer struct {
	record.Sizer
	mss       int
	begun     time.Time // when the first record was sized; now counts from it
	announced int       // last result of RecordSize, for the next Seal; 0: none
}

func newSizer(cfg *Config) *sizer {
	s := &sizer{Sizer: record.Sizer{Sizing: cfg.RecordSizing}, mss: cfg.MSS}
	if s.mss == 0 {
		s.mss = DefaultMSS
	}
	return s
}

// now returns the time since the first record. It is 0 if the sizing has no idle time.
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

// RecordSize returns the largest number of plaintext bytes that Seal puts into the next record.
// Config.RecordSize or Config.RecordSizing decides, or the peer's limit if it is lower.
func (c *Conn) RecordSize() int {
	switch {
	case c.out.usesSizing():
		f, s := c.Framing(), c.out.sizer
		s.announced = s.Size(s.now(c.cfg), &f, s.mss)
		return s.announced
	case c.cfg.RecordSize == 0:
		return c.out.half.MaxPlaintext()
	}
	return min(c.cfg.RecordSize, c.out.half.MaxPlaintext())
}

// nextRecordSize returns the last result of RecordSize if Seal has not used it yet: the caller may
// have put that much plaintext where it is sealed in place.
func (c *Conn) nextRecordSize() int {
	if c.out.usesSizing() && c.out.sizer.announced > 0 {
		return c.out.sizer.announced
	}
	return c.RecordSize()
}

// usesSizing reports whether the sizer decides. It does not for early data: the client does not
// know the connection's round trip and MSS yet.
func (o *sender) usesSizing() bool { return o.sizer != nil && o.epoch != EpochEarly }

// noteSent tells the sizer that a record of application data was sealed.
func (o *sender) noteSent(plain int) {
	if o.usesSizing() {
		o.sizer.Sent(o.sizer.now(o.cfg), plain)
	}
}

// SetMSS sets the number of bytes that a full TCP segment carries, for Config.RecordSizing. The
// caller may call SetMSS at any time. Values below 1 are ignored.
func (c *Conn) SetMSS(bytes int) {
	if c.out.sizer != nil && bytes > 0 {
		c.out.sizer.mss = bytes
	}
}

// Framing returns how plaintext lengths become record lengths with the current sending keys.
func (c *Conn) Framing() record.Framing {
	f := c.out.half.Framing()
	f.Split = c.cfg.SplitRecords && c.chainsIVs()
	return f
}
