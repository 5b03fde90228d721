package wire

// namedCurve is the only ECCurveType that is left (RFC 8422 §5.4).
const namedCurve = 3

// A ServerKeyExchangeMsg is the body of an ECDHE ServerKeyExchange (RFC 8422
// §5.4), or of a DHE one (RFC 5246 §7.4.3).
type ServerKeyExchangeMsg struct {
	Implied   bool   // Scheme is not written: before TLS 1.2 the key implies it
	Finite    bool   // DHE; the suite says so, and not the message
	Group     uint16 // ECDHE
	Prime     []byte // DHE, and so is Generator
	Generator []byte
	Share     []byte
	Scheme    uint16
	Signature []byte
}

// Parse reads the body.
func (m *ServerKeyExchangeMsg) Parse(body []byte) error {
	r := reader{rest: body}
	if m.Finite {
		m.Prime = r.vector(2, 1, max16)
		m.Generator = r.vector(2, 1, max16)
		m.Share = r.vector(2, 1, max16)
	} else {
		r.check(r.u8() == namedCurve)
		m.Group = r.u16()
		m.Share = r.vector(1, 1, max8)
	}
	if !m.Implied {
		m.Scheme = r.u16()
	}
	m.Signature = r.vector(2, 0, max16)
	return r.end()
}

// Append writes the body.
func (m *ServerKeyExchangeMsg) Append(dst []byte) []byte {
	dst = m.AppendParams(dst)
	if !m.Implied {
		dst = AppendUint16(dst, m.Scheme)
	}
	return appendVector(dst, 2, m.Signature)
}

// AppendParams writes the part of the body that the signature covers,
// besides the randoms.
func (m *ServerKeyExchangeMsg) AppendParams(dst []byte) []byte {
	if m.Finite {
		dst = appendVector(dst, 2, m.Prime)
		dst = appendVector(dst, 2, m.Generator)
		return appendVector(dst, 2, m.Share)
	}
	dst = append(dst, namedCurve)
	dst = AppendUint16(dst, m.Group)
	return appendVector(dst, 1, m.Share)
}

// A ClientShareMsg is the body of an ECDHE ClientKeyExchange (RFC 8422 §5.7),
// or of a DHE one (RFC 5246 §7.4.7.2).
type ClientShareMsg struct {
	Finite bool // DHE; the suite says so, and not the message
	Share  []byte
}

// Parse reads the body.
func (m *ClientShareMsg) Parse(body []byte) error {
	r := reader{rest: body}
	if m.Finite {
		m.Share = r.vector(2, 1, max16)
	} else {
		m.Share = r.vector(1, 1, max8)
	}
	return r.end()
}

// Append writes the body.
func (m *ClientShareMsg) Append(dst []byte) []byte {
	if m.Finite {
		return appendVector(dst, 2, m.Share)
	}
	return appendVector(dst, 1, m.Share)
}

// An EncryptedPremasterMsg is the body of an RSA ClientKeyExchange (RFC 5246
// §7.4.7.1).
type EncryptedPremasterMsg struct {
	Bare       bool // SSL 3.0 leaves the length out (RFC 6101 §5.6.7.1)
	Ciphertext []byte
}

// Parse reads the body.
func (m *EncryptedPremasterMsg) Parse(body []byte) error {
	r := reader{rest: body}
	if m.Bare {
		m.Ciphertext = body
		return nil
	}
	m.Ciphertext = r.vector(2, 0, max16)
	return r.end()
}

// Append writes the body.
func (m *EncryptedPremasterMsg) Append(dst []byte) []byte {
	if m.Bare {
		return append(dst, m.Ciphertext...)
	}
	return appendVector(dst, 2, m.Ciphertext)
}

// A KeyUpdateMsg is the body of a KeyUpdate (RFC 9846 §4.7.3). A request is
// 0 or 1; other values parse, being illegal and not malformed.
type KeyUpdateMsg struct{ Request uint8 }

// Parse reads the body.
func (m *KeyUpdateMsg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Request = r.u8()
	return r.end()
}

// Append writes the body.
func (m *KeyUpdateMsg) Append(dst []byte) []byte { return append(dst, m.Request) }
