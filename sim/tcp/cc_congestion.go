package tcp

import (
	"math"
	"time"
)

// congestionOps is a congestion control: the functions that a kernel module registers in struct
// tcp_congestion_ops, under the same names. They read and set the endpoint's fields as a module
// does those of struct tcp_sock: win, rate, pacer, rtt. Their own state is a field of Endpoint
// (kernel icsk_ca_priv). They are called in the order of events and must not allocate.
type congestionOps struct {
	name string
	// needsECN makes the endpoint negotiate ECN and set ECT(0) on all packets, pure ACKs and
	// retransmissions too. cwndEvent is then called for received CE marks
	// (TCP_CONG_NEEDS_ECN).
	needsECN bool

	// paces: init switches pacing on (kernel SK_PACING_NEEDED).
	paces bool
	// appLimitedOnACK looks for application-limited samples on ACKs and timers too (version 3
	// of BBR: tcp_rate_check_app_limited in tcp_ack and tcp_write_timer_handler).
	appLimitedOnACK bool
	// fastACK acknowledges more than a full segment at once, also while the window to offer
	// shrinks (version 3 of BBR: fast_ack_mode 1).
	fastACK bool

	// init is called when the connection is established (kernel init). It may replace
	// Endpoint.cc, as DCTCP does if the peer refuses ECN. Optional.
	init func(e *Endpoint)
	// ssthresh returns the new slow start threshold in packets. It is called when a loss, a
	// timeout or ECE reduces the window (kernel ssthresh).
	ssthresh func(e *Endpoint) int
	// congAvoid raises the window for an ACK that newly acknowledges or SACKs so many
	// packets, outside of CWR and fast recovery (kernel cong_avoid). It is not called if
	// congControl is set.
	congAvoid func(e *Endpoint, acked int)
	// setState is called before Endpoint.rec.caState is set to state (kernel set_state).
	// Optional.
	setState func(e *Endpoint, state caState)
	// cwndEvent is called for each caEvent (kernel cwnd_event). Optional.
	cwndEvent func(e *Endpoint, event caEvent)
	// inACKEvent is called for each ACK at or above sndUna, before losses are detected
	// (kernel in_ack_event). Optional.
	inACKEvent func(e *Endpoint, flags ackFlags)
	// pktsAcked is called for each ACK while packets are outstanding, before losses are
	// detected (kernel pkts_acked). Optional.
	pktsAcked func(e *Endpoint, sample ackSample)
	// undoCwnd returns the window in packets that undoes a reduction (kernel undo_cwnd).
	undoCwnd func(e *Endpoint) int
	// congControl sets window and pacing rate from the rate sample of each ACK in every
	// recovery state. It replaces congAvoid, PRR and the reduction after idle periods
	// (kernel cong_control). The sample is valid during the call. Optional.
	congControl func(e *Endpoint, flags ackFlags, rs *rateSample)
	// markedLost is called when a packet is found lost (skb_marked_lost of version 3 of BBR).
	// Optional.
	markedLost func(e *Endpoint, p *packet)
	// tsoSegs returns the number of segments of a burst (tso_segs of version 3 of BBR).
	// Optional; without it the burst is that of kernel tcp_tso_autosize.
	tsoSegs func(e *Endpoint) int
	// minTSOSegs returns the least number of segments in a burst (kernel min_tso_segs).
	// Optional; the default is minBurst.
	minTSOSegs func(e *Endpoint) int
}

// congestionControls are the congestion controls, the default first.
var congestionControls = []*congestionOps{&cubic, &newReno, &dctcp, &bbr, &bbr3}

// CongestionControls returns the names that Config.CongestionControl accepts, the default first.
func CongestionControls() []string {
	names := make([]string, len(congestionControls))
	for i, ops := range congestionControls {
		names[i] = ops.name
	}
	return names
}

// Paces reports whether the congestion control paces the sender without Config.Pacing.
func Paces(name string) bool { return congestionControl(name).paces }

// congestionControl returns the congestion control with the name, or nil.
func congestionControl(name string) *congestionOps {
	for _, ops := range congestionControls {
		if ops.name == name {
			return ops
		}
	}
	return nil
}

// caEvent is an event for congestionOps.cwndEvent (kernel enum tcp_ca_event).
type caEvent uint8

