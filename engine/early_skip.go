package engine

import (
	"errors"

	"tlslab/engine/op"
	"tlslab/engine/record"
)

// A server that rejects early data has no keys for it. It skips records that do not authenticate
// under the handshake keys, or, after a HelloRetryRequest, protected records before the second
// ClientHello (RFC 9846 §4.3.10).

// minSkipped is the least number of bytes that a server skips: a ticket may come from another
// server that allows more early data.
const minSkipped = 1 << 14

// usualRecordOverhead is by how many bytes a protected record is longer than its plaintext:
// content type and tag. The tag of AES-CCM-8 is shorter.
const usualRecordOverhead = 1 + 16

// maySkip reports whether a record may be rejected early data: after a HelloRetryRequest until the
// second ClientHello comes, otherwise until a record authenticates under the handshake keys.
func (c *Conn) maySkip(h record.Header) bool {
	if c.info.Done || h.Type != record.ApplicationData || c.side != server || c.hs.early == nil || c.info.EarlyData != EarlyRejected {
		return false
	}
	if c.info.HelloRetry {
		return !c.in.half.Protected()
	}
	return c.in.half.Protected() && c.in.half.Sequence() == 0
}

// failedToOpen reports whether a record failed because it was sealed under other keys. A record
// that authenticates and has another fault belongs to the handshake.
func (c *Conn) failedToOpen(h record.Header, err error) bool {
	return errors.Is(err, record.ErrBadMAC) || h.Length > c.in.half.MaxFragment()
}

// skipRecord drops a record of rejected early data. It returns the error otherwise if the client
// has sent more than the server skips.
func (c *Conn) skipRecord(h record.Header, otherwise error) error {
	if len(c.in.partial) > 0 {
		return interleaved
	}
	if c.in.half.Protected() { // the failed decryption costs CPU time
		c.count.Count(op.Op{Kind: op.Open, Alg: c.cipher.Name, Size: h.Length})
	}
	c.hs.early.skip -= max(h.Length-usualRecordOverhead, 1)
	if c.hs.early.skip < 0 {
		return otherwise
	}
	return nil
}
