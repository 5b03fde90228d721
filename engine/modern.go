package engine

import (
	"crypto/subtle"
	"fmt"
	"strings"

	"tlslab/engine/op"
	"tlslab/engine/pki"
	"tlslab/engine/record"
	"tlslab/engine/secrets"
	"tlslab/engine/wire"
)

// tls13Handlers is TLS 1.3 (RFC 9846) from the ServerHello on.
var tls13Handlers = handlers{
	enter: enterModern,
	keys:  modernKeys,
	steps: [KeyUpdate + 1]step{
		EncryptedExtensions: {make: makeEncryptedExtensions, take: takeEncryptedExtensions},
		EndOfEarlyData:      {make: makeEndOfEarlyData, take: takeEndOfEarlyData},
		CertificateRequest:  {make: makeCertificateRequest13, take: takeCertificateRequest13, after: afterCertificateRequest},
		Certificates:        {make: makeCertificate13, take: takeCertificate13, after: afterCertificate},
		CertificateVerify:   {make: makeCertificateVerify13, take: takeCertificateVerify13, after: afterCertificateVerify},
		Finished:            {make: makeFinished13, take: takeFinished13, after: afterFinished13},
		NewSessionTicket:    {make: makeTicket13, take: takeTicket13},
		KeyUpdate:           {make: makeKeyUpdate, take: takeKeyUpdate, after: afterKeyUpdate},
	},
}

const maxHash = 48 // bytes of the longest suite's hash

// tls13Secrets are the secrets of a TLS 1.3 connection. Arrays of two are by side.
type tls13Secrets struct {
	schedule    *secrets.Schedule
	traffic     [2][maxHash]byte // application traffic secrets
	resumption  [maxHash]byte
	ticketNonce byte // of the next ticket
}

// tls13State is what only the handshake of TLS 1.3 needs. Arrays of two are by side.
type tls13State struct {
	pskSchedule bool   // the schedule has entered the PSK's early secret
	shared      []byte // the (EC)DHE secret; nil in psk_ke
	reply       []byte // the server's share
	retryGroup  Group  // the client's, from a HelloRetryRequest
	repeated    []byte // the server's, of the first ClientHello: what the second repeats
	chosen      uint16 // among the offered PSKs

	traffic   [2][maxHash]byte // handshake traffic secrets
	binderKey [maxHash]byte
	binder    [maxHash]byte
	verify    [maxHash]byte
}

// takeModernHello reads the rest of a TLS 1.3 ServerHello.
func (c *Conn) takeModernHello(m *wire.ServerHelloMsg) error {
	if string(m.SessionID) != string(c.resume.id) {
		return badSessionID
	}
	c.info.Kind = Full
	seen, err := c.takeExtensions(inServerHello, m.Extensions)
	if err != nil {
		return err
	}
	c.hs.compatible = c.asksCompatibility()
	c.info.ExtendedMasterSecret = true
	shared := seen.has(extKeyShare)
	switch {
	case c.info.Kind == Full && !shared:
		return fmt.Errorf("%w: key_share", missingExtension)
	case c.info.Kind == Full:
		return nil
	}
	c.info.Resumption = PSK
	if shared {
		c.info.Resumption = PSKDHE
	}
	if !c.cfg.allows(c.info.Resumption) {
		return unknownChoice
	}
	return nil
}

// enterModern walks the key schedule to the handshake secret (RFC 9846 §7.1).
func enterModern(c *Conn) error {
	m, hs := &c.tls13, &c.hs.tls13
	if c.info.Kind == Full || !hs.pskSchedule {
		m.schedule = c.fullSchedule()
	}
	m.schedule.Handshake(hs.shared)
	sum := c.hs.transcript.sum()
	for _, s := range [...]struct {
		side  side
		label secrets.Label
		log   string
	}{
		{client, secrets.ClientHandshakeTraffic, "CLIENT_HANDSHAKE_TRAFFIC_SECRET"},
		{server, secrets.ServerHandshakeTraffic, "SERVER_HANDSHAKE_TRAFFIC_SECRET"},
	} {
		secret := hs.traffic[s.side][:c.hash.Size]
		m.schedule.Derive(secret, s.label, sum)
		c.logSecret(s.log, secret)
	}
	return nil
}

// fullSchedule is a schedule without a PSK.
func (c *Conn) fullSchedule() *secrets.Schedule {
	s := secrets.NewSchedule(c.hash, c.count)
	s.Early(nil)
	return s
}

// modernKeys makes the protection of one direction (RFC 9846 §7.3).
func modernKeys(c *Conn, from side, e Epoch) (*record.Half, error) {
	if e == EpochHandshake {
		return c.protect(c.cipher, c.hs.tls13.traffic[from][:c.hash.Size])
	}
	half, err := c.protect(c.cipher, c.tls13.traffic[from][:c.hash.Size])
	if err == nil && (from == client || c.info.Done) { // a server's first keys: see afterFinished13
		half.RenewAfter(c.cfg.KeyUpdateAfter)
	}
	return half, err
}

// protect makes the protection of a traffic secret.
func (c *Conn) protect(cipher *record.Cipher, secret []byte) (*record.Half, error) {
	n := cipher.Key
	key, iv := c.scratch[:n], c.scratch[n:n+record.NonceSize]
	c.tls13.schedule.TrafficKeys(key, iv, secret)
	half, err := record.TLS13(cipher, key, iv, c.count)
	if err == nil {
		half.PadTo(c.cfg.PadTo)
	}
	return half, err
}

func (c *Conn) logSecret(label string, secret []byte) {
	if c.cfg.Observe != nil {
		c.cfg.Observe(Notice{Kind: Secret, Label: label, ClientRandom: c.hs.randoms[client][:], Secret: secret})
	}
}

