package engine

import (
	"fmt"
	"math"

	"tlslab/engine/record"
	"tlslab/engine/secrets"
)

// Early data (0-RTT, RFC 9846 §2.3): what a client says under a ticket's keys
// right behind its ClientHello, before the server has answered.
//
//	client                                server
//	ClientHello + early_data
//	(EndOfEarlyData follows) ══data══►    judges it: earlyaccept.go, earlyguard.go
//	                                      accepted: EventEarlyData
//	                                      rejected: skipped, see earlyskip.go
//	            ◄── EncryptedExtensions + early_data if accepted

// EarlyData is what became of a connection's early data.
type EarlyData uint8

// The states of early data.
const (
	EarlyNone     EarlyData = iota // none was offered
	EarlyOffered                   // at the client: the server has not answered yet
	EarlyRejected                  // what was sent is lost, and for the application to send again
	EarlyAccepted
)

var earlyNames = [...]string{"none", "offered", "rejected", "accepted"}

// String returns the state's name.
func (e EarlyData) String() string { return nameOf(earlyNames[:], e) }

// earlyState is there on connections whose first ClientHello offers early data.
type earlyState struct {
	room   int            // bytes of application data that may still be sent, or accepted
	cipher *record.Cipher // of the ticket's suite
	hash   *secrets.Hash
	most   int // bytes of plaintext that the server accepted in a record, when it gave the ticket
	secret [maxHash]byte

	claim earlyOffer // the server's
	skip  int        // bytes of rejected early data that may still come to the server
}

// offerEarlyData settles whether the client offers early data: under the first of its
// tickets, if that allows any, and only where its suite and its protocol can be
// chosen again (RFC 9846 §4.3.10).
func (c *Conn) offerEarlyData() {
	s := c.resume.offer.session
	if first := &c.resume.offer.tickets[0]; c.cfg.EarlyData && first.MaxEarlyData > 0 && c.cfg.enablesSuite(s.Suite) && c.cfg.allowsALPN(s.ALPN) {
		suite := suiteRow(s.Suite)
		c.hs.early = &earlyState{
			room:   int(min(first.MaxEarlyData, math.MaxInt32)),
			cipher: record.ByName(suite.Cipher),
			hash:   hashes[suite.Hash],
			most:   first.MaxPlaintext,
		}
		c.info.EarlyData = EarlyOffered
	}
}

// readEarlyDataAnswer tells the client what became of its early data. A server accepts
// only under the first PSK, with the suite and the protocol of its session.
func (c *Conn) readEarlyDataAnswer(accepted bool) error {
	switch s := c.resume.offer.session; {
	case c.hs.early == nil:
		return nil
	case !accepted:
		c.info.EarlyData = EarlyRejected
		return nil
	case c.info.Kind != Resumed || c.hs.tls13.chosen != 0:
		return fmt.Errorf("%w: another PSK than the first", badEarlyData)
	case c.info.Suite.ID != s.Suite:
		return fmt.Errorf("%w: suite %v", badEarlyData, c.info.Suite.ID)
	case c.info.ALPN != s.ALPN:
		return fmt.Errorf("%w: application protocol %q", badEarlyData, c.info.ALPN)
	}
	c.info.EarlyData = EarlyAccepted
	return nil
}

// earlyKeys makes the protection of early data once the transcript holds the
// ClientHello, and ends it behind a HelloRetryRequest (RFC 9846 §7.1).
func earlyKeys(c *Conn, _ side, e Epoch) (*record.Half, error) {
	if e == EpochClear {
		return record.Plain(uint16(TLS12)), nil
	}
	x := c.hs.early
	secret := x.secret[:x.hash.Size]
	c.tls13.schedule.Derive(secret, secrets.ClientEarlyTraffic, c.hs.transcript.sumAs(x.hash))
	c.logSecret("CLIENT_EARLY_TRAFFIC_SECRET", secret)
	half, err := c.protect(x.cipher, secret)
	if err == nil && c.side == client && x.most < half.Plaintext() {
		half.Restrict(x.most)
	}
	return half, err
}

func writeEndOfEarlyData(_ *Conn, dst []byte) ([]byte, error) { return dst, nil }

func readEndOfEarlyData(_ *Conn, body []byte) error { return wantEmpty(body) }

// EarlyRoom returns how many bytes a client may seal as early data just now: 0
// where it offered none, its ticket's limit is reached, or the server has
// rejected it or completed the handshake.
func (c *Conn) EarlyRoom() int {
	if c.err != nil || c.out.closed || c.side != client || c.out.epoch != EpochEarly {
		return 0
	}
	return c.hs.early.room
}

// MaySeal says whether Seal takes application data just now: after the handshake,
// as a client's early data, and in TLS 1.3 as what a server says after its Finished,
// to a client who has not proved yet to be there or to be the one it says it is
// ("0.5-RTT", RFC 9846 §4.5.3).
func (c *Conn) MaySeal() bool {
	return c.err == nil && !c.out.closed && (c.info.Done || c.EarlyRoom() > 0 || c.sendsHalfRTTData())
}

// answers says whether a server may speak before it has heard the client's
// Finished.
func (c *Conn) sendsHalfRTTData() bool {
	return c.side == server && c.info.Version == TLS13 && c.out.epoch == EpochApplication
}

// admitEarlySeal says whether so many bytes may be sealed before the handshake is
// done.
func (c *Conn) admitEarlySeal(n int) error {
	switch {
	case c.sendsHalfRTTData():
		c.out.sentHalfRTTData = true
		return nil
	case c.side == client && c.info.EarlyData == EarlyRejected:
		return explain(earlyRejected)
	case c.side == server || c.out.epoch != EpochEarly:
		return explain(notDone)
	case n > c.hs.early.room:
		return explain(fmt.Errorf("%w: %d bytes, and %d may still be sent", earlyLimit, n, c.hs.early.room))
	}
	c.hs.early.room -= n
	c.info.EarlyBytes += n
	return nil
}

// readEarlyRecord gives early data to the server's caller.
func (c *Conn) readEarlyRecord(plain []byte) (Event, error) {
	switch {
	case c.side == client || c.in.epoch != EpochEarly:
		return Event{}, dataBeforeDone
	case len(c.in.partial) > 0:
		return Event{}, interleaved
	case len(plain) == 0:
		return Event{}, c.in.countIdle()
	case len(plain) > c.hs.early.room:
		return Event{}, tooMuchEarlyData
	}
	c.in.idle = 0
	c.hs.early.room -= len(plain)
	c.info.EarlyBytes += len(plain)
	return Event{Kind: EventEarlyData, Data: plain}, nil
}
