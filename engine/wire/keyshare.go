package wire

// Shares is a list of key shares, a group with its share each.
type Shares []byte

// Next returns the first share and the rest.
func (l Shares) Next() (group uint16, share []byte, rest Shares) {
	id, body, tail := Extensions(l).Next() // the same form: a number and a vector
	return id, body, Shares(tail)
}

// KeyShares is a ClientHello's key_share (RFC 9846 §4.3.8).
type KeyShares struct{ List Shares }

// Parse reads the body.
func (x *KeyShares) Parse(body []byte) error {
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
func (x *KeyShares) Append(dst []byte) []byte { return appendVector(dst, 2, x.List) }

// A KeyShare is a ServerHello's key_share (RFC 9846 §4.3.8).
type KeyShare struct {
	Group uint16
	Share []byte
}

// Parse reads the body.
func (x *KeyShare) Parse(body []byte) error {
	r := reader{rest: body}
	x.Group = r.u16()
	x.Share = r.vector(2, 1, max16)
	return r.end()
}

// Append writes the body, which is also an element of Shares.
func (x *KeyShare) Append(dst []byte) []byte {
	return appendVector(AppendUint16(dst, x.Group), 2, x.Share)
}
