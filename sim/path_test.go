package sim

import (
	"testing"
	"time"

	"tlslab/sim/tcp"
)

const ms = time.Millisecond

// history builds nodes by hand: the small print of a packet trace.
type history []node

func (h *history) add(at time.Duration, n node) int32 {
	n.at = at
	*h = append(*h, n)
	return int32(len(*h) - 1)
}

// segment is the arrival of one that left at an event, having waited since
// another one.
func (h *history) segment(at time.Duration, n node, why tcp.Cause, since int32) int32 {
	n.kind = arrivalNode
	n.parent = h.add((*h)[n.parent].at, node{kind: departureNode, parent: n.parent, since: since, why: why})
	return h.add(at, n)
}

func TestCausesOfAnExchangeAddUp(t *testing.T) {
	var h history
	start := h.add(0, node{kind: startNode})
	// The SYN is lost once, and sent again after 1 s.
	tick := h.add(1000*ms, node{kind: timerNode, parent: start})
	syn := h.segment(1010*ms, node{side: server, parent: tick}, tcp.SYNTimeout, start)
	synAck := h.add(1020*ms, node{kind: arrivalNode, side: client, parent: syn})
	hello := h.add(1023*ms, node{kind: cpuNode, side: client, parent: synAck, queued: 1 * ms})
	request := h.add(1036*ms, node{kind: arrivalNode, side: server, parent: hello, queued: 1 * ms, serialised: 2 * ms})
	written := h.add(1040*ms, node{kind: cpuNode, side: server, parent: request})
	// The server may send only one segment, and the rest once that is acknowledged;
	// the client delays its acknowledgement by 40 ms.
	first := h.add(1050*ms, node{kind: arrivalNode, side: client, parent: written})
	delack := h.add(1090*ms, node{kind: timerNode, side: client, parent: first})
	ack := h.segment(1100*ms, node{side: server, parent: delack}, tcp.DelayedACK, first)
	second := h.segment(1110*ms, node{side: client, parent: ack}, tcp.Window, written)

	var w walker
	p := w.walk(h, second)
	want := map[Cause]time.Duration{
		SYNTimeout: 1000 * ms, Propagation: 40 * ms, ClientCPU: 2 * ms, CPUQueue: 1 * ms, Queue: 1 * ms,
		Serialisation: 2 * ms, ServerCPU: 4 * ms, Window: 20 * ms, DelayedACK: 40 * ms,
	}
	var sum time.Duration
	for c := range NumCauses {
		sum += p.causes[c]
		if p.causes[c] != want[c] {
			t.Errorf("%v: %v, want %v", c, p.causes[c], want[c])
		}
	}
	if sum != 1110*ms {
		t.Errorf("the causes add up to %v, want 1.11s", sum)
	}
	if p.roundTrips != 3 {
		t.Errorf("%d round trips, want 3: SYN, request, acknowledgement", p.roundTrips)
	}
}

func TestDataWrittenWhileItsAcknowledgementIsUnderWayWaitsFromItsWriteOn(t *testing.T) {
	var h history
	start := h.add(0, node{kind: startNode})
	first := h.add(10*ms, node{kind: arrivalNode, side: server, parent: start})
	written := h.add(13*ms, node{kind: cpuNode, side: client, parent: start})
	ack := h.add(20*ms, node{kind: arrivalNode, side: client, parent: first})
	second := h.segment(30*ms, node{side: server, parent: ack}, tcp.Window, written)
	var w walker
	p := w.walk(h, second)
	if p.causes[Window] != 7*ms || p.causes[ClientCPU] != 13*ms || p.causes[Propagation] != 10*ms {
		t.Errorf("window %v, cpu %v, propagation %v; want 7ms, 13ms, 10ms", p.causes[Window], p.causes[ClientCPU], p.causes[Propagation])
	}
}

