package engine

import "fmt"

// A Kind is the kind of handshake that a connection made.
type Kind uint8

// The kinds of handshake.
const (
	Full    Kind = iota + 1 // certificates and a signature, or RSA key exchange
	Resumed                 // from an earlier connection's secret
)

var kindNames = [...]string{"none", "full", "resumed"}

// String returns "full" or "resumed", or "none" before it is decided.
func (k Kind) String() string { return nameOf(kindNames[:], k) }

// A Resumption is a way in which a session is resumed.
type Resumption uint8

// The ways to resume. Session IDs and tickets belong to TLS 1.2, the others
// to TLS 1.3.
const (
	SessionID Resumption = iota + 1 // the server's cache, RFC 5246 §7.3
	Ticket                          // state sealed for the client to keep, RFC 5077
	PSKDHE                          // psk_dhe_ke: a PSK with a fresh (EC)DHE, RFC 9846 §4.3.9
	PSK                             // psk_ke: a PSK alone, without forward secrecy
)

var resumptionNames = [...]string{"none", "session-id", "ticket", "psk-dhe", "psk"}

// String returns the way's name: session-id, ticket, psk-dhe or psk; "none"
// for a full handshake.
func (r Resumption) String() string { return nameOf(resumptionNames[:], r) }

// ParseResumption reads a way's name.
func ParseResumption(s string) (Resumption, error) {
	for r, name := range resumptionNames {
		if name == s && r != 0 {
			return Resumption(r), nil
		}
	}
	return 0, fmt.Errorf("unknown way of resumption %q", s)
}
