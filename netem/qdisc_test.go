package netem

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// model is a drop-tail link in its simplest form: the queue is a list of departures, and the fate
// of a packet is decided when it is offered.
type model struct {
	cfg      Config
	draws    *Link // only its random draws are used
	ordinal  uint64
	leaves   []time.Duration
	latest   time.Duration
	arriving []Delivery
}

func newModel(cfg Config, seed uint64) *model { return &model{cfg: cfg, draws: New(cfg, seed)} }

// offer returns the DropReason, or -1 if the packet arrives.
func (m *model) offer(now time.Duration, p Packet) int {
	m.ordinal++
	lost := m.draws.loss.lost(m.ordinal)
	if slices.Contains(m.cfg.Drops, int(m.ordinal)) {
		return int(ByDropList)
	}
	if lost {
		return int(ByLoss)
	}
	d := Delivery{Packet: p, Sent: now}
	if m.cfg.Rate != 0 {
		m.leaves = slices.DeleteFunc(m.leaves, func(t time.Duration) bool { return t <= now })
		if len(m.leaves) >= limitOrDefault(m.cfg.Limit) {
			return int(ByLimit)
		}
		if n := len(m.leaves); n > 0 {
			d.Queued = m.leaves[n-1] - now
		}
		d.Serialised = time.Duration(int64(p.Size) * 8 * 1e9 / m.cfg.Rate)
		m.leaves = append(m.leaves, now+d.Queued+d.Serialised)
	}
	d.At = now + d.Queued + d.Serialised + m.draws.jitter.delayOf(m.ordinal)
	if m.cfg.Ordered {
		d.At = max(d.At, m.latest)
		m.latest = d.At
	}
	m.arriving = append(m.arriving, d)
	slices.SortStableFunc(m.arriving, func(a, b Delivery) int { return int(a.At - b.At) })
	return -1
}

func (m *model) next() time.Duration {
	if len(m.arriving) == 0 {
		return Never
	}
	return m.arriving[0].At
}

func (m *model) arrived(now time.Duration) (got []Delivery) {
	for len(m.arriving) > 0 && m.arriving[0].At <= now {
		got = append(got, m.arriving[0])
		m.arriving = m.arriving[1:]
	}
	return got
}

// randomConfig draws a link whose packets take whole milliseconds, so that packets often come at
// the instant at which others leave or arrive.
func randomConfig(r *rand.Rand) Config {
	pick := func(values ...int64) int64 { return values[r.IntN(len(values))] }
	return Config{
		Delay:   time.Duration(pick(0, int64(ms), int64(25*ms))),
		Jitter:  time.Duration(pick(0, 0, 1, int64(2*ms))),
		Ordered: r.IntN(3) == 0,
		Loss:    float64(pick(0, 0, 1)) / 20,
		Rate:    pick(0, 8_000, 800_000, 3_000_000),
		Limit:   int(pick(0, 1, 2, 3, 10)),
		Drops:   []int{3, 8}[:r.IntN(3)],
	}
}

