package record

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"tlslab/engine/op"
)

// What can be wrong with a record. Errors of Seal and Open wrap one of these.
var (
	ErrBadMAC     = errors.New("bad record MAC")                // bad_record_mac
	ErrOverflow   = errors.New("record overflow")               // record_overflow
	ErrMalformed  = errors.New("malformed record")              // decode_error
	ErrUnexpected = errors.New("unexpected record")             // unexpected_message
	ErrExhausted  = errors.New("record sequence number at end") // internal_error: new keys were due
)

// A Half protects one direction of a connection under one set of keys.
type Half struct {
	version    uint16 // in the header of what is sealed
	limit      int    // bytes of an opened record's fragment
	plain      int    // bytes of a record's plaintext, at most
	framing    Framing
	sequence   uint64
	lifetime   uint64 // records before the keys are spent
	name       string // of the cipher, in operations
	count      op.Counter
	protection protection // nil: none

	compressed bool // by DEFLATE; the ends of the stream are made when they are needed
	deflater   *deflater
	inflater   *inflater
}

// protection is what a cipher in a protocol does to fragments. The fragment of a
// record to be sealed has its plaintext at prefix and room for the rest.
type protection interface {
	prefix() int
	framing() Framing // Fixed, Tail, Block and Cap, the header not counted
	seal(record []byte, sequence uint64, typ Type, plain int) error
	open(record []byte, sequence uint64) (Type, []byte, error)
}

// Plain returns a Half without protection, as a connection begins. Version goes
// into the headers of sealed records.
func Plain(version uint16) *Half {
	h := &Half{version: version, limit: MaxPlaintext, plain: MaxPlaintext, lifetime: maxSequence - reserved}
	h.frame()
	return h
}

// Classic returns a Half of a version up to TLS 1.2 (RFC 5246 §6.2.3). From TLS
// 1.1 on a CBC cipher draws its IVs from rand.
func Classic(version uint16, c *Cipher, keys Keys, rand io.Reader, count op.Counter) (*Half, error) {
	p, err := newClassic(version, c, keys, rand)
	if err != nil {
		return nil, fmt.Errorf("protect records with %s: %w", c.Name, err)
	}
	h := &Half{version: version, limit: MaxPlaintext + expansionClassic, plain: MaxPlaintext, lifetime: maxSequence - reserved, name: c.Name, count: count, protection: p}
	h.frame()
	return h, nil
}

// TLS13 returns a Half of TLS 1.3 (RFC 9846 §5.2).
func TLS13(c *Cipher, key, iv []byte, count op.Counter) (*Half, error) {
	p, err := newTLS13(c, key, iv)
	if err != nil {
		return nil, fmt.Errorf("protect records with %s: %w", c.Name, err)
	}
	h := &Half{version: legacyVersion, limit: MaxPlaintext + expansionTLS13, plain: MaxPlaintext, lifetime: maxSequence - reserved, name: c.Name, count: count, protection: p}
	h.RenewAfter(c.Records)
	h.frame()
	return h, nil
}

// frame is called when what decides on the length of records has changed.
func (h *Half) frame() {
	h.framing = Framing{}
	if h.protection != nil {
		h.framing = h.protection.framing()
	}
	h.framing.Fixed += HeaderSize
	h.framing.Most = h.plain
}

// Framing returns how long records become.
func (h *Half) Framing() Framing { return h.framing }

// Cipher returns the name of the cipher, "" where there is none.
func (h *Half) Cipher() string { return h.name }

// SetVersion changes the version in the headers of sealed records.
func (h *Half) SetVersion(version uint16) { h.version = version }

// PadTo makes TLS 1.3 records' inner plaintexts multiples of so many bytes, as
// far as a record may hold (RFC 9846 §5.4). Other protocols ignore it.
func (h *Half) PadTo(multiple int) {
	if p, ok := h.protection.(*tls13); ok {
		p.multiple = multiple
	}
	h.frame()
}

