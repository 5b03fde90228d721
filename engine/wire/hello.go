package wire

// RandomSize is the length in bytes of the random in ClientHello and ServerHello.
const RandomSize = 32

// MaxSessionID is the maximum length of a session ID in bytes.
const MaxSessionID = 32

// A ClientHelloMsg is the body of a ClientHello (RFC 9846 §4.2.2, RFC 5246 §7.4.1.2).
type ClientHelloMsg struct {
	Version     uint16
	Random      []byte // RandomSize bytes
	SessionID   []byte // at most MaxSessionID bytes
	Suites      Uint16s
	Compression []byte
	Extensions  Extensions // nil: the field is absent
}

// Parse reads the body.
func (m *ClientHelloMsg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Version = r.u16()
	m.Random = r.take(RandomSize)
	m.SessionID = r.vector(1, 0, MaxSessionID)
	m.Suites = r.vector(2, 2, max16-1)
	r.check(len(m.Suites)%2 == 0)
	m.Compression = r.vector(1, 1, max8)
	m.Extensions = r.trailingExtensions()
	return r.end()
}

// Append writes the body.
func (m *ClientHelloMsg) Append(dst []byte) []byte {
	dst = AppendUint16(dst, m.Version)
	dst = append(dst, m.Random...)
	dst = appendVector(dst, 1, m.SessionID)
	dst = appendVector(dst, 2, m.Suites)
	dst = appendVector(dst, 1, m.Compression)
	return appendTrailing(dst, m.Extensions)
}

// A ServerHelloMsg is the body of a ServerHello or HelloRetryRequest (RFC 9846 §4.2.3, §4.2.4, RFC
// 5246 §7.4.1.3).
type ServerHelloMsg struct {
	Version     uint16
	Random      []byte // RandomSize bytes
	SessionID   []byte // at most MaxSessionID bytes
	Suite       uint16
	Compression uint8
	Extensions  Extensions // nil: the field is absent
}

// Parse reads the body.
func (m *ServerHelloMsg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Version = r.u16()
	m.Random = r.take(RandomSize)
	m.SessionID = r.vector(1, 0, MaxSessionID)
	m.Suite = r.u16()
	m.Compression = r.u8()
	m.Extensions = r.trailingExtensions()
	return r.end()
}

// Append writes the body.
func (m *ServerHelloMsg) Append(dst []byte) []byte {
	dst = AppendUint16(dst, m.Version)
	dst = append(dst, m.Random...)
	dst = appendVector(dst, 1, m.SessionID)
	dst = AppendUint16(dst, m.Suite)
	dst = append(dst, m.Compression)
	return appendTrailing(dst, m.Extensions)
}

// HelloRetryRequestRandom is the random of every HelloRetryRequest: the SHA-256 digest of
// "HelloRetryRequest" (RFC 9846 §4.2.3).
var HelloRetryRequestRandom = [RandomSize]byte{
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
}

// IsHelloRetryRequest reports whether the body of a ServerHello is a HelloRetryRequest.
func IsHelloRetryRequest(body []byte) bool {
	return len(body) >= 2+RandomSize && string(body[2:2+RandomSize]) == string(HelloRetryRequestRandom[:])
}

// An EncryptedExtensionsMsg is the body of EncryptedExtensions (RFC 9846 §4.4.1).
type EncryptedExtensionsMsg struct{ Extensions Extensions }

// Parse reads the body.
func (m *EncryptedExtensionsMsg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Extensions = r.extensions()
	return r.end()
}

// Append writes the body.
func (m *EncryptedExtensionsMsg) Append(dst []byte) []byte {
	return appendVector(dst, 2, m.Extensions)
}
