package engine

import (
	"fmt"
	"slices"

	"tlslab/engine/pki"
	"tlslab/engine/wire"
)

// signature_algorithms: the schemes that the peer may sign with (RFC 9846 §4.3.3, RFC 5246
// §7.4.1.4.1).

// A SignatureScheme is a code point of IANA's "TLS SignatureScheme" registry (RFC 9846 §4.3.3).
type SignatureScheme uint16

// String returns IANA's name, or the number in hexadecimal if package pki does not have the
// scheme.
func (s SignatureScheme) String() string {
	if row := pki.SchemeByID(uint16(s)); row != nil {
		return row.Name
	}
	return fmt.Sprintf("0x%04x", uint16(s))
}

// defaultSchemes are the bodies of signature_algorithms if Config.SignatureSchemes is nil: one with
// TLS 1.2 as the highest enabled version, one with TLS 1.3. They list all schemes up to that
// version except those with SHA-1, whose numbers begin with its HashAlgorithm, 2.
var defaultSchemes = [...][]byte{listSchemes(TLS12), listSchemes(TLS13)}

func listSchemes(highest Version) []byte {
	dst := wire.OpenVector(nil, 2)
	for _, s := range pki.Schemes() {
		if s.ID>>8 != 2 && s.MinVersion() <= highest {
			dst = wire.AppendUint16(dst, s.ID)
		}
	}
	return wire.CloseVector(dst, 0, 2)
}

// sha1Schemes are what a TLS 1.2 client accepts without signature_algorithms: rsa_pkcs1_sha1 and
// ecdsa_sha1 (RFC 5246 §7.4.1.4.1).
var sha1Schemes = wire.Uint16s("\x02\x01\x02\x03")

// sendsSignatureAlgorithms reports whether this side sends the extension.
func (cfg *Config) sendsSignatureAlgorithms() bool {
	return cfg.maxVersion() >= TLS12 && (cfg.SignatureSchemes == nil || len(cfg.SignatureSchemes) > 0)
}

// appendSchemes appends the list that this side sends. highest is TLS 1.2 or TLS 1.3.
func (cfg *Config) appendSchemes(dst []byte, highest Version) []byte {
	if cfg.SignatureSchemes == nil {
		return append(dst, defaultSchemes[highest-TLS12]...)
	}
	at := len(dst)
	dst = wire.OpenVector(dst, 2)
	for _, s := range cfg.SignatureSchemes {
		dst = wire.AppendUint16(dst, uint16(s))
	}
	return wire.CloseVector(dst, at, 2)
}

// acceptsScheme reports whether the peer may sign with a scheme that its message names.
func (cfg *Config) acceptsScheme(id uint16) bool {
	switch {
	case cfg.SignatureSchemes == nil:
		return wire.Uint16s(defaultSchemes[max(cfg.maxVersion(), TLS12)-TLS12][2:]).Contains(id)
	case len(cfg.SignatureSchemes) == 0:
		return sha1Schemes.Contains(id)
	}
	return slices.Contains(cfg.SignatureSchemes, SignatureScheme(id))
}

func writeSignatureAlgorithms(c *Conn, _ place, dst []byte) ([]byte, bool) {
	if !c.cfg.sendsSignatureAlgorithms() {
		return dst, false
	}
	return c.cfg.appendSchemes(dst, c.cfg.maxVersion()), true
}

func readSignatureAlgorithms(c *Conn, _ place, body []byte) error {
	var x wire.Uint16Vector
	err := x.Parse(body)
	c.hs.hello.schemes = x.List
	return err
}

// peerSchemes returns the schemes that the peer accepts.
func (c *Conn) peerSchemes() wire.Uint16s {
	if c.side == server && c.info.Version == TLS12 && !c.hs.hello.seen.has(extSignatureAlgorithms) {
		return sha1Schemes
	}
	return c.hs.hello.schemes
}

// schemeFor returns the first scheme of the peer's list that a certificate's key can sign with;
// nil if there is none. Before TLS 1.2 the key implies the scheme.
func (c *Conn) schemeFor(certificate *Certificate) *pki.Scheme {
	if c.info.impliesScheme() {
		if s := pki.ImpliedScheme(&certificate.key.Public); s != nil && s.Fits(&certificate.key.Public, c.info.Version) {
			return s
		}
		return nil
	}
	theirs := c.peerSchemes()
	for i := range theirs.Len() {
		s := pki.SchemeByID(theirs.At(i))
		if s != nil && s.Fits(&certificate.key.Public, c.info.Version) {
			return s
		}
	}
	return nil
}
