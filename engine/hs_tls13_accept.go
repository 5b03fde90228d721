package engine

import "fmt"

// acceptTLS13 makes the server's choices in TLS 1.3 (RFC 9846 §4.2.1): the suite, then a PSK, then
// a group and a certificate as far as they are needed.
func (c *Conn) acceptTLS13() error {
	h := &c.hs.hello
	if err := c.hs.hello.requireExtensions(); err != nil {
		return err
	}
	suite := c.chooseSuite(func(*Suite) bool { return true })
	if suite == nil {
		return noCommonSuite
	}
	c.useSuite(suite)
	c.hs.compatible = c.requestsCompatibilityMode()
	c.info.ExtendedMasterSecret = true
	c.info.Kind, c.info.Resumption = Full, 0
	c.info.clearPeer()
	if err := c.lookUpServerName(); err != nil {
		return err
	}
	if h.seen.has(extEarlyData) {
		if err := c.beginEarlyData(); err != nil {
			return err
		}
	}
	if err := c.chooseALPN(); err != nil {
		return err
	}
	if h.seen.has(extPreSharedKey) {
		if err := c.choosePSK(); err != nil {
			return err
		}
		if c.info.Kind == Full && !(h.seen.has(extSignatureAlgorithms) && h.seen.has(extSupportedGroups)) {
			return unknownPSK
		}
	}
	if err := c.hs.hello.checkShares(); err != nil {
		return err
	}
	retried := c.info.HelloRetry
	if err := c.chooseGroup(); err != nil {
		return err
	}
	if c.info.HelloRetry && !retried {
		return nil // the second ClientHello decides on the rest
	}
	if c.hs.early != nil && !retried {
		c.decideEarlyData()
	}
	if c.cfg.choosePSKMode(h) != 0 {
		c.post.ticketsOwed = c.cfg.ticketCount()
	}
	if c.info.Kind == Full {
		return c.chooseCertificate()
	}
	return nil
}

// requireExtensions checks the mandatory extensions of a ClientHello (RFC 9846 §9.2).
func (h *clientHello) requireExtensions() error {
	seen := h.seen
	psk := seen.has(extPreSharedKey)
	switch {
	case !psk && !(seen.has(extSignatureAlgorithms) && seen.has(extSupportedGroups)):
		return fmt.Errorf("%w: without a PSK, signature_algorithms and supported_groups are required", missingExtension)
	case seen.has(extSupportedGroups) != seen.has(extKeyShare):
		return fmt.Errorf("%w: supported_groups and key_share go together", missingExtension)
	case psk && !seen.has(extPSKKeyExchangeModes):
		return fmt.Errorf("%w: psk_key_exchange_modes", missingExtension)
	}
	return nil
}

// chooseCertificate chooses the first certificate with a signature scheme that the client accepts,
// if possible for the client's server_name and on one of its curves.
func (c *Conn) chooseCertificate() error {
	for _, s := range c.cfg.matches() {
		for _, certificate := range c.cfg.Certificates {
			if s.name && !c.matchesServerName(certificate) {
				continue
			}
			if s := c.schemeFor(certificate); s != nil {
				c.info.Certificate, c.hs.scheme = certificate, s
				return nil
			}
		}
	}
	return noCommonSignature
}

// A certificateMatch says what a certificate must match besides the signature scheme.
type certificateMatch struct{ name, curve bool }

// matches returns the certificateMatches to try. If the server refuses unknown names, a certificate
// for another name is not among them.
func (cfg *Config) matches() []certificateMatch {
	if cfg.UnknownNames == UnknownNameRefused {
		return certificateMatches[:2]
	}
	return certificateMatches[:]
}

// certificateMatches are tried in turn. supported_groups applies to the certificate's curve too
// (RFC 8422 §5.1), but a client that lists only the groups of its key shares may verify more. So a
// certificate on another curve, and then a certificate for another name, is better than none.
var certificateMatches = [...]certificateMatch{{true, true}, {true, false}, {false, true}, {false, false}}
