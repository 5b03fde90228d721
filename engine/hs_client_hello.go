package engine

import (
	"io"

	"tlslab/engine/wire"
)

// A clientHello is the content of a ClientHello. The server parses the whole message into it; the
// slices alias the message. The client keeps in it only the extensions that it sent (seen), a
// cookie, and the lists of a CertificateRequest.
type clientHello struct {
	wire.ClientHelloMsg
	seen      extensionSet
	versions  wire.Uint16s
	groups    wire.Uint16s
	schemes   wire.Uint16s // at the client: of a CertificateRequest
	shares    wire.Shares
	modes     []byte
	protocols wire.ByteStrings
	ticket    []byte
	psks      wire.OfferedPSKs
	cookie    []byte // at the client: of a HelloRetryRequest

	authorities    wire.DistinguishedNames // that the peer trusts
	requestsStaple bool                    // status_request
}

// writeClientHello writes the first ClientHello, or the second, which differs only in what the
// HelloRetryRequest changes (RFC 9846 §4.2.2).
func writeClientHello(c *Conn, dst []byte) ([]byte, error) {
	if !c.info.HelloRetry {
		if err := c.beginClientHello(); err != nil {
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
	dst = wire.OpenVector(dst, 2)
	for s := range c.cfg.enabledSuites {
		dst = wire.AppendUint16(dst, uint16(s.ID))
	}
	if c.cfg.maxVersion() == SSL30 {
		dst = wire.AppendUint16(dst, renegotiationSCSV)
		c.hs.hello.seen |= 1 << extensionRow(extRenegotiationInfo)
	}
	if c.cfg.Fallback {
		dst = wire.AppendUint16(dst, fallbackSCSV)
	}
	dst = wire.CloseVector(dst, at, 2)
	dst = c.cfg.appendCompressions(dst)
	if c.cfg.maxVersion() == SSL30 {
		return dst, nil // SSL 3.0 has no extensions
	}
	dst = c.appendExtensions(dst, inClientHello)
	return dst, c.writeBinders(dst[start-headerSize:])
}

// beginClientHello chooses what both ClientHellos have in common: random, session ID and the
// session to resume.
func (c *Conn) beginClientHello() error {
	if _, err := io.ReadFull(c.cfg.Rand, c.hs.randoms[client][:]); err != nil {
		return err
	}
	c.chooseOffer()
	offered := c.resume.offer.session
	if offered != nil && offered.ID != nil {
		c.resume.id = append(c.resume.idStore[:0], offered.ID...)
		return nil
	}
	// A fresh session ID requests compatibility mode (RFC 9846 §E.4). Up to TLS 1.2 the server
	// echoes it if it has accepted the ticket (RFC 5077 §3.4).
	if c.cfg.maxVersion() == TLS13 && !c.cfg.NoCompatibility || c.resume.offer.legacy {
		c.resume.id = c.resume.idStore[:]
		_, err := io.ReadFull(c.cfg.Rand, c.resume.id)
		return err
	}
	return nil
}

// readClientHello reads a ClientHello and makes all choices of the server.
func readClientHello(c *Conn, body []byte) error {
	h := &c.hs.hello
	*h = clientHello{}
	c.sizes = recordSizes{}
	if err := h.Parse(body); err != nil {
		return err
	}
	var err error
	if h.seen, err = c.readExtensions(inClientHello, h.Extensions); err != nil {
		return err
	}
	c.sizes.preferRecordSizeLimit()
	if h.Suites.Contains(renegotiationSCSV) {
		h.seen |= 1 << extensionRow(extRenegotiationInfo)
	}
	if err := c.cfg.checkFallback(h); err != nil {
		return err
	}
	if err := c.checkSecondHello(); err != nil {
		return err
	}
	copy(c.hs.randoms[client][:], h.Random)
	c.resume.id = append(c.resume.idStore[:0], h.SessionID...)
	version, err := c.cfg.chooseVersion(h)
	if err != nil {
		return err
	}
	c.info.Version = version
	if err := c.chooseCompression(); err != nil {
		return err
	}
	switch version {
	case TLS13:
		return c.acceptTLS13()
	case SSL30:
		c.dropExtensionsForSSL()
	}
	return c.acceptLegacy()
}

// dropExtensionsForSSL drops the extensions of a ClientHello that the server answers by SSL 3.0,
// which has none except renegotiation_info.
func (c *Conn) dropExtensionsForSSL() {
	renegotiation := c.hs.hello.seen & (1 << extensionRow(extRenegotiationInfo))
	c.hs.hello = clientHello{ClientHelloMsg: c.hs.hello.ClientHelloMsg, seen: renegotiation}
	c.info.ServerName = ""
	c.sizes = recordSizes{}
}
