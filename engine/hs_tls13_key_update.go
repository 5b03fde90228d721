package engine

import (
	"fmt"
	"slices"

	"tlslab/engine/wire"
)

// New keys for an established TLS 1.3 connection (RFC 9846 §4.7.3): the caller or the peer requests
// them, or the keys have protected as many records as they may (RFC 9846 §5.5).

// KeyUpdate queues a KeyUpdate message and changes the sending keys after it (RFC 9846 §4.7.3). If
// request is true, the message has update_requested: the peer must answer with a KeyUpdate. It
// fails before the handshake is done, after Close, and up to TLS 1.2.
func (c *Conn) KeyUpdate(request bool) error {
	switch {
	case c.err != nil:
		return c.err
	case !c.info.Done || c.info.Version != TLS13:
		return explain(noKeyUpdate)
	case c.out.closed:
		return explain(closed)
	}
	c.post.updateOwed, c.post.updateRequested = true, request
	if err := c.complete(); err != nil {
		return c.fail(err)
	}
	return nil
}

// renewKeys updates the sending keys within Seal, when they have protected as many records as they
// may. The KeyUpdate is appended to dst before plain, so plain is copied if Seal could seal it in
// place. Up to TLS 1.2 it fails: only another handshake would make new keys.
func (c *Conn) renewKeys(dst, plain []byte) (sealed, rest []byte, err error) {
	if !c.info.Done || c.info.Version != TLS13 {
		return dst, plain, fmt.Errorf("%w: %d", keysSpent, c.out.half.Sequence())
	}
	if err := c.KeyUpdate(false); err != nil {
		return dst, plain, err
	}
	if len(plain) <= c.out.half.MaxPlaintext() {
		plain = slices.Clone(plain)
	}
	return c.Flush(dst), plain, nil
}

// writeKeyUpdate writes request_update: update_requested (1) if the caller wants the peer's
// KeyUpdate, otherwise update_not_requested (0).
func writeKeyUpdate(c *Conn, dst []byte) ([]byte, error) {
	m := wire.KeyUpdateMsg{}
	if c.post.updateRequested {
		m.Request = 1
	}
	c.post.updateOwed, c.post.updateRequested, c.post.updateQueued = false, false, true
	return m.Append(dst), nil
}

// readKeyUpdate notes that this side owes a KeyUpdate if the peer requests one. One KeyUpdate
// answers all requests that arrive before it is flushed (RFC 9846 §4.7.3).
func readKeyUpdate(c *Conn, body []byte) error {
	var m wire.KeyUpdateMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	if m.Request > 1 {
		return badKeyUpdate
	}
	c.post.updateOwed = m.Request == 1 && !c.post.updateQueued && !c.out.closed
	return c.in.countIdle()
}

func afterKeyUpdate(c *Conn, from side) error {
	c.tls13.schedule.NextTraffic(c.tls13.traffic[from][:c.hash.Size])
	return nil
}
