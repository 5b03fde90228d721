package engine

import (
	"fmt"

	"tlslab/engine/record"
	"tlslab/engine/wire"
)

// Limits on what a peer can make this side keep or do.
const (
	headerSize      = 4       // of a handshake message
	maxMessage      = 1 << 16 // bytes of a handshake message's body
	maxCertificates = 1 << 18 // of the Certificate message's: chains of ML-DSA are long
	maxIdle         = 64      // in a row: empty records, warnings, dummies, KeyUpdates
)

// maxBody is how long the body of a message may be.
func maxBody(m Message) int {
	if m == Certificates {
		return maxCertificates
	}
	return maxMessage
}

// A receiver is what a side receives: how records are protected, and what has come of a message.
type receiver struct {
	half    *record.Half
	epoch   Epoch  // of half
	partial []byte // the beginning of a message whose rest has not come
	message []byte // the message at hand, header included
	unread  int    // bytes of the record behind message
	idle    int    // see maxIdle
	closed  bool   // the peer's close_notify has come

	renegotiations uint8 // that the peer has asked for
	observe        func(Notice)
}

// Recv consumes at most one record from in, opening it in place. It returns
// the number of bytes consumed, 0 where in does not yet hold a whole record or
// a client waits for CertificateStatus, and what the record meant. Event.Data
// aliases in, or the connection where records are compressed: until the next
// call. An error ends the connection: Flush then returns the alert, and further
// calls return the same error.
func (c *Conn) Recv(in []byte) (n int, ev Event, err error) {
	if c.err != nil {
		return 0, Event{}, c.err
	}
	if c.flight == nil {
		if c.side == client {
			return 0, Event{}, c.fail(notStarted)
		}
		if err := c.Start(); err != nil {
			return 0, Event{}, err
		}
	}
	if c.awaitsOCSP() {
		return 0, Event{}, nil
	}
	if c.in.closed {
		return len(in), Event{}, nil // RFC 9846 §6.1: what follows a close_notify is ignored
	}
	h, ok := record.ParseHeader(in)
	if !ok {
		return 0, Event{}, nil
	}
	if err := c.checkHeader(h); err != nil {
		return 0, Event{}, c.fail(err)
	}
	n = record.HeaderSize + h.Length
	if len(in) < n {
		return 0, Event{}, nil
	}
	wasDone := c.info.Done
	ev, err = c.open(in[:n:n], h)
	if err != nil {
		return n, Event{}, c.fail(err)
	}
	ev.Kind = c.eventOf(wasDone, ev.Kind)
	return n, ev, nil
}

// happened is what messages meant to the application: kind, if nothing more.
func (c *Conn) eventOf(wasDone bool, kind EventKind) EventKind {
	switch {
	case c.info.Done && !wasDone:
		kind = EventHandshakeDone
	case c.resume.isNew && c.info.Done:
		kind = EventSession
	case c.awaitsOCSP():
		kind = EventOCSPRequest
	}
	c.resume.isNew = false
	return kind
}

// checkHeader looks at a record before all of it is there, so that no peer
// can make this side wait for bytes that would not be accepted.
func (c *Conn) checkHeader(h record.Header) error {
	switch {
	case h.Version>>8 != 3:
		return notTLS
	case h.Type < record.ChangeCipherSpec || h.Type > record.ApplicationData:
		return fmt.Errorf("%w: content type %d", unexpectedRecord, h.Type)
	case h.Length > c.in.half.Limit() && !(c.maySkip(h) && h.Length <= record.MaxProtected):
		return fmt.Errorf("%w: %d bytes", recordOverflow, h.Length)
	}
	return nil
}

