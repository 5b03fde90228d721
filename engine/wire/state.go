package wire

// A SessionState is what a server must know to resume a session: it seals it
// into a ticket or keeps it under a session ID. The form is ours; RFC 5077 §4
// leaves it to the server.
type SessionState struct {
	Version     uint16
	Suite       uint16
	Extended    uint8  // 1: with extended master secret
	Compression uint8  // the method, below 16
	Fragment    uint8  // the code of max_fragment_length, below 8; 0: none
	Created     uint64 // seconds since 1970
	Secret      []byte // the master secret, or TLS 1.3's PSK
	Protocol    []byte // by ALPN
	ServerName  []byte
	Peer        Chain // the client's; nil: it did not authenticate
}

// Parse reads the state.
func (m *SessionState) Parse(body []byte) error {
	r := reader{rest: body}
	m.Version = r.u16()
	m.Suite = r.u16()
	all := r.u8()
	m.Extended, m.Compression, m.Fragment = all&1, all>>1&15, all>>5
	m.Created = uint64(r.u32())<<32 | uint64(r.u32())
	m.Secret = r.vector(1, 1, max8)
	m.Protocol = r.vector(1, 0, max8)
	m.ServerName = r.vector(2, 0, max16)
	m.Peer = nil
	if len(r.rest) > 0 {
		m.Peer = r.take(len(r.rest))
		r.check(m.Peer.whole())
	}
	return r.end()
}

// Append writes the state.
func (m *SessionState) Append(dst []byte) []byte {
	dst = AppendUint16(dst, m.Version)
	dst = AppendUint16(dst, m.Suite)
	dst = append(dst, m.Extended|m.Compression<<1|m.Fragment<<5)
	dst = appendNumber(dst, 8, int(m.Created))
	dst = appendVector(dst, 1, m.Secret)
	dst = appendVector(dst, 1, m.Protocol)
	dst = appendVector(dst, 2, m.ServerName)
	return append(dst, m.Peer...)
}
