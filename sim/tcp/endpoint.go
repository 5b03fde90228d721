package tcp

import (
	"errors"
	"time"
)

// Why a connection failed.
var (
	// ErrTimeout: retransmissions went unanswered for too long (ETIMEDOUT).
	ErrTimeout = errors.New("tcp: connection timed out")
	// ErrReset: the peer sent a RST (ECONNRESET).
	ErrReset = errors.New("tcp: connection reset by peer")
	// ErrRefused: the peer answered the SYN with a RST (ECONNREFUSED).
	ErrRefused = errors.New("tcp: connection refused")
	// ErrAborted: this side called Abort.
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

// Stats counts what one endpoint did since Reset.
type Stats struct {
	// SegmentsSent and SegmentsReceived count all segments.
	SegmentsSent, SegmentsReceived int64
	// Retransmits counts segments with data or FIN sent again, SYNRetransmits SYNs
	// and SYN-ACKs sent again.
	Retransmits, SYNRetransmits int64
	// Timeouts counts retransmission timeouts of data, Probes tail loss probes,
	// FastRecoveries entries into fast recovery, Undos recoveries found spurious.
	Timeouts, Probes, FastRecoveries, Undos int64
	// BytesSent counts payload bytes sent for the first time, BytesRetransmitted
	// those sent again, BytesAcked those that the peer has acknowledged,
	// BytesDelivered those received in order.
	BytesSent, BytesRetransmitted, BytesAcked, BytesDelivered int64
}

// Endpoint is one end of one TCP connection. Reset makes it ready for Connect or
// Listen, also for its first use.
type Endpoint struct {
	cfg   *Config
	clock clock
	err   error
	out   []Segment
	stats Stats

	now   time.Duration // of the call being served
	tag   Tag
	burst uint32
	state State

	established   bool // the handshake was completed
	timestamps    bool // negotiated
	sack          bool
	scaling       bool
	finQueued     bool // CloseWrite was called
	nagleHolds    bool // a partial segment waits for an ACK
	challengeFrom time.Duration
	handshake     handshake

	// Sending. Offsets are as in Segment.Seq.
	mss          int32 // payload of a full segment, bytes
	sndUna       int64 // first offset not acknowledged
	sndNxt       int64 // next offset to send
	dataEnd      int64 // end of the data written
	sndWnd       int64 // the peer's window from sndUna on, bytes
	wndSeq       int64 // segment that last updated it
	maxWindow    int64
	lastSend     time.Duration // of data
	sends        int64         // transmissions of packets so far
	smallEnd     int64         // end of the last partial segment sent
	queue        retransmitQueue
	writes       writeLog
	win          congestionWindow
	cc           *congestionOps
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
	peerFIN  int64 // offset of the peer's FIN, negative while unknown
	tsRecent int64 // timestamp to echo
	reasm    reassembly
	wnd      receiveWindow
	ack      delayedACK
}

// Reset makes the endpoint a new one with these settings, which must be valid and must
// not change while it is in use. It keeps its memory, and nothing else.
func (e *Endpoint) Reset(cfg *Config) {
	out, packets, writes, ranges, sample := e.out, e.queue.ring, e.writes.ring, e.reasm.ranges, e.sampleMemory
	*e = Endpoint{}
	e.out, e.queue.ring, e.writes.ring, e.reasm.ranges, e.sampleMemory = out[:0], packets, writes, ranges[:0], sample
	e.cfg = cfg
	e.clock = newClock(cfg)
	e.dataEnd = 1
	e.peerFIN = -1
	e.challengeFrom = -challengeInterval
	e.win = congestionWindow{cwnd: cfg.InitialWindow, ssthresh: infiniteSSThresh}
	e.cc = congestionControl(cfg.CongestionControl)
	e.pacer = pacer{on: cfg.Pacing, timer: Never}
	e.xmit = retransmitTimer{at: Never, rto: e.clock.ceil(cfg.InitialRTO)}
	e.handshake.timer = Never
	e.rec.undoRetrans = -1
	e.scoreboard.reordering = cfg.Reordering
	e.rack.steps = 1
	e.ack.timer = Never
}

func (e *Endpoint) begin(now time.Duration, tag Tag) { e.now, e.tag = now, tag }

// Tick runs the timers that have expired by now.
func (e *Endpoint) Tick(now time.Duration, tag Tag) {
	e.begin(now, tag)
	if e.handshake.timer <= now {
		e.synACKTimeout()
	}
	if e.ack.timer <= now {
		e.delayedACKTimeout()
	}
	if e.pacer.timer <= now {
		e.pacingTimeout()
	}
	if e.xmit.expiry(&e.clock) <= now {
		e.retransmitTimeout()
	}
}

// Deadline returns the instant at which Tick is due, or Never.
func (e *Endpoint) Deadline() time.Duration {
	return min(e.xmit.expiry(&e.clock), e.ack.timer, e.pacer.timer, e.handshake.timer)
}

// Output returns the segments that have become due since it was last called, in
// order. They are valid until the next call of any other method.
func (e *Endpoint) Output() []Segment {
	out := e.out
	e.out = e.out[:0]
	return out
}

// Lend gives the endpoint the memory for its Output, so that endpoints whose Output is
// taken after each call can share it.
func (e *Endpoint) Lend(out []Segment) { e.out = out[:0] }

// Delivered returns how many payload bytes have arrived in order so far.
func (e *Endpoint) Delivered() int64 { return e.stats.BytesDelivered }

// PeerClosed reports whether the peer's FIN has arrived in order: after the
// Delivered bytes comes the end of its stream.
func (e *Endpoint) PeerClosed() bool { return e.peerFIN >= 0 && e.rcvNxt > e.peerFIN }

// State returns the state of the connection.
func (e *Endpoint) State() State { return e.state }

// Established reports whether the three-way handshake was completed at this end; it
// stays true when the connection ends.
func (e *Endpoint) Established() bool { return e.established }

// MSS returns the bytes of data in a full segment that this endpoint sends, once
// it is established.
func (e *Endpoint) MSS() int { return int(e.mss) }

// Err returns why the connection failed: ErrTimeout, ErrReset, ErrRefused or
// ErrAborted; nil if it did not.
func (e *Endpoint) Err() error { return e.err }

// Stats returns the counters since Reset.
func (e *Endpoint) Stats() Stats {
	s := e.stats
	s.BytesAcked = min(max(e.sndUna-1, 0), e.dataEnd-1)
	return s
}

// fail ends the connection: no timer runs, nothing more is sent.
func (e *Endpoint) fail(err error) {
	e.err = err
	e.closed()
}

func (e *Endpoint) closed() {
	e.state = Closed
	e.stopTimers()
}

func (e *Endpoint) stopTimers() {
	e.xmit.stop()
	e.pacer.timer = Never
	e.handshake.timer = Never
	e.ack.timer = Never
	e.ack.pending = false
}
