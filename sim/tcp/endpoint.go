package tcp

import (
	"errors"
	"time"
)

// The reasons why a connection failed, as Endpoint.Err returns them.
var (
	// ErrTimeout: no retransmission was answered in the time allowed (ETIMEDOUT).
	ErrTimeout = errors.New("tcp: connection timed out")
	// ErrReset: the peer sent a RST (ECONNRESET).
	ErrReset = errors.New("tcp: connection reset by peer")
	// ErrRefused: the peer answered the SYN with a RST (ECONNREFUSED).
	ErrRefused = errors.New("tcp: connection refused")
	// ErrAborted: the caller of this endpoint called Abort.
	ErrAborted = errors.New("tcp: connection aborted")
)

// State is a connection state (RFC 9293 §3.3.2).
type State uint8

// The states.
const (
	Closed State = iota
	Listening
	SynSent
	SynReceived
	Established
	FinWait1
	FinWait2
	CloseWait
	Closing
	LastAck
	TimeWait
)

var stateNames = [...]string{
	Closed: "CLOSED", Listening: "LISTEN", SynSent: "SYN-SENT", SynReceived: "SYN-RECEIVED",
	Established: "ESTABLISHED", FinWait1: "FIN-WAIT-1", FinWait2: "FIN-WAIT-2",
	CloseWait: "CLOSE-WAIT", Closing: "CLOSING", LastAck: "LAST-ACK", TimeWait: "TIME-WAIT",
}

// String returns the state's name in RFC 9293.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

// Stats are the counters of one endpoint since Reset.
type Stats struct {
	// SegmentsSent and SegmentsReceived count all segments.
	SegmentsSent, SegmentsReceived int64
	// Retransmits counts retransmitted segments with data or FIN; SYNRetransmits counts
	// retransmitted SYNs and SYN-ACKs.
	Retransmits, SYNRetransmits int64
	// Timeouts counts retransmission timeouts of data; Probes counts tail loss probes;
	// FastRecoveries counts entries into fast recovery; Undos counts reductions of the
	// congestion window that were undone.
	Timeouts, Probes, FastRecoveries, Undos int64
	// BytesSent counts payload bytes sent for the first time, BytesRetransmitted those
	// sent again, BytesAcked those acknowledged by the peer, BytesDelivered those received
	// in order.
	BytesSent, BytesRetransmitted, BytesAcked, BytesDelivered int64
}

// Endpoint is one end of one TCP connection. Call Reset before each use, also the first;
// then Connect or Listen.
type Endpoint struct {
	cfg   *Config
	clock clock
	err   error
	out   []Segment
	stats Stats

	now   time.Duration // instant of the call being served, in whole microseconds (tcp_mstamp)
	exact time.Duration // the same to the nanosecond (tcp_clock_cache)
	tag   Tag           // tag of that call
	burst uint32        // number of the last burst sent
	state State

	established   bool          // the handshake was completed
	timestamps    bool          // the option was negotiated
	sack          bool          // the option was negotiated
	scaling       bool          // the option was negotiated
	finQueued     bool          // the FIN follows the data
	closing       bool          // CloseWrite was called before all data was in the send buffer
	nagleHolds    bool          // a partial segment waits for an ACK
	lastChallenge time.Duration // instant of the last challenge ACK
	handshake     handshake
	metrics       *Metrics // nil: the host remembers none

	// Sending. Offsets are as in Segment.Seq.
	mss          int32         // payload of a full segment, bytes
	sndUna       int64         // first offset not acknowledged
	sndNxt       int64         // next offset to send
	dataEnd      int64         // end of the data in the send buffer
	written      int64         // end of the data that the application has written
	sndWnd       int64         // the peer's window from sndUna on, bytes
	wndSeq       int64         // Seq of the segment that last updated sndWnd
	maxWindow    int64         // largest sndWnd so far, bytes
	lastSend     time.Duration // instant of the last transmission of data
	sends        int64         // transmissions of packets so far
	smallEnd     int64         // end of the last partial segment sent
	queue        retransmitQueue
	writes       writeLog
	sendBuffer   sendBuffer
	win          congestionWindow
	cc           *congestionOps
	cubic        cubicState
	dctcp        dctcpState
	bbr          *bbrState // its memory is kept
	number       int64     // SetNumber
	random       random
	rate         deliveryRate
	sampleMemory *rateSample
	pacer        pacer
	ecn          ecnState
	rtt          rttEstimator
	xmit         retransmitTimer
	scoreboard   scoreboard
	rec          recovery
	rack         rack
	tlp          lossProbe

	// Receiving.
	rcvNxt   int64 // next offset expected
	ackSent  int64 // rcvNxt at the last ACK sent
	peerFIN  int64 // offset of the peer's FIN; negative: not received
	tsRecent int64 // timestamp to echo, milliseconds
	reasm    reassembly
	wnd      receiveWindow
	ack      delayedACK
	backlog  backlog
}

