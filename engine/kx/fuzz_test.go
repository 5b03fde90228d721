package kx_test

import (
	"bytes"
	"errors"
	"testing"

	"tlslab/engine/kx"
)

// Respond returns a share and a secret of the right sizes, or ErrBadShare.
func FuzzRespond(f *testing.F) {
	for i, g := range kx.Groups() {
		key, err := g.Generate(seeded(1), nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), key.Share())
		f.Add(uint8(i), key.Share()[1:])
		f.Add(uint8(i), make([]byte, g.ShareSize))
	}
	f.Fuzz(func(t *testing.T, group uint8, share []byte) {
		g := kx.Groups()[int(group)%len(kx.Groups())]
		reply, secret, err := g.Respond(seeded(2), share, nil)
		if err != nil {
			if !errors.Is(err, kx.ErrBadShare) {
				t.Errorf("%s: %v", g.Name, err)
			}
			return
		}
		if len(share) != g.ShareSize || len(reply) != g.ResponseSize || len(secret) != g.SecretSize {
			t.Errorf("%s: initiator's share of %d bytes, responder's of %d, secret of %d", g.Name, len(share), len(reply), len(secret))
		}
	})
}

// Agree returns a secret of the right size or ErrBadShare, and the key can be used again.
func FuzzAgree(f *testing.F) {
	for i, g := range kx.Groups() {
		key, err := g.Generate(seeded(1), nil)
		if err != nil {
			f.Fatal(err)
		}
		reply, _, err := g.Respond(seeded(2), key.Share(), nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), reply)
		f.Add(uint8(i), reply[:len(reply)-1])
	}
	f.Fuzz(func(t *testing.T, group uint8, reply []byte) {
		g := kx.Groups()[int(group)%len(kx.Groups())]
		key, err := g.Generate(seeded(1), nil)
		if err != nil {
			t.Fatal(err)
		}
		secret, err := key.Agree(reply, nil)
		if err != nil && !errors.Is(err, kx.ErrBadShare) || err == nil && len(secret) != g.SecretSize {
			t.Errorf("%s: a secret of %d bytes, %v", g.Name, len(secret), err)
		}
		honest, secret, err := g.Respond(seeded(2), key.Share(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := key.Agree(honest, nil); err != nil || !bytes.Equal(again, secret) {
			t.Errorf("%s after a fuzzed share: %v", g.Name, err)
		}
	})
}

// DecryptPremaster returns a premaster secret and no error for every ciphertext.
func FuzzDecryptPremaster(f *testing.F) {
	key := rsaKey(f)
	_, good, err := kx.EncryptPremaster(seeded(1), &key.PublicKey, 0x0303, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, uint16(0x0303))
	f.Add(good[1:], uint16(0x0303))
	f.Add(append(bytes.Clone(good), 0), uint16(0x0301))
	f.Fuzz(func(t *testing.T, ciphertext []byte, offered uint16) {
		premaster, err := kx.DecryptPremaster(seeded(2), key, offered, ciphertext, nil)
		if err != nil || len(premaster) != kx.PremasterSize {
			t.Errorf("%d bytes, %v", len(premaster), err)
		}
	})
}
