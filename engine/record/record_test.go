package record

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"crypto/aes"
	"crypto/cipher"

	"tlslab/engine/op"
	"tlslab/engine/secrets/rfc8448"
)

// seeded returns a reader of reproducible bytes.
func seeded(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

func random(n int, seed byte) []byte {
	b := make([]byte, n)
	seeded(seed).Read(b)
	return b
}

// A protocol makes the two ends of one direction.
type protocol struct {
	name string
	ends func(count op.Counter) (sealer, opener *Half)
}

// protocols lists every cipher in every protocol it belongs to.
func protocols(tb testing.TB) []protocol {
	var all []protocol
	for _, c := range Ciphers() {
		classic := func(count op.Counter) (*Half, *Half) {
			keys, _ := c.Split(random(c.KeyBlock(), 1))
			sealer, err1 := Classic(c, keys, seeded(2), count)
			opener, err2 := Classic(c, keys, nil, count)
			if err1 != nil || err2 != nil {
				tb.Fatal(err1, err2)
			}
			return sealer, opener
		}
		all = append(all, protocol{"classic/" + c.Name, classic})
		if c.Tag == 0 {
			continue
		}
		tls13 := func(count op.Counter) (*Half, *Half) {
			key, iv := random(c.Key, 1), random(NonceSize, 2)
			sealer, err1 := TLS13(c, key, iv, count)
			opener, err2 := TLS13(c, key, iv, count)
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
		sealer, _ := TLS13(ByName("aes-128-gcm"), key, iv, nil)
		opener, _ := TLS13(ByName("aes-128-gcm"), key, iv, nil)
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

func TestWhatIsSealedOpens(t *testing.T) {
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

// The plaintext may stand anywhere in dst's spare space, before, in or behind its
// final place.
func TestPlaintextMayLieInSpareSpace(t *testing.T) {
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

func TestEveryChangedByteIsNoticed(t *testing.T) {
	for _, p := range protocols(t) {
		sealer, _ := p.ends(nil)
		record, _ := sealer.Seal(nil, ApplicationData, random(50, 5))
		for i := range record {
			_, opener := p.ends(nil)
			changed := bytes.Clone(record)
			changed[i] ^= 0x40
			if _, _, err := opener.Open(changed); err == nil {
				t.Errorf("%s: a change of byte %d passes", p.name, i)
			} else if i >= HeaderSize && !errors.Is(err, ErrBadMAC) {
				t.Errorf("%s: a change of byte %d is %v", p.name, i, err)
			}
		}
		_, opener := p.ends(nil)
		if _, _, err := opener.Open(record[:len(record)-1]); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: a truncated record is %v", p.name, err)
		}
	}
}

func TestOrderOfRecordsIsProtected(t *testing.T) {
	for _, p := range protocols(t) {
		sealer, opener := p.ends(nil)
		sealer.Seal(nil, ApplicationData, []byte("first"))
		second, _ := sealer.Seal(nil, ApplicationData, []byte("second"))
		if _, _, err := opener.Open(second); !errors.Is(err, ErrBadMAC) {
			t.Errorf("%s: the second record first is %v", p.name, err)
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
				t.Errorf("%s: %d zeros are %v", p.name, n, err)
			}
		}
	}
}

func TestLengthLimits(t *testing.T) {
	gcm := ByName("aes-128-gcm")
	for _, p := range protocols(t) {
		sealer, opener := p.ends(nil)
		if _, err := sealer.Seal(nil, ApplicationData, make([]byte, MaxPlaintext+1)); !errors.Is(err, ErrOverflow) {
			t.Errorf("%s: sealing 2^14+1 bytes is %v", p.name, err)
		}
		n := opener.Limit() + 1
		record := make([]byte, HeaderSize+n)
		Header{ApplicationData, legacyVersion, n}.put(record)
		if _, _, err := opener.Open(record); !errors.Is(err, ErrOverflow) {
			t.Errorf("%s: a fragment of %d bytes is %v", p.name, n, err)
		}
	}
	if got := Plain(0x0301).Limit(); got != 1<<14 {
		t.Errorf("an unprotected fragment may have %d bytes, want 2^14", got)
	}

	// A ciphertext within its limit whose plaintext is too long.
	keys := Keys{Key: random(16, 1), IV: random(4, 2)}
	opener, _ := Classic(gcm, keys, nil, nil)
	long := MaxPlaintext + 1
	record := make([]byte, HeaderSize+8+long+16)
	Header{ApplicationData, legacyVersion, 8 + long + 16}.put(record)
	aead, _ := gcm.AEAD(keys.Key)
	nonce := append(bytes.Clone(keys.IV), record[HeaderSize:HeaderSize+8]...)
	extra := binary.BigEndian.AppendUint16(append(make([]byte, 8), byte(ApplicationData), 3, 3), uint16(long))
	aead.Seal(record[HeaderSize+8:HeaderSize+8], nonce, record[HeaderSize+8:HeaderSize+8+long], extra)
	if _, _, err := opener.Open(record); !errors.Is(err, ErrOverflow) {
		t.Errorf("a plaintext of 2^14+1 bytes is %v", err)
	}
}

func TestSequenceNumbersDoNotWrap(t *testing.T) {
	for _, p := range protocols(t) {
		sealer, opener := p.ends(nil)
		sealer.sequence, opener.sequence = maxSequence-1, maxSequence-1
		last, err := sealer.Seal(nil, ApplicationData, nil)
		if err != nil {
			t.Fatalf("%s: the last record: %v", p.name, err)
		}
		next := bytes.Clone(last)
		if _, _, err := opener.Open(last); err != nil {
			t.Fatalf("%s: the last record: %v", p.name, err)
		}
		_, err1 := sealer.Seal(nil, ApplicationData, nil)
		_, _, err2 := opener.Open(next)
		if !errors.Is(err1, ErrExhausted) || !errors.Is(err2, ErrExhausted) {
			t.Errorf("%s: the record after the last is %v, %v", p.name, err1, err2)
		}
	}
}

// TLS 1.2's constructions, put together here from their RFCs' words.
func TestClassicRecordsOnTheWire(t *testing.T) {
	plain := []byte("sixteen and some bytes")
	const sequence = 3
	extra := binary.BigEndian.AppendUint64(nil, sequence)
	extra = append(extra, byte(Handshake), 3, 3, 0, byte(len(plain)))
	seal := func(name string) (record []byte, keys Keys) {
		c := ByName(name)
		keys, _ = c.Split(random(c.KeyBlock(), 6))
		h, err := Classic(c, keys, seeded(7), nil)
		if err != nil {
			t.Fatal(err)
		}
		for range sequence {
			h.Seal(nil, Handshake, nil)
		}
		record, err = h.Seal(nil, Handshake, plain)
		if err != nil || !bytes.HasPrefix(record, []byte{22, 3, 3, 0, byte(len(record) - HeaderSize)}) {
			t.Fatalf("%s: record %x, %v", name, record, err)
		}
		return record[HeaderSize:], keys
	}

	fragment, keys := seal("aes-128-gcm") // RFC 5288 §3
	aead, _ := ByName("aes-128-gcm").AEAD(keys.Key)
	if got, err := aead.Open(nil, slices.Concat(keys.IV, fragment[:8]), fragment[8:], extra); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("aes-128-gcm: %q, %v", got, err)
	}

	fragment, keys = seal("chacha20-poly1305") // RFC 7905 §2
	aead, _ = ByName("chacha20-poly1305").AEAD(keys.Key)
	nonce := bytes.Clone(keys.IV)
	nonce[11] ^= sequence
	if got, err := aead.Open(nil, nonce, fragment, extra); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("chacha20-poly1305: %q, %v", got, err)
	}

	fragment, keys = seal("aes-256-cbc-sha") // RFC 5246 §6.2.3.2
	block, _ := aes.NewCipher(keys.Key)
	cipher.NewCBCDecrypter(block, fragment[:16]).CryptBlocks(fragment[16:], fragment[16:])
	mac := hmac.New(sha1.New, keys.MAC)
	mac.Write(extra)
	mac.Write(plain)
	want := mac.Sum(bytes.Clone(plain))
	want = append(want, bytes.Repeat([]byte{5}, 6)...) // 22 + 20 + 6 = 48
	if !bytes.Equal(fragment[16:], want) {
		t.Errorf("aes-256-cbc-sha:\n got %x\nwant %x", fragment[16:], want)
	}
}

// A peer may pad with up to 255 bytes more than needed; anything else is a bad MAC.
func TestCBCPadding(t *testing.T) {
	c := ByName("aes-128-cbc-sha")
	keys, _ := c.Split(random(c.KeyBlock(), 8))
	block, _ := aes.NewCipher(keys.Key)
	plain := random(64, 9)
	for _, test := range []struct {
		name    string
		length  int // bytes of padding, its length byte included
		spoil   func(padding []byte)
		correct bool
	}{
		{"least", 12, nil, true},
		{"one block more", 28, nil, true},
		{"most", 252, nil, true},
		{"first byte wrong", 28, func(p []byte) { p[0] ^= 1 }, false},
		{"middle byte wrong", 252, func(p []byte) { p[100] ^= 1 }, false},
		{"length too small", 28, func(p []byte) { p[27]-- }, false},
		{"length beyond the record", 12, func(p []byte) { p[11] = 255 }, false},
		{"length into the MAC", 12, func(p []byte) { p[11] = 80 }, false},
	} {
		extra := binary.BigEndian.AppendUint16(append(make([]byte, 8), byte(ApplicationData), 3, 3), uint16(len(plain)))
		mac := hmac.New(sha1.New, keys.MAC)
		mac.Write(extra)
		mac.Write(plain)
		padding := bytes.Repeat([]byte{byte(test.length - 1)}, test.length)
		if test.spoil != nil {
			test.spoil(padding)
		}
		body := slices.Concat(plain, mac.Sum(nil), padding)
		iv := random(16, 10)
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(body, body)
		record := slices.Concat(make([]byte, HeaderSize), iv, body)
		Header{ApplicationData, legacyVersion, len(record) - HeaderSize}.put(record)

		opener, _ := Classic(c, keys, nil, nil)
		_, got, err := opener.Open(record)
		if test.correct && (err != nil || !bytes.Equal(got, plain)) {
			t.Errorf("padding %s: %v", test.name, err)
		}
		if !test.correct && !errors.Is(err, ErrBadMAC) {
			t.Errorf("padding %s: %v", test.name, err)
		}
	}
}

func TestTLS13Padding(t *testing.T) {
	p := protocols(t)[1]
	sealer, opener := p.ends(nil)
	sealer.PadTo(256)
	for _, size := range []int{0, 255, 256, MaxPlaintext} {
		record, err := sealer.Seal(nil, ApplicationData, random(size, 1))
		if err != nil || len(record) != size+sealer.Overhead(size) {
			t.Fatalf("%d bytes: record of %d, %v", size, len(record), err)
		}
		if inner := len(record) - HeaderSize - 16; inner%256 != 0 && inner != MaxPlaintext+1 {
			t.Errorf("%d bytes make an inner plaintext of %d", size, inner)
		}
		if _, got, err := opener.Open(record); err != nil || len(got) != size {
			t.Errorf("%d bytes open as %d, %v", size, len(got), err)
		}
	}
}

func TestTLS13RefusesWhatHasNoType(t *testing.T) {
	sealer, opener := protocols(t)[1].ends(nil)
	record, _ := sealer.Seal(nil, 0, make([]byte, 20))
	if _, _, err := opener.Open(record); !errors.Is(err, ErrUnexpected) {
		t.Errorf("an inner plaintext of zeros is %v", err)
	}
	if _, _, err := opener.Open([]byte{22, 3, 3, 0, 0}); !errors.Is(err, ErrUnexpected) {
		t.Errorf("an unprotected handshake record is %v", err)
	}
}

func TestPlainRecords(t *testing.T) {
	h := Plain(0x0301)
	record, err := h.Seal(nil, Handshake, []byte("hello"))
	if err != nil || string(record) != "\x16\x03\x01\x00\x05hello" {
		t.Errorf("record %q, %v", record, err)
	}
	typ, plain, err := Plain(0x0301).Open(record)
	if err != nil || typ != Handshake || string(plain) != "hello" {
		t.Errorf("opens as type %d, %q, %v", typ, plain, err)
	}
}

func TestKeysOfWrongLengthAreErrors(t *testing.T) {
	for _, c := range Ciphers() {
		if _, err := Classic(c, Keys{Key: make([]byte, 5)}, nil, nil); err == nil {
			t.Errorf("%s takes a key of 5 bytes", c.Name)
		}
		if _, err := Classic(c, Keys{Key: make([]byte, c.Key), MAC: make([]byte, 3), IV: make([]byte, 3)}, nil, nil); err == nil {
			t.Errorf("%s takes a MAC key and an IV of 3 bytes", c.Name)
		}
		if _, err := TLS13(c, make([]byte, c.Key), make([]byte, 3), nil); err == nil {
			t.Errorf("%s takes a TLS 1.3 IV of 3 bytes", c.Name)
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
		if allocs != 0 || operations == 0 {
			t.Errorf("%s: %v allocations for a record, %d operations reported", p.name, allocs, operations)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	for _, p := range protocols(b) {
		for _, size := range []int{256, 16384} {
			b.Run(fmt.Sprintf("op=seal/cipher=%s/size=%dB", p.name, size), func(b *testing.B) {
				sealer, _ := p.ends(nil)
				buf := make([]byte, MaxRecord)
				place := buf[sealer.Prefix():][:size]
				b.SetBytes(int64(size))
				for b.Loop() {
					sealer.Seal(buf[:0], ApplicationData, place)
				}
			})
			b.Run(fmt.Sprintf("op=open/cipher=%s/size=%dB", p.name, size), func(b *testing.B) {
				sealer, opener := p.ends(nil)
				record, _ := sealer.Seal(nil, ApplicationData, make([]byte, size))
				buf := make([]byte, len(record))
				b.SetBytes(int64(size))
				for b.Loop() {
					copy(buf, record)
					opener.sequence = 0
					if _, _, err := opener.Open(buf); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	for _, name := range []string{"aes-128-gcm", "aes-256-gcm", "chacha20-poly1305"} {
		c := ByName(name)
		aead, _ := c.AEAD(make([]byte, c.Key))
		buf, nonce, extra := make([]byte, 16384+16), make([]byte, NonceSize), make([]byte, 13)
		b.Run("op=seal/cipher=bare/"+name+"/size=16384B", func(b *testing.B) {
			b.SetBytes(16384)
			for b.Loop() {
				aead.Seal(buf[:0], nonce, buf[:16384], extra)
			}
		})
		b.Run("op=open/cipher=bare/"+name+"/size=16384B", func(b *testing.B) {
			sealed := aead.Seal(nil, nonce, make([]byte, 16384), extra)
			b.SetBytes(16384)
			for b.Loop() {
				copy(buf, sealed)
				if _, err := aead.Open(buf[:0], nonce, buf, extra); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
