package netem

import (
	"math"
	"slices"
	"testing"
	"time"
)

// A burstAt is a burst of packets of 1500 bytes.
type burstAt struct {
	at      time.Duration
	packets int
}

// offerBursts offers bursts to a link and returns the arrivals of all packets.
func offerBursts(l *Link, bursts ...burstAt) (at []time.Duration) {
	id := uint32(0)
	for i, b := range bursts {
		for range b.packets {
			l.Enqueue(b.at, Packet{Size: 1500, Burst: uint32(i), ID: id})
			id++
		}
	}
	for _, d := range l.Dequeue(Never-1, nil) {
		at = append(at, d.At)
	}
	return at
}

// The instants follow by hand from netem_enqueue(): 1500 bytes take 1 ms.
func TestTCComputesTheTimeToSendAsTheKernel(t *testing.T) {
	for _, tt := range []struct {
		line   string
		bursts []burstAt
		want   []time.Duration
	}{
		{"delay 10ms", []burstAt{{0, 1}, {3 * ms, 2}}, []time.Duration{10 * ms, 13 * ms, 13 * ms}},
		// The first: 10 + 1. The second waits for the last in the queue: 11 + 1.
		{"delay 10ms rate 12mbit", []burstAt{{0, 1}, {0, 1}}, []time.Duration{11 * ms, 12 * ms}},
		// The delay ends at 15 ms, after the last unit has left at 11 ms.
		{"delay 10ms rate 12mbit", []burstAt{{0, 1}, {5 * ms, 1}}, []time.Duration{11 * ms, 16 * ms}},
		// The queue is empty at 11 ms: there is no last unit.
		{"delay 10ms rate 12mbit", []burstAt{{0, 1}, {11 * ms, 1}}, []time.Duration{11 * ms, 22 * ms}},
		// A burst has its own bytes once, all at its end.
		{"delay 10ms rate 12mbit", []burstAt{{0, 3}, {0, 1}}, []time.Duration{13 * ms, 13 * ms, 13 * ms, 14 * ms}},
		{"delay 10ms rate 12mbit loss_unit packet", []burstAt{{0, 3}}, []time.Duration{11 * ms, 12 * ms, 13 * ms}},
		// A packet's overhead counts once for a burst.
		{"rate 12mbit 150", []burstAt{{0, 2}}, []time.Duration{2100 * us, 2100 * us}},
		// A copy goes first, then the packet itself.
		{"delay 10ms rate 12mbit duplicate 100%", []burstAt{{0, 2}},
			[]time.Duration{12 * ms, 12 * ms, 14 * ms, 14 * ms}},
		// Every third is put at the head of the queue with no delay.
		{"delay 10ms rate 12mbit reorder 100% gap 3", []burstAt{{0, 1}, {ms, 1}, {2 * ms, 1}, {3 * ms, 1}},
			[]time.Duration{2 * ms, 11 * ms, 12 * ms, 14 * ms}},
	} {
		if got := offerBursts(New(mustParse(t, "semantics tc "+tt.line), 1), tt.bursts...); !slices.Equal(got, tt.want) {
			t.Errorf("%s, %v: arrivals %v, want %v", tt.line, tt.bursts, got, tt.want)
		}
	}
}

func TestTCLimitCountsThePacketsInFlight(t *testing.T) {
	l := New(mustParse(t, "semantics tc delay 100ms limit 2"), 1)
	// Two bursts are in flight until 100 ms. The one that comes as they leave finds room.
	got := offerBursts(l, burstAt{0, 3}, burstAt{0, 1}, burstAt{0, 2}, burstAt{99 * ms, 1}, burstAt{100 * ms, 1})
	if want := []time.Duration{100 * ms, 100 * ms, 100 * ms, 100 * ms, 200 * ms}; !slices.Equal(got, want) {
		t.Errorf("arrivals %v, want %v", got, want)
	}
	if s := l.Stats(); s.Dropped[ByLimit] != 3 {
		t.Errorf("stats %+v, want 3 dropped by the limit", s)
	}
	// The copy of a duplicated packet takes the last place, also at the head of the queue.
	for _, line := range []string{"duplicate 100% limit 1", "duplicate 100% reorder 100% limit 1"} {
		l = New(mustParse(t, "semantics tc delay 100ms "+line), 1)
		if got := offerBursts(l, burstAt{0, 1}); len(got) != 1 || l.Stats().Dropped[ByLimit] != 1 {
			t.Errorf("%s: arrivals %v, stats %+v; want one packet", line, got, l.Stats())
		}
	}
}

func TestTCWithARateNeverReorders(t *testing.T) {
	// The time to send of a packet is never before that of the last one in the queue.
	for line, reorders := range map[string]bool{
		"semantics tc delay 20ms 10ms":             true,
		"semantics tc delay 20ms 10ms rate 10gbit": false,
		"delay 20ms 10ms rate 10gbit":              true, // semantics router
	} {
		l := New(mustParse(t, line), 1)
		for i := range uint32(500) {
			l.Enqueue(time.Duration(i)*ms/10, Packet{Size: 100, ID: i, Burst: i})
		}
		got := l.Dequeue(Never-1, nil)
		inOrder := slices.IsSortedFunc(got, func(a, b Delivery) int { return int(a.ID) - int(b.ID) })
		if inOrder == reorders {
			t.Errorf("%s: in order: %v", line, inOrder)
		}
	}
}

