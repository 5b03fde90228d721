package kx

import (
	"errors"
	"fmt"
	"io"

	"tlslab/engine/op"
)

// ErrBadShare says that a peer's share, or RSA-encrypted premaster, is not one:
// a wrong length, a point off the curve, an all-zero secret. It is an
// illegal_parameter (RFC 9846 §4.3.8).
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

// A Family is what a group is built on, which decides where it may be used.
type Family uint8

// The families.
const (
	Curve  Family = iota + 1 // an elliptic curve: ECDHE suites and TLS 1.3
	Field                    // a prime field (RFC 7919): DHE suites and TLS 1.3
	Hybrid                   // a curve and a KEM: TLS 1.3 alone
)

// A Group is one row of the table of ephemeral key exchanges.
type Group struct {
	ID       uint16
	Name     string // "x25519", "p256": its name in scenarios and, but for hybrids, in operations
	Family   Family
	Share    int    // bytes of the first speaker's share
	Reply    int    // bytes of the second speaker's share
	Secret   int    // bytes of the shared secret
	Provider string // where the primitive comes from, for cost tables

	// respond is for those whose second speaker does something else than
	// the first.
	generate func(rand io.Reader, count op.Counter) (private, error)
	respond  func(rand io.Reader, peer []byte, count op.Counter) (reply, secret []byte, err error)
	field    *field
}

// private is the side of a row that remembers its secret.
type private interface {
	share() []byte
	agree(peer []byte, count op.Counter) ([]byte, error)
}

var groups = [...]Group{
	{ID: X25519, Name: "x25519", Family: Curve, Share: 32, Reply: 32, Secret: 32, Provider: "edwards25519 and circl", generate: generateX25519},
	{ID: P256, Name: "p256", Family: Curve, Share: 65, Reply: 65, Secret: 32, Provider: "crypto/ecdh", generate: generateP256},
	{ID: P384, Name: "p384", Family: Curve, Share: 97, Reply: 97, Secret: 48, Provider: "crypto/ecdh", generate: generateP384},
	{ID: P521, Name: "p521", Family: Curve, Share: 133, Reply: 133, Secret: 66, Provider: "crypto/ecdh", generate: generateP521},

	{ID: FFDHE2048, Name: "ffdhe2048", Family: Field, Share: 256, Reply: 256, Secret: 256, Provider: "math/big", generate: ffdhe2048.generate, field: ffdhe2048},
	{ID: FFDHE3072, Name: "ffdhe3072", Family: Field, Share: 384, Reply: 384, Secret: 384, Provider: "math/big", generate: ffdhe3072.generate, field: ffdhe3072},
	{ID: FFDHE4096, Name: "ffdhe4096", Family: Field, Share: 512, Reply: 512, Secret: 512, Provider: "math/big", generate: ffdhe4096.generate, field: ffdhe4096},

	{ID: X25519MLKEM768, Name: "x25519mlkem768", Family: Hybrid, Share: 1216, Reply: 1120, Secret: 64, Provider: "edwards25519 and circl",
		generate: x25519MLKEM768.generate, respond: x25519MLKEM768.respond},
	{ID: SecP256r1MLKEM768, Name: "secp256r1mlkem768", Family: Hybrid, Share: 1249, Reply: 1153, Secret: 64, Provider: "crypto/ecdh and circl",
		generate: secP256r1MLKEM768.generate, respond: secP256r1MLKEM768.respond},
	{ID: SecP384r1MLKEM1024, Name: "secp384r1mlkem1024", Family: Hybrid, Share: 1665, Reply: 1665, Secret: 80, Provider: "crypto/ecdh and circl",
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

// ByID returns the group with a codepoint, nil if there is none.
func ByID(id uint16) *Group {
	for i := range groups {
		if groups[i].ID == id {
			return &groups[i]
		}
	}
	return nil
}

// ByName returns the group of a name such as "x25519", nil if there is none.
func ByName(name string) *Group {
	for i := range groups {
		if groups[i].Name == name {
			return &groups[i]
		}
	}
	return nil
}

// A Key is the first speaker's half of an exchange.
type Key struct {
	group   *Group
	private private
}

// Generate draws a key pair. It fails only if rand does.
func (g *Group) Generate(rand io.Reader, count op.Counter) (*Key, error) {
	p, err := g.generate(rand, count)
	if err != nil {
		return nil, fmt.Errorf("generate %s key: %w", g.Name, err)
	}
	return &Key{group: g, private: p}, nil
}

// Group returns the group the key belongs to.
func (k *Key) Group() *Group { return k.group }

// Share returns what is sent to the peer: Group().Share bytes, not to be
// modified.
func (k *Key) Share() []byte { return k.private.share() }

// Agree computes the secret shared with a peer's reply; it stays valid until the
// key's next Agree. An error that wraps ErrBadShare is the peer's fault.
func (k *Key) Agree(reply []byte, count op.Counter) ([]byte, error) {
	g := k.group
	if len(reply) != g.Reply {
		return nil, fmt.Errorf("%w: %s share of %d bytes, want %d", ErrBadShare, g.Name, len(reply), g.Reply)
	}
	secret, err := k.private.agree(reply, count)
	if err != nil {
		return nil, fmt.Errorf("agree %s: %w", g.Name, err)
	}
	return secret, nil
}

// Respond is the second speaker's whole part: from the first speaker's share it
// makes the reply to send and the secret shared by it. An error that wraps
// ErrBadShare is the peer's fault.
func (g *Group) Respond(rand io.Reader, peer []byte, count op.Counter) (reply, secret []byte, err error) {
	if len(peer) != g.Share {
		return nil, nil, fmt.Errorf("%w: %s share of %d bytes, want %d", ErrBadShare, g.Name, len(peer), g.Share)
	}
	if g.respond != nil {
		if reply, secret, err = g.respond(rand, peer, count); err != nil {
			return nil, nil, fmt.Errorf("respond %s: %w", g.Name, err)
		}
		return reply, secret, nil
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
