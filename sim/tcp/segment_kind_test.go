package tcp

import (
	"testing"
	"time"
)

// TestKindsAgreeWithTheCounters: over random connections the kinds of the segments that an
// endpoint sends add up to its counters, and every kind occurs.
func TestKindsAgreeWithTheCounters(t *testing.T) {
	p := &pipe{}
	var all [NumKinds]int
	for seed := range 400 {
		soakCase(t, p, uint64(seed))
		var kinds [2][NumKinds]int64
		var again, synAgain [2]int64
		p.trace = func(p *pipe, side int, s *Segment, _ bool) {
			k := s.Kind()
			kinds[side][k]++
			all[k]++
			if s.Retransmit && k == KindSYN {
				synAgain[side]++
			} else if s.Retransmit {
				again[side]++
			}
			if carries := s.Len > 0 || s.Flags&(SYN|FIN) != 0; carries != (k <= KindTailLossProbe) && k != KindWindowProbe {
				t.Errorf("seed %d: %v with %d bytes, flags %b", seed, k, s.Len, s.Flags)
			}
		}
		p.run(3 * time.Hour)
		for side := range p.end {
			st, k := p.end[side].Stats(), kinds[side]
			if again[side] != st.Retransmits || synAgain[side] != st.SYNRetransmits || k[KindTailLossProbe] != st.Probes {
				t.Errorf("seed %d, side %d: %v, counters %+v", seed, side, k, st)
			}
			if st.Timeouts > k[KindTimeoutRetransmission] {
				t.Errorf("seed %d, side %d: %d timeouts, %v", seed, side, st.Timeouts, k)
			}
		}
	}
	for k, n := range all {
		if n == 0 && Kind(k) != KindRST {
			t.Errorf("no segment has the kind %v", Kind(k))
		}
	}
	if got := (&Segment{Flags: RST | ACK, Cause: Close}).Kind(); got != KindRST {
		t.Errorf("the kind of a RST is %v", got)
	}
}
