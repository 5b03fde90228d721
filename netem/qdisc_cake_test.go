package netem

import (
	"math"
	"testing"
	"time"
)

func newTestCake(t testing.TB, line string) *cake { return newCAKE(mustParseQueue(t, line)) }

func TestCakeShapesToItsBandwidth(t *testing.T) {
	for _, link := range []string{"", "rate 1gbit "} {
		l := New(mustParse(t, link+"queue cake bandwidth 12mbit"), 1)
		for range 1000 {
			l.Enqueue(0, Packet{Size: 1500, ECN: ECT0})
		}
		arrived := l.Dequeue(time.Hour, nil)
		for i := 1; i < len(arrived); i++ {
			if gap := arrived[i].At - arrived[i-1].At; gap != ms {
				t.Fatalf("%spacket %d comes %v after the one before", link, i, gap)
			}
		}
		if len(arrived) != 1000 {
			t.Errorf("%d of 1000 ECN-capable packets arrived", len(arrived))
		}
	}
}

// tc-cake(8): an ATM cell carries 48 bytes in 53; PTM's 64b/65b coding adds a byte to each 64.
func TestCakeCountsTheBytesOfTheLinkLayer(t *testing.T) {
	for _, tt := range []struct {
		line       string
		size, want int64
	}{
		{"cake", 1500, 1500},
		{"cake overhead 38", 1500, 1538},
		{"cake overhead 18 mpu 64", 40, 64},
		{"cake overhead 18 mpu 64", 52, 70},
		{"cake atm overhead 44", 1500, 33 * 53},
		{"cake atm overhead 10", 86, 2 * 53},
		{"cake atm overhead 10", 87, 3 * 53},
		{"cake ptm overhead 30", 1500, 1530 + 24},
		{"cake ptm overhead 36", 1500, 1536 + 24},
	} {
		if got := newTestCake(t, tt.line).wireSize(tt.size); got != tt.want {
			t.Errorf("%s: %d bytes count %d, want %d", tt.line, tt.size, got, tt.want)
		}
	}
}

// cake_set_rate(): a low bandwidth has a smaller quantum, and a target of a packet and a half.
func TestCakeDerivesItsParametersFromTheBandwidth(t *testing.T) {
	for _, tt := range []struct {
		line             string
		quantum          int64
		target, interval time.Duration
		memory           int64
	}{
		{"cake", 1514, 5 * ms, 100 * ms, 10240 * 1514},
		{"cake bandwidth 20mbit", 610, 5 * ms, 100 * ms, 4 << 20},
		{"cake bandwidth 100mbit", 1514, 5 * ms, 100 * ms, 5_000_000},
		{"cake bandwidth 1mbit", 300, 18168 * us, 113168 * us, 4 << 20},
		{"cake rtt 20ms memlimit 1MB", 1514, ms, 20 * ms, 1e6},
	} {
		c := newTestCake(t, tt.line)
		if c.quantum != tt.quantum || c.target != tt.target || c.interval != tt.interval || c.memory != tt.memory {
			t.Errorf("%s: quantum %d target %v interval %v memory %d", tt.line, c.quantum, c.target, c.interval, c.memory)
		}
	}
}

// Eight flows with one set of queues share none (8-way set-associative hashing). A plain hash into
// 1024 queues would give 100 flows 4.6 pairs on average.
func TestCakeKeepsFlowsApartBySets(t *testing.T) {
	shared := 0
	for seed := range uint64(100) {
		c := newTestCake(t, "cake")
		c.Reset(mix(seed))
		var events Events
		owner := map[int32]uint32{}
		for f := range uint32(100) {
			c.Enqueue(0, queued(f, 1500, 0), &events)
			i := c.queueOf(f)
			if _, taken := owner[i]; taken {
				shared++
			}
			owner[i] = f
		}
		if f := c.queueOf(17); f != c.queueOf(17) {
			t.Fatal("a flow changes its queue")
		}
	}
	if shared > 2 {
		t.Errorf("%d of 10000 flows share a queue", shared)
	}
}

func TestCakeServesSparseFlowsFirst(t *testing.T) {
	for _, line := range []string{"cake bandwidth 10mbit", "cake bandwidth 10mbit flowblind"} {
		l := New(mustParse(t, "queue "+line), 1)
		var arrived []Delivery
		for i := range 3000 {
			now := time.Duration(i) * ms
			l.Enqueue(now, Packet{Size: 1500, Flow: 1})
			if i%50 == 49 {
				l.Enqueue(now, Packet{Size: 300, Flow: 2})
			}
			arrived = l.Dequeue(now, arrived)
		}
		longest := time.Duration(0)
		for _, d := range l.Dequeue(time.Hour, arrived) {
			if d.Flow == 2 {
				longest = max(longest, d.Queued)
			}
		}
		if isolated := longest <= 1200*us; isolated != (line == "cake bandwidth 10mbit") {
			t.Errorf("%s: a sparse packet waited up to %v", line, longest)
		}
	}
}

// cobalt_cache_init() takes four steps of Newton's method for each count up to 15.
func TestCobaltsSquareRootsAreNearlyExact(t *testing.T) {
	for n := 1; n < len(cobaltRecInvSqrt); n++ {
		got, want := float64(cobaltRecInvSqrt[n])/(1<<32), 1/math.Sqrt(float64(n))
		if math.Abs(got-want) > 0.001*want {
			t.Errorf("1/√%d is %v, want %v", n, got, want)
		}
	}
}

