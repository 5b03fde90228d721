package sim

import (
	"time"

	"tlslab/engine"
	"tlslab/sim/recording"
)

// Result has the outcome and the metrics of one connection. Times count from the client's first
// SYN, in virtual time. A time is negative if the connection did not reach its end.
type Result struct {
	Outcome   string        // OK, Timeout, Reset, Unanswered, or "alert " with an alert's name
	Connect   time.Duration // until the client's TCP connection is established
	Handshake time.Duration // until the client may send data under keys that it has verified
	TTFB      time.Duration // until the client has the first byte of the first response
	TTLB      time.Duration // until it has the last byte of the first response

	// If the exchange has several rounds: from the start of the last request until the client has
	// the first and the last byte of its response.
	LastRoundTTFB, LastRoundTTLB time.Duration

	// EarlyData is 1 if the server accepted early data, 0 if it rejected early data, and negative
	// if it received none.
	EarlyData int

	Revocation time.Duration // duration of the OCSP fetch; negative: no fetch, or no response

	RoundTrips     int           // on the critical path of Handshake; negative: not reached
	ClientCPU      time.Duration // CPU time of the client, with its kernel's
	ServerCPU      time.Duration // CPU time of the server, with its kernel's
	BytesUp        int64         // TCP payload from client to server, without retransmissions
	BytesDown      int64         // TCP payload from server to client, without retransmissions
	PacketsUp      int64         // IP packets from client to server
	PacketsDown    int64         // IP packets from server to client
	Retransmits    int64         // retransmitted segments with data or FIN, of both sides
	SYNRetransmits int64         // retransmitted SYNs and SYN-ACKs

	Causes [NumCauses]time.Duration // of TTLB's critical path; their sum is TTLB, if reached
	Hash   uint64                   // of all events of the run up to the end of the connection
}

// Goodput returns the rate of a response, whose bytes are given, between its first and last byte,
// in bytes per second. It returns false if that time is 0 or was not reached.
func (r *Result) Goodput(response int64) (float64, bool) {
	if r.TTLB < 0 || r.TTLB <= r.TTFB {
		return 0, false
	}
	return float64(response) * 1e9 / float64(r.TTLB-r.TTFB), true
}

// failed returns the result of a connection that could not be opened.
func failed(err error) Result {
	return Result{
		Outcome: outcomeOf(err), Connect: -1, Handshake: -1, TTFB: -1, TTLB: -1,
		LastRoundTTFB: -1, LastRoundTTLB: -1, EarlyData: -1, Revocation: -1, RoundTrips: -1,
	}
}

// result sets the result of a connection, without Hash.
func (c *connection) result(r *Result) {
	a, b := &c.procs[client], &c.procs[server]
	up, down := a.ep.Stats(), b.ep.Stats()
	r.Outcome, r.Connect, r.Revocation, r.RoundTrips = c.outcome, c.connect, c.fetchTook, c.roundTrips
	r.EarlyData = b.steps.early()
	r.Handshake = c.since(recording.Handshake)
	r.TTFB = c.since(recording.FirstByte)
	r.TTLB = c.since(recording.LastByte)
	r.LastRoundTTFB = c.between(recording.LastRequest, recording.LastRoundFirstByte)
	r.LastRoundTTLB = c.between(recording.LastRequest, recording.LastRoundLastByte)
	r.ClientCPU, r.ServerCPU = a.cpu, b.cpu
	r.BytesUp, r.BytesDown = up.BytesSent, down.BytesSent
	r.PacketsUp, r.PacketsDown = up.SegmentsSent, down.SegmentsSent
	r.Retransmits = up.Retransmits + down.Retransmits
	r.SYNRetransmits = up.SYNRetransmits + down.SYNRetransmits
	r.Causes = c.causes
}

// accepted is Result.EarlyData.
func accepted(e engine.EarlyData) int {
	switch e {
	case engine.EarlyAccepted:
		return 1
	case engine.EarlyRejected:
		return 0
	}
	return -1
}

// between returns the time between two moments. It is negative if the second was not reached.
func (c *connection) between(from, to recording.Moment) time.Duration {
	if c.moments[to] < 0 {
		return -1
	}
	return c.moments[to] - c.moments[from]
}

// since returns the time from the start of the connection to a moment. It is negative if the moment
// was not reached.
func (c *connection) since(m recording.Moment) time.Duration {
	if c.moments[m] < 0 {
		return -1
	}
	return c.moments[m] - c.start
}
