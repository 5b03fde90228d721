package record

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"tlslab/engine/op"
)

// Errors of Seal and Open wrap one of these or ErrDecompression. Each has its alert (RFC 9846
// §6.2).
var (
	ErrBadMAC     = errors.New("bad record MAC")                      // bad_record_mac
	ErrOverflow   = errors.New("record overflow")                     // record_overflow
	ErrMalformed  = errors.New("malformed record")                    // decode_error
	ErrUnexpected = errors.New("unexpected record")                   // unexpected_message
	ErrExhausted  = errors.New("record sequence numbers are used up") // internal_error
)

// A HalfConn protects the records of one direction of a connection with one set of keys.
type HalfConn struct {
	version      uint16 // in the headers of sealed records
	maxFragment  int    // bytes of an opened record's fragment
	maxPlaintext int    // bytes of a record's plaintext
	framing      Framing
	sequence     uint64
	maxRecords   uint64 // that the keys should protect
	name         string // of the cipher, for op.Op
	count        op.Counter
	protection   protection // nil: none

	compressed bool // by DEFLATE; the first record makes deflater or inflater
	deflater   *deflater
	inflater   *inflater
}

// A protection seals and opens fragments in a version with a cipher. seal finds the plaintext of
// plain bytes in record after the header and prefix, and fills the rest of record.
type protection interface {
	prefix() int      // bytes of explicit nonce or IV
	framing() Framing // Fixed without the header, Tail, Block and Cap
	seal(record []byte, sequence uint64, typ Type, plain int) error
	open(record []byte, sequence uint64) (Type, []byte, error)
}

// NewPlaintext returns a HalfConn without protection, with which a connection begins. version is
// that in the headers of sealed records.
func NewPlaintext(version uint16) *HalfConn {
	h := &HalfConn{version: version, maxFragment: MaxPlaintext, maxPlaintext: MaxPlaintext, maxRecords: maxSequence - reserved}
	h.updateFraming()
	return h
}

// NewLegacy returns a HalfConn for SSL 3.0 to TLS 1.2 (RFC 5246 §6.2.3). With a block cipher in TLS
// 1.1 and 1.2, sealing reads IVs from rand. It returns an error for keys of the wrong length.
func NewLegacy(version uint16, c *Cipher, keys Keys, rand io.Reader, count op.Counter) (*HalfConn, error) {
	p, err := newLegacyProtection(version, c, keys, rand)
	if err != nil {
		return nil, fmt.Errorf("protect records with %s: %w", c.Name, err)
	}
	h := NewPlaintext(version)
	h.maxFragment += expansionLegacy
	h.name, h.count, h.protection = c.Name, count, p
	h.updateFraming()
	return h, nil
}

// NewTLS13 returns a HalfConn for TLS 1.3 (RFC 9846 §5.2), with LimitRecords(c.MaxRecords). It
// returns an error for a cipher that is not an AEAD and for a key or IV of the wrong length.
func NewTLS13(c *Cipher, key, iv []byte, count op.Counter) (*HalfConn, error) {
	p, err := newTLS13Protection(c, key, iv)
	if err != nil {
		return nil, fmt.Errorf("protect records with %s: %w", c.Name, err)
	}
	h := NewPlaintext(legacyVersion)
	h.maxFragment += expansionTLS13
	h.name, h.count, h.protection = c.Name, count, p
	h.LimitRecords(c.MaxRecords)
	h.updateFraming()
	return h, nil
}

// updateFraming recomputes the framing after a change of the settings.
func (h *HalfConn) updateFraming() {
	h.framing = Framing{}
	if h.protection != nil {
		h.framing = h.protection.framing()
	}
	h.framing.Fixed += HeaderSize
	h.framing.MaxPlaintext = h.maxPlaintext
}

// Framing returns the lengths of records for their plaintext.
func (h *HalfConn) Framing() Framing { return h.framing }

// Cipher returns the name of the cipher; empty without protection.
func (h *HalfConn) Cipher() string { return h.name }

// SetVersion sets the version in the headers of sealed records.
func (h *HalfConn) SetVersion(version uint16) { h.version = version }

// SetPadding pads each TLSInnerPlaintext to a multiple of bytes, as far as its maximum allows (RFC
// 9846 §5.4); 0 and 1: no padding. Before TLS 1.3 it has no effect.
func (h *HalfConn) SetPadding(multiple int) {
	if p, ok := h.protection.(*tls13); ok {
		p.multiple = multiple
	}
	h.updateFraming()
}

// LimitPlaintext sets the maximum plaintext of a record, sealed or opened, to 1 to MaxPlaintext
// bytes. In TLS 1.3 it bounds plaintext and padding together, without the content type (RFC 8449
// §4).
func (h *HalfConn) LimitPlaintext(size int) {
	h.maxFragment += size - h.maxPlaintext
	h.maxPlaintext = size
	if p, ok := h.protection.(*tls13); ok {
		p.maxInner = size + 1
	}
	h.updateFraming()
}

// MaxPlaintext returns the maximum plaintext of a record in bytes.
func (h *HalfConn) MaxPlaintext() int { return h.maxPlaintext }