func TestALossWithinAWaitForTheWindowKeepsItsName(t *testing.T) {
	var h history
	start := h.add(0, node{kind: startNode})
	// Everything is written at 0. The first segment is lost and repeated at 300 ms;
	// its acknowledgement lets the second go.
	tick := h.add(300*ms, node{kind: timerNode, parent: start})
	first := h.segment(310*ms, node{side: server, parent: tick}, tcp.RTO, start)
	ack := h.add(320*ms, node{kind: arrivalNode, side: client, parent: first})
	second := h.segment(330*ms, node{side: server, parent: ack}, tcp.Window, start)
	var w walker
	p := w.walk(h, second)
	if p.causes[RTO] != 300*ms || p.causes[Window] != 20*ms || p.causes[Propagation] != 10*ms {
		t.Errorf("rto %v, window %v, propagation %v; want 300ms, 20ms, 10ms", p.causes[RTO], p.causes[Window], p.causes[Propagation])
	}
}

func TestEachTimeoutOfARowKeepsItsName(t *testing.T) {
	var h history
	start := h.add(0, node{kind: startNode})
	// Two SYNs are lost, so the third waited since the second, and that since the first.
	second := h.add(1000*ms, node{kind: timerNode, parent: start})
	h.add(1000*ms, node{kind: departureNode, parent: second, since: start, why: tcp.SYNTimeout})
	third := h.add(3000*ms, node{kind: timerNode, parent: second})
	syn := h.segment(3010*ms, node{side: server, parent: third}, tcp.SYNTimeout, second)
	var w walker
	p := w.walk(h, syn)
	if p.causes[SYNTimeout] != 3000*ms || p.causes[Propagation] != 10*ms || p.roundTrips != 1 {
		t.Errorf("syn-timeout %v, propagation %v, %d round trips; want 3s, 10ms, 1", p.causes[SYNTimeout], p.causes[Propagation], p.roundTrips)
	}
}

func TestALostSegmentThatHadWaitedForTheWindowKeepsThatWait(t *testing.T) {
	var h history
	start := h.add(0, node{kind: startNode})
	// Everything is written at 0. The second segment leaves when the first is
	// acknowledged, is lost, and goes again at 300 ms.
	first := h.add(10*ms, node{kind: arrivalNode, side: server, parent: start})
	ack := h.add(20*ms, node{kind: arrivalNode, side: client, parent: first})
	h.add(20*ms, node{kind: departureNode, seq: 7, parent: ack, since: start, why: tcp.Window})
	lost := h.add(20*ms, node{kind: departureNode, seq: 8, parent: ack, since: start, why: tcp.Window})
	tick := h.add(300*ms, node{kind: timerNode, parent: ack})
	again := h.segment(310*ms, node{side: server, parent: tick}, tcp.RTO, ack)
	h[again-1].seq = h[lost].seq
	var w walker
	p := w.walk(h, again)
	if p.causes[RTO] != 280*ms || p.causes[Window] != 20*ms || p.causes[Propagation] != 10*ms {
		t.Errorf("rto %v, window %v, propagation %v; want 280ms, 20ms, 10ms", p.causes[RTO], p.causes[Window], p.causes[Propagation])
	}
}

func TestAWaitWithinAWaitOfTheSameBeginningGoesOnFromTheOuterOne(t *testing.T) {
	var h history
	start := h.add(0, node{kind: startNode})
	// At 10 ms both sides have written. What the server may send when the client's
	// data acknowledges, which itself had to wait, goes on from the server's write.
	toServer := h.add(10*ms, node{kind: arrivalNode, side: server, parent: start})
	wrote := h.add(10*ms, node{kind: cpuNode, side: client, parent: start})
	ack := h.add(20*ms, node{kind: arrivalNode, side: client, parent: toServer})
	data := h.segment(30*ms, node{side: server, parent: ack}, tcp.Window, wrote)
	last := h.segment(40*ms, node{side: client, parent: data}, tcp.Nagle, toServer)
	var w walker
	p := w.walk(h, last)
	if p.causes[ClientCPU] != 0 || p.causes[Propagation] != 20*ms || p.causes[Nagle] != 10*ms || p.causes[Window] != 10*ms {
		t.Errorf("client %v, propagation %v, nagle %v, window %v; want 0, 20ms, 10ms, 10ms",
			p.causes[ClientCPU], p.causes[Propagation], p.causes[Nagle], p.causes[Window])
	}
}
