package netem

import (
	"math"
	"testing"
	"time"
)

func newTestFQ(t testing.TB, line string) *fqCoDel {
	return newFQCoDel(mustParseQueue(t, line))
}

// queued is a packet for a queue on its own.
func queued(flow uint32, size int32, at time.Duration) Item {
	return Item{Packet: Packet{Size: size, Flow: flow}, Sent: at}
}

// A flow whose queue was empty is new, and new flows send before old ones (RFC 8290 §4.2): beside a
// standing queue a packet waits for at most the one in service and other new flows.
func TestASparseFlowOvertakesAStandingQueue(t *testing.T) {
	l := NewQdisc(mustParse(t, "rate 10mbit"), newTestFQ(t, "fq_codel"), 1)
	var arrived []Delivery
	for i := range 3000 {
		now := time.Duration(i) * ms
		l.Enqueue(now, Packet{Size: 1500, Flow: 1})
		if i%50 == 49 {
			l.Enqueue(now, Packet{Size: 300, Flow: 2})
		}
		arrived = l.Dequeue(now, arrived)
	}
	sparse, bulk := 0, time.Duration(0)
	for _, d := range l.Dequeue(time.Hour, arrived) {
		switch {
		case d.Flow == 1:
			bulk = max(bulk, d.Queued)
		case d.Queued > 1200*us:
			t.Fatalf("a sparse packet waited %v, more than one packet of 1500 bytes", d.Queued)
		default:
			sparse++
		}
	}
	if sparse != 60 || bulk < 100*ms {
		t.Errorf("%d sparse packets arrived; the bulk flow waited up to %v", sparse, bulk)
	}
}

// Deficit round robin shares bytes, not packets (RFC 8290 §4.1).
func TestFlowsShareBytesNotPackets(t *testing.T) {
	q := newTestFQ(t, "fq_codel target 99s interval 100s")
	var events Events
	for range 4000 {
		q.Enqueue(0, queued(1, 1500, 0), &events)
		q.Enqueue(0, queued(2, 300, 0), &events)
	}
	sent := map[uint32]int{}
	for range 3000 {
		item, _ := q.Dequeue(0, &events)
		sent[item.Flow] += int(item.Size)
	}
	if r := float64(sent[1]) / float64(sent[2]); math.Abs(r-1) > 0.01 {
		t.Errorf("bytes sent by flow: %v", sent)
	}
}

// A full queue drops half of its longest flow from the head, at most 64 packets (fq_codel_drop()).
func TestAFullQueueDropsFromTheFattestFlow(t *testing.T) {
	for _, tt := range []struct {
		line string
		fat  int // packets of the fattest flow when the queue overflows
		want int
	}{
		{"fq_codel limit 100", 81, 41},
		{"fq_codel limit 1000", 981, 64},
		{"fq_codel limit 1000 drop_batch 1", 981, 1},
	} {
		q := newTestFQ(t, tt.line)
		var events Events
		for i := range 20 {
			q.Enqueue(0, queued(2, 1500, time.Duration(i)), &events)
		}
		for i := range tt.fat {
			q.Enqueue(0, queued(1, 1500, time.Duration(i)), &events)
		}
		dropped := events.take()
		if len(dropped) != tt.want {
			t.Fatalf("%s: %d packets dropped, want %d", tt.line, len(dropped), tt.want)
		}
		for _, e := range dropped {
			if e.Flow != 1 || e.Reason != ByLimit {
				t.Errorf("%s: dropped %+v", tt.line, e)
			}
		}
		if first, _ := q.Dequeue(0, &events); first.Flow != 2 {
			t.Errorf("%s: the first flow sends first", tt.line)
		}
		if second, _ := q.Dequeue(0, &events); second.Flow != 2 {
			continue // the quantum allows a second packet of 1500 bytes
		}
		if next, _ := q.Dequeue(0, &events); next.Flow != 1 || next.Sent != time.Duration(tt.want) {
			t.Errorf("%s: the fattest flow sends packet %v, want %d", tt.line, next.Sent, tt.want)
		}
	}
}

func TestTheMemoryLimitCountsSocketBuffers(t *testing.T) {
	q := newTestFQ(t, "fq_codel memory_limit 20760B") // ten times SKB_TRUESIZE(1500) = 2076
	var events Events
	for range 10 {
		q.Enqueue(0, queued(1, 1500, 0), &events)
	}
	if len(events.all) != 0 {
		t.Fatal("ten packets do not fit")
	}
	if q.Enqueue(0, queued(1, 1500, 0), &events); len(events.all) == 0 {
		t.Error("an eleventh packet fits")
	}
}

// With m queues a flow shares its queue with none of n − 1 others with probability (1 − 1/m)ⁿ⁻¹:
// 90.8 % of 100 flows have one of 1024 queues alone.
func TestFlowsAreSpreadUniformly(t *testing.T) {
	const flows, queues, seeds = 100, 1024, 300
	alone := 0
	for seed := range uint64(seeds) {
		counts := map[int32]int{}
		h := flowHash{mix(seed)}
		for f := range uint32(flows) {
			counts[h.bucket(f, queues)]++
		}
		for _, n := range counts {
			if n == 1 {
				alone++
			}
		}
	}
	got := float64(alone) / flows / seeds
	if want := math.Pow(1-1.0/queues, flows-1); math.Abs(got-want) > 0.01 {
		t.Errorf("%v of the flows have a queue alone, want %v", got, want)
	}
}

func TestAnEmptiedNewFlowPassesThroughTheOldOnes(t *testing.T) {
	// RFC 8290 §4.2: or flows that empty and refill could starve the old ones.
	q := newTestFQ(t, "fq_codel")
	var events Events
	for range 40 {
		q.Enqueue(0, queued(1, 300, 0), &events)
	}
	for range 7 { // flow 1 spends its quantum and becomes old
		q.Dequeue(0, &events)
	}
	refill := func() { q.Enqueue(0, queued(2, 1500, 0), &events) }
	refill()
	first, _ := q.Dequeue(0, &events)
	second, _ := q.Dequeue(0, &events) // flow 2 has nothing
	if first.Flow != 2 || second.Flow != 1 {
		t.Fatalf("flows %d and %d send", first.Flow, second.Flow)
	}
	if refill(); !q.newFlows.empty() {
		t.Error("the flow that refills its queue is new again")
	}
}

// fq_codel_drop(): the drops for lack of room strengthen the flow's CoDel.
func TestDropsOfAFullQueueCountForCoDel(t *testing.T) {
	q := newTestFQ(t, "fq_codel limit 100")
	var events Events
	for range 101 {
		q.Enqueue(0, queued(1, 1500, 0), &events)
	}
	i := q.hash.bucket(1, 1024)
	if n := len(events.take()); n == 0 || q.flows[i].count != uint32(n) {
		t.Errorf("%d drops, CoDel's count is %d", n, q.flows[i].count)
	}
}