// Reset makes the endpoint a new one with the given settings and keeps nothing but its memory.
// The settings must be valid (Config.Validate) and must not change while the endpoint is in
// use.
func (e *Endpoint) Reset(cfg *Config) {
	out, packets, writes := e.out, e.queue.ring, e.writes.ring
	ranges, sample, bbr := e.reasm.ranges, e.sampleMemory, e.bbr
	waiting := e.backlog.segments
	*e = Endpoint{}
	e.out, e.queue.ring, e.writes.ring = out[:0], packets, writes
	e.reasm.ranges, e.sampleMemory = ranges[:0], sample
	e.bbr = bbr
	e.backlog.segments = waiting[:0]
	e.cfg = cfg
	e.clock = newClock(cfg)
	e.dataEnd, e.written = 1, 1
	e.peerFIN = -1
	e.lastChallenge = -challengeInterval
	e.win.reset(cfg.InitialWindow)
	e.sendBuffer.size = int64(cfg.SendBuffer)
	e.cc = congestionControl(cfg.CongestionControl)
	e.pacer = pacer{on: cfg.Pacing, timer: Never}
	e.xmit = retransmitTimer{wheelTimer: wheelTimer{at: Never}, rto: e.clock.ceil(cfg.InitialRTO)}
	e.handshake.timer = Never
	e.rec.reset()
	e.scoreboard.reordering = cfg.Reordering
	e.rack.reoWndSteps = 1
	e.ack.timer.at, e.ack.compression.timer = Never, Never
}

// begin notes the instant and the tag of a call. As in Linux, all times are whole microseconds of
// the host's clock; only pacing is more precise (kernel tcp_mstamp_refresh).
func (e *Endpoint) begin(now time.Duration, tag Tag) {
	e.now, e.exact, e.tag = e.clock.micros(now), now, tag
}

// Tick runs the timers that have expired by now. Call it at the instant of Deadline.
func (e *Endpoint) Tick(now time.Duration, tag Tag) {
	e.begin(now, tag)
	if e.handshake.timer <= now {
		e.clock.expired(e.handshake.timer)
		e.synACKTimeout()
	}
	if e.ack.compression.timer <= now {
		e.compressionTimeout()
	}
	if e.ack.deadline() <= now {
		e.delayedACKTimeout()
	}
	if e.pacer.timer <= now {
		e.pacingTimeout()
	}
	if e.xmit.expiry(&e.clock) <= now {
		e.writeTimerExpired()
	}
}

// Deadline returns the instant at which Tick is due, or Never. While the application holds the
// socket (Hold), timers wait.
func (e *Endpoint) Deadline() time.Duration {
	if e.backlog.owned {
		return Never
	}
	return min(e.xmit.expiry(&e.clock), e.ack.deadline(), e.pacer.timer, e.handshake.timer)
}

// DeadlineBound returns an instant that is not after Deadline; it is Never exactly if Deadline is.
// It costs less: the timer wheel, which is never early, is left out.
func (e *Endpoint) DeadlineBound() time.Duration {
	if e.backlog.owned {
		return Never
	}
	return min(e.xmit.bound(), e.ack.deadline(), e.pacer.timer, e.handshake.timer)
}

// Output returns the segments to send since its last call, in order. They are valid until the
// next call of any other method.
func (e *Endpoint) Output() []Segment {
	out := e.out
	e.out = e.out[:0]
	return out
}

// Lend gives the endpoint the memory for its next Output, so that endpoints whose Output is
// taken after each call can share it. It may be called after Output, whose result stays valid.
func (e *Endpoint) Lend(out []Segment) { e.out = out[:0] }

// Delivered returns the payload bytes that have arrived in order so far.
func (e *Endpoint) Delivered() int64 { return e.stats.BytesDelivered }

// PeerClosed reports whether the peer's FIN has arrived in order: its stream ends after the
// Delivered bytes.
func (e *Endpoint) PeerClosed() bool { return e.peerFIN >= 0 && e.rcvNxt > e.peerFIN }

// State returns the state of the connection.
func (e *Endpoint) State() State { return e.state }

// Established reports whether this endpoint has completed the three-way handshake. It stays true
// when the connection ends.
func (e *Endpoint) Established() bool { return e.established }

// Open reports whether the application may write, and may read the bytes of Delivered. Without Fast
// Open it is the same as Established. With Fast Open, a client with a cookie is open from Connect
// on, and a server from a SYN with a valid cookie on.
func (e *Endpoint) Open() bool {
	return e.established || e.handshake.fastOpenPending || e.state == SynSent && e.cfg.FastOpen.hasCookie()
}

// MSS returns the payload bytes of a full segment that this endpoint sends (1448 with the default
// Config); 0 before it is established. With SYNDeferred it is the largest that its own MTU allows.
func (e *Endpoint) MSS() int {
	if e.handshake.deferred {
		return int(e.optionsMSS(e.fullMSS()))
	}
	return int(e.mss)
}

// Err returns why the connection failed: ErrTimeout, ErrReset, ErrRefused, ErrAborted, or nil.
func (e *Endpoint) Err() error { return e.err }

// Stats returns the counters since Reset. They are valid until the next call of any method.
func (e *Endpoint) Stats() *Stats {
	e.stats.BytesAcked = min(max(e.sndUna-1, 0), e.dataEnd-1)
	return &e.stats
}

// fail ends the connection: no timer runs, and nothing is sent any more.
func (e *Endpoint) fail(err error) {
	e.err = err
	e.closed()
}

func (e *Endpoint) closed() {
	e.state = Closed
	e.handshake.deferred = false
	e.stopTimers()
}

func (e *Endpoint) stopTimers() {
	e.xmit.stop()
	e.pacer.timer = Never
	e.handshake.timer = Never
	e.ack.armed = false
	e.ack.pending = false
}
