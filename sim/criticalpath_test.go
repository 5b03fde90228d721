package sim

import (
	"testing"
	"time"

	"tlslab/sim/tcp"
)

const ms = time.Millisecond

// nodes is a history made by hand.
type nodes []node

func (h *nodes) add(at time.Duration, n node) int32 {
	n.at = at
	*h = append(*h, n)
	return int32(len(*h) - 1)
}

// segment adds the departure and the arrival of a segment that had waited since a node.
func (h *nodes) segment(at time.Duration, n node, why tcp.Cause, since int32) int32 {
	n.kind = arrivalNode
	n.parent = h.add((*h)[n.parent].at, node{kind: departureNode, parent: n.parent, since: since, why: why})
	return h.add(at, n)
}

// expect compares the critical path of a node with the wanted times. Causes that are not named take
// no time.
func (h nodes) expect(t *testing.T, from int32, roundTrips int, want map[Cause]time.Duration) {
	t.Helper()
	var w criticalPath
	p := w.find(&history{nodes: h}, from)
	var sum time.Duration
	for c := range NumCauses {
		sum += p.causes[c]
		if p.causes[c] != want[c] {
			t.Errorf("%v: %v, want %v", c, p.causes[c], want[c])
		}
	}
	if sum != h[from].at {
		t.Errorf("the causes add up to %v, want %v", sum, h[from].at)
	}
	if p.roundTrips != roundTrips {
		t.Errorf("%d round trips, want %d", p.roundTrips, roundTrips)
	}
}

func TestCausesOfAnExchangeAddUp(t *testing.T) {
	var h nodes
	start := h.add(0, node{kind: startNode})
	// The SYN is lost once, and sent again after 1 s.
	tick := h.add(1000*ms, node{kind: timerNode, parent: start})
	syn := h.segment(1010*ms, node{flags: atServer, parent: tick}, tcp.SYNTimeout, start)
	synAck := h.add(1020*ms, node{kind: arrivalNode, parent: syn})
	hello := h.add(1023*ms, node{kind: cpuNode, cause: ClientCPU, parent: synAck, queued: 1 * ms})
	request := h.add(1036*ms, node{kind: arrivalNode, flags: atServer, parent: hello, queued: 1 * ms, detail: int64(2 * ms)})
	written := h.add(1040*ms, node{kind: cpuNode, cause: ServerCPU, parent: request})
	// The server may send only one segment, and the rest once that is acknowledged;
	// the client delays its acknowledgement by 40 ms.
	first := h.add(1050*ms, node{kind: arrivalNode, parent: written})
	delack := h.add(1090*ms, node{kind: timerNode, parent: first})
	ack := h.segment(1100*ms, node{flags: atServer, parent: delack}, tcp.DelayedACK, first)
	second := h.segment(1110*ms, node{parent: ack}, tcp.Window, written)

	// Three segments came from the client: SYN, request, acknowledgement.
	h.expect(t, second, 3, map[Cause]time.Duration{
		SYNTimeout: 1000 * ms, Propagation: 40 * ms, ClientCPU: 2 * ms, CPUQueue: 1 * ms, Queue: 1 * ms,
		Serialisation: 2 * ms, ServerCPU: 4 * ms, Window: 20 * ms, DelayedACK: 40 * ms,
	})
}

func TestDataWrittenWhileAnACKIsInFlightWaitsFromItsWriteOn(t *testing.T) {
	var h nodes
	start := h.add(0, node{kind: startNode})
	first := h.add(10*ms, node{kind: arrivalNode, flags: atServer, parent: start})
	written := h.add(13*ms, node{kind: cpuNode, cause: ClientCPU, parent: start})
	ack := h.add(20*ms, node{kind: arrivalNode, parent: first})
	second := h.segment(30*ms, node{flags: atServer, parent: ack}, tcp.Window, written)
	h.expect(t, second, 1, map[Cause]time.Duration{Window: 7 * ms, ClientCPU: 13 * ms, Propagation: 10 * ms})
}

func TestALossWithinAWaitForTheWindowKeepsItsCause(t *testing.T) {
	var h nodes
	start := h.add(0, node{kind: startNode})
	// Everything is written at 0. The first segment is lost and repeated at 300 ms;
	// its acknowledgement lets the second go.
	tick := h.add(300*ms, node{kind: timerNode, parent: start})
	first := h.segment(310*ms, node{flags: atServer, parent: tick}, tcp.RTO, start)
	ack := h.add(320*ms, node{kind: arrivalNode, parent: first})
	second := h.segment(330*ms, node{flags: atServer, parent: ack}, tcp.Window, start)
	h.expect(t, second, 2, map[Cause]time.Duration{RTO: 300 * ms, Window: 20 * ms, Propagation: 10 * ms})
}

