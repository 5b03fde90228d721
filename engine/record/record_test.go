package record

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tlslab/engine/op"
	"tlslab/engine/secrets/rfc8448"
)

// seeded returns a deterministic reader.
func seeded(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

func random(n int, seed byte) []byte {
	b := make([]byte, n)
	seeded(seed).Read(b)
	return b
}

// versionTLS10 is the last version without explicit IVs.
const versionTLS10 = 0x0301

// A protocol makes the sealer and the opener of one direction.
type protocol struct {
	name string
	ends func(count op.Counter) (sealer, opener *HalfConn)
}

// protocols lists every cipher with every version that uses it.
func protocols(tb testing.TB) []protocol {
	var all []protocol
	for _, c := range Ciphers() {
		legacy := func(count op.Counter) (*HalfConn, *HalfConn) {
			keys, _ := c.SplitKeyBlock(legacyVersion, random(c.KeyBlockSize(legacyVersion), 1))
			sealer, err1 := NewLegacy(legacyVersion, c, keys, seeded(2), count)
			opener, err2 := NewLegacy(legacyVersion, c, keys, nil, count)
			if err1 != nil || err2 != nil {
				tb.Fatal(err1, err2)
			}
			return sealer, opener
		}
		all = append(all, protocol{"legacy/" + c.Name, legacy})
		if c.BlockSize > 0 {
			all = append(all, protocol{"etm/" + c.Name, func(count op.Counter) (*HalfConn, *HalfConn) {
				sealer, opener := legacy(count)
				sealer.EnableEncryptThenMAC()
				opener.EnableEncryptThenMAC()
				return sealer, opener
			}})
			chained := func(count op.Counter) (*HalfConn, *HalfConn) {
				keys, _ := c.SplitKeyBlock(versionTLS10, random(c.KeyBlockSize(versionTLS10), 1))
				sealer, err1 := NewLegacy(versionTLS10, c, keys, nil, count)
				opener, err2 := NewLegacy(versionTLS10, c, keys, nil, count)
				if err1 != nil || err2 != nil {
					tb.Fatal(err1, err2)
				}
				return sealer, opener
			}
			all = append(all, protocol{"chained/" + c.Name, chained}, protocol{"chained etm/" + c.Name, func(count op.Counter) (*HalfConn, *HalfConn) {
				sealer, opener := chained(count)
				sealer.EnableEncryptThenMAC()
				opener.EnableEncryptThenMAC()
				return sealer, opener
			}})
		}
		if c.TagSize == 0 {
			continue
		}
		tls13 := func(count op.Counter) (*HalfConn, *HalfConn) {
			key, iv := random(c.KeySize, 1), random(NonceSize, 2)
			sealer, err1 := NewTLS13(c, key, iv, count)
			opener, err2 := NewTLS13(c, key, iv, count)
			if err1 != nil || err2 != nil {
				tb.Fatal(err1, err2)
			}
			return sealer, opener
		}
		all = append(all, protocol{"tls13/" + c.Name, tls13})
	}
	return all
}

func TestRecordsOfRFC8448(t *testing.T) {
	simple, resumed := rfc8448.Load(t, "simple-1rtt"), rfc8448.Load(t, "resumed-0rtt")
	type sealed struct {
		typ    Type
		plain  []byte
		record string
	}
	for _, direction := range []struct {
		trace rfc8448.Trace
		keys  string
		all   []sealed
	}{
		{simple, "server handshake", []sealed{{Handshake, simple.Join("EncryptedExtensions", "Certificate", "CertificateVerify", "server Finished"), "server flight record"}}},
		{simple, "client handshake", []sealed{{Handshake, simple.Get("client Finished"), "client Finished record"}}},
		{simple, "server application", []sealed{
			{Handshake, simple.Get("NewSessionTicket"), "NewSessionTicket record"},
			{ApplicationData, simple.Get("application data"), "server application record"},
			{Alert, simple.Get("close_notify"), "server alert record"},
		}},
		{simple, "client application", []sealed{
			{ApplicationData, simple.Get("application data"), "client application record"},
			{Alert, simple.Get("close_notify"), "client alert record"},
		}},
		{resumed, "client early", []sealed{
			{ApplicationData, resumed.Get("early data"), "early data record"},
			{Handshake, resumed.Get("EndOfEarlyData"), "EndOfEarlyData record"},
		}},
		{resumed, "server handshake", []sealed{{Handshake, resumed.Join("EncryptedExtensions", "server Finished"), "server flight record"}}},
		{resumed, "client handshake", []sealed{{Handshake, resumed.Get("client Finished"), "client Finished record"}}},
		{resumed, "server application", []sealed{
			{ApplicationData, resumed.Get("application data"), "server application record"},
			{Alert, resumed.Get("close_notify"), "server alert record"},
		}},
		{resumed, "client application", []sealed{
			{ApplicationData, resumed.Get("application data"), "client application record"},
			{Alert, resumed.Get("close_notify"), "client alert record"},
		}},
	} {
		key, iv := direction.trace.Get(direction.keys+" key"), direction.trace.Get(direction.keys+" iv")
		sealer, _ := NewTLS13(ByName("aes-128-gcm"), key, iv, nil)
		opener, _ := NewTLS13(ByName("aes-128-gcm"), key, iv, nil)
		for _, r := range direction.all {
			want := direction.trace.Get(r.record)
			got, err := sealer.Seal(nil, r.typ, r.plain)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s under %s keys\n got %x, %v\nwant %x", r.record, direction.keys, got, err, want)
			}
			typ, plain, err := opener.Open(want)
			if err != nil || typ != r.typ || !bytes.Equal(plain, r.plain) {
				t.Errorf("%s opens as type %d, %x, %v", r.record, typ, plain, err)
			}
		}
	}
}

