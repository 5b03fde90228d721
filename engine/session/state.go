package session

import (
	"encoding/binary"
	"errors"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"tlslab/engine/pki"
	"tlslab/engine/protocol"
	"tlslab/engine/wire"
)

// A State is the state that a server needs to resume a session. The server seals it into a ticket
// or keeps it under a session ID. RFC 5077 §4 leaves the encoding to the server.
type State struct {
	Version     protocol.Version
	Suite       protocol.SuiteID
	Extended    bool   // extended master secret, RFC 7627
	Compression uint8  // CompressionMethod, 0 to 7
	Fragment    uint8  // code of max_fragment_length, 0 to 7; 0 is none
	Created     uint64 // seconds since 1970
	Secret      []byte // master secret, or TLS 1.3's PSK: 1 to 255 bytes
	ALPN        []byte // application protocol, at most 255 bytes
	ServerName  []byte

	EarlyData EarlyDataTerms

	// Peer is the client's certificate chain; empty if the client did not authenticate.
	// ToleratedFaults are the faults of that chain that the server tolerated, or pki.Unverified:
	// only faults within the first 8 bits are kept.
	Peer            wire.CertificateList
	ToleratedFaults pki.ChainFault
}

// EarlyDataTerms are the limits on early data under a ticket, and what the server needs to compute
// the ticket's age. The zero value belongs to tickets that allow no early data.
type EarlyDataTerms struct {
	MaxSize uint32 // max_early_data_size in bytes
	AgeAdd  uint32 // ticket_age_add, in milliseconds
	Millis  uint16 // milliseconds of State.Created, 0 to 999
}

// Bits of the byte after the suite: a flag, two numbers of three bits, and a second flag.
const (
	flagExtended     = 0x01
	shiftCompression = 1
	shiftFragment    = 4
	maskNumber       = 7
	flagEarlyData    = 0x80
)

var errMalformed = errors.New("malformed session state")

// Parse reads what Append has written. Slices of the result alias state. It fails if the bytes do
// not have the format that Append writes.
func (m *State) Parse(state []byte) error {
	in := cryptobyte.String(state)
	var faults, minor, flags uint8
	var suite uint16
	var secret, alpn, name cryptobyte.String
	ok := in.ReadUint8(&faults) && in.ReadUint8(&minor) && in.ReadUint16(&suite) && in.ReadUint8(&flags) &&
		in.ReadUint64(&m.Created) && in.ReadUint8LengthPrefixed(&secret) && len(secret) > 0 &&
		in.ReadUint8LengthPrefixed(&alpn) && in.ReadUint16LengthPrefixed(&name)
	if !ok {
		return errMalformed
	}
	m.ToleratedFaults, m.Version, m.Suite = pki.ChainFault(faults), 3<<8|protocol.Version(minor), protocol.SuiteID(suite)
	m.Extended = flags&flagExtended != 0
	m.Compression, m.Fragment = flags>>shiftCompression&maskNumber, flags>>shiftFragment&maskNumber
	m.Secret, m.ALPN, m.ServerName = secret, alpn, name
	m.EarlyData = EarlyDataTerms{}
	if flags&flagEarlyData != 0 {
		x := &m.EarlyData
		if !in.ReadUint32(&x.MaxSize) || !in.ReadUint32(&x.AgeAdd) || !in.ReadUint16(&x.Millis) || x.MaxSize == 0 {
			return errMalformed
		}
	}
	m.Peer = wire.CertificateList(in)
	for len(in) > 0 {
		var der cryptobyte.String
		if !in.ReadUint24LengthPrefixed(&der) || len(der) == 0 {
			return errMalformed
		}
	}
	return nil
}

// Append appends the state to dst.
func (m *State) Append(dst []byte) []byte {
	flags := m.Compression<<shiftCompression | m.Fragment<<shiftFragment
	if m.Extended {
		flags |= flagExtended
	}
	if m.EarlyData.MaxSize != 0 {
		flags |= flagEarlyData
	}
	dst = append(dst, byte(m.ToleratedFaults), byte(m.Version))
	dst = binary.BigEndian.AppendUint16(dst, uint16(m.Suite))
	dst = append(dst, flags)
	dst = binary.BigEndian.AppendUint64(dst, m.Created)
	dst = append(append(dst, byte(len(m.Secret))), m.Secret...)
	dst = append(append(dst, byte(len(m.ALPN))), m.ALPN...)
	dst = append(binary.BigEndian.AppendUint16(dst, uint16(len(m.ServerName))), m.ServerName...)
	if x := &m.EarlyData; x.MaxSize != 0 {
		dst = binary.BigEndian.AppendUint32(dst, x.MaxSize)
		dst = binary.BigEndian.AppendUint32(dst, x.AgeAdd)
		dst = binary.BigEndian.AppendUint16(dst, x.Millis)
	}
	return append(dst, m.Peer...)
}

// Alive reports whether the session was created no later than now, and no longer than lifetime ago,
// counted in whole seconds.
func (m *State) Alive(now time.Time, lifetime time.Duration) bool {
	age := now.Unix() - int64(m.Created)
	return age >= 0 && time.Duration(age)*time.Second <= lifetime
}

// PastHalf reports whether more than half of the lifetime is over: the server then sends a new
// ticket.
func (m *State) PastHalf(now time.Time, lifetime time.Duration) bool {
	return 2*(now.Unix()-int64(m.Created)) > int64(lifetime.Seconds())
}

// Issued returns when the server made a ticket that allows early data, to the millisecond.
func (m *State) Issued() time.Time {
	return time.Unix(int64(m.Created), int64(m.EarlyData.Millis)*int64(time.Millisecond))
}

// ExpectedArrival returns when the server expects a ClientHello whose ticket has this obfuscated
// age, in milliseconds (RFC 9846 §8.3).
func (m *State) ExpectedArrival(obfuscatedAge uint32) time.Time {
	return m.Issued().Add(time.Duration(obfuscatedAge-m.EarlyData.AgeAdd) * time.Millisecond)
}
