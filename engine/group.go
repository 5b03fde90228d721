package engine

import (
	"fmt"

	"tlslab/engine/kx"
)

// A Group is a NamedGroup code point (RFC 9846 §4.3.7).
type Group uint16

// The groups.
const (
	P256   = Group(kx.P256)
	P384   = Group(kx.P384)
	P521   = Group(kx.P521)
	X25519 = Group(kx.X25519)

	FFDHE2048 = Group(kx.FFDHE2048)
	FFDHE3072 = Group(kx.FFDHE3072)
	FFDHE4096 = Group(kx.FFDHE4096)

	X25519MLKEM768     = Group(kx.X25519MLKEM768)
	SecP256r1MLKEM768  = Group(kx.SecP256r1MLKEM768)
	SecP384r1MLKEM1024 = Group(kx.SecP384r1MLKEM1024)
)

// String returns the group's name as package kx has it, "none" for 0, or "group 0x1234" if kx does
// not have the group.
func (g Group) String() string {
	if g == 0 {
		return "none"
	}
	if row := g.row(); row != nil {
		return row.Name
	}
	return fmt.Sprintf("group 0x%04x", uint16(g))
}

// ParseGroup reads a group's name as package kx has it: "x25519". Any other text is an error.
func ParseGroup(s string) (Group, error) {
	if row := kx.ByName(s); row != nil {
		return Group(row.ID), nil
	}
	return 0, fmt.Errorf("unknown group %q", s)
}

// family returns the family of the group; 0 if package kx does not have the group.
func (g Group) family() kx.Family {
	if row := g.row(); row != nil {
		return row.Family
	}
	return 0
}

const numFamilies = kx.Hybrid + 1

// row returns package kx's row of the group; nil if it has none.
func (g Group) row() *kx.Group { return kx.ByID(uint16(g)) }
