package tcp

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

// soakCase makes the pipe ready for a connection drawn from a seed.
func soakCase(t *testing.T, p *pipe, seed uint64) {
	cfg, turns := drawCase(t, p, seed)
	p.reset(&cfg, turns)
}

// drawCase draws settings, an exchange and a lossy, perhaps reordering, path from a
// seed.
func drawCase(t *testing.T, p *pipe, seed uint64) (cfg Config, turns []turn) {
	rng := rand.New(rand.NewPCG(seed, 1))
	cfg = DefaultConfig()
	cfg.HZ = []int{0, 250, 1000}[rng.IntN(3)]
	cfg.ClockOffset = time.Duration(rng.Int64N(int64(time.Hour)))
	cfg.SACK = rng.IntN(4) > 0
	cfg.Timestamps = rng.IntN(4) > 0
	cfg.RACK = rng.IntN(4) > 0
	cfg.TailLossProbe = rng.IntN(4) > 0
	cfg.WindowScaling = rng.IntN(4) > 0
	cfg.Nagle = rng.IntN(4) == 0
	if rng.IntN(4) == 0 {
		cfg.ReceiveBuffer = 4096 << rng.IntN(4)
		cfg.MaxReceiveBuffer = cfg.ReceiveBuffer << rng.IntN(3)
	}
	cfg.InitialWindow = 1 + rng.IntN(12)
	if rng.IntN(2) == 0 {
		cfg.FastOpen = FastOpens()[rng.IntN(len(FastOpens()))]
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	for i := range 1 + rng.IntN(5) {
		tu := turn{side: i % 2}
		for range 1 + rng.IntN(4) {
			tu.writes = append(tu.writes, 1+rng.Int64N(1<<(4+rng.IntN(14))))
		}
		turns = append(turns, tu)
	}
	last := len(turns) - 1
	turns[last].writes = append(turns[last].writes, 0)
	turns = append(turns, turn{side: 1 - turns[last].side, writes: []int64{0}})

	p.loss = []float64{0, 0.01, 0.05, 0.1, 0.2, 0.4}[rng.IntN(6)]
	jitter := time.Duration(rng.IntN(3)) * 15 * time.Millisecond
	p.delay = [2]time.Duration{time.Duration(rng.Int64N(int64(100 * ms))), time.Duration(rng.Int64N(int64(100 * ms)))}
	p.think = time.Duration(rng.Int64N(int64(ms)))
	p.drop = func(int, int, *Segment) bool { return rng.Float64() < p.loss }
	p.jitter = nil
	if jitter > 0 {
		p.jitter = func(int, int) time.Duration { return time.Duration(rng.Int64N(int64(jitter))) }
	}
	return cfg, turns
}

// checkEndpoints checks the end of a run: all data has arrived in order, both endpoints are
// closed or timed out, the counters of both agree, and no timer is armed. It reports whether one
// timed out.
func checkEndpoints(t *testing.T, p *pipe, what string) (failed bool) {
	t.Helper()
	for side := range p.end {
		e, peer := &p.end[side], &p.end[1-side]
		st, other := e.Stats(), peer.Stats()
		if e.Deadline() != Never {
			t.Fatalf("%s: side %d in %v holds a timer", what, side, e.State())
		}
		failed = failed || e.Err() != nil
		if st.BytesDelivered > other.BytesSent || st.BytesAcked > other.BytesDelivered || st.BytesSent > p.written(side) {
			t.Fatalf("%s: side %d: %+v, peer %+v", what, side, st, other)
		}
		if st.SegmentsSent != int64(p.sent[side]) || st.SegmentsReceived > other.SegmentsSent {
			t.Fatalf("%s: side %d sent %d segments, counted %+v", what, side, p.sent[side], st)
		}
		if b := e.scoreboard; e.queue.n == 0 && (b.sackedOut != 0 || b.lostOut != 0 || b.retransOut != 0) {
			t.Fatalf("%s: side %d: empty queue with marks %+v", what, side, b)
		}
	}
	if failed {
		return true
	}
	for side := range p.end {
		e := &p.end[side]
		if e.Delivered() != p.got[side] || !e.PeerClosed() || e.Stats().BytesSent != p.got[1-side] {
			t.Fatalf("%s: side %d in %v delivered %d of %d", what, side, e.State(), e.Delivered(), p.got[side])
		}
		if s := e.State(); s != TimeWait && s != Closed {
			t.Fatalf("%s: side %d ends in %v", what, side, s)
		}
	}
	return false
}

func (p *pipe) written(side int) int64 { return p.end[side].dataEnd - 1 }

// TestRandomLossSoak runs many random connections over random paths.
func TestRandomLossSoak(t *testing.T) {
	runs := 4000
	if testing.Short() {
		runs = 400
	}
	p := &pipe{}
	failures := map[float64]int{}
	for seed := range runs {
		soakCase(t, p, uint64(seed))
		p.arrived = func(p *pipe, side int, _ *Segment) { p.checkMarks(t, seed) }
		p.run(6 * time.Hour)
		if checkEndpoints(t, p, fmt.Sprintf("seed %d", seed)) {
			failures[p.loss]++
		}
	}
	// A sixth of the runs loses 40 %: Linux fails some of them, too.
	for loss, most := range map[float64]int{0: 0, 0.01: 0, 0.05: 0, 0.1: 0, 0.2: runs / 200, 0.4: runs / 12} {
		if failures[loss] > most {
			t.Errorf("loss %v: %d connections failed, at most %d expected", loss, failures[loss], most)
		}
	}
}

// TestMarkedAndPacedSoak runs random connections with each congestion control, with ECN and pacing,
// at random, over links that mark packets.
func TestMarkedAndPacedSoak(t *testing.T) {
	runs := 2000
	if testing.Short() {
		runs = 200
	}
	p := &pipe{}
	echoes, paced := 0, 0
	controls := CongestionControls()
	for seed := range runs {
		cfg, turns := drawCase(t, p, uint64(seed))
		rng := rand.New(rand.NewPCG(uint64(seed), 2))
		p.reset(&cfg, turns)
		for side := range p.end {
			own := cfg
			own.ECN, own.Pacing = []int{0, 1, 1, 2}[rng.IntN(4)], rng.IntN(2) == 0
			own.CongestionControl = controls[rng.IntN(len(controls))]
			p.end[side].Reset(&own)
		}
		p.mark = func(int, int, *Segment) bool { return rng.IntN(20) == 0 }
		p.trace = func(_ *pipe, _ int, s *Segment, _ bool) {
			if s.Flags&(ECE|SYN) == ECE {
				echoes++
			}
			if s.Paced {
				paced++
			}
		}
		p.arrived = func(p *pipe, side int, _ *Segment) { p.checkMarks(t, seed) }
		p.run(24 * time.Hour)
		if checkEndpoints(t, p, fmt.Sprintf("seed %d", seed)) && p.loss < 0.2 {
			t.Errorf("seed %d: a connection failed at a loss of %v", seed, p.loss)
		}
	}
	if echoes < runs || paced < runs {
		t.Errorf("%d segments with ECE, %d paced", echoes, paced)
	}
}

// checkMarks counts the marks of the queue and compares them with the scoreboard.
func (p *pipe) checkMarks(t *testing.T, seed int) {
	for side := range p.end {
		e := &p.end[side]
		var b scoreboard
		for i := range e.queue.n {
			q := e.queue.at(i)
			if q.state&packetSACKed != 0 {
				b.sackedOut++
			}
			if q.state&packetLost != 0 {
				b.lostOut++
			}
			if q.state&packetRetransInFlight != 0 {
				b.retransOut++
			}
			if i > 0 && e.queue.at(i-1).end() != q.seq {
				t.Fatalf("seed %d: packets %d and %d do not join", seed, i-1, i)
			}
		}
		if e.sack && b.sackedOut != e.scoreboard.sackedOut || b.lostOut != e.scoreboard.lostOut || b.retransOut != e.scoreboard.retransOut {
			t.Fatalf("seed %d side %d at %v: counted %d SACKed, %d lost, %d resent; kept %d, %d, %d", seed, side, p.now,
				b.sackedOut, b.lostOut, b.retransOut, e.scoreboard.sackedOut, e.scoreboard.lostOut, e.scoreboard.retransOut)
		}
		if err := checkScans(e); err != nil {
			t.Fatalf("seed %d side %d at %v: %v", seed, side, p.now, err)
		}
		if e.queue.n > 0 && (e.queue.at(0).end() <= e.sndUna || e.queue.at(e.queue.n-1).end() != e.sndNxt) {
			t.Fatalf("seed %d side %d: the queue does not end at the next offset", seed, side)
		}
	}
}

// TestResetForgetsEverything: an endpoint that has been used sends the same segments as a new
// one, and Reset keeps nothing but memory.
func TestResetForgetsEverything(t *testing.T) {
	record := func(p *pipe, seed uint64) string {
		var b strings.Builder
		soakCase(t, p, seed)
		p.trace = func(p *pipe, side int, s *Segment, lost bool) {
			fmt.Fprintf(&b, "%v %d %+v %v\n", p.now, side, *s, lost)
		}
		p.run(6 * time.Hour)
		return b.String()
	}
	used := &pipe{}
	for seed := range uint64(200) {
		if got, want := record(used, seed), record(&pipe{}, seed); got != want {
			t.Fatalf("seed %d: a used endpoint sends other segments than a new one", seed)
		}
	}
	cfg := DefaultConfig()
	var fresh Endpoint
	for side := range used.end {
		e := &used.end[side]
		e.Reset(&cfg)
		fresh.Reset(&cfg)
		fresh.out, fresh.queue.ring, fresh.writes.ring, fresh.reasm.ranges = e.out, e.queue.ring, e.writes.ring, e.reasm.ranges
		if !reflect.DeepEqual(e, &fresh) {
			t.Errorf("side %d keeps more than memory through Reset", side)
		}
	}
}

// TestASecondConnectionAllocatesNothing: from the second connection on nothing is allocated, with
// loss or without.
func TestASecondConnectionAllocatesNothing(t *testing.T) {
	cfg := DefaultConfig()
	turns := parseTurns(t, "C 256 | S 2014 | C 64 122 | S 100022 | C 24 close | S close")
	for _, every := range []int{0, 10} {
		p := newPipe(&cfg, 100*ms, turns)
		p.drop = func(side, n int, _ *Segment) bool { return every > 0 && n%every == every-1 }
		run := func() {
			p.reset(&cfg, turns)
			p.run(time.Hour)
		}
		run()
		if n := testing.AllocsPerRun(20, run); n != 0 {
			t.Errorf("losing one packet of %d: %v allocations a connection", every, n)
		}
	}
}

// FuzzReceive gives an endpoint arbitrary segments in every state, between the events of an
// ordinary connection. No segment may cause a panic or an endless loop.
func FuzzReceive(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
	f.Add([]byte("a peer that knows what it does: \x02\x10\x01\x00\xff\x7f"))
	f.Fuzz(func(t *testing.T, data []byte) {
		next := func() int64 {
			if len(data) == 0 {
				return 0
			}
			b := data[0]
			data = data[1:]
			return int64(b)
		}
		cfg := DefaultConfig()
		cfg.SACK, cfg.Timestamps = next()&1 == 0, next()&1 == 0
		p := newPipe(&cfg, 10*ms, parseTurns(t, "C 256 | S 20000 | C 64 | S 20000 close | C close"))
		p.end[server].Listen()
		p.end[client].Connect(0, p.tag())
		p.flush(client)
		for steps := 0; len(data) > 0 && steps < 3000; steps++ {
			for range next() & 7 {
				p.step(time.Hour)
			}
			side := int(next() & 1)
			e, peer := &p.end[side], &p.end[1-side]
			near := func(v int64) int64 {
				switch d := next(); {
				case d == 255:
					return next()<<55 - next()<<48
				case d > 200:
					return v + (d-228)*1448
				default:
					return v + d - 100
				}
			}
			s := Segment{
				Flags: Flags(next()), Options: Options(next()), Blocks: uint8(next()), WindowScale: uint8(next()),
				Seq: near(e.rcvNxt), Ack: near(e.sndUna), Window: near(0), Len: int32(near(1448)), MSS: int32(near(1460)),
				TSVal: near(p.now.Milliseconds()), TSEcr: near(p.now.Milliseconds()),
			}
			for i := range s.SACK {
				s.SACK[i].Start = near(e.sndUna)
				s.SACK[i].End = near(s.SACK[i].Start + 1448)
			}
			_ = s.Size()
			_ = peer
			e.Receive(p.now, p.tag(), &s)
			p.flush(side)
			p.advance(side)
		}
		for range 3000 {
			if !p.step(p.now + 24*time.Hour) {
				break
			}
		}
	})
}
