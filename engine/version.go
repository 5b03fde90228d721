package engine

import "fmt"

// A Version is a protocol version as it is written on the wire.
type Version uint16

// The versions that are spoken.
const (
	TLS10 Version = 0x0301 // RFC 2246
	TLS11 Version = 0x0302 // RFC 4346
	TLS12 Version = 0x0303 // RFC 5246
	TLS13 Version = 0x0304 // RFC 9846
)

var versionNames = map[Version]string{TLS10: "1.0", TLS11: "1.1", TLS12: "1.2", TLS13: "1.3"}

// String returns the version's number, "1.3".
func (v Version) String() string {
	if name, ok := versionNames[v]; ok {
		return name
	}
	return fmt.Sprintf("0x%04x", uint16(v))
}

// ParseVersion reads a version's number, "1.0" to "1.3".
func ParseVersion(s string) (Version, error) {
	for v, name := range versionNames {
		if name == s {
			return v, nil
		}
	}
	return 0, fmt.Errorf("unknown TLS version %q", s)
}
