package tcp

import (
	"math"
	"time"
)

// deliveryRate is the connection's state of delivery rate estimation (kernel tcp_rate.c). Each
// packet gets a copy at its transmission. The copy and the state at its ACK give a rateSample.
type deliveryRate struct {
	// sample is the sample of the ACK being processed; nil: the congestion control uses none.
	sample *rateSample
	// delivered counts the packets acknowledged or SACKed, the SYN as one. deliveredCE counts
	// those whose ACK carried ECE.
	delivered, deliveredCE uint32
	// appLimited marks samples as application-limited until delivered exceeds it. It is set
	// when the application has nothing to send: to delivered plus the packets in flight. 0:
	// samples are not application-limited.
	appLimited  uint32
	deliveredAt time.Duration // instant of the last increase of delivered (delivered_mstamp)
	firstSent   time.Duration // beginning of the send phase (first_tx_mstamp)
}

// rateSample is the delivery rate sample of one ACK: delivered packets in interval (kernel struct
// rate_sample). "The packet" is the one sent last among those that the ACK newly acknowledges or
// SACKs.
type rateSample struct {
	// priorAt, priorDelivered and priorDeliveredCE are deliveredAt, delivered and deliveredCE
	// of deliveryRate when the packet was sent. A negative priorAt: the ACK delivers no packet.
	priorAt                     time.Duration
	priorDelivered              uint32
	priorDeliveredCE, priorLost uint16
	// delivered and deliveredCE count the packets delivered since then; delivered is negative
	// if no packet was delivered or the peer reneges.
	delivered, deliveredCE int
	// interval is the longer of sndInterval, in which the packets were sent, and rcvInterval,
	// in which they were acknowledged. It is negative if the sample is not valid.
	interval, sndInterval, rcvInterval time.Duration
	// rtt is the round-trip time of the last packet acknowledged or SACKed; negative: unknown.
	rtt           time.Duration
	losses        int   // packets newly marked lost
	lost          int   // packets marked lost since the packet was sent
	txInFlight    int   // packets in flight when it was sent, itself included
	ackedSacked   int   // packets newly acknowledged or SACKed
	priorInFlight int   // packets in flight before the ACK
	lastEnd       int64 // stream offset after the packet
	appLimited    bool  // the packet was sent while the application had nothing more to send
	retransmitted bool  // the packet was sent again
	acksProbe     bool  // the ACK may be that of a tail loss probe (is_acking_tlp_retrans_seq)
	ackDelayed    bool  // the ACK may be delayed: the packet was short and alone
}

// establish begins the estimation with the SYN delivered. The sample, if the congestion control
// uses it, lies in *memory, which is kept for later connections.
func (r *deliveryRate) establish(ops *congestionOps, memory **rateSample) {
	*r = deliveryRate{}
	r.delivered = 1
	if ops.congControl == nil {
		return
	}
	if *memory == nil {
		*memory = new(rateSample)
	}
	r.sample = *memory
}

// snapshot copies the state into a packet that is being sent (kernel tcp_rate_skb_sent). If no
// others are outstanding, send phase and ACK phase begin now.
func (r *deliveryRate) snapshot(p *packet, others int) {
	if others == 0 {
		r.firstSent, r.deliveredAt = p.sent, p.sent
	}
	p.firstSent, p.deliveredAt = r.firstSent, r.deliveredAt
	p.delivered, p.deliveredCE = r.delivered, uint16(r.deliveredCE)
	p.state &^= packetAppLimited
	if r.appLimited != 0 {
		p.state |= packetAppLimited
	}
}

// noteFlight stores the packets in flight and the losses so far in a packet that is being sent
// (version 3 of BBR: tcp_set_tx_in_flight).
func (e *Endpoint) noteFlight(p *packet, inFlight int) {
	p.inFlight = uint16(min(inFlight, math.MaxUint16))
	p.lost = uint16(e.scoreboard.lostTotal)
}

// notSampled is packet.deliveredAt after the packet has been part of a sample.
const notSampled time.Duration = -1

// arrived adds a newly acknowledged or SACKed packet to the sample (kernel
// tcp_rate_skb_delivered).
func (r *deliveryRate) arrived(p *packet) {
	if p.deliveredAt == notSampled {
		return
	}
	rs := r.sample
	if rs.priorAt < 0 || p.sent > r.firstSent || (p.sent == r.firstSent && p.end() > rs.lastEnd) {
		rs.priorAt = p.deliveredAt
		rs.priorDelivered, rs.priorDeliveredCE = p.delivered, p.deliveredCE
		rs.priorLost, rs.txInFlight = p.lost, int(p.inFlight)
		rs.appLimited = p.state&packetAppLimited != 0
		rs.retransmitted = p.state&packetRetransmitted != 0
		rs.lastEnd = p.end()
		r.firstSent = p.sent
		rs.sndInterval = p.sent - p.firstSent
	}
	p.deliveredAt = notSampled
}

// countDelivered counts packets as delivered (kernel tcp_count_delivered).
func (e *Endpoint) countDelivered(packets int, flags ackFlags) {
	e.rate.delivered += uint32(packets)
	if flags&ackECE != 0 {
		e.rate.deliveredCE += uint32(packets)
	}
}

// sampleRate completes the sample of an ACK (kernel tcp_rate_gen). The sample is not valid
// without a newly delivered packet, while the peer reneges, or if its interval is below the least
// round-trip time, as after a spurious retransmission.
func (e *Endpoint) sampleRate(ackedSacked, losses int, reneging bool) {
	r, rs := &e.rate, e.rate.sample
	rs.ackedSacked, rs.losses = ackedSacked, losses
	if r.appLimited != 0 && int32(r.delivered-r.appLimited) > 0 {
		r.appLimited = 0
	}
	if rs.ackedSacked > 0 {
		r.deliveredAt = e.now
	}
	if rs.priorAt < 0 || reneging {
		rs.delivered, rs.interval = -1, -1
		return
	}
	rs.delivered = int(r.delivered - rs.priorDelivered)
	rs.deliveredCE = int(uint16(r.deliveredCE) - rs.priorDeliveredCE)
	rs.lost = int(uint16(e.scoreboard.lostTotal) - rs.priorLost)
	rs.rcvInterval = e.now - rs.priorAt
	rs.interval = max(rs.sndInterval, rs.rcvInterval)
	if rs.interval < e.rtt.min {
		rs.interval = -1
	}
}

// checkAppLimited is called before each Write. It marks the following samples application-limited
// if less than a segment is unsent, the congestion window has room, and all lost packets have
// been sent again (kernel tcp_rate_check_app_limited).
func (e *Endpoint) checkAppLimited() {
	if e.dataEnd-e.sndNxt < int64(e.mss) && e.inFlight() < e.win.cwnd &&
		e.scoreboard.lostOut <= e.scoreboard.retransOut {
		e.rate.appLimited = max(e.rate.delivered+uint32(e.inFlight()), 1)
	}
}
