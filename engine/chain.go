package engine

import (
	"fmt"

	"tlslab/engine/pki"
)

// addCertificate parses one certificate of the peer's chain. Parsed
// certificates outlive Recv's buffer, so they are copied.
func (c *Conn) addCertificate(der []byte) error {
	cert, err := pki.Parse(append([]byte(nil), der...))
	if err != nil {
		return err
	}
	c.info.PeerChain = append(c.info.PeerChain, cert)
	return nil
}

// verifyChain verifies the chain that the peer sent (RFC 9846 §4.4.2.4).
func (c *Conn) verifyChain() error {
	if err := c.checkChain(); err != nil {
		return err
	}
	return c.admitPeer()
}

// admitPeer asks whether the peer is let in.
func (c *Conn) admitPeer() error {
	if c.cfg.Admit == nil || len(c.info.PeerChain) == 0 {
		return nil
	}
	if err := c.cfg.Admit(c.info.PeerChain); err != nil {
		return fmt.Errorf("%w: %w", notAdmitted, err)
	}
	return nil
}

func (c *Conn) checkChain() error {
	chain := c.info.PeerChain
	if len(chain) == 0 {
		return c.withoutCertificate()
	}
	c.peerKey = &chain[0].Key
	if c.side == server {
		return c.verifyClient()
	}
	if c.info.Suite.KeyType != "" && c.info.Suite.KeyType != pki.KindOf(c.peerKey.Algorithm).Name {
		return fmt.Errorf("%w: %s", wrongKeyType, c.peerKey.Algorithm)
	}
	if c.cfg.VerifyNothing {
		return nil
	}
	may := chain[0].MaySign
	if c.info.Suite.KeyExchange == KeyExchangeRSA {
		may = chain[0].MayEncipher
	}
	if !may() {
		return fmt.Errorf("leaf: %w: key usage", pki.ErrWrongUsage)
	}
	issuer, err := pki.VerifyIssuer(chain, c.cfg.Roots, pki.ServerAuth, c.info.ServerName, c.cfg.Now(), c.count)
	if err != nil || c.status == nil {
		return err
	}
	c.status.issuer = issuer
	return c.awaitStatus()
}

// withoutCertificate is what an empty Certificate message means: a server always
// sends a chain, a client where it is required.
func (c *Conn) withoutCertificate() error {
	switch {
	case c.side == client:
		return noCertificate
	case c.cfg.ClientAuth != ClientAuthRequired:
		return nil
	case c.info.Version < TLS13:
		return certificateMissing
	}
	return certificateRequired
}

// verifyClient verifies the chain of a client, whose key must sign and need not be
// of the suite's kind.
func (c *Conn) verifyClient() error {
	chain := c.info.PeerChain
	if c.cfg.VerifyNothing {
		return nil
	}
	if !chain[0].MaySign() {
		return fmt.Errorf("leaf: %w: key usage", pki.ErrWrongUsage)
	}
	return pki.Verify(chain, c.cfg.ClientCAs, pki.ClientAuth, "", c.cfg.Now(), c.count)
}
