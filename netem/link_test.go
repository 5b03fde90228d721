package netem

import (
	"fmt"
	"hash/fnv"
	"slices"
	"testing"
	"time"
)

const (
	us = time.Microsecond
	ms = time.Millisecond
)

// mustParse is ParseTC for lines without errors.
func mustParse(t testing.TB, line string) Config {
	t.Helper()
	cfg, err := ParseTC(line)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// send offers packets of the given sizes in bytes, all at the same instant, and reports which of
// them the link did not drop at once.
func send(l *Link, now time.Duration, sizes ...int32) (accepted []bool) {
	for i, size := range sizes {
		l.Enqueue(now, Packet{Size: size, ID: uint32(i)})
		accepted = append(accepted, len(l.Events()) == 0)
	}
	return accepted
}

// drain dequeues all packets under way, each at the instant that Next returns.
func drain(t testing.TB, l *Link) (all []Delivery) {
	t.Helper()
	for l.Next() != Never {
		now, n := l.Next(), len(all)
		all = l.Dequeue(now, all)
		if len(all) == n {
			t.Fatalf("nothing arrived at %v, the instant of Next", now)
		}
		for _, d := range all[n:] {
			if d.At != now {
				t.Fatalf("packet %d arrived at %v, Next returned %v", d.ID, d.At, now)
			}
		}
	}
	return all
}

func TestPacketsArriveAfterQueueSerialisationAndDelay(t *testing.T) {
	type times struct{ at, queued, serialised time.Duration }
	for _, tt := range []struct {
		link  string
		now   time.Duration
		sizes []int32
		want  []times
	}{
		{"", 7 * ms, []int32{1500, 40}, []times{{7 * ms, 0, 0}, {7 * ms, 0, 0}}},
		{"delay 25ms", 7 * ms, []int32{1500}, []times{{32 * ms, 0, 0}}},
		{"rate 12mbit", 0, []int32{1500}, []times{{ms, 0, ms}}},
		{"delay 5ms rate 12mbit", 0, []int32{1500, 750, 1500}, []times{
			{6 * ms, 0, ms}, {6500 * us, ms, 500 * us}, {7500 * us, 1500 * us, ms}}},
		{"rate 1gbit", 0, []int32{1500, 40},
			[]times{{12 * us, 0, 12 * us}, {12320, 12 * us, 320}}},
		{"rate 3mbit", 0, []int32{1}, []times{{2666, 0, 2666}}}, // 8 bit / 3 Mbit/s = 2666.67 ns
		{"rate 100bit", 0, []int32{1 << 30}, []times{{85899345920 * ms, 0, 85899345920 * ms}}},
	} {
		l := New(mustParse(t, tt.link), 1)
		send(l, tt.now, tt.sizes...)
		got := l.Dequeue(Never-1, nil)
		if len(got) != len(tt.want) {
			t.Errorf("%q: %d packets arrived, want %d", tt.link, len(got), len(tt.want))
			continue
		}
		for i, d := range got {
			if (times{d.At, d.Queued, d.Serialised}) != tt.want[i] || d.Sent != tt.now {
				t.Errorf("%q: packet %d: %+v, want %+v", tt.link, i, d, tt.want[i])
			}
		}
	}
}

func TestAnIdleLinkServesAtOnce(t *testing.T) {
	l := New(mustParse(t, "rate 12mbit"), 1)
	send(l, 0, 1500)
	send(l, ms, 1500) // as the first one leaves
	send(l, 5*ms, 1500)
	for _, d := range drain(t, l) {
		if d.Queued != 0 {
			t.Errorf("packet sent at %v waited %v on an idle link", d.Sent, d.Queued)
		}
	}
}

func TestQueueDropsTheTail(t *testing.T) {
	// 1 ms a packet; three may wait or be in service. Those on the delay line do not count.
	l := New(mustParse(t, "delay 100ms rate 12mbit limit 3"), 1)
	full := []int32{1500, 1500, 1500, 1500, 1500}
	if got, want := send(l, 0, full...), []bool{true, true, true, false, false}; !slices.Equal(got, want) {
		t.Errorf("into the empty queue: accepted %v, want %v", got, want)
	}
	if got, want := send(l, ms-1, full[:1]...), []bool{false}; !slices.Equal(got, want) {
		t.Errorf("before the first has left: accepted %v, want %v", got, want)
	}
	if got, want := send(l, 2*ms, full[:3]...), []bool{true, true, false}; !slices.Equal(got, want) {
		t.Errorf("as the second leaves: accepted %v, want %v", got, want)
	}
	if got := l.Stats(); got.Dropped[ByLimit] != 4 || got.InFlight != 5 {
		t.Errorf("stats %+v, want 4 dropped by the limit and 5 in flight", got)
	}
}

func TestLimitNeedsARate(t *testing.T) {
	l := New(mustParse(t, "delay 100ms limit 1"), 1)
	if got := send(l, 0, 1500, 1500, 1500); slices.Contains(got, false) {
		t.Errorf("packets in flight filled the queue: accepted %v", got)
	}
}

func TestDropListDropsByOrdinal(t *testing.T) {
	l := New(Config{Drops: []int{5, 2, 2}}, 1)
	for range 2 { // Reset starts the list again
		got := send(l, 0, 40, 40, 40, 40, 40, 40)
		if want := []bool{true, false, true, true, false, true}; !slices.Equal(got, want) {
			t.Errorf("accepted %v, want %v", got, want)
		}
		if l.Stats().Dropped[ByDropList] != 2 {
			t.Errorf("stats %+v, want 2 dropped by the list", l.Stats())
		}
		l.Reset(2)
	}
}

func TestDequeueIsInOrderOfArrival(t *testing.T) {
	for _, tt := range []struct {
		link    string
		reorder bool
	}{
		{"delay 20ms", false},
		{"delay 20ms 10ms", true},
		{"delay 20ms 10ms distribution pareto", true},
		{"delay 20ms 10ms ordered", false},
		{"delay 20ms 10ms rate 1mbit", true},
	} {
		l := New(mustParse(t, tt.link), 4)
		for i := range 1000 {
			l.Enqueue(time.Duration(i)*ms, Packet{Size: 40, ID: uint32(i)})
		}
		got := drain(t, l)
		if len(got) != 1000 {
			t.Fatalf("%q: %d packets arrived", tt.link, len(got))
		}
		if !slices.IsSortedFunc(got, func(a, b Delivery) int { return int(a.At - b.At) }) {
			t.Errorf("%q: not in order of arrival", tt.link)
		}
		inOrder := slices.IsSortedFunc(got, func(a, b Delivery) int { return int(a.ID) - int(b.ID) })
		if inOrder == tt.reorder {
			t.Errorf("%q: packets in the order sent: %v", tt.link, inOrder)
		}
	}
}

func TestPacketsThatArriveTogetherKeepTheirOrder(t *testing.T) {
	// The spread is one nanosecond either way, so that most packets share an instant with others.
	l := New(Config{Delay: ms, Jitter: 1}, 3)
	send(l, 0, make([]int32, 100)...)
	got := drain(t, l)
	for i := 1; i < len(got); i++ {
		if got[i].At == got[i-1].At && got[i].ID < got[i-1].ID {
			t.Fatalf("packet %d before %d at %v", got[i-1].ID, got[i].ID, got[i].At)
		}
	}
}

func TestOrderedLinkHoldsPacketsBack(t *testing.T) {
	cfg := mustParse(t, "delay 20ms 10ms")
	free := New(cfg, 8)
	cfg.Ordered = true
	held := New(cfg, 8)
	for i := range 200 {
		for _, l := range []*Link{free, held} {
			l.Enqueue(time.Duration(i)*ms, Packet{Size: 40, ID: uint32(i)})
		}
	}
	arrival := make(map[uint32]time.Duration)
	for _, d := range drain(t, free) {
		arrival[d.ID] = d.At
	}
	latest := time.Duration(0)
	for _, d := range drain(t, held) {
		latest = max(latest, arrival[d.ID])
		if d.At != latest {
			t.Fatalf("packet %d arrived at %v, want %v: its own time or the latest before it",
				d.ID, d.At, latest)
		}
	}
}

// deliveries runs a fixed load over a link.
func deliveries(l *Link) []Delivery {
	for i := range 500 {
		l.Enqueue(time.Duration(i)*ms/2, Packet{Size: int32(40 + i), ID: uint32(i)})
	}
	return l.Dequeue(Never-1, nil)
}

func TestDeliveriesFollowFromTheSeed(t *testing.T) {
	for _, line := range []string{
		"loss 5%",
		"loss gemodel 1% 20%",
		"delay 20ms 10ms",
		"delay 20ms 10ms distribution normal ordered loss 5% rate 10mbit limit 9",
	} {
		cfg := mustParse(t, line)
		first := deliveries(New(cfg, 1))
		l := New(cfg, 2)
		if slices.Equal(deliveries(l), first) {
			t.Errorf("%q: two seeds give the same deliveries", line)
		}
		l.Reset(1)
		if !slices.Equal(deliveries(l), first) {
			t.Errorf("%q: a link that was reset differs from a new one", line)
		}
	}
}

// The digests were made on amd64. Every machine must produce the same digests. So must every
// version, unless a change gives seeds another meaning on purpose.
func TestEveryMachineDeliversTheSame(t *testing.T) {
	for line, want := range map[string]uint64{
		"delay 20ms 10ms loss 5% rate 10mbit limit 9":                                        0x88c3f7830c02ef83,
		"delay 20ms 10ms distribution normal loss gemodel 2% 10% 50% 1%":                     0x575f9c5717f683db,
		"delay 20ms 10ms distribution pareto ordered rate 3mbit limit 40":                    0x4128cefaa59d2400,
		"delay 20ms 10ms distribution paretonormal loss 1% rate 1mbit drops 2,3":             0x4e4f552a8bb2d6be,
		"delay 20ms 10ms 25% loss 5% 25% duplicate 5% reorder 5% rate 10mbit 10 48 5":        0x595d2c3c64675abc,
		"semantics tc delay 20ms 10ms loss state 5% 20% corrupt 5% rate 10mbit slot 1ms 3ms": 0xe957c171c64c7b86,
		"delay 20ms loss gilbert 100ms 20ms outage 10ms random 100ms":                        0x2efbb99837f1f112,
		"delay 20ms rate 3mbit for 30ms, 0bit for 10ms, 8mbit for 1ms, repeat limit 40":      0xbcc147b60da6ce69,
	} {
		digest := fnv.New64a()
		for _, d := range deliveries(New(mustParse(t, line), 1)) {
			fmt.Fprintln(digest, d.ID, int64(d.At), int64(d.Queued), int64(d.Serialised))
		}
		if got := digest.Sum64(); got != want {
			t.Errorf("%q: digest %#x, want %#x", line, got, want)
		}
	}
}

func TestPathOfTwoLinks(t *testing.T) {
	access := New(mustParse(t, "delay 5ms rate 12mbit"), 1)
	backbone := New(mustParse(t, "delay 20ms rate 120mbit"), 2)
	send(access, 0, 1500, 1500)
	for _, d := range drain(t, access) {
		backbone.Enqueue(d.At, d.Packet)
	}
	// 1 ms and 5 ms, then 100 µs and 20 ms; the second packet leaves the first link 1 ms later.
	got := drain(t, backbone)
	if len(got) != 2 || got[0].At != 26100*us || got[1].At != 27100*us {
		t.Errorf("arrivals %+v, want 26.1 ms and 27.1 ms", got)
	}
}

func TestLinkAllocatesNothingOnceWarm(t *testing.T) {
	l := New(mustParse(t, "delay 20ms 10ms loss 1% rate 100mbit limit 50"), 1)
	buf := make([]Delivery, 0, 64)
	now := time.Duration(0)
	load := func() {
		for range 1000 {
			now += 100 * us
			l.Enqueue(now, Packet{Size: 1500})
			l.Events()
			buf = l.Dequeue(now, buf[:0])
		}
	}
	load()
	if n := testing.AllocsPerRun(10, load); n != 0 {
		t.Errorf("%v allocations for 1000 packets", n)
	}
	restart := func() { l.Reset(7); now = 0; load() }
	if n := testing.AllocsPerRun(10, restart); n != 0 {
		t.Errorf("%v allocations after Reset", n)
	}
}

func BenchmarkLink(b *testing.B) {
	for _, link := range []string{
		"delay 25ms",
		"delay 25ms loss 1% rate 50mbit limit 100",
		"delay 25ms 5ms distribution normal loss gemodel 1% 20% rate 50mbit limit 100",
	} {
		b.Run("link="+link, func(b *testing.B) { benchmarkLink(b, New(mustParse(b, link), 1)) })
	}
}

// benchmarkLink measures a packet of 1500 bytes every 250 µs: 48 Mbit/s.
func benchmarkLink(b *testing.B, l *Link) {
	buf := make([]Delivery, 0, 64)
	now := time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		now += 250 * us
		l.Enqueue(now, Packet{Size: 1500})
		l.Events()
		buf = l.Dequeue(now, buf[:0])
	}
}
