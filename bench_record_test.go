package tlslab_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rc4"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"io"
	"strings"
	"testing"

	"tlslab/engine"
	"tlslab/engine/record"
)

// recordSuites are the record protections that BenchmarkSeal and BenchmarkOpen measure.
var recordSuites = []struct{ version, suite string }{
	{"1.3", "aes-128-gcm"},
	{"1.3", "aes-256-gcm"},
	{"1.3", "chacha20-poly1305"},
	{"1.2", "aes-128-gcm"},
	{"1.2", "aes-128-cbc-sha"},
	{"1.2", "aes-256-cbc-sha"},
	{"1.3", "aes-128-ccm"},
	{"1.2", "aes-128-cbc-sha256"},
	{"1.2", "aes-256-cbc-sha384"},
	{"1.2", "3des-ede-cbc-sha"},
	{"1.2", "rc4-sha"},
	{"1.2", "rc4-md5"},
	{"1.2", encryptThenMAC + "aes-128-cbc-sha"},
	{"1.2", encryptThenMAC + "aes-256-cbc-sha384"},
}

// encryptThenMAC as prefix of a cipher's name: encrypt-then-MAC (RFC 7366).
const encryptThenMAC = "etm-"

// recordSizes are plaintext bytes of a record: a small message, one TCP segment, OpenSSL's write
// buffer, and the maximum.
var recordSizes = []int{256, 1370, 4096, 16384}

