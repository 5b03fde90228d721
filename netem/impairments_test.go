package netem

import (
	"math"
	"slices"
	"testing"
	"time"
)

// offered sends n packets of 1500 bytes, one each millisecond, and returns the IDs of those that
// arrive, in order, and all events.
func offered(t *testing.T, line string, n int, ecn ECN) (arrived []uint32, events []Event) {
	t.Helper()
	l := New(mustParse(t, line), 7)
	for i := range n {
		l.Enqueue(time.Duration(i)*ms, Packet{Size: 1500, ID: uint32(i), ECN: ecn})
		events = append(events, l.Events()...)
	}
	for _, d := range l.Dequeue(Never-1, nil) {
		arrived = append(arrived, d.ID)
	}
	events = append(events, l.Events()...)
	if s := l.Stats(); s.Offered+s.Copied != s.Delivered+s.InFlight+total(s.Dropped) || s.InFlight != 0 {
		t.Errorf("%q: stats %+v do not add up", line, s)
	}
	return arrived, events
}

func total(dropped [NumDropReasons]uint64) (n uint64) {
	for _, k := range dropped {
		n += k
	}
	return n
}

func TestFourStateLossMovesAsInTheKernel(t *testing.T) {
	// Every transition is certain, so the outcomes follow from loss_4state() by hand.
	for line, want := range map[string]string{
		"loss state 100% 100%":              "x.x.x.x.", // 1→3, 3→1
		"loss state 100% 0%":                "xxxxxxxx", // stays in 3
		"loss state 100% 0% 100% 100%":      "x.x.x.x.", // 1→3, 3→2, 2→3
		"loss state 100% 0% 100% 0%":        "x.......", // stays in 2
		"loss state 0% 100% 0% 100% 100%":   "x.x.x.x.", // 1→4, 4→1
		"loss state 0% 100% 100% 100%":      "",         // refused: both leave state 3
		"loss state 0%":                     "........",
		"loss state 100% 100% 0% 100% 0.0%": "x.x.x.x.",
	} {
		cfg, err := ParseTC(line)
		if want == "" {
			if err == nil {
				t.Errorf("%q is accepted", line)
			}
			continue
		}
		got := ""
		for _, lost := range outcomes(cfg, 1, 8) {
			got += map[bool]string{true: "x", false: "."}[lost]
		}
		if got != want {
			t.Errorf("%q: %s, want %s", line, got, want)
		}
	}
}

func TestFourStateLossHasTheLossOfItsStationaryChain(t *testing.T) {
	const n = 400_000
	for _, line := range []string{
		"loss state 2%", // p31 is 98 %: Bernoulli
		"loss state 1% 20%", "loss state 2% 10% 10% 30%", "loss state 1% 20% 5% 50% 1%",
	} {
		cfg := mustParse(t, line)
		// The flows balance: π1·p13 = π3·p31, π2·p23 = π3·p32, π4 = π1·p14.
		s := cfg.LossState
		w3 := s.P13 / s.P31
		w2, w4 := w3*s.P32/s.P23, s.P14
		want := (w3 + w4) / (1 + w2 + w3 + w4)
		got := float64(count(outcomes(cfg, 5, n))) / n
		if sd := math.Sqrt(want / n * 4 / s.P31); math.Abs(got-want) > 4*sd {
			t.Errorf("%q: loss %.4f, want %.4f", line, got, want)
		}
	}
}

func TestDuplicatesArriveTwice(t *testing.T) {
	arrived, events := offered(t, "delay 5ms duplicate 100%", 3, NotECT)
	if want := []uint32{0, 0, 1, 1, 2, 2}; !slices.Equal(arrived, want) {
		t.Errorf("arrived %v, want %v", arrived, want)
	}
	if len(events) != 3 || events[0].Kind != Copied {
		t.Errorf("events %+v, want three copies", events)
	}
	arrived, _ = offered(t, "duplicate 10%", 10_000, NotECT)
	if n := len(arrived); math.Abs(float64(n)-11_000) > 120 { // 4 standard deviations
		t.Errorf("%d packets arrived of 10000 with 10 %% duplicated", n)
	}
}

