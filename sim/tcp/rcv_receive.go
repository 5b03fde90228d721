package tcp

import "time"

// challengeInterval is the least time between two challenge ACKs (RFC 5961 §7,
// tcp_invalid_ratelimit).
const challengeInterval = 500 * time.Millisecond

// Receive processes a segment from the peer. It keeps no reference to it. A segment with an
// impossible length or offset is dropped.
func (e *Endpoint) Receive(now time.Duration, tag Tag, s *Segment) {
	if e.backlog.owned {
		e.backlog.segments = append(e.backlog.segments, *s)
		return
	}
	e.begin(now, tag)
	e.process(s)
}

// process processes a segment, of this call or of the backlog.
func (e *Endpoint) process(s *Segment) {
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

// maxOffset is the largest stream offset that is accepted.
const maxOffset = 1 << 60

// receiveEstablished processes a segment in a synchronised state: check, ACK, data, then it sends
// new data and the ACK (RFC 9293 §3.10.7.4, kernel tcp_rcv_state_process).
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

// acceptable checks sequence number, RST and SYN (RFC 9293 §3.10.7.4, RFC 5961 §3 and §4, kernel
// tcp_validate_incoming).
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

// answerUnacceptable answers a segment outside of the window with an ACK, which reports old data
// as a duplicate (kernel tcp_send_dupack).
func (e *Endpoint) answerUnacceptable(s *Segment, end int64) {
	if s.Flags&SYN != 0 || end == s.Seq {
		e.challenge()
		return
	}
	if s.Seq < e.rcvNxt {
		e.ack.enterQuickACK(e.wnd.offered, maxQuickACKs)
		if e.sack {
			e.reasm.addDSACK(s.Seq, min(end, e.rcvNxt))
		}
	}
	e.sendACK(Reply, e.tag)
}

// challenge sends a challenge ACK, unless one was sent shortly before (RFC 5961 §3.2, kernel
// tcp_send_challenge_ack).
func (e *Endpoint) challenge() {
	if e.now-e.lastChallenge < challengeInterval {
		return
	}
	e.lastChallenge = e.now
	e.sendACK(Reply, e.tag)
}

// refuse answers a segment for which there is no connection with a RST (RFC 9293 §3.10.7.1).
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

// receiveData processes payload and FIN (kernel tcp_data_queue).
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
		// A duplicate: the ACK was lost or late.
		if e.sack {
			e.reasm.addDSACK(s.Seq, end)
		}
		e.ack.enterQuickACK(e.wnd.offered, maxQuickACKs)
		e.ack.schedule(e.tag)
	case s.Seq > e.rcvNxt:
		if e.ecn.on {
			e.checkDataECN(s)
		}
		e.ack.schedule(e.tag)
		block := 0
		if e.ack.compression.held > 0 {
			if block = e.reasm.sackBlock(s.Seq, end); block < 0 && e.reasm.blocks >= compressionBlocks {
				e.sendACK(Reply, e.ack.since)
			}
		}
		if e.reasm.add(s.Seq, end) {
			e.growWindow(s.Len, s.Len >= e.ack.rcvMSS)
		}
		if block >= compressionBlocks && e.ack.pending {
			e.sendACK(Reply, e.ack.since)
		}
	default:
		if s.Seq < e.rcvNxt && e.sack {
			e.reasm.addDSACK(s.Seq, e.rcvNxt)
		}
		e.receiveInOrder(s, end)
	}
}

// receiveInOrder processes data that continues the stream, up to end, and what was held out of
// order behind it.
func (e *Endpoint) receiveInOrder(s *Segment, end int64) {
	if s.Len > 0 {
		e.ack.schedule(e.tag)
		full := s.Len >= e.ack.rcvMSS
		e.ack.dataReceived(s.Len, s.Flags&PSH != 0, e.wnd.offered, &e.clock, e.now, e.xmit.rto)
		e.measureReceiver(s)
		if e.ecn.on {
			e.checkDataECN(s)
		}
		e.growWindow(s.Len, full)
	}
	e.rcvNxt = end
	if !e.reasm.empty() {
		e.rcvNxt = e.reasm.advance(e.rcvNxt)
		if e.reasm.empty() {
			e.ack.ackNow = true // the gap is filled (RFC 5681 §4.2)
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

// growWindow opens the receive window for a segment of n bytes. The sender should learn of it, so
// that one ACK at least leaves at once outside of ping-pong mode (kernel tcp_grow_window).
func (e *Endpoint) growWindow(n int32, full bool) {
	if e.wnd.growWindow(n, full, e.unread()) {
		e.ack.quick |= 1
	}
}

// measureReceiver measures the round-trip time for the receive window: by the timestamps of full
// segments, else by the time in which a window arrives.
func (e *Endpoint) measureReceiver(s *Segment) {
	if !e.timestamps || s.Options&OptTimestamps == 0 {
		e.wnd.rttMeasure(e.rcvNxt, e.now)
		return
	}
	if s.Len >= e.ack.rcvMSS && s.TSEcr > 0 {
		if m := e.timestampRTT(s); m > 0 {
			e.wnd.rttSample(m)
		}
	}
}