func TestConsecutiveTimeoutsKeepTheirCause(t *testing.T) {
	var h nodes
	start := h.add(0, node{kind: startNode})
	// Two SYNs are lost, so the third waited since the second, and that since the first.
	second := h.add(1000*ms, node{kind: timerNode, parent: start})
	h.add(1000*ms, node{kind: departureNode, parent: second, since: start, why: tcp.SYNTimeout})
	third := h.add(3000*ms, node{kind: timerNode, parent: second})
	syn := h.segment(3010*ms, node{flags: atServer, parent: third}, tcp.SYNTimeout, second)
	h.expect(t, syn, 1, map[Cause]time.Duration{SYNTimeout: 3000 * ms, Propagation: 10 * ms})
}

func TestALostSegmentThatHadWaitedForTheWindowKeepsThatWait(t *testing.T) {
	var h nodes
	start := h.add(0, node{kind: startNode})
	// Everything is written at 0. The second segment leaves when the first is
	// acknowledged, is lost, and goes again at 300 ms.
	first := h.add(10*ms, node{kind: arrivalNode, flags: atServer, parent: start})
	ack := h.add(20*ms, node{kind: arrivalNode, parent: first})
	h.add(20*ms, node{kind: departureNode, detail: 7, parent: ack, since: first, why: tcp.Nagle})
	lost := h.add(20*ms, node{kind: departureNode, detail: 8, parent: ack, since: start, why: tcp.Window})
	tick := h.add(300*ms, node{kind: timerNode, parent: ack})
	again := h.segment(310*ms, node{flags: atServer, parent: tick}, tcp.RTO, ack)
	h[again-1].detail = h[lost].detail
	h.expect(t, again, 2, map[Cause]time.Duration{RTO: 280 * ms, Window: 20 * ms, Propagation: 10 * ms})
}

func TestNestedWaitsThatBeginTogetherContinueFromTheOuterWait(t *testing.T) {
	var h nodes
	start := h.add(0, node{kind: startNode})
	// At 10 ms both sides have written. The client's data, which had waited for the window,
	// acknowledges the server's: then the server may send its own data, which had waited too.
	toServer := h.add(10*ms, node{kind: arrivalNode, flags: atServer, parent: start})
	wrote := h.add(10*ms, node{kind: cpuNode, cause: ClientCPU, parent: start})
	ack := h.add(20*ms, node{kind: arrivalNode, parent: toServer})
	data := h.segment(30*ms, node{flags: atServer, parent: ack}, tcp.Window, wrote)
	last := h.segment(40*ms, node{parent: data}, tcp.Nagle, toServer)
	h.expect(t, last, 2, map[Cause]time.Duration{Propagation: 20 * ms, Nagle: 10 * ms, Window: 10 * ms})
}

func TestDataSentByAProbeWaitedForTheWindowBeforeTheProbeTimer(t *testing.T) {
	var h nodes
	start := h.add(0, node{kind: startNode})
	// Everything is written at 0. The last acknowledgement comes at 20 ms and arms
	// the probe's timer, which lets the next segment go at 60 ms.
	first := h.add(10*ms, node{kind: arrivalNode, flags: atServer, parent: start})
	ack := h.add(20*ms, node{kind: arrivalNode, parent: first})
	h.add(60*ms, node{kind: timerNode, parent: ack})
	left := h.add(60*ms, node{kind: departureNode, parent: ack, since: start, why: tcp.Probe, flags: held})
	probe := h.add(70*ms, node{kind: arrivalNode, flags: atServer, parent: left})
	h.expect(t, probe, 2, map[Cause]time.Duration{Probe: 40 * ms, Window: 20 * ms, Propagation: 10 * ms})
}

func TestDataWrittenAfterTheProbeTimerWasArmedWaitedForTheTimerOnly(t *testing.T) {
	var h nodes
	start := h.add(0, node{kind: startNode})
	// The segment sent at 0 is not acknowledged. Its probe timer expires at 60 ms and sends data
	// that was written at 30 ms.
	armed := h.add(0, node{kind: cpuNode, cause: ClientCPU, parent: start})
	wrote := h.add(30*ms, node{kind: cpuNode, cause: ClientCPU, parent: armed})
	h.add(60*ms, node{kind: timerNode, parent: armed})
	left := h.add(60*ms, node{kind: departureNode, parent: armed, since: wrote, why: tcp.Probe, flags: held})
	probe := h.add(70*ms, node{kind: arrivalNode, flags: atServer, parent: left})
	h.expect(t, probe, 1, map[Cause]time.Duration{Probe: 30 * ms, ClientCPU: 30 * ms, Propagation: 10 * ms})
}

func TestARoundTripThatTakesNoTimeIsOne(t *testing.T) {
	var h nodes
	start := h.add(0, node{kind: startNode})
	first := h.add(0, node{kind: arrivalNode, flags: atServer, parent: start})
	ack := h.add(0, node{kind: arrivalNode, parent: first})
	second := h.segment(0, node{flags: atServer, parent: ack}, tcp.Window, start)
	h.expect(t, second, 2, nil)
}