func TestSealedRecordsOpen(t *testing.T) {
	for _, p := range protocols(t) {
		sealer, opener := p.ends(nil)
		for _, size := range []int{0, 1, 15, 16, 17, 255, 1200, MaxPlaintext} {
			plain := random(size, 3)
			before := []byte("before")
			out, err := sealer.Seal(before, Handshake, plain)
			if err != nil {
				t.Fatalf("%s: sealing %d bytes: %v", p.name, size, err)
			}
			record := out[len(before):]
			if got, want := len(record), size+sealer.Overhead(size); got != want || !bytes.HasPrefix(out, before) {
				t.Errorf("%s: %d bytes make a record of %d, Overhead says %d", p.name, size, got, want)
			}
			typ, got, err := opener.Open(record)
			if err != nil || typ != Handshake || !bytes.Equal(got, plain) {
				t.Fatalf("%s: %d bytes open as type %d, %d bytes, %v", p.name, size, typ, len(got), err)
			}
		}
		if sealer.Sequence() != 8 || opener.Sequence() != 8 {
			t.Errorf("%s: sequence numbers %d and %d after 8 records", p.name, sealer.Sequence(), opener.Sequence())
		}
	}
}

// The plaintext may be anywhere in dst's spare capacity: before its final place, in it or after it.
func TestPlaintextMayLieInSpareCapacity(t *testing.T) {
	plain := random(1000, 4)
	for _, p := range protocols(t) {
		sealer, opener := p.ends(nil)
		for _, offset := range []int{0, 1, sealer.Prefix() - 1, sealer.Prefix(), sealer.Prefix() + 1, 900, 2000} {
			buf := make([]byte, 4000)
			copy(buf[offset:], plain)
			record, err := sealer.Seal(buf[:0], ApplicationData, buf[offset:offset+len(plain)])
			if err != nil || &record[0] != &buf[0] {
				t.Fatalf("%s: not sealed in place: %v", p.name, err)
			}
			if _, got, err := opener.Open(record); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%s: plaintext at offset %d is lost: %v", p.name, offset, err)
			}
		}
	}
}

func TestARecordWithAChangedByteDoesNotOpen(t *testing.T) {
	for _, p := range protocols(t) {
		sealer, _ := p.ends(nil)
		record, _ := sealer.Seal(nil, ApplicationData, random(50, 5))
		for i := range record {
			_, opener := p.ends(nil)
			changed := bytes.Clone(record)
			changed[i] ^= 0x40
			if _, _, err := opener.Open(changed); err == nil {
				t.Errorf("%s: the record opens although byte %d was changed", p.name, i)
			} else if i >= HeaderSize && !errors.Is(err, ErrBadMAC) {
				t.Errorf("%s: byte %d changed: %v, want ErrBadMAC", p.name, i, err)
			}
		}
		_, opener := p.ends(nil)
		if _, _, err := opener.Open(record[:len(record)-1]); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: a truncated record: %v, want ErrMalformed", p.name, err)
		}
	}
}

func TestOrderOfRecordsIsProtected(t *testing.T) {
	for _, p := range protocols(t) {
		sealer, opener := p.ends(nil)
		sealer.Seal(nil, ApplicationData, []byte("first"))
		second, _ := sealer.Seal(nil, ApplicationData, []byte("second"))
		if _, _, err := opener.Open(second); !errors.Is(err, ErrBadMAC) {
			t.Errorf("%s: the second record before the first: %v, want ErrBadMAC", p.name, err)
		}
	}
}

func TestTooShortFragmentsAreBadMACs(t *testing.T) {
	for _, p := range protocols(t) {
		for n := range 50 {
			_, opener := p.ends(nil)
			record := make([]byte, HeaderSize+n)
			Header{ApplicationData, legacyVersion, n}.put(record)
			if _, _, err := opener.Open(record); !errors.Is(err, ErrBadMAC) {
				t.Errorf("%s: a fragment of %d zeros: %v, want ErrBadMAC", p.name, n, err)
			}
		}
	}
}