// Restrict bounds the plaintext of every record, sealed or opened, by most bytes,
// fewer than MaxPlaintext. TLS 1.3's padding may fill a record up to it, its type
// comes on top.
func (h *Half) Restrict(most int) {
	h.limit += most - h.plain
	h.plain = most
	if p, ok := h.protection.(*tls13); ok {
		p.most = most + 1
	}
	h.frame()
}

// Plaintext returns the most bytes that the plaintext of a record may have.
func (h *Half) Plaintext() int { return h.plain }

// longestFragment is the most bytes that protection may be taken off.
func (h *Half) longestFragment() int {
	if h.compressed {
		return h.plain + compressionExpansion
	}
	return h.plain
}

// Protected says whether records are protected at all.
func (h *Half) Protected() bool { return h.protection != nil }

// Sequence returns the number of records sealed or opened.
func (h *Half) Sequence() uint64 { return h.sequence }

// reserved are the sequence numbers that spent keys still have, for a KeyUpdate or
// an alert.
const reserved = 2

// RenewAfter lets the keys be spent after fewer records than they might protect; 0
// changes nothing.
func (h *Half) RenewAfter(records uint64) {
	if records > 0 {
		h.lifetime = min(h.lifetime, records)
	}
}

// Spent says whether the keys have protected as many records as they should: the
// cipher's limit in TLS 1.3 (Cipher.Records), or what there are sequence numbers
// for, which never wrap (RFC 5246 §6.1).
func (h *Half) Spent() bool { return h.sequence >= h.lifetime }

// Limit returns the most bytes the fragment of a record to be opened may have.
func (h *Half) Limit() int { return h.limit }

// Prefix returns how many bytes of a record stand before its plaintext.
func (h *Half) Prefix() int {
	if h.protection == nil {
		return HeaderSize
	}
	return HeaderSize + h.protection.prefix()
}

// Overhead returns by how many bytes a record is longer than its plaintext of so
// many bytes, compression aside.
func (h *Half) Overhead(plain int) int { return h.framing.Length(plain) - plain }

// Seal appends one record to dst. The plaintext, at most Plaintext bytes, may
// lie anywhere, also in dst's spare space; no copy is needed if it lies Prefix
// bytes behind dst's end. On error dst is returned as it was.
func (h *Half) Seal(dst []byte, typ Type, plain []byte) ([]byte, error) {
	if len(plain) > h.plain {
		return dst, fmt.Errorf("%w: sealing %d bytes, at most %d fit", ErrOverflow, len(plain), h.plain)
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

// Open takes a whole record, header included, and returns its type and its
// plaintext, which lies in the record; where it was compressed, in the half, until
// the next record. Errors wrap ErrBadMAC, ErrOverflow, ErrMalformed,
// ErrUnexpected, ErrDecompression or ErrExhausted; after one the connection is
// lost.
func (h *Half) Open(record []byte) (Type, []byte, error) {
	header, ok := ParseHeader(record)
	if !ok || len(record) != HeaderSize+header.Length {
		return 0, nil, fmt.Errorf("%w: %d bytes are not one record", ErrMalformed, len(record))
	}
	if header.Length > h.limit {
		return 0, nil, fmt.Errorf("%w: fragment of %d bytes, at most %d", ErrOverflow, header.Length, h.limit)
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

func (h *Half) unprotect(record []byte) (Type, []byte, error) {
	typ, plain, err := h.protection.open(record, h.sequence)
	if err != nil {
		return 0, nil, fmt.Errorf("open: %w", err)
	}
	if most := h.longestFragment(); len(plain) > most {
		return 0, nil, fmt.Errorf("%w: plaintext of %d bytes, at most %d", ErrOverflow, len(plain), most)
	}
	h.count.Count(op.Op{Kind: op.Open, Alg: h.name, Size: len(plain)})
	return typ, plain, nil
}
