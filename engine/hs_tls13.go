package engine

import (
	"fmt"

	"tlslab/engine/record"
	"tlslab/engine/secrets"
	"tlslab/engine/wire"
)

// tls13Handlers are the messages of TLS 1.3 after the ServerHello (RFC 9846 §4).
var tls13Handlers = handlers{
	enter: enterTLS13,
	keys:  tls13Keys,
	steps: [KeyUpdate + 1]step{
		EncryptedExtensions: {write: writeEncryptedExtensions, read: readEncryptedExtensions},
		EndOfEarlyData:      {write: writeEndOfEarlyData, read: readEndOfEarlyData},
		CertificateRequest:  {write: writeTLS13CertificateRequest, read: readTLS13CertificateRequest, after: afterCertificateRequest},
		Certificates:        {write: writeTLS13Certificate, read: readTLS13Certificate, after: afterCertificate},
		CertificateVerify:   {write: writeTLS13CertificateVerify, read: readTLS13CertificateVerify, after: afterCertificateVerify},
		Finished:            {write: writeTLS13Finished, read: readTLS13Finished, after: afterTLS13Finished},
		NewSessionTicket:    {write: writeTLS13Ticket, read: readTLS13Ticket},
		KeyUpdate:           {write: writeKeyUpdate, read: readKeyUpdate, after: afterKeyUpdate},
	},
}

// maxHash is the length in bytes of the longest hash of a suite: SHA-384.
const maxHash = 48

// tls13Secrets are the secrets of a TLS 1.3 connection. Arrays of two are indexed by side.
type tls13Secrets struct {
	schedule    *secrets.Schedule
	traffic     [2][maxHash]byte // application traffic secrets
	resumption  [maxHash]byte
	ticketNonce byte // ticket_nonce of the next ticket
}

// tls13State is the state that only a handshake of TLS 1.3 needs. Arrays of two are indexed by
// side.
type tls13State struct {
	pskSchedule      bool   // the key schedule is at the PSK's early secret
	shared           []byte // (EC)DHE secret; nil in psk_ke
	serverShare      []byte // of key_share
	selectedGroup    Group  // at the client: of the HelloRetryRequest
	repeated         []byte // at the server: what the second ClientHello must repeat
	selectedIdentity uint16 // number of the chosen PSK, from 0

	traffic   [2][maxHash]byte // handshake traffic secrets
	binderKey [maxHash]byte
	binder    [maxHash]byte
	verify    [maxHash]byte
}

// readTLS13ServerHello reads the rest of a TLS 1.3 ServerHello.
func (c *Conn) readTLS13ServerHello(m *wire.ServerHelloMsg) error {
	if string(m.SessionID) != string(c.resume.id) {
		return badSessionID
	}
	c.info.Kind = Full
	seen, err := c.readExtensions(inServerHello, m.Extensions)
	if err != nil {
		return err
	}
	c.hs.compatible = c.requestsCompatibilityMode()
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
	if !c.cfg.allowsResumption(c.info.Resumption) {
		return unknownChoice
	}
	return nil
}

// enterTLS13 advances the key schedule to the handshake secret (RFC 9846 §7.1).
func enterTLS13(c *Conn) error {
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

// fullSchedule returns a key schedule without a PSK.
func (c *Conn) fullSchedule() *secrets.Schedule {
	s := secrets.NewSchedule(c.hash, c.count)
	s.Early(nil)
	return s
}

// tls13Keys returns the record protection of one direction (RFC 9846 §7.3). A server that sends
// 0.5-RTT data keeps its first application keys until it has received the client's Finished: see
// afterTLS13Finished.
func tls13Keys(c *Conn, from side, e Epoch) (*record.HalfConn, error) {
	if e == EpochHandshake {
		return c.protect(c.cipher, c.hs.tls13.traffic[from][:c.hash.Size])
	}
	half, err := c.protect(c.cipher, c.tls13.traffic[from][:c.hash.Size])
	if err == nil && (from == client || c.info.Done) {
		half.LimitRecords(c.cfg.KeyUpdateAfter)
	}
	return half, err
}

// protect returns the record protection with keys from a traffic secret.
func (c *Conn) protect(cipher *record.Cipher, secret []byte) (*record.HalfConn, error) {
	n := cipher.KeySize
	key, iv := c.scratch[:n], c.scratch[n:n+record.NonceSize]
	c.tls13.schedule.TrafficKeys(key, iv, secret)
	half, err := record.NewTLS13(cipher, key, iv, c.count)
	if err == nil {
		half.SetPadding(c.cfg.PadTo)
	}
	return half, err
}

func (c *Conn) logSecret(label string, secret []byte) {
	if c.cfg.Observe != nil {
		c.cfg.Observe(Notice{Kind: Secret, Label: label, ClientRandom: c.hs.randoms[client][:], Secret: secret})
	}
}

func writeEncryptedExtensions(c *Conn, dst []byte) ([]byte, error) {
	return c.appendExtensions(dst, inEncryptedExtensions), c.agreeRecordSizes()
}

func readEncryptedExtensions(c *Conn, body []byte) error {
	var m wire.EncryptedExtensionsMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	seen, err := c.readExtensions(inEncryptedExtensions, m.Extensions)
	if err != nil {
		return err
	}
	if err := c.readEarlyDataAnswer(seen.has(extEarlyData)); err != nil {
		return err
	}
	return c.agreeRecordSizes()
}