// The link computes departures in advance (New) or asks a DropTail for each packet (NewQdisc). Both
// deliver and drop the same packets at the same nanosecond as the model.
func TestDropTailLinksEqualTheReferenceModel(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 0))
		cfg := randomConfig(r)
		links := map[string]*Link{"New": New(cfg, seed),
			"NewQdisc": NewQdisc(cfg, NewDropTail(cfg.Limit), seed)}
		m := newModel(cfg, seed)
		now := time.Duration(0)
		for i := range 300 {
			now += time.Duration(r.IntN(4)) * ms * time.Duration(r.IntN(2))
			p := Packet{Size: []int32{1, 1, 100, 100, 1500, 40 + int32(r.IntN(100))}[r.IntN(6)],
				ID: uint32(i)}
			offer := r.IntN(5) > 0
			reason := -1
			if offer {
				reason = m.offer(now, p)
			}
			want := []Delivery(nil)
			dequeue := !offer || r.IntN(2) == 0
			if dequeue {
				want = m.arrived(now)
			}
			for name, l := range links {
				where := fmt.Sprintf("%s link, seed %d (%v), step %d at %v",
					name, seed, cfg, i, now)
				if offer {
					l.Enqueue(now, p)
				}
				if got := l.Events(); reason < 0 && len(got) != 0 ||
					reason >= 0 && !slices.Equal(got,
						[]Event{{p, now, Dropped, DropReason(reason), AtEnqueue}}) {
					t.Fatalf("%s: events %+v, want a drop for reason %d", where, got, reason)
				}
				if dequeue {
					if got := l.Dequeue(now, nil); !slices.Equal(got, want) {
						t.Fatalf("%s: arrived\n%+v\nwant\n%+v", where, got, want)
					}
				}
				if next := l.Next(); name == "New" && next != m.next() || next > m.next() {
					t.Fatalf("%s: next at %v, want %v", where, next, m.next())
				}
			}
		}
	}
}

// copyCount checks the conservation law: every copy of a packet leaves the link exactly once.
type copyCount struct {
	t      testing.TB
	copies map[uint32]int
	last   time.Duration // of the events
}

func (a *copyCount) events(events []Event) {
	for _, e := range events {
		if e.At < a.last {
			a.t.Errorf("an event at %v is reported after one at %v", e.At, a.last)
		}
		a.last = e.At
		if e.Kind == Copied {
			a.copies[e.ID]++
		} else {
			a.leave(e.ID)
		}
	}
}

func (a *copyCount) leave(id uint32) {
	if a.copies[id]--; a.copies[id] < 0 {
		a.t.Errorf("packet %d left the link more often than it has copies", id)
	}
}

// drive offers packets one gap apart and calls the link whenever it asks for it, until it is empty.
// It returns all deliveries and drops, and checks what every caller may rely on.
func drive(t testing.TB, l *Link, packets int, gap time.Duration, p Packet) (arrived []Delivery, dropped []Event) {
	t.Helper()
	a := copyCount{t: t, copies: map[uint32]int{}}
	collect := func() {
		events := l.Events()
		a.events(events)
		for _, e := range events {
			if e.Kind == Dropped {
				dropped = append(dropped, e)
			}
		}
	}
	sent := 0
	for sent < packets || l.Next() != Never {
		now := l.Next()
		if at := time.Duration(sent) * gap; sent < packets && at <= now {
			now = at
			p.ID = uint32(sent)
			a.copies[p.ID]++
			l.Enqueue(at, p)
			sent++
			collect()
		}
		n := len(arrived)
		arrived = l.Dequeue(now, arrived)
		collect()
		for _, d := range arrived[n:] {
			a.leave(d.ID)
			if d.At != now {
				t.Errorf("packet %d arrived at %v and was handed out at %v", d.ID, d.At, now)
			}
			if d.Queued < 0 || d.Serialised < 0 || d.Propagation() < 0 ||
				d.Sent+d.Queued+d.Serialised+d.Propagation() != d.At {
				t.Errorf("packet %d: the parts do not add up to its time on the link: %+v", d.ID, d)
			}
		}
		s := l.Stats()
		out := s.Delivered + s.InFlight
		for _, n := range s.Dropped {
			out += n
		}
		if s.Offered+s.Copied != out {
			t.Fatalf("packets went missing: %+v", s)
		}
	}
	for id, n := range a.copies {
		if n != 0 {
			t.Errorf("%d copies of packet %d never left the link", n, id)
		}
	}
	return arrived, dropped
}

