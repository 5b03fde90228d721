package engine

import (
	"tlslab/engine/kx"
	"tlslab/engine/record"
	"tlslab/engine/secrets"
	"tlslab/engine/wire"
)

// legacyHandlers are the messages of SSL 3.0 to TLS 1.2 after the ServerHello (RFC 6101, 2246,
// 4346, 5246).
var legacyHandlers = handlers{
	enter: enterLegacy,
	keys:  legacyKeys,
	steps: [KeyUpdate + 1]step{
		Certificates:       {write: writeLegacyCertificate, read: readLegacyCertificate, after: afterCertificate},
		ServerKeyExchange:  {write: writeServerKeyExchange, read: readServerKeyExchange},
		CertificateRequest: {write: writeLegacyCertificateRequest, read: readLegacyCertificateRequest, after: afterCertificateRequest},
		CertificateStatus:  {write: writeCertificateStatus, read: readCertificateStatus},
		CertificateVerify:  {write: writeLegacyCertificateVerify, read: readLegacyCertificateVerify, after: afterCertificateVerify},
		ServerHelloDone:    {write: writeServerHelloDone, read: readServerHelloDone},
		ClientKeyExchange:  {write: writeClientKeyExchange, read: readClientKeyExchange, after: afterClientKeyExchange},
		NewSessionTicket:   {write: writeLegacyTicket, read: readLegacyTicket},
		Finished:           {write: writeLegacyFinished, read: readLegacyFinished, after: afterLegacyFinished},
	},
}

// maxKeyBlock is the longest key block in bytes: AES-256-CBC with HMAC-SHA-384.
const maxKeyBlock = 2 * (48 + 32)

// legacyState is the state that only a handshake up to TLS 1.2 needs. Arrays of two are indexed by
// side.
type legacyState struct {
	secrets   *secrets.Legacy
	key       *kx.Key // ephemeral, of the server
	peerShare []byte  // of the server, at the client
	premaster []byte
	keys      [2]record.Keys // by side
	expanded  bool
	block     [maxKeyBlock]byte
	share     [133]byte // buffer of peerShare, as long as a point of P-521
	verify    [secrets.SSL30FinishedSize]byte
}

func (c *Conn) newLegacySecrets() {
	if c.info.Version == SSL30 {
		c.hs.legacy.secrets = secrets.NewLegacySSL30(c.count)
		return
	}
	c.hs.legacy.secrets = secrets.NewLegacy(c.hash, c.count)
}

// enterLegacy prepares the secrets of a full handshake. A resumed handshake has its master secret
// already.
func enterLegacy(c *Conn) error {
	if c.info.Kind == Full {
		c.newLegacySecrets()
		return nil
	}
	c.logSecret("CLIENT_RANDOM", c.hs.legacy.secrets.Master())
	return nil
}

// legacyKeys returns the record protection of one direction, with keys from the key block (RFC 5246
// §6.3).
func legacyKeys(c *Conn, from side, _ Epoch) (*record.HalfConn, error) {
	s := &c.hs.legacy
	if !s.expanded {
		version := uint16(c.info.Version)
		block := s.block[:c.cipher.KeyBlockSize(version)]
		s.secrets.KeyBlock(block, c.hs.randoms[client][:], c.hs.randoms[server][:])
		s.keys[client], s.keys[server] = c.cipher.SplitKeyBlock(version, block)
		s.expanded = true
	}
	half, err := record.NewLegacy(uint16(c.info.Version), c.cipher, s.keys[from], c.cfg.Rand, c.count)
	if err == nil && c.info.EncryptThenMAC {
		half.EnableEncryptThenMAC()
	}
	if err == nil && c.info.Compressed {
		half.EnableDeflate()
	}
	return half, err
}

// readLegacyServerHello reads the rest of a ServerHello up to TLS 1.2: whether the session is
// resumed, and the extensions.
func (c *Conn) readLegacyServerHello(m *wire.ServerHelloMsg) error {
	if c.cfg.hasDowngradeSentinel(m.Random, c.info.Version) {
		return downgraded
	}
	seen, err := c.readExtensions(c.info.legacyPlace(), m.Extensions)
	if err != nil {
		return err
	}
	c.info.ExtendedMasterSecret = seen.has(extExtendedMasterSecret)
	echoed := len(m.SessionID) > 0 && string(m.SessionID) == string(c.resume.id)
	c.resume.id = append(c.resume.idStore[:0], m.SessionID...)
	if !c.resume.offer.legacy || !echoed {
		c.info.Kind = Full
		return c.agreeRecordSizes()
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
	c.newLegacySecrets()
	c.hs.legacy.secrets.Resume(s.MasterSecret)
	c.resume.session = s
	return c.agreeRecordSizes()
}

// impliesScheme reports whether the type of key implies the signature scheme: before TLS 1.2.
func (i *Info) impliesScheme() bool { return i.Version < TLS12 }
