package tcp

// dctcp is Data Center TCP (RFC 8257; kernel tcp_dctcp.c): the window is reduced in proportion to
// the fraction of packets that the network marks CE. The path must mark at a low threshold.
var dctcp = congestionOps{
	name:       "dctcp",
	needsECN:   true,
	init:       dctcpInit,
	ssthresh:   dctcpSSThresh,
	congAvoid:  renoCongAvoid,
	setState:   dctcpSetState,
	cwndEvent:  dctcpCwndEvent,
	inACKEvent: dctcpUpdateAlpha,
	undoCwnd:   dctcpUndoCwnd,
}

// dctcpReno replaces dctcp if the peer refuses ECN (kernel dctcp_reno).
var dctcpReno = congestionOps{
	name:      "dctcp-reno",
	ssthresh:  renoSSThresh,
	congAvoid: renoCongAvoid,
	undoCwnd:  renoUndoCwnd,
}

// dctcpState is the state of DCTCP at one endpoint (kernel struct dctcp).
type dctcpState struct {
	alpha    uint32 // estimate of the fraction of packets marked, in units of 1/dctcpMaxAlpha
	next     int64  // alpha is computed anew when this offset is acknowledged (next_seq)
	lossCwnd int    // window before the last reduction, packets
	// deliveryRate's counts when alpha was last computed.
	delivered, deliveredCE uint32
	// As receiver: the last data was marked CE (ce_state).
	marked bool
}

const (
	dctcpMaxAlpha = 1024 // DCTCP_MAX_ALPHA
	// dctcpShift is the weight of a new sample of the fraction: g = 1/16 (RFC 8257 §4.2,
	// dctcp_shift_g).
	dctcpShift = 4
)

// dctcpInit begins with the estimate 1 (RFC 8257 §4.2, kernel dctcp_init, dctcp_alpha_on_init).
func dctcpInit(e *Endpoint) {
	if !e.ecn.on {
		e.cc = &dctcpReno
		return
	}
	e.dctcp = dctcpState{alpha: dctcpMaxAlpha}
	e.dctcpWindow()
}

// dctcpWindow begins an observation window: what is outstanding now (kernel dctcp_reset).
func (e *Endpoint) dctcpWindow() {
	d := &e.dctcp
	d.next, d.delivered, d.deliveredCE = e.sndNxt, e.rate.delivered, e.rate.deliveredCE
}

// dctcpSSThresh returns the window less alpha/2 of it, at least 2 packets (RFC 8257 §3.3, kernel
// dctcp_ssthresh).
func dctcpSSThresh(e *Endpoint) int {
	cwnd := e.win.cwnd
	e.dctcp.lossCwnd = cwnd
	return max(cwnd-cwnd*int(e.dctcp.alpha)>>11, 2)
}

// dctcpUpdateAlpha updates the estimate once in a round trip: alpha = (1 − g)·alpha + g·F, F being
// the fraction of delivered packets that were marked (RFC 8257 §3.3, kernel dctcp_update_alpha).
func dctcpUpdateAlpha(e *Endpoint, _ ackFlags) {
	d := &e.dctcp
	if e.sndUna < d.next {
		return
	}
	if less := d.alpha >> dctcpShift; less > 0 {
		d.alpha -= less
	} else {
		d.alpha = 0
	}
	if marked := e.rate.deliveredCE - d.deliveredCE; marked > 0 {
		delivered := max(e.rate.delivered-d.delivered, 1)
		d.alpha = min(d.alpha+marked<<(10-dctcpShift)/delivered, dctcpMaxAlpha)
	}
	e.dctcpWindow()
}

// dctcpSetState halves ssthresh for a loss as Reno does (RFC 8257 §3.5, kernel dctcp_state).
func dctcpSetState(e *Endpoint, state caState) {
	if state == caRecovery && e.rec.caState != caRecovery {
		e.dctcpLoss()
	}
}

func (e *Endpoint) dctcpLoss() {
	e.dctcp.lossCwnd = e.win.cwnd
	e.win.ssthresh = max(e.win.cwnd/2, 2)
}

func dctcpCwndEvent(e *Endpoint, event caEvent) {
	switch event {
	case eventECNIsCE:
		e.dctcpEcho(true)
	case eventECNNoCE:
		e.dctcpEcho(false)
	case eventLoss:
		e.dctcpLoss()
	}
}

// dctcpEcho sets ECE on ACKs for marked data only. When the marking changes, it sends a delayed ACK
// for the data before with its own marking, and the next ACK at once (RFC 8257 §3.2, kernel
// dctcp_ece_ack_update).
func (e *Endpoint) dctcpEcho(marked bool) {
	d := &e.dctcp
	if d.marked != marked {
		if e.ack.armed {
			e.ecn.demandCWR = d.marked
			pending := e.ack
			e.sendACK(Reply, pending.since)
			e.ack = pending // for the data that arrives now (kernel tcp_event_ack_sent)
		}
		e.ack.ackNow = true
	}
	d.marked, e.ecn.demandCWR = marked, marked
}

// dctcpUndoCwnd returns the window before the reduction (kernel dctcp_cwnd_undo).
func dctcpUndoCwnd(e *Endpoint) int { return max(e.win.cwnd, e.dctcp.lossCwnd) }
