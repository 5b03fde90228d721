package tcp

// newReno is RFC 5681's algorithm: the threshold is half the window (kernel
// tcp_reno).
type newReno struct{}

func (*newReno) reset() {}

func (*newReno) onACK(w *congestionWindow, a ackSample) {
	if !w.isLimited() {
		return
	}
	acked := a.acked
	if w.slowStart() {
		if acked = w.grow(acked); acked == 0 {
			return
		}
	}
	w.additive(w.cwnd, acked)
}

func (*newReno) onLoss(w *congestionWindow) int { return max(w.cwnd/2, 2) }

func (*newReno) onRTO(*congestionWindow) {}

func (*newReno) onUndo(w *congestionWindow, prior int) int { return max(w.cwnd, prior) }
