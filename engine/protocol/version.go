package protocol

import "fmt"

// A Version is a protocol version as it is written on the wire (ProtocolVersion).
type Version uint16

// The versions that the engine speaks.
const (
	SSL30 Version = 0x0300 // RFC 6101
	TLS10 Version = 0x0301 // RFC 2246
	TLS11 Version = 0x0302 // RFC 4346
	TLS12 Version = 0x0303 // RFC 5246
	TLS13 Version = 0x0304 // RFC 9846
)

var versionNames = map[Version]string{SSL30: "ssl3.0", TLS10: "1.0", TLS11: "1.1", TLS12: "1.2", TLS13: "1.3"}

// String returns the name that ParseVersion reads: "ssl3.0", or "1.0" to "1.3"; for any other
// version the number in hexadecimal, such as "0x0305".
func (v Version) String() string {
	if name, ok := versionNames[v]; ok {
		return name
	}
	return fmt.Sprintf("0x%04x", uint16(v))
}

// ParseVersion reads "ssl3.0" or "1.0" to "1.3". Any other text is an error.
func ParseVersion(s string) (Version, error) {
	for v, name := range versionNames {
		if name == s {
			return v, nil
		}
	}
	return 0, fmt.Errorf("unknown TLS version %q", s)
}

// Title returns the version's name as a sentence writes it: "TLS 1.3" or "SSL 3.0".
func (v Version) Title() string {
	if v == SSL30 {
		return "SSL 3.0"
	}
	return "TLS " + v.String()
}
