package engine

import (
	"fmt"

	"tlslab/engine/pki"
)

// addCertificate parses one certificate of the server's chain. Parsed
// certificates outlive Recv's buffer, so they are copied.
func (c *Conn) addCertificate(der []byte) error {
	cert, err := pki.Parse(append([]byte(nil), der...))
	if err != nil {
		return err
	}
	c.info.PeerChain = append(c.info.PeerChain, cert)
	return nil
}

// verifyChain verifies the chain that the server sent (RFC 9846 §4.4.2.4).
func (c *Conn) verifyChain() error {
	chain := c.info.PeerChain
	if len(chain) == 0 {
		return noCertificate
	}
	c.peerKey = &chain[0].Key
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
	return pki.Verify(chain, c.cfg.Roots, pki.ServerAuth, c.info.ServerName, c.cfg.Now(), c.count)
}
