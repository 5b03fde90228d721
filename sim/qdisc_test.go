package sim

import (
	"testing"
	"time"

	"tlslab/netem"
)

// tamperer is a queueing discipline that drops every seventh packet at dequeue and duplicates every
// fifth packet.
type tamperer struct {
	*netem.DropTail
	came, left int
}

func (m *tamperer) Enqueue(now time.Duration, item netem.Item, events *netem.Events) {
	if m.came++; m.came%5 == 0 {
		m.DropTail.Enqueue(now, events.Copy(&item), events)
	}
	m.DropTail.Enqueue(now, item, events)
}

func (m *tamperer) Dequeue(now time.Duration, events *netem.Events) (netem.Item, bool) {
	item, ok := m.DropTail.Dequeue(now, events)
	for ok {
		if m.left++; m.left%7 != 0 {
			break
		}
		events.Drop(&item, netem.ByAQM)
		item, ok = m.DropTail.Dequeue(now, events)
	}
	return item, ok
}

func TestPacketsMayBeDroppedAtDequeueAndArriveTwice(t *testing.T) {
	link := netem.Config{Delay: 20 * ms, Rate: 2_000_000}
	cfg := wire(t, link, link)
	cfg.Up, cfg.Down = []netem.Config{link, link}, []netem.Config{link, link}
	w := mustReplicator(t, cfg, written(t, 4000, 200_000))
	for i := range w.world.links {
		w.world.links[i].Link = netem.NewQdisc(link, &tamperer{DropTail: netem.NewDropTail(100)}, 0)
	}
	r := w.Run(1)
	if r.Outcome != OK {
		t.Fatalf("outcome %q", r.Outcome)
	}
	if r.Retransmits == 0 {
		t.Error("nothing was sent again, though packets were dropped")
	}
	var sum time.Duration
	for _, c := range r.Causes {
		sum += c
	}
	if sum != r.TTLB {
		t.Errorf("the causes add up to %v, want %v", sum, r.TTLB)
	}
	packets := &w.world.connections[0].packets
	if taken := packets.underWay(); taken != 0 {
		t.Errorf("%d packets are still in the pool, though every link is empty", taken)
	}
	for id, p := range packets.all {
		if p.copies != 0 {
			t.Errorf("place %d is free and counts %d copies", id, p.copies)
		}
	}
}

func TestEachCopyOfAPacketGoesItsOwnWayAfterTheLinkThatMadeIt(t *testing.T) {
	var pool packetPool
	first := pool.take()
	pool.all[first].hop = 7
	pool.share(first)
	if second := pool.own(first); second == first || pool.all[second].hop != 7 {
		t.Errorf("the first copy to arrive is at place %d like the other, or is another packet", second)
	}
	if last := pool.own(first); last != first {
		t.Errorf("the last copy moved to place %d, from %d", last, first)
	}
	if next := pool.take(); next != 2 {
		t.Errorf("take returns place %d, want 2: two copies are under way at 0 and 1", next)
	}
}
