package engine

import (
	"encoding/binary"
	"io"
	"time"

	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// NewSessionTicket, which follows a TLS 1.3 handshake (RFC 9846 §4.7.1).

// writeTLS13Ticket seals one of the tickets that the server owes.
func writeTLS13Ticket(c *Conn, dst []byte) ([]byte, error) {
	c.post.ticketsOwed--
	m := &c.tls13
	nonce := [1]byte{m.ticketNonce}
	m.ticketNonce++
	var psk [maxHash]byte
	m.schedule.PSK(psk[:c.hash.Size], m.resumption[:c.hash.Size], nonce[:])
	var ageAdd [4]byte
	if _, err := io.ReadFull(c.cfg.Rand, ageAdd[:]); err != nil {
		return nil, err
	}
	state := c.appendState(c.scratch[:0], psk[:c.hash.Size], c.cfg.earlyDataTerms(binary.BigEndian.Uint32(ageAdd[:])))
	ticket, err := c.cfg.Tickets.Seal(c.ticketStore[:0], state, c.cfg.Now(), c.cfg.Rand, c.count)
	if err != nil {
		return nil, err
	}
	c.info.TicketsSent++
	msg := wire.NewSessionTicket13Msg{
		Lifetime: uint32(c.cfg.ticketLifetime() / time.Second),
		AgeAdd:   binary.BigEndian.Uint32(ageAdd[:]),
		Nonce:    nonce[:],
		Ticket:   ticket,
	}
	if c.cfg.MaxEarlyData > 0 {
		// Without the length of the list, which Append writes.
		msg.Extensions = c.appendExtensions(c.scratch[:0], inNewSessionTicket)[2:]
	}
	return msg.Append(dst), nil
}

func readTLS13Ticket(c *Conn, body []byte) error {
	var m wire.NewSessionTicket13Msg
	if err := m.Parse(body); err != nil {
		return err
	}
	if _, err := c.readExtensions(inNewSessionTicket, m.Extensions); err != nil {
		return err
	}
	lifetime := time.Duration(m.Lifetime) * time.Second
	if lifetime > session.MaxTicketLifetime {
		return badTicket
	}
	c.info.TicketsReceived++
	if lifetime > 0 && (c.cfg.allowsResumption(PSKDHE) || c.cfg.allowsResumption(PSK)) {
		c.keepTicket(&m)
	}
	return nil
}
