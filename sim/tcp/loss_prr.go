package tcp

// Proportional Rate Reduction spreads the reduction of the window over the round trip
// of recovery (RFC 6937).

// initCwndReduction starts a reduction to the threshold that the congestion control names.
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

// cwndReduction sets the window for what PRR lets go on this ACK: in proportion to
// what was delivered while above the threshold; below it as much as was delivered,
// and one more where the left edge moved without new loss (RFC 6937 §3, kernel
// tcp_cwnd_reduction).
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
		send = max(send, 1) // the first retransmission leaves in any case
	}
	e.win.cwnd = inFlight + max(send, 0)
}

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
