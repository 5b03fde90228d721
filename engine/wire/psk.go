package wire

// Identities is a list of PSK identities, a ticket with its obfuscated age
// each.
type Identities []byte

// Next returns the first identity, its age in milliseconds plus
// ticket_age_add, and the rest.
func (l Identities) Next() (ticket []byte, age uint32, rest Identities) {
	r := reader{rest: l}
	ticket = r.vector(2, 1, max16)
	age = r.u32()
	return ticket, age, r.rest
}

// OfferedPSKs is a ClientHello's pre_shared_key (RFC 9846 §4.3.11).
type OfferedPSKs struct {
	Identities Identities
	Binders    Names
}

// minBinder is the shortest hash that a binder can have.
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
	r.check(names(x.Binders, minBinder))
	return r.end()
}

// Append writes the body.
func (x *OfferedPSKs) Append(dst []byte) []byte {
	return appendVector(appendVector(dst, 2, x.Identities), 2, x.Binders)
}

// Balanced says whether there is one binder for each identity.
func (x *OfferedPSKs) Balanced() bool {
	identities, binders := x.Identities, x.Binders
	for len(identities) > 0 && len(binders) > 0 {
		_, _, identities = identities.Next()
		_, binders = binders.Next()
	}
	return len(identities) == 0 && len(binders) == 0
}

// AppendIdentity writes one element of Identities.
func AppendIdentity(dst, ticket []byte, age uint32) []byte {
	return appendNumber(appendVector(dst, 2, ticket), 4, int(age))
}

// BindersSize returns the bytes that the binders of an offer take up at the
// end of its ClientHello: what a binder does not cover (RFC 9846 §4.3.11.2).
func (x *OfferedPSKs) BindersSize() int { return 2 + len(x.Binders) }
