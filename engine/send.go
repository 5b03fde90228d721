package engine

import (
	"slices"

	"tlslab/engine/alert"
	"tlslab/engine/record"
)

// A sender is what a side sends: messages that are not in records yet, records that are not flushed
// yet, and how records are protected.
type sender struct {
	half     *record.Half
	epoch    Epoch // of half
	messages []byte
	records  []byte
	closed   bool // close_notify is queued

	sentHalfRTTData bool // the server sealed application data before the client's Finished came

	sizer   *sizer  // nil: records have one size
	first   [1]byte // see splitFirst
	observe func(Notice)

	messagesStore [1024]byte
	recordsStore  [1024]byte
}

// Seal appends records that carry plain to dst, each with at most
// RecordSize bytes of it. Where plain is empty it appends nothing. It
// is an error where MaySeal says no.
//
// Nothing is allocated where dst has room. plain may lie in dst's spare space
// in one case: at most as many bytes as RecordSize has answered, that begin
// Prefix bytes behind dst's end. They are sealed in place, which saves their copy.
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
		if dst, plain, err = c.splitFirst(dst, plain, c.nextRecordSize()); err != nil {
			return dst, c.fail(err)
		}
	}
	for len(plain) > 0 {
		if c.out.half.Spent() {
			var err error
			if dst, plain, err = c.renewKeys(dst, plain); err != nil {
				return dst, c.fail(err)
			}
		}
		n := min(c.nextRecordSize(), len(plain))
		out, err := c.sealRecord(dst, record.ApplicationData, plain[:n])
		if err != nil {
			return dst, c.fail(err)
		}
		dst, plain = out, plain[n:]
		if c.usesSizing() {
			c.out.sizer.promised = 0
			c.sent(n)
		}
	}
	return dst, nil
}

// chains says whether the IV of the next record is the end of the last.
func (c *Conn) chainsIVs() bool { return c.info.Done && c.cipher.Block > 0 && c.info.Version < TLS11 }

// splitFirst puts the first byte of plain into a record of its own. Where the rest
// is not more than a record it may lie where that record goes, so it moves on to
// where it is sealed in place.
func (c *Conn) splitFirst(dst, plain []byte, size int) (sealed, rest []byte, err error) {
	c.out.first[0], rest = plain[0], plain[1:]
	if c.info.Compressed {
		rest = slices.Clone(rest) // how long the first record becomes is not known
	} else if len(plain) <= size {
		at := len(dst) + 1 + c.out.half.Overhead(1) + c.out.half.Prefix()
		dst = slices.Grow(dst, at+len(rest)-len(dst))
		copy(dst[at:at+len(rest)], rest)
		rest = dst[at : at+len(rest)]
	}
	sealed, err = c.sealRecord(dst, record.ApplicationData, c.out.first[:])
	c.sent(1)
	return sealed, rest, err
}

// Prefix returns how many bytes of a record stand before its plaintext, with
// the keys in force for sending.
func (c *Conn) Prefix() int { return c.out.half.Prefix() }

// sealRecord appends one record.
func (c *Conn) sealRecord(dst []byte, typ record.Type, plain []byte) ([]byte, error) {
	before := len(dst)
	dst, err := c.out.half.Seal(dst, typ, plain)
	if err == nil {
		c.observeRecord(RecordSent, typ, plain, len(dst)-before)
	}
	return dst, err
}

// sealMessages puts the messages built so far into as few records as they
// fit in.
func (c *Conn) sealMessages() error {
	for rest := c.out.messages; len(rest) > 0; {
		n := min(c.out.half.Plaintext(), len(rest))
		var err error
		if c.out.records, err = c.sealRecord(c.out.records, record.Handshake, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	c.out.messages = c.out.messages[:0]
	return nil
}

// sealChangeCipherSpec appends a change_cipher_spec behind the messages built
// so far. TLS 1.3's is a dummy that is never protected, and no message
// (RFC 9846 §5).
func (c *Conn) sealChangeCipherSpec() error {
	if err := c.sealMessages(); err != nil {
		return err
	}
	if c.flight.handlers != &legacyHandlers {
		c.out.records = append(c.out.records, byte(record.ChangeCipherSpec), 3, 3, 0, 1, 1)
		c.observeRecord(RecordSent, record.ChangeCipherSpec, c.out.records[len(c.out.records)-1:], 6)
		return nil
	}
	c.observeMessage(MessageSent, ChangeCipherSpec, 1)
	var err error
	c.out.records, err = c.sealRecord(c.out.records, record.ChangeCipherSpec, []byte{1})
	return err
}

// observeRecord tells of a record with its content.
func (c *Conn) observeRecord(kind NoticeKind, typ record.Type, plain []byte, length int) {
	if c.cfg.Observe == nil {
		return
	}
	n := Notice{Kind: kind, Record: ContentType(typ), Plain: len(plain), Length: length}
	if typ == record.Alert && len(plain) == 2 {
		n.Level, n.Alert = alert.Level(plain[0]), alert.Description(plain[1])
	}
	c.cfg.Observe(n)
}
