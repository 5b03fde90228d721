package engine

import (
	"tlslab/engine/pki"
	"tlslab/engine/session"
)

// maxPeerChain is the length in bytes of the longest chain of a client's that a
// session remembers: with all else it has room in a ticket.
const maxPeerChain = 1 << 15

// peerChainSize is the length of the client's chain, as a session remembers it.
func (c *Conn) peerChainSize() (n int) {
	for _, certificate := range c.info.PeerChain {
		n += 3 + len(certificate.Raw)
	}
	return n
}

// memorable says whether a server can keep the session at all. One that forgets
// who the client was would make a stranger of it.
func (c *Conn) resumable() bool { return c.peerChainSize() <= maxPeerChain }

// admits says whether the server's policy allows to resume a session: it is not
// anonymous where a certificate is required, nor a client's of whom no certificate
// is to be known.
func (c *Conn) allowsResuming(s *session.State) bool {
	if len(s.Peer) > 0 {
		return c.cfg.ClientAuth != ClientAuthNone
	}
	return c.cfg.ClientAuth != ClientAuthRequired
}

// recall takes the client's identity from the session that is resumed. It says no
// where the leaf is no longer valid, or has faults that are no longer tolerated, or the
// client is no longer let in.
func (c *Conn) restorePeer(s *session.State) bool {
	if !c.allowsResuming(s) {
		return false
	}
	for rest := s.Peer; len(rest) > 0; {
		var der []byte
		der, rest = rest.Next()
		if c.addPeerCertificate(der) != nil {
			c.clearPeer()
			return false
		}
	}
	if len(c.info.PeerChain) == 0 {
		return true
	}
	c.info.ToleratedFaults = s.ToleratedFaults
	if c.cfg.Now().After(c.info.PeerChain[0].NotAfter) {
		c.info.ToleratedFaults |= pki.FaultExpired
	}
	if c.info.ToleratedFaults&^c.cfg.acceptedFaults() != 0 || c.admitPeer() != nil {
		c.clearPeer()
		return false
	}
	c.info.ClientAuthenticated = true
	return true
}

// clearPeer takes back what recall found, if it will not do or a second ClientHello
// is read.
func (c *Conn) clearPeer() {
	c.info.PeerChain, c.info.ClientAuthenticated, c.info.ToleratedFaults = nil, false, 0
}
