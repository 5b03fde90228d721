package tlslab_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"math/big"
	"testing"

	"filippo.io/edwards25519"
	"github.com/cloudflare/circl/dh/x25519"
	"github.com/cloudflare/circl/kem/mlkem/mlkem768"
	"github.com/cloudflare/circl/sign"

	"tlslab/engine"
	"tlslab/engine/avx"
	"tlslab/engine/kx"
	"tlslab/engine/op"
	"tlslab/engine/record"
)

// barePeers perform only the cryptographic operations of a handshake. The operations are those that
// the engine reports for one handshake of the cell; a test compares their number with what the
// protocol needs. The primitives are the engine's, called directly.
type barePeers struct {
	client, server []func() error
}

func newBarePeers(cell handshakeCell) (peers, error) {
	id, err := identityOf(cell.key)
	if err != nil {
		return nil, err
	}
	client, server, err := operations(cell)
	if err != nil {
		return nil, err
	}
	p := &barePeers{}
	if p.client, err = bareOperations(id.key, client); err != nil {
		return nil, err
	}
	p.server, err = bareOperations(id.key, server)
	return p, err
}

func (p *barePeers) connect(t *sideTimes) error {
	t.start()
	err := runAll(p.client)
	t.lap(&t.client)
	err = errors.Join(err, runAll(p.server))
	t.lap(&t.server)
	return err
}

