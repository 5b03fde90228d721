package wire

// A Shares is a list of KeyShareEntry (RFC 9846 §4.3.8).
type Shares []byte

// Next returns the group and the share of the first entry, and the rest.
func (l Shares) Next() (group uint16, share []byte, rest Shares) {
	id, body, tail := Extensions(l).Next() // has the same encoding
	return id, body, Shares(tail)
}

// A KeyShareClientHello is the body of key_share in a ClientHello (RFC 9846 §4.3.8).
type KeyShareClientHello struct{ List Shares }

// Parse reads the body.
func (x *KeyShareClientHello) Parse(body []byte) error {
	r := reader{rest: body}
	x.List = r.vector(2, 0, max16)
	inner := reader{rest: x.List}
	for len(inner.rest) > 0 {
		inner.u16()
		inner.vector(2, 1, max16)
	}
	r.check(inner.end() == nil)
	return r.end()
}

// Append writes the body.
func (x *KeyShareClientHello) Append(dst []byte) []byte { return appendVector(dst, 2, x.List) }

// A KeyShareEntry is the body of key_share in a ServerHello (RFC 9846 §4.3.8).
type KeyShareEntry struct {
	Group uint16
	Share []byte
}

// Parse reads the body.
func (x *KeyShareEntry) Parse(body []byte) error {
	r := reader{rest: body}
	x.Group = r.u16()
	x.Share = r.vector(2, 1, max16)
	return r.end()
}

// Append writes the body, which is also an element of Shares.
func (x *KeyShareEntry) Append(dst []byte) []byte {
	return appendVector(AppendUint16(dst, x.Group), 2, x.Share)
}
