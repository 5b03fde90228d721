package record

import "time"

// A Sizing says how much application data goes into each record, as it is sent:
// stages that follow each other. An idle connection begins again at the first. The
// last stage stays.
//
// Long records cost the least. But nothing of a record can be read before all of
// it has come, so that one which is as long as TCP's window takes a round trip
// more, and one that a packet of is lost waits for this packet as a whole. Who
// sends short records first, and longer ones once the window has opened, has both
// (Grigorik, "Optimizing TLS Record Size & Buffering Latency", 2013).
type Sizing struct {
	Stages []Stage
	Idle   time.Duration // since the last record; 0: idleness changes nothing
}

// A Stage is a size of records, and for how long it holds. The size is one of
// Plain, Wire and Segment.
type Stage struct {
	Plain   int  // bytes of plaintext
	Wire    int  // bytes of the whole record, at most
	Segment bool // as Wire, with what a full TCP segment carries

	// Growing makes each record of the stage longer than the last by the
	// plaintext of the first, as far as a record goes.
	Growing bool

	// The stage ends after so many Records of its own, or once Bytes of plaintext
	// were sent since the first stage began; zeros: it has no end.
	Records int
	Bytes   int64
}

// A Sizer applies a Sizing to one direction of a connection. Its zero value with
// a Sizing is ready for use. Time is counted from any instant that stays the same.
type Sizer struct {
	Sizing *Sizing

	stage   int
	records int   // of this stage
	bytes   int64 // since the first stage began
	last    time.Duration
}

// Reset makes the sizer as new.
func (s *Sizer) Reset() { *s = Sizer{Sizing: s.Sizing} }

// Size returns the plaintext that the next record should have at most, if it is
// sealed now: 1 to f.Most bytes. Segment is what a full TCP segment carries.
func (s *Sizer) Size(now time.Duration, f *Framing, segment int) int {
	if s.bytes > 0 && s.Sizing.Idle > 0 && now-s.last > s.Sizing.Idle {
		s.Reset()
	}
	stage := &s.Sizing.Stages[s.stage]
	n := stage.Plain
	switch {
	case stage.Segment:
		n = f.Fit(segment)
	case stage.Wire > 0:
		n = f.Fit(stage.Wire)
	}
	if stage.Growing {
		n *= 1 + min(s.records, MaxPlaintext) // far from an overflow
	}
	return max(min(n, f.Most), 1)
}

// Sent tells that a record with so many bytes of plaintext was sealed.
func (s *Sizer) Sent(now time.Duration, plain int) {
	s.last = now
	s.records++
	s.bytes += int64(plain)
	for s.stage < len(s.Sizing.Stages)-1 && s.ended() {
		s.stage++
		s.records = 0
	}
}

func (s *Sizer) ended() bool {
	stage := &s.Sizing.Stages[s.stage]
	return stage.Records > 0 && s.records >= stage.Records || stage.Bytes > 0 && s.bytes >= stage.Bytes
}
