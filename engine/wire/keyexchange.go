package wire

// namedCurve is the only ECCurveType in use (RFC 8422 §5.4).
const namedCurve = 3

// A ServerKeyExchangeMsg is the body of a ServerKeyExchange with ECDHE (RFC 8422 §5.4) or DHE (RFC
// 5246 §7.4.3).
type ServerKeyExchangeMsg struct {
	NoScheme    bool   // before TLS 1.2: Scheme is not sent, because the key implies it
	FiniteField bool   // DHE; known from the cipher suite, not from the message
	Group       uint16 // ECDHE
	Prime       []byte // DHE
	Generator   []byte // DHE
	Share       []byte
	Scheme      uint16
	Signature   []byte
}

// Parse reads the body.
func (m *ServerKeyExchangeMsg) Parse(body []byte) error {
	r := reader{rest: body}
	if m.FiniteField {
		m.Prime = r.vector(2, 1, max16)
		m.Generator = r.vector(2, 1, max16)
		m.Share = r.vector(2, 1, max16)
	} else {
		r.check(r.u8() == namedCurve)
		m.Group = r.u16()
		m.Share = r.vector(1, 1, max8)
	}
	if !m.NoScheme {
		m.Scheme = r.u16()
	}
	m.Signature = r.vector(2, 0, max16)
	return r.end()
}

// Append writes the body.
func (m *ServerKeyExchangeMsg) Append(dst []byte) []byte {
	dst = m.AppendParams(dst)
	if !m.NoScheme {
		dst = AppendUint16(dst, m.Scheme)
	}
	return appendVector(dst, 2, m.Signature)
}

// AppendParams appends the part of the body that the signature covers, besides the randoms.
func (m *ServerKeyExchangeMsg) AppendParams(dst []byte) []byte {
	if m.FiniteField {
		dst = appendVector(dst, 2, m.Prime)
		dst = appendVector(dst, 2, m.Generator)
		return appendVector(dst, 2, m.Share)
	}
	dst = append(dst, namedCurve)
	dst = AppendUint16(dst, m.Group)
	return appendVector(dst, 1, m.Share)
}

// A ClientKeyExchangeDHMsg is the body of a ClientKeyExchange with ECDHE (RFC 8422 §5.7) or DHE
// (RFC 5246 §7.4.7.2).
type ClientKeyExchangeDHMsg struct {
	FiniteField bool // DHE; known from the cipher suite, not from the message
	Share       []byte
}

// Parse reads the body.
func (m *ClientKeyExchangeDHMsg) Parse(body []byte) error {
	r := reader{rest: body}
	if m.FiniteField {
		m.Share = r.vector(2, 1, max16)
	} else {
		m.Share = r.vector(1, 1, max8)
	}
	return r.end()
}

// Append writes the body.
func (m *ClientKeyExchangeDHMsg) Append(dst []byte) []byte {
	if m.FiniteField {
		return appendVector(dst, 2, m.Share)
	}
	return appendVector(dst, 1, m.Share)
}

// A ClientKeyExchangeRSAMsg is the body of a ClientKeyExchange with RSA (RFC 5246 §7.4.7.1).
type ClientKeyExchangeRSAMsg struct {
	NoLength   bool // SSL 3.0: no length field (RFC 6101 §5.6.7.1)
	Ciphertext []byte
}

// Parse reads the body.
func (m *ClientKeyExchangeRSAMsg) Parse(body []byte) error {
	r := reader{rest: body}
	if m.NoLength {
		m.Ciphertext = body
		return nil
	}
	m.Ciphertext = r.vector(2, 0, max16)
	return r.end()
}

// Append writes the body.
func (m *ClientKeyExchangeRSAMsg) Append(dst []byte) []byte {
	if m.NoLength {
		return append(dst, m.Ciphertext...)
	}
	return appendVector(dst, 2, m.Ciphertext)
}

// A KeyUpdateMsg is the body of a KeyUpdate (RFC 9846 §4.7.3). Request is 0 or 1. Parse accepts
// other values too: the alert for them is illegal_parameter, not decode_error.
type KeyUpdateMsg struct{ Request uint8 }

// Parse reads the body.
func (m *KeyUpdateMsg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Request = r.u8()
	return r.end()
}

// Append writes the body.
func (m *KeyUpdateMsg) Append(dst []byte) []byte { return append(dst, m.Request) }
