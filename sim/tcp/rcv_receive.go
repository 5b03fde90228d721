package tcp

import "time"

// challengeInterval is the least time between two answers to segments out of the
// window or otherwise suspect (RFC 5961 §7, tcp_invalid_ratelimit).
const challengeInterval = 500 * time.Millisecond

// Receive takes one segment from the peer. It keeps no reference to it.
func (e *Endpoint) Receive(now time.Duration, tag Tag, s *Segment) {
	e.begin(now, tag)
	e.stats.SegmentsReceived++
	if s.Len < 0 || s.Seq < -1 || s.Seq > maxOffset || s.Ack > maxOffset {
		return
	}
	switch e.state {
	case Closed:
		e.refuse(s)
	case Listening:
		e.receiveListening(s)
	case SynSent:
		e.receiveSYNSent(s)
	case SynReceived:
		e.receiveSYNReceived(s)
	case TimeWait:
		e.receiveTimeWait(s)
	default:
		e.receiveEstablished(s)
	}
}

// maxOffset bounds the offsets accepted, far beyond any stream.
const maxOffset = 1 << 60

// receiveEstablished serves a segment of a synchronised connection (RFC 9293
// §3.10.7.4, kernel tcp_rcv_state_process): check, acknowledgement, data, then what
// there is to send.
func (e *Endpoint) receiveEstablished(s *Segment) {
	if !e.acceptable(s) || s.Flags&ACK == 0 || !e.receiveACK(s) {
		return
	}
	e.finAcked()
	if e.state == Closed {
		return
	}
	e.receiveData(s)
	if e.state == TimeWait {
		return
	}
	e.push(Window)
	e.ackSndCheck()
}

// acceptable checks sequence number, RST and SYN (RFC 9293 §3.10.7.4, RFC 5961 §3
// and 4, kernel tcp_validate_incoming).
func (e *Endpoint) acceptable(s *Segment) bool {
	if end := s.end(); end < e.ackSent || s.Seq > e.rcvNxt+e.windowLeft() {
		if s.Flags&RST == 0 {
			e.answerUnacceptable(s, end)
		}
		return false
	}
	if s.Flags&RST != 0 {
		if s.Seq == e.rcvNxt {
			e.fail(ErrReset)
		} else {
			e.challenge()
		}
		return false
	}
	if s.Flags&SYN != 0 {
		e.challenge()
		return false
	}
	return true
}

// answerUnacceptable sends the ACK that a segment out of the window is owed; old
// data is reported as a duplicate.
func (e *Endpoint) answerUnacceptable(s *Segment, end int64) {
	if s.Flags&SYN != 0 || end == s.Seq {
		e.challenge()
		return
	}
	if s.Seq < e.rcvNxt {
		e.ack.enterQuickACK(e.wnd.offered, maxQuickACKs)
		if e.sack {
			e.reasm.duplicate(s.Seq, min(end, e.rcvNxt))
		}
	}
	e.sendACK(Reply, e.tag)
}

// challenge sends an ACK that lets an honest peer find out where we are, not too
// often.
func (e *Endpoint) challenge() {
	if e.now-e.challengeFrom < challengeInterval {
		return
	}
	e.challengeFrom = e.now
	e.sendACK(Reply, e.tag)
}

// refuse answers a segment that belongs to no connection (RFC 9293 §3.10.7.1).
func (e *Endpoint) refuse(s *Segment) {
	if s.Flags&RST != 0 {
		return
	}
	e.burst++
	r := e.emit(RST, Reply, e.tag)
	if s.Flags&ACK != 0 {
		r.Seq = s.Ack
		return
	}
	r.Flags |= ACK
	r.Ack = s.end()
}

// receiveData takes payload and FIN (kernel tcp_data_queue).
func (e *Endpoint) receiveData(s *Segment) {
	fin := s.Flags&FIN != 0
	if s.Len == 0 && !fin {
		return
	}
	end := s.end()
	if fin && (e.peerFIN < 0 || e.peerFIN == end-1) {
		e.peerFIN = end - 1
	}
	if e.peerFIN >= 0 {
		end = min(end, e.peerFIN+1)
	}
	switch {
	case end <= e.rcvNxt:
		// Seen before: our ACK was lost or late.
		if e.sack {
			e.reasm.duplicate(s.Seq, end)
		}
		e.ack.enterQuickACK(e.wnd.offered, maxQuickACKs)
		e.ack.schedule(e.tag)
	case s.Seq > e.rcvNxt:
		if e.ecn.on {
			e.checkDataECN(s)
		}
		e.ack.schedule(e.tag)
		if e.reasm.add(s.Seq, end) {
			e.wnd.arrived(s.Len, s.Len >= e.ack.segment, e.unread())
		}
	default:
		if s.Seq < e.rcvNxt && e.sack {
			e.reasm.duplicate(s.Seq, e.rcvNxt)
		}
		e.receiveInOrder(s, end)
	}
}

// receiveInOrder takes data that continues the stream, and what waited behind it.
func (e *Endpoint) receiveInOrder(s *Segment, end int64) {
	if s.Len > 0 {
		e.ack.schedule(e.tag)
		full := s.Len >= e.ack.segment
		e.ack.dataReceived(s.Len, s.Flags&PSH != 0, e.wnd.offered, e.now, e.xmit.rto)
		e.measureReceiver(s)
		if e.ecn.on {
			e.checkDataECN(s)
		}
		e.wnd.arrived(s.Len, full, e.unread())
	}
	e.rcvNxt = end
	if !e.reasm.empty() {
		e.rcvNxt = e.reasm.advance(e.rcvNxt)
		if e.reasm.empty() {
			e.ack.atOnce = true // the gap is filled (RFC 5681 §4.2)
		}
	}
	if !e.PeerClosed() {
		e.stats.BytesDelivered = e.rcvNxt - 1
		return
	}
	e.stats.BytesDelivered = e.peerFIN - 1
	e.ack.schedule(e.tag)
	e.receiveFIN()
}

// measureReceiver measures the round trip for the receive window: by timestamps on
// full segments, else by how long a window's worth takes.
func (e *Endpoint) measureReceiver(s *Segment) {
	if !e.timestamps || s.Options&OptTimestamps == 0 {
		e.wnd.measure(e.rcvNxt, e.now)
		return
	}
	if s.Len >= e.ack.segment && s.TSEcr > 0 {
		if m := e.timestampRTT(s); m > 0 {
			e.wnd.sampled(m)
		}
	}
}