func TestEachPacketLeavesOncePerCopy(t *testing.T) {
	cfg := mustParse(t, "delay 3ms 2ms loss gemodel 5% 30% rate 10mbit drops 3,50")
	for name, l := range map[string]*Link{
		"drop-tail":              New(cfg, 9),
		"CoDel":                  NewQdisc(cfg, newTestCoDel(40), 9),
		"RFC 8289":               NewQdisc(cfg, newRFCCoDel(40), 9),
		"duplicating":            NewQdisc(cfg, duplicating{NewDropTail(4)}, 9),
		"duplicating, CoDel":     NewQdisc(cfg, duplicating{newTestCoDel(40)}, 9),
		"copies, without a rate": NewQdisc(Config{Delay: ms}, duplicating{NewDropTail(1)}, 9),
		"pacing":                 NewQdisc(cfg, &pacing{DropTail: NewDropTail(4), gap: 2 * ms}, 9),
		"pacing, without a rate": NewQdisc(Config{},
			&pacing{DropTail: NewDropTail(4), gap: 2 * ms}, 9),
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				arrived, dropped := drive(t, l, 3000, 900*us, Packet{Size: 1500})
				if len(arrived) == 0 || len(dropped) == 0 && name != "copies, without a rate" {
					t.Errorf("%d packets arrived and %d were dropped", len(arrived), len(dropped))
				}
				l.Reset(9)
			}
		})
	}
}

func TestCoDelMarksECNCapablePacketsInsteadOfDroppingThem(t *testing.T) {
	cfg := mustParse(t, "delay 10ms rate 10mbit")
	_, dropped := drive(t, NewQdisc(cfg, newTestCoDel(1000), 1), 500, ms, Packet{Size: 1500})
	for _, ecn := range []ECN{ECT0, ECT1} {
		l := NewQdisc(cfg, newTestCoDel(1000), 1)
		arrived, lost := drive(t, l, 500, ms, Packet{Size: 1500, ECN: ecn})
		if len(lost) != 0 {
			t.Errorf("%v: %d packets dropped", ecn, len(lost))
		}
		marked := 0
		for _, d := range arrived {
			switch d.ECN {
			case CE:
				if marked == 0 && d.ID != dropped[0].ID {
					t.Errorf("%v: packet %d is the first one marked, want packet %d, the first one dropped without ECN", ecn, d.ID, dropped[0].ID)
				}
				marked++
			case ecn:
			default:
				t.Errorf("packet %d was sent as %v and arrived as %v", d.ID, ecn, d.ECN)
			}
		}
		if marked < 3 || uint64(marked) != l.Stats().Marked {
			t.Errorf("%v: %d packets marked, stats %+v", ecn, marked, l.Stats())
		}
	}
}

func TestOnlyECNCapablePacketsAreMarked(t *testing.T) {
	for ecn, want := range map[ECN]ECN{NotECT: NotECT, ECT0: CE, ECT1: CE, CE: CE} {
		item := Item{Packet: Packet{ECN: ecn}}
		if marked := item.Mark(); marked != (ecn != NotECT) || item.ECN != want {
			t.Errorf("%v: marked %v, now %v", ecn, marked, item.ECN)
		}
	}
}

func TestACopyIsReportedBeforeItLeavesAndHasItsOwnTimes(t *testing.T) {
	l := NewQdisc(mustParse(t, "delay 5ms rate 12mbit"), duplicating{NewDropTail(3)}, 1)
	for id := range uint32(2) {
		l.Enqueue(0, Packet{Size: 1500, ID: id})
	}
	p := func(id uint32) Packet { return Packet{Size: 1500, ID: id} }
	events := []Event{{p(0), 0, Copied, 0, AtEnqueue}, {p(1), 0, Copied, 0, AtEnqueue},
		{p(1), 0, Dropped, ByLimit, AtEnqueue}}
	if got := l.Events(); !slices.Equal(got, events) {
		t.Errorf("events %+v, want %+v", got, events)
	}
	want := []Delivery{{Packet: p(0), At: 6 * ms, Serialised: ms},
		{Packet: p(0), At: 7 * ms, Queued: ms, Serialised: ms},
		{Packet: p(1), At: 8 * ms, Queued: 2 * ms, Serialised: ms}}
	if got := l.Dequeue(8*ms, nil); !slices.Equal(got, want) {
		t.Errorf("arrived %+v, want %+v", got, want)
	}
}

