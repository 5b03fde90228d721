package wire

// A PSKIdentities is a list of PskIdentity: tickets with their obfuscated age (RFC 9846 §4.3.11).
type PSKIdentities []byte

// Next returns the first ticket, its obfuscated_ticket_age (milliseconds plus ticket_age_add modulo
// 2^32), and the rest.
func (l PSKIdentities) Next() (ticket []byte, age uint32, rest PSKIdentities) {
	r := reader{rest: l}
	ticket = r.vector(2, 1, max16)
	age = r.u32()
	return ticket, age, r.rest
}

// An OfferedPSKs is the body of pre_shared_key in a ClientHello (RFC 9846 §4.3.11).
type OfferedPSKs struct {
	Identities PSKIdentities
	Binders    ByteStrings
}

// minBinder is the minimum length of a binder in bytes.
const minBinder = 32

// Parse reads the body.
func (x *OfferedPSKs) Parse(body []byte) error {
	r := reader{rest: body}
	x.Identities = r.vector(2, 7, max16)
	inner := reader{rest: x.Identities}
	for len(inner.rest) > 0 {
		inner.vector(2, 1, max16)
		inner.u32()
	}
	r.check(inner.end() == nil)
	x.Binders = r.vector(2, minBinder+1, max16)
	r.check(validByteStrings(x.Binders, minBinder))
	return r.end()
}

// Append writes the body.
func (x *OfferedPSKs) Append(dst []byte) []byte {
	return appendVector(appendVector(dst, 2, x.Identities), 2, x.Binders)
}

// BindersMatch reports whether there are as many binders as identities.
func (x *OfferedPSKs) BindersMatch() bool {
	identities, binders := x.Identities, x.Binders
	for len(identities) > 0 && len(binders) > 0 {
		_, _, identities = identities.Next()
		_, binders = binders.Next()
	}
	return len(identities) == 0 && len(binders) == 0
}

// AppendPSKIdentity appends one element of PSKIdentities.
func AppendPSKIdentity(dst, ticket []byte, age uint32) []byte {
	return appendNumber(appendVector(dst, 2, ticket), 4, int(age))
}

// BindersSize returns the length in bytes of the binders at the end of the ClientHello, which the
// binders do not cover (RFC 9846 §4.3.11.2).
func (x *OfferedPSKs) BindersSize() int { return 2 + len(x.Binders) }
