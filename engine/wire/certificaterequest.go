package wire

// DistinguishedNames is a list of X.501 names in DER: the authorities that a
// peer trusts.
type DistinguishedNames []byte

// Next returns the first name and the rest.
func (l DistinguishedNames) Next() (name []byte, rest DistinguishedNames) {
	n := 2 + int(l[0])<<8 + int(l[1])
	return l[2:n:n], l[n:]
}

// Contains reports whether a name is in the list, byte by byte.
func (l DistinguishedNames) Contains(want []byte) bool {
	for rest := l; len(rest) > 0; {
		var name []byte
		if name, rest = rest.Next(); string(name) == string(want) {
			return true
		}
	}
	return false
}

// distinguishedNames reads a vector of at least low bytes of names.
func (r *reader) distinguishedNames(low int) DistinguishedNames {
	list := DistinguishedNames(r.vector(2, low, max16))
	inner := reader{rest: list}
	for len(inner.rest) > 0 {
		inner.vector(2, 1, max16)
	}
	r.check(inner.end() == nil)
	return list
}

// AppendNames writes a vector of names: at most 65535 bytes with two for each
// name's length.
func AppendNames(dst []byte, names [][]byte) []byte {
	start := len(dst)
	dst = Open(dst, 2)
	for _, name := range names {
		dst = appendVector(dst, 2, name)
	}
	return Close(dst, start, 2)
}

// A CertificateRequestMsg is the body of a CertificateRequest up to TLS 1.2
// (RFC 5246 §7.4.4, RFC 4346 §7.4.4).
type CertificateRequestMsg struct {
	Implied     bool   // Schemes are not written: before TLS 1.2 the key implies them
	Types       []byte // ClientCertificateTypes
	Schemes     Uint16s
	Authorities DistinguishedNames
}

// Parse reads the body.
func (m *CertificateRequestMsg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Types = r.vector(1, 1, max8)
	if !m.Implied {
		m.Schemes = Uint16s(r.vector(2, 2, max16))
		r.check(len(m.Schemes)%2 == 0)
	}
	m.Authorities = r.distinguishedNames(0)
	return r.end()
}

// Append writes the body.
func (m *CertificateRequestMsg) Append(dst []byte) []byte {
	dst = appendVector(dst, 1, m.Types)
	if !m.Implied {
		dst = appendVector(dst, 2, m.Schemes)
	}
	return appendVector(dst, 2, m.Authorities)
}

// A CertificateRequest13Msg is the body of TLS 1.3's CertificateRequest
// (RFC 9846 §4.4.2).
type CertificateRequest13Msg struct {
	Context    []byte // empty during the handshake
	Extensions Extensions
}

// Parse reads the body.
func (m *CertificateRequest13Msg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Context = r.vector(1, 0, max8)
	m.Extensions = r.extensions()
	return r.end()
}

// Append writes the body.
func (m *CertificateRequest13Msg) Append(dst []byte) []byte {
	return appendVector(appendVector(dst, 1, m.Context), 2, m.Extensions)
}

// Authorities is the body of certificate_authorities (RFC 9846 §4.3.4).
type Authorities struct{ List DistinguishedNames }

// Parse reads the body.
func (x *Authorities) Parse(body []byte) error {
	r := reader{rest: body}
	x.List = r.distinguishedNames(3)
	return r.end()
}

// Append writes the body.
func (x *Authorities) Append(dst []byte) []byte { return appendVector(dst, 2, x.List) }
