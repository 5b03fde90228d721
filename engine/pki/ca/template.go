package ca

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"tlslab/engine/pki"
	"tlslab/engine/pki/internal/der"
)

// A certTemplate describes a certificate to sign.
type certTemplate struct {
	subject             string // common name
	notBefore, notAfter time.Time
	key                 *pki.Key
	issuer              *certTemplate // of a root: itself

	isCA            bool
	maxPathLength   int      // of a CA: pathLenConstraint
	isOCSPResponder bool     // the issuer delegates OCSP to it
	names           []string // of a leaf: DNS names and IP addresses
	ocspURL         string   // of a leaf; empty: none
	mustStaple      bool     // of a leaf
}

// schemeIDs are the signature schemes that CAs sign with, by the algorithm of their keys.
var schemeIDs = map[string]uint16{
	"rsa2048": 0x0401, "rsa3072": 0x0401, "rsa4096": 0x0401,
	"ecdsa-p256": 0x0403, "ecdsa-p384": 0x0503, "ecdsa-p521": 0x0603, "ed25519": 0x0807,
	"mldsa44": 0x0904, "mldsa65": 0x0905, "mldsa87": 0x0906,
}

// schemeOf returns the scheme with which a key signs certificates and OCSP responses.
func schemeOf(key *pki.Key) (*pki.Scheme, error) {
	if s := pki.SchemeByID(schemeIDs[key.Public.Algorithm]); s != nil {
		return s, nil
	}
	return nil, fmt.Errorf("no signature scheme for %s keys", key.Public.Algorithm)
}

// sign returns the certificate in DER with a padding. Signatures are deterministic, so the bytes
// depend on the ChainSpec alone.
func (t *certTemplate) sign(p padding) ([]byte, error) {
	certificate, err := t.build(p)
	if err != nil {
		return nil, fmt.Errorf("make certificate %q: %w", t.subject, err)
	}
	return certificate, nil
}

func (t *certTemplate) build(p padding) ([]byte, error) {
	scheme, err := schemeOf(t.issuer.key)
	if err != nil {
		return nil, err
	}
	publicKey, err := t.key.Public.SubjectPublicKeyInfo()
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	t.addTBS(&b, scheme, publicKey, p)
	tbs, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	signature, err := scheme.Sign(nil, t.issuer.key, tbs, nil)
	if err != nil {
		return nil, err
	}
	var whole cryptobyte.Builder
	whole.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		b.AddBytes(scheme.AlgorithmIdentifier())
		b.AddASN1BitString(signature)
	})
	return whole.Bytes()
}

// addTBS appends a TBSCertificate of version 3 (RFC 5280 §4.1).
func (t *certTemplate) addTBS(b *cryptobyte.Builder, scheme *pki.Scheme, publicKey []byte, p padding) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(der.TagVersion, func(b *cryptobyte.Builder) { b.AddASN1Int64(2) })
		b.AddASN1BigInt(p.serialNumber())
		b.AddBytes(scheme.AlgorithmIdentifier())
		addName(b, t.issuer.subject)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addTime(b, t.notBefore)
			addTime(b, t.notAfter)
		})
		addName(b, t.subject)
		b.AddBytes(publicKey)
		b.AddASN1(der.TagExtensions, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { t.addExtensions(b, p) })
		})
	})
}

// addName appends a Name of one common name (RFC 5280 §4.1.2.4).
func addName(b *cryptobyte.Builder, name string) {
	const oidCommonName = "\x55\x04\x03"
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				der.AddOID(b, oidCommonName)
				b.AddASN1(asn1.PrintableString, func(b *cryptobyte.Builder) { b.AddBytes([]byte(name)) })
			})
		})
	})
}

// addTime appends a UTCTime for the years 1950 to 2049, otherwise a GeneralizedTime (RFC 5280
// §4.1.2.5).
func addTime(b *cryptobyte.Builder, t time.Time) {
	if year := t.Year(); year >= 1950 && year < 2050 {
		b.AddASN1UTCTime(t)
	} else {
		b.AddASN1GeneralizedTime(t)
	}
}

