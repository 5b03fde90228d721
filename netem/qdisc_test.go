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
		"CoDel":                  NewQdisc(cfg, newCodel(40), 9),
		"duplicating":            NewQdisc(cfg, duplicating{NewDropTail(4)}, 9),
		"duplicating, CoDel":     NewQdisc(cfg, duplicating{newCodel(40)}, 9),
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

func TestCoDelDropsAtDequeueByItsControlLaw(t *testing.T) {
	// 1.2 ms a packet, one offered in each millisecond: the queue grows by one packet in 6 ms.
	l := NewQdisc(mustParse(t, "delay 10ms rate 10mbit"), newCodel(1000), 1)
	arrived, dropped := drive(t, l, 1000, ms, Packet{Size: 1500})
	if len(dropped) < 3 || len(arrived)+len(dropped) != 1000 {
		t.Fatalf("%d packets arrived, %d were dropped", len(arrived), len(dropped))
	}
	// Packet n leaves at 1.2n ms having waited 0.2n ms. At 30 ms packet 25 has waited for the
	// target of 5 ms; an interval later, at the next departure after 130 ms, packet 109 is the
	// first drop.
	first := dropped[0]
	if want := (Event{Packet{Size: 1500, ID: 109}, 109 * 1200 * us, Dropped, ByAQM, AtDequeue}); first != want {
		t.Errorf("first drop %+v, want %+v", first, want)
	}
	// The n-th drop comes an interval/√n after the one before it, at the next departure.
	due := first.At
	for n, drop := range dropped[1:4] {
		due += []time.Duration{100_000_000, 70_710_678, 57_735_026}[n]
		if drop.Place != AtDequeue || drop.At < due || drop.At >= due+1200*us {
			t.Errorf("drop %d at %v, want the first departure from %v on", n+2, drop.At, due)
		}
	}
}

func TestCoDelMarksECNCapablePacketsInsteadOfDroppingThem(t *testing.T) {
	cfg := mustParse(t, "delay 10ms rate 10mbit")
	_, dropped := drive(t, NewQdisc(cfg, newCodel(1000), 1), 500, ms, Packet{Size: 1500})
	for _, ecn := range []ECN{ECT0, ECT1} {
		l := NewQdisc(cfg, newCodel(1000), 1)
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
		l := NewQdisc(mustParse(t, "delay 10ms 3ms rate 10mbit"), newCodel(1000), 1)
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
	l := NewQdisc(mustParse(t, "delay 20ms 10ms loss 1% rate 10mbit"), duplicating{newCodel(50)}, 1)
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

func BenchmarkQdisc(b *testing.B) {
	for name, q := range map[string]Qdisc{"droptail": NewDropTail(100), "codel": newCodel(100)} {
		b.Run("qdisc="+name, func(b *testing.B) {
			benchmarkLink(b, NewQdisc(mustParse(b, "delay 25ms loss 1% rate 50mbit"), q, 1))
		})
	}
}
