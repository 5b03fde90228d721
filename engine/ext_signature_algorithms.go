package engine

import (
	"fmt"
	"slices"

	"tlslab/engine/pki"
	"tlslab/engine/wire"
)

// signature_algorithms: in what ways the peer may sign (RFC 9846 §4.3.3, RFC 5246
// §7.4.1.4.1).

// A SignatureScheme is a way to sign as it is written on the wire.
type SignatureScheme uint16

// String returns the registry's name, or the number in hexadecimal.
func (s SignatureScheme) String() string {
	if row := pki.SchemeByID(uint16(s)); row != nil {
		return row.Name
	}
	return fmt.Sprintf("0x%04x", uint16(s))
}

// defaultSchemes is signature_algorithms where the Config names none, by its highest
// version, TLS 1.2 or 1.3: what may sign there but what has SHA-1, whose number
// begins with its HashAlgorithm, 2.
var defaultSchemes = [...][]byte{listSchemes(TLS12), listSchemes(TLS13)}

func listSchemes(highest Version) []byte {
	dst := wire.Open(nil, 2)
	for _, s := range pki.Schemes() {
		if s.ID>>8 != 2 && s.MinVersion() <= uint16(highest) {
			dst = wire.AppendUint16(dst, s.ID)
		}
	}
	return wire.Close(dst, 0, 2)
}

// sha1Schemes are what a TLS 1.2 client accepts that sends no
// signature_algorithms (RFC 5246 §7.4.1.4.1): the SHA-1 ones, ECDSA's by RFC 8422
// §5.1.3.
var sha1Schemes = wire.Uint16s("\x02\x01\x02\x03")

// sendsSignatureAlgorithms says whether this side names schemes at all.
func (c *Conn) sendsSignatureAlgorithms() bool {
	return c.cfg.maxVersion() >= TLS12 && (c.cfg.SignatureSchemes == nil || len(c.cfg.SignatureSchemes) > 0)
}

// appendSchemes writes the list as this side sends it for versions up to one, a
// server in its CertificateRequest.
func (c *Conn) appendSchemes(dst []byte, highest Version) []byte {
	if c.cfg.SignatureSchemes == nil {
		return append(dst, defaultSchemes[highest-TLS12]...)
	}
	at := len(dst)
	dst = wire.Open(dst, 2)
	for _, s := range c.cfg.SignatureSchemes {
		dst = wire.AppendUint16(dst, uint16(s))
	}
	return wire.Close(dst, at, 2)
}

// accepts says whether the peer may sign with a scheme, where one is named.
func (c *Conn) acceptsScheme(id uint16) bool {
	switch {
	case c.cfg.SignatureSchemes == nil:
		return wire.Uint16s(defaultSchemes[max(c.cfg.maxVersion(), TLS12)-TLS12][2:]).Contains(id)
	case len(c.cfg.SignatureSchemes) == 0:
		return sha1Schemes.Contains(id)
	}
	return slices.Contains(c.cfg.SignatureSchemes, SignatureScheme(id))
}

func writeSignatureAlgorithms(c *Conn, _ place, dst []byte) ([]byte, bool) {
	if !c.sendsSignatureAlgorithms() {
		return dst, false
	}
	return c.appendSchemes(dst, c.cfg.maxVersion()), true
}

func readSignatureAlgorithms(c *Conn, _ place, body []byte) error {
	var x wire.Uint16Vector
	err := x.Parse(body)
	c.hs.hello.schemes = x.List
	return err
}

// peerSchemes are those that the peer accepts.
func (c *Conn) peerSchemes() wire.Uint16s {
	if c.side == server && c.info.Version == TLS12 && !c.hs.hello.seen.has(extSignatureAlgorithms) {
		return sha1Schemes
	}
	return c.hs.hello.schemes
}

// schemeFor returns the first scheme on the peer's list that a certificate's key can
// sign with, nil if there is none. Before TLS 1.2 the key alone decides.
func (c *Conn) schemeFor(certificate *Certificate) *pki.Scheme {
	if c.impliesScheme() {
		if s := pki.ImpliedScheme(&certificate.key.Public); s != nil && s.Fits(&certificate.key.Public, uint16(c.info.Version)) {
			return s
		}
		return nil
	}
	theirs := c.peerSchemes()
	for i := range theirs.Len() {
		s := pki.SchemeByID(theirs.At(i))
		if s != nil && s.Fits(&certificate.key.Public, uint16(c.info.Version)) {
			return s
		}
	}
	return nil
}
