package kx_test

import (
	"bytes"
	cryptorand "crypto/rand"
	"crypto/rsa"
	"io"
	"math/big"
	"slices"
	"testing"

	"tlslab/engine/kx"
	"tlslab/engine/op"
	"tlslab/engine/pki/ca"
)

const tls12 = 0x0303

func rsaKey(tb testing.TB) *rsa.PrivateKey {
	tb.Helper()
	key, err := ca.GenerateKey("rsa2048", "kx")
	if err != nil {
		tb.Fatal(err)
	}
	return key.RSA()
}

func TestPremasterIsDecrypted(t *testing.T) {
	key := rsaKey(t)
	for _, source := range []io.Reader{seeded(1), cryptorand.Reader} {
		sent, ciphertext, err := kx.EncryptPremaster(source, &key.PublicKey, tls12, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(sent) != kx.PremasterSize || sent[0] != 3 || sent[1] != 3 || len(ciphertext) != 256 {
			t.Errorf("premaster secret %x, ciphertext of %d bytes; want 256", sent, len(ciphertext))
		}
		got, err := kx.DecryptPremaster(seeded(2), key, tls12, ciphertext, nil)
		if err != nil || !bytes.Equal(got, sent) {
			t.Errorf("got %x, %v; sent %x", got, err, sent)
		}
	}
}

func TestCryptoRSADecryptsThePremaster(t *testing.T) {
	key := rsaKey(t)
	sent, ciphertext, err := kx.EncryptPremaster(seeded(1), &key.PublicKey, tls12, nil)
	if err != nil {
		t.Fatal(err)
	}
	//lint:ignore SA1019 it is the reference for TLS 1.2's RSA key exchange.
	if got, err := rsa.DecryptPKCS1v15(nil, key, ciphertext); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("crypto/rsa decrypts %x, %v; sent %x", got, err, sent)
	}
	_, again, _ := kx.EncryptPremaster(seeded(1), &key.PublicKey, tls12, nil)
	if !bytes.Equal(ciphertext, again) {
		t.Error("the same randomness gives two ciphertexts")
	}
}

// A zero byte would end the padding.
func TestPaddingHasNoZeros(t *testing.T) {
	key := rsaKey(t)
	for seed := range byte(20) {
		_, ciphertext, err := kx.EncryptPremaster(seeded(seed), &key.PublicKey, tls12, nil)
		if err != nil {
			t.Fatal(err)
		}
		block := rawDecrypt(key, ciphertext)
		padding := block[2 : 256-kx.PremasterSize-1]
		if block[0] != 0 || block[1] != 2 || bytes.IndexByte(padding, 0) >= 0 || block[256-kx.PremasterSize-1] != 0 {
			t.Errorf("seed %d: block %x", seed, block)
		}
	}
	if _, _, err := kx.EncryptPremaster(zeros{}, &key.PublicKey, tls12, nil); err == nil {
		t.Error("a source of zeros yields padding")
	}
}

// rawDecrypt is RSA without padding, and so is rawEncrypt.
func rawDecrypt(key *rsa.PrivateKey, ciphertext []byte) []byte {
	m := new(big.Int).SetBytes(ciphertext)
	return m.Exp(m, key.D, key.N).FillBytes(make([]byte, key.Size()))
}

func rawEncrypt(key *rsa.PublicKey, block []byte) []byte {
	m := new(big.Int).SetBytes(block)
	return m.Exp(m, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
}

// If anything is wrong, DecryptPremaster returns random bytes that it read before decrypting (RFC
// 5246 §7.4.7.1).
func TestABadPremasterIsReplacedByARandomOne(t *testing.T) {
	key := rsaKey(t)
	random := make([]byte, kx.PremasterSize)
	io.ReadFull(seeded(9), random)
	good := func() []byte {
		block := bytes.Repeat([]byte{7}, 256)
		block[0], block[1] = 0, 2
		block[207], block[208], block[209] = 0, 3, 3
		return block
	}
	if got, _ := kx.DecryptPremaster(seeded(9), key, tls12, rawEncrypt(&key.PublicKey, good()), nil); !bytes.Equal(got, good()[208:]) {
		t.Fatalf("a good block yields %x", got)
	}
	for name, change := range map[string]func([]byte){
		"first byte":                           func(b []byte) { b[0] = 1 },
		"block type":                           func(b []byte) { b[1] = 1 },
		"zero in the padding":                  func(b []byte) { b[100] = 0 },
		"zero in the first 8 bytes of padding": func(b []byte) { b[5] = 0 },
		"no zero after the padding":            func(b []byte) { b[207] = 7 },
		"premaster secret of 47 bytes":         func(b []byte) { b[207], b[208] = 7, 0 },
		"version":                              func(b []byte) { b[209] = 1 },
	} {
		block := good()
		change(block)
		got, err := kx.DecryptPremaster(seeded(9), key, tls12, rawEncrypt(&key.PublicKey, block), nil)
		if err != nil || !bytes.Equal(got, random) {
			t.Errorf("%s: premaster secret %x, %v; want the random one", name, got, err)
		}
	}
	for name, ciphertext := range map[string][]byte{
		"nothing":           nil,
		"too short":         make([]byte, 255),
		"too long":          make([]byte, 257),
		"above the modulus": bytes.Repeat([]byte{255}, 256),
	} {
		got, err := kx.DecryptPremaster(seeded(9), key, tls12, ciphertext, nil)
		if err != nil || !bytes.Equal(got, random) {
			t.Errorf("%s: premaster secret %x, %v; want the random one", name, got, err)
		}
	}
}

func TestUnusableKeysAreErrors(t *testing.T) {
	for name, key := range map[string]*rsa.PublicKey{
		"modulus of 48 bytes": {N: new(big.Int).SetBit(big.NewInt(1), 383, 1), E: 65537},
		"exponent 1":          {N: rsaKey(t).N, E: 1},
		"even modulus":        {N: new(big.Int).SetBit(big.NewInt(2), 2047, 1), E: 65537},
	} {
		if _, _, err := kx.EncryptPremaster(seeded(1), key, tls12, nil); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestRSAOperationsAreReported(t *testing.T) {
	key := rsaKey(t)
	var got []string
	count := op.Counter(func(o op.Op) { got = append(got, o.String()) })
	_, ciphertext, _ := kx.EncryptPremaster(seeded(1), &key.PublicKey, tls12, count)
	kx.DecryptPremaster(seeded(1), key, tls12, ciphertext, count)
	if want := []string{"encrypt rsa2048", "decrypt rsa2048"}; !slices.Equal(got, want) {
		t.Errorf("reports %q, want %q", got, want)
	}
}
