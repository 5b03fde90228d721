package tcp

import "time"

// rack finds losses by time: a packet is lost if one sent later has arrived and the
// reordering window has passed since (RFC 8985 §6, kernel tcp_recovery.c).
type rack struct {
	newest   uint32        // ordinal of the latest transmission known to have arrived
	rtt      time.Duration // round trip of the packet that arrived last
	advanced bool          // something arrived since the last look

	steps     int    // reordering window in quarters of the least round trip
	persist   int    // recoveries for which steps is kept
	dsackSeen bool   // a duplicate report waits to widen the window
	widenedAt uint32 // packets delivered when it was last widened
}

const (
	rackPersist  = 16 // TCP_RACK_RECOVERY_THRESH
	rackMaxSteps = 255
	timeoutSlack = 2 * time.Millisecond // TCP_TIMEOUT_MIN_US
)

// rackAdvance notes the arrival of a packet. A round trip shorter than the least
// ever seen, of a packet sent again, was the original's and tells nothing.
func (e *Endpoint) rackAdvance(p *packet) {
	r := &e.rack
	rtt := e.now - p.sent
	if rtt < e.rtt.min && p.state&packetRetransmitted != 0 {
		return
	}
	r.advanced = true
	r.rtt = rtt
	if !p.sentBefore(r.newest) {
		r.newest = p.order
	}
}

// rackReorderWindow is the reordering window: none while recovering, or with enough
// packets SACKed to begin, unless reordering was seen.
func (e *Endpoint) rackReorderWindow() time.Duration {
	if !e.scoreboard.reorderSeen && (e.rec.caState >= caRecovery || e.scoreboard.sackedOut >= e.scoreboard.reordering) {
		return 0
	}
	return min(e.rtt.min/4*time.Duration(e.rack.steps), e.rtt.srtt())
}

// rackRemaining is how long to wait still before the packet counts as lost.
func (e *Endpoint) rackRemaining(p *packet, window time.Duration) time.Duration {
	return e.rack.rtt + window - (e.now - p.sent)
}

// rackDetectLoss marks lost packets and returns how long to wait for the latest of those
// that are only suspected, 0 if there are none.
func (e *Endpoint) rackDetectLoss() (wait time.Duration) {
	window := e.rackReorderWindow()
	for s := e.queue.first; s != 0; {
		p := e.queue.in(s)
		if !p.sentBefore(e.rack.newest) {
			break
		}
		s = p.next
		if !p.mayBeLost() {
			continue // a probe
		}
		if left := e.rackRemaining(p, window); left <= 0 {
			e.markLost(p)
		} else {
			wait = max(wait, left)
		}
	}
	return wait
}

// rackMarkLost looks for losses after an ACK and arms the timer for what is only
// suspected; it reports whether it did.
func (e *Endpoint) rackMarkLost() bool {
	if !e.rack.advanced {
		return false
	}
	e.rack.advanced = false
	wait := e.rackDetectLoss()
	if wait > 0 {
		e.armTimer(timerReorder, min(wait+timeoutSlack, e.xmit.rto))
	}
	return wait > 0
}

// rackReorderTimeout marks what the reordering window has been waited for.
func (e *Endpoint) rackReorderTimeout() {
	prior := e.inFlight()
	priorLost := e.scoreboard.lostTotal
	e.rackDetectLoss()
	if e.inFlight() != prior {
		if e.rec.caState != caRecovery {
			e.enterRecovery(0)
			if e.cc.congControl == nil {
				e.cwndReduction(1, e.scoreboard.lostTotal-priorLost, 0)
			}
		}
		e.xmitRetransmitQueue(ReorderTimer)
	}
	if e.xmit.kind != timerRetransmit {
		e.armRTO()
	}
}

// rackUpdateReorderWindow widens the reordering window for duplicates reported, at most once
// a round trip, and narrows it after enough recoveries without.
func (e *Endpoint) rackUpdateReorderWindow(priorDelivered uint32) {
	r := &e.rack
	if int32(priorDelivered-r.widenedAt) < 0 {
		r.dsackSeen = false
	}
	if r.dsackSeen {
		r.steps = min(r.steps+1, rackMaxSteps)
		r.dsackSeen = false
		r.widenedAt = e.rate.delivered
		r.persist = rackPersist
	} else if r.persist == 0 {
		r.steps = 1
	}
}
