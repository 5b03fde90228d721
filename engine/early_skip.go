package engine

import (
	"errors"

	"tlslab/engine/op"
	"tlslab/engine/record"
)

// A server that rejects early data has to find its end without the keys: it skips
// records that do not open with the handshake's keys, or that are protected where
// the second ClientHello is awaited (RFC 9846 §4.3.10).

// minSkipped is what is skipped at least, in bytes, as tickets may come from a
// server that allowed more than this one.
const minSkipped = 1 << 14

// usualRecordOverhead is by how many bytes a protected record is longer than what it
// carries: the content type and the tag, which is shorter for one suite alone.
const usualRecordOverhead = 1 + 16

// skipping says whether a record may be rejected early data: after a
// HelloRetryRequest until the second ClientHello, and without one until a record has
// opened with the handshake's keys.
func (c *Conn) maySkip(h record.Header) bool {
	if c.info.Done || h.Type != record.ApplicationData || c.side != server || c.hs.early == nil || c.info.EarlyData != EarlyRejected {
		return false
	}
	if c.info.HelloRetry {
		return !c.in.half.Protected()
	}
	return c.in.half.Protected() && c.in.half.Sequence() == 0
}

// unreadable says whether a record did not open for want of its keys. One that did open,
// and has another fault, is the handshake's.
func (c *Conn) failedToOpen(h record.Header, err error) bool {
	return errors.Is(err, record.ErrBadMAC) || h.Length > c.in.half.Limit()
}

// skipRecord drops a record of rejected early data. The error is what it is where
// there is too much of it.
func (c *Conn) skipRecord(h record.Header, otherwise error) error {
	if len(c.in.partial) > 0 {
		return interleaved
	}
	if c.in.half.Protected() { // it was tried to open it
		c.count.Count(op.Op{Kind: op.Open, Alg: c.cipher.Name, Size: h.Length})
	}
	c.hs.early.skip -= max(h.Length-usualRecordOverhead, 1)
	if c.hs.early.skip < 0 {
		return otherwise
	}
	return nil
}