// open takes the protection off a record and gives its content on.
func (c *Conn) open(raw []byte, h record.Header) (Event, error) {
	typ, plain := h.Type, raw[record.HeaderSize:]
	if !c.arrivesUnprotected(h) {
		var err error
		if !c.in.half.Protected() && c.maySkip(h) {
			return Event{}, c.skipRecord(h, tooMuchEarlyData)
		}
		if typ, plain, err = c.in.half.Open(raw); err != nil {
			if c.maySkip(h) && c.failedToOpen(h, err) {
				err = c.skipRecord(h, err)
			}
			return Event{}, err
		}
	}
	c.observeRecord(RecordReceived, typ, plain, len(raw))
	switch typ {
	case record.Handshake:
		return Event{}, c.readHandshake(plain)
	case record.ApplicationData:
		return c.readData(plain)
	case record.Alert:
		return c.readAlert(plain)
	case record.ChangeCipherSpec:
		return Event{}, c.readChangeCipherSpec(plain)
	}
	return Event{}, fmt.Errorf("%w: content type %d", unexpectedRecord, typ)
}

// arrivesUnprotected recognises the records that TLS 1.3 allows without protection after
// keys are in force: compatibility mode's change_cipher_spec, and the alert
// of a peer that could not follow the change of keys.
func (c *Conn) arrivesUnprotected(h record.Header) bool {
	if c.info.Version != TLS13 || c.info.Done || !c.in.half.Protected() {
		return false
	}
	return h.Type == record.ChangeCipherSpec || h.Type == record.Alert && c.in.half.Sequence() == 0 && h.Length == 2
}

// readData gives application data to the caller.
func (c *Conn) readData(plain []byte) (Event, error) {
	switch {
	case !c.info.Done:
		return c.readEarlyRecord(plain)
	case len(c.in.partial) > 0:
		return Event{}, interleaved
	case len(plain) == 0:
		return Event{}, c.countIdle()
	}
	c.in.idle = 0
	return Event{Kind: EventData, Data: plain}, nil
}

// readHandshake gives whole messages to the interpreter, straight from the
// record where no message is split across records.
func (c *Conn) readHandshake(plain []byte) error {
	if len(plain) == 0 {
		return emptyFragment
	}
	data := plain
	if len(c.in.partial) > 0 {
		c.in.partial = append(c.in.partial, plain...)
		data = c.in.partial
	}
	return c.readMessages(data)
}

// readMessages takes what is whole and keeps the rest, as it keeps all that comes
// while the client waits for word on a certificate.
func (c *Conn) readMessages(data []byte) error {
	for len(data) >= headerSize && !c.awaitsOCSP() {
		size := int(data[1])<<16 | int(data[2])<<8 | int(data[3])
		if size > maxBody(Message(data[0])) {
			return fmt.Errorf("%w: %d bytes", messageTooLong, size)
		}
		size += headerSize
		if len(data) < size {
			break
		}
		message := data[:size:size]
		data = data[size:]
		c.in.unread = len(data)
		if err := c.receive(messageOf(message), message); err != nil {
			return err
		}
	}
	c.in.unread = len(data)
	c.in.partial = append(c.in.partial[:0], data...)
	return nil
}

// messageOf names a message, telling a HelloRetryRequest from a ServerHello.
func messageOf(message []byte) Message {
	m := Message(message[0])
	switch {
	case m == ServerHello && wire.IsRetry(message[headerSize:]):
		return HelloRetryRequest
	case m == HelloRetryRequest:
		return reservedMessage
	}
	return m
}

// readChangeCipherSpec drops compatibility mode's dummy and gives the real one
// to the interpreter (RFC 9846 §5, RFC 5246 §7.1).
func (c *Conn) readChangeCipherSpec(plain []byte) error {
	if len(plain) != 1 || plain[0] != 1 {
		return badChangeCipherSpec
	}
	if c.in.unread > 0 {
		return interleaved
	}
	if c.info.Version == TLS13 && !c.info.Done {
		return c.countIdle()
	}
	return c.receive(ChangeCipherSpec, plain)
}

// idles counts what brings the connection no further.
func (c *Conn) countIdle() error {
	if c.in.idle++; c.in.idle > maxIdle {
		return tooManyIdleRecords
	}
	return nil
}

// putLength fills in the length of a handshake message.
func putLength(message []byte) {
	n := len(message) - headerSize
	message[1], message[2], message[3] = byte(n>>16), byte(n>>8), byte(n)
}
