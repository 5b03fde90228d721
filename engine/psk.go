package engine

import (
	"crypto/subtle"
	"time"

	"tlslab/engine/secrets"
	"tlslab/engine/wire"
)

// TLS 1.3's resumption: PSKs, their binders and the modes they are used in.

// pskModes are the numbers of psk_key_exchange_modes (RFC 9846 §4.3.9).
var pskModes = map[Resumption]byte{PSK: 0, PSKDHE: 1}

func makeModes(c *Conn, _ place, dst []byte) ([]byte, bool) {
	at := len(dst)
	dst = append(dst, 0)
	for _, way := range c.cfg.resumption() {
		if mode, ok := pskModes[way]; ok {
			dst = append(dst, mode)
		}
	}
	dst[at] = byte(len(dst) - at - 1)
	return dst, dst[at] > 0 && c.cfg.maxVersion() >= TLS13
}

func takeModes(c *Conn, _ place, body []byte) error {
	var x wire.Bytes8
	err := x.Parse(body)
	c.hello.modes = x.List
	return err
}

// chooseMode is the server's first mode that the client allows, 0 if there is
// none.
func (c *Conn) chooseMode() Resumption {
	for _, way := range c.cfg.resumption() {
		mode, ok := pskModes[way]
		for _, theirs := range c.hello.modes {
			if ok && theirs == mode {
				return way
			}
		}
	}
	return 0
}

// makePreSharedKey offers the session's tickets, with room for the binders that
// sealBinders fills in; or names the one that was chosen.
func makePreSharedKey(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p == inServerHello {
		return wire.AppendUint16(dst, c.modern.chosen), c.info.Kind == Resumed
	}
	if !c.offersPSK() {
		return dst, false
	}
	now := c.cfg.Now()
	at := len(dst)
	dst = wire.Open(dst, 2)
	for i := range c.offer.tickets {
		t := &c.offer.tickets[i]
		age := uint32(now.Sub(t.received)/time.Millisecond) + t.ageAdd
		dst = wire.AppendIdentity(dst, t.identity, age)
	}
	dst = wire.Close(dst, at, 2)
	at = len(dst)
	dst = wire.Open(dst, 2)
	for i := range c.offer.tickets {
		size := len(c.offer.tickets[i].psk) // a PSK of ours is as long as its hash
		dst = append(append(dst, byte(size)), zeroBinder[:size]...)
	}
	return wire.Close(dst, at, 2), true
}

var zeroBinder [64]byte

// offersPSK says whether the ClientHello at hand offers a PSK: after a
// HelloRetryRequest only one that goes with the suite's hash (RFC 9846
// §4.2.4).
func (c *Conn) offersPSK() bool {
	o := &c.offer
	return o.session != nil && !o.classic && (c.hash == nil || c.hash.Name == o.hash)
}

// sealBinders completes the ClientHello at hand with the binders of its PSKs
// (RFC 9846 §4.3.11.2). It leaves the schedule at the first one's early secret,
// from which the keys of early data come.
func (c *Conn) sealBinders(message []byte) error {
	if !c.hello.seen.has(extPreSharedKey) {
		return nil
	}
	putLength(message)
	h := hashes[c.offer.hash]
	at := len(message)
	covered := message[:at-2-len(c.offer.tickets)*(1+h.Size)]
	sum, err := c.transcript.sumWith(covered, h)
	if err != nil {
		return err
	}
	for i := len(c.offer.tickets) - 1; i >= 0; i-- {
		copy(message[at-h.Size:], c.binder(h, c.offer.tickets[i].psk, sum))
		at -= 1 + h.Size
	}
	return nil
}

// binder computes a PSK's binder over the hash of a ClientHello without its
// binders. It leaves the schedule at the PSK's early secret.
func (c *Conn) binder(h *secrets.Hash, psk, sum []byte) []byte {
	m := &c.modern
	m.schedule = secrets.NewSchedule(h, c.count)
	m.schedule.Early(psk)
	m.early = true
	key := m.binderKey[:h.Size]
	m.schedule.Derive(key, secrets.ResumptionBinder, nil)
	out := m.binder[:h.Size]
	m.schedule.Finished(out, key, sum)
	return out
}

func takePreSharedKey(c *Conn, p place, body []byte) error {
	if p == inClientHello {
		offered := &c.hello.psks
		if err := offered.Parse(body); err != nil {
			return err
		}
		if !offered.Balanced() {
			return badExtension
		}
		return nil
	}
	var x wire.Uint16
	if err := x.Parse(body); err != nil {
		return err
	}
	if int(x.Value) >= len(c.offer.tickets) || !c.offersPSK() || c.hash.Name != c.offer.hash {
		return unknownChoice
	}
	if c.modern.chosen = x.Value; x.Value != 0 {
		c.modern.schedule.Early(c.offer.tickets[x.Value].psk)
	}
	c.info.Kind = Resumed
	c.info.ClientAuthenticated, c.info.ToleratedFaults = c.offer.session.authenticated, c.offer.session.toleratedFaults
	return nil
}

// MaxTicketsOffered bounds the tickets that a client offers at once, and those that
// a server tries to open.
const MaxTicketsOffered = 4

// choosePSK takes the first ticket that can be resumed with the suite, if its
// binder verifies (RFC 9846 §4.3.11).
func (c *Conn) choosePSK() error {
	h := &c.hello
	way := c.chooseMode()
	binders := h.psks.Binders
	i := uint16(0)
	for rest := h.psks.Identities; len(rest) > 0 && i < MaxTicketsOffered; i++ {
		var identity, binder []byte
		var age uint32
		identity, age, rest = rest.Next()
		binder, binders = binders.Next()
		s, ok := c.openPSK(identity)
		if !ok || way == 0 || !c.admits(&s) || !c.keepsFragment(&s) || !c.resumesName(&s) {
			continue
		}
		message := c.message[:len(c.message)-h.psks.BindersSize()]
		sum, err := c.transcript.sumWith(message, c.hash)
		if err != nil {
			return err
		}
		if subtle.ConstantTimeCompare(c.binder(c.hash, s.Secret, sum), binder) != 1 {
			return badBinder
		}
		if !c.recall(&s) {
			continue
		}
		c.modern.chosen = i
		c.info.Kind, c.info.Resumption = Resumed, way
		if c.early != nil {
			c.early.claim = earlyClaim{s, identity, binder, age}
			c.early.skip = max(c.early.skip, int(s.Early.Most))
		}
		return nil
	}
	return nil
}

// openPSK opens a ticket and says whether it can be resumed: alive, of TLS
// 1.3, and with the suite's hash.
func (c *Conn) openPSK(ticket []byte) (wire.SessionState, bool) {
	var s wire.SessionState
	if c.cfg.Tickets == nil {
		return s, false
	}
	raw, _, err := c.cfg.Tickets.open(c.scratch[:0], ticket, c.cfg.Now(), c.count)
	if err != nil {
		return s, false
	}
	s, ok := c.openState(raw)
	suite := suiteRow(SuiteID(s.Suite))
	return s, ok && Version(s.Version) == TLS13 && suite != nil && suite.Hash == c.hash.Name && len(s.Secret) == c.hash.Size
}
