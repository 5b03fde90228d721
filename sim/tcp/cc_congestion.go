package tcp

import (
	"math"
	"time"
)

// congestionOps is a congestion control: what a kernel module registers as struct
// tcp_congestion_ops, in the same words. The functions read and set the endpoint's
// fields as a module does those of struct tcp_sock: congestionWindow, deliveryRate,
// pacer, rttEstimator. State of their own lies in Endpoint (kernel icsk_ca_priv).
// They are called in the order of events; none may allocate.
type congestionOps struct {
	name string
	// needsECN makes every endpoint negotiate ECN and mark each of its packets ECT(0),
	// pure ACKs and retransmissions too (TCP_CONG_NEEDS_ECN). The receiver then tells
	// cwndEvent of CE marks.
	needsECN bool

	// init prepares for a connection that has just been established (kernel init).
	// It may replace Endpoint.cc, as DCTCP does where the peer refused ECN. Optional.
	init func(e *Endpoint)
	// ssthresh returns the new slow start threshold in packets when loss or ECE
	// reduces the window (kernel ssthresh).
	ssthresh func(e *Endpoint) int
	// congAvoid grows the window outside of recovery for an ACK that acknowledges or
	// SACKs packets anew (kernel cong_avoid). It is not called if congControl is set.
	congAvoid func(e *Endpoint, acked int)
	// setState is told of each change of the recovery state, before it happens
	// (kernel set_state). Optional.
	setState func(e *Endpoint, state caState)
	// cwndEvent is told of events that are no ACK (kernel cwnd_event). Optional.
	cwndEvent func(e *Endpoint, event caEvent)
	// inACKEvent is told of each ACK of a segment in the send window, before loss is
	// looked for (kernel in_ack_event). Optional.
	inACKEvent func(e *Endpoint, flags ackFlags)
	// pktsAcked is told of each ACK how many packets it acknowledged cumulatively
	// (kernel pkts_acked). Optional.
	pktsAcked func(e *Endpoint, sample ackSample)
	// undoCwnd returns the window in packets to go back to when a reduction proves
	// spurious (kernel undo_cwnd).
	undoCwnd func(e *Endpoint) int
	// congControl sets window and pacing rate from the rate sample of each ACK, in
	// every recovery state, in place of congAvoid and PRR (kernel cong_control).
	// Optional.
	congControl func(e *Endpoint, flags ackFlags, rs *rateSample)
	// minTSOSegs returns the least number of segments in a burst (kernel
	// min_tso_segs). Optional: minBurst.
	minTSOSegs func(e *Endpoint) int
}

// congestionControls are the algorithms that Config.CongestionControl may name.
var congestionControls = []*congestionOps{&newReno}

// CongestionControls returns the names that Config.CongestionControl accepts, the
// default first.
func CongestionControls() []string {
	names := make([]string, len(congestionControls))
	for i, ops := range congestionControls {
		names[i] = ops.name
	}
	return names
}

// congestionControl returns the named congestion control, or nil.
func congestionControl(name string) *congestionOps {
	for _, ops := range congestionControls {
		if ops.name == name {
			return ops
		}
	}
	return nil
}

// caEvent is an event that congestionOps.cwndEvent is told of (kernel tcp_ca_event).
type caEvent uint8

const (
	eventTxStart     caEvent = iota // data leaves while nothing is in flight
	eventCwndRestart                // the window fell after an idle period
	eventCompleteCWR                // a reduction by CWR or fast recovery is complete
	eventLoss                       // the retransmission timeout ran out
	eventECNNoCE                    // needsECN: data arrived without a CE mark
	eventECNIsCE                    // needsECN: data arrived with a CE mark
)

// ackSample is what one ACK tells congestionOps.pktsAcked (kernel struct ack_sample).
type ackSample struct {
	pktsAcked int           // packets acknowledged cumulatively
	rtt       time.Duration // of the last packet acknowledged or SACKed; negative: none
	inFlight  int64         // bytes in flight when that packet was sent, about
}

func (e *Endpoint) inACKEvent(flags ackFlags) {
	if e.cc.inACKEvent != nil {
		e.cc.inACKEvent(e, flags)
	}
}

func (e *Endpoint) caEvent(event caEvent) {
	if e.cc.cwndEvent != nil {
		e.cc.cwndEvent(e, event)
	}
}

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

const infiniteSSThresh = math.MaxInt32

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

// controlCongestion lets the congestion control set the window after an ACK (kernel
// tcp_cong_control).
func (e *Endpoint) controlCongestion(flags ackFlags, delivered, lost int) {
	if e.cc.congControl != nil {
		e.cc.congControl(e, flags, e.rate.sample)
		return
	}
	if e.rec.reducing() {
		e.cwndReduction(delivered, lost, flags)
	} else if e.mayRaiseCwnd(flags) {
		e.cc.congAvoid(e, delivered)
	}
	e.updatePacingRate()
}

// mayRaiseCwnd reports whether an ACK lets the window grow: one that acknowledges
// data; where the network reorders, one that SACKs data too (kernel
// tcp_may_raise_cwnd).
func (e *Endpoint) mayRaiseCwnd(flags ackFlags) bool {
	return flags&ackDataAcked != 0 ||
		(flags&ackDataSACKed != 0 && e.scoreboard.reordering > e.cfg.Reordering)
}

// currentSSThresh is the threshold to keep when the window shrinks for another
// reason than loss (kernel tcp_current_ssthresh).
func (e *Endpoint) currentSSThresh() int {
	if e.rec.reducing() {
		return e.win.ssthresh
	}
	return max(e.win.ssthresh, e.win.cwnd/2+e.win.cwnd/4)
}

// slowStartAfterIdle halves the window for each RTO without a transmission, down to
// the initial window (RFC 5681 §4.1, kernel tcp_cwnd_restart).
func (e *Endpoint) slowStartAfterIdle() {
	if !e.cfg.SlowStartAfterIdle || e.queue.n > 0 || e.cc.congControl != nil {
		return
	}
	idle := e.now - e.lastSend
	if idle <= e.xmit.rto {
		return
	}
	w := &e.win
	e.caEvent(eventCwndRestart)
	restart := min(e.cfg.InitialWindow, w.cwnd)
	w.ssthresh = e.currentSSThresh()
	for idle -= e.xmit.rto; idle > 0 && w.cwnd > restart; idle -= e.xmit.rto {
		w.cwnd /= 2
	}
	w.cwnd = max(w.cwnd, restart)
	w.stamp, w.used = e.now, 0
}

// cwndValidate notes how far the window is used after a transmission and lowers
// one that the application has not filled for an RTO (RFC 2861, kernel
// tcp_cwnd_validate).
func (e *Endpoint) cwndValidate(limited bool) {
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
	if e.cfg.SlowStartAfterIdle && e.cc.congControl == nil && e.now-w.stamp >= e.xmit.rto {
		if e.rec.caState == caOpen {
			used := max(w.used, e.cfg.InitialWindow)
			if used < w.cwnd {
				w.ssthresh = e.currentSSThresh()
				w.cwnd = (w.cwnd + used) / 2
			}
			w.used = 0
		}
		w.stamp = e.now
	}
}
