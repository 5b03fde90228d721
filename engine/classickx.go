package engine

import (
	"fmt"

	"tlslab/engine/kx"
	"tlslab/engine/wire"
)

// The key exchange messages up to TLS 1.2 (RFC 8422 §5.4, §5.7, RFC 5246
// §7.4.7.1).

// signedParams is what a ServerKeyExchange signs: both randoms and the
// parameters (RFC 8422 §5.4).
func (c *Conn) signedParams(m *wire.ServerKeyExchangeMsg) []byte {
	dst := append(c.scratch[:0], c.randoms[client][:]...)
	dst = append(dst, c.randoms[server][:]...)
	return m.AppendParams(dst)
}

// impliesScheme says whether the version leaves the signature scheme to the kind
// of key.
func (c *Conn) impliesScheme() bool { return c.info.Version < TLS12 }

func makeServerKeyExchange(c *Conn, dst []byte) ([]byte, error) {
	key, err := c.info.Group.row().Generate(c.cfg.Rand, c.count)
	if err != nil {
		return nil, err
	}
	c.classic.key = key
	m := wire.ServerKeyExchangeMsg{Implied: c.impliesScheme(), Group: uint16(c.info.Group), Share: key.Share(), Scheme: c.scheme.ID}
	m.Signature, err = c.scheme.Sign(c.cfg.Rand, c.certificate.key, c.signedParams(&m), c.count)
	if err != nil {
		return nil, err
	}
	return m.Append(dst), nil
}

func takeServerKeyExchange(c *Conn, body []byte) error {
	m := wire.ServerKeyExchangeMsg{Implied: c.impliesScheme()}
	if err := m.Parse(body); err != nil {
		return err
	}
	if err := c.checkSignature(m.Scheme, c.signedParams(&m), m.Signature); err != nil {
		return err
	}
	for _, g := range c.cfg.groups() {
		if uint16(g) == m.Group && g.family() == c.info.Suite.KeyExchange.family() {
			c.info.Group = g
			c.classic.peerShare = append(c.classic.share[:0], m.Share...)
			return nil
		}
	}
	return fmt.Errorf("%w: %v", unknownChoice, Group(m.Group))
}

func makeClientKeyExchange(c *Conn, dst []byte) ([]byte, error) {
	s := &c.classic
	if c.info.Suite.KeyExchange == KeyExchangeRSA {
		premaster, ciphertext, err := kx.EncryptPremaster(c.cfg.Rand, c.peerKey.RSA, c.offeredVersion(), c.count)
		if err != nil {
			return nil, err
		}
		s.premaster = premaster
		m := wire.EncryptedPremasterMsg{Ciphertext: ciphertext}
		return m.Append(dst), nil
	}
	reply, shared, err := c.info.Group.row().Respond(c.cfg.Rand, s.peerShare, c.count)
	if err != nil {
		return nil, err
	}
	s.premaster = shared
	m := wire.ClientShareMsg{Share: reply}
	return m.Append(dst), nil
}

// offeredVersion is the version in the ClientHello's own field, which the
// premaster secret repeats.
func (c *Conn) offeredVersion() uint16 {
	if c.side == server {
		return c.hello.Version
	}
	return uint16(min(c.cfg.maxVersion(), TLS12))
}

func takeClientKeyExchange(c *Conn, body []byte) error {
	s := &c.classic
	var err error
	if c.info.Suite.KeyExchange == KeyExchangeRSA {
		var m wire.EncryptedPremasterMsg
		if err := m.Parse(body); err != nil {
			return err
		}
		s.premaster, err = kx.DecryptPremaster(c.cfg.Rand, c.certificate.key.RSA(), c.offeredVersion(), m.Ciphertext, c.count)
		return err
	}
	var m wire.ClientShareMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	s.premaster, err = s.key.Agree(m.Share, c.count)
	return err
}
