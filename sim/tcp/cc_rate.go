package tcp

import "time"

// deliveryRate is what the estimation of the delivery rate keeps of a connection
// (kernel tcp_rate.c; draft-ietf-ccwg-bbr §4.1). Each packet carries a copy of it from
// its transmission to its acknowledgement, where the two give a rateSample.
type deliveryRate struct {
	// sample is that of the ACK at hand; nil: the congestion control asks for none.
	sample *rateSample
	// delivered counts packets acknowledged or SACKed, the SYN as one; deliveredCE
	// counts those whose ACK carried ECE.
	delivered, deliveredCE uint32
	// appLimited is the count of delivered packets at which the last packet has
	// arrived that was in flight when the application had no more to send; 0: the
	// application is not the limit.
	appLimited  uint32
	deliveredAt time.Duration // when delivered last rose
	firstSent   time.Duration // when the packet was sent that began the send phase
}

// rateSample is what one ACK tells of the rate at which the network delivers (kernel
// struct rate_sample). The rate is delivered packets in interval.
type rateSample struct {
	// priorDelivered and priorDeliveredCE are the counts when the packet was sent that
	// was sent last among those newly acknowledged or SACKed; priorAt is when they were
	// reached, negative if no packet was newly acknowledged or SACKed.
	priorAt                          time.Duration
	priorDelivered, priorDeliveredCE uint32
	// delivered and deliveredCE count the packets delivered since then; delivered is
	// negative if the sample has no rate.
	delivered, deliveredCE int
	// interval is the longer one of sndInterval, the time that the packets took to be
	// sent, and rcvInterval, the time that they took to be acknowledged. It is
	// negative if the sample has no rate.
	interval, sndInterval, rcvInterval time.Duration
	// rtt is the round-trip time of the last packet acknowledged or SACKed; negative:
	// unknown.
	rtt           time.Duration
	losses        int   // packets newly marked lost
	ackedSacked   int   // packets newly acknowledged or SACKed
	priorInFlight int   // packets in flight before the ACK
	lastEnd       int64 // end of the packet of priorDelivered, a stream offset
	appLimited    bool  // that packet was sent while the application was the limit
	retransmitted bool  // that packet had been sent again
}

// establish begins the estimation, with the SYN delivered, if the congestion control looks
// at rate samples. The memory of a sample is kept for later connections.
func (r *deliveryRate) establish(ops *congestionOps, memory **rateSample) {
	*r = deliveryRate{delivered: 1}
	if ops.congControl == nil && ops.pktsAcked == nil {
		return
	}
	if *memory == nil {
		*memory = new(rateSample)
	}
	r.sample = *memory
}

// snapshot copies the delivery rate into a packet about to be sent (kernel
// tcp_rate_skb_sent). others counts the packets outstanding beside it: with none, the
// phases begin now.
func (r *deliveryRate) snapshot(p *packet, others int) {
	if others == 0 {
		r.firstSent, r.deliveredAt = p.sent, p.sent
	}
	p.firstSent, p.deliveredAt = r.firstSent, r.deliveredAt
	p.delivered, p.deliveredCE = r.delivered, r.deliveredCE
	p.state &^= packetAppLimited
	if r.appLimited != 0 {
		p.state |= packetAppLimited
	}
}

// notSampled stands in packet.deliveredAt once a packet has been part of a sample.
const notSampled time.Duration = -1

// arrived takes a packet acknowledged or SACKed into the sample (kernel
// tcp_rate_skb_delivered). The packet sent last decides.
func (r *deliveryRate) arrived(p *packet) {
	if p.deliveredAt == notSampled {
		return
	}
	rs := r.sample
	if rs.priorAt < 0 || p.sent > r.firstSent || (p.sent == r.firstSent && p.end() > rs.lastEnd) {
		rs.priorAt = p.deliveredAt
		rs.priorDelivered, rs.priorDeliveredCE = p.delivered, p.deliveredCE
		rs.appLimited = p.state&packetAppLimited != 0
		rs.retransmitted = p.state&packetRetransmitted != 0
		rs.lastEnd = p.end()
		r.firstSent = p.sent
		rs.sndInterval = p.sent - p.firstSent
	}
	p.deliveredAt = notSampled
}

// countDelivered counts packets acknowledged or SACKed (kernel tcp_count_delivered).
func (e *Endpoint) countDelivered(packets int, flags ackFlags) {
	e.rate.delivered += uint32(packets)
	if flags&ackECE != 0 {
		e.rate.deliveredCE += uint32(packets)
	}
}

// sampleRate completes the sample of an ACK (kernel tcp_rate_gen). Without a newly
// arrived packet, while the peer reneges, or where the interval is shorter than the
// least round-trip time, as that of a spurious retransmission is, it has no rate.
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
	rs.deliveredCE = int(r.deliveredCE - rs.priorDeliveredCE)
	rs.rcvInterval = e.now - rs.priorAt
	rs.interval = max(rs.sndInterval, rs.rcvInterval)
	if rs.interval < e.rtt.min {
		rs.interval = -1
	}
}

// checkAppLimited notes that the application is the limit: a write finds less than a
// segment left to send while the congestion window has room and all lost packets have
// been sent again (kernel tcp_rate_check_app_limited).
func (e *Endpoint) checkAppLimited() {
	if e.dataEnd-e.sndNxt < int64(e.mss) && e.inFlight() < e.win.cwnd &&
		e.scoreboard.lostOut <= e.scoreboard.retransOut {
		e.rate.appLimited = max(e.rate.delivered+uint32(e.inFlight()), 1)
	}
}
