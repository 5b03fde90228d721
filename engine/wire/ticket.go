package wire

// A NewSessionTicketMsg is the body of a NewSessionTicket up to TLS 1.2 (RFC 5077 §3.3).
type NewSessionTicketMsg struct {
	Lifetime uint32 // ticket_lifetime_hint in seconds
	Ticket   []byte
}

// Parse reads the body.
func (m *NewSessionTicketMsg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Lifetime = r.u32()
	m.Ticket = r.vector(2, 0, max16)
	return r.end()
}

// Append writes the body.
func (m *NewSessionTicketMsg) Append(dst []byte) []byte {
	return appendVector(appendNumber(dst, 4, int(m.Lifetime)), 2, m.Ticket)
}

// A NewSessionTicket13Msg is the body of a NewSessionTicket in TLS 1.3 (RFC 9846 §4.7.1).
type NewSessionTicket13Msg struct {
	Lifetime   uint32 // seconds
	AgeAdd     uint32 // milliseconds
	Nonce      []byte
	Ticket     []byte
	Extensions Extensions
}

// Parse reads the body.
func (m *NewSessionTicket13Msg) Parse(body []byte) error {
	r := reader{rest: body}
	m.Lifetime = r.u32()
	m.AgeAdd = r.u32()
	m.Nonce = r.vector(1, 0, max8)
	m.Ticket = r.vector(2, 1, max16)
	m.Extensions = r.extensions()
	return r.end()
}

// Append writes the body.
func (m *NewSessionTicket13Msg) Append(dst []byte) []byte {
	dst = appendNumber(dst, 4, int(m.Lifetime))
	dst = appendNumber(dst, 4, int(m.AgeAdd))
	dst = appendVector(dst, 1, m.Nonce)
	dst = appendVector(dst, 2, m.Ticket)
	return appendVector(dst, 2, m.Extensions)
}
