package engine

import (
	"crypto/subtle"
	"time"

	"tlslab/engine/secrets"
	"tlslab/engine/wire"
)

// TLS 1.3's resumption: PSKs, their binders and the modes they are used in.

// pskModes are the numbers of psk_key_exchange_modes (RFC 9846 §4.2.9).
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

// makePreSharedKey offers the session's ticket, with room for the binder that
// sealBinder fills in; or names the one that was chosen.
func makePreSharedKey(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p == inServerHello {
		return wire.AppendUint16(dst, c.modern.chosen), c.info.Kind == Resumed
	}
	if !c.offersPSK() {
		return dst, false
	}
	t := &c.offer.ticket
	age := uint32(c.cfg.Now().Sub(t.received)/time.Millisecond) + t.ageAdd
	at := len(dst)
	dst = wire.Open(dst, 2)
	dst = wire.AppendIdentity(dst, t.identity, age)
	dst = wire.Close(dst, at, 2)
	size := len(t.psk) // a PSK of ours is as long as its hash
	dst = append(dst, 0, byte(size+1), byte(size))
	return append(dst, zeroBinder[:size]...), true
}

var zeroBinder [64]byte

// offersPSK says whether the ClientHello at hand offers a PSK: after a
// HelloRetryRequest only one that goes with the suite's hash (RFC 9846
// §4.1.4).
func (c *Conn) offersPSK() bool {
	o := &c.offer
	return o.session != nil && !o.classic && (c.hash == nil || c.hash.Name == o.hash)
}

// sealBinder completes the ClientHello at hand with the binder of its PSK
// (RFC 9846 §4.2.11.2).
func (c *Conn) sealBinder(message []byte) error {
	if !c.hello.seen.has(extPreSharedKey) {
		return nil
	}
	psk := c.offer.ticket.psk
	putLength(message)
	const lengths = 2 + 1 // of the list and of its one binder
	at := len(message) - len(psk)
	binder, err := c.binder(hashes[c.offer.hash], psk, message[:at-lengths])
	if err != nil {
		return err
	}
	copy(message[at:], binder)
	return nil
}

// binder computes a PSK's binder over a ClientHello without its binders. It
// leaves the schedule at the PSK's early secret.
func (c *Conn) binder(h *secrets.Hash, psk, message []byte) ([]byte, error) {
	sum, err := c.transcript.sumWith(message, h)
	if err != nil {
		return nil, err
	}
	m := &c.modern
	m.schedule = secrets.NewSchedule(h, c.count)
	m.schedule.Early(psk)
	m.early = true
	key := m.binderKey[:h.Size]
	m.schedule.Derive(key, secrets.ResumptionBinder, nil)
	out := m.binder[:h.Size]
	m.schedule.Finished(out, key, sum)
	return out, nil
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
	if x.Value != 0 || !c.offersPSK() || c.hash.Name != c.offer.hash {
		return unknownChoice
	}
	c.info.Kind = Resumed
	c.info.ClientAuthenticated = c.offer.session.authenticated
	return nil
}

// maxIdentities bounds the tickets that a server tries to open.
const maxIdentities = 4

// choosePSK takes the first ticket that can be resumed with the suite, if its
// binder verifies (RFC 9846 §4.2.11).
func (c *Conn) choosePSK() error {
	h := &c.hello
	way := c.chooseMode()
	binders := h.psks.Binders
	i := uint16(0)
	for rest := h.psks.Identities; len(rest) > 0 && i < maxIdentities; i++ {
		var identity, binder []byte
		identity, _, rest = rest.Next()
		binder, binders = binders.Next()
		s, ok := c.openPSK(identity)
		if !ok || way == 0 || !c.admits(&s) || !c.keepsFragment(&s) || !c.resumesName(&s) {
			continue
		}
		message := c.message[:len(c.message)-h.psks.BindersSize()]
		want, err := c.binder(c.hash, s.Secret, message)
		if err != nil {
			return err
		}
		if subtle.ConstantTimeCompare(want, binder) != 1 {
			return badBinder
		}
		if !c.recall(&s) {
			continue
		}
		c.modern.chosen = i
		c.info.Kind, c.info.Resumption = Resumed, way
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
