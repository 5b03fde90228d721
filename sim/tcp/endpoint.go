package tcp

import "time"

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

// Stats counts what one endpoint did since Reset.
type Stats struct {
	// SegmentsSent and SegmentsReceived count all segments.
	SegmentsSent, SegmentsReceived int64
	// Retransmits counts segments with data or FIN sent again; SYNRetransmits SYNs
	// and SYN-ACKs sent again.
	Retransmits, SYNRetransmits int64
	// Timeouts counts RTOs, Probes tail loss probes, FastRecoveries entries into
	// fast recovery.
	Timeouts, Probes, FastRecoveries int64
	// BytesSent counts payload bytes sent for the first time, BytesAcked those the
	// peer has acknowledged, BytesDelivered those received in order.
	BytesSent, BytesAcked, BytesDelivered int64
	// BytesRetransmitted counts payload bytes sent again.
	BytesRetransmitted int64
}

// Endpoint is one end of one TCP connection.
type Endpoint struct {
	cfg   Config
	state State
	out   []Segment
	err   error
	stats Stats
}

// Reset makes the endpoint a new one with these settings, which must be valid. It
// keeps its memory, and nothing else.
func (e *Endpoint) Reset(cfg *Config) {}

// Connect sends the SYN of an active open.
func (e *Endpoint) Connect(now time.Duration, tag Tag) {}

// Listen makes the endpoint await a SYN.
func (e *Endpoint) Listen() {}

// Receive takes one segment from the peer. It keeps no reference to it.
func (e *Endpoint) Receive(now time.Duration, tag Tag, s *Segment) {}

// Write adds n bytes to the stream and sends what the windows allow.
func (e *Endpoint) Write(now time.Duration, tag Tag, n int64) {}

// Read tells that the application took n of the bytes delivered in order.
func (e *Endpoint) Read(now time.Duration, tag Tag, n int64) {}

// CloseWrite ends the stream: a FIN follows the data written so far.
func (e *Endpoint) CloseWrite(now time.Duration, tag Tag) {}

// Abort sends a RST and closes the endpoint.
func (e *Endpoint) Abort(now time.Duration, tag Tag) {}

// Tick runs the timers that have expired by now.
func (e *Endpoint) Tick(now time.Duration, tag Tag) {}

// Deadline returns the instant at which Tick is due, or Never.
func (e *Endpoint) Deadline() time.Duration { return Never }

// Output returns the segments that have become due since it was last called, in
// order. They are valid until the next call of any other method.
func (e *Endpoint) Output() []Segment { return nil }

// Delivered returns how many payload bytes have arrived in order so far.
func (e *Endpoint) Delivered() int64 { return 0 }

// PeerClosed reports whether the peer's FIN has arrived in order: after the
// Delivered bytes comes the end of its stream.
func (e *Endpoint) PeerClosed() bool { return false }

// State returns the state of the connection.
func (e *Endpoint) State() State { return e.state }

// Established reports whether the three-way handshake is complete at this end,
// also after either side began to close.
func (e *Endpoint) Established() bool { return e.state >= Established }

// Err returns why the connection failed: ErrTimeout, ErrReset or ErrRefused, or
// nil.
func (e *Endpoint) Err() error { return e.err }

// Stats returns the counters since Reset.
func (e *Endpoint) Stats() Stats { return e.stats }
