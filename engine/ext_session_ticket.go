package engine

// session_ticket: the client offers a ticket or asks for one, up to TLS 1.2; the server announces a
// NewSessionTicket (RFC 5077 §3.2).

func writeSessionTicket(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p != inClientHello {
		return dst, c.hs.ticketPromised
	}
	if c.resume.offer.legacy {
		dst = append(dst, c.resume.offer.session.SessionTicket...)
	}
	return dst, c.cfg.minVersion() <= TLS12 && c.cfg.allowsResumption(Ticket)
}

func readSessionTicket(c *Conn, _ place, body []byte) error {
	if c.side == server {
		c.hs.hello.ticket = body
		return nil
	}
	c.hs.ticketPromised = true
	return wantEmpty(body)
}
