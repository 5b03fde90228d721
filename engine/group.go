package engine

import "fmt"

// A Group is a NamedGroup (RFC 9846 §4.2.7).
type Group uint16

// The groups.
const (
	P256   Group = 23
	P384   Group = 24
	X25519 Group = 29
)

var groupNames = map[Group]string{X25519: "x25519", P256: "p256", P384: "p384"}

// defaultGroups is the order of preference where Config.Groups is nil.
var defaultGroups = []Group{X25519, P256, P384}

// String returns the group's name: x25519, p256, p384; "none" for 0.
func (g Group) String() string {
	if g == 0 {
		return "none"
	}
	if name, ok := groupNames[g]; ok {
		return name
	}
	return fmt.Sprintf("group 0x%04x", uint16(g))
}

// ParseGroup reads a group's name.
func ParseGroup(s string) (Group, error) {
	for g, name := range groupNames {
		if name == s {
			return g, nil
		}
	}
	return 0, fmt.Errorf("unknown group %q", s)
}