func TestPlainRecords(t *testing.T) {
	h := NewPlaintext(0x0301)
	record, err := h.Seal(nil, Handshake, []byte("hello"))
	if err != nil || string(record) != "\x16\x03\x01\x00\x05hello" {
		t.Errorf("record %q, %v", record, err)
	}
	typ, plain, err := NewPlaintext(0x0301).Open(record)
	if err != nil || typ != Handshake || string(plain) != "hello" {
		t.Errorf("opens as type %d, %q, %v", typ, plain, err)
	}
}

func TestKeysOfWrongLengthAreErrors(t *testing.T) {
	for _, c := range Ciphers() {
		if _, err := NewLegacy(legacyVersion, c, Keys{Key: make([]byte, 5)}, nil, nil); err == nil {
			t.Errorf("%s accepts a key of 5 bytes", c.Name)
		}
		if _, err := NewLegacy(legacyVersion, c, Keys{Key: make([]byte, c.KeySize), MAC: make([]byte, 3), IV: make([]byte, 3)}, nil, nil); err == nil {
			t.Errorf("%s accepts a MAC key and an IV of 3 bytes", c.Name)
		}
		if _, err := NewTLS13(c, make([]byte, c.KeySize), make([]byte, 3), nil); err == nil {
			t.Errorf("%s accepts a TLS 1.3 IV of 3 bytes", c.Name)
		}
	}
}

func TestOperationsAreReported(t *testing.T) {
	for _, p := range protocols(t) {
		var got []string
		sealer, opener := p.ends(func(o op.Op) { got = append(got, o.String()) })
		record, _ := sealer.Seal(nil, ApplicationData, make([]byte, 1200))
		opener.Open(record)
		name := p.name[len(p.name)-len(sealer.name):]
		if want := []string{"seal " + name + " 1200", "open " + name + " 1200"}; !slices.Equal(got, want) {
			t.Errorf("%s reports %q, want %q", p.name, got, want)
		}
	}
}

func TestSealingAndOpeningAllocateNothing(t *testing.T) {
	for _, p := range protocols(t) {
		var operations int
		sealer, opener := p.ends(func(op.Op) { operations++ })
		buf := make([]byte, 0, MaxRecord)
		plain := random(MaxPlaintext, 1)
		allocs := testing.AllocsPerRun(10, func() {
			record, err := sealer.Seal(buf, ApplicationData, plain)
			if err == nil {
				_, _, err = opener.Open(record)
			}
			if err != nil {
				t.Fatal(err)
			}
		})
		pionAllocates := strings.Contains(p.name, "ccm")
		if allocs != 0 && !pionAllocates || operations == 0 {
			t.Errorf("%s: %v allocations for a record, %d operations reported", p.name, allocs, operations)
		}
	}
}

// Open returns a plaintext or one of its errors for every input.
func FuzzOpen(f *testing.F) {
	all := protocols(f)
	for i, p := range all {
		sealer, _ := p.ends(nil)
		record, _ := sealer.Seal(nil, ApplicationData, []byte("plaintext"))
		f.Add(i, record)
	}
	f.Fuzz(func(t *testing.T, i int, record []byte) {
		_, opener := all[uint(i)%uint(len(all))].ends(nil)
		if len(record) >= HeaderSize {
			record[3], record[4] = byte((len(record)-HeaderSize)>>8), byte(len(record)-HeaderSize)
		}
		if _, plain, err := opener.Open(record); err == nil && len(plain) > len(record) {
			t.Errorf("%d bytes open as %d", len(record), len(plain))
		}
	})
}

// Open returns what Seal was given, for every type and padding.
func FuzzSeal(f *testing.F) {
	all := protocols(f)
	for i := range all {
		f.Add(i, []byte("plaintext"), []byte{}, uint16(i*7))
	}
	f.Fuzz(func(t *testing.T, i int, first, second []byte, multiple uint16) {
		p := all[uint(i)%uint(len(all))]
		sealer, opener := p.ends(nil)
		sealer.SetPadding(int(multiple) % MaxPlaintext)
		for k, plain := range [][]byte{first, second, first} {
			plain = plain[:min(len(plain), MaxPlaintext)]
			typ := []Type{Handshake, ApplicationData, Alert}[k]
			record, err := sealer.Seal(nil, typ, plain)
			if err != nil {
				t.Fatal(err)
			}
			if got, opened, err := opener.Open(record); err != nil || got != typ || !bytes.Equal(opened, plain) {
				t.Fatalf("%s: %d bytes of type %d open as %d of type %d, %v", p.name, len(plain), typ, len(opened), got, err)
			}
		}
	})
}