func TestCopiesDrawTheirOwnJitter(t *testing.T) {
	l := NewQdisc(mustParse(t, "delay 20ms 10ms"), duplicating{NewDropTail(10)}, 1)
	l.Enqueue(0, Packet{Size: 1500})
	if got := l.Dequeue(Never-1, nil); len(got) != 2 || got[0].At == got[1].At {
		t.Errorf("arrived %+v, want twice, at two instants", got)
	}
}

func TestTheLinkWaitsForADisciplineThatShapes(t *testing.T) {
	l := NewQdisc(mustParse(t, "delay 10ms rate 12mbit"),
		&pacing{DropTail: NewDropTail(10), gap: 3 * ms}, 1)
	for range 3 {
		l.Enqueue(ms, Packet{Size: 1500})
	}
	var calls []time.Duration
	var arrived []Delivery
	for l.Next() != Never {
		calls = append(calls, l.Next())
		arrived = l.Dequeue(l.Next(), arrived)
	}
	// They enter the transmitter at 1, 4 and 7 ms, where the link asks to be called.
	want := []time.Duration{4 * ms, 7 * ms, 12 * ms, 15 * ms, 18 * ms}
	if !slices.Equal(calls, want) {
		t.Errorf("called at %v, want %v", calls, want)
	}
	for i, d := range arrived {
		if d.Queued != time.Duration(i)*3*ms || d.Serialised != ms || d.Propagation() != 10*ms {
			t.Errorf("packet %d: %+v", i, d)
		}
	}
}

func TestALateCallerGetsTheSameDeliveriesAndEvents(t *testing.T) {
	// A program on the wall clock comes late: what happened, and when, must not depend on that.
	run := func(every time.Duration) (arrived []Delivery, dropped []Event) {
		l := NewQdisc(mustParse(t, "delay 10ms 3ms rate 10mbit"), newTestCoDel(1000), 1)
		for i := range 600 {
			now := time.Duration(i) * ms
			if now%every == 0 {
				arrived = l.Dequeue(now, arrived)
			}
			l.Enqueue(now, Packet{Size: 1500, ID: uint32(i)})
		}
		return l.Dequeue(time.Hour, arrived), slices.Clone(l.Events())
	}
	arrived, dropped := run(ms)
	lateArrived, lateDropped := run(200 * ms)
	if !slices.Equal(arrived, lateArrived) || !slices.Equal(dropped, lateDropped) {
		t.Error("what the link does depends on when Dequeue is called")
	}
	if len(dropped) == 0 {
		t.Error("nothing was dropped")
	}
}

func TestAQueueingDisciplineAllocatesNothingOnceWarm(t *testing.T) {
	l := NewQdisc(mustParse(t, "delay 20ms 10ms loss 1% rate 10mbit"), duplicating{newTestCoDel(50)}, 1)
	buf := make([]Delivery, 0, 64)
	now := time.Duration(0)
	load := func() {
		for range 1000 {
			now += ms
			l.Enqueue(now, Packet{Size: 1500})
			l.Events()
			buf = l.Dequeue(now, buf[:0])
			l.Events()
		}
	}
	load()
	if n := testing.AllocsPerRun(10, load); n != 0 {
		t.Errorf("%v allocations for 1000 packets", n)
	}
}

// queueLines are queues of all disciplines, for tests of what holds for each.
var queueLines = []string{
	"pfifo limit 40", "bfifo limit 60kB", "codel limit 40", "codel ecn ce_threshold 2ms",
	"fq_codel limit 40", "fq_codel target 1ms interval 20ms noecn", "pie", "pie limit 40 ecn bytemode",
	"pie dq_rate_estimator", "cake bandwidth 9mbit", "cake memlimit 80kB", "cake bandwidth 9mbit flowblind rtt 20ms",
	"tbf rate 9mbit burst 5kB latency 30ms", "tbf rate 9mbit burst 20kB limit 60kB peakrate 9500kbit mtu 3000",
}

