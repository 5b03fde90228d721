package kx_test

import (
	"bytes"
	"math/big"
	"strings"
	"testing"

	"tlslab/engine/kx"
)

// The computed primes begin and end as RFC 7919 prints them, and they are safe primes: (p-1)/2 is
// prime.
func TestPrimesAreThoseOfRFC7919(t *testing.T) {
	const top = "FFFFFFFFFFFFFFFFADF85458A2BB4A9AAFDC5620273D3CF1"
	for name, bottom := range map[string]string{
		"ffdhe2048": "886B423861285C97FFFFFFFFFFFFFFFF",
		"ffdhe3072": "25E41D2B66C62E37FFFFFFFFFFFFFFFF",
		"ffdhe4096": "C68A007E5E655F6AFFFFFFFFFFFFFFFF",
	} {
		group := kx.ByName(name)
		p := new(big.Int).SetBytes(group.Prime())
		text := strings.ToUpper(p.Text(16))
		if !strings.HasPrefix(text, top) || !strings.HasSuffix(text, bottom) || len(text) != 2*group.ShareSize {
			t.Errorf("%s: p is %s", name, text)
		}
		half := new(big.Int).Rsh(p, 1)
		if !p.ProbablyPrime(1) || !half.ProbablyPrime(1) {
			t.Errorf("%s: p or (p-1)/2 is not prime", name)
		}
		if !bytes.Equal(group.Generator(), []byte{2}) {
			t.Errorf("%s: generator %x", name, group.Generator())
		}
	}
	if group := kx.ByName("x25519"); group.Prime() != nil || group.Generator() != nil {
		t.Error("a curve has a prime or a generator")
	}
}

// With known exponents a and b, the shares are 2^a and 2^b and both secrets are 2^(ab).
func TestFFDHESharesAndSecretsArePowersOfTwo(t *testing.T) {
	for name, size := range map[string]int{"ffdhe2048": 29, "ffdhe3072": 35, "ffdhe4096": 41} {
		group := kx.ByName(name)
		a, b := big.NewInt(40), big.NewInt(70)
		draw := func(x *big.Int) *bytes.Reader { return bytes.NewReader(x.FillBytes(make([]byte, size))) }
		power := func(x *big.Int) []byte {
			y := new(big.Int).Exp(big.NewInt(2), x, new(big.Int).SetBytes(group.Prime()))
			return y.FillBytes(make([]byte, group.ShareSize))
		}
		key, err := group.Generate(draw(a), nil)
		if err != nil || !bytes.Equal(key.Share(), power(a)) {
			t.Errorf("%s: share %x, %v", name, key.Share(), err)
		}
		reply, secret, err := group.Respond(draw(b), key.Share(), nil)
		if err != nil || !bytes.Equal(reply, power(b)) || !bytes.Equal(secret, power(new(big.Int).Mul(a, b))) {
			t.Errorf("%s: reply %x, secret %x, %v", name, reply, secret, err)
		}
		if agreed, err := key.Agree(reply, nil); err != nil || !bytes.Equal(agreed, secret) {
			t.Errorf("%s: secret %x, %v", name, agreed, err)
		}
		if _, err := group.Generate(zeros{}, nil); err == nil {
			t.Errorf("%s: a source of zeros yields a key", name)
		}
	}
}
