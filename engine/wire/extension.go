package wire

// A Uint16Vector is the body of supported_groups or signature_algorithms: a vector of 16-bit
// numbers with a two-byte length (RFC 9846 §4.3.7, §4.3.3).
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

// A SupportedVersions is the body of supported_versions in a ClientHello (RFC 9846 §4.3.1).
type SupportedVersions struct{ List Uint16s }

// Parse reads the body.
func (x *SupportedVersions) Parse(body []byte) error {
	r := reader{rest: body}
	x.List = r.vector(1, 2, max8-1)
	r.check(len(x.List)%2 == 0)
	return r.end()
}

// Append writes the body.
func (x *SupportedVersions) Append(dst []byte) []byte { return appendVector(dst, 1, x.List) }

// A Uint16 is the body of an extension with one number: supported_versions in a ServerHello,
// key_share in a HelloRetryRequest, pre_shared_key in a ServerHello (RFC 9846 §4.3.1, §4.3.8,
// §4.3.11).
type Uint16 struct{ Value uint16 }

// Parse reads the body.
func (x *Uint16) Parse(body []byte) error {
	r := reader{rest: body}
	x.Value = r.u16()
	return r.end()
}

// Append writes the body.
func (x *Uint16) Append(dst []byte) []byte { return AppendUint16(dst, x.Value) }

// A Uint32 is the body of early_data in a NewSessionTicket: max_early_data_size (RFC 9846 §4.3.10).
type Uint32 struct{ Value uint32 }

// Parse reads the body.
func (x *Uint32) Parse(body []byte) error {
	r := reader{rest: body}
	x.Value = r.u32()
	return r.end()
}

// Append writes the body.
func (x *Uint32) Append(dst []byte) []byte { return appendNumber(dst, 4, int(x.Value)) }

// A Bytes8 is the body of psk_key_exchange_modes or ec_point_formats: a vector of bytes with a
// one-byte length (RFC 9846 §4.3.9, RFC 8422 §5.1.2).
type Bytes8 struct{ List []byte }

// Parse reads the body.
func (x *Bytes8) Parse(body []byte) error {
	r := reader{rest: body}
	x.List = r.vector(1, 1, max8)
	return r.end()
}

// Append writes the body.
func (x *Bytes8) Append(dst []byte) []byte { return appendVector(dst, 1, x.List) }

// A RenegotiationInfo is the body of renegotiation_info (RFC 5746 §3.2).
type RenegotiationInfo struct{ Verified []byte }

// Parse reads the body.
func (x *RenegotiationInfo) Parse(body []byte) error {
	r := reader{rest: body}
	x.Verified = r.vector(1, 0, max8)
	return r.end()
}

// Append writes the body.
func (x *RenegotiationInfo) Append(dst []byte) []byte { return appendVector(dst, 1, x.Verified) }

// A Cookie is the body of cookie (RFC 9846 §4.3.2).
type Cookie struct{ Value []byte }

// Parse reads the body.
func (x *Cookie) Parse(body []byte) error {
	r := reader{rest: body}
	x.Value = r.vector(2, 1, max16)
	return r.end()
}

// Append writes the body.
func (x *Cookie) Append(dst []byte) []byte { return appendVector(dst, 2, x.Value) }

// A ServerName is the body of server_name in a ClientHello, with exactly one host_name (RFC 6066
// §3).
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

// A ProtocolNameList is the body of application_layer_protocol_negotiation (RFC 7301 §3.1).
type ProtocolNameList struct{ List ByteStrings }

// Parse reads the body.
func (x *ProtocolNameList) Parse(body []byte) error {
	r := reader{rest: body}
	x.List = r.vector(2, 2, max16)
	r.check(validByteStrings(x.List, 1))
	return r.end()
}

// Append writes the body.
func (x *ProtocolNameList) Append(dst []byte) []byte { return appendVector(dst, 2, x.List) }

// AppendProtocolNameList appends the body for protocol names of 1 to 255 bytes.
func AppendProtocolNameList(dst []byte, protocols ...string) []byte {
	start := len(dst)
	dst = OpenVector(dst, 2)
	for _, p := range protocols {
		dst = append(append(dst, byte(len(p))), p...)
	}
	return CloseVector(dst, start, 2)
}
