package wire

// A DistinguishedNames is a list of X.501 names in DER: the subjects of the CAs that a peer trusts.
type DistinguishedNames []byte

// Next returns the first name and the rest.
func (l DistinguishedNames) Next() (name []byte, rest DistinguishedNames) {
	n := 2 + int(l[0])<<8 + int(l[1])
	return l[2:n:n], l[n:]
}

// Contains reports whether the list has a name with the same bytes.
func (l DistinguishedNames) Contains(want []byte) bool {
	for rest := l; len(rest) > 0; {
		var name []byte
		if name, rest = rest.Next(); string(name) == string(want) {
			return true
		}
	}
	return false
}

// distinguishedNames reads a vector of names with at least low bytes.
func (r *reader) distinguishedNames(low int) DistinguishedNames {
	list := DistinguishedNames(r.vector(2, low, max16))
	inner := reader{rest: list}
	for len(inner.rest) > 0 {
		inner.vector(2, 1, max16)
	}
	r.check(inner.end() == nil)
	return list
}

// AppendDistinguishedNames appends a vector of names in DER. The names may take at most 65535
// bytes, with two more for each.
func AppendDistinguishedNames(dst []byte, names [][]byte) []byte {
	start := len(dst)
	dst = OpenVector(dst, 2)
	for _, name := range names {
		dst = appendVector(dst, 2, name)
	}
	return CloseVector(dst, start, 2)
}

// A CertificateRequestMsg is the body of a CertificateRequest up to TLS 1.2 (RFC 5246 §7.4.4, RFC
// 4346 §7.4.4).
type CertificateRequestMsg struct {
	NoSchemes   bool   // before TLS 1.2: Schemes are not sent, because the key implies them
	Types       []byte // ClientCertificateTypes
	Schemes     Uint16s
	Authorities DistinguishedNames
}

// Parse reads the body.
func (m *CertificateRequestMsg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Types = r.vector(1, 1, max8)
	if !m.NoSchemes {
		m.Schemes = Uint16s(r.vector(2, 2, max16))
		r.check(len(m.Schemes)%2 == 0)
	}
	m.Authorities = r.distinguishedNames(0)
	return r.end()
}

// Append writes the body.
func (m *CertificateRequestMsg) Append(dst []byte) []byte {
	dst = appendVector(dst, 1, m.Types)
	if !m.NoSchemes {
		dst = appendVector(dst, 2, m.Schemes)
	}
	return appendVector(dst, 2, m.Authorities)
}

// A CertificateRequest13Msg is the body of a CertificateRequest in TLS 1.3 (RFC 9846 §4.4.2).
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

// A CertificateAuthorities is the body of certificate_authorities (RFC 9846 §4.3.4).
type CertificateAuthorities struct{ List DistinguishedNames }

// Parse reads the body.
func (x *CertificateAuthorities) Parse(body []byte) error {
	r := reader{rest: body}
	x.List = r.distinguishedNames(3)
	return r.end()
}

// Append writes the body.
func (x *CertificateAuthorities) Append(dst []byte) []byte { return appendVector(dst, 2, x.List) }
