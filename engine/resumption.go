package engine

import "fmt"

// A Kind is the kind of handshake.
type Kind uint8

// The kinds of handshake.
const (
	Full    Kind = iota + 1 // authenticated by certificates
	Resumed                 // from the secret of an earlier connection
)

var kindNames = [...]string{"none", "full", "resumed"}

// String returns "full" or "resumed"; "none" before it is decided.
func (k Kind) String() string { return nameOf(kindNames[:], k) }

// A Resumption is a mechanism that resumes a session.
type Resumption uint8

// The mechanisms: session IDs and tickets up to TLS 1.2, the others in TLS 1.3.
const (
	SessionID Resumption = iota + 1 // the server caches the session (RFC 5246 §7.3)
	Ticket                          // the client keeps the sealed session (RFC 5077)
	PSKDHE                          // psk_dhe_ke: PSK with (EC)DHE (RFC 9846 §4.3.9)
	PSK                             // psk_ke: PSK alone, without forward secrecy
)

var resumptionNames = [...]string{"none", "session-id", "ticket", "psk-dhe", "psk"}

// String returns "session-id", "ticket", "psk-dhe" or "psk"; "none" for 0.
func (r Resumption) String() string { return nameOf(resumptionNames[:], r) }

// ParseResumption reads "session-id", "ticket", "psk-dhe" or "psk". Any other text is an error.
func ParseResumption(s string) (Resumption, error) {
	for r, name := range resumptionNames {
		if name == s && r != 0 {
			return Resumption(r), nil
		}
	}
	return 0, fmt.Errorf("unknown resumption mechanism %q", s)
}
