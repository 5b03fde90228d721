package tcp

import "time"

// CloseWrite ends the stream: a FIN follows the data written so far. An endpoint
// that has no connection yet is closed.
func (e *Endpoint) CloseWrite(now time.Duration, tag Tag) {
	e.begin(now, tag)
	switch e.state {
	case Established:
		e.state = FinWait1
	case CloseWait:
		e.state = LastAck
	case Listening, SynSent, SynReceived:
		e.closed()
		return
	default:
		return
	}
	e.finQueued = true
	e.writes.add(e.dataEnd+1, tag)
	e.push(Close)
}

// Abort sends a RST and closes the endpoint with ErrAborted. Where no connection
// stands it sends nothing.
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

// finAcked moves on when the peer has acknowledged our FIN.
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
		e.closed()
	}
}

// receiveFIN moves on when the peer's stream has ended (kernel tcp_fin). The side
// that closes second puts the ACK on its own FIN if that is soon.
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

// enterTimeWait ends the work of this end: it answers a repeated FIN and holds no
// timer, so that nothing waits for it.
func (e *Endpoint) enterTimeWait() {
	e.state = TimeWait
	e.stopTimers()
}

func (e *Endpoint) receiveTimeWait(s *Segment) {
	if s.Flags&(RST|SYN) == 0 && s.end() > s.Seq {
		e.sendACK(Reply, e.tag)
	}
}
