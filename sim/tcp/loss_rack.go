package tcp

import "time"

// rack is the state of RACK loss detection: a packet is lost if a packet sent later has arrived
// and the reordering window has passed (RFC 8985 §6, kernel tcp_recovery.c).
type rack struct {
	newest   uint32        // packet.order of the latest transmission that has arrived
	rtt      time.Duration // round-trip time of the packet that arrived last
	advanced bool          // a packet has arrived since the last loss detection

	reoWndSteps   int // reordering window in quarters of the least RTT (reo_wnd_steps)
	reoWndPersist int // recoveries after which reoWndSteps is reset to 1 (reo_wnd_persist)

	dsackSeen bool   // a D-SACK has arrived that may widen the window
	widenedAt uint32 // deliveryRate.delivered when reoWndSteps was last raised
}

const (
	rackPersist  = 16 // TCP_RACK_RECOVERY_THRESH
	rackMaxSteps = 255
	timeoutSlack = 2 * time.Millisecond // TCP_TIMEOUT_MIN_US
)

// rackAdvance notes the arrival of a packet (RFC 8985 §6.2 step 2, kernel tcp_rack_advance). If a
// retransmitted packet's round-trip time is below the minimum, the original has arrived: it is
// not used.
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

// rackReorderWindow returns the reordering window (RFC 8985 §6.2 step 4, kernel
// tcp_rack_reo_wnd). Until reordering has been seen it is 0 in recovery, and when enough packets
// are SACKed to begin recovery.
func (e *Endpoint) rackReorderWindow() time.Duration {
	sb := &e.scoreboard
	if !sb.reorderSeen && (e.rec.caState >= caRecovery || sb.sackedOut >= sb.reordering) {
		return 0
	}
	return min(e.rtt.min/4*time.Duration(e.rack.reoWndSteps), e.rtt.srtt())
}

// rackRemaining returns the time until the packet counts as lost (kernel tcp_rack_skb_timeout).
func (e *Endpoint) rackRemaining(p *packet, window time.Duration) time.Duration {
	return e.rack.rtt + window - (e.now - p.sent)
}

// rackDetectLoss marks the packets that are lost by now. It returns the time after which all
// packets that may still be lost count as lost, or 0 (RFC 8985 §6.2 step 5, kernel
// tcp_rack_detect_loss).
func (e *Endpoint) rackDetectLoss() (wait time.Duration) {
	window := e.rackReorderWindow()
	for s := e.queue.first; s != 0; {
		p := e.queue.in(s)
		if !p.sentBefore(e.rack.newest) {
			break
		}
		s = p.next
		if !p.mayBeLost() {
			continue // a tail loss probe
		}
		if left := e.rackRemaining(p, window); left <= 0 {
			e.markLost(p)
		} else {
			wait = max(wait, left)
		}
	}
	return wait
}

// rackMarkLost detects losses after an ACK. It reports whether it has armed the reordering timer
// for packets that may be lost (kernel tcp_rack_mark_lost).
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

// rackReorderTimeout detects losses when the reordering timer runs out, and begins recovery (RFC
// 8985 §6.2 step 5, kernel tcp_rack_reo_timeout).
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

// rackUpdateReorderWindow widens the reordering window after a D-SACK, at most once in a round
// trip, and resets it after 16 recoveries without one (RFC 8985 §6.2 step 4, kernel
// tcp_rack_update_reo_wnd).
func (e *Endpoint) rackUpdateReorderWindow(priorDelivered uint32) {
	r := &e.rack
	if int32(priorDelivered-r.widenedAt) < 0 {
		r.dsackSeen = false
	}
	if r.dsackSeen {
		r.reoWndSteps = min(r.reoWndSteps+1, rackMaxSteps)
		r.dsackSeen = false
		r.widenedAt = e.rate.delivered
		r.reoWndPersist = rackPersist
	} else if r.reoWndPersist == 0 {
		r.reoWndSteps = 1
	}
}
