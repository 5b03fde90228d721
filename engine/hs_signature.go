package engine

import (
	"fmt"

	"tlslab/engine/op"
	"tlslab/engine/pki"
)

// checkSignature verifies the peer's handshake signature over content by the key of its leaf.
// Before TLS 1.2 the key implies the scheme, and id is ignored. verify is a method of pki.Scheme.
func (c *Conn) checkSignature(id uint16, content, signature []byte, verify func(*pki.Scheme, *pki.PublicKey, []byte, []byte, op.Counter) error) error {
	s := pki.SchemeByID(id)
	if c.info.impliesScheme() {
		s = pki.ImpliedScheme(c.hs.peerKey)
	} else if !c.cfg.acceptsScheme(id) {
		s = nil
	}
	if s == nil || !s.Fits(c.hs.peerKey, c.info.Version) {
		return fmt.Errorf("%w: signature scheme 0x%04x", unknownChoice, id)
	}
	if err := verify(s, c.hs.peerKey, content, signature, c.count); err != nil {
		return fmt.Errorf("%w: %w", badSignature, err)
	}
	return nil
}
