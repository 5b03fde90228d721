package engine

import (
	"crypto/subtle"
	"fmt"
	"time"

	"tlslab/engine/kx"
	"tlslab/engine/record"
	"tlslab/engine/secrets"
	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// legacyHandlers is SSL 3.0 to TLS 1.2 (RFC 6101, 2246, 4346, 5246) from the ServerHello on.
var legacyHandlers = handlers{
	enter: enterClassic,
	keys:  classicKeys,
	steps: [KeyUpdate + 1]step{
		Certificates:       {make: makeCertificate, take: takeCertificate, after: afterCertificate},
		ServerKeyExchange:  {make: makeServerKeyExchange, take: takeServerKeyExchange},
		CertificateRequest: {make: makeCertificateRequest, take: takeCertificateRequest, after: afterCertificateRequest},
		CertificateStatus:  {make: makeCertificateStatus, take: takeCertificateStatus},
		CertificateVerify:  {make: makeCertificateVerify, take: takeCertificateVerify, after: afterCertificateVerify},
		ServerHelloDone:    {make: makeServerHelloDone, take: takeServerHelloDone},
		ClientKeyExchange:  {make: makeClientKeyExchange, take: takeClientKeyExchange, after: afterClientKeyExchange},
		NewSessionTicket:   {make: makeTicket, take: takeTicket},
		Finished:           {make: makeFinished, take: takeFinished, after: afterFinished},
	},
}

// maxKeyBlock is the longest key block: AES-256-CBC with SHA-384.
const maxKeyBlock = 2 * (48 + 32)

// legacyState is what the versions up to TLS 1.2 keep besides.
type legacyState struct {
	secrets   *secrets.Classic
	key       *kx.Key // the server's ephemeral key
	peerShare []byte  // what the client answers to
	premaster []byte
	keys      [2]record.Keys // by side
	expanded  bool
	block     [maxKeyBlock]byte
	share     [133]byte // room for peerShare: P-521's point
	verify    [secrets.SSLFinishedSize]byte
}

// takeClassicHello reads the rest of a ServerHello up to TLS 1.2: whether the
// session is resumed, and what was agreed to.
func (c *Conn) takeClassicHello(m *wire.ServerHelloMsg) error {
	if c.talkedDown(m.Random) {
		return downgraded
	}
	seen, err := c.takeExtensions(c.classicPlace(), m.Extensions)
	if err != nil {
		return err
	}
	c.info.ExtendedMasterSecret = seen.has(extExtendedMasterSecret)
	echoed := len(m.SessionID) > 0 && string(m.SessionID) == string(c.resume.id)
	c.resume.id = append(c.resume.idStore[:0], m.SessionID...)
	if !c.resume.offer.classic || !echoed {
		c.info.Kind = Full
		return c.settleSizes()
	}
	s := c.resume.offer.session
	switch {
	case s.Suite != c.info.Suite.ID || s.Version != c.info.Version || s.Compressed != c.info.Compressed:
		return unknownChoice
	case s.ExtendedMasterSecret != c.info.ExtendedMasterSecret:
		return masterSecretMismatch
	}
	c.info.Kind, c.info.Resumption = Resumed, SessionID
	if s.SessionTicket != nil {
		c.info.Resumption = Ticket
	}
	c.info.ClientAuthenticated, c.info.ToleratedFaults = s.ClientAuthenticated, s.ToleratedFaults
	c.newClassic()
	c.hs.legacy.secrets.Resume(s.MasterSecret)
	c.resume.session = s
	return c.settleSizes()
}

func (c *Conn) newClassic() {
	if c.info.Version == SSL30 {
		c.hs.legacy.secrets = secrets.NewSSL(c.count)
		return
	}
	c.hs.legacy.secrets = secrets.NewClassic(c.hash, c.count)
}

// enterClassic readies the secrets, which a resumed session has already.
func enterClassic(c *Conn) error {
	if c.info.Kind == Full {
		c.newClassic()
		return nil
	}
	c.logSecret("CLIENT_RANDOM", c.hs.legacy.secrets.Master())
	return nil
}

// classicKeys makes the protection of one direction from the key block
// (RFC 5246 §6.3).
func classicKeys(c *Conn, from side, _ Epoch) (*record.Half, error) {
	s := &c.hs.legacy
	if !s.expanded {
		version := uint16(c.info.Version)
		block := s.block[:c.cipher.KeyBlock(version)]
		s.secrets.KeyBlock(block, c.hs.randoms[client][:], c.hs.randoms[server][:])
		s.keys[client], s.keys[server] = c.cipher.Split(version, block)
		s.expanded = true
	}
	half, err := record.Classic(uint16(c.info.Version), c.cipher, s.keys[from], c.cfg.Rand, c.count)
	if err == nil && c.info.EncryptThenMAC {
		half.EncryptThenMAC()
	}
	if err == nil && c.info.Compressed {
		half.Deflate()
	}
	return half, err
}

// makeCertificate writes this side's chain; a client's may be empty.
func makeCertificate(c *Conn, dst []byte) ([]byte, error) {
	if c.info.Certificate == nil {
		return append(dst, 0, 0, 0), nil
	}
	return append(dst, c.info.Certificate.classic...), nil
}

func takeCertificate(c *Conn, body []byte) error {
	var m wire.CertificateMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	for rest := m.Chain; len(rest) > 0; {
		var der []byte
		der, rest = rest.Next()
		if err := c.addCertificate(der); err != nil {
			return err
		}
	}
	return c.verifyChain()
}

func makeServerHelloDone(_ *Conn, dst []byte) ([]byte, error) { return dst, nil }

// takeServerHelloDone ends the server's part, and with it the time for a status.
func takeServerHelloDone(c *Conn, body []byte) error {
	if err := wantEmpty(body); err != nil {
		return err
	}
	return c.requireStaple()
}

// finished is the verify_data of a side's Finished (RFC 5246 §7.4.9), or the
// digests that SSL 3.0 has in its place (RFC 6101 §5.6.9).
func (c *Conn) finished(from side) ([]byte, error) {
	out := c.hs.legacy.verify[:]
	if c.info.Version == SSL30 {
		return out, c.hs.legacy.secrets.SSLFinished(out, from, c.hs.transcript.running)
	}
	out = out[:secrets.FinishedSize]
	c.hs.legacy.secrets.Finished(out, from, c.hs.transcript.sum())
	return out, nil
}

func makeFinished(c *Conn, dst []byte) ([]byte, error) {
	finished, err := c.finished(c.side)
	return append(dst, finished...), err
}

func takeFinished(c *Conn, body []byte) error {
	want, err := c.finished(other(c.side))
	switch {
	case err != nil:
		return err
	case len(body) != len(want):
		return decodeError
	case subtle.ConstantTimeCompare(body, want) != 1:
		return badFinished
	}
	return nil
}

// afterFinished keeps the session under its ID once the peer has proved that
// it has the same secret.
func afterFinished(c *Conn, from side) error {
	if c.info.Kind != Full || from == c.side || len(c.resume.id) == 0 {
		return nil
	}
	if c.side == server {
		if !c.memorable() {
			return nil
		}
		state := c.appendState(c.scratch[:0], c.hs.legacy.secrets.Master(), session.EarlyDataTerms{})
		c.cfg.SessionCache.Put(c.resume.id, state, c.cfg.Now())
	} else if !c.hs.ticketPromised && c.cfg.allows(SessionID) {
		c.keepClassic(nil, session.MaxSessionIDLifetime)
	}
	return nil
}

// forget drops the session of an established connection that fails, at both sides
// (RFC 5246 §7.2.2). Before, anyone could make it fail who has seen the session ID.
func (c *Conn) forget() {
	switch {
	case !c.info.Done || c.info.Version == TLS13:
	case c.side == server && c.cfg.SessionCache != nil && len(c.resume.id) > 0:
		c.cfg.SessionCache.Delete(c.resume.id)
	case c.side == client:
		for _, s := range []*session.Session{c.resume.session, c.resume.offer.session} {
			if s != nil && (s == c.resume.session || c.info.Kind == Resumed) {
				s.Invalidate()
			}
		}
	}
}

// makeTicket seals the session into the ticket of versions up to TLS 1.2 (RFC 5077 §3.3).
// A session that is not kept has an empty one.
func makeTicket(c *Conn, dst []byte) ([]byte, error) {
	if !c.memorable() {
		m := wire.TicketMsg{}
		return m.Append(dst), nil
	}
	state := c.appendState(c.scratch[:0], c.hs.legacy.secrets.Master(), session.EarlyDataTerms{})
	ticket, err := c.cfg.Tickets.Seal(c.ticketStore[:0], state, c.cfg.Now(), c.cfg.Rand, c.count)
	if err != nil {
		return nil, err
	}
	c.info.TicketsSent++
	m := wire.TicketMsg{Lifetime: uint32(c.cfg.ticketLifetime() / time.Second), Ticket: ticket}
	return m.Append(dst), nil
}

func takeTicket(c *Conn, body []byte) error {
	var m wire.TicketMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	c.info.TicketsReceived++
	if len(m.Ticket) > 0 && c.cfg.allows(Ticket) {
		c.keepClassic(m.Ticket, time.Duration(m.Lifetime)*time.Second)
	}
	return nil
}

func makeSessionTicket(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p != inClientHello {
		return dst, c.hs.ticketPromised
	}
	if c.resume.offer.classic {
		dst = append(dst, c.resume.offer.session.SessionTicket...)
	}
	return dst, c.cfg.minVersion() <= TLS12 && c.cfg.allows(Ticket)
}

func takeSessionTicket(c *Conn, _ place, body []byte) error {
	if c.side == server {
		c.hs.hello.ticket = body
		return nil
	}
	c.hs.ticketPromised = true
	return wantEmpty(body)
}

// afterClientKeyExchange derives the master secret, over all messages so far
// where it is the extended one (RFC 7627 §4).
func afterClientKeyExchange(c *Conn, _ side) error {
	s := &c.hs.legacy
	if s.premaster == nil {
		return fmt.Errorf("%w: no premaster secret", internalError)
	}
	if c.info.ExtendedMasterSecret {
		s.secrets.ExtendedMasterSecret(s.premaster, c.hs.transcript.sum())
	} else {
		s.secrets.MasterSecret(s.premaster, c.hs.randoms[client][:], c.hs.randoms[server][:])
	}
	s.premaster = nil
	c.logSecret("CLIENT_RANDOM", s.secrets.Master())
	return nil
}
