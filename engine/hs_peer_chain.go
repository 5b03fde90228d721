package engine

import (
	"fmt"

	"tlslab/engine/pki"
)

// addPeerCertificate parses a copy of one certificate of the peer's chain: the parsed certificate
// outlives the buffer given to Recv.
func (i *Info) addPeerCertificate(der []byte) error {
	cert, err := pki.Parse(append([]byte(nil), der...))
	if err != nil {
		return err
	}
	i.PeerChain = append(i.PeerChain, cert)
	return nil
}

// acceptPeerChain verifies the chain that the peer has sent (RFC 9846 §4.5.1.3), and asks
// Config.Admit.
func (c *Conn) acceptPeerChain() error {
	if err := c.verifyPeerChain(); err != nil {
		return err
	}
	return c.admitPeer()
}

// admitPeer asks Config.Admit whether the peer may connect.
func (c *Conn) admitPeer() error {
	if c.cfg.Admit == nil || len(c.info.PeerChain) == 0 {
		return nil
	}
	if err := c.cfg.Admit(c.info.PeerChain); err != nil {
		return fmt.Errorf("%w: %w", notAdmitted, err)
	}
	return nil
}

// verifyPeerChain verifies the peer's chain and keeps the leaf's key. Whether an empty chain is an
// error depends on the side and on ClientAuth.
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

// verify verifies the peer's chain, and that the leaf's key usage allows what the handshake does
// with its key. With RevocationFetched it then makes the client wait for the OCSP response.
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
	if c.info.ToleratedFaults = tolerated; err != nil || c.hs.ocsp == nil || c.side == server {
		return err
	}
	c.hs.ocsp.issuer = issuer
	return c.awaitOCSP()
}

// readEmptyChain handles an empty Certificate message, or SSL 3.0's no_certificate in its place
// (RFC 6101 §5.6.6). A server must send a chain, and a client must if one is required.
func (c *Conn) readEmptyChain() error {
	switch {
	case c.side == client:
		return noCertificate
	case c.info.Version == SSL30 && !c.hs.certificateDeclined: // it sends no_certificate instead
		return certificateMissing
	case c.cfg.ClientAuth != ClientAuthRequired:
		return nil
	case c.info.Version < TLS13:
		return certificateMissing
	}
	return certificateRequired
}

// verifyClientChain verifies a client's chain. Its key must be allowed to sign; its type need not
// be the suite's.
func (c *Conn) verifyClientChain() error {
	return c.verify(c.info.PeerChain[0].MaySign, pki.Verifier{Roots: c.cfg.ClientCAs, Purpose: pki.ClientAuth})
}
