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

// ErrDecompression is wrapped by errors of Open for a record that does not continue the compressed
// stream, or whose plaintext is too long. Its alert is decompression_failure.
var ErrDecompression = errors.New("record does not decompress")

// Sizes in bytes. A compressed fragment may be longer than its plaintext by compressionExpansion
// (RFC 5246 §6.2.2).
const (
	compressionExpansion = 1024
	deflateWindow        = 1 << 15
)

const deflateName = "deflate" // in op.Op.Alg

// CompressionProvider is the import path of DEFLATE's package, for cost tables.
const CompressionProvider = "compress/flate"

// EnableDeflate makes h compress what it seals, or decompress what it opens: all records of a
// direction are one zlib stream, flushed after each record (RFC 3749 §2). It must be called before
// the first record.
//
// Compression is insecure: an attacker who can send plaintext next to a secret and sees the
// records' lengths learns the secret ("CRIME", Rizzo and Duong, 2012).
func (h *HalfConn) EnableDeflate() {
	h.compressed = true
	if h.protection == nil {
		h.maxFragment += compressionExpansion
	}
}

// compress returns the compressed fragment of a plaintext.
func (h *HalfConn) compress(plain []byte) ([]byte, error) {
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

// decompress returns the plaintext of a compressed fragment, valid until the next record.
func (h *HalfConn) decompress(fragment []byte) ([]byte, error) {
	if h.inflater == nil {
		h.inflater = newInflater()
	}
	plain, err := h.inflater.decompress(fragment, h.maxPlaintext)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	h.count.Count(op.Op{Kind: op.Decompress, Alg: deflateName, Size: len(plain)})
	return plain, nil
}

// A deflater compresses a stream.
type deflater struct {
	out bytes.Buffer
	zip *zlib.Writer
}

func newDeflater() *deflater {
	d := new(deflater)
	d.zip = zlib.NewWriter(&d.out)
	return d
}

// compress returns the next part of the stream, flushed to a whole byte.
func (d *deflater) compress(plain []byte) ([]byte, error) {
	d.out.Reset()
	if _, err := d.zip.Write(plain); err != nil {
		return nil, err
	}
	err := d.zip.Flush()
	return d.out.Bytes(), err
}

// An inflater decompresses a stream part by part. It gives each part to the decompressor as a whole
// stream, with an appended end and the plaintext before as dictionary: the decompressor then never
// waits for input, and the plaintext of each part is bounded.
type inflater struct {
	started bool
	in      []byte
	reader  bytes.Reader
	unzip   io.ReadCloser
	history []byte // the last plaintext: at least deflateWindow bytes, if there are so many
	out     [MaxPlaintext + 1]byte
}

// endOfStream is an empty last block (RFC 1951 §3.2.4).
const endOfStream = "\x01\x00\x00\xff\xff"

func newInflater() *inflater {
	i := new(inflater)
	i.unzip = flate.NewReader(&i.reader)
	return i
}

// decompress returns the plaintext of the next part, of at most limit bytes.
func (i *inflater) decompress(part []byte, limit int) ([]byte, error) {
	if !i.started {
		var err error
		if part, err = cutZlibHeader(part); err != nil {
			return nil, err
		}
		i.started = true
	}
	i.in = append(append(i.in[:0], part...), endOfStream...)
	i.reader.Reset(i.in)
	if err := i.unzip.(flate.Resetter).Reset(&i.reader, i.history[max(0, len(i.history)-deflateWindow):]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDecompression, err)
	}
	n, err := 0, error(nil)
	for err == nil && n <= limit {
		var k int
		k, err = i.unzip.Read(i.out[n : limit+1])
		n += k
	}
	switch {
	case n > limit:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrDecompression, limit)
	case err != io.EOF:
		return nil, fmt.Errorf("%w: %w", ErrDecompression, err)
	case i.reader.Len() > 0:
		return nil, fmt.Errorf("%w: data after the end of the stream", ErrDecompression)
	}
	i.remember(i.out[:n])
	return i.out[:n:n], nil
}

// remember appends a plaintext to the history, to which later parts may refer.
func (i *inflater) remember(plain []byte) {
	if len(i.history)+len(plain) > 2*deflateWindow {
		i.history = append(i.history[:0], i.history[len(i.history)-deflateWindow:]...)
	}
	i.history = append(i.history, plain...)
}

// cutZlibHeader cuts the zlib header off the first part of a stream. It must be for DEFLATE with a
// window of at most 32 KiB and without a preset dictionary (RFC 1950 §2.2).
func cutZlibHeader(part []byte) ([]byte, error) {
	if len(part) < 2 || part[0]&0x0f != 8 || part[0]>>4 > 7 || part[1]&0x20 != 0 || (int(part[0])<<8|int(part[1]))%31 != 0 {
		return nil, fmt.Errorf("%w: no zlib header", ErrDecompression)
	}
	return part[2:], nil
}
