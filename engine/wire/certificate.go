package wire

// Chain is a list of DER certificates, leaf first.
type Chain []byte

// Next returns the first certificate and the rest.
func (l Chain) Next() (der []byte, rest Chain) {
	n := 3 + int(l[0])<<16 + int(l[1])<<8 + int(l[2])
	return l[3:n:n], l[n:]
}

// whole says whether the list holds certificates and nothing else.
func (l Chain) whole() bool {
	r := reader{rest: l}
	for len(r.rest) > 0 {
		r.vector(3, 1, max24)
	}
	return r.end() == nil
}

// Add appends a certificate to the list.
func (l Chain) Add(der []byte) Chain { return appendVector(l, 3, der) }

// A CertificateMsg is the body of a Certificate message up to TLS 1.2
// (RFC 5246 §7.4.2).
type CertificateMsg struct{ Chain Chain }

// Parse reads the body.
func (m *CertificateMsg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Chain = r.vector(3, 0, max24)
	r.check(m.Chain.whole())
	return r.end()
}

// Append writes the body.
func (m *CertificateMsg) Append(dst []byte) []byte { return appendVector(dst, 3, m.Chain) }

// AppendCertificate writes the body of a Certificate message up to TLS 1.2.
func AppendCertificate(dst []byte, chain [][]byte) []byte {
	start := len(dst)
	dst = Open(dst, 3)
	for _, der := range chain {
		dst = appendVector(dst, 3, der)
	}
	return Close(dst, start, 3)
}

// Entries is a list of TLS 1.3's certificate entries, leaf first.
type Entries []byte

// Next returns the first entry's certificate and extensions, and the rest.
func (l Entries) Next() (der []byte, ext Extensions, rest Entries) {
	r := reader{rest: l}
	der = r.vector(3, 1, max24)
	ext = Extensions(r.vector(2, 0, max16))
	return der, ext, r.rest
}

// A Certificate13Msg is the body of TLS 1.3's Certificate message (RFC 9846
// §4.5.1).
type Certificate13Msg struct {
	Context []byte // certificate_request_context: empty during the handshake
	Entries Entries
}

// Parse reads the body.
func (m *Certificate13Msg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Context = r.vector(1, 0, max8)
	m.Entries = r.vector(3, 0, max24)
	inner := reader{rest: m.Entries}
	for len(inner.rest) > 0 {
		inner.vector(3, 1, max24)
		inner.extensions()
	}
	r.check(inner.end() == nil)
	return r.end()
}

// Append writes the body.
func (m *Certificate13Msg) Append(dst []byte) []byte {
	return appendVector(appendVector(dst, 1, m.Context), 3, m.Entries)
}

// AppendCertificate13 writes the body of a TLS 1.3 Certificate message during the
// handshake, with extensions of the leaf alone.
func AppendCertificate13(dst []byte, chain [][]byte, leaf Extensions) []byte {
	dst = append(dst, 0)
	start := len(dst)
	dst = Open(dst, 3)
	for _, der := range chain {
		dst = appendVector(dst, 3, der)
		dst = appendVector(dst, 2, leaf)
		leaf = nil
	}
	return Close(dst, start, 3)
}

// A CertificateVerifyMsg is the body of a CertificateVerify (RFC 9846
// §4.5.2, RFC 5246 §7.4.8).
type CertificateVerifyMsg struct {
	Implied   bool // Scheme is not written: before TLS 1.2 the key implies it
	Scheme    uint16
	Signature []byte
}

// Parse reads the body.
func (m *CertificateVerifyMsg) Parse(body []byte) error {
	r := reader{rest: body}
	if !m.Implied {
		m.Scheme = r.u16()
	}
	m.Signature = r.vector(2, 0, max16)
	return r.end()
}

// Append writes the body.
func (m *CertificateVerifyMsg) Append(dst []byte) []byte {
	if !m.Implied {
		dst = AppendUint16(dst, m.Scheme)
	}
	return appendVector(dst, 2, m.Signature)
}