// COBALT signals first an interval after the delay exceeds the target, then at interval/√n.
func TestCobaltSignalsByCoDelsControlLaw(t *testing.T) {
	c := cobaltState{}
	c.reset()
	p := cobaltParams{target: 5 * ms, interval: 100 * ms}
	first := Item{Sent: -100 * us}
	c.shouldDrop(&p, -100*us, &first, nil) // below the target
	var drops []time.Duration
	for now := time.Duration(0); len(drops) < 4; now += 100 * us {
		item := Item{Sent: now - 20*ms}
		if drop, _ := c.shouldDrop(&p, now, &item, nil); drop {
			drops = append(drops, now)
		}
	}
	want := []time.Duration{100 * ms, 100*ms + 70711*us, 100*ms + 70711*us + 57735*us}
	for i, w := range want {
		if d := drops[i] - w; d < -ms || d > ms {
			t.Errorf("signal %d at %v, want %v", i+1, drops[i], w)
		}
	}
}

// BLUE's drop probability grows by 1/256 a target while packets are lost for lack of room, and
// falls by 1/4096 when the queue is empty.
func TestBlueLearnsAFlowThatDoesNotRespond(t *testing.T) {
	c := cobaltState{}
	c.reset()
	p := cobaltParams{target: 5 * ms, interval: 100 * ms}
	now := time.Duration(0)
	for range 64 {
		now += 6 * ms
		c.queueFull(&p, now)
		c.queueFull(&p, now) // once a target
	}
	if got := float64(c.prob) / (1 << 32); got != 0.25 {
		t.Errorf("probability %v after 64 losses, want 0.25", got)
	}
	random := stream{1}
	drops, i := 0, uint64(0)
	draw := func() uint32 { i++; return uint32(random.draw(i) >> 32) }
	for range 10_000 {
		item := Item{Packet: Packet{ECN: ECT0}, Sent: now}
		if drop, why := c.shouldDrop(&p, now, &item, draw); drop && why == ByBLUE {
			drops++
		}
	}
	if math.Abs(float64(drops)-2500) > 150 {
		t.Errorf("BLUE drops %d of 10000 packets, want 2500", drops)
	}
	for range 1024 {
		now += 6 * ms
		c.queueEmpty(&p, now)
	}
	if c.prob != 0 {
		t.Errorf("probability %v after 1024 empty queues", c.prob)
	}
}

func TestCakeDropsTheFirstPacketOfTheLongestQueue(t *testing.T) {
	q := newTestCake(t, "cake memlimit 20760B")
	var events Events
	for i := range 3 {
		q.Enqueue(0, queued(2, 1500, time.Duration(i)), &events)
	}
	for i := range 8 {
		q.Enqueue(0, queued(1, 1500, time.Duration(i)), &events)
	}
	e := events.take()
	if len(e) != 1 || e[0].Flow != 1 || e[0].Reason != ByLimit {
		t.Errorf("events %+v", e)
	}
}

// A queue that has no packet left keeps its COBALT until the state has decayed: each service of the
// link takes a step (cake_dequeue()).
func TestAnEmptyQueueOfCakeDecaysToRest(t *testing.T) {
	q := newTestCake(t, "cake memlimit 20760B")
	var events Events
	now := time.Duration(0)
	for range 40 {
		now += 6 * ms
		q.Enqueue(now, queued(1, 1500, now), &events)
	}
	flow := &q.flows[q.queueOf(1)]
	learnt := flow.prob
	if learnt == 0 {
		t.Fatal("BLUE has not learnt from packets lost for lack of room")
	}
	serve := func() {
		now += 6 * ms
		q.Enqueue(now, queued(2, 1500, now), &events)
		q.Dequeue(now, &events)
	}
	for q.size > 0 {
		q.Dequeue(now, &events)
	}
	for range 10 { // until it is the flow's turn, which has nothing
		serve()
	}
	if flow.set != cakeDecaying || flow.prob == 0 || flow.prob >= learnt {
		t.Errorf("set %d, BLUE at %d after %d", flow.set, flow.prob, learnt)
	}
	for range 2000 {
		serve()
	}
	if flow.set != cakeNone || flow.prob != 0 || flow.count != 0 {
		t.Errorf("set %d, BLUE at %d, count %d: not at rest", flow.set, flow.prob, flow.count)
	}
}

// cobalt_should_drop(): on a slow link a few packets are no standing queue.
func TestCobaltToleratesFourPacketsOfDelay(t *testing.T) {
	for sojourn, want := range map[time.Duration]bool{39 * ms: false, 41 * ms: true} {
		c := cobaltState{}
		c.reset()
		item := Item{Sent: -sojourn}
		c.shouldDrop(&cobaltParams{target: 15 * ms, interval: 100 * ms, mtuTime: 10 * ms}, 0, &item, nil)
		if c.dropping != want {
			t.Errorf("after %v: above the target %v, want %v", sojourn, c.dropping, want)
		}
	}
}

// A mark that is late does not make the next ones catch up.
func TestCobaltsMarksDoNotCatchUp(t *testing.T) {
	c := cobaltState{count: 1, dropping: true, dropNext: -time.Second}
	item := Item{Packet: Packet{ECN: ECT0}, Sent: -50 * ms}
	if drop, _ := c.shouldDrop(&cobaltParams{target: 5 * ms, interval: 100 * ms}, 0, &item, nil); drop || item.ECN != CE || c.dropNext != 0 {
		t.Errorf("drop %v, %v, next at %v", drop, item.ECN, c.dropNext)
	}
}
