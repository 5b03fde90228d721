package engine

import "tlslab/engine/alert"

// A warning is an alert of level warning that has rows in flights.go, as a message has.
type warning struct {
	message Message
	alert   alert.Description
	after   func(*Conn) error // what both sides do if the alert takes the place of a message
}

var warnings = [...]warning{
	{UnrecognizedName, alert.UnrecognizedName, nil},
	{NoCertificate, alert.NoCertificate, (*Conn).afterNoCertificate},
}

func warningRow(m Message) *warning {
	for i := range warnings {
		if warnings[i].message == m {
			return &warnings[i]
		}
	}
	return nil
}

// sendWarning queues the alert of a row after the queued handshake messages. The record header has
// the negotiated version, even if the client has not received the ServerHello yet.
func (c *Conn) sendWarning(m Message) error {
	if err := c.out.sealMessages(); err != nil {
		return err
	}
	c.out.half.SetVersion(c.info.legacyVersion())
	w := warningRow(m)
	c.out.sealAlert(alert.Warning, w.alert)
	if w.after == nil {
		return nil
	}
	return w.after(c)
}

// readWarning handles an alert that the peer may send in place of a message. It reports whether
// the flight allows the alert here.
func (c *Conn) readWarning(a alert.Description) (expected bool, err error) {
	for i := range warnings {
		w := &warnings[i]
		if w.alert != a || w.after == nil || !c.expects(w.message) {
			continue
		}
		if _, err := c.expectedRow(w.message); err != nil {
			return true, err
		}
		if err := w.after(c); err != nil {
			return true, err
		}
		c.at++
		return true, c.run()
	}
	return false, nil
}

// alertVersion returns the version that decides which alerts this side may send: the negotiated
// one, or else the highest enabled one. So a server sends protocol_version even to a client that
// does not know that alert (RFC 5246 §E.1).
func (c *Conn) alertVersion() Version {
	if c.info.Version != 0 {
		return c.info.Version
	}
	return c.cfg.maxVersion()
}

// readAlert handles the peer's alert. Every alert ends the connection except close_notify,
// user_canceled and, up to TLS 1.2, warnings (RFC 9846 §6, RFC 5246 §7.2).
func (c *Conn) readAlert(plain []byte) (Event, error) {
	if len(plain) == 0 {
		return Event{}, emptyFragment
	}
	if len(plain) != 2 {
		return Event{}, badAlert
	}
	level, a := alert.Level(plain[0]), alert.Description(plain[1])
	switch {
	case a == alert.CloseNotify:
		c.in.closed = true
		return Event{Kind: EventClosed}, nil
	case a == alert.UserCanceled, level == alert.Warning && c.info.Version != TLS13:
		if c.in.unread > 0 {
			return Event{}, interleaved
		}
		if expected, err := c.readWarning(a); expected || err != nil {
			return Event{}, err
		}
		return Event{}, c.in.countIdle()
	case level != alert.Fatal && c.info.Version != TLS13:
		return Event{}, badAlertLevel
	}
	e := explain(peerAlert)
	e.Alert = a
	return Event{}, e
}
