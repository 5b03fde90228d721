package engine

import (
	"fmt"

	"tlslab/engine/pki"
)

// addPeerCertificate parses one certificate of the peer's chain. Parsed
// certificates outlive Recv's buffer, so they are copied.
func (c *Conn) addPeerCertificate(der []byte) error {
	cert, err := pki.Parse(append([]byte(nil), der...))
	if err != nil {
		return err
	}
	c.info.PeerChain = append(c.info.PeerChain, cert)
	return nil
}

// acceptPeerChain verifies the chain that the peer sent (RFC 9846 §4.5.1.3).
func (c *Conn) acceptPeerChain() error {
	if err := c.verifyPeerChain(); err != nil {
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

func (c *Conn) verifyPeerChain() error {
	chain := c.info.PeerChain
	if len(chain) == 0 {
		return c.readEmptyChain()
	}
	c.hs.peerKey = &chain[0].Key
	if c.side == server {
		return c.verifyClientChain()
	}
	if c.info.Suite.KeyType != "" && c.info.Suite.KeyType != pki.KeyTypeOf(c.hs.peerKey.Algorithm).Name {
		return fmt.Errorf("%w: %s", wrongKeyType, c.hs.peerKey.Algorithm)
	}
	may := chain[0].MaySign
	if c.info.Suite.KeyExchange == KeyExchangeRSA {
		may = chain[0].MayEncipher
	}
	return c.verify(may, pki.Verifier{Roots: c.cfg.Roots, Purpose: pki.ServerAuth, Name: c.info.ServerName})
}

// verify holds the peer's chain against what is trusted, and its leaf against what the
// handshake does with its key.
func (c *Conn) verify(may func() bool, v pki.Verifier) error {
	if c.cfg.VerifyNothing {
		c.info.ToleratedFaults = pki.Unverified
		return nil
	}
	if !may() {
		return fmt.Errorf("leaf: %w: key usage", pki.FaultWrongUsage)
	}
	v.Now, v.ToleratedFaults, v.Count = c.cfg.Now(), c.cfg.ToleratedFaults, c.count
	issuer, tolerated, err := v.Verify(c.info.PeerChain)
	if c.info.ToleratedFaults = tolerated; err != nil || c.hs.status == nil || c.side == server {
		return err
	}
	c.hs.status.issuer = issuer
	return c.awaitOCSP()
}

// readEmptyChain is what an empty Certificate message means, or the alert in its
// place: a server always sends a chain, a client where it is required.
func (c *Conn) readEmptyChain() error {
	switch {
	case c.side == client:
		return noCertificate
	case c.info.Version == SSL30 && !c.hs.certificateDeclined: // where an alert says it (RFC 6101 §5.6.6)
		return certificateMissing
	case c.cfg.ClientAuth != ClientAuthRequired:
		return nil
	case c.info.Version < TLS13:
		return certificateMissing
	}
	return certificateRequired
}

// verifyClient verifies the chain of a client, whose key must sign and need not be
// of the suite's kind.
func (c *Conn) verifyClientChain() error {
	return c.verify(c.info.PeerChain[0].MaySign, pki.Verifier{Roots: c.cfg.ClientCAs, Purpose: pki.ClientAuth})
}
