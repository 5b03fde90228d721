package engine

import (
	"fmt"
	"strings"

	"tlslab/engine/alert"
	"tlslab/engine/kx"
	"tlslab/engine/op"
	"tlslab/engine/pki"
	"tlslab/engine/record"
	"tlslab/engine/secrets"
	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// A Conn is one side of a TLS connection. It is not safe for concurrent use.
type Conn struct {
	cfg   *Config
	side  side
	err   error      // that ended the connection
	count op.Counter // counts expensive operations; nil: no observer
	info  Info       // what has been negotiated so far

	// Record protection: the suite's cipher and hash (nil before the ServerHello), and the
	// negotiated lengths of records.
	cipher *record.Cipher
	hash   *secrets.Hash
	sizes  recordSizes

	flight *flight // nil before Start
	at     int     // the next row of the flight

	out sender
	in  receiver

	hs     *handshake   // nil after the handshake
	tls13  tls13Secrets // zero up to TLS 1.2
	post   postHandshake
	resume resumption

	// Buffers that most connections do not outgrow.
	scratch     [384]byte
	ticketStore [384]byte
}

// A handshake is the part of a connection's state that is dropped when the handshake is done.
type handshake struct {
	transcript transcript
	randoms    [2][wire.RandomSize]byte // by side
	hello      clientHello
	shares     []*kx.Key // private keys of the client's key_share
	compatible bool      // middlebox compatibility mode (RFC 9846 §E.4)

	scheme  *pki.Scheme    // of this side's signature
	peerKey *pki.PublicKey // of the peer's leaf

	sniMatched           bool // the server has a certificate for the client's server_name
	certificateRequested bool // there was a CertificateRequest
	certificateDeclined  bool // SSL 3.0: the client has sent no_certificate
	clientSigns          bool // the client has sent a certificate, so it sends CertificateVerify
	ticketPromised       bool // up to TLS 1.2: the server sends NewSessionTicket

	ocsp   *ocspState  // of a client that checks revocation
	early  *earlyState // nil: the ClientHello offers no early data
	legacy legacyState // SSL 3.0 to TLS 1.2
	tls13  tls13State

	keptStore [640]byte // buffer of transcript
}

// A postHandshake records the messages that a side still has to send after a TLS 1.3 handshake.
type postHandshake struct {
	ticketsOwed     int
	updateOwed      bool
	updateRequested bool // the owed KeyUpdate asks the peer for one
	updateQueued    bool // a KeyUpdate was queued since the last Flush
}

// A resumption holds the session that a client offers, and the session that a later connection can
// resume.
type resumption struct {
	offer   offer            // of the client
	session *session.Session // of the client, made by this connection
	isNew   bool             // the caller has no EventSession for session yet
	id      []byte           // session ID of the hellos
	idStore [wire.MaxSessionID]byte
}

// Client returns the client side of a connection. The server's leaf must be valid for serverName,
// which is also sent as server_name unless it is empty or an IP address. A trailing dot is removed
// (RFC 6066 §3).
func Client(cfg *Config, serverName string) *Conn {
	c := newConn(cfg, client)
	if c.info.ServerName = serverName; len(serverName) > 1 {
		c.info.ServerName = strings.TrimSuffix(serverName, ".")
	}
	return c
}

// Server returns the server side of a connection.
func Server(cfg *Config) *Conn { return newConn(cfg, server) }

func newConn(cfg *Config, s side) *Conn {
	both := &struct {
		conn Conn
		hs   handshake
	}{} // one allocation for both
	c := &both.conn
	c.cfg, c.out.cfg, c.side, c.hs = cfg, cfg, s, &both.hs
	c.out.messages = c.out.messagesStore[:0]
	c.out.records = c.out.recordsStore[:0]
	c.hs.transcript.kept = c.hs.keptStore[:0]
	if cfg.Observe != nil {
		c.count = c.observe
		c.hs.transcript.count = c.count
	}
	if cfg.RecordSizing != nil {
		c.out.sizer = newSizer(cfg)
	}
	if s == client && cfg.Revocation != RevocationNone {
		c.hs.ocsp = new(ocspState)
	}
	c.in.half, c.out.half = record.NewPlaintext(firstRecordVersion), record.NewPlaintext(firstRecordVersion)
	return c
}

// firstRecordVersion is the version in the record header of the first ClientHello, for the sake of
// old servers (RFC 9846 §5.1).
const firstRecordVersion = 0x0301

func (c *Conn) observe(o op.Op) { c.cfg.Observe(Notice{Kind: Operation, Op: o}) }

// Start begins the handshake: a client queues its ClientHello. It fails if the Config cannot work
// or the server name is longer than 255 bytes. A server may omit the call.
func (c *Conn) Start() error {
	if c.err != nil || c.flight != nil {
		return c.err
	}
	if err := c.cfg.check(c.side); err != nil {
		return c.fail(fmt.Errorf("%w: %w", badConfig, err))
	}
	if len(c.info.ServerName) > maxServerName {
		return c.fail(fmt.Errorf("%w: server name of %d bytes", badConfig, len(c.info.ServerName)))
	}
	if c.cfg.maxVersion() == SSL30 {
		c.out.half.SetVersion(uint16(SSL30))
	}
	c.flight = &hellos
	if err := c.run(); err != nil {
		return c.fail(err)
	}
	c.out.half.SetVersion(uint16(min(c.cfg.maxVersion(), TLS12))) // until the version is negotiated
	return nil
}

// Info returns what has been negotiated so far.
func (c *Conn) Info() Info { return c.info }

// Session returns the session with which a client can resume this connection later; nil if the
// server gave it none. Up to TLS 1.2 it is available with EventHandshakeDone. In TLS 1.3 it comes
// with the first EventSession, and each further EventSession adds a ticket to it.
func (c *Conn) Session() *session.Session {
	if !c.info.Done {
		return nil
	}
	return c.resume.session
}

// OfferedSession reports whether a client offered a session. If it did and Info().Kind is Full,
// the server refused the session.
func (c *Conn) OfferedSession() bool { return c.resume.offer.session != nil }

// Close queues close_notify, once. During a handshake user_canceled precedes it (RFC 9846 §6.1). A
// side that has sent nothing, or a server that has not received a ClientHello, queues nothing.
func (c *Conn) Close() {
	if c.out.closed || c.err != nil {
		return
	}
	c.out.closed = true
	if !c.info.Done && !c.in.closed && !c.out.sentHalfRTTData {
		if c.flight == nil || c.side == server && c.info.Version == 0 {
			return
		}
		if a := alert.UserCanceled.In(c.alertVersion()); a != alert.CloseNotify {
			c.out.sealAlert(alert.Warning, a)
		}
	}
	c.out.sealAlert(alert.Warning, alert.CloseNotify)
}

// EOF tells the connection that the transport has ended. It returns an error that wraps
// ErrTruncated unless the peer's close_notify came first.
func (c *Conn) EOF() error {
	if c.in.closed || c.err != nil {
		return c.err
	}
	e := explain(truncated)
	e.Err = ErrTruncated
	c.err = e
	return e
}

// fail ends the connection by one error and one alert.
func (c *Conn) fail(err error) error {
	e := explain(err)
	if e.Fault != FaultRemote {
		e.Alert = e.Alert.In(c.alertVersion())
	}
	c.err = e
	c.invalidateSession()
	if e.Fault != FaultRemote && !c.out.closed {
		c.out.messages = c.out.messages[:0]
		c.out.sealAlert(alert.Fatal, e.Alert)
	}
	return e
}