func runAll(operations []func() error) error {
	for _, do := range operations {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// operations returns the operations of one handshake, by side. A change of record keys, for which
// the engine sets up an AEAD, is among them as newKeys.
func operations(cell handshakeCell) (client, server []op.Op, err error) {
	p, err := newObservedPeers(cell)
	if err != nil {
		return nil, nil, err
	}
	if cell.resumed() {
		if err := p.connect(&sideTimes{}); err != nil {
			return nil, nil, err
		}
	}
	observe := func(list *[]op.Op) func(engine.Notice) {
		return func(n engine.Notice) {
			switch n.Kind {
			case engine.Operation:
				*list = append(*list, n.Op)
			case engine.KeyChange:
				*list = append(*list, newKeys)
			}
		}
	}
	p.client.Observe, p.server.Observe = observe(&client), observe(&server)
	return client, server, p.connect(&sideTimes{})
}

// newKeys stands for setting up the AEAD, which is the same in all cells.
var newKeys = op.Op{Kind: op.Seal, Alg: "aes-128-gcm"}

// bareOperations returns the functions that perform a list of operations.
func bareOperations(key crypto.Signer, list []op.Op) (all []func() error, err error) {
	for _, o := range list {
		var do func() error
		switch o.Kind {
		case op.KeyGen, op.Agree, op.Encapsulate, op.Decapsulate:
			do, err = bareKeyExchange(o)
		case op.Digest, op.Derive:
			do, err = bareHash(o)
		case op.Seal, op.Open:
			do, err = bareAEAD(o)
		default:
			do, err = bareAsymmetric(o, key)
		}
		if err != nil {
			return nil, fmt.Errorf("%v: %w", o, err)
		}
		all = append(all, do)
	}
	return all, nil
}

var errNoPrimitive = errors.New("no bare primitive for this operation")

func bareKeyExchange(o op.Op) (func() error, error) {
	switch o.Alg {
	case "x25519":
		return bareX25519(o)
	case "mlkem768":
		return bareMLKEM768(o)
	case "ffdhe2048":
		return bareFFDHE(o)
	}
	return nil, errNoPrimitive
}

func bareFFDHE(o op.Op) (func() error, error) {
	group := kx.ByName(o.Alg)
	p := new(big.Int).SetBytes(group.Prime())
	base := new(big.Int).SetBytes(group.Generator())
	draw := func() *big.Int {
		var exponent [(225 + 7) / 8]byte // 225 bits (RFC 7919 §A.1)
		rand.Read(exponent[:])
		return new(big.Int).SetBytes(exponent[:])
	}
	if o.Kind == op.KeyGen {
		return func() error { new(big.Int).Exp(base, draw(), p); return nil }, nil
	}
	x, y := draw(), new(big.Int).Exp(base, draw(), p)
	return func() error { new(big.Int).Exp(y, x, p); return nil }, nil
}

func bareMLKEM768(o op.Op) (func() error, error) {
	var seed [mlkem768.KeySeedSize]byte
	var encapsulation [mlkem768.EncapsulationSeedSize]byte
	var key [mlkem768.PublicKeySize]byte
	var ciphertext [mlkem768.CiphertextSize]byte
	var shared [mlkem768.SharedKeySize]byte
	var private *mlkem768.PrivateKey
	generate := func() error {
		rand.Read(seed[:])
		var public *mlkem768.PublicKey
		public, private = mlkem768.NewKeyFromSeed(seed[:])
		public.Pack(key[:])
		avx.ZeroUpper()
		return nil
	}
	encapsulate := func() error {
		rand.Read(encapsulation[:])
		var public mlkem768.PublicKey
		err := public.Unpack(key[:])
		if err == nil {
			public.EncapsulateTo(ciphertext[:], shared[:], encapsulation[:])
		}
		avx.ZeroUpper()
		return err
	}
	decapsulate := func() error { private.DecapsulateTo(shared[:], ciphertext[:]); avx.ZeroUpper(); return nil }
	does := map[op.Kind]func() error{op.KeyGen: generate, op.Encapsulate: encapsulate, op.Decapsulate: decapsulate}
	return does[o.Kind], errors.Join(generate(), encapsulate())
}

func bareX25519(o op.Op) (func() error, error) {
	var public, secret, shared x25519.Key
	generate := func() error {
		if _, err := rand.Read(secret[:]); err != nil {
			return err
		}
		scalar, err := edwards25519.NewScalar().SetBytesWithClamping(secret[:])
		if err != nil {
			return err
		}
		copy(public[:], new(edwards25519.Point).ScalarBaseMult(scalar).BytesMontgomery())
		return nil
	}
	if o.Kind == op.KeyGen {
		return generate, nil
	}
	return func() error {
		if !x25519.Shared(&shared, &secret, &public) {
			return errors.New("bad share")
		}
		return nil
	}, generate()
}

// bareHash returns a digest. An op.Derive is an HMAC (RFC 2104) over a message of the length of an
// HkdfLabel.
func bareHash(o op.Op) (func() error, error) {
	const message = 50
	sum, block, size := func(b []byte) { sha256.Sum256(b) }, sha256.BlockSize, sha256.Size
	switch o.Alg {
	case "sha256":
	case "sha384":
		sum, block, size = func(b []byte) { sha512.Sum384(b) }, sha512.BlockSize, sha512.Size384
	default:
		return nil, errNoPrimitive
	}
	if o.Kind == op.Digest {
		buf := make([]byte, o.Size)
		return func() error { sum(buf); return nil }, nil
	}
	inner, outer := make([]byte, block+message), make([]byte, block+size)
	return func() error { sum(inner); sum(outer); return nil }, nil
}

func bareAEAD(o op.Op) (func() error, error) {
	c := record.ByName(o.Alg)
	if c == nil {
		return nil, errNoPrimitive
	}
	key, nonce, extra := make([]byte, c.KeySize), make([]byte, record.NonceSize), make([]byte, record.HeaderSize)
	aead, err := c.AEAD(key)
	if err != nil {
		return nil, err
	}
	if o == newKeys {
		return func() error { _, err := c.AEAD(key); return err }, nil
	}
	plain := make([]byte, o.Size, o.Size+aead.Overhead())
	if o.Kind == op.Seal {
		return func() error { aead.Seal(plain[:0], nonce, plain, extra); return nil }, nil
	}
	sealed := aead.Seal(nil, nonce, plain, extra)
	return func() error { _, err := aead.Open(plain[:0], nonce, sealed, extra); return err }, nil
}

func bareAsymmetric(o op.Op, key crypto.Signer) (func() error, error) {
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		return bareECDSA(o, key)
	case *rsa.PrivateKey:
		return bareRSA(o, key)
	case sign.PrivateKey:
		return bareMLDSA(o, key)
	}
	return nil, errNoPrimitive
}

// bareMLDSA verifies with an encoded public key, as a certificate has it.
func bareMLDSA(o op.Op, key sign.PrivateKey) (func() error, error) {
	message := make([]byte, 130)
	signature := key.Scheme().Sign(key, message, nil)
	encoded, err := key.Public().(sign.PublicKey).MarshalBinary()
	counter := byte(0)
	switch o.Kind {
	case op.Sign:
		return func() error {
			defer avx.ZeroUpper()
			counter++ // the time of signing depends on the message
			message[0] = counter
			key.Scheme().Sign(key, message, nil)
			return nil
		}, err
	case op.Expand:
		return func() error {
			defer avx.ZeroUpper()
			_, err := key.Scheme().UnmarshalBinaryPublicKey(encoded)
			return err
		}, err
	case op.Verify:
		public := key.Public().(sign.PublicKey)
		return func() error {
			defer avx.ZeroUpper()
			if !key.Scheme().Verify(public, message, signature, nil) {
				return errors.New("bad signature")
			}
			return nil
		}, nil
	}
	return nil, errNoPrimitive
}

func bareECDSA(o op.Op, key *ecdsa.PrivateKey) (func() error, error) {
	digest := make([]byte, (key.Curve.Params().BitSize+7)/8)
	rand.Read(digest)
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest)
	switch o.Kind {
	case op.Sign:
		return func() error { _, err := ecdsa.SignASN1(rand.Reader, key, digest); return err }, err
	case op.Verify:
		return func() error {
			if !ecdsa.VerifyASN1(&key.PublicKey, digest, signature) {
				return errors.New("bad signature")
			}
			return nil
		}, err
	}
	return nil, errNoPrimitive
}

