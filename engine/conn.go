package engine

import (
	"fmt"
	"strings"

	"tlslab/engine/kx"
	"tlslab/engine/op"
	"tlslab/engine/pki"
	"tlslab/engine/record"
	"tlslab/engine/secrets"
	"tlslab/engine/wire"
)

// A Conn is one side of a TLS connection. It is not safe for concurrent
// use.
type Conn struct {
	cfg   *Config
	side  side
	info  Info
	count op.Counter
	err   error

	// The interpreter's place: the next row of the flight.
	flight *flight
	at     int

	// What is sent: messages not yet in records, and records not yet flushed.
	out      *record.Half
	sends    Epoch // of out
	messages []byte
	records  []byte
	closed   bool    // close_notify was queued
	answered bool    // application data was sealed before the client's Finished came
	first    [1]byte // see splitFirst

	// What is received: a message that is not complete yet, and what follows
	// the message at hand.
	in         *record.Half
	receives   Epoch // of in
	partial    []byte
	unread     int
	message    []byte // the message at hand, header included
	idle       int    // see maxIdle
	peerClosed bool
	requests   uint8 // for renegotiation

	// What the handshake has come to.
	transcript transcript
	randoms    [2][wire.RandomSize]byte // by side
	sessionID  []byte
	hello      clientHello
	shares     []*kx.Key // the client's

	sizes      sizes
	sizer      *sizer // nil: records have one size
	compatible bool   // middlebox compatibility mode
	cipher     *record.Cipher
	hash       *secrets.Hash

	// What signs on this side, and whose signature the peer's must be.
	certificate *Certificate
	scheme      *pki.Scheme
	peerKey     *pki.PublicKey

	named bool // the server has a certificate for the name that the client asks for
	asked bool // there was a CertificateRequest
	signs bool // the client has shown a certificate

	declined bool // the client has said by an alert that it has none

	status  *statusState // of a client with a Config.Revocation
	classic classicState
	modern  modernState
	early   *earlyState // nil: no early data was offered

	ticketPromised  bool
	ticketsOwed     int
	updateOwed      bool
	updateRequested bool // the KeyUpdate that is owed asks for one in return
	updateQueued    bool // one was made since the last Flush
	offer           offer
	session         *Session
	newSession      bool

	// Storage that most connections do not outgrow.
	sessionIDStore [wire.MaxSessionID]byte
	messagesStore  [1024]byte
	recordsStore   [1024]byte
	keptStore      [640]byte
	scratch        [384]byte
	ticketStore    [384]byte
}

// Client returns the client's side of a connection. serverName is sent as
// SNI unless it is empty or an IP address, and the server's leaf must be
// valid for it. A dot at its end is left out (RFC 6066 §3).
func Client(cfg *Config, serverName string) *Conn {
	c := newConn(cfg, client)
	if c.info.ServerName = serverName; len(serverName) > 1 {
		c.info.ServerName = strings.TrimSuffix(serverName, ".")
	}
	return c
}

// Server returns the server's side of a connection.
func Server(cfg *Config) *Conn { return newConn(cfg, server) }

func newConn(cfg *Config, s side) *Conn {
	c := &Conn{cfg: cfg, side: s}
	c.messages = c.messagesStore[:0]
	c.records = c.recordsStore[:0]
	c.transcript.kept = c.keptStore[:0]
	if cfg.Observe != nil {
		c.count = c.observe
		c.transcript.count = c.count
	}
	if cfg.RecordSizing != nil {
		c.sizer = newSizer(cfg)
	}
	if s == client && cfg.Revocation != RevocationNone {
		c.status = new(statusState)
	}
	c.in, c.out = record.Plain(firstRecordVersion), record.Plain(firstRecordVersion)
	return c
}

// firstRecordVersion stands in the header of an initial ClientHello's record,
// for old servers' sake (RFC 9846 §5.1).
const firstRecordVersion = 0x0301

// maxServerName is the length of the longest DNS name in bytes (RFC 1035
// §2.3.4).
const maxServerName = 255

func (c *Conn) observe(o op.Op) { c.cfg.Observe(Notice{Kind: Operation, Op: o}) }

// Start begins the handshake: a client queues its ClientHello. It returns an
// error if the Config cannot work. A server may leave it out.
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
		c.out.SetVersion(uint16(SSL30))
	}
	c.flight = &hellos
	if err := c.run(); err != nil {
		return c.fail(err)
	}
	c.out.SetVersion(uint16(min(c.cfg.maxVersion(), TLS12))) // until the version is settled
	return nil
}

// Flush appends to dst what is ready to be sent, and returns the result.
func (c *Conn) Flush(dst []byte) []byte {
	dst = append(dst, c.records...)
	c.records = c.records[:0]
	c.updateQueued = false
	return dst
}

// Info returns what has been negotiated.
func (c *Conn) Info() Info {
	info := c.info
	info.Certificate = c.certificate
	return info
}

// Session returns what a client needs to resume this connection, or nil if
// the server has not made it resumable. In TLS 1.2 it is there with
// EventHandshakeDone; in TLS 1.3 it comes with the first EventSession, and
// each one after that adds a ticket to it.
func (c *Conn) Session() *Session {
	if !c.info.Done {
		return nil
	}
	return c.session
}

// OfferedSession says of a client that it had a session to resume and offered it:
// where Info().Kind is Full, it was refused.
func (c *Conn) OfferedSession() bool { return c.offer.session != nil }

// Close queues a close_notify, once; in the middle of a handshake, behind a
// user_canceled (RFC 9846 §6.1). A side that has not been heard of says nothing.
func (c *Conn) Close() {
	if c.closed || c.err != nil {
		return
	}
	c.closed = true
	if !c.info.Done && !c.peerClosed && !c.answered {
		if c.flight == nil || c.side == server && c.info.Version == 0 {
			return
		}
		if a := AlertUserCanceled.in(c.alertVersion()); a != AlertCloseNotify {
			c.sealAlert(levelWarning, a)
		}
	}
	c.sealAlert(levelWarning, AlertCloseNotify)
}

// EOF tells the connection that the transport ended. It returns an error
// that wraps ErrTruncated unless the peer's close_notify came first.
func (c *Conn) EOF() error {
	if c.peerClosed || c.err != nil {
		return c.err
	}
	e := explain(truncated)
	e.Err = ErrTruncated
	c.err = e
	return e
}

// fail ends the connection: one error, one alert.
func (c *Conn) fail(err error) error {
	e := explain(err)
	if e.Fault != FaultRemote {
		e.Alert = e.Alert.in(c.alertVersion())
	}
	c.err = e
	c.forget()
	if e.Fault != FaultRemote && !c.closed {
		c.messages = c.messages[:0]
		c.sealAlert(levelFatal, e.Alert)
	}
	return e
}
