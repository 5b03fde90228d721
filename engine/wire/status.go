package wire

// StatusOCSP is the CertificateStatusType ocsp, the only one in use (RFC 6066 §8).
const StatusOCSP = 1

// A CertificateStatusRequest is the body of status_request in a ClientHello (RFC 6066 §8).
type CertificateStatusRequest struct {
	Type       uint8
	Responders []byte // ResponderIDs that the client trusts, each with a two-byte length
	Extensions []byte // Extensions of the OCSP request, in DER
	Other      []byte // the rest of the body for another Type
}

// Parse reads the body.
func (x *CertificateStatusRequest) Parse(body []byte) error {
	r := reader{rest: body}
	x.Type = r.u8()
	if x.Type != StatusOCSP {
		x.Other, r.rest = r.rest, nil
		return r.end()
	}
	x.Responders = r.vector(2, 0, max16)
	inner := reader{rest: x.Responders}
	for len(inner.rest) > 0 {
		inner.vector(2, 1, max16)
	}
	r.check(inner.end() == nil)
	x.Extensions = r.vector(2, 0, max16)
	return r.end()
}

// Append writes the body.
func (x *CertificateStatusRequest) Append(dst []byte) []byte {
	dst = append(dst, x.Type)
	if x.Type != StatusOCSP {
		return append(dst, x.Other...)
	}
	return appendVector(appendVector(dst, 2, x.Responders), 2, x.Extensions)
}

// A CertificateStatusMsg is the body of a CertificateStatus message (RFC 6066 §8), and of
// status_request in a Certificate message in TLS 1.3 (RFC 9846 §4.5.1.1).
type CertificateStatusMsg struct {
	Type     uint8
	Response []byte // an OCSPResponse in DER
}

// Parse reads the body.
func (m *CertificateStatusMsg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Type = r.u8()
	r.check(m.Type == StatusOCSP)
	m.Response = r.vector(3, 1, max24)
	return r.end()
}

// Append writes the body.
func (m *CertificateStatusMsg) Append(dst []byte) []byte {
	return appendVector(append(dst, m.Type), 3, m.Response)
}
