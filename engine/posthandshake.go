package engine

import (
	"encoding/binary"
	"io"
	"time"

	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// The tickets that follow a TLS 1.3 handshake (RFC 9846 §4.7.1).

// makeTicket13 seals one of the tickets that the server owes.
func makeTicket13(c *Conn, dst []byte) ([]byte, error) {
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
	state := c.appendState(c.scratch[:0], psk[:c.hash.Size], c.earlyTerms(binary.BigEndian.Uint32(ageAdd[:])))
	ticket, err := c.cfg.Tickets.Seal(c.ticketStore[:0], state, c.cfg.Now(), c.cfg.Rand, c.count)
	if err != nil {
		return nil, err
	}
	c.info.TicketsSent++
	msg := wire.Ticket13Msg{
		Lifetime: uint32(c.cfg.ticketLifetime() / time.Second),
		AgeAdd:   binary.BigEndian.Uint32(ageAdd[:]),
		Nonce:    nonce[:],
		Ticket:   ticket,
	}
	if c.cfg.MaxEarlyData > 0 {
		msg.Extensions = c.appendExtensions(c.scratch[:0], inTicket)[2:] // Append writes their length
	}
	return msg.Append(dst), nil
}

func takeTicket13(c *Conn, body []byte) error {
	var m wire.Ticket13Msg
	if err := m.Parse(body); err != nil {
		return err
	}
	if _, err := c.takeExtensions(inTicket, m.Extensions); err != nil {
		return err
	}
	lifetime := time.Duration(m.Lifetime) * time.Second
	if lifetime > session.MaxTicketLifetime {
		return badTicket
	}
	c.info.TicketsReceived++
	if lifetime > 0 && (c.cfg.allows(PSKDHE) || c.cfg.allows(PSK)) {
		c.keepTicket(&m)
	}
	return nil
}
