package record

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"tlslab/engine/op"
)

// ErrDecompression is a record that is no continuation of its compressed stream,
// or that becomes too long.
var ErrDecompression = errors.New("record does not decompress") // decompression_failure

// Sizes of compression in bytes. A compressed fragment may exceed its plaintext
// by compressionExpansion (RFC 5246 §6.2.2).
const (
	compressionExpansion = 1024
	deflateWindow        = 1 << 15
)

const deflateName = "deflate" // in operations

// CompressionProvider is where DEFLATE comes from, for cost tables.
const CompressionProvider = "compress/flate"

// Deflate makes the half compress what it seals, or decompress what it opens:
// all records of a direction are one zlib stream, flushed at the end of each
// (RFC 3749 §2). It is set before the first record.
//
// What an attacker can put beside a secret, and see the length of, tells the
// secret ("CRIME", Rizzo and Duong, 2012).
func (h *Half) Deflate() {
	h.compressed = true
	if h.protection == nil {
		h.limit += compressionExpansion
	}
}

// compress replaces a plaintext by its compression.
func (h *Half) compress(plain []byte) ([]byte, error) {
	if h.deflater == nil {
		h.deflater = newDeflater()
	}
	fragment, err := h.deflater.compress(plain)
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	h.count.Count(op.Op{Kind: op.Compress, Alg: deflateName, Size: len(plain)})
	return fragment, nil
}

// decompress undoes compress. The plaintext stays valid until the next record.
func (h *Half) decompress(fragment []byte) ([]byte, error) {
	if h.inflater == nil {
		h.inflater = newInflater()
	}
	plain, err := h.inflater.decompress(fragment, h.plain)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	h.count.Count(op.Op{Kind: op.Decompress, Alg: deflateName, Size: len(plain)})
	return plain, nil
}

// A deflater is the compressing end of a stream.
type deflater struct {
	out bytes.Buffer
	zip *zlib.Writer
}

func newDeflater() *deflater {
	d := new(deflater)
	d.zip = zlib.NewWriter(&d.out)
	return d
}

// compress returns the next part of the stream, which ends at a whole byte.
func (d *deflater) compress(plain []byte) ([]byte, error) {
	d.out.Reset()
	if _, err := d.zip.Write(plain); err != nil {
		return nil, err
	}
	err := d.zip.Flush()
	return d.out.Bytes(), err
}

// An inflater is the other end. Each part is decompressed as a stream of its own,
// with what went before as its dictionary and with an end put behind it: so there
// is nothing to wait for, and what a part becomes is bounded.
type inflater struct {
	begun   bool
	in      []byte
	reader  bytes.Reader
	unzip   io.ReadCloser
	history []byte // at least deflateWindow bytes of what went before, where there are so many
	out     [MaxPlaintext + 1]byte
}

// endOfStream is an empty last block (RFC 1951 §3.2.4).
const endOfStream = "\x01\x00\x00\xff\xff"

func newInflater() *inflater {
	i := new(inflater)
	i.unzip = flate.NewReader(&i.reader)
	return i
}

// decompress returns the plaintext of the next part: most bytes at most.
func (i *inflater) decompress(part []byte, most int) ([]byte, error) {
	if !i.begun {
		var err error
		if part, err = takeZlibHeader(part); err != nil {
			return nil, err
		}
		i.begun = true
	}
	i.in = append(append(i.in[:0], part...), endOfStream...)
	i.reader.Reset(i.in)
	if err := i.unzip.(flate.Resetter).Reset(&i.reader, i.history[max(0, len(i.history)-deflateWindow):]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDecompression, err)
	}
	n, err := 0, error(nil)
	for err == nil && n <= most {
		var k int
		k, err = i.unzip.Read(i.out[n : most+1])
		n += k
	}
	switch {
	case n > most:
		return nil, fmt.Errorf("%w: to more than %d bytes", ErrDecompression, most)
	case err != io.EOF:
		return nil, fmt.Errorf("%w: %w", ErrDecompression, err)
	case i.reader.Len() > 0:
		return nil, fmt.Errorf("%w: the stream ends", ErrDecompression)
	}
	i.remember(i.out[:n])
	return i.out[:n:n], nil
}

// remember keeps what later parts may refer to.
func (i *inflater) remember(plain []byte) {
	if len(i.history)+len(plain) > 2*deflateWindow {
		i.history = append(i.history[:0], i.history[len(i.history)-deflateWindow:]...)
	}
	i.history = append(i.history, plain...)
}

// takeZlibHeader takes the header off the first part of a stream: DEFLATE, a
// window of up to 32 KiB, no preset dictionary (RFC 1950 §2.2).
func takeZlibHeader(part []byte) ([]byte, error) {
	if len(part) < 2 || part[0]&0x0f != 8 || part[0]>>4 > 7 || part[1]&0x20 != 0 || (int(part[0])<<8|int(part[1]))%31 != 0 {
		return nil, fmt.Errorf("%w: no zlib header", ErrDecompression)
	}
	return part[2:], nil
}
