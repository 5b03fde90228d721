package engine

import (
	"fmt"

	"tlslab/engine/record"
	"tlslab/engine/secrets"
)

// A side is an end of the connection.
type side = secrets.Side

const (
	client = secrets.ClientSide
	server = secrets.ServerSide
)

// other returns the peer's side.
func other(s side) side { return client + server - s }

// A step is how one message is written and read. Only the side that sends it
// calls write, only the other one read; both then call after, when the
// transcript holds the message.
type step struct {
	write func(c *Conn, dst []byte) ([]byte, error) // appends the body
	read  func(c *Conn, body []byte) error          // the body aliases Recv's buffer
	after func(c *Conn, from side) error
}

// handlers are the steps of a family of versions and what they mean by keys.
type handlers struct {
	steps [KeyUpdate + 1]step
	enter func(c *Conn) error // after the ServerHello
	keys  func(c *Conn, from side, e Epoch) (*record.Half, error)
}

// run emits rows of ours until one of the peer's is awaited.
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

// enter goes on to the flight that the ServerHello decided on.
func (c *Conn) enter() error {
	for _, next := range c.flight.then {
		if c.holds(next.when) {
			c.flight, c.at = next.flight, 0
			return c.flight.handlers.enter(c)
		}
	}
	return internalError
}

// settle ends the handshake, and emits what may follow it.
func (c *Conn) complete() error {
	if !c.info.Done {
		c.info.Done = true
		*c.hs = handshake{} // secrets, and what aliases the caller's buffer
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
	return c.sealMessages()
}

func (c *Conn) holds(when condition) bool { return when.holds == nil || when.holds(c) }

// applies says whether a row takes place, as far as this side can know.
func (c *Conn) applies(r *row) bool {
	if r.from != c.side && r.mode&(dummy|optional) != 0 {
		return r.mode&optional != 0 && (r.when.allowed == nil || r.when.allowed(c))
	}
	return c.holds(r.when)
}

// emit writes one row's message and does what the row says besides.
func (c *Conn) sendRow(r *row) error {
	switch r.message {
	case noMessage:
	case ChangeCipherSpec:
		if err := c.sealChangeCipherSpec(); err != nil {
			return err
		}
	case UnrecognizedName, NoCertificate:
		if err := c.sendWarning(r.message); err != nil {
			return err
		}
	default:
		if err := c.write(r); err != nil {
			return err
		}
	}
	return c.endRow(r)
}

// write appends the row's message to the flight that is being built.
func (c *Conn) write(r *row) error {
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
	c.observeMessage(MessageSent, r.message, len(message))
	return c.endMessage(s, r.from, message)
}

// conclude is what both sides do when a message is written or read. What
// follows the handshake is no part of the transcript (RFC 9846 §4.1).
func (c *Conn) endMessage(s *step, from side, message []byte) error {
	if !c.info.Done {
		c.hs.transcript.add(message)
	}
	if s.after != nil {
		return s.after(c, from)
	}
	return nil
}

func (c *Conn) observeMessage(kind NoticeKind, m Message, length int) {
	if c.cfg.Observe != nil {
		c.cfg.Observe(Notice{Kind: kind, Message: m, Length: length})
	}
}

// receive takes a message of the peer's. This is where order is checked.
func (c *Conn) receive(m Message, message []byte) error {
	r, err := c.expectedRow(m)
	if err != nil {
		return err
	}
	c.observeMessage(MessageReceived, m, len(message))
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

// awaited finds the row that a message of the peer's answers.
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

// among finds the row of a message of the peer's that has no place of its own.
func (c *Conn) findRow(rows []row, m Message) *row {
	for i := range rows {
		if r := &rows[i]; r.from != c.side && r.message == m && (r.when.allowed == nil || r.when.allowed(c)) {
			return r
		}
	}
	return nil
}

// awaits says whether the peer's next message may be m.
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

// finish changes keys and lets the flight leave, where the row says so.
func (c *Conn) endRow(r *row) error {
	if r.keys != sameKeys {
		if err := c.changeKeys(r.from, r.keys); err != nil {
			return err
		}
	}
	if r.mode&flush != 0 && r.from == c.side {
		return c.sealMessages()
	}
	return nil
}

// changeKeys puts new keys in force for what a side sends. Messages do not
// span a change of keys (RFC 9846 §5.1).
func (c *Conn) changeKeys(from side, e Epoch) error {
	if from == c.side {
		if err := c.sealMessages(); err != nil {
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

// wireType returns a message's number on the wire.
func wireType(m Message) byte {
	if m == HelloRetryRequest {
		m = ServerHello
	}
	return byte(m)
}
