package sim

import (
	"time"

	"tlslab/engine"
	"tlslab/sim/recording"
)

// Result is what one connection came to. Times count from the client's
// first SYN, in virtual time; a negative time was not reached.
type Result struct {
	Outcome   string        // OK, or what ended it
	Connect   time.Duration // the client's TCP is established
	Handshake time.Duration // the client may send under keys it has verified
	TTFB      time.Duration // the first byte of the first response is readable
	TTLB      time.Duration // the last one is

	// Of an exchange with several rounds: from the beginning of the last request
	// until the first and the last byte of its response are readable.
	LastRoundTTFB, LastRoundTTLB time.Duration

	// EarlyData is 1 where the server accepted early data, 0 where it rejected it,
	// and negative where there was none or none came.
	EarlyData int

	Revocation time.Duration // that the client waited for the OCSP responder's answer; negative: it did not ask, or had none

	RoundTrips     int           // on the critical path of Handshake; negative: not reached
	ClientCPU      time.Duration // charged to the client
	ServerCPU      time.Duration // charged to the server
	BytesUp        int64         // TCP payload sent first time, client to server
	BytesDown      int64         // and back
	PacketsUp      int64         // IP packets sent, client to server
	PacketsDown    int64         // and back
	Retransmits    int64         // segments with data or FIN sent again, both ways
	SYNRetransmits int64         // SYN and SYN-ACK sent again

	Causes [NumCauses]time.Duration // of TTLB's critical path; they add up to TTLB. All 0 if it was not reached
	Hash   uint64                   // of all events of the run until the connection ended
}

// Goodput is the rate of the response in bytes a second, between its first byte
// and its last; false where there is no time between them.
func (r *Result) Goodput(response int64) (float64, bool) {
	if r.TTLB < 0 || r.TTLB <= r.TTFB {
		return 0, false
	}
	return float64(response) * 1e9 / float64(r.TTLB-r.TTFB), true
}

// failed is the result of a connection that could not begin.
func failed(err error) Result {
	return Result{Outcome: outcomeOf(err), Connect: -1, Handshake: -1, TTFB: -1, TTLB: -1, LastRoundTTFB: -1, LastRoundTTLB: -1, EarlyData: -1, Revocation: -1, RoundTrips: -1}
}

// result is what a connection has come to, but for the world's hash.
func (c *connection) result(r *Result) {
	a, b := &c.procs[client], &c.procs[server]
	up, down := a.ep.Stats(), b.ep.Stats()
	*r = Result{
		Outcome: c.outcome, Connect: c.connect, Revocation: c.fetchTook, RoundTrips: c.roundTrips,
		EarlyData:     b.steps.early(),
		Handshake:     c.since(recording.Handshake),
		TTFB:          c.since(recording.FirstByte),
		TTLB:          c.since(recording.LastByte),
		LastRoundTTFB: c.between(recording.LastRequest, recording.LastRoundFirstByte),
		LastRoundTTLB: c.between(recording.LastRequest, recording.LastRoundLastByte),
		ClientCPU:     a.cpu, ServerCPU: b.cpu,
		BytesUp: up.BytesSent, BytesDown: down.BytesSent,
		PacketsUp: up.SegmentsSent, PacketsDown: down.SegmentsSent,
		Retransmits:    up.Retransmits + down.Retransmits,
		SYNRetransmits: up.SYNRetransmits + down.SYNRetransmits,
		Causes:         c.causes,
	}
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

// between is the time from one moment to another, negative where that was not
// reached.
func (c *connection) between(from, to recording.Moment) time.Duration {
	if c.moments[to] < 0 {
		return -1
	}
	return c.moments[to] - c.moments[from]
}

func (c *connection) since(m recording.Moment) time.Duration {
	if c.moments[m] < 0 {
		return -1
	}
	return c.moments[m] - c.start
}
