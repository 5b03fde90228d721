package wire

// A SessionState is what a server must know to resume a session: it seals it
// into a ticket or keeps it under a session ID. The form is ours; RFC 5077 §4
// leaves it to the server.
type SessionState struct {
	ToleratedFaults uint8  // faults of Peer's chain that verification let pass
	Version         uint16 // 3 in its upper byte, whose place ToleratedFaults takes
	Suite           uint16
	Extended        uint8  // 1: with extended master secret
	Compression     uint8  // the method, below 8
	Fragment        uint8  // the code of max_fragment_length, below 8; 0: none
	Created         uint64 // seconds since 1970
	Secret          []byte // the master secret, or TLS 1.3's PSK
	Protocol        []byte // by ALPN
	ServerName      []byte
	Early           EarlyTerms
	Peer            Chain // the client's; nil: it did not authenticate
}

// EarlyTerms is what a server must know of a ticket to accept early data under it.
// The zero value is of tickets that allow none.
type EarlyTerms struct {
	Most   uint32 // bytes
	AgeAdd uint32 // what hides the ticket's age, in milliseconds
	Millis uint16 // of the second in which the session was made
}

// stateEarly is set beside what is small where EarlyTerms follow.
const stateEarly = 0x80

// Parse reads the state.
func (m *SessionState) Parse(body []byte) error {
	r := reader{rest: body}
	m.ToleratedFaults, m.Version = r.u8(), 3<<8|uint16(r.u8())
	m.Suite = r.u16()
	small := r.u8()
	m.Extended, m.Compression, m.Fragment = small&1, small>>1&7, small>>4&7
	m.Created = uint64(r.u32())<<32 | uint64(r.u32())
	m.Secret = r.vector(1, 1, max8)
	m.Protocol = r.vector(1, 0, max8)
	m.ServerName = r.vector(2, 0, max16)
	m.Early = EarlyTerms{}
	if small&stateEarly != 0 {
		m.Early = EarlyTerms{Most: r.u32(), AgeAdd: r.u32(), Millis: r.u16()}
		r.check(m.Early.Most != 0)
	}
	m.Peer = nil
	if len(r.rest) > 0 {
		m.Peer = r.take(len(r.rest))
		r.check(m.Peer.whole())
	}
	return r.end()
}

// Append writes the state.
func (m *SessionState) Append(dst []byte) []byte {
	dst = append(dst, m.ToleratedFaults, byte(m.Version))
	dst = AppendUint16(dst, m.Suite)
	small := m.Extended | m.Compression<<1 | m.Fragment<<4
	if m.Early.Most != 0 {
		small |= stateEarly
	}
	dst = append(dst, small)
	dst = appendNumber(dst, 8, int(m.Created))
	dst = appendVector(dst, 1, m.Secret)
	dst = appendVector(dst, 1, m.Protocol)
	dst = appendVector(dst, 2, m.ServerName)
	if m.Early.Most != 0 {
		dst = appendNumber(dst, 4, int(m.Early.Most))
		dst = appendNumber(dst, 4, int(m.Early.AgeAdd))
		dst = AppendUint16(dst, m.Early.Millis)
	}
	return append(dst, m.Peer...)
}
