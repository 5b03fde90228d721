package kx_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/mlkem"
	cryptorand "crypto/rand"
	"errors"
	"testing"

	"tlslab/engine/kx"
)

// A decapsulator is a key of crypto/mlkem in either size.
type decapsulator interface {
	Decapsulate([]byte) ([]byte, error)
}

// Each hybrid of draft-ietf-tls-ecdhe-mlkem, written with crypto/ecdh and crypto/mlkem.
var hybridForms = []struct {
	name        string
	curve       ecdh.Curve
	point       int
	kemFirst    bool
	keys        func(seed []byte) (decapsulator, []byte)
	encapsulate func(key []byte) (secret, ciphertext []byte, err error)
}{
	{"x25519mlkem768", ecdh.X25519(), 32, true, keys768, encapsulate768},
	{"secp256r1mlkem768", ecdh.P256(), 65, false, keys768, encapsulate768},
	{"secp384r1mlkem1024", ecdh.P384(), 97, false, keys1024, encapsulate1024},
}

func keys768(seed []byte) (decapsulator, []byte) {
	key, _ := mlkem.NewDecapsulationKey768(seed)
	return key, key.EncapsulationKey().Bytes()
}

func keys1024(seed []byte) (decapsulator, []byte) {
	key, _ := mlkem.NewDecapsulationKey1024(seed)
	return key, key.EncapsulationKey().Bytes()
}

func encapsulate768(raw []byte) (secret, ciphertext []byte, err error) {
	key, err := mlkem.NewEncapsulationKey768(raw)
	if err != nil {
		return nil, nil, err
	}
	secret, ciphertext = key.Encapsulate()
	return secret, ciphertext, nil
}

func encapsulate1024(raw []byte) (secret, ciphertext []byte, err error) {
	key, err := mlkem.NewEncapsulationKey1024(raw)
	if err != nil {
		return nil, nil, err
	}
	secret, ciphertext = key.Encapsulate()
	return secret, ciphertext, nil
}

// order puts the parts of a hybrid's share or secret into the order of the hybrid.
func order(kemFirst bool, curve, kem []byte) []byte {
	if kemFirst {
		return append(append([]byte{}, kem...), curve...)
	}
	return append(append([]byte{}, curve...), kem...)
}

func TestHybridsRespondToGoPackages(t *testing.T) {
	for _, f := range hybridForms {
		point, err := f.curve.GenerateKey(cryptorand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		seed := bytes.Repeat([]byte{7}, mlkem.SeedSize)
		key, public := f.keys(seed)
		share := order(f.kemFirst, point.PublicKey().Bytes(), public)
		reply, secret, err := kx.ByName(f.name).Respond(seeded(1), share, nil)
		if err != nil {
			t.Fatal(err)
		}
		theirs, ciphertext := reply[:f.point], reply[f.point:]
		if f.kemFirst {
			theirs, ciphertext = reply[len(reply)-f.point:], reply[:len(reply)-f.point]
		}
		peer, err := f.curve.NewPublicKey(theirs)
		if err != nil {
			t.Fatal(err)
		}
		shared, err := point.ECDH(peer)
		if err != nil {
			t.Fatal(err)
		}
		encapsulated, err := key.Decapsulate(ciphertext)
		if err != nil {
			t.Fatal(err)
		}
		if want := order(f.kemFirst, shared, encapsulated); !bytes.Equal(secret, want) {
			t.Errorf("%s: secret %x, Go's packages compute %x", f.name, secret, want)
		}
	}
}

func TestGoPackagesRespondToHybrids(t *testing.T) {
	for _, f := range hybridForms {
		group := kx.ByName(f.name)
		key, err := group.Generate(seeded(1), nil)
		if err != nil {
			t.Fatal(err)
		}
		theirs, public := key.Share()[:f.point], key.Share()[f.point:]
		if f.kemFirst {
			theirs, public = key.Share()[group.ShareSize-f.point:], key.Share()[:group.ShareSize-f.point]
		}
		encapsulated, ciphertext, err := f.encapsulate(public)
		if err != nil {
			t.Fatal(err)
		}
		point, _ := f.curve.GenerateKey(cryptorand.Reader)
		peer, err := f.curve.NewPublicKey(theirs)
		if err != nil {
			t.Fatal(err)
		}
		shared, _ := point.ECDH(peer)
		secret, err := key.Agree(order(f.kemFirst, point.PublicKey().Bytes(), ciphertext), nil)
		if want := order(f.kemFirst, shared, encapsulated); err != nil || !bytes.Equal(secret, want) {
			t.Errorf("%s: secret %x, %v; Go's packages compute %x", f.name, secret, err, want)
		}
	}
}

// The seed is d and z of FIPS 203 §7.1.
func TestKEMKeysFollowFromTheirSeed(t *testing.T) {
	seed := make([]byte, mlkem.SeedSize)
	seeded(3).Read(seed)
	_, want768 := keys768(seed)
	_, want1024 := keys1024(seed)
	for i, want := range [][]byte{want768, want1024} {
		k := kx.KEMs()[i]
		key, err := k.Generate(bytes.NewReader(seed), nil)
		if err != nil || !bytes.Equal(key.Public(), want) {
			t.Errorf("%s: the key is not that of crypto/mlkem, %v", k.Name, err)
		}
	}
}

// Either part of a hybrid's share can be bad: a point that is not on the curve, or a key with a
// coefficient not below the modulus (FIPS 203 §7.2).
func TestBadPartsOfAHybridAreRefused(t *testing.T) {
	for _, f := range hybridForms {
		group := kx.ByName(f.name)
		key, _ := group.Generate(seeded(1), nil)
		reply, _, _ := group.Respond(seeded(2), key.Share(), nil)
		for _, part := range []string{"point", "kem"} {
			inPoint := part == "point"
			share, answer := bytes.Clone(key.Share()), bytes.Clone(reply)
			for _, b := range [][]byte{share, answer} {
				at := order(f.kemFirst, bytes.Repeat([]byte{1}, f.point), make([]byte, len(b)-f.point))
				for i := range b {
					if at[i] == 1 == inPoint {
						b[i] = 0
						if !inPoint {
							b[i] = 0xff
						}
					}
				}
			}
			if _, _, err := group.Respond(seeded(2), share, nil); !errors.Is(err, kx.ErrBadShare) {
				t.Errorf("%s: Respond to a bad %s: %v", f.name, part, err)
			}
			if _, err := key.Agree(answer, nil); inPoint != errors.Is(err, kx.ErrBadShare) {
				t.Errorf("%s: Agree with a bad %s in the reply: %v", f.name, part, err)
			}
		}
		for _, n := range []int{0, 1, f.point, group.ShareSize - 1, group.ShareSize + 1} {
			if _, _, err := group.Respond(seeded(2), make([]byte, n), nil); !errors.Is(err, kx.ErrBadShare) {
				t.Errorf("%s responds to %d bytes: %v", f.name, n, err)
			}
			if n != group.ResponseSize {
				if _, err := key.Agree(make([]byte, n), nil); !errors.Is(err, kx.ErrBadShare) {
					t.Errorf("%s agrees with %d bytes: %v", f.name, n, err)
				}
			}
		}
	}
}
