package engine

import (
	"tlslab/engine/pki"
	"tlslab/engine/session"
)

// maxPeerChain is the length in bytes of the longest client chain that fits into a session: a
// ticket holds at most 64 KiB in all.
const maxPeerChain = 1 << 15

// peerChainSize returns the length of the client's chain in a session, in bytes.
func (i *Info) peerChainSize() (n int) {
	for _, certificate := range i.PeerChain {
		n += 3 + len(certificate.Raw)
	}
	return n
}

// resumable reports whether the peer's chain fits into a session (at most 32 KiB). Without its
// chain the client's identity would be lost on resumption.
func (i *Info) resumable() bool { return i.peerChainSize() <= maxPeerChain }

// allowsResuming reports whether ClientAuth allows a session. A session with a client chain needs a
// policy that requests certificates. A session without one needs a policy that does not require
// them.
func (cfg *Config) allowsResuming(s *session.State) bool {
	if len(s.Peer) > 0 {
		return cfg.ClientAuth != ClientAuthNone
	}
	return cfg.ClientAuth != ClientAuthRequired
}

// restorePeer takes the client's identity from a session. It returns false, and the session must
// not be resumed, if ClientAuth does not allow it, the leaf has expired or has a fault that is no
// longer tolerated, or Admit refuses the client.
func (c *Conn) restorePeer(s *session.State) bool {
	if !c.cfg.allowsResuming(s) {
		return false
	}
	for rest := s.Peer; len(rest) > 0; {
		var der []byte
		der, rest = rest.Next()
		if c.info.addPeerCertificate(der) != nil {
			c.info.clearPeer()
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
		c.info.clearPeer()
		return false
	}
	c.info.ClientAuthenticated = true
	return true
}

// clearPeer removes the identity that restorePeer found: the session is not resumed after all, or
// the server reads a second ClientHello.
func (i *Info) clearPeer() {
	i.PeerChain, i.ClientAuthenticated, i.ToleratedFaults = nil, false, 0
}
