package engine

import (
	"slices"

	"tlslab/engine/alert"
	"tlslab/engine/record"
)

// A sender is the sending direction of a side: handshake messages that are not in records yet,
// records that are not flushed yet, and the protection of records.
type sender struct {
	cfg      *Config
	half     *record.HalfConn
	epoch    Epoch  // of half
	messages []byte // not in records yet
	records  []byte // not flushed yet
	closed   bool   // close_notify is queued

	sentHalfRTTData bool // a server sealed application data before the client's Finished came

	sizer *sizer  // nil: Config.RecordSize decides
	first [1]byte // see splitFirst

	messagesStore [1024]byte
	recordsStore  [1024]byte
}

// Seal appends records that carry plain to dst. Each record holds at most RecordSize bytes of
// plain. If plain is empty, Seal appends nothing. It fails if MaySeal returns false.
//
// Seal allocates nothing if dst has room. plain may overlap the spare capacity of dst in one case:
// plain begins Prefix bytes after the end of dst, and is no longer than the last result of
// RecordSize. Then plain is sealed in place, without a copy.
func (c *Conn) Seal(dst, plain []byte) ([]byte, error) {
	switch {
	case c.err != nil:
		return dst, c.err
	case c.out.closed:
		return dst, explain(closed)
	case !c.info.Done:
		if err := c.admitEarlySeal(len(plain)); err != nil {
			return dst, err
		}
	}
	if c.cfg.SplitRecords && len(plain) > 1 && c.chainsIVs() {
		var err error
		if dst, plain, err = c.splitFirst(dst, plain); err != nil {
			return dst, c.fail(err)
		}
	}
	for len(plain) > 0 {
		if c.out.half.KeysSpent() {
			var err error
			if dst, plain, err = c.renewKeys(dst, plain); err != nil {
				return dst, c.fail(err)
			}
		}
		n := min(c.nextRecordSize(), len(plain))
		out, err := c.out.seal(dst, record.ApplicationData, plain[:n])
		if err != nil {
			return dst, c.fail(err)
		}
		dst, plain = out, plain[n:]
		if c.out.usesSizing() {
			c.out.sizer.announced = 0
			c.out.noteSent(n)
		}
	}
	return dst, nil
}

// chainsIVs reports whether the IV of the next record is the last block of the previous one: with a
// block cipher, up to TLS 1.0.
func (c *Conn) chainsIVs() bool {
	return c.info.Done && c.cipher.BlockSize > 0 && c.info.Version < TLS11
}

// splitFirst seals the first byte of plain into a record of its own. That record may overwrite the
// rest of plain (see Seal), so a rest that fits into one record is first moved to the place where
// it is sealed.
func (c *Conn) splitFirst(dst, plain []byte) (sealed, rest []byte, err error) {
	size, half := c.nextRecordSize(), c.out.half
	c.out.first[0], rest = plain[0], plain[1:]
	if c.info.Compressed {
		rest = slices.Clone(rest) // the length of the first record is unknown
	} else if len(plain) <= size {
		at := len(dst) + 1 + half.Overhead(1) + half.Prefix()
		dst = slices.Grow(dst, at+len(rest)-len(dst))
		copy(dst[at:at+len(rest)], rest)
		rest = dst[at : at+len(rest)]
	}
	sealed, err = c.out.seal(dst, record.ApplicationData, c.out.first[:])
	c.out.noteSent(1)
	return sealed, rest, err
}

// Prefix returns how many bytes of the next record precede its plaintext.
func (c *Conn) Prefix() int { return c.out.half.Prefix() }

// Flush appends the bytes that are ready to be sent to dst, and returns the result.
func (c *Conn) Flush(dst []byte) []byte {
	dst = append(dst, c.out.records...)
	c.out.records = c.out.records[:0]
	c.post.updateQueued = false
	return dst
}

// seal appends one record to dst.
func (o *sender) seal(dst []byte, typ record.Type, plain []byte) ([]byte, error) {
	before := len(dst)
	dst, err := o.half.Seal(dst, typ, plain)
	if err == nil {
		o.cfg.observeRecord(RecordSent, typ, plain, len(dst)-before)
	}
	return dst, err
}

// sealMessages puts the queued handshake messages into as few records as possible.
func (o *sender) sealMessages() error {
	for rest := o.messages; len(rest) > 0; {
		n := min(o.half.MaxPlaintext(), len(rest))
		var err error
		if o.records, err = o.seal(o.records, record.Handshake, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	o.messages = o.messages[:0]
	return nil
}

// sealAlert queues an alert. If the record cannot be sealed, nothing is sent.
func (o *sender) sealAlert(level alert.Level, d alert.Description) {
	if out, err := o.seal(o.records, record.Alert, []byte{byte(level), byte(d)}); err == nil {
		o.records = out
	}
}

// sealChangeCipherSpec queues the ChangeCipherSpec of a handshake up to TLS 1.2, after the queued
// handshake messages.
func (o *sender) sealChangeCipherSpec() error {
	if err := o.sealMessages(); err != nil {
		return err
	}
	o.cfg.observeMessage(MessageSent, ChangeCipherSpec, 1)
	var err error
	o.records, err = o.seal(o.records, record.ChangeCipherSpec, []byte{1})
	return err
}

// sealDummyChangeCipherSpec queues compatibility mode's change_cipher_spec after the queued
// handshake messages. The record is never protected and is not a handshake message (RFC 9846 §5).
func (o *sender) sealDummyChangeCipherSpec() error {
	if err := o.sealMessages(); err != nil {
		return err
	}
	o.records = append(o.records, byte(record.ChangeCipherSpec), 3, 3, 0, 1, 1)
	o.cfg.observeRecord(RecordSent, record.ChangeCipherSpec, o.records[len(o.records)-1:], record.HeaderSize+1)
	return nil
}
