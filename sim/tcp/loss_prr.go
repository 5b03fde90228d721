package tcp

// Proportional Rate Reduction spreads the reduction of the congestion window over the round trip of
// recovery (RFC 6937).

// initCwndReduction begins a reduction to the ssthresh of the congestion control (kernel
// tcp_init_cwnd_reduction).
func (e *Endpoint) initCwndReduction() {
	r := &e.rec
	r.highSeq = e.sndNxt
	e.tlp.highSeq = 0
	e.win.acked = 0
	r.priorCwnd = e.win.cwnd
	r.prrDelivered, r.prrOut = 0, 0
	e.win.ssthresh = e.cc.ssthresh(e)
	e.ecn.queueCWR = e.ecn.on
}

// cwndReduction sets the window so that PRR sends the right number of packets on this ACK (RFC 6937
// §3, kernel tcp_cwnd_reduction). With more than ssthresh packets in flight the number is
// proportional to those delivered. With fewer it is the number delivered, and one more if the ACK
// moves sndUna and shows no new loss.
func (e *Endpoint) cwndReduction(delivered, lost int, flags ackFlags) {
	r := &e.rec
	if delivered <= 0 || r.priorCwnd == 0 {
		return
	}
	inFlight := e.inFlight()
	r.prrDelivered += delivered
	var send int
	if below := e.win.ssthresh - inFlight; below < 0 {
		send = (e.win.ssthresh*r.prrDelivered+r.priorCwnd-1)/r.priorCwnd - r.prrOut
	} else {
		send = max(r.prrDelivered-r.prrOut, delivered)
		if flags&ackUnaAdvanced != 0 && lost == 0 {
			send++
		}
		send = min(below, send)
	}
	if r.prrOut == 0 {
		send = max(send, 1) // the first retransmission leaves at once
	}
	e.win.cwnd = inFlight + max(send, 0)
}

// endCwndReduction sets the window to ssthresh (kernel tcp_end_cwnd_reduction).
func (e *Endpoint) endCwndReduction() {
	if e.cc.congControl != nil {
		return
	}
	if e.win.ssthresh < infiniteSSThresh && (e.rec.caState == caCWR || e.rec.hasUndoMarker) {
		e.win.cwnd = e.win.ssthresh
		e.win.stamp = e.now
	}
	e.caEvent(eventCompleteCWR)
}