// BenchmarkSeal seals records in place, in one buffer. /impl=bare is the primitive on as many
// bytes: an AEAD, or a cipher and HMAC.
func BenchmarkSeal(b *testing.B) {
	eachRecord(b, func(b *testing.B, version, suite string, size int) {
		b.Run("impl=tlslab", func(b *testing.B) {
			seal, _ := halves(b, version, suite)
			buf := make([]byte, seal.Prefix()+size+256)
			plain := buf[seal.Prefix():][:size]
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := seal.Seal(buf[:0], record.ApplicationData, plain); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("impl=bare", func(b *testing.B) {
			p := newPrimitive(b, version, suite, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				p.seal(p.buf)
			}
		})
	})
}

// BenchmarkOpen opens records in place, which destroys them. They are sealed in batches that fit
// into a second-level cache, while the benchmark's timer is stopped.
func BenchmarkOpen(b *testing.B) {
	const cache = 256 << 10
	eachRecord(b, func(b *testing.B, version, suite string, size int) {
		batch := max(1, cache/size)
		b.Run("impl=tlslab", func(b *testing.B) {
			seal, open := halves(b, version, suite)
			stride := size + seal.Overhead(size)
			buf := make([]byte, batch*stride)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			b.ResetTimer()
			for done := 0; done < b.N; done += batch {
				b.StopTimer()
				for i := range batch {
					place := buf[i*stride:]
					if _, err := seal.Seal(place[:0], record.ApplicationData, place[seal.Prefix():][:size]); err != nil {
						b.Fatal(err)
					}
				}
				b.StartTimer()
				for i := range min(batch, b.N-done) {
					if _, _, err := open.Open(buf[i*stride:][:stride]); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run("impl=bare", func(b *testing.B) {
			p := newPrimitive(b, version, suite, size)
			sealed := append([]byte(nil), p.seal(p.buf)...)
			buf := make([]byte, batch*len(sealed))
			b.SetBytes(int64(size))
			b.ReportAllocs()
			b.ResetTimer()
			for done := 0; done < b.N; done += batch {
				b.StopTimer()
				for i := range batch {
					copy(buf[i*len(sealed):], sealed)
				}
				b.StartTimer()
				for i := range min(batch, b.N-done) {
					if !p.open(buf[i*len(sealed):][:len(sealed)]) {
						b.Fatal("the record does not open")
					}
				}
			}
		})
	})
}

// BenchmarkTransfer sends one record of application data from client to server: it seals the record
// from the caller's buffer and opens it.
func BenchmarkTransfer(b *testing.B) {
	for _, version := range []string{"1.3", "1.2"} {
		for _, size := range recordSizes {
			cell := handshakeCell{"full", version, "ecdsa-p256", "x25519", ""}
			plain := make([]byte, size)
			b.Run(fmt.Sprintf("version=%s/size=%d/impl=tlslab", version, size), func(b *testing.B) {
				p, err := newObservedPeers(cell)
				if err != nil {
					b.Fatal(err)
				}
				client, server, err := p.dial(&sideTimes{})
				if err != nil {
					b.Fatal(err)
				}
				var buf []byte
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					if buf, err = client.Seal(buf[:0], plain); err != nil {
						b.Fatal(err)
					}
					if _, ev, err := server.Recv(buf); err != nil || len(ev.Data) != size {
						b.Fatalf("%d bytes arrived, %v", len(ev.Data), err)
					}
				}
			})
			b.Run(fmt.Sprintf("version=%s/size=%d/impl=stdlib", version, size), func(b *testing.B) {
				p, err := newStdlibPeers(cell)
				if err == nil {
					err = p.connect(&sideTimes{})
				}
				if err != nil {
					b.Fatal(err)
				}
				last := p.(*stdlibPeers).last
				buf := make([]byte, size)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := last[0].Write(plain); err != nil {
						b.Fatal(err)
					}
					if _, err := io.ReadFull(last[1], buf); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func eachRecord(b *testing.B, run func(b *testing.B, version, suite string, size int)) {
	for _, s := range recordSuites {
		for _, size := range recordSizes {
			name := fmt.Sprintf("version=%s/suite=%s/size=%d", s.version, s.suite, size)
			b.Run(name, func(b *testing.B) { run(b, s.version, s.suite, size) })
		}
	}
}

// halves returns the HalfConns of both ends of one direction, with all-zero keys.
func halves(b *testing.B, version, suite string) (seal, open *record.HalfConn) {
	b.Helper()
	suite, etm := strings.CutPrefix(suite, encryptThenMAC)
	c := record.ByName(suite)
	for _, h := range []**record.HalfConn{&seal, &open} {
		var err error
		if version == "1.3" {
			*h, err = record.NewTLS13(c, make([]byte, c.KeySize), make([]byte, record.NonceSize), nil)
		} else {
			keys := record.Keys{MAC: make([]byte, c.MACSize), Key: make([]byte, c.KeySize), IV: make([]byte, c.SaltSize)}
			if *h, err = record.NewLegacy(uint16(engine.TLS12), c, keys, rand.Reader, nil); err == nil && etm {
				(*h).EnableEncryptThenMAC()
			}
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	return seal, open
}

// A primitive is the cryptography of a record protection.
type primitive struct {
	buf  []byte
	seal func(plain []byte) []byte
	open func(sealed []byte) bool
}

func newPrimitive(b *testing.B, version, suite string, size int) primitive {
	b.Helper()
	suite, etm := strings.CutPrefix(suite, encryptThenMAC)
	c := record.ByName(suite)
	if c.MACSize > 0 {
		return newMACPrimitive(b, c, size, etm)
	}
	aead, err := c.AEAD(make([]byte, c.KeySize))
	if err != nil {
		b.Fatal(err)
	}
	plain, extra := size, make([]byte, 13)
	if version == "1.3" {
		plain, extra = size+1, extra[:5] // content type; header
	}
	nonce := make([]byte, record.NonceSize)
	return primitive{
		buf:  make([]byte, plain, plain+aead.Overhead()),
		seal: func(p []byte) []byte { return aead.Seal(p[:0], nonce, p, extra) },
		open: func(s []byte) bool { _, err := aead.Open(s[:0], nonce, s, extra); return err == nil },
	}
}

// macs are the hashes of HMACs by their sizes.
var macs = map[int]func() hash.Hash{md5.Size: md5.New, sha1.Size: sha1.New, sha256.Size: sha256.New, sha512.Size384: sha512.New384}

// newMACPrimitive returns HMAC over additional data and plaintext, then encryption of plaintext,
// MAC and padding; with etm, encryption and then HMAC over the ciphertext. Opening does not compare
// the MAC.
func newMACPrimitive(b *testing.B, c *record.Cipher, size int, etm bool) primitive {
	b.Helper()
	encrypt, decrypt := newCiphers(b, c)
	mac := hmac.New(macs[c.MACSize], make([]byte, c.MACSize))
	var pseudoHeader [13]byte
	sum := make([]byte, 0, c.MACSize)
	authenticate := func(text []byte) {
		mac.Reset()
		mac.Write(pseudoHeader[:])
		mac.Write(text)
		sum = mac.Sum(sum[:0])
	}
	covered := size + c.MACSize
	if etm {
		covered = size
	}
	if c.BlockSize > 0 {
		covered = (covered + c.BlockSize) / c.BlockSize * c.BlockSize
	}
	if etm {
		return primitive{
			buf: make([]byte, covered+c.MACSize),
			seal: func(p []byte) []byte {
				encrypt(p[:covered])
				authenticate(p[:covered])
				copy(p[covered:], sum)
				return p
			},
			open: func(s []byte) bool {
				authenticate(s[:covered])
				decrypt(s[:covered])
				return true
			},
		}
	}
	return primitive{
		buf: make([]byte, covered),
		seal: func(p []byte) []byte {
			authenticate(p[:size])
			copy(p[size:], sum)
			encrypt(p)
			return p
		},
		open: func(s []byte) bool {
			decrypt(s)
			authenticate(s[:size])
			return true
		},
	}
}

// newCiphers returns in-place encryption and decryption with a cipher that needs a MAC.
func newCiphers(b *testing.B, c *record.Cipher) (encrypt, decrypt func([]byte)) {
	b.Helper()
	key := make([]byte, c.KeySize)
	if c.BlockSize == 0 {
		stream, err := rc4.NewCipher(key)
		if err != nil {
			b.Fatal(err)
		}
		xor := func(p []byte) { stream.XORKeyStream(p, p) }
		return xor, xor
	}
	block, err := aes.NewCipher(key)
	if c.BlockSize == des.BlockSize {
		block, err = des.NewTripleDESCipher(key)
	}
	if err != nil {
		b.Fatal(err)
	}
	iv := make([]byte, c.BlockSize)
	e, d := cipher.NewCBCEncrypter(block, iv), cipher.NewCBCDecrypter(block, iv)
	return func(p []byte) { e.CryptBlocks(p, p) }, func(p []byte) { d.CryptBlocks(p, p) }
}
