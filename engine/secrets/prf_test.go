package secrets

import (
	"bytes"
	stdhkdf "crypto/hkdf"
	"crypto/hmac"
	"encoding/hex"
	"strings"
	"testing"

	"tlslab/engine/op"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Test vectors for the PRF of RFC 5246 from the IETF's TLS mailing list (tls/current/msg03416),
// which GnuTLS and OpenJDK also use.
func TestPublishedVectorsOfTLS12PRF(t *testing.T) {
	for _, v := range []struct {
		hash               *Hash
		secret, seed, want string
	}{
		{SHA256, "9bbe436ba940f017b17652849a71db35", "a0ba9f936cda311827a6f796ffd5198c", `
			e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a
			6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab
			4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701
			87347b66`},
		{SHA384, "b80b733d6ceefcdc71566ea48e5567df", "cd665cf6a8447dd6ff8b27555edb7465", `
			7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd
			e9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700884f9dc236f80edd
			8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425
			9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee6
			91c8f3a26854308d5eaa3be85e0990703d73e56f`},
	} {
		want := unhex(t, v.want)
		got := make([]byte, len(want))
		newPRF(v.hash, nil).expand(got, unhex(t, v.secret), "test label", unhex(t, v.seed), nil)
		if !bytes.Equal(got, want) {
			t.Errorf("%s\n got %x\nwant %x", v.hash.Name, got, want)
		}
	}
}

// The known answer is from the self-test of Go's FIPS 140 module.
func TestKnownExtendedMasterSecret(t *testing.T) {
	c := NewLegacy(SHA256, nil)
	c.ExtendedMasterSecret(unhex(t, "0102030405060708090a0b0c0d0e0f10"), unhex(t, "1112131415161718191a1b1c1d1e1f20"))
	want := unhex(t, "8c3eeda71c1b4cc0a0449075a88ebc7c5e1c4b1e4fe3c106ebdcc05dc0c8ecf3e2b9d1035eb2605d12684f49dfa99dcc")
	if !bytes.Equal(c.Master(), want) {
		t.Errorf("got %x, want %x", c.Master(), want)
	}
}

func TestHMACIsThatOfCryptoHMAC(t *testing.T) {
	for _, h := range []*Hash{SHA1, SHA256, SHA384} {
		m := NewHMAC(h)
		for _, keySize := range []int{0, 20, 48, h.Block, h.Block + 1, 300} {
			key := bytes.Repeat([]byte{byte(keySize)}, keySize)
			for _, size := range []int{0, 1, 55, 56, 64, 1000} {
				message := bytes.Repeat([]byte{7}, size)
				std := hmac.New(h.New, key)
				std.Write(message)
				want := std.Sum(nil)
				m.SetKey(key)
				m.Begin()
				m.Write(message)
				if got := m.End(); !bytes.Equal(got, want) {
					t.Errorf("%s, key of %d, message of %d: %x, want %x", h.Name, keySize, size, got, want)
				}
				m.Begin()
				m.Write(message)
				if got := m.EndPadded(make([]byte, 100)); !bytes.Equal(got, want) {
					t.Errorf("%s, key of %d, padded message of %d: %x, want %x", h.Name, keySize, size, got, want)
				}
			}
		}
	}
}

func TestExpandLabelIsThatOfCryptoHKDF(t *testing.T) {
	for _, h := range []*Hash{SHA256, SHA384} {
		k := newHKDF(h, nil)
		secret := bytes.Repeat([]byte{9}, h.Size)
		for _, size := range []int{1, 12, 32, 48, 49, 500} {
			info := append([]byte{byte(size >> 8), byte(size)}, "\x11tls13 traffic upd\x03abc"...)
			want, err := stdhkdf.Expand(h.New, secret, string(info), size)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]byte, size)
			k.expandLabel(got, secret, "traffic upd", []byte("abc"))
			if !bytes.Equal(got, want) {
				t.Errorf("%s, %d bytes: %x, want %x", h.Name, size, got, want)
			}
		}
		want, _ := stdhkdf.Expand(h.New, secret, "\x00"+string(rune(h.Size))+"\x11tls13 traffic upd\x00", h.Size)
		NewSchedule(h, nil).NextTraffic(secret)
		if !bytes.Equal(secret, want) {
			t.Errorf("%s: the next traffic secret is %x, want %x", h.Name, secret, want)
		}
	}
}

