package engine

import (
	"fmt"

	"tlslab/engine/record"
	"tlslab/engine/secrets"
)

// A side is one end of the connection.
type side = secrets.Side

const (
	client = secrets.ClientSide
	server = secrets.ServerSide
)

// other returns the peer's side.
func other(s side) side { return client + server - s }

// A step is how one message is written and read. The sender calls write, and the receiver read.
// Both then call after, when the transcript holds the message.
type step struct {
	write func(c *Conn, dst []byte) ([]byte, error) // appends the body to dst
	read  func(c *Conn, body []byte) error          // body aliases the buffer given to Recv
	after func(c *Conn, from side) error
}

// handlers are the steps of a range of versions, and how these versions make keys.
type handlers struct {
	steps [KeyUpdate + 1]step
	enter func(c *Conn) error // called when the ServerHello has decided on the flight
	keys  func(c *Conn, from side, e Epoch) (*record.HalfConn, error)
}

// run sends rows of this side until a row of the peer is due.
func (c *Conn) run() error {
	for {
		if c.at == len(c.flight.rows) {
			if len(c.flight.then) == 0 {
				return c.complete()
			}
			if err := c.enter(); err != nil {
				return err
			}
			continue
		}
		r := &c.flight.rows[c.at]
		if c.applies(r) {
			if r.from != c.side && r.message != noMessage {
				return nil
			}
			if err := c.sendRow(r); err != nil {
				return err
			}
		}
		c.at++
	}
}

// enter continues with the flight that the ServerHello decided on.
func (c *Conn) enter() error {
	for _, next := range c.flight.then {
		if c.holds(next.when) {
			c.flight, c.at = next.flight, 0
			return c.flight.handlers.enter(c)
		}
	}
	return internalError
}

// complete ends the handshake and sends the messages that this side owes after it.
func (c *Conn) complete() error {
	if !c.info.Done {
		c.info.Done = true
		// hello aliases the caller's buffer.
		c.hs.hello, c.hs.transcript = clientHello{}, transcript{}
		c.hs = nil
	}
	for i := range c.flight.after {
		r := &c.flight.after[i]
		for r.from == c.side && c.holds(r.when) {
			if err := c.sendRow(r); err != nil {
				return err
			}
		}
	}
	return c.out.sealMessages()
}

func (c *Conn) holds(when condition) bool { return when.holds == nil || when.holds(c) }

// applies reports whether a row takes place. For an optional row of the peer it reports whether the
// row may take place.
func (c *Conn) applies(r *row) bool {
	if r.from != c.side && r.mode&(dummy|optional) != 0 {
		return r.mode&optional != 0 && (r.when.allowed == nil || r.when.allowed(c))
	}
	return c.holds(r.when)
}

// sendRow sends the row's message, then changes keys and seals the flight if the row says so.
func (c *Conn) sendRow(r *row) error {
	var err error
	switch r.message {
	case noMessage:
	case ChangeCipherSpec:
		if c.flight.handlers == &legacyHandlers {
			err = c.out.sealChangeCipherSpec()
		} else {
			err = c.out.sealDummyChangeCipherSpec()
		}
	case UnrecognizedName, NoCertificate:
		err = c.sendWarning(r.message)
	default:
		err = c.writeMessage(r)
	}
	if err != nil {
		return err
	}
	return c.endRow(r)
}

// writeMessage appends the row's message to the messages that wait to be sealed.
func (c *Conn) writeMessage(r *row) error {
	s := &c.flight.handlers.steps[r.message]
	start := len(c.out.messages)
	c.out.messages = append(c.out.messages, wireType(r.message), 0, 0, 0)
	out, err := s.write(c, c.out.messages)
	if err != nil {
		return err
	}
	c.out.messages = out
	message := out[start:]
	putLength(message)
	c.cfg.observeMessage(MessageSent, r.message, len(message))
	return c.endMessage(s, r.from, message)
}

