package engine

import (
	"tlslab/engine/kx"
	"tlslab/engine/record"
	"tlslab/engine/secrets"
	"tlslab/engine/wire"
)

// legacyHandlers is SSL 3.0 to TLS 1.2 (RFC 6101, 2246, 4346, 5246) from the ServerHello on.
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

// maxKeyBlock is the longest key block: AES-256-CBC with SHA-384.
const maxKeyBlock = 2 * (48 + 32)

// legacyState is what the versions up to TLS 1.2 keep besides.
type legacyState struct {
	secrets   *secrets.Legacy
	key       *kx.Key // the server's ephemeral key
	peerShare []byte  // what the client answers to
	premaster []byte
	keys      [2]record.Keys // by side
	expanded  bool
	block     [maxKeyBlock]byte
	share     [133]byte // room for peerShare: P-521's point
	verify    [secrets.SSL30FinishedSize]byte
}

func (c *Conn) newLegacySecrets() {
	if c.info.Version == SSL30 {
		c.hs.legacy.secrets = secrets.NewLegacySSL30(c.count)
		return
	}
	c.hs.legacy.secrets = secrets.NewLegacy(c.hash, c.count)
}

// enterLegacy readies the secrets, which a resumed session has already.
func enterLegacy(c *Conn) error {
	if c.info.Kind == Full {
		c.newLegacySecrets()
		return nil
	}
	c.logSecret("CLIENT_RANDOM", c.hs.legacy.secrets.Master())
	return nil
}

// legacyKeys makes the protection of one direction from the key block
// (RFC 5246 §6.3).
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

// readLegacyServerHello reads the rest of a ServerHello up to TLS 1.2: whether the
// session is resumed, and what was agreed to.
func (c *Conn) readLegacyServerHello(m *wire.ServerHelloMsg) error {
	if c.hasDowngradeSentinel(m.Random) {
		return downgraded
	}
	seen, err := c.readExtensions(c.info.legacyPlace(), m.Extensions)
	if err != nil {
		return err
	}
	c.info.ExtendedMasterSecret = seen.has(extExtendedMasterSecret)
	echoed := len(m.SessionID) > 0 && string(m.SessionID) == string(c.resume.id)
	c.resume.id = append(c.resume.idStore[:0], m.SessionID...)
	if !c.resume.offer.classic || !echoed {
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

// impliesScheme says whether the version leaves the signature scheme to the kind
// of key.
func (i *Info) impliesScheme() bool { return i.Version < TLS12 }
