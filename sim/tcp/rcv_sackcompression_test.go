package tcp

import (
	"testing"
	"time"
)

// lossyFlight sends 100 kB over a round trip of 100 ms and loses the server's packets with these
// ordinals. It returns the instants of the client's ACKs with SACK blocks, and the causes of the
// server's retransmissions.
func lossyFlight(t *testing.T, lost ...int) (acks []time.Duration, causes []Cause) {
	cfg := DefaultConfig()
	p := newPipe(&cfg, 100*time.Millisecond, parseTurns(t, "C 256 | S 100000"))
	p.drop = func(side, n int, _ *Segment) bool {
		for _, l := range lost {
			if side == server && n == l {
				return true
			}
		}
		return false
	}
	p.trace = func(p *pipe, side int, s *Segment, _ bool) {
		if side == client && s.Blocks > 0 {
			acks = append(acks, p.now)
		}
		if side == server && s.Retransmit {
			causes = append(causes, s.Cause)
		}
	}
	p.run(10 * time.Second)
	if p.end[client].Delivered() != 100000 {
		t.Fatalf("%d bytes arrived", p.end[client].Delivered())
	}
	return acks, causes
}

// TestACKsOfDataOutOfOrderAreCompressed: behind the first packet of a flight of 40, which is lost,
// the client acknowledges three packets at once, and the other 36 together after 1 ms.
func TestACKsOfDataOutOfOrderAreCompressed(t *testing.T) {
	const firstOfThirdFlight = 2 + 10 + 20
	acks, _ := lossyFlight(t, firstOfThirdFlight)
	if len(acks) < 4 {
		t.Fatalf("%d ACKs with SACK blocks", len(acks))
	}
	for i, want := range []time.Duration{0, 0, 0, time.Millisecond} {
		if got := acks[i] - acks[0]; got != want {
			t.Errorf("ACK %d leaves %v after the first, want %v", i, got, want)
		}
	}
	if len(acks) > 4 && acks[4]-acks[0] < 50*time.Millisecond {
		t.Errorf("a fifth ACK leaves %v after the first", acks[4]-acks[0])
	}
}

// TestNoACKIsCompressedWithoutARoundTripTime: the first packet of data is lost. The receiver has no
// estimate of the round-trip time, so the delay of 5 % is 0: each of the nine packets behind it is
// acknowledged, as measured on Linux (sim/linux, cell 105).
func TestNoACKIsCompressedWithoutARoundTripTime(t *testing.T) {
	acks, _ := lossyFlight(t, 2)
	if len(acks) < 9 || acks[8] != acks[0] {
		t.Errorf("ACKs with SACK blocks at %v, want nine at once", acks)
	}
}

// TestBlocksOfOneACKShowNoReordering: the compressed ACK reports two new blocks, the upper one
// first. The sender does not take the lower one for late data: both lost packets are repaired by
// fast retransmit, and none waits for RACK's reordering timer.
func TestBlocksOfOneACKShowNoReordering(t *testing.T) {
	_, causes := lossyFlight(t, 32, 50)
	if len(causes) != 2 || causes[0] != FastRetransmit || causes[1] != FastRetransmit {
		t.Errorf("retransmissions by %v, want two fast retransmits", causes)
	}
}