func TestALossTakesAWholeBurst(t *testing.T) {
	for _, line := range []string{"loss 30% loss_unit burst", "semantics tc loss 30%", "semantics tc loss gemodel 20% 50%", "drops 3,5 loss_unit burst"} {
		lostOf := func(packets int) (lost []bool) {
			l := New(mustParse(t, line), 5)
			for i := range uint32(300) {
				for range packets {
					l.Enqueue(time.Duration(i)*ms, Packet{Size: 1500, Burst: i, ID: i})
				}
			}
			l.Dequeue(Never-1, nil)
			dropped := make([]int, 300)
			for _, e := range l.Events() {
				dropped[e.ID]++
			}
			for i, n := range dropped {
				if n != 0 && n != packets {
					t.Fatalf("%s: %d of %d packets of burst %d lost", line, n, packets, i)
				}
				lost = append(lost, n > 0)
			}
			return lost
		}
		one := lostOf(1)
		if n := count(one); n == 0 || !slices.Equal(one, lostOf(10)) {
			t.Errorf("%s: the length of bursts changes which are lost (%d of 300)", line, n)
		}
		if line == "drops 3,5 loss_unit burst" && (count(one) != 2 || !one[2] || !one[4]) {
			t.Errorf("the drop list does not count bursts: %v", one[:6])
		}
	}
	if got := offerBursts(New(mustParse(t, "loss 50%"), 1), burstAt{0, 1000}); len(got) < 400 || len(got) > 600 {
		t.Errorf("loss per packet takes %d of 1000 packets of a burst", 1000-len(got))
	}
}

func TestACorruptedBurstIsCut(t *testing.T) {
	// netem_segment(): the first packet is corrupted, the others are enqueued again, each for
	// itself. With 100 % each of these is corrupted too.
	l := New(mustParse(t, "semantics tc delay 10ms rate 12mbit corrupt 100%"), 1)
	offerBursts(l, burstAt{0, 3})
	var at []time.Duration
	for _, e := range l.Events() {
		if e.Reason != ByCorruption {
			t.Errorf("event %+v", e)
		}
		at = append(at, e.At)
	}
	if want := []time.Duration{11 * ms, 12 * ms, 13 * ms}; !slices.Equal(at, want) {
		t.Errorf("dropped at %v, want %v", at, want)
	}
}

func TestTCDoesNotDependOnWhenDequeueIsCalled(t *testing.T) {
	for _, line := range []string{
		"semantics tc delay 20ms 15ms 20% loss 5% duplicate 5% corrupt 5% reorder 5% limit 30",
		"semantics tc delay 20ms 15ms distribution pareto loss state 2% 20% ecn rate 5mbit 14 limit 20",
		"semantics tc delay 1ms 1ms duplicate 10% rate 20mbit loss_unit packet",
		"semantics tc delay 20ms 10ms loss 3% slot 1ms 4ms packets 5",
		"delay 20ms 10ms slot 1ms 4ms bytes 2000",
		"delay 20ms 10ms slot distribution normal 3ms 1ms packets 3 rate 20mbit queue fq_codel",
	} {
		run := func(often bool) (got []Delivery) {
			l := New(mustParse(t, line), 9)
			for i := range uint32(600) {
				now := time.Duration(i/3) * ms
				for often && l.Next() < now {
					got = l.Dequeue(l.Next(), got)
				}
				l.Enqueue(now, Packet{Size: 700, Burst: i / 3, ID: i, ECN: ECT0})
			}
			return l.Dequeue(Never-1, got)
		}
		often, once := run(true), run(false)
		if !slices.Equal(often, once) || len(once) < 150 {
			t.Errorf("%s: %d deliveries, and %d if Dequeue is called at each Next", line, len(once), len(often))
		}
		for _, d := range once {
			if d.At < d.Sent || d.Queued < 0 || d.Serialised < 0 || d.Propagation() < 0 {
				t.Fatalf("%s: %+v", line, d)
			}
		}
	}
}

// delayCorrelation is the correlation of the delays of neighbouring packets.
func delayCorrelation(t *testing.T, line string) float64 {
	const n = 50_000
	l := New(mustParse(t, line), 1)
	delays := make([]float64, n)
	for i := range uint32(n) {
		l.Enqueue(time.Duration(i)*time.Second, Packet{ID: i, Burst: i})
	}
	for _, d := range l.Dequeue(Never-1, nil) {
		delays[d.ID] = float64(d.At - d.Sent - 100*ms)
	}
	var products, squares float64
	for i := 1; i < n; i++ {
		products += delays[i] * delays[i-1]
		squares += delays[i] * delays[i]
	}
	return products / squares
}

func TestTheKernelLosesTheCorrelationOfDelays(t *testing.T) {
	const line = "delay 100ms 10ms 80%"
	if got := delayCorrelation(t, line); math.Abs(got-0.8) > 0.02 {
		t.Errorf("correlation %.3f, want 0.8", got)
	}
	// tabledist() takes the remainder of the number by 20,000,000.
	if got := delayCorrelation(t, "semantics tc "+line); math.Abs(got) > 0.02 {
		t.Errorf("tc: correlation %.3f, want 0", got)
	}
}
