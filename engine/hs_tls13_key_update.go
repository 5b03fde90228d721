package engine

import (
	"fmt"
	"slices"

	"tlslab/engine/wire"
)

// New keys for an established TLS 1.3 connection (RFC 9846 §4.7.3), asked for by
// the caller, by the peer, or by keys that have protected enough (§5.5).

// KeyUpdate queues a TLS 1.3 KeyUpdate message and changes the sending keys
// after it (RFC 9846 §4.7.3). With request, the peer is asked to do the
// same.
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

// renew changes keys that are spent, on the way of Seal: the KeyUpdate goes in front
// of plain, which has to move if it lies where it would be sealed in place. Versions
// up to TLS 1.2 end there, as they have no way to new keys but another handshake.
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

// writeKeyUpdate answers the peer's request, or asks for a change in return.
func writeKeyUpdate(c *Conn, dst []byte) ([]byte, error) {
	m := wire.KeyUpdateMsg{}
	if c.post.updateRequested {
		m.Request = 1
	}
	c.post.updateOwed, c.post.updateRequested, c.post.updateQueued = false, false, true
	return m.Append(dst), nil
}

// readKeyUpdate owes an update in return where it is asked for. Requests that
// come before the answer to the last one has left are answered by that one
// (RFC 9846 §4.7.3).
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