// maxUnprotected returns the maximum length in bytes of a fragment without its protection.
func (h *HalfConn) maxUnprotected() int {
	if h.compressed {
		return h.maxPlaintext + compressionExpansion
	}
	return h.maxPlaintext
}

// Protected reports whether records are protected.
func (h *HalfConn) Protected() bool { return h.protection != nil }

// Sequence returns the number of records sealed or opened so far.
func (h *HalfConn) Sequence() uint64 { return h.sequence }

// reserved is the number of records that keys can still protect after KeysSpent: a KeyUpdate, an
// alert.
const reserved = 2

// LimitRecords makes KeysSpent true after that many records, if that is fewer than now; 0: no
// change.
func (h *HalfConn) LimitRecords(records uint64) {
	if records > 0 {
		h.maxRecords = min(h.maxRecords, records)
	}
}

// KeysSpent reports whether the keys have protected as many records as they should: the least of
// the values given to LimitRecords, or 2^64 - 3, because sequence numbers must not wrap (RFC 5246
// §6.1, RFC 9846 §5.3).
func (h *HalfConn) KeysSpent() bool { return h.sequence >= h.maxRecords }

// MaxFragment returns the maximum length in bytes of the fragment of a record to open.
func (h *HalfConn) MaxFragment() int { return h.maxFragment }

// Prefix returns the number of bytes before the plaintext in a sealed record: header and explicit
// nonce or IV.
func (h *HalfConn) Prefix() int {
	if h.protection == nil {
		return HeaderSize
	}
	return HeaderSize + h.protection.prefix()
}

// Overhead returns the bytes that a record has besides its plaintext of plain bytes, without
// compression.
func (h *HalfConn) Overhead(plain int) int { return h.framing.Length(plain) - plain }

// Seal appends one record with the plaintext, of at most MaxPlaintext bytes, to dst. The plaintext
// may be in dst's spare capacity; it is not copied if it lies Prefix bytes after the end of dst. On
// error, Seal returns dst unchanged.
func (h *HalfConn) Seal(dst []byte, typ Type, plain []byte) ([]byte, error) {
	if len(plain) > h.maxPlaintext {
		return dst, fmt.Errorf("%w: sealing %d bytes, want at most %d", ErrOverflow, len(plain), h.maxPlaintext)
	}
	if h.sequence == maxSequence {
		return dst, fmt.Errorf("seal: %w", ErrExhausted)
	}
	if h.compressed {
		var err error
		if plain, err = h.compress(plain); err != nil {
			return dst, err
		}
	}
	size := h.framing.Length(len(plain))
	out := slices.Grow(dst, size)[:len(dst)+size]
	record := out[len(dst):]
	place := record[h.Prefix():]
	if len(plain) > 0 && &place[0] != &plain[0] {
		copy(place, plain)
	}
	if h.protection == nil {
		Header{typ, h.version, len(plain)}.put(record)
	} else {
		Header{typ, h.version, size - HeaderSize}.put(record)
		if err := h.protection.seal(record, h.sequence, typ, len(plain)); err != nil {
			return dst, fmt.Errorf("seal: %w", err)
		}
		h.count.Count(op.Op{Kind: op.Seal, Alg: h.name, Size: len(plain)})
	}
	h.sequence++
	return out, nil
}

// Open opens one whole record, header included, and returns its type and its plaintext. The
// plaintext is a part of record; with compression it belongs to h and is valid until the next Open.
// The error wraps ErrBadMAC, ErrOverflow, ErrMalformed, ErrUnexpected, ErrDecompression or
// ErrExhausted; h must not be used after an error.
func (h *HalfConn) Open(record []byte) (Type, []byte, error) {
	header, ok := ParseHeader(record)
	if !ok || len(record) != HeaderSize+header.Length {
		return 0, nil, fmt.Errorf("%w: %d bytes are not one record", ErrMalformed, len(record))
	}
	if header.Length > h.maxFragment {
		return 0, nil, fmt.Errorf("%w: fragment of %d bytes, want at most %d", ErrOverflow, header.Length, h.maxFragment)
	}
	if h.sequence == maxSequence {
		return 0, nil, fmt.Errorf("open: %w", ErrExhausted)
	}
	typ, plain := header.Type, record[HeaderSize:]
	var err error
	if h.protection != nil {
		if typ, plain, err = h.unprotect(record); err != nil {
			return 0, nil, err
		}
	}
	h.sequence++
	if h.compressed {
		plain, err = h.decompress(plain)
	}
	return typ, plain, err
}

func (h *HalfConn) unprotect(record []byte) (Type, []byte, error) {
	typ, plain, err := h.protection.open(record, h.sequence)
	if err != nil {
		return 0, nil, fmt.Errorf("open: %w", err)
	}
	if limit := h.maxUnprotected(); len(plain) > limit {
		return 0, nil, fmt.Errorf("%w: plaintext of %d bytes, want at most %d", ErrOverflow, len(plain), limit)
	}
	h.count.Count(op.Op{Kind: op.Open, Alg: h.name, Size: len(plain)})
	return typ, plain, nil
}
