package tcp

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// The functions below scan the whole retransmission queue at every call, with the
// decisions of RFC 6675, RFC 8985 and the kernel written down plainly. The endpoint's own
// scans must decide the same.

func scanSACK(e *Endpoint, s *Segment, a *ackSummary) {
	blocks := s.SACK[:s.Blocks]
	if e.scoreboard.sackedOut == 0 {
		e.scoreboard.highestSACK = e.sndUna
	}
	a.reordered = e.sndNxt
	dup := e.checkDSACK(s, blocks, a)
	order := []int{}
	for i, b := range blocks {
		if b.Start >= 0 && b.End > b.Start && b.End <= e.sndNxt && b.End > a.priorUna {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(blocks[i].Start, blocks[j].Start) })
	for _, i := range order {
		for k := range e.queue.n {
			if p := e.queue.at(k); p.seq >= blocks[i].Start && p.end() <= blocks[i].End {
				e.tagPacket(p, dup && i == 0, a)
			}
		}
	}
	if e.rec.caState != caLoss || e.rec.hasUndoMarker {
		e.checkReordering(a.reordered)
	}
}

func scanLossByTime(e *Endpoint) (wait time.Duration) {
	window := e.rackReorderWindow()
	for i := range e.queue.n {
		p := e.queue.at(i)
		if p.state&packetSACKed != 0 || p.state&(packetLost|packetRetransInFlight) == packetLost ||
			p.order >= e.rack.newest {
			continue
		}
		if left := e.rackRemaining(p, window); left <= 0 {
			e.markLost(p)
		} else {
			wait = max(wait, left)
		}
	}
	return wait
}

func scanLossByCount(e *Endpoint, begins bool) {
	above := e.scoreboard.sackedOut - e.scoreboard.reordering
	if above < 0 {
		if begins && e.queue.n > 0 {
			e.markLost(e.queue.at(0))
		}
		return
	}
	sacked := 0
	for i := range e.queue.n {
		p := e.queue.at(i)
		if p.state&packetSACKed != 0 {
			sacked++
		}
		if sacked > above {
			return
		}
		if p.state&packetLost == 0 {
			e.markLost(p)
		}
	}
}

func scanRetransmissions(e *Endpoint, cause Cause) {
	for i := 0; i < e.queue.n; i++ {
		if e.inFlight() >= e.win.cwnd || e.scoreboard.retransOut >= e.scoreboard.lostOut {
			return
		}
		p := e.queue.at(i)
		if p.state&packetLost == 0 || p.state&(packetSACKed|packetRetransInFlight) != 0 {
			continue
		}
		if !e.retransmitPacket(i, cause) {
			return
		}
		if e.rec.reducing() {
			e.rec.prrOut++
		}
		if i == 0 && e.xmit.kind != timerReorder {
			e.armTimer(timerRetransmit, e.xmit.rto)
		}
	}
}

func scanTimeout(e *Endpoint) {
	reneged := e.queue.at(0).state&packetSACKed != 0
	if reneged {
		e.scoreboard.sackedOut = 0
		e.rec.reneging = true
	}
	for i := range e.queue.n {
		p := e.queue.at(i)
		if reneged {
			p.state &^= packetSACKed
		} else if e.cfg.RACK && i > 0 && e.rackRemaining(p, 0) > 0 {
			continue
		}
		e.markLost(p)
	}
}

// cloned returns a copy of the endpoint that shares nothing with it.
func cloned(e *Endpoint) *Endpoint {
	c := *e
	c.queue.ring = slices.Clone(e.queue.ring)
	c.out = slices.Clone(e.out)
	c.writes.ring = slices.Clone(e.writes.ring)
	return &c
}

// packetMarks is what a scan decides about a packet.
type packetMarks struct {
	seq   int64
	state packetState
	sent  time.Duration
	order uint32
}

// decided returns all that the scans decide.
func decided(e *Endpoint) any {
	var marks []packetMarks
	for i := range e.queue.n {
		p := e.queue.at(i)
		marks = append(marks, packetMarks{p.seq, p.state &^ packetListed, p.sent, p.order})
	}
	b := e.scoreboard
	return []any{
		marks, slices.Clone(e.out), e.rack, e.rec, e.sndUna, e.rate.delivered,
		[]int64{int64(b.sackedOut), int64(b.lostOut), int64(b.retransOut), int64(b.lostTotal), b.highestSACK, int64(b.reordering)},
	}
}

