package tcp

// newReno is RFC 5681's congestion control (kernel tcp_reno).
var newReno = congestionOps{
	name:      "reno",
	ssthresh:  renoSSThresh,
	congAvoid: renoCongAvoid,
	undoCwnd:  renoUndoCwnd,
}

// renoCongAvoid raises the window by slow start and additive increase (kernel tcp_reno_cong_avoid).
func renoCongAvoid(e *Endpoint, acked int) {
	w := &e.win
	if !w.isCwndLimited() {
		return
	}
	if w.inSlowStart() {
		if acked = w.slowStart(acked); acked == 0 {
			return
		}
	}
	w.congAvoidAI(w.cwnd, acked)
}

// renoSSThresh returns half the window, at least 2 packets (kernel tcp_reno_ssthresh).
func renoSSThresh(e *Endpoint) int { return max(e.win.cwnd/2, 2) }

// renoUndoCwnd returns the window before the reduction (kernel tcp_reno_undo_cwnd).
func renoUndoCwnd(e *Endpoint) int { return max(e.win.cwnd, e.rec.priorCwnd) }