// addExtensions appends the extensions that verifiers check (RFC 5280 §4.2.1), and the padding.
func (t *certTemplate) addExtensions(b *cryptobyte.Builder, p padding) {
	t.addKeyUsage(b)
	if !t.isCA {
		addExtension(b, der.ExtKeyUsage, false, func(b *cryptobyte.Builder) { b.AddASN1(asn1.SEQUENCE, t.addPurposes) })
	}
	addExtension(b, der.BasicConstraints, true, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			if t.isCA {
				b.AddASN1Boolean(true)
				b.AddASN1Int64(int64(t.maxPathLength))
			}
		})
	})
	if t.isCA {
		addExtension(b, der.SubjectKeyID, false, func(b *cryptobyte.Builder) { b.AddASN1OctetString(keyIdentifier(&t.key.Public)) })
	}
	if len(t.names) > 0 {
		addExtension(b, der.SubjectAltName, false, t.addAltNames)
	}
	t.addRevocationExtensions(b)
	if value := p.bytes(); value != nil {
		addExtension(b, oidPadding, false, func(b *cryptobyte.Builder) { b.AddBytes(value) })
	}
}

func (t *certTemplate) addPurposes(b *cryptobyte.Builder) {
	if t.isOCSPResponder {
		der.AddOID(b, der.OCSPSigning)
		return
	}
	der.AddOID(b, der.ServerAuth)
	der.AddOID(b, der.ClientAuth)
}

// addRevocationExtensions appends the URL of the OCSP responder (RFC 5280 §4.2.2.1) and the demand
// for a stapled OCSP response (RFC 7633 §4). The certificate of an OCSP responder says that its own
// revocation is not checked (RFC 6960 §4.2.2.2.1).
func (t *certTemplate) addRevocationExtensions(b *cryptobyte.Builder) {
	if t.ocspURL != "" {
		addExtension(b, der.AuthorityInfo, false, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					der.AddOID(b, der.AccessOCSP)
					b.AddASN1(der.TagURI, func(b *cryptobyte.Builder) { b.AddBytes([]byte(t.ocspURL)) })
				})
			})
		})
	}
	if t.mustStaple {
		addExtension(b, der.TLSFeature, false, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Int64(der.FeatureStatusRequest) })
		})
	}
	if t.isOCSPResponder {
		addExtension(b, der.OCSPNoCheck, false, func(b *cryptobyte.Builder) { b.AddBytes([]byte(der.Null)) })
	}
}

func addExtension(b *cryptobyte.Builder, oid string, critical bool, value cryptobyte.BuilderContinuation) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddOID(b, oid)
		if critical {
			b.AddASN1Boolean(true)
		}
		b.AddASN1(asn1.OCTET_STRING, value)
	})
}

// addKeyUsage lets CAs sign certificates and CRLs, and leaves sign handshakes. Only RSA keys may
// encipher (RFC 5480 §3, RFC 8410 §5, RFC 9881 §5).
func (t *certTemplate) addKeyUsage(b *cryptobyte.Builder) {
	usage, unused := byte(der.UsageDigitalSignature), byte(7) // unused: zero bits at the end
	switch {
	case t.isCA:
		usage, unused = der.UsageKeyCertSign|der.UsageCRLSign, 1
	case t.key.Public.RSA != nil:
		usage, unused = der.UsageDigitalSignature|der.UsageKeyEncipherment, 5
	}
	addExtension(b, der.KeyUsage, true, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.BIT_STRING, func(b *cryptobyte.Builder) { b.AddBytes([]byte{unused, usage}) })
	})
}

// addAltNames appends the leaf's names, DNS names first.
func (t *certTemplate) addAltNames(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		var addresses [][]byte
		for _, name := range t.names {
			if address, err := netip.ParseAddr(name); err == nil {
				addresses = append(addresses, address.AsSlice())
				continue
			}
			b.AddASN1(der.TagDNSName, func(b *cryptobyte.Builder) { b.AddBytes([]byte(name)) })
		}
		for _, address := range addresses {
			b.AddASN1(der.TagIPAddress, func(b *cryptobyte.Builder) { b.AddBytes(address) })
		}
	})
}

// keyIdentifier returns the leftmost 160 bits of the key's SHA-256 digest (RFC 7093 §2, method 1).
func keyIdentifier(key *pki.PublicKey) []byte {
	sum := sha256.Sum256(key.SubjectPublicKey())
	return sum[:20]
}
