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

func TestCausesOfAnExchangeAddUp(t *testing.T) {
	var h history
	start := h.add(0, node{kind: startNode})
	// The SYN is lost once, and sent again after 1 s.
	tick := h.add(1000*ms, node{kind: timerNode, parent: start})
	syn := h.add(1010*ms, node{kind: arrivalNode, side: server, parent: tick, since: start, why: tcp.SYNTimeout})
	synAck := h.add(1020*ms, node{kind: arrivalNode, side: client, parent: syn, why: tcp.Reply})
	hello := h.add(1023*ms, node{kind: cpuNode, side: client, parent: synAck, queued: 1 * ms})
	request := h.add(1036*ms, node{kind: arrivalNode, side: server, parent: hello, why: tcp.Write, queued: 1 * ms, serialised: 2 * ms})
	written := h.add(1040*ms, node{kind: cpuNode, side: server, parent: request})
	// The server may send only one segment, and the rest once that is acknowledged;
	// the client delays its acknowledgement by 40 ms.
	first := h.add(1050*ms, node{kind: arrivalNode, side: client, parent: written, why: tcp.Write})
	delack := h.add(1090*ms, node{kind: timerNode, side: client, parent: first})
	ack := h.add(1100*ms, node{kind: arrivalNode, side: server, parent: delack, since: first, why: tcp.DelayedACK})
	second := h.add(1110*ms, node{kind: arrivalNode, side: client, parent: ack, since: written, why: tcp.Window})

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
	first := h.add(10*ms, node{kind: arrivalNode, side: server, parent: start, why: tcp.Write})
	written := h.add(13*ms, node{kind: cpuNode, side: client, parent: start})
	ack := h.add(20*ms, node{kind: arrivalNode, side: client, parent: first, why: tcp.Reply})
	second := h.add(30*ms, node{kind: arrivalNode, side: server, parent: ack, since: written, why: tcp.Window})
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
	first := h.add(310*ms, node{kind: arrivalNode, side: server, parent: tick, since: start, why: tcp.RTO})
	ack := h.add(320*ms, node{kind: arrivalNode, side: client, parent: first, why: tcp.Reply})
	second := h.add(330*ms, node{kind: arrivalNode, side: server, parent: ack, since: start, why: tcp.Window})
	var w walker
	p := w.walk(h, second)
	if p.causes[RTO] != 300*ms || p.causes[Window] != 20*ms || p.causes[Propagation] != 10*ms {
		t.Errorf("rto %v, window %v, propagation %v; want 300ms, 20ms, 10ms", p.causes[RTO], p.causes[Window], p.causes[Propagation])
	}
}