func TestAPacketBothDuplicatedAndLostPassesOnce(t *testing.T) {
	// netem_enqueue() counts: one, plus one, less one.
	arrived, events := offered(t, "loss 100% duplicate 100%", 3, NotECT)
	if want := []uint32{0, 1, 2}; !slices.Equal(arrived, want) || len(events) != 0 {
		t.Errorf("arrived %v, want %v; events %+v", arrived, want, events)
	}
	// A copy may be lost too: ½·1 + ½·(1 + ½) packets arrive for each.
	arrived, _ = offered(t, "loss 50% duplicate 100%", 10_000, NotECT)
	if n := len(arrived); math.Abs(float64(n)-12_500) > 200 {
		t.Errorf("%d packets arrived, want about 12500", n)
	}
}

func TestACorruptedPacketUsesTheLinkAndIsDroppedAtItsEnd(t *testing.T) {
	l := New(mustParse(t, "delay 5ms corrupt 100% rate 12mbit"), 1)
	send(l, 0, 1500, 1500)
	if at := l.Next(); at != 6*ms {
		t.Errorf("the first packet reaches the end at %v, want 6 ms", at)
	}
	if got := l.Dequeue(time.Second, nil); len(got) != 0 {
		t.Errorf("arrived %+v", got)
	}
	want := []Event{{Packet{Size: 1500}, 6 * ms, Dropped, ByCorruption, AtArrival},
		{Packet{Size: 1500, ID: 1}, 7 * ms, Dropped, ByCorruption, AtArrival}}
	if got := l.Events(); !slices.Equal(got, want) {
		t.Errorf("events %+v, want %+v", got, want)
	}
	arrived, events := offered(t, "corrupt 10%", 10_000, NotECT)
	if len(arrived)+len(events) != 10_000 || math.Abs(float64(len(events))-1000) > 120 {
		t.Errorf("%d of 10000 packets corrupted at 10 %%", len(events))
	}
}

func TestECNMarksInPlaceOfLoss(t *testing.T) {
	for _, tt := range []struct {
		ecn, arrives ECN
		marked       uint64
	}{{ECT0, CE, 1}, {ECT1, CE, 1}, {CE, CE, 0}} {
		l := New(mustParse(t, "loss 100% ecn"), 1)
		l.Enqueue(0, Packet{Size: 100, ECN: tt.ecn})
		got := l.Dequeue(0, nil)
		if len(got) != 1 || got[0].ECN != tt.arrives || l.Stats().Marked != tt.marked {
			t.Errorf("%v: arrived %+v, stats %+v; want one with %v", tt.ecn, got, l.Stats(), tt.arrives)
		}
	}
	if arrived, events := offered(t, "loss 100% ecn", 1, NotECT); len(arrived) != 0 || events[0].Reason != ByLoss {
		t.Errorf("Not-ECT: arrived %v, events %+v", arrived, events)
	}
}

func TestReorderingByGapTakesEveryNthPacket(t *testing.T) {
	// tc-netem(8): with "gap 5" every fifth packet is sent immediately, the others after 10 ms.
	l := New(mustParse(t, "delay 10ms reorder 100% gap 5"), 1)
	for i := range uint32(20) {
		l.Enqueue(0, Packet{Size: 100, ID: i})
	}
	for _, d := range l.Dequeue(0, nil) {
		if d.ID%5 != 4 {
			t.Errorf("packet %d is sent immediately", d.ID)
		}
	}
	if s := l.Stats(); s.Delivered != 4 {
		t.Errorf("%d packets are sent immediately, want 4", s.Delivered)
	}
}