// endMessage runs on both sides after a message is written or read. Messages after the handshake
// are not part of the transcript (RFC 9846 §4.1).
func (c *Conn) endMessage(s *step, from side, message []byte) error {
	if !c.info.Done {
		c.hs.transcript.add(message)
	}
	if s.after != nil {
		return s.after(c, from)
	}
	return nil
}

// receive handles a message of the peer. The order of messages is checked here.
func (c *Conn) receive(m Message, message []byte) error {
	r, err := c.expectedRow(m)
	if err != nil {
		return err
	}
	c.cfg.observeMessage(MessageReceived, m, len(message))
	if r.mode&(ignored|declined|refused) != 0 {
		return c.declineRenegotiation(r, message)
	}
	if m != ChangeCipherSpec {
		s := &c.flight.handlers.steps[m]
		c.in.message = message
		if err := s.read(c, message[headerSize:]); err != nil {
			return fmt.Errorf("%v: %w", m, err)
		}
		if err := c.endMessage(s, r.from, message); err != nil {
			return err
		}
	}
	if err := c.endRow(r); err != nil {
		return err
	}
	if c.at < len(c.flight.rows) {
		c.at++
	}
	return c.run()
}

// expectedRow returns the row that allows the peer to send m now, and moves on to it.
func (c *Conn) expectedRow(m Message) (*row, error) {
	if !c.info.Done {
		if r := c.findRow(c.flight.aside, m); r != nil {
			return r, nil
		}
	}
	for ; c.at < len(c.flight.rows); c.at++ {
		r := &c.flight.rows[c.at]
		switch {
		case !c.applies(r):
		case r.from != c.side && r.message == m:
			return r, nil
		case r.mode&optional == 0:
			return nil, fmt.Errorf("%w: want %v, got %v", unexpectedMessage, r.message, m)
		}
	}
	if r := c.findRow(c.flight.after, m); r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("%w: got %v after the handshake", unexpectedMessage, m)
}

// findRow returns the row of m among rows that may come in any order; nil if the peer may not send
// m.
func (c *Conn) findRow(rows []row, m Message) *row {
	for i := range rows {
		if r := &rows[i]; r.from != c.side && r.message == m && (r.when.allowed == nil || r.when.allowed(c)) {
			return r
		}
	}
	return nil
}

// expects reports whether the peer may send m next.
func (c *Conn) expects(m Message) bool {
	for i := c.at; i < len(c.flight.rows); i++ {
		switch r := &c.flight.rows[i]; {
		case !c.applies(r):
		case r.from != c.side && r.message == m:
			return true
		case r.mode&optional == 0:
			return false
		}
	}
	return false
}

// endRow changes keys and seals the flight, if the row says so.
func (c *Conn) endRow(r *row) error {
	if r.keys != sameKeys {
		if err := c.changeKeys(r.from, r.keys); err != nil {
			return err
		}
	}
	if r.mode&flush != 0 && r.from == c.side {
		return c.out.sealMessages()
	}
	return nil
}

// changeKeys installs new keys for one direction. A message must not span a change of keys (RFC
// 9846 §5.1).
func (c *Conn) changeKeys(from side, e Epoch) error {
	if from == c.side {
		if err := c.out.sealMessages(); err != nil {
			return err
		}
	} else if c.in.unread > 0 {
		return spansKeyChange
	}
	half, err := c.flight.handlers.keys(c, from, e)
	if err != nil {
		return err
	}
	c.restrictRecords(half, from)
	if from == c.side {
		c.out.half, c.out.epoch = half, e
	} else {
		c.in.half, c.in.epoch = half, e
	}
	if c.cfg.Observe != nil {
		c.cfg.Observe(Notice{Kind: KeyChange, Sent: from == c.side, Epoch: e})
	}
	return nil
}

// wireType returns the number of a message on the wire.
func wireType(m Message) byte {
	if m == HelloRetryRequest {
		m = ServerHello
	}
	return byte(m)
}
