package tcp

import "time"

// CloseWrite ends the stream: a FIN follows the data written so far. Before the connection is
// established it closes the endpoint without a segment.
func (e *Endpoint) CloseWrite(now time.Duration, tag Tag) {
	e.begin(now, tag)
	if e.written > e.dataEnd && !e.closing && e.established {
		e.closing = true // the application is still writing
		e.writes.add(e.written+1, tag, 0)
		return
	}
	if e.closeStream() {
		e.writes.add(e.dataEnd+1, tag, 0)
		e.push(Close)
	}
}

// closeStream puts the FIN after the data. It returns false if there is no stream to end.
func (e *Endpoint) closeStream() bool {
	switch e.state {
	case Established:
		e.state = FinWait1
	case CloseWait:
		e.state = LastAck
	case Listening, SynSent, SynReceived:
		if !e.handshake.fastOpenPending {
			e.closed()
			return false
		}
	default:
		return false
	}
	e.finQueued = true
	return true
}

// Abort closes the endpoint with ErrAborted. It sends a RST if the connection is established.
func (e *Endpoint) Abort(now time.Duration, tag Tag) {
	e.begin(now, tag)
	if e.state >= Established && e.state != TimeWait {
		e.burst++
		s := e.emit(RST, Close, tag)
		s.Seq = e.sndNxt
		s.Flags |= ACK
		s.Ack = e.rcvNxt
	}
	if e.state != Closed && e.state != TimeWait {
		e.fail(ErrAborted)
	}
}

// finAcked changes the state when the peer has acknowledged the FIN.
func (e *Endpoint) finAcked() {
	if !e.finQueued || e.sndUna <= e.dataEnd {
		return
	}
	switch e.state {
	case FinWait1:
		e.state = FinWait2
	case Closing:
		e.enterTimeWait()
	case LastAck:
		e.updateMetrics()
		e.closed()
	}
}

// receiveFIN changes the state when the peer's stream has ended (kernel tcp_fin). In ping-pong mode
// the ACK leaves with the application's own FIN if that follows soon.
func (e *Endpoint) receiveFIN() {
	switch e.state {
	case Established:
		e.state = CloseWait
		e.ack.pingPong = true
	case FinWait1:
		e.state = Closing
		e.sendACK(Reply, e.tag)
	case FinWait2:
		e.sendACK(Reply, e.tag)
		e.enterTimeWait()
	}
}

// enterTimeWait changes to TimeWait: the endpoint answers a FIN received again and runs no timer,
// so that no caller has to wait for it.
func (e *Endpoint) enterTimeWait() {
	e.updateMetrics()
	e.state = TimeWait
	e.stopTimers()
}

func (e *Endpoint) receiveTimeWait(s *Segment) {
	if s.Flags&(RST|SYN) == 0 && s.end() > s.Seq {
		e.sendACK(Reply, e.tag)
	}
}