func TestReorderingByChance(t *testing.T) {
	for line, want := range map[string]float64{
		"delay 10ms reorder 25%": 2500,
		// A cycle is one packet that overtakes, 4 in the gap, and ¾/¼ = 3 more on average.
		"delay 10ms reorder 25% gap 5": 10_000.0 / 8,
	} {
		l := New(mustParse(t, line), 1)
		for range 10_000 {
			l.Enqueue(0, Packet{Size: 100})
		}
		if got := float64(len(l.Dequeue(0, nil))); math.Abs(got-want) > 4*math.Sqrt(want) {
			t.Errorf("%s: %v of 10000 packets sent immediately, want about %v", line, got, want)
		}
	}
}

func TestFramingIsThatOfTheLinkLayer(t *testing.T) {
	for _, tt := range []struct {
		f          Overhead
		size, want int32
	}{
		{Overhead{}, 1500, 1500},
		{Overhead{Packet: 14}, 1500, 1514},
		{Overhead{Packet: -14}, 1514, 1500},
		{Overhead{Packet: -100}, 40, 0},
		{Overhead{0, 48, 5}, 50, 106}, // the example of tc-netem(8)
		{Overhead{0, 48, 5}, 48, 53},
		{Overhead{20, 100, 5}, 1500, 1680}, // 1520 bytes in 16 cells of 105
		{Overhead{0, 100, -5}, 100, 95},
	} {
		if got := tt.f.size(tt.size); got != tt.want {
			t.Errorf("%+v: %d bytes take %d, want %d", tt.f, tt.size, got, tt.want)
		}
	}
	for _, l := range []*Link{
		New(mustParse(t, "rate 12mbit 20 100 5"), 1),
		NewQdisc(mustParse(t, "rate 12mbit 20 100 5"), NewDropTail(0), 1),
	} {
		send(l, 0, 1500)
		if at := drain(t, l)[0].At; at != 1120*us { // 1680 bytes
			t.Errorf("arrived at %v, want 1.12 ms", at)
		}
	}
}

func TestImpairmentsAreTheSameBeforeAnyQueue(t *testing.T) {
	for _, line := range []string{
		"delay 20ms 5ms 25% loss 5% 10% duplicate 5% corrupt 5% reorder 10% gap 2 rate 10mbit 14",
		"delay 20ms loss state 2% 20% 5% 50% 1% ecn duplicate 5% 5% rate 10mbit",
	} {
		run := func(l *Link) []Delivery {
			for i := range 500 {
				l.Enqueue(time.Duration(i)*ms, Packet{Size: 700, ID: uint32(i), ECN: ECN(i % 3)})
			}
			return l.Dequeue(Never-1, nil)
		}
		cfg := mustParse(t, line)
		a, b := run(New(cfg, 3)), run(NewQdisc(cfg, NewDropTail(0), 3))
		if !slices.Equal(a, b) || len(a) == 0 {
			t.Errorf("%q: drop-tail as a discipline differs from the short way", line)
		}
	}
}

func TestImpairedLinksAllocateNothingOnceWarm(t *testing.T) {
	for _, line := range []string{
		"delay 20ms 10ms 25% loss 1% 5% ecn duplicate 1% corrupt 1% reorder 1% rate 100mbit 14 48 5 limit 50",
		"semantics tc delay 20ms 10ms loss 1% duplicate 1% corrupt 1% reorder 1% rate 100mbit 14 limit 50",
		"loss 1% loss_unit burst",
	} {
		l := New(mustParse(t, line), 1)
		buf := make([]Delivery, 0, 64)
		now := time.Duration(0)
		load := func() {
			for range 1000 {
				now += 100 * us
				l.Enqueue(now, Packet{Size: 1500})
				l.Events()
				buf = l.Dequeue(now, buf[:0])
				l.Events()
			}
		}
		load()
		if n := testing.AllocsPerRun(10, load); n != 0 {
			t.Errorf("%q: %v allocations for 1000 packets", line, n)
		}
	}
}
