package tcp

import (
	"math"
	"time"
)

// congestionWindow is the sender's estimate of what the path carries, in packets.
// The congestion control steers it; recovery lowers it.
type congestionWindow struct {
	cwnd     int // congestion window
	ssthresh int // slow start threshold
	// limited: the window, not the application, bounds what is in flight. A window
	// that is not used does not grow (kernel tcp_is_cwnd_limited).
	limited bool
	acked   int // packets acknowledged since the last step of congestion avoidance

	maxOut  int   // most packets outstanding in the window that ends at usageEnd
	usageTo int64 // the window in which limited and maxOut hold ends at this offset
	used    int   // most packets outstanding since stamp
	stamp   time.Duration
}

const infiniteThreshold = math.MaxInt32

func (w *congestionWindow) slowStart() bool { return w.cwnd < w.ssthresh }

func (w *congestionWindow) isLimited() bool {
	return w.limited || (w.slowStart() && w.cwnd < 2*w.maxOut)
}

// grow is slow start: the window takes what was acknowledged up to the threshold
// and returns the rest (RFC 5681 §3.1, with appropriate byte counting in packets).
func (w *congestionWindow) grow(acked int) int {
	cwnd := min(w.cwnd+acked, w.ssthresh)
	acked -= cwnd - w.cwnd
	w.cwnd = cwnd
	return acked
}

// additive is congestion avoidance: one packet more for each perCwnd acknowledged.
func (w *congestionWindow) additive(perCwnd, acked int) {
	if w.acked >= perCwnd {
		w.acked = 0
		w.cwnd++
	}
	w.acked += acked
	if w.acked >= perCwnd {
		w.cwnd += w.acked / perCwnd
		w.acked %= perCwnd
	}
}

// ackSample is what one ACK tells the congestion control.
type ackSample struct {
	now   time.Duration
	rtt   time.Duration // of the last packet acknowledged; negative: none
	acked int           // packets newly acknowledged or SACKed
}

// congestionControl decides how the window grows and how far a loss lowers it.
// Methods are called in the order of events; none may allocate.
type congestionControl interface {
	// reset prepares for a new connection.
	reset()
	// onACK grows the window for an ACK of new data outside of recovery.
	onACK(w *congestionWindow, a ackSample)
	// onLoss returns the new threshold when loss has been found.
	onLoss(w *congestionWindow) int
	// onRTO is told of a retransmission timeout, after onLoss.
	onRTO(w *congestionWindow)
	// onUndo returns the window to go back to when the loss proved spurious; prior
	// is the window before it.
	onUndo(w *congestionWindow, prior int) int
}

// algorithms names the congestion controls and where in an endpoint each keeps its
// state, so that choosing one allocates nothing.
var algorithms = []struct {
	name string
	of   func(*Endpoint) congestionControl
}{
	{"reno", func(e *Endpoint) congestionControl { return &e.reno }},
}

// algorithm returns the index of the named congestion control, negative if there is
// none.
func algorithm(name string) int {
	for i := range algorithms {
		if algorithms[i].name == name {
			return i
		}
	}
	return -1
}

// currentThreshold is the threshold to keep when the window shrinks for another
// reason than loss (kernel tcp_current_ssthresh).
func (e *Endpoint) currentThreshold() int {
	if e.rec.reducing() {
		return e.win.ssthresh
	}
	return max(e.win.ssthresh, e.win.cwnd/2+e.win.cwnd/4)
}

// restartAfterIdle halves the window for each RTO without a transmission, down to
// the initial window (RFC 5681 §4.1, kernel tcp_cwnd_restart).
func (e *Endpoint) restartAfterIdle() {
	if !e.cfg.SlowStartAfterIdle || e.queue.n > 0 {
		return
	}
	idle := e.now - e.lastSend
	if idle <= e.xmit.rto {
		return
	}
	w := &e.win
	restart := min(e.cfg.InitialWindow, w.cwnd)
	w.ssthresh = e.currentThreshold()
	for idle -= e.xmit.rto; idle > 0 && w.cwnd > restart; idle -= e.xmit.rto {
		w.cwnd /= 2
	}
	w.cwnd = max(w.cwnd, restart)
	w.stamp, w.used = e.now, 0
}

// validateWindow notes how far the window is used after a transmission and lowers
// one that the application has not filled for an RTO (RFC 2861, kernel
// tcp_cwnd_validate).
func (e *Endpoint) validateWindow(limited bool) {
	w := &e.win
	out := e.queue.n
	if e.sndUna >= w.usageTo || limited || (!w.limited && out > w.maxOut) {
		w.limited = limited
		w.maxOut = out
		w.usageTo = e.sndNxt
	}
	if w.isLimited() {
		w.used, w.stamp = 0, e.now
		return
	}
	w.used = max(w.used, out)
	if e.cfg.SlowStartAfterIdle && e.now-w.stamp >= e.xmit.rto {
		if e.rec.phase == phaseOpen {
			used := max(w.used, e.cfg.InitialWindow)
			if used < w.cwnd {
				w.ssthresh = e.currentThreshold()
				w.cwnd = (w.cwnd + used) / 2
			}
			w.used = 0
		}
		w.stamp = e.now
	}
}

// CongestionControls lists the names of all congestion controls.
func CongestionControls() []string {
	names := make([]string, len(algorithms))
	for i := range algorithms {
		names[i] = algorithms[i].name
	}
	return names
}
