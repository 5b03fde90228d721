package engine

import (
	"crypto/subtle"
	"time"

	"tlslab/engine/secrets"
	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// writePreSharedKey writes the client's offered tickets with zeros for the binders, which
// writeBinders overwrites; or the server's selected_identity.
func writePreSharedKey(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p == inServerHello {
		return wire.AppendUint16(dst, c.hs.tls13.selectedIdentity), c.info.Kind == Resumed
	}
	if !c.offersPSK() {
		return dst, false
	}
	now := c.cfg.Now()
	at := len(dst)
	dst = wire.OpenVector(dst, 2)
	for i := range c.resume.offer.tickets {
		t := &c.resume.offer.tickets[i]
		age := uint32(now.Sub(t.Received)/time.Millisecond) + t.AgeAdd
		dst = wire.AppendPSKIdentity(dst, t.Identity, age)
	}
	dst = wire.CloseVector(dst, at, 2)
	at = len(dst)
	dst = wire.OpenVector(dst, 2)
	for i := range c.resume.offer.tickets {
		size := len(c.resume.offer.tickets[i].PSK) // a PSK is as long as its hash
		dst = append(append(dst, byte(size)), zeroBinder[:size]...)
	}
	return wire.CloseVector(dst, at, 2), true
}

var zeroBinder [64]byte

// offersPSK reports whether this ClientHello offers a PSK. After a HelloRetryRequest the PSK's
// hash must be that of the suite (RFC 9846 §4.2.4).
func (c *Conn) offersPSK() bool {
	o := &c.resume.offer
	return o.session != nil && !o.legacy && (c.hash == nil || c.hash.Name == o.hash)
}

// writeBinders writes the binders of a ClientHello (RFC 9846 §4.3.11.2). It leaves the key schedule
// at the early secret of the first PSK, from which the keys of early data are derived.
func (c *Conn) writeBinders(message []byte) error {
	if !c.hs.hello.seen.has(extPreSharedKey) {
		return nil
	}
	putLength(message)
	h := hashes[c.resume.offer.hash]
	at := len(message)
	covered := message[:at-2-len(c.resume.offer.tickets)*(1+h.Size)]
	sum, err := c.hs.transcript.sumWith(covered, h)
	if err != nil {
		return err
	}
	for i := len(c.resume.offer.tickets) - 1; i >= 0; i-- {
		copy(message[at-h.Size:], c.binder(h, c.resume.offer.tickets[i].PSK, sum))
		at -= 1 + h.Size
	}
	return nil
}

// binder returns the binder of a PSK. sum is the transcript hash up to the ClientHello without its
// binders. binder leaves the key schedule at the PSK's early secret.
func (c *Conn) binder(h *secrets.Hash, psk, sum []byte) []byte {
	s, hs := secrets.NewSchedule(h, c.count), &c.hs.tls13
	c.tls13.schedule = s
	s.Early(psk)
	hs.pskSchedule = true
	key := hs.binderKey[:h.Size]
	s.Derive(key, secrets.ResumptionBinder, nil)
	out := hs.binder[:h.Size]
	s.Finished(out, key, sum)
	return out
}

func readPreSharedKey(c *Conn, p place, body []byte) error {
	if p == inClientHello {
		offered := &c.hs.hello.psks
		if err := offered.Parse(body); err != nil {
			return err
		}
		if !offered.BindersMatch() {
			return badExtension
		}
		return nil
	}
	var x wire.Uint16
	if err := x.Parse(body); err != nil {
		return err
	}
	if int(x.Value) >= len(c.resume.offer.tickets) || !c.offersPSK() || c.hash.Name != c.resume.offer.hash {
		return unknownChoice
	}
	if c.hs.tls13.selectedIdentity = x.Value; x.Value != 0 {
		c.tls13.schedule.Early(c.resume.offer.tickets[x.Value].PSK)
	}
	c.info.Kind = Resumed
	c.info.ClientAuthenticated, c.info.ToleratedFaults = c.resume.offer.session.ClientAuthenticated, c.resume.offer.session.ToleratedFaults
	return nil
}

// choosePSK chooses the first ticket that can be resumed with the suite, if its binder verifies
// (RFC 9846 §4.3.11).
func (c *Conn) choosePSK() error {
	h := &c.hs.hello
	mechanism := c.cfg.choosePSKMode(h)
	binders := h.psks.Binders
	i := uint16(0)
	for rest := h.psks.Identities; len(rest) > 0 && i < MaxTicketsOffered; i++ {
		var identity, binder []byte
		var age uint32
		identity, age, rest = rest.Next()
		binder, binders = binders.Next()
		s, ok := c.openPSK(identity)
		if !ok || mechanism == 0 || !c.cfg.allowsResuming(&s) || !c.sizes.sameMaxFragment(&s) || !c.info.sameServerName(&s) {
			continue
		}
		message := c.in.message[:len(c.in.message)-h.psks.BindersSize()]
		sum, err := c.hs.transcript.sumWith(message, c.hash)
		if err != nil {
			return err
		}
		if subtle.ConstantTimeCompare(c.binder(c.hash, s.Secret, sum), binder) != 1 {
			return badBinder
		}
		if !c.restorePeer(&s) {
			continue
		}
		c.hs.tls13.selectedIdentity = i
		c.info.Kind, c.info.Resumption = Resumed, mechanism
		if c.hs.early != nil {
			c.hs.early.offer = earlyOffer{s, identity, binder, age}
			c.hs.early.skip = max(c.hs.early.skip, int(s.EarlyData.MaxSize))
		}
		return nil
	}
	return nil
}

// openPSK opens a ticket. It returns false unless the ticket has not expired, belongs to TLS 1.3
// and has the suite's hash.
func (c *Conn) openPSK(ticket []byte) (session.State, bool) {
	var s session.State
	if c.cfg.Tickets == nil {
		return s, false
	}
	raw, _, err := c.cfg.Tickets.Open(c.scratch[:0], ticket, c.cfg.Now(), c.count)
	if err != nil {
		return s, false
	}
	s, ok := c.cfg.openState(raw)
	suite := suiteRow(s.Suite)
	return s, ok && s.Version == TLS13 && suite != nil && suite.Hash == c.hash.Name && len(s.Secret) == c.hash.Size
}
