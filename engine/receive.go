package engine

import (
	"fmt"

	"tlslab/engine/record"
	"tlslab/engine/wire"
)

// Bounds on what a peer can make this side keep or do.
const (
	headerSize      = 4       // bytes of a handshake message's header
	maxMessage      = 1 << 16 // bytes of a handshake message's body
	maxCertificates = 1 << 18 // bytes of a Certificate message's body: ML-DSA chains are long
	maxIdle         = 64      // records in a row without progress: empty ones, warnings, KeyUpdates
)

// maxBody returns the longest body of a message in bytes.
func maxBody(m Message) int {
	if m == Certificates {
		return maxCertificates
	}
	return maxMessage
}

// A receiver is the receiving direction of a side: the protection of records, and the message that
// is being read.
type receiver struct {
	half    *record.HalfConn
	epoch   Epoch  // of half
	partial []byte // an incomplete message
	message []byte // the message that is being read, header included
	unread  int    // bytes after message in the same record
	idle    int    // see maxIdle
	closed  bool   // the peer's close_notify has come

	renegotiations uint8 // requests for a renegotiation
}

// Recv consumes at most one record from in and decrypts it in place. It returns the number of
// consumed bytes and what the record meant. The number is 0 if in does not hold a whole record, or
// if a client waits for OCSPResponse. Event.Data aliases in, or a buffer of the connection if
// records are compressed; it is valid until the next call. An error ends the connection: further
// calls return the same error, and Flush returns the alert for the peer.
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
		return len(in), Event{}, nil // data after close_notify is ignored: RFC 9846 §6.1
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

// eventOf returns the event that the messages of a record caused; kind if they caused none.
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

// checkHeader checks a record before all of it has come: a peer must not make this side wait for
// bytes that it would not accept.
func (c *Conn) checkHeader(h record.Header) error {
	switch {
	case h.Version>>8 != 3:
		return notTLS
	case h.Type < record.ChangeCipherSpec || h.Type > record.ApplicationData:
		return fmt.Errorf("%w: content type %d", unexpectedRecord, h.Type)
	case h.Length > c.in.half.MaxFragment() && !(c.maySkip(h) && h.Length <= record.MaxProtected):
		return fmt.Errorf("%w: %d bytes", recordOverflow, h.Length)
	}
	return nil
}

// open removes the protection of a record and passes its content on.
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
	c.cfg.observeRecord(RecordReceived, typ, plain, len(raw))
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

// arrivesUnprotected reports whether TLS 1.3 allows a record without protection although the
// receiver has keys: compatibility mode's change_cipher_spec (RFC 9846 §5), and the alert of a peer
// that does not have the keys yet.
func (c *Conn) arrivesUnprotected(h record.Header) bool {
	if c.info.Version != TLS13 || c.info.Done || !c.in.half.Protected() {
		return false
	}
	return h.Type == record.ChangeCipherSpec || h.Type == record.Alert && c.in.half.Sequence() == 0 && h.Length == 2
}

// readData passes application data on to the caller.
func (c *Conn) readData(plain []byte) (Event, error) {
	switch {
	case !c.info.Done:
		return c.readEarlyRecord(plain)
	case len(c.in.partial) > 0:
		return Event{}, interleaved
	case len(plain) == 0:
		return Event{}, c.in.countIdle()
	}
	c.in.idle = 0
	return Event{Kind: EventData, Data: plain}, nil
}

// readHandshake passes whole messages on to the interpreter, straight from the record unless a
// message spans records.
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

// readMessages handles the whole messages of data and keeps the rest. While the client waits for an
// OCSP response it keeps everything.
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

// messageOf returns the type of a message. A HelloRetryRequest is a ServerHello with a special
// random (RFC 9846 §4.2.3).
func messageOf(message []byte) Message {
	m := Message(message[0])
	switch {
	case m == ServerHello && wire.IsHelloRetryRequest(message[headerSize:]):
		return HelloRetryRequest
	case m == HelloRetryRequest:
		return reservedMessage
	}
	return m
}

// readChangeCipherSpec ignores compatibility mode's dummy (RFC 9846 §5) and passes the message of
// versions up to TLS 1.2 on to the interpreter (RFC 5246 §7.1).
func (c *Conn) readChangeCipherSpec(plain []byte) error {
	if len(plain) != 1 || plain[0] != 1 {
		return badChangeCipherSpec
	}
	if c.in.unread > 0 {
		return interleaved
	}
	if c.info.Version == TLS13 && !c.info.Done {
		return c.in.countIdle()
	}
	return c.receive(ChangeCipherSpec, plain)
}

// countIdle counts a record without progress. It fails after maxIdle of them in a row.
func (r *receiver) countIdle() error {
	if r.idle++; r.idle > maxIdle {
		return tooManyIdleRecords
	}
	return nil
}

// putLength writes the length of a handshake message into its header.
func putLength(message []byte) {
	n := len(message) - headerSize
	message[1], message[2], message[3] = byte(n>>16), byte(n>>8), byte(n)
}
