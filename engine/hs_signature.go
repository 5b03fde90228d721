package engine

import (
	"fmt"

	"tlslab/engine/op"
	"tlslab/engine/pki"
)

// checkSignature verifies a handshake signature by the leaf's key. Before TLS 1.2
// no scheme is named and id is ignored. What is signed is given to verify, a method of
// the scheme's.
func (c *Conn) checkSignature(id uint16, signedContent, signature []byte, verify func(*pki.Scheme, *pki.PublicKey, []byte, []byte, op.Counter) error) error {
	s := pki.SchemeByID(id)
	if c.impliesScheme() {
		s = pki.ImpliedScheme(c.hs.peerKey)
	} else if !c.acceptsScheme(id) {
		s = nil
	}
	if s == nil || !s.Fits(c.hs.peerKey, uint16(c.info.Version)) {
		return fmt.Errorf("%w: signature scheme 0x%04x", unknownChoice, id)
	}
	if err := verify(s, c.hs.peerKey, signedContent, signature, c.count); err != nil {
		return fmt.Errorf("%w: %w", badSignature, err)
	}
	return nil
}