// queueLink is a link of 10 Mbit/s with a queue.
func queueLink(t testing.TB, queue string, seed uint64) *Link {
	return New(mustParse(t, "delay 10ms rate 10mbit queue "+queue), seed)
}

// A program on the wall clock comes late: what happened, and when, must not depend on that. A link
// that is reset equals a new one, and no discipline loses a packet without an event.
func TestEveryDisciplineIsExactAndAccountsForEachPacket(t *testing.T) {
	for _, queue := range queueLines {
		l := queueLink(t, queue, 3)
		run := func(every time.Duration) (arrived []Delivery, dropped []Event) {
			a := copyCount{t: t, copies: map[uint32]int{}}
			for i := range 4000 {
				now := time.Duration(i) * ms
				if now%every == 0 {
					arrived = l.Dequeue(now, arrived)
				}
				size := []int32{1500, 1500, 700, 52}[i%4]
				a.copies[uint32(i)]++
				l.Enqueue(now, Packet{Size: size, ID: uint32(i), Flow: uint32(i % 3), ECN: ECN(i & 2)})
				if i%2000 < 1500 { // half of the time too much for the rate
					a.copies[uint32(10_000+i)]++
					l.Enqueue(now, Packet{Size: 1100, ID: uint32(10_000 + i), Flow: 7})
				}
				events := l.Events()
				a.events(events)
				dropped = append(dropped, events...)
			}
			arrived = l.Dequeue(time.Hour, arrived)
			events := l.Events()
			a.events(events)
			for _, d := range arrived {
				a.leave(d.ID)
			}
			for id, n := range a.copies {
				if n != 0 {
					t.Errorf("%s: %d copies of packet %d never left", queue, n, id)
				}
			}
			return arrived, append(dropped, events...)
		}
		arrived, dropped := run(ms)
		if len(dropped) == 0 {
			t.Errorf("%s: nothing was dropped", queue)
		}
		for _, every := range []time.Duration{ms, 200 * ms} {
			l.Reset(3)
			lateArrived, lateDropped := run(every)
			if !slices.Equal(arrived, lateArrived) || !slices.Equal(dropped, lateDropped) {
				t.Errorf("%s: called every %v, the link does something else", queue, every)
			}
		}
	}
}

func TestNoDisciplineAllocatesOnceWarm(t *testing.T) {
	for _, queue := range queueLines {
		l := queueLink(t, queue, 1)
		buf := make([]Delivery, 0, 512)
		now := time.Duration(0)
		load := func() {
			for i := range 2000 {
				now += ms
				l.Enqueue(now, Packet{Size: 1500, Flow: uint32(i % 5)})
				l.Events()
				buf = l.Dequeue(now, buf[:0])
				l.Events()
			}
		}
		load()
		load()
		if n := testing.AllocsPerRun(5, load); n != 0 {
			t.Errorf("%s: %v allocations for 2000 packets", queue, n)
		}
	}
}

func BenchmarkQdisc(b *testing.B) {
	for name, line := range map[string]string{"pfifo": "pfifo limit 100", "bfifo": "bfifo limit 150kB",
		"codel": "codel", "fq_codel": "fq_codel", "pie": "pie", "cake": "cake bandwidth 49mbit",
		"tbf": "tbf rate 49mbit burst 10kB latency 20ms"} {
		b.Run("qdisc="+name, func(b *testing.B) {
			benchmarkLink(b, New(mustParse(b, "delay 25ms loss 1% rate 50mbit queue "+line), 1))
		})
	}
	b.Run("qdisc=droptail", func(b *testing.B) {
		benchmarkLink(b, NewQdisc(mustParse(b, "delay 25ms loss 1% rate 50mbit"), NewDropTail(100), 1))
	})
}
