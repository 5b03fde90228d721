package record

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"tlslab/engine/op"
)

// The output of zlib 1.2.13 for three writes, each with Z_SYNC_FLUSH.
var zlibParts = []struct{ plain, part string }{
	{"first record", "789c4acb2c2a2e51284a4dce2f4a01000000ffff"},
	{"", "000000ffff"},
	{"the first record again, the first record", "2ac948554843e22b24a62766e6e928a08b03000000ffff"},
}

func TestOutputOfZlibDecompresses(t *testing.T) {
	i := newInflater()
	for _, p := range zlibParts {
		part, _ := hex.DecodeString(p.part)
		if got, err := i.decompress(part, MaxPlaintext); err != nil || string(got) != p.plain {
			t.Errorf("%s decompresses to %q, %v; want %q", p.part, got, err, p.plain)
		}
	}
}

// compress/zlib reads all records of a direction as one stream. Later records refer to earlier
// ones.
func TestRecordsAreOneZlibStream(t *testing.T) {
	c := ByName("null-sha")
	keys, _ := c.SplitKeyBlock(legacyVersion, make([]byte, c.KeyBlockSize(legacyVersion)))
	var operations []string
	count := func(o op.Op) { operations = append(operations, o.String()) }
	sealer, _ := NewLegacy(legacyVersion, c, keys, nil, count)
	opener, _ := NewLegacy(legacyVersion, c, keys, nil, count)
	sealer.EnableDeflate()
	opener.EnableDeflate()
	var stream, all bytes.Buffer
	var lengths []int
	once := random(1000, 3)
	for _, plain := range [][]byte{once, nil, once, bytes.Repeat([]byte("x"), MaxPlaintext), random(MaxPlaintext, 4)} {
		record, err := sealer.Seal(nil, ApplicationData, plain)
		if err != nil {
			t.Fatal(err)
		}
		lengths = append(lengths, len(record))
		stream.Write(record[HeaderSize : len(record)-c.MACSize])
		all.Write(plain)
		typ, got, err := opener.Open(record)
		if err != nil || typ != ApplicationData || !bytes.Equal(got, plain) {
			t.Fatalf("%d bytes open as %d of type %d, %v", len(plain), len(got), typ, err)
		}
	}
	zip, err := zlib.NewReader(&stream)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(zip)
	if err != io.ErrUnexpectedEOF || !bytes.Equal(got, all.Bytes()) { // the stream never ends
		t.Errorf("%d bytes of %d, %v", len(got), all.Len(), err)
	}
	if lengths[0] < 1000 || lengths[2] > 100 || lengths[3] > 200 || lengths[4] > MaxPlaintext+compressionExpansion {
		t.Errorf("records of %d bytes", lengths)
	}
	if want := "compress deflate 1000, seal null-sha 1012, open null-sha 1012, decompress deflate 1000"; strings.Join(operations[:4], ", ") != want {
		t.Errorf("operations %q", operations[:4])
	}
}

// A part may refer to data up to 32 KiB back.
func TestHistoryHoldsTheWholeWindow(t *testing.T) {
	d, i := newDeflater(), newInflater()
	for n, plain := range [][]byte{random(MaxPlaintext, 1), random(MaxPlaintext, 2), random(MaxPlaintext, 3), random(MaxPlaintext, 4)} {
		for range 2 {
			part, err := d.compress(plain)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := i.decompress(part, MaxPlaintext); err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("record %d: %d bytes, %v", n, len(got), err)
			}
		}
	}
	if len(i.history) > 2*deflateWindow {
		t.Errorf("%d bytes are kept", len(i.history))
	}
}

func TestBadStreamsAreRefused(t *testing.T) {
	bomb := func(n int) []byte {
		part, _ := newDeflater().compress(make([]byte, n))
		return part
	}
	first, _ := hex.DecodeString(zlibParts[0].part)
	for _, row := range []struct {
		name string
		part []byte
	}{
		{"empty", nil},
		{"no header", []byte("plain text")},
		{"a preset dictionary", []byte("\x78\xbb\x00\x00\x00\xff\xff")},
		{"cut off", first[:len(first)-6]},
		{"one byte too many after a flush", append(bytes.Clone(first), 0x07)},
		{"final block", append(bytes.Clone(first), "\x01\x00\x00\xff\xff\x00"...)},
		{"reference before the beginning", []byte("\x78\x9c\x4a\xc4\x22\x06\x00\x00\x00\xff\xff")},
		{"one byte more than a record holds", bomb(MaxPlaintext + 1)},
		{"a hundred megabytes", bomb(100 << 20)},
	} {
		if got, err := newInflater().decompress(row.part, MaxPlaintext); !errors.Is(err, ErrDecompression) {
			t.Errorf("%s: %d bytes, %v", row.name, len(got), err)
		}
	}
	if got, err := newInflater().decompress(bomb(MaxPlaintext), MaxPlaintext); err != nil || len(got) != MaxPlaintext {
		t.Errorf("2^14 bytes: %d, %v", len(got), err)
	}
}

func FuzzDecompress(f *testing.F) {
	for _, p := range zlibParts {
		part, _ := hex.DecodeString(p.part)
		f.Add(part, part)
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		i := newInflater()
		for _, part := range [][]byte{first, second} {
			got, err := i.decompress(part, 100)
			if len(got) > 100 || err != nil && !errors.Is(err, ErrDecompression) {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
			if err != nil {
				return
			}
		}
	})
}
