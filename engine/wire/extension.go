package wire

// The bodies of extensions. Those of one vector are types of their own, so
// that all have the same two methods.

// A Uint16Vector is a vector of 16-bit numbers behind a two-byte length:
// supported_groups and signature_algorithms (RFC 9846 §4.3.3, §4.3.7).
type Uint16Vector struct{ List Uint16s }

// Parse reads the body.
func (x *Uint16Vector) Parse(body []byte) error {
	r := reader{rest: body}
	x.List = r.vector(2, 2, max16-1)
	r.check(len(x.List)%2 == 0)
	return r.end()
}

// Append writes the body.
func (x *Uint16Vector) Append(dst []byte) []byte { return appendVector(dst, 2, x.List) }

// Versions is a ClientHello's supported_versions (RFC 9846 §4.3.1).
type Versions struct{ List Uint16s }

// Parse reads the body.
func (x *Versions) Parse(body []byte) error {
	r := reader{rest: body}
	x.List = r.vector(1, 2, max8-1)
	r.check(len(x.List)%2 == 0)
	return r.end()
}

// Append writes the body.
func (x *Versions) Append(dst []byte) []byte { return appendVector(dst, 1, x.List) }

// A Uint16 is one number: the chosen version, the group of a
// HelloRetryRequest or the chosen PSK (RFC 9846 §4.3.1, §4.3.8, §4.3.11).
type Uint16 struct{ Value uint16 }

// Parse reads the body.
func (x *Uint16) Parse(body []byte) error {
	r := reader{rest: body}
	x.Value = r.u16()
	return r.end()
}

// Append writes the body.
func (x *Uint16) Append(dst []byte) []byte { return AppendUint16(dst, x.Value) }

// A Uint32 is one number: the limit of a ticket's early_data (RFC 9846 §4.3.10).
type Uint32 struct{ Value uint32 }

// Parse reads the body.
func (x *Uint32) Parse(body []byte) error {
	r := reader{rest: body}
	x.Value = r.u32()
	return r.end()
}

// Append writes the body.
func (x *Uint32) Append(dst []byte) []byte { return appendNumber(dst, 4, int(x.Value)) }

// A Bytes8 is a vector of single bytes behind a one-byte length:
// psk_key_exchange_modes and ec_point_formats (RFC 9846 §4.3.9, RFC 8422
// §5.1.2).
type Bytes8 struct{ List []byte }

// Parse reads the body.
func (x *Bytes8) Parse(body []byte) error {
	r := reader{rest: body}
	x.List = r.vector(1, 1, max8)
	return r.end()
}

// Append writes the body.
func (x *Bytes8) Append(dst []byte) []byte { return appendVector(dst, 1, x.List) }

// A Renegotiation is renegotiation_info (RFC 5746 §3.2).
type Renegotiation struct{ Verified []byte }

// Parse reads the body.
func (x *Renegotiation) Parse(body []byte) error {
	r := reader{rest: body}
	x.Verified = r.vector(1, 0, max8)
	return r.end()
}

// Append writes the body.
func (x *Renegotiation) Append(dst []byte) []byte { return appendVector(dst, 1, x.Verified) }

// A Cookie is a HelloRetryRequest's cookie (RFC 9846 §4.3.2).
type Cookie struct{ Value []byte }

// Parse reads the body.
func (x *Cookie) Parse(body []byte) error {
	r := reader{rest: body}
	x.Value = r.vector(2, 1, max16)
	return r.end()
}

// Append writes the body.
func (x *Cookie) Append(dst []byte) []byte { return appendVector(dst, 2, x.Value) }

// A ServerName is a ClientHello's server_name with its one host_name
// (RFC 6066 §3).
type ServerName struct{ Host []byte }

const hostName = 0

// Parse reads the body.
func (x *ServerName) Parse(body []byte) error {
	r := reader{rest: body}
	inner := reader{rest: r.vector(2, 1, max16)}
	inner.check(inner.u8() == hostName)
	x.Host = inner.vector(2, 1, max16)
	r.check(inner.end() == nil)
	return r.end()
}

// Append writes the body.
func (x *ServerName) Append(dst []byte) []byte {
	dst = appendNumber(dst, 2, 3+len(x.Host))
	return appendVector(append(dst, hostName), 2, x.Host)
}

// Protocols is application_layer_protocol_negotiation (RFC 7301 §3.1).
type Protocols struct{ List Names }

// Parse reads the body.
func (x *Protocols) Parse(body []byte) error {
	r := reader{rest: body}
	x.List = r.vector(2, 2, max16)
	r.check(names(x.List, 1))
	return r.end()
}

// Append writes the body.
func (x *Protocols) Append(dst []byte) []byte { return appendVector(dst, 2, x.List) }

// AppendProtocols writes the body from strings.
func AppendProtocols(dst []byte, protocols ...string) []byte {
	start := len(dst)
	dst = Open(dst, 2)
	for _, p := range protocols {
		dst = append(append(dst, byte(len(p))), p...)
	}
	return Close(dst, start, 2)
}
