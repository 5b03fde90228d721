package kx_test

import (
	"bytes"
	"crypto/ecdh"
	cryptorand "crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tlslab/engine/kx"
	"tlslab/engine/op"
	"tlslab/engine/secrets/rfc8448"
)

func seeded(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPublishedVectors(t *testing.T) {
	trace := rfc8448.Load(t, "simple-1rtt")
	for _, v := range []struct {
		source, group        string
		first, second, share []byte // private keys, and the first one's share
		secret               []byte
	}{
		{
			"RFC 8448 §3", "x25519",
			trace.Get("client x25519 private"), trace.Get("server x25519 private"),
			trace.Get("client x25519 public"), trace.Get("shared secret"),
		},
		{
			"RFC 5903 §8.1", "p256",
			unhex(t, "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433"),
			unhex(t, "C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53"),
			unhex(t, `04 DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180
				5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3`),
			unhex(t, "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE"),
		},
		{
			"RFC 5903 §8.2", "p384",
			unhex(t, "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655E35B538041E649EE3FAEF896783AB194"),
			unhex(t, "41CB0779B4BDB85D47846725FBEC3C9430FAB46CC8DC5060855CC9BDA0AA2942E0308312916B8ED2960E4BD55A7448FC"),
			unhex(t, `04 667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E31634FE72B4C55EE6DE3AC808ACB4BDB4C88732AEE95F41AA
				9482ED1FC0EEB9CAFC4984625CCFC23F65032149E0E144ADA024181535A0F38EEB9FCFF3C2C947DAE69B4C634573A81C`),
			unhex(t, "11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4D603135569B9E9D09CF5D4A270F59746"),
		},
		{
			"RFC 5903 §8.3", "p521",
			unhex(t, `0037ADE9319A89F4DABDB3EF411AACCCA5123C61ACAB57B5393DCE47608172A095AA
				85A30FE1C2952C6771D937BA9777F5957B2639BAB072462F68C27A57382D4A52`),
			unhex(t, `0145BA99A847AF43793FDD0E872E7CDFA16BE30FDC780F97BCCC3F078380201E9C67
				7D600B343757A3BDBF2A3163E4C2F869CCA7458AA4A4EFFC311F5CB151685EB9`),
			nil,
			unhex(t, `01144C7D79AE6956BC8EDB8E7C787C4521CB086FA64407F97894E5E6B2D79B04D142
				7E73CA4BAA240A34786859810C06B3C715A3A8CC3151F2BEE417996D19F3DDEA`),
		},
	} {
		group := kx.ByName(v.group)
		key, err := group.Generate(bytes.NewReader(v.first), nil)
		if err != nil {
			t.Fatal(err)
		}
		if v.share != nil && !bytes.Equal(key.Share(), v.share) {
			t.Errorf("%s: share %x, want %x", v.source, key.Share(), v.share)
		}
		reply, secret, err := group.Respond(bytes.NewReader(v.second), key.Share(), nil)
		if err != nil || !bytes.Equal(secret, v.secret) {
			t.Errorf("%s: the responder's secret is %x, %v; want %x", v.source, secret, err, v.secret)
		}
		if secret, err := key.Agree(reply, nil); err != nil || !bytes.Equal(secret, v.secret) {
			t.Errorf("%s: the initiator's secret is %x, %v; want %x", v.source, secret, err, v.secret)
		}
	}
}

func TestBothSidesAgree(t *testing.T) {
	for _, group := range kx.Groups() {
		for _, source := range []func(byte) io.Reader{seeded, func(byte) io.Reader { return cryptorand.Reader }} {
			key, err := group.Generate(source(1), nil)
			if err != nil {
				t.Fatal(err)
			}
			reply, second, err := group.Respond(source(2), key.Share(), nil)
			if err != nil {
				t.Fatal(err)
			}
			first, err := key.Agree(reply, nil)
			if err != nil || !bytes.Equal(first, second) {
				t.Errorf("%s: secrets %x and %x, %v", group.Name, first, second, err)
			}
			if len(key.Share()) != group.ShareSize || len(reply) != group.ResponseSize || len(first) != group.SecretSize {
				t.Errorf("%s: shares and secret of %d, %d and %d bytes", group.Name, len(key.Share()), len(reply), len(first))
			}
		}
	}
}

func TestEqualRandomnessGivesEqualShares(t *testing.T) {
	for _, group := range kx.Groups() {
		a, _ := group.Generate(seeded(1), nil)
		b, _ := group.Generate(seeded(1), nil)
		c, _ := group.Generate(seeded(2), nil)
		if !bytes.Equal(a.Share(), b.Share()) || bytes.Equal(a.Share(), c.Share()) {
			t.Errorf("%s: shares %x, %x, other seed %x", group.Name, a.Share(), b.Share(), c.Share())
		}
	}
}

// A scalar not below the group order is replaced by the next one.
func TestScalarsOutOfRangeAreReplaced(t *testing.T) {
	for name, curve := range map[string]ecdh.Curve{"p256": ecdh.P256(), "p384": ecdh.P384(), "p521": ecdh.P521()} {
		group := kx.ByName(name)
		scalar := append([]byte{1}, bytes.Repeat([]byte{5}, group.SecretSize-1)...)
		key, err := group.Generate(io.MultiReader(bytes.NewReader(bytes.Repeat([]byte{255}, group.SecretSize)), bytes.NewReader(scalar)), nil)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := curve.NewPrivateKey(scalar)
		if !bytes.Equal(key.Share(), want.PublicKey().Bytes()) {
			t.Errorf("%s: the second scalar is not used", name)
		}
		if _, err := group.Generate(zeros{}, nil); err == nil {
			t.Errorf("%s: a source of zeros yields a key", name)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestAFailingReaderIsAnError(t *testing.T) {
	for _, group := range kx.Groups() {
		if _, err := group.Generate(strings.NewReader("short"), nil); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", group.Name, err)
		}
	}
}

func TestBadSharesAreRefused(t *testing.T) {
	offCurve := append([]byte{4}, bytes.Repeat([]byte{1}, 64)...)
	smallOrder := [][]byte{
		make([]byte, 32),
		append([]byte{1}, make([]byte, 31)...),
		// 2^255 - 20, which is -1, and a point of order 8.
		unhex(t, "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		unhex(t, "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
		// 2^255 - 19 and 2^255 - 18: zero and one, not reduced.
		unhex(t, "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		unhex(t, "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
	}
	type share struct {
		group string
		bytes []byte
	}
	bad := []share{
		{"x25519", nil}, {"x25519", make([]byte, 31)}, {"x25519", make([]byte, 33)},
		{"p256", nil}, {"p256", make([]byte, 65)}, {"p256", offCurve}, {"p256", make([]byte, 1)},
		{"p384", make([]byte, 97)}, {"p384", offCurve},
		{"p521", make([]byte, 133)}, {"p521", append([]byte{4}, make([]byte, 132)...)}, {"p521", offCurve},
	}
	for name, size := range map[string]int{"ffdhe2048": 256, "ffdhe3072": 384, "ffdhe4096": 512} {
		p := new(big.Int).SetBytes(kx.ByName(name).Prime())
		for _, y := range []*big.Int{new(big.Int), big.NewInt(1), new(big.Int).Sub(p, big.NewInt(1)), p, new(big.Int).Add(p, big.NewInt(2))} {
			bad = append(bad, share{name, y.FillBytes(make([]byte, size))})
		}
		bad = append(bad, share{name, nil}, share{name, make([]byte, size-1)}, share{name, bytes.Repeat([]byte{1}, size+1)})
	}
	for _, point := range smallOrder {
		bad = append(bad, share{"x25519", point})
	}
	for _, s := range bad {
		group := kx.ByName(s.group)
		key, _ := group.Generate(seeded(1), nil)
		if _, err := key.Agree(s.bytes, nil); !errors.Is(err, kx.ErrBadShare) {
			t.Errorf("%s agrees with %x: %v", s.group, s.bytes, err)
		}
		if _, _, err := group.Respond(seeded(1), s.bytes, nil); !errors.Is(err, kx.ErrBadShare) {
			t.Errorf("%s responds to %x: %v", s.group, s.bytes, err)
		}
	}
}

// hybridParts are the names of a hybrid's curve and KEM in op.Op.Alg.
var hybridParts = map[string][2]string{
	"x25519mlkem768":     {"x25519", "mlkem768"},
	"secp256r1mlkem768":  {"p256", "mlkem768"},
	"secp384r1mlkem1024": {"p384", "mlkem1024"},
}

func TestOperationsAreReported(t *testing.T) {
	for _, group := range kx.Groups() {
		var got []string
		count := op.Counter(func(o op.Op) { got = append(got, o.String()) })
		key, _ := group.Generate(seeded(1), count)
		reply, _, _ := group.Respond(seeded(2), key.Share(), count)
		key.Agree(reply, count)
		n := group.Name
		want := []string{"keygen " + n, "keygen " + n, "agree " + n, "agree " + n}
		if parts, ok := hybridParts[n]; ok {
			curve, kem := parts[0], parts[1]
			want = []string{
				"keygen " + curve, "keygen " + kem,
				"keygen " + curve, "agree " + curve, "encapsulate " + kem,
				"agree " + curve, "decapsulate " + kem,
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s reports %q, want %q", n, got, want)
		}
	}
}

func TestGroupsAreFoundByNameAndCodepoint(t *testing.T) {
	for _, group := range kx.Groups() {
		if kx.ByName(group.Name) != group || kx.ByID(group.ID) != group {
			t.Errorf("%s is not found", group.Name)
		}
	}
	if kx.ByName("x448") != nil || kx.ByID(30) != nil {
		t.Error("ByName or ByID returns an unknown group")
	}
}

func BenchmarkExchange(b *testing.B) {
	for _, group := range kx.Groups() {
		b.Run("op=keygen/group="+group.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				group.Generate(cryptorand.Reader, nil)
			}
		})
		key, _ := group.Generate(cryptorand.Reader, nil)
		b.Run("op=respond/group="+group.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				group.Respond(cryptorand.Reader, key.Share(), nil)
			}
		})
		reply, _, err := group.Respond(cryptorand.Reader, key.Share(), nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("op=agree/group="+group.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				key.Agree(reply, nil)
			}
		})
	}
}
