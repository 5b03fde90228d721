package tcp

import (
	"testing"
	"time"
)

// TestEachSegmentIsAcknowledgedWhileTheWindowOpens: outside of ping-pong mode each segment that
// opens the receive window is acknowledged at once, also after the 16 quick ACKs of the beginning
// (tcp_grow_window). In the measured trace of a flight of 30 kB the client acknowledges 19 of 21
// segments one by one; the others had to wait for its reader.
func TestEachSegmentIsAcknowledgedWhileTheWindowOpens(t *testing.T) {
	cfg := DefaultConfig()
	p := newPipe(&cfg, 100*ms, parseTurns(t, "C 210 | S 30000"))
	acks := 0
	p.trace = func(_ *pipe, side int, s *Segment, _ bool) {
		if side == client && s.Len == 0 && s.Flags == ACK && s.Ack > 1 {
			acks++
		}
	}
	p.run(time.Second)
	if acks != 21 {
		t.Errorf("%d ACKs for 21 segments", acks)
	}
}
