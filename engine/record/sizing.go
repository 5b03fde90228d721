package record

import "time"

// A Sizing determines the sizes of application data records: stages that follow each other, of
// which the last has no end. After an idle time the first stage begins again.
//
// Long records cost the least CPU time. But the receiver can read nothing of a record before it has
// the whole record: a record longer than TCP's congestion window takes one more round trip, and a
// lost packet delays the whole record. A sender avoids that with short records until the window has
// opened (Grigorik, "Optimizing TLS Record Size & Buffering Latency", 2013).
type Sizing struct {
	Stages []Stage       // one or more
	Idle   time.Duration // since the last record; 0: the first stage never begins again
}

// A Stage is a record size and how long it is used. Exactly one of Plain, Wire and Segment is set.
type Stage struct {
	Plain   int  // bytes of plaintext: 1 to MaxPlaintext
	Wire    int  // bytes of the whole record at most: 1 to MaxRecord
	Segment bool // like Wire with the payload of a full TCP segment

	// Growing: the plaintext of record n of the stage is n times that of the first, up to the
	// maximum.
	Growing bool

	// The stage ends after Records records of the stage, or when Bytes of plaintext were sent since
	// the first stage began. Both are 0 in the last stage, and one is above 0 in the others.
	Records int
	Bytes   int64
}

// A Sizer applies a Sizing to one direction of a connection. Sizer{Sizing: s} is ready to use. The
// times that its methods take count from the same arbitrary instant.
type Sizer struct {
	Sizing *Sizing

	stage   int           // index of the current stage
	records int           // sent in this stage
	bytes   int64         // sent since the first stage began
	last    time.Duration // when the last record was sent
}

// Reset begins the first stage again.
func (s *Sizer) Reset() { *s = Sizer{Sizing: s.Sizing} }

// Size returns the maximum plaintext of the next record if it is sealed now: 1 to f.MaxPlaintext
// bytes. segment is the payload of a full TCP segment in bytes.
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
		n *= 1 + min(s.records, MaxPlaintext) // bounded, so that it cannot overflow
	}
	return max(min(n, f.MaxPlaintext), 1)
}

// Sent records that a record with plain bytes of plaintext was sealed.
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
