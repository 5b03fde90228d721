package tcp

import "time"

// Write adds n bytes to the stream and sends what the windows allow. It does nothing if n is not
// positive, after CloseWrite, or when the connection has ended.
func (e *Endpoint) Write(now time.Duration, tag Tag, n int64) {
	e.WriteComputed(now, tag, n, tag, 0)
}

// WriteComputed is Write for an application that has only computed since an event, for the given
// time: Segment.Since and Segment.Computed return both. Memory does not grow with the number of
// writes whose data is unsent, if they have equal lengths, equal intervals and the same event.
func (e *Endpoint) WriteComputed(now time.Duration, tag Tag, n int64, since Tag, computed time.Duration) {
	e.begin(now, tag)
	if n <= 0 || e.finQueued || e.closing || e.state == Closed || e.state == TimeWait {
		return
	}
	if e.rate.sample != nil && e.written == e.dataEnd {
		e.checkAppLimited()
	}
	if e.sndNxt == e.written {
		e.slowStartAfterIdle()
	}
	e.written += n
	e.writes.add(e.written, since, computed)
	e.fillSendBuffer()
	e.push(Write)
}

// Read says that the application has taken n of the Delivered bytes. It opens the receive window,
// and may send an ACK.
func (e *Endpoint) Read(now time.Duration, tag Tag, n int64) {
	e.begin(now, tag)
	n = min(n, e.stats.BytesDelivered+1-e.wnd.read)
	if n <= 0 || !e.established && !e.handshake.fastOpenPending {
		return
	}
	e.wnd.read += n
	if e.state == Closed || e.state == TimeWait {
		return
	}
	e.wnd.spaceAdjust(int64(e.cfg.MaxReceiveBuffer), e.reasm.bytes(), now)
	e.ackOnRead()
}

// unread returns the bytes in the receive buffer.
func (e *Endpoint) unread() int64 {
	return e.stats.BytesDelivered + 1 - e.wnd.read + e.reasm.bytes()
}

// windowLeft returns the bytes that remain of the window last offered (kernel
// tcp_receive_window).
func (e *Endpoint) windowLeft() int64 { return max(e.ackSent+e.wnd.offered-e.rcvNxt, 0) }

// emit appends a segment to the output. The pointer is valid until the next emit.
func (e *Endpoint) emit(flags Flags, cause Cause, since Tag) *Segment {
	n := len(e.out)
	if n == cap(e.out) {
		e.out = append(e.out, Segment{})
	}
	e.out = e.out[:n+1]
	s := &e.out[n]
	*s = Segment{}
	s.Flags, s.Cause, s.Since, s.Burst = flags, cause, since, e.burst
	e.stats.SegmentsSent++
	if p := &e.pacer; p.on {
		p.next = max(p.next, e.exact)
		if p.releasing {
			s.Paced, s.Armed = true, p.since
		}
	}
	return s
}

// acknowledge puts the ACK, the window, timestamps, SACK blocks and ECE on a segment. No delayed
// ACK is pending any more.
func (e *Endpoint) acknowledge(s *Segment) {
	s.Flags |= ACK
	s.Ack = e.rcvNxt
	s.Window = e.offerWindow()
	room := maxBlocks
	if e.timestamps {
		s.Options |= OptTimestamps
		s.TSVal = e.clock.timestamp(e.now)
		s.TSEcr = e.tsRecent
		room = maxBlocks - 1
	}
	if e.sack && (e.reasm.blocks > 0 || e.reasm.hasDSACK) {
		e.reasm.fillSACK(s, room)
	}
	if e.ecn.on {
		s.ECN = e.ecnOfControl()
		if e.ecn.demandCWR {
			s.Flags |= ECE
		}
	}
	e.ack.sent()
}

// offerWindow returns the receive window to put on a segment. Its right edge never moves back (RFC
// 9293 §3.8.6, kernel tcp_select_window).
func (e *Endpoint) offerWindow() int64 {
	window, quick := e.wnd.selectWindow(e.unread(), e.ack.rcvMSS)
	if !quick {
		e.ack.quick = 0
	}
	if left := e.windowLeft(); window < left {
		unit := int64(1) << e.wnd.scale
		window = (left + unit - 1) / unit * unit
	}
	if e.wnd.scale == 0 {
		window = min(window, 65535)
	}
	e.wnd.offered = window
	e.ackSent = e.rcvNxt
	return window
}