func makeEncryptedExtensions(c *Conn, dst []byte) ([]byte, error) {
	return c.appendExtensions(dst, inEncrypted), c.settleSizes()
}

func takeEncryptedExtensions(c *Conn, body []byte) error {
	var m wire.EncryptedExtensionsMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	seen, err := c.takeExtensions(inEncrypted, m.Extensions)
	if err != nil {
		return err
	}
	if err := c.learnEarly(seen.has(extEarlyData)); err != nil {
		return err
	}
	return c.settleSizes()
}

// makeCertificate13 writes this side's chain; a client's may be empty.
func makeCertificate13(c *Conn, dst []byte) ([]byte, error) {
	if c.info.Certificate == nil {
		return append(dst, 0, 0, 0, 0), nil
	}
	if c.staples() {
		c.info.Revocation = RevocationStapled
		return append(dst, c.info.Certificate.stapled...), nil
	}
	return append(dst, c.info.Certificate.modern...), nil
}

func takeCertificate13(c *Conn, body []byte) error {
	var m wire.Certificate13Msg
	if err := m.Parse(body); err != nil {
		return err
	}
	if len(m.Context) > 0 {
		return unknownChoice
	}
	for rest := m.Entries; len(rest) > 0; {
		var der []byte
		var ext wire.Extensions
		der, ext, rest = rest.Next()
		if _, err := c.takeExtensions(inCertificate, ext); err != nil {
			return err
		}
		if err := c.addCertificate(der); err != nil {
			return err
		}
	}
	if err := c.verifyChain(); err != nil {
		return err
	}
	return c.takeStaple()
}

// signedContexts begin what a side's CertificateVerify signs (RFC 9846 §4.5.2).
var signedContexts = [...]string{
	client: strings.Repeat(" ", 64) + "TLS 1.3, client CertificateVerify\x00",
	server: strings.Repeat(" ", 64) + "TLS 1.3, server CertificateVerify\x00",
}

// signed is what a side's CertificateVerify signs.
func (c *Conn) signed(from side) []byte {
	return append(append(c.scratch[:0], signedContexts[from]...), c.hs.transcript.sum()...)
}

func makeCertificateVerify13(c *Conn, dst []byte) ([]byte, error) {
	signature, err := c.hs.scheme.Sign(c.cfg.Rand, c.info.Certificate.key, c.signed(c.side), c.count)
	if err != nil {
		return nil, err
	}
	m := wire.CertificateVerifyMsg{Scheme: c.hs.scheme.ID, Signature: signature}
	return m.Append(dst), nil
}

func takeCertificateVerify13(c *Conn, body []byte) error {
	var m wire.CertificateVerifyMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	return c.checkSignature(m.Scheme, c.signed(other(c.side)), m.Signature, (*pki.Scheme).Verify)
}

// checkSignature verifies a handshake signature by the leaf's key. Before TLS 1.2
// no scheme is named and id is ignored. What is signed is given to verify, a method of
// the scheme's.
func (c *Conn) checkSignature(id uint16, signed, signature []byte, verify func(*pki.Scheme, *pki.PublicKey, []byte, []byte, op.Counter) error) error {
	s := pki.SchemeByID(id)
	if c.impliesScheme() {
		s = pki.ImpliedScheme(c.hs.peerKey)
	} else if !c.accepts(id) {
		s = nil
	}
	if s == nil || !s.Fits(c.hs.peerKey, uint16(c.info.Version)) {
		return fmt.Errorf("%w: signature scheme 0x%04x", unknownChoice, id)
	}
	if err := verify(s, c.hs.peerKey, signed, signature, c.count); err != nil {
		return fmt.Errorf("%w: %w", badSignature, err)
	}
	return nil
}

// finished13 is the verify_data of a side's Finished (RFC 9846 §4.5.3).
func (c *Conn) finished13(from side) []byte {
	out := c.hs.tls13.verify[:c.hash.Size]
	c.tls13.schedule.Finished(out, c.hs.tls13.traffic[from][:c.hash.Size], c.hs.transcript.sum())
	return out
}

func makeFinished13(c *Conn, dst []byte) ([]byte, error) {
	return append(dst, c.finished13(c.side)...), nil
}

func takeFinished13(c *Conn, body []byte) error {
	if len(body) != c.hash.Size {
		return decodeError
	}
	if subtle.ConstantTimeCompare(body, c.finished13(other(c.side))) != 1 {
		return badFinished
	}
	return nil
}

// afterFinished13 derives the traffic secrets after the server's Finished,
// and the resumption secret after the client's (RFC 9846 §7.1). From then on a
// server that has spoken before may change its keys.
func afterFinished13(c *Conn, from side) error {
	m := &c.tls13
	sum := c.hs.transcript.sum()
	if from == client {
		m.schedule.Derive(m.resumption[:c.hash.Size], secrets.Resumption, sum)
		if c.side == server {
			c.out.half.RenewAfter(c.cfg.KeyUpdateAfter)
		}
		if !c.memorable() {
			c.post.ticketsOwed = 0
		}
		return nil
	}
	m.schedule.Master()
	m.schedule.Derive(m.traffic[client][:c.hash.Size], secrets.ClientTraffic, sum)
	m.schedule.Derive(m.traffic[server][:c.hash.Size], secrets.ServerTraffic, sum)
	c.logSecret("CLIENT_TRAFFIC_SECRET_0", m.traffic[client][:c.hash.Size])
	c.logSecret("SERVER_TRAFFIC_SECRET_0", m.traffic[server][:c.hash.Size])
	return nil
}
