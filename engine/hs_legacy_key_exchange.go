package engine

import (
	"bytes"
	"fmt"

	"tlslab/engine/kx"
	"tlslab/engine/pki"
	"tlslab/engine/wire"
)

// ServerKeyExchange and ClientKeyExchange, up to TLS 1.2 (RFC 8422 §5.4, §5.7, RFC 5246 §7.4.3,
// §7.4.7).

// signedParams returns what a ServerKeyExchange signs: both randoms and the parameters (RFC 8422
// §5.4).
func (c *Conn) signedParams(m *wire.ServerKeyExchangeMsg) []byte {
	dst := append(c.scratch[:0], c.hs.randoms[client][:]...)
	dst = append(dst, c.hs.randoms[server][:]...)
	return m.AppendParams(dst)
}

func writeServerKeyExchange(c *Conn, dst []byte) ([]byte, error) {
	key, err := c.info.Group.row().Generate(c.cfg.Rand, c.count)
	if err != nil {
		return nil, err
	}
	c.hs.legacy.key = key
	m := wire.ServerKeyExchangeMsg{
		NoScheme: c.info.impliesScheme(), FiniteField: c.info.usesFFDHE(), Group: uint16(c.info.Group), Prime: key.Group().Prime(), Generator: key.Group().Generator(),
		Share: key.Share(), Scheme: c.hs.scheme.ID,
	}
	m.Signature, err = c.hs.scheme.Sign(c.cfg.Rand, c.info.Certificate.key, c.signedParams(&m), c.count)
	if err != nil {
		return nil, err
	}
	return m.Append(dst), nil
}

func readServerKeyExchange(c *Conn, body []byte) error {
	m := wire.ServerKeyExchangeMsg{NoScheme: c.info.impliesScheme(), FiniteField: c.info.usesFFDHE()}
	if err := m.Parse(body); err != nil {
		return err
	}
	if err := c.checkSignature(m.Scheme, c.signedParams(&m), m.Signature, (*pki.Scheme).Verify); err != nil {
		return err
	}
	g, err := c.cfg.findGroup(&m, GroupFamily(c.info.Suite.KeyExchange))
	if err != nil {
		return err
	}
	c.info.Group = g
	c.hs.legacy.peerShare = append(c.hs.legacy.share[:0], c.info.padShare(m.Share)...)
	return nil
}

// usesFFDHE reports whether the suite's key exchange is DHE in a finite field.
func (i *Info) usesFFDHE() bool { return GroupFamily(i.Suite.KeyExchange) == kx.Field }

// findGroup returns the enabled group that the server's parameters belong to. It refuses all other
// FFDHE parameters, whatever their size: RFC 7919 §3.1 leaves that to the client's policy.
func (cfg *Config) findGroup(m *wire.ServerKeyExchangeMsg, family kx.Family) (Group, error) {
	for _, g := range cfg.groups() {
		row := g.row()
		switch {
		case row.Family != family:
		case !m.FiniteField && uint16(g) == m.Group:
			return g, nil
		case m.FiniteField && bytes.Equal(row.Prime(), m.Prime) && bytes.Equal(row.Generator(), m.Generator):
			return g, nil
		}
	}
	if m.FiniteField {
		return 0, fmt.Errorf("%w: a prime of %d bytes", unknownFFDHEGroup, len(m.Prime))
	}
	return 0, fmt.Errorf("%w: %v", unknownChoice, Group(m.Group))
}

// padShare returns the peer's share in the length of the group. Before TLS 1.3 an FFDHE share may
// lack its leading zeros.
func (i *Info) padShare(share []byte) []byte {
	size := i.Group.row().ShareSize
	if !i.usesFFDHE() || len(share) >= size {
		return share
	}
	return append(make([]byte, size-len(share), size), share...)
}

// setPremaster keeps the premaster secret: a group's shared secret, in a finite field without
// leading zeros (RFC 5246 §8.1.2). The number of zeros shows in the time of the key derivation
// ("Raccoon", Merget et al., 2021). An attacker learns about one connection only: each private key
// is used for one connection.
func (c *Conn) setPremaster(secret []byte) {
	if c.info.usesFFDHE() {
		secret = bytes.TrimLeft(secret, "\x00")
	}
	c.hs.legacy.premaster = secret
}

func writeClientKeyExchange(c *Conn, dst []byte) ([]byte, error) {
	s := &c.hs.legacy
	if c.info.Suite.KeyExchange == KeyExchangeRSA {
		premaster, ciphertext, err := kx.EncryptPremaster(c.cfg.Rand, c.hs.peerKey.RSA, c.offeredVersion(), c.count)
		if err != nil {
			return nil, err
		}
		s.premaster = premaster
		m := wire.ClientKeyExchangeRSAMsg{NoLength: c.info.Version == SSL30, Ciphertext: ciphertext}
		return m.Append(dst), nil
	}
	reply, shared, err := c.info.Group.row().Respond(c.cfg.Rand, s.peerShare, c.count)
	if err != nil {
		return nil, err
	}
	c.setPremaster(shared)
	m := wire.ClientKeyExchangeDHMsg{FiniteField: c.info.usesFFDHE(), Share: reply}
	return m.Append(dst), nil
}

// offeredVersion returns the version in the ClientHello's version field. The RSA-encrypted
// premaster secret repeats it.
func (c *Conn) offeredVersion() uint16 {
	if c.side == server {
		return c.hs.hello.Version
	}
	return uint16(min(c.cfg.maxVersion(), TLS12))
}

func readClientKeyExchange(c *Conn, body []byte) error {
	s := &c.hs.legacy
	var err error
	if c.info.Suite.KeyExchange == KeyExchangeRSA {
		m := wire.ClientKeyExchangeRSAMsg{NoLength: c.info.Version == SSL30}
		if err := m.Parse(body); err != nil {
			return err
		}
		s.premaster, err = kx.DecryptPremaster(c.cfg.Rand, c.info.Certificate.key.RSA(), c.offeredVersion(), m.Ciphertext, c.count)
		return err
	}
	m := wire.ClientKeyExchangeDHMsg{FiniteField: c.info.usesFFDHE()}
	if err := m.Parse(body); err != nil {
		return err
	}
	secret, err := s.key.Agree(c.info.padShare(m.Share), c.count)
	c.setPremaster(secret)
	return err
}

// afterClientKeyExchange derives the master secret. The extended master secret covers all messages
// so far (RFC 7627 §4).
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