// sendACK sends a pure ACK.
func (e *Endpoint) sendACK(cause Cause, since Tag) {
	e.burst++
	s := e.emit(ACK, cause, since)
	s.Seq = e.sndNxt
	e.acknowledge(s)
}

func (e *Endpoint) windowEnd() int64 { return e.sndUna + e.sndWnd }

// streamEnd returns the end of what the application has written, a queued FIN counted.
func (e *Endpoint) streamEnd() int64 {
	if e.finQueued {
		return e.dataEnd + 1
	}
	return e.dataEnd
}

// inFlight returns the estimated number of packets in the network (pipe of RFC 6675 §2, kernel
// tcp_packets_in_flight).
func (e *Endpoint) inFlight() int {
	return e.queue.n - e.scoreboard.sackedOut - e.scoreboard.lostOut + e.scoreboard.retransOut
}

// push sends new data as far as both windows have room (kernel tcp_write_xmit). cause is the reason
// why it is sent now.
func (e *Endpoint) push(cause Cause) {
	e.pushBuffered(cause)
	if e.written > e.dataEnd && e.fillSendBuffer() {
		e.pushBuffered(cause)
	}
}

// pushBuffered is push for the data in the send buffer.
func (e *Endpoint) pushBuffered(cause Cause) {
	if !e.canSend() {
		return
	}
	sent := e.sendNew(cause, infiniteSSThresh, e.win.cwnd)
	if sent > 0 {
		if e.rec.reducing() {
			e.rec.prrOut += sent
		}
		e.scheduleLossProbe(false)
	}
	if e.queue.n == 0 && e.sndNxt < e.streamEnd() && e.xmit.kind == timerNone {
		e.armPersist()
	}
}

// canSend reports whether there is unsent data or a FIN, in a state that sends it.
func (e *Endpoint) canSend() bool {
	return e.sndNxt < e.streamEnd() && e.state != TimeWait && (e.state >= Established || e.handshake.fastOpenPending)
}

// sendNew sends at most limit new segments, with a congestion window of cwnd packets, and returns
// the number sent.
func (e *Endpoint) sendNew(cause Cause, limit, cwnd int) int {
	streamEnd, windowEnd, room := e.streamEnd(), e.windowEnd(), cwnd-e.inFlight()
	sent, perBurst, inBurst := 0, 0, 0
	burstFrom, prior := e.sndNxt, e.pacer.next
	if e.nagleHolds && cause == Window {
		cause = Nagle
	}
	for e.sndNxt < streamEnd && sent < limit && sent < room {
		end := min(e.sndNxt+int64(e.mss), e.dataEnd)
		fin := e.finQueued && end == e.dataEnd
		edge := end
		if fin {
			edge++
		}
		if edge > windowEnd {
			break
		}
		if e.nagleHolds = e.holdPartial(end, fin); e.nagleHolds {
			break
		}
		if inBurst == perBurst {
			if e.pacer.on {
				e.burstSent(e.sndNxt-burstFrom, prior)
				burstFrom, prior = e.sndNxt, e.pacer.next
				if e.pacingHolds(cause) {
					break
				}
			}
			e.burst++
			perBurst, inBurst = e.burstSize(room-sent), 0
		}
		inBurst++
		sent++
		last := edge == streamEnd || inBurst == perBurst
		e.sendPacket(end, fin, last, cause)
	}
	if e.pacer.on {
		e.burstSent(min(e.sndNxt, e.dataEnd)-burstFrom, prior)
	}
	if limited := sent >= room; sent > 0 || limited {
		e.cwndValidate(limited)
	}
	return sent
}

