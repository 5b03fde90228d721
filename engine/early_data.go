package engine

import (
	"fmt"
	"math"

	"tlslab/engine/record"
	"tlslab/engine/secrets"
)

// Early data (0-RTT, RFC 9846 §2.3) is application data that a client sends after its ClientHello,
// under keys that come from a ticket's PSK.
//
//	client                                server
//	ClientHello + early_data
//	early data, EndOfEarlyData  ═══►      decides: early_accept.go
//	                                      accepted: EventEarlyData
//	                                      rejected: skipped, early_skip.go
//	            ◄─── EncryptedExtensions + early_data if accepted

// EarlyData says what happened to a connection's early data.
type EarlyData uint8

// The states of early data.
const (
	EarlyNone     EarlyData = iota // the client offered none
	EarlyOffered                   // client only: the server has not answered yet
	EarlyRejected                  // the early data is lost: the application has to send it again
	EarlyAccepted
)

var earlyNames = [...]string{"none", "offered", "rejected", "accepted"}

// String returns the state's name: "none", "offered", "rejected" or "accepted".
func (e EarlyData) String() string { return nameOf(earlyNames[:], e) }

// An earlyState belongs to a handshake whose first ClientHello offers early data.
type earlyState struct {
	room         int            // bytes of early data that may still be sent, or accepted
	cipher       *record.Cipher // of the ticket's suite
	hash         *secrets.Hash
	maxPlaintext int // bytes of plaintext in a record that the server accepts
	secret       [maxHash]byte

	offer earlyOffer // at the server
	skip  int        // bytes of rejected early data that the server may still skip
}

// offerEarlyData decides whether the client offers early data: if the first offered ticket allows
// any, and the server can choose the session's suite and application protocol again (RFC 9846
// §4.3.10).
func (c *Conn) offerEarlyData() {
	s := c.resume.offer.session
	if first := &c.resume.offer.tickets[0]; c.cfg.EarlyData && first.MaxEarlyData > 0 && c.cfg.enablesSuite(s.Suite) && c.cfg.allowsALPN(s.ALPN) {
		suite := suiteRow(s.Suite)
		c.hs.early = &earlyState{
			room:         int(min(first.MaxEarlyData, math.MaxInt32)),
			cipher:       record.ByName(suite.Cipher),
			hash:         hashes[suite.Hash],
			maxPlaintext: first.MaxPlaintext,
		}
		c.info.EarlyData = EarlyOffered
	}
}

// readEarlyDataAnswer handles the server's decision on early data. The server may accept it only
// under the first PSK, with the session's suite and application protocol (RFC 9846 §4.3.10).
func (c *Conn) readEarlyDataAnswer(accepted bool) error {
	switch s := c.resume.offer.session; {
	case c.hs.early == nil:
		return nil
	case !accepted:
		c.info.EarlyData = EarlyRejected
		return nil
	case c.info.Kind != Resumed || c.hs.tls13.selectedIdentity != 0:
		return fmt.Errorf("%w: the chosen PSK is not the first", badEarlyData)
	case c.info.Suite.ID != s.Suite:
		return fmt.Errorf("%w: suite %v", badEarlyData, c.info.Suite.ID)
	case c.info.ALPN != s.ALPN:
		return fmt.Errorf("%w: application protocol %q", badEarlyData, c.info.ALPN)
	}
	c.info.EarlyData = EarlyAccepted
	return nil
}

// earlyKeys returns the record protection of early data, with keys from the transcript of the
// ClientHello (RFC 9846 §7.1). EpochClear, which follows a HelloRetryRequest, has no protection.
func earlyKeys(c *Conn, _ side, e Epoch) (*record.HalfConn, error) {
	if e == EpochClear {
		return record.NewPlaintext(uint16(TLS12)), nil
	}
	x := c.hs.early
	secret := x.secret[:x.hash.Size]
	c.tls13.schedule.Derive(secret, secrets.ClientEarlyTraffic, c.hs.transcript.sumAs(x.hash))
	c.logSecret("CLIENT_EARLY_TRAFFIC_SECRET", secret)
	half, err := c.protect(x.cipher, secret)
	if err == nil && c.side == client && x.maxPlaintext < half.MaxPlaintext() {
		half.LimitPlaintext(x.maxPlaintext)
	}
	return half, err
}

func writeEndOfEarlyData(_ *Conn, dst []byte) ([]byte, error) { return dst, nil }

func readEndOfEarlyData(_ *Conn, body []byte) error { return wantEmpty(body) }

// EarlyRoom returns how many bytes of early data a client may seal now. It is 0 if the client
// offered none, the ticket's limit is reached, the server rejected it, or the handshake is done.
func (c *Conn) EarlyRoom() int {
	if c.err != nil || c.out.closed || c.side != client || c.out.epoch != EpochEarly {
		return 0
	}
	return c.hs.early.room
}

// MaySeal reports whether Seal takes application data now: after the handshake; for a client,
// early data; for a TLS 1.3 server, data after its own Finished. The client has proved neither its
// liveness nor its identity by then ("0.5-RTT data", RFC 9846 §4.5.3).
func (c *Conn) MaySeal() bool {
	return c.err == nil && !c.out.closed && (c.info.Done || c.EarlyRoom() > 0 || c.maySendHalfRTTData())
}

// maySendHalfRTTData reports whether a TLS 1.3 server has sent its Finished: it may then send data
// before it receives the client's Finished.
func (c *Conn) maySendHalfRTTData() bool {
	return c.side == server && c.info.Version == TLS13 && c.out.epoch == EpochApplication
}

// admitEarlySeal checks whether Seal may take n bytes before the handshake is done.
func (c *Conn) admitEarlySeal(n int) error {
	switch {
	case c.maySendHalfRTTData():
		c.out.sentHalfRTTData = true
		return nil
	case c.side == client && c.info.EarlyData == EarlyRejected:
		return explain(earlyRejected)
	case c.side == server || c.out.epoch != EpochEarly:
		return explain(notDone)
	case n > c.hs.early.room:
		return explain(fmt.Errorf("%w: %d bytes, %d are left", earlyLimit, n, c.hs.early.room))
	}
	c.hs.early.room -= n
	c.info.EarlyBytes += n
	return nil
}

// readEarlyRecord passes early data on to the server's caller.
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
