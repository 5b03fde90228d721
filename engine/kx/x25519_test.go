package kx

import (
	"bytes"
	"crypto/ecdh"
	"math/rand/v2"
	"testing"
)

// edwards25519 computes the share and circl the secret. crypto/ecdh must compute the same.
func TestX25519SharesAndSecretsAreThoseOfCryptoECDH(t *testing.T) {
	source := rand.NewChaCha8([32]byte{25})
	for range 200 {
		ours, err := generateX25519(source, nil)
		if err != nil {
			t.Fatal(err)
		}
		k := ours.(*x25519Key)
		theirs, err := ecdh.X25519().NewPrivateKey(k.secret[:])
		if err != nil {
			t.Fatal(err)
		}
		if want := theirs.PublicKey().Bytes(); !bytes.Equal(ours.share(), want) {
			t.Fatalf("secret %x: share %x, want %x", k.secret, ours.share(), want)
		}
		peer, err := generateX25519(source, nil)
		if err != nil {
			t.Fatal(err)
		}
		public, err := ecdh.X25519().NewPublicKey(peer.share())
		if err != nil {
			t.Fatal(err)
		}
		want, err := theirs.ECDH(public)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ours.agree(peer.share(), nil); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("secret %x, %v; want %x", got, err, want)
		}
	}
}
