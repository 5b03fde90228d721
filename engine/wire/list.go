package wire

// A Uint16s is a list of 16-bit numbers: cipher suites, groups, versions or signature schemes.
type Uint16s []byte

// Len returns the number of elements.
func (l Uint16s) Len() int { return len(l) / 2 }

// At returns element i.
func (l Uint16s) At(i int) uint16 { return uint16(l[2*i])<<8 | uint16(l[2*i+1]) }

// Contains reports whether v is in the list.
func (l Uint16s) Contains(v uint16) bool {
	for i := range l.Len() {
		if l.At(i) == v {
			return true
		}
	}
	return false
}

// A ByteStrings is a list of byte strings of 1 to 255 bytes: protocol names or PSK binders.
type ByteStrings []byte

// Next returns the first element and the rest.
func (l ByteStrings) Next() (name []byte, rest ByteStrings) {
	n := 1 + int(l[0])
	return l[1:n:n], l[n:]
}

// validByteStrings reports whether body is a list of byte strings of at least low bytes each.
func validByteStrings(body []byte, low int) bool {
	r := reader{rest: body}
	for len(r.rest) > 0 {
		r.vector(1, low, max8)
	}
	return r.end() == nil
}

// An Extensions is the list of a message's extensions.
type Extensions []byte

// Next returns the first extension's type and body, and the rest.
func (l Extensions) Next() (id uint16, body []byte, rest Extensions) {
	n := 4 + int(l[2])<<8 + int(l[3])
	return Uint16s(l).At(0), l[4:n:n], l[n:]
}

// extensions reads a vector of extensions. An empty vector gives an empty list that is not nil.
func (r *reader) extensions() Extensions {
	list := Extensions(r.vector(2, 0, max16))
	inner := reader{rest: list}
	for len(inner.rest) > 0 {
		inner.u16()
		inner.vector(2, 0, max16)
	}
	r.check(inner.end() == nil)
	if list == nil {
		return Extensions{}
	}
	return list
}

// trailingExtensions reads extensions at the end of a ClientHello or ServerHello, where the field
// may be absent (RFC 5246 §7.4.1.2): nil.
func (r *reader) trailingExtensions() Extensions {
	if len(r.rest) == 0 {
		return nil
	}
	return r.extensions()
}

func appendTrailing(dst []byte, l Extensions) []byte {
	if l == nil {
		return dst
	}
	return appendVector(dst, 2, l)
}
