package kx

import (
	"errors"
	"fmt"
	"io"

	"tlslab/engine/op"
)

// ErrBadShare is wrapped by errors that the peer's share causes: a wrong length, a point that is
// not on the curve, an all-zero secret. The alert is illegal_parameter (RFC 9846 §4.3.8).
var ErrBadShare = errors.New("bad key share")

// Group identifiers (IANA "TLS Supported Groups").
const (
	P256   uint16 = 0x0017
	P384   uint16 = 0x0018
	P521   uint16 = 0x0019
	X25519 uint16 = 0x001d

	FFDHE2048 uint16 = 0x0100
	FFDHE3072 uint16 = 0x0101
	FFDHE4096 uint16 = 0x0102

	SecP256r1MLKEM768  uint16 = 0x11eb
	X25519MLKEM768     uint16 = 0x11ec
	SecP384r1MLKEM1024 uint16 = 0x11ed
)

// A Family is a kind of group. It decides which versions and cipher suites may use the group.
type Family uint8

// The families.
const (
	Curve  Family = iota + 1 // an elliptic curve: TLS 1.3, and ECDHE suites up to TLS 1.2
	Field                    // a finite field (RFC 7919): TLS 1.3, and DHE suites up to TLS 1.2
	Hybrid                   // a curve and a KEM: TLS 1.3 only
)

// A Group is a group of ephemeral key exchange (RFC 9846 §4.3.7). Sizes are in bytes.
type Group struct {
	ID           uint16 // NamedGroup codepoint
	Name         string // "x25519", "p256": in scenarios and, except for hybrids, in op.Op.Alg
	Family       Family
	ShareSize    int    // of the initiator's share
	ResponseSize int    // of the responder's share
	SecretSize   int    // of the shared secret
	Provider     string // of the primitive, for cost tables: "crypto/ecdh"

	// respond is the responder's side if it differs from generate and agree; otherwise nil.
	generate func(rand io.Reader, count op.Counter) (private, error)
	respond  func(rand io.Reader, peer []byte, count op.Counter) (share, secret []byte, err error)
	field    *field
}

// A private is the initiator's private key.
type private interface {
	share() []byte
	agree(peer []byte, count op.Counter) ([]byte, error)
}

var groups = [...]Group{
	{ID: X25519, Name: "x25519", Family: Curve, ShareSize: 32, ResponseSize: 32, SecretSize: 32, Provider: "edwards25519 and circl", generate: generateX25519},
	{ID: P256, Name: "p256", Family: Curve, ShareSize: 65, ResponseSize: 65, SecretSize: 32, Provider: "crypto/ecdh", generate: generateP256},
	{ID: P384, Name: "p384", Family: Curve, ShareSize: 97, ResponseSize: 97, SecretSize: 48, Provider: "crypto/ecdh", generate: generateP384},
	{ID: P521, Name: "p521", Family: Curve, ShareSize: 133, ResponseSize: 133, SecretSize: 66, Provider: "crypto/ecdh", generate: generateP521},

	{ID: FFDHE2048, Name: "ffdhe2048", Family: Field, ShareSize: 256, ResponseSize: 256, SecretSize: 256, Provider: "math/big", generate: ffdhe2048.generate, field: ffdhe2048},
	{ID: FFDHE3072, Name: "ffdhe3072", Family: Field, ShareSize: 384, ResponseSize: 384, SecretSize: 384, Provider: "math/big", generate: ffdhe3072.generate, field: ffdhe3072},
	{ID: FFDHE4096, Name: "ffdhe4096", Family: Field, ShareSize: 512, ResponseSize: 512, SecretSize: 512, Provider: "math/big", generate: ffdhe4096.generate, field: ffdhe4096},

	{ID: X25519MLKEM768, Name: "x25519mlkem768", Family: Hybrid, ShareSize: 1216, ResponseSize: 1120, SecretSize: 64, Provider: "edwards25519 and circl",
		generate: x25519MLKEM768.generate, respond: x25519MLKEM768.respond},
	{ID: SecP256r1MLKEM768, Name: "secp256r1mlkem768", Family: Hybrid, ShareSize: 1249, ResponseSize: 1153, SecretSize: 64, Provider: "crypto/ecdh and circl",
		generate: secP256r1MLKEM768.generate, respond: secP256r1MLKEM768.respond},
	{ID: SecP384r1MLKEM1024, Name: "secp384r1mlkem1024", Family: Hybrid, ShareSize: 1665, ResponseSize: 1665, SecretSize: 80, Provider: "crypto/ecdh and circl",
		generate: secP384r1MLKEM1024.generate, respond: secP384r1MLKEM1024.respond},
}

// Groups lists all groups in order of preference.
func Groups() []*Group {
	all := make([]*Group, len(groups))
	for i := range groups {
		all[i] = &groups[i]
	}
	return all
}

// ByID returns the group with a codepoint; nil if the codepoint is unknown.
func ByID(id uint16) *Group {
	for i := range groups {
		if groups[i].ID == id {
			return &groups[i]
		}
	}
	return nil
}

// ByName returns the group with a name such as "x25519"; nil if the name is unknown.
func ByName(name string) *Group {
	for i := range groups {
		if groups[i].Name == name {
			return &groups[i]
		}
	}
	return nil
}

// A Key is the initiator's key pair.
type Key struct {
	group   *Group
	private private
}

// Generate makes the initiator's key pair. It returns an error only if rand does, or yields no
// valid key.
func (g *Group) Generate(rand io.Reader, count op.Counter) (*Key, error) {
	p, err := g.generate(rand, count)
	if err != nil {
		return nil, fmt.Errorf("generate %s key: %w", g.Name, err)
	}
	return &Key{group: g, private: p}, nil
}

// Group returns the key's group.
func (k *Key) Group() *Group { return k.group }

// Share returns the initiator's share: Group().ShareSize bytes, which the caller must not modify.
func (k *Key) Share() []byte { return k.private.share() }

// Agree computes the shared secret from the responder's share. The secret is valid until the key's
// next Agree. The error wraps ErrBadShare.
func (k *Key) Agree(peer []byte, count op.Counter) ([]byte, error) {
	g := k.group
	if len(peer) != g.ResponseSize {
		return nil, fmt.Errorf("%w: %s share of %d bytes, want %d", ErrBadShare, g.Name, len(peer), g.ResponseSize)
	}
	secret, err := k.private.agree(peer, count)
	if err != nil {
		return nil, fmt.Errorf("agree %s: %w", g.Name, err)
	}
	return secret, nil
}

// Respond is the responder's side: from the initiator's share it makes the responder's share and
// the shared secret. The error wraps ErrBadShare, or is the error of rand.
func (g *Group) Respond(rand io.Reader, peer []byte, count op.Counter) (share, secret []byte, err error) {
	if len(peer) != g.ShareSize {
		return nil, nil, fmt.Errorf("%w: %s share of %d bytes, want %d", ErrBadShare, g.Name, len(peer), g.ShareSize)
	}
	if g.respond != nil {
		if share, secret, err = g.respond(rand, peer, count); err != nil {
			return nil, nil, fmt.Errorf("respond %s: %w", g.Name, err)
		}
		return share, secret, nil
	}
	k, err := g.Generate(rand, count)
	if err != nil {
		return nil, nil, err
	}
	secret, err = k.Agree(peer, count)
	if err != nil {
		return nil, nil, err
	}
	return k.Share(), secret, nil
}