// checkScans checks the invariants on which the incremental scans rely.
func checkScans(e *Endpoint) error {
	q, b := &e.queue, &e.scoreboard
	var listed []uint32
	counted := 0
	for i := range q.n {
		p := q.at(i)
		waits := p.state&(packetLost|packetRetransInFlight) == packetLost
		switch {
		case !q.listed && p.state&^(packetFIN|packetAppLimited) != 0:
			return fmt.Errorf("packet %d is marked %b without a list", i, p.state)
		case q.listed && p.state&(packetSACKed|packetListed) == 0 && !waits:
			return fmt.Errorf("packet %d, marked %b, is not in the list", i, p.state)
		case waits && p.state&packetSACKed == 0 && p.end() <= b.retransmitHint:
			return fmt.Errorf("packet %d waits to be sent again before %d", i, b.retransmitHint)
		case p.end() <= b.lostHint && p.state&(packetSACKed|packetLost) == 0:
			return fmt.Errorf("packet %d is counted but neither SACKed nor lost", i)
		}
		if p.end() <= b.lostHint && p.state&packetSACKed != 0 {
			counted++
		}
		for _, t := range b.sackCache[:b.sackCached] {
			if p.seq >= t.Start && p.end() <= t.End && p.state&packetSACKed == 0 {
				return fmt.Errorf("packet %d lies in the tagged block %v and is not SACKed", i, t)
			}
		}
		if p.state&packetListed != 0 {
			listed = append(listed, p.order)
		}
	}
	if e.queue.n > 0 && b.lostHint > e.sndUna && counted != b.lostCount {
		return fmt.Errorf("%d SACKed packets end before %d, counted %d", counted, b.lostHint, b.lostCount)
	}
	slices.Sort(listed)
	var got []uint32
	for s, before := q.first, slot(0); s != 0; before, s = s, q.in(s).next {
		if p := q.in(s); p.prev != before {
			return fmt.Errorf("slot %d follows %d and names %d", s, before, p.prev)
		}
		got = append(got, q.in(s).order)
		if len(got) > q.n {
			return fmt.Errorf("the list has a cycle")
		}
	}
	if !slices.Equal(got, listed) {
		return fmt.Errorf("the list by transmission is %v, want %v", got, listed)
	}
	return nil
}

// TestScansDecideAsFullScans puts an endpoint through random steps: writes, ACKs and SACK
// blocks (valid, invalid and duplicate), losses found by time and by count,
// retransmissions, timeouts, reneging and undo. A copy takes each step with full scans:
// marks, counts and segments must be the same.
func TestScansDecideAsFullScans(t *testing.T) {
	runs, steps := 100, 300
	if testing.Short() {
		runs = 20
	}
	done := map[string]int{}
	for seed := range runs {
		rng := rand.New(rand.NewPCG(uint64(seed), 3))
		cfg := DefaultConfig()
		cfg.HZ, cfg.RACK = 0, seed%3 > 0
		e := establishedEndpoint(t, &cfg)
		for step := range steps {
			name, apply := randomStep(rng, e)
			ref := cloned(e)
			waited, waitedRef := apply(e, false), apply(ref, true)
			if got, want := decided(e), decided(ref); waited != waitedRef || !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, step %d, %s: waits %v, want %v\ngot  %+v\nwant %+v",
					seed, step, name, waited, waitedRef, got, want)
			}
			if err := checkScans(e); err != nil {
				t.Fatalf("seed %d, step %d, %s: %v", seed, step, name, err)
			}
			e.out = e.out[:0]
			done[name]++
		}
	}
	for _, name := range []string{
		"write", "ACK", "SACK", "time", "count", "retransmit", "timeout", "renege", "undo", "probe",
	} {
		if done[name] < runs {
			t.Errorf("only %d steps of %s", done[name], name)
		}
	}
}

// establishedEndpoint returns a client whose handshake is done, with a window of 10 MB.
func establishedEndpoint(t *testing.T, cfg *Config) *Endpoint {
	t.Helper()
	e := &Endpoint{}
	e.Reset(cfg)
	e.Connect(0, 0)
	e.Receive(100*ms, 0, &Segment{
		Flags: SYN | ACK, Ack: 1, Window: 65535, MSS: 1460, WindowScale: 7,
		Options: OptMSS | OptSACKPermitted | OptTimestamps | OptWindowScale, TSEcr: 1, TSVal: 1,
	})
	e.sndWnd, e.maxWindow = 10<<20, 10<<20
	e.out = e.out[:0]
	if !e.established || !e.sack {
		t.Fatal("no handshake")
	}
	return e
}

