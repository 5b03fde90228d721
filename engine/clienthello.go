package engine

import (
	"fmt"
	"io"

	"tlslab/engine/wire"
)

// clientHello is what a ClientHello said: at the server all of it, aliasing
// the message; at the client the extensions that it sent.
type clientHello struct {
	wire.ClientHelloMsg
	seen      extensionSet
	versions  wire.Uint16s
	groups    wire.Uint16s
	schemes   wire.Uint16s // of a CertificateRequest, at the client
	shares    wire.Shares
	modes     []byte
	protocols wire.Names
	ticket    []byte
	psks      wire.OfferedPSKs
	cookie    []byte // the client's, from a HelloRetryRequest

	authorities wire.DistinguishedNames // that the peer trusts, as it says
	status      bool                    // the client takes a stapled OCSP response
}

// makeClientHello writes the first ClientHello, or the second, which differs
// only in what the HelloRetryRequest asked for (RFC 9846 §4.2.2).
func makeClientHello(c *Conn, dst []byte) ([]byte, error) {
	if !c.info.HelloRetry {
		if err := c.openHello(); err != nil {
			return nil, err
		}
	}
	if err := c.generateShares(); err != nil {
		return nil, err
	}
	c.hs.hello.seen = 0
	start := len(dst)
	dst = wire.AppendUint16(dst, uint16(min(c.cfg.maxVersion(), TLS12)))
	dst = append(dst, c.hs.randoms[client][:]...)
	dst = append(dst, byte(len(c.resume.id)))
	dst = append(dst, c.resume.id...)
	at := len(dst)
	dst = wire.Open(dst, 2)
	for s := range c.cfg.enabled {
		dst = wire.AppendUint16(dst, uint16(s.ID))
	}
	if c.cfg.maxVersion() == SSL30 {
		dst = wire.AppendUint16(dst, signalRenegotiation)
		c.hs.hello.seen |= 1 << extensionRow(extRenegotiation)
	}
	if c.cfg.Fallback {
		dst = wire.AppendUint16(dst, signalFallback)
	}
	dst = wire.Close(dst, at, 2)
	dst = c.appendCompressions(dst)
	if c.cfg.maxVersion() == SSL30 {
		return dst, nil // which has no extensions
	}
	dst = c.appendExtensions(dst, inClientHello)
	return dst, c.sealBinders(dst[start-headerSize:])
}

// openHello draws what both ClientHellos share.
func (c *Conn) openHello() error {
	if _, err := io.ReadFull(c.cfg.Rand, c.hs.randoms[client][:]); err != nil {
		return err
	}
	c.chooseOffer()
	offered := c.resume.offer.session
	if offered != nil && offered.ID != nil {
		c.resume.id = append(c.resume.idStore[:0], offered.ID...)
		return nil
	}
	// A fresh session ID asks for compatibility mode, or shows by its echo
	// that a ticket was taken (RFC 9846 §E.4;
	// RFC 5077 §3.4).
	if c.cfg.maxVersion() == TLS13 && !c.cfg.NoCompatibility || c.resume.offer.classic {
		c.resume.id = c.resume.idStore[:]
		_, err := io.ReadFull(c.cfg.Rand, c.resume.id)
		return err
	}
	return nil
}

// generateShares makes the key shares of a TLS 1.3 ClientHello: for the
// first groups of the Config, or for the one that the server asked for.
func (c *Conn) generateShares() error {
	switch {
	case c.cfg.maxVersion() < TLS13:
		return nil
	case c.info.HelloRetry:
		if c.hs.tls13.retryGroup == 0 {
			return nil
		}
		c.hs.shares = c.hs.shares[:0]
		return c.generateShare(c.hs.tls13.retryGroup)
	case c.resume.offer.session != nil && !c.resume.offer.classic && !c.cfg.allows(PSKDHE):
		return nil // psk_ke needs no share; a server that wants one asks for it
	}
	n := c.cfg.KeyShares
	if n == 0 {
		n = 1
	}
	for i, g := range c.cfg.groups() {
		if i >= n {
			break
		}
		if err := c.generateShare(g); err != nil {
			return err
		}
	}
	return nil
}

func (c *Conn) generateShare(g Group) error {
	key, err := g.row().Generate(c.cfg.Rand, c.count)
	if err != nil {
		return err
	}
	c.hs.shares = append(c.hs.shares, key)
	return nil
}

// takeClientHello reads a ClientHello and makes all the server's choices.
func takeClientHello(c *Conn, body []byte) error {
	h := &c.hs.hello
	*h = clientHello{}
	c.sizes = sizes{}
	if err := h.Parse(body); err != nil {
		return err
	}
	var err error
	if h.seen, err = c.takeExtensions(inClientHello, h.Extensions); err != nil {
		return err
	}
	c.forgoFragment()
	if h.Suites.Contains(signalRenegotiation) {
		h.seen |= 1 << extensionRow(extRenegotiation)
	}
	if err := c.checkFallback(); err != nil {
		return err
	}
	if err := c.checkRepeated(); err != nil {
		return err
	}
	copy(c.hs.randoms[client][:], h.Random)
	c.resume.id = append(c.resume.idStore[:0], h.SessionID...)
	version, err := c.chooseVersion()
	if err != nil {
		return err
	}
	c.info.Version = version
	if err := c.chooseCompression(); err != nil {
		return err
	}
	switch version {
	case TLS13:
		return c.acceptModern()
	case SSL30:
		c.dropExtensions()
	}
	return c.acceptClassic()
}

// dropExtensions forgets what the client of a newer version asked for and SSL 3.0
// has not.
func (c *Conn) dropExtensions() {
	renegotiation := c.hs.hello.seen & (1 << extensionRow(extRenegotiation))
	c.hs.hello = clientHello{ClientHelloMsg: c.hs.hello.ClientHelloMsg, seen: renegotiation}
	c.info.ServerName = ""
	c.sizes = sizes{}
}

// chooseVersion takes the client's highest version that is enabled (RFC 9846
// §4.3.1).
func (c *Conn) chooseVersion() (Version, error) {
	low, high := c.cfg.minVersion(), c.cfg.maxVersion()
	if c.hs.hello.versions != nil && high > SSL30 {
		for v := high; v >= low; v-- {
			if c.hs.hello.versions.Contains(uint16(v)) {
				return v, nil
			}
		}
		return 0, noCommonVersion
	}
	v := min(Version(c.hs.hello.Version), TLS12, high)
	if v < low {
		return 0, fmt.Errorf("%w: the client offers %v at most", noCommonVersion, Version(c.hs.hello.Version))
	}
	return v, nil
}