func bareRSA(o op.Op, key *rsa.PrivateKey) (func() error, error) {
	digest := make([]byte, sha256.Size)
	switch o.Kind {
	case op.Sign:
		return func() error { _, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest, nil); return err }, nil
	case op.Verify:
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest)
		return func() error { return rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest, signature) }, err
	case op.Encrypt, op.Decrypt:
		return bareRSAKeyExchange(o, key)
	}
	return nil, errNoPrimitive
}

// bareRSAKeyExchange uses PKCS #1 v1.5 encryption, which crypto/rsa deprecates and TLS 1.2
// prescribes.
func bareRSAKeyExchange(o op.Op, key *rsa.PrivateKey) (func() error, error) {
	secret := make([]byte, 48)
	encrypt := func() ([]byte, error) {
		//lint:ignore SA1019 RFC 5246 §7.4.7.1 asks for it.
		return rsa.EncryptPKCS1v15(rand.Reader, &key.PublicKey, secret)
	}
	if o.Kind == op.Encrypt {
		return func() error { _, err := encrypt(); return err }, nil
	}
	sealed, err := encrypt()
	return func() error {
		//lint:ignore SA1019 RFC 5246 §7.4.7.1 asks for it.
		return rsa.DecryptPKCS1v15SessionKey(rand.Reader, key, sealed, secret)
	}, err
}

// The bare operations must be exactly those that the protocol needs: more would flatter the engine.
func TestBareOperationsAreThoseOfTheProtocol(t *testing.T) {
	type counts map[op.Kind]int
	chain := 2 // signatures on leaf and intermediate
	for _, tt := range []struct {
		cell           handshakeCell
		client, server counts
	}{
		{handshakeCell{"full", "1.3", "ecdsa-p256", "x25519", ""},
			counts{op.KeyGen: 1, op.Agree: 1, op.Verify: chain + 1}, counts{op.KeyGen: 1, op.Agree: 1, op.Sign: 1}},
		{handshakeCell{"full", "1.2", "ecdsa-p256", "x25519", ""},
			counts{op.KeyGen: 1, op.Agree: 1, op.Verify: chain + 1}, counts{op.KeyGen: 1, op.Agree: 1, op.Sign: 1}},
		{handshakeCell{"full", "1.2", "rsa2048", "rsa", ""},
			counts{op.Encrypt: 1, op.Verify: chain}, counts{op.Decrypt: 1}},
		{handshakeCell{"resumed", "1.3", "ecdsa-p256", "x25519", ""},
			counts{op.KeyGen: 1, op.Agree: 1}, counts{op.KeyGen: 1, op.Agree: 1}},
		{handshakeCell{"resumed", "1.2", "ecdsa-p256", "x25519", ""}, counts{}, counts{}},
		{handshakeCell{"full", "1.2", "rsa2048", "ffdhe2048", ""},
			counts{op.KeyGen: 1, op.Agree: 1, op.Verify: chain + 1}, counts{op.KeyGen: 1, op.Agree: 1, op.Sign: 1}},
		{handshakeCell{"full", "1.3", "ecdsa-p256", "x25519mlkem768", ""},
			counts{op.KeyGen: 2, op.Agree: 1, op.Decapsulate: 1, op.Verify: chain + 1},
			counts{op.KeyGen: 1, op.Agree: 1, op.Encapsulate: 1, op.Sign: 1}},
		{handshakeCell{"client-auth", "1.3", "ecdsa-p256", "x25519", ""},
			counts{op.KeyGen: 1, op.Agree: 1, op.Verify: chain + 1, op.Sign: 1}, counts{op.KeyGen: 1, op.Agree: 1, op.Sign: 1, op.Verify: chain + 1}},
	} {
		client, server, err := operations(tt.cell)
		if err != nil {
			t.Errorf("%v: %v", tt.cell, err)
			continue
		}
		for side, pair := range map[string]struct {
			ops  []op.Op
			want counts
		}{"client": {client, tt.client}, "server": {server, tt.server}} {
			got := counts{}
			for _, o := range pair.ops {
				got[o.Kind]++
			}
			for _, kind := range []op.Kind{op.KeyGen, op.Agree, op.Sign, op.Verify, op.Encrypt, op.Decrypt, op.Encapsulate, op.Decapsulate} {
				if got[kind] != pair.want[kind] {
					t.Errorf("%v: the %s does %d of %v, want %d", tt.cell, side, got[kind], kind, pair.want[kind])
				}
			}
		}
	}
}