// randomStep draws a step. It is applied with the endpoint's scans, or with full ones.
func randomStep(rng *rand.Rand, e *Endpoint) (name string, apply func(e *Endpoint, full bool) time.Duration) {
	e.now += time.Duration(rng.Int64N(int64(20 * ms)))
	n := e.queue.n
	draw := rng.IntN(100)
	cwnd := 1 + rng.IntN(2*n+10)
	switch {
	case n == 0 || draw < 20:
		bytes := 1 + rng.Int64N(40*int64(e.mss))
		if rng.IntN(3) == 0 {
			bytes = 1 + rng.Int64N(int64(e.mss)) // short packets collapse
		}
		tag := Tag(rng.Int32N(2))
		return "write", func(e *Endpoint, _ bool) time.Duration {
			e.win.cwnd = 1 << 20
			e.Write(e.now, tag, bytes)
			return 0
		}
	case draw < 30:
		p := e.queue.at(rng.IntN(min(n, 1+rng.IntN(n))))
		ack := p.end()
		if rng.IntN(8) == 0 {
			ack-- // in the middle of a packet
		}
		s := &Segment{Flags: ACK, Ack: max(ack, e.sndUna)}
		return "ACK", func(e *Endpoint, full bool) time.Duration {
			e.receiveScanned(s, full)
			return 0
		}
	case draw < 65:
		s := &Segment{Flags: ACK, Ack: e.sndUna, Blocks: uint8(1 + rng.IntN(maxBlocks))}
		for i := range s.SACK[:s.Blocks] {
			k := rng.IntN(n)
			last := min(k+rng.IntN(1+rng.IntN(n)), n-1)
			b := Block{e.queue.at(k).seq, e.queue.at(last).end()}
			switch rng.IntN(12) {
			case 0:
				b.Start++
			case 1:
				b.End--
			case 2:
				b = Block{e.sndUna - rng.Int64N(3000), e.sndUna} // a duplicate
			case 3:
				b.Start, b.End = b.End, b.Start
			}
			if i == 1 && rng.IntN(3) == 0 {
				s.SACK[0] = Block{b.Start, min(b.End, b.Start+int64(e.mss))} // within the second
			}
			s.SACK[i] = b
		}
		return "SACK", func(e *Endpoint, full bool) time.Duration {
			e.receiveScanned(s, full)
			return 0
		}
	case draw < 75:
		return "time", func(e *Endpoint, full bool) time.Duration {
			if full {
				return scanLossByTime(e)
			}
			return e.rackDetectLoss()
		}
	case draw < 82:
		begins := rng.IntN(4) == 0
		e.scoreboard.reordering = 1 + rng.IntN(5)
		return "count", func(e *Endpoint, full bool) time.Duration {
			if full {
				scanLossByCount(e, begins)
			} else {
				e.markLostByCount(begins)
			}
			return 0
		}
	case draw < 92:
		return "retransmit", func(e *Endpoint, full bool) time.Duration {
			e.win.cwnd = cwnd
			if full {
				scanRetransmissions(e, FastRetransmit)
			} else {
				e.xmitRetransmitQueue(FastRetransmit)
			}
			return 0
		}
	case draw < 96:
		name = "timeout"
		if e.queue.at(0).state&packetSACKed != 0 {
			name = "renege"
		}
		return name, func(e *Endpoint, full bool) time.Duration {
			if full {
				scanTimeout(e)
			} else {
				e.timeoutMarkLost()
			}
			e.retransmitPacket(0, RTO)
			return 0
		}
	case draw < 98:
		return "undo", func(e *Endpoint, _ bool) time.Duration {
			e.undoCwndReduction(true)
			return 0
		}
	default:
		return "probe", func(e *Endpoint, _ bool) time.Duration {
			e.retransmitSegment(e.queue.n-1, Probe)
			return 0
		}
	}
}

// receiveScanned processes an ACK up to the end of its scans.
func (e *Endpoint) receiveScanned(s *Segment, full bool) {
	a := ackSummary{priorUna: e.sndUna}
	priorFack := e.fack()
	e.sndUna = s.Ack
	if s.Blocks > 0 {
		if full {
			scanSACK(e, s, &a)
		} else {
			e.tagSACK(s, &a)
		}
	}
	e.cleanRtxQueue(s, &a, priorFack)
}
