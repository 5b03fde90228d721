package wire

// A CertificateList is a list of certificates in DER, leaf first.
type CertificateList []byte

// Next returns the first certificate and the rest.
func (l CertificateList) Next() (der []byte, rest CertificateList) {
	n := 3 + int(l[0])<<16 + int(l[1])<<8 + int(l[2])
	return l[3:n:n], l[n:]
}

// valid reports whether the list consists of whole certificates.
func (l CertificateList) valid() bool {
	r := reader{rest: l}
	for len(r.rest) > 0 {
		r.vector(3, 1, max24)
	}
	return r.end() == nil
}

// Add appends a certificate in DER to the list.
func (l CertificateList) Add(der []byte) CertificateList { return appendVector(l, 3, der) }

// A CertificateMsg is the body of a Certificate message up to TLS 1.2 (RFC 5246 §7.4.2).
type CertificateMsg struct{ Chain CertificateList }

// Parse reads the body.
func (m *CertificateMsg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Chain = r.vector(3, 0, max24)
	r.check(m.Chain.valid())
	return r.end()
}

// Append writes the body.
func (m *CertificateMsg) Append(dst []byte) []byte { return appendVector(dst, 3, m.Chain) }

// AppendCertificate appends the body of a Certificate message up to TLS 1.2. chain is in DER, leaf
// first.
func AppendCertificate(dst []byte, chain [][]byte) []byte {
	start := len(dst)
	dst = OpenVector(dst, 3)
	for _, der := range chain {
		dst = appendVector(dst, 3, der)
	}
	return CloseVector(dst, start, 3)
}

// A CertificateEntries is a list of CertificateEntry, leaf first (RFC 9846 §4.5.1).
type CertificateEntries []byte

// Next returns the first entry's certificate and extensions, and the rest.
func (l CertificateEntries) Next() (der []byte, ext Extensions, rest CertificateEntries) {
	r := reader{rest: l}
	der = r.vector(3, 1, max24)
	ext = Extensions(r.vector(2, 0, max16))
	return der, ext, r.rest
}

// A Certificate13Msg is the body of a Certificate message in TLS 1.3 (RFC 9846 §4.5.1).
type Certificate13Msg struct {
	Context []byte // certificate_request_context: empty during the handshake
	Entries CertificateEntries
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

// AppendCertificate13 appends the body of a Certificate message in TLS 1.3, with an empty context
// and with extensions of the leaf only. chain is in DER, leaf first.
func AppendCertificate13(dst []byte, chain [][]byte, leaf Extensions) []byte {
	dst = append(dst, 0)
	start := len(dst)
	dst = OpenVector(dst, 3)
	for _, der := range chain {
		dst = appendVector(dst, 3, der)
		dst = appendVector(dst, 2, leaf)
		leaf = nil
	}
	return CloseVector(dst, start, 3)
}

// A CertificateVerifyMsg is the body of a CertificateVerify (RFC 9846 §4.5.2, RFC 5246 §7.4.8).
type CertificateVerifyMsg struct {
	NoScheme  bool // before TLS 1.2: Scheme is not sent, because the key implies it
	Scheme    uint16
	Signature []byte
}

// Parse reads the body.
func (m *CertificateVerifyMsg) Parse(body []byte) error {
	r := reader{rest: body}
	if !m.NoScheme {
		m.Scheme = r.u16()
	}
	m.Signature = r.vector(2, 0, max16)
	return r.end()
}

// Append writes the body.
func (m *CertificateVerifyMsg) Append(dst []byte) []byte {
	if !m.NoScheme {
		dst = AppendUint16(dst, m.Scheme)
	}
	return appendVector(dst, 2, m.Signature)
}