func TestDerivingAllocatesNothing(t *testing.T) {
	if raceDetector {
		// The race detector turns off an optimization of append, which AppendBinary of
		// crypto/sha256 and crypto/sha512 relies on.
		t.Skip("with the race detector, package crypto allocates")
	}
	for _, h := range []*Hash{SHA256, SHA384} {
		derived := 0
		count := op.Counter(func(op.Op) { derived++ })
		c, s := NewLegacy(h, count), NewSchedule(h, count)
		random, out := make([]byte, 32), make([]byte, h.Size)
		key, iv, block := make([]byte, 16), make([]byte, 12), make([]byte, 104)
		if n := testing.AllocsPerRun(10, func() {
			c.MasterSecret(random, random, random)
			c.ExtendedMasterSecret(random, out)
			c.KeyBlock(block, random, random)
			c.Finished(out[:FinishedSize], ServerSide, random)
			s.Early(nil)
			s.Handshake(random)
			s.Derive(out, ClientHandshakeTraffic, random)
			s.TrafficKeys(key, iv, out)
			s.Finished(out, out, random)
			s.Main()
			s.NextTraffic(out)
			s.PSK(out, out, iv)
		}); n != 0 || derived == 0 {
			t.Errorf("%s: %v allocations, %d derivations reported", h.Name, n, derived)
		}
	}
}

func TestDerivationsAreReported(t *testing.T) {
	var got []string
	c := NewLegacy(SHA384, func(o op.Op) { got = append(got, o.String()) })
	c.KeyBlock(make([]byte, 72), nil, nil)
	s := NewSchedule(SHA256, func(o op.Op) { got = append(got, o.String()) })
	s.TrafficKeys(make([]byte, 16), make([]byte, 12), make([]byte, 32))
	s.Finished(make([]byte, 32), make([]byte, 32), nil)
	want := "derive sha384 72,derive sha256 16,derive sha256 12,derive sha256 32,derive sha256 32"
	if strings.Join(got, ",") != want {
		t.Errorf("reports %q, want %q", got, want)
	}
}

// The derivations of one side in a resumed TLS 1.2 handshake.
func BenchmarkResumedLegacy(b *testing.B) {
	c := NewLegacy(SHA256, nil)
	master, random, block, verify := make([]byte, MasterSize), make([]byte, 32), make([]byte, 40), make([]byte, FinishedSize)
	b.ReportAllocs()
	for i := byte(0); b.Loop(); i++ {
		master[0] = i
		c.Resume(master)
		c.KeyBlock(block, random, random)
		c.Finished(verify, ServerSide, random)
		c.Finished(verify, ClientSide, random)
	}
}

// The derivations of one side in a full TLS 1.3 handshake.
func BenchmarkFullSchedule(b *testing.B) {
	for _, h := range []*Hash{SHA256, SHA384} {
		b.Run("hash="+h.Name, func(b *testing.B) {
			s := NewSchedule(h, nil)
			transcript, shared := make([]byte, h.Size), make([]byte, 32)
			client, server, key, iv := make([]byte, h.Size), make([]byte, h.Size), make([]byte, 16), make([]byte, 12)
			b.ReportAllocs()
			for i := byte(0); b.Loop(); i++ {
				shared[0] = i
				s.Early(nil)
				s.Handshake(shared)
				s.Derive(client, ClientHandshakeTraffic, transcript)
				s.Derive(server, ServerHandshakeTraffic, transcript)
				s.TrafficKeys(key, iv, client)
				s.TrafficKeys(key, iv, server)
				s.Finished(transcript, client, transcript)
				s.Finished(transcript, server, transcript)
				s.Main()
				s.Derive(client, ClientTraffic, transcript)
				s.Derive(server, ServerTraffic, transcript)
				s.TrafficKeys(key, iv, client)
				s.TrafficKeys(key, iv, server)
				s.Derive(server, Resumption, transcript)
			}
		})
	}
}