const (
	eventTxStart     caEvent = iota // data leaves while nothing is in flight
	eventCwndRestart                // the window is reduced after an idle period
	eventCompleteCWR                // a reduction by PRR is complete
	eventLoss                       // a retransmission timeout reduces the window
	eventECNNoCE                    // needsECN: data without CE arrives; rcvNxt is before it
	eventECNIsCE                    // needsECN: data with CE arrives; rcvNxt is before it
	eventTLPRecovery                // a tail loss probe has repaired a loss (version 3 of BBR)
)

// ackSample is the argument of congestionOps.pktsAcked (kernel struct ack_sample).
type ackSample struct {
	pktsAcked int           // packets acknowledged cumulatively
	rtt       time.Duration // of the last packet acknowledged or SACKed; negative: unknown
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

// congestionWindow is the congestion window and what belongs to it, in packets.
type congestionWindow struct {
	cwnd     int // congestion window
	ssthresh int // slow start threshold
	// limited: the congestion window limits the packets in flight, not the application. The
	// window grows only while it is the limit (kernel is_cwnd_limited).
	limited bool
	acked   int // packets acknowledged since the last additive increase (snd_cwnd_cnt)

	maxOut  int   // most packets outstanding until usageTo (max_packets_out)
	usageTo int64 // offset up to which limited and maxOut are valid (cwnd_usage_seq)
	used    int   // most packets outstanding since stamp (snd_cwnd_used)
	stamp   time.Duration
}

const infiniteSSThresh = math.MaxInt32

func (w *congestionWindow) reset(initial int) {
	*w = congestionWindow{}
	w.cwnd, w.ssthresh = initial, infiniteSSThresh
}

func (w *congestionWindow) inSlowStart() bool { return w.cwnd < w.ssthresh }

func (w *congestionWindow) isCwndLimited() bool {
	return w.limited || (w.inSlowStart() && w.cwnd < 2*w.maxOut)
}

// slowStart raises the window by the packets acknowledged, up to ssthresh, and returns
// the packets left (RFC 5681 §3.1, kernel tcp_slow_start).
func (w *congestionWindow) slowStart(acked int) int {
	cwnd := min(w.cwnd+acked, w.ssthresh)
	acked -= cwnd - w.cwnd
	w.cwnd = cwnd
	return acked
}

// congAvoidAI is the additive increase of congestion avoidance: it raises the window by one packet
// for each perCwnd packets acknowledged (RFC 5681 §3.1, kernel tcp_cong_avoid_ai).
func (w *congestionWindow) congAvoidAI(perCwnd, acked int) {
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

// controlCongestion sets the window after an ACK. delivered and lost are the packets that the ACK
// newly delivers and newly shows to be lost (kernel tcp_cong_control).
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

// mayRaiseCwnd reports whether the ACK may raise the window: it acknowledges data cumulatively or,
// where the network reorders, SACKs data (kernel tcp_may_raise_cwnd).
func (e *Endpoint) mayRaiseCwnd(flags ackFlags) bool {
	return flags&ackDataAcked != 0 ||
		(flags&ackDataSACKed != 0 && e.scoreboard.reordering > e.cfg.Reordering)
}

// currentSSThresh returns the ssthresh to keep before the window is reduced: at least three
// quarters of the window (kernel tcp_current_ssthresh).
func (e *Endpoint) currentSSThresh() int {
	if e.rec.reducing() {
		return e.win.ssthresh
	}
	return max(e.win.ssthresh, e.win.cwnd/2+e.win.cwnd/4)
}

// slowStartAfterIdle halves the window for each RTO without a transmission, down to the initial
// window (RFC 5681 §4.1, kernel tcp_slow_start_after_idle_check, tcp_cwnd_restart).
func (e *Endpoint) slowStartAfterIdle() {
	if !e.cfg.SlowStartAfterIdle || e.queue.n > 0 || e.cc.congControl != nil {
		return
	}
	idle := e.clock.since(e.lastSend, e.now)
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

// cwndValidate notes after a transmission how much of the window is used. It reduces a window that
// the application has not used fully for an RTO (RFC 2861, kernel tcp_cwnd_validate,
// tcp_cwnd_application_limited).
func (e *Endpoint) cwndValidate(limited bool) {
	w := &e.win
	out := e.queue.n
	if e.sndUna >= w.usageTo || limited || (!w.limited && out > w.maxOut) {
		w.limited = limited
		w.maxOut = out
		w.usageTo = e.sndNxt
	}
	if w.isCwndLimited() {
		w.used, w.stamp = 0, e.now
		return
	}
	w.used = max(w.used, out)
	if e.cfg.SlowStartAfterIdle && e.cc.congControl == nil && !e.clock.within(e.xmit.rto, w.stamp, e.now) {
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