// sendPacket sends the next segment of new data, up to end, with the FIN if fin.
func (e *Endpoint) sendPacket(end int64, fin, pushed bool, cause Cause) {
	s := e.emit(ACK, cause, 0)
	s.Seq = e.sndNxt
	s.Len = int32(end - e.sndNxt)
	p := e.queue.push()
	e.sends++
	*p = packet{}
	p.seq, p.length, p.sent, p.order, p.tag = e.sndNxt, s.Len, e.now, uint32(e.sends), e.tag
	if fin {
		s.Flags |= FIN
		p.length++
		p.state = packetFIN
	}
	if e.rate.sample != nil {
		e.rate.snapshot(p, e.queue.n-1)
		e.noteFlight(p, e.inFlight())
	}
	if e.queue.listed {
		e.queue.listLast(e.queue.n - 1)
	}
	if s.Len > 0 {
		if pushed {
			s.Flags |= PSH
		}
		if s.Len < e.mss {
			e.smallEnd = end
		}
		if e.cc.cwndEvent != nil {
			e.txStart(1)
		}
		e.lastSend = e.now
		e.ack.dataSent(&e.clock, e.now)
		e.stats.BytesSent += int64(s.Len)
	}
	end = p.end()
	s.Since, s.Computed = e.writes.take(end)
	if cause == Probe || cause == Persist {
		s.Held, s.Armed = true, e.xmit.since
	}
	e.acknowledge(s)
	if e.ecn.on {
		e.sendDataECN(s)
	}
	e.sndNxt = end
	if e.queue.n == 1 || e.xmit.kind == timerProbe {
		e.armRTO()
	}
}

// txStart tells the congestion control that data leaves while nothing else is in flight. own is the
// number of packets of that data which inFlight counts already (kernel tcp_event_data_sent).
func (e *Endpoint) txStart(own int) {
	if e.inFlight() == own {
		e.cc.cwndEvent(e, eventTxStart)
	}
}

// holdPartial reports whether Nagle's algorithm, in Minshall's form, holds the segment up to end: a
// partial segment waits while another one is unacknowledged; a FIN does not (kernel
// tcp_nagle_check).
func (e *Endpoint) holdPartial(end int64, fin bool) bool {
	partial := end-e.sndNxt < int64(e.mss)
	return e.cfg.Nagle && !fin && partial && e.queue.n > 0 && e.smallEnd > e.sndUna
}

// minBurst is the default of the least number of segments in a burst (tcp_min_tso_segs).
const minBurst = 2

// gsoMaxSize is the largest payload of a burst in bytes: that of a GSO packet less the room for
// headers (kernel sk_dst_gso_max_size; MAX_TCP_HEADER is 320 in the kernels of distributions).
const gsoMaxSize = 65536 - 320 - 1

// burstSize returns the number of segments of the next burst: what the pacing rate sends in about a
// millisecond, and more on short paths (kernel tcp_tso_autosize). room is what the congestion
// window allows, in packets.
func (e *Endpoint) burstSize(room int) int {
	if e.cc.tsoSegs != nil {
		return e.cc.tsoSegs(e)
	}
	least := minBurst
	if e.cc.minTSOSegs != nil {
		least = e.cc.minTSOSegs(e)
	}
	if e.rtt.srtt8 == 0 || e.dataEnd-e.sndNxt <= int64(least)*int64(e.mss) ||
		room <= least {
		return least
	}
	bytes := e.pacer.pacingRate() >> 10
	if shift := int64(e.rtt.min/time.Microsecond) >> 9; shift < 16 {
		bytes += gsoMaxSize >> shift
	}
	return max(int(min(bytes, gsoMaxSize)/int64(e.mss)), least)
}

// retransmitSegment sends packet i of the queue again.
func (e *Endpoint) retransmitSegment(i int, cause Cause) {
	p := e.queue.at(i)
	e.burst++
	prior := e.pacer.next
	s := e.emit(ACK, cause, p.tag)
	s.Retransmit = true
	s.Seq = p.seq
	s.Len = p.length
	if p.state&packetFIN != 0 {
		s.Flags |= FIN
		s.Len--
	}
	if s.Len > 0 {
		s.Flags |= PSH
		if e.cc.cwndEvent != nil {
			e.txStart(0)
		}
		e.lastSend = e.now
		e.ack.dataSent(&e.clock, e.now)
	}
	e.acknowledge(s)
	e.sends++
	p.sent, p.order, p.tag = e.now, uint32(e.sends), e.tag
	p.state |= packetEverRetrans
	if e.rate.sample != nil {
		e.rate.snapshot(p, e.queue.n)
		e.noteFlight(p, e.inFlight()+1)
	}
	e.queue.list(e.sndNxt)
	e.queue.listLast(i)
	e.burstSent(int64(s.Len), prior)
	e.stats.Retransmits++
	e.stats.BytesRetransmitted += int64(s.Len)
}
