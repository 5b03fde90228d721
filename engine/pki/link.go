package pki

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// A link is a certificate of a chain to be made.
type link struct {
	name                string // the subject's common name
	notBefore, notAfter time.Time
	key                 *Key
	issuer              *link // itself at the root

	authority  bool
	responder  bool     // the issuer's, for OCSP
	pathLength int      // of an authority: how many others may stand below it
	names      []string // of a leaf
	statusURL  string   // of a leaf
	mustStaple bool     // likewise
}

// certified names the signature that authorities put under certificates, by the
// algorithm of their key.
var certified = map[string]uint16{
	"rsa2048": 0x0401, "rsa3072": 0x0401, "rsa4096": 0x0401,
	ecdsaP256: 0x0403, ecdsaP384: 0x0503, ecdsaP521: 0x0603, ed25519Alg: 0x0807,
	mldsa44Set.algorithm: 0x0904, mldsa65Set.algorithm: 0x0905, mldsa87Set.algorithm: 0x0906,
}

// make signs the certificate with so much padding. Signatures are deterministic,
// so the bytes depend on the Spec alone.
func (l *link) make(p padding) ([]byte, error) {
	scheme := SchemeByID(certified[l.issuer.key.Public.Algorithm])
	var b cryptobyte.Builder
	l.addTBS(&b, scheme, p)
	tbs, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("make certificate %q: %w", l.name, err)
	}
	signature, err := scheme.Sign(nil, l.issuer.key, tbs, nil)
	if err != nil {
		return nil, fmt.Errorf("make certificate %q: %w", l.name, err)
	}
	var whole cryptobyte.Builder
	whole.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		scheme.addAlgorithm(b)
		b.AddASN1BitString(signature)
	})
	return whole.Bytes()
}

// addTBS appends a TBSCertificate of version 3 (RFC 5280 §4.1).
func (l *link) addTBS(b *cryptobyte.Builder, scheme *Scheme, p padding) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tagVersion, func(b *cryptobyte.Builder) { b.AddASN1Int64(2) })
		b.AddASN1BigInt(p.serialNumber())
		scheme.addAlgorithm(b)
		addName(b, l.issuer.name)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addTime(b, l.notBefore)
			addTime(b, l.notAfter)
		})
		addName(b, l.name)
		l.key.Public.add(b)
		b.AddASN1(tagExtensions, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { l.addExtensions(b, p) })
		})
	})
}

// addName appends a name that is one common name (RFC 5280 §4.1.2.4).
func addName(b *cryptobyte.Builder, name string) {
	const oidCommonName = "\x55\x04\x03"
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				addOID(b, oidCommonName)
				b.AddASN1(asn1.PrintableString, func(b *cryptobyte.Builder) { b.AddBytes([]byte(name)) })
			})
		})
	})
}

// addTime appends a UTCTime until 2049, a GeneralizedTime from 2050 (RFC 5280
// §4.1.2.5).
func addTime(b *cryptobyte.Builder, t time.Time) {
	if year := t.Year(); year >= 1950 && year < 2050 {
		b.AddASN1UTCTime(t)
	} else {
		b.AddASN1GeneralizedTime(t)
	}
}

func addOID(b *cryptobyte.Builder, oid string) {
	b.AddASN1(asn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes([]byte(oid)) })
}

// addExtensions appends the extensions that verifiers look at (RFC 5280 §4.2.1), and
// the padding.
func (l *link) addExtensions(b *cryptobyte.Builder, p padding) {
	l.addKeyUsage(b)
	if !l.authority {
		addExtension(b, oidExtKeyUsage, false, func(b *cryptobyte.Builder) { b.AddASN1(asn1.SEQUENCE, l.addPurposes) })
	}
	addExtension(b, oidBasicConstraints, true, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			if l.authority {
				b.AddASN1Boolean(true)
				b.AddASN1Int64(int64(l.pathLength))
			}
		})
	})
	if l.authority {
		addExtension(b, oidSubjectKeyID, false, func(b *cryptobyte.Builder) { b.AddASN1OctetString(l.key.Public.identifier()) })
	}
	if len(l.names) > 0 {
		addExtension(b, oidSubjectAltName, false, l.addAltNames)
	}
	l.addStatusExtensions(b)
	if value := p.bytes(); value != nil {
		addExtension(b, oidPadding, false, func(b *cryptobyte.Builder) { b.AddBytes(value) })
	}
}

func (l *link) addPurposes(b *cryptobyte.Builder) {
	if l.responder {
		addOID(b, oidOCSPSigning)
		return
	}
	addOID(b, oidServerAuth)
	addOID(b, oidClientAuth)
}

// addStatusExtensions appends what bears on the certificate's own revocation: where
// to ask, that the answer is stapled, and, for a responder, not to ask at all
// (RFC 5280 §4.2.2.1, RFC 7633 §4, RFC 6960 §4.2.2.2.1).
func (l *link) addStatusExtensions(b *cryptobyte.Builder) {
	if l.statusURL != "" {
		addExtension(b, oidAuthorityInfo, false, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					addOID(b, oidOCSP)
					b.AddASN1(tagURI, func(b *cryptobyte.Builder) { b.AddBytes([]byte(l.statusURL)) })
				})
			})
		})
	}
	if l.mustStaple {
		addExtension(b, oidFeature, false, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Int64(featureStatusRequest) })
		})
	}
	if l.responder {
		addExtension(b, oidNoCheck, false, func(b *cryptobyte.Builder) { b.AddBytes([]byte(derNull)) })
	}
}

func addExtension(b *cryptobyte.Builder, oid string, critical bool, value cryptobyte.BuilderContinuation) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		addOID(b, oid)
		if critical {
			b.AddASN1Boolean(true)
		}
		b.AddASN1(asn1.OCTET_STRING, value)
	})
}

// addKeyUsage allows authorities to sign certificates and lists, and leaves to sign
// handshakes; only RSA keys encipher (RFC 5480 §3, RFC 8410 §5, RFC 9881 §5).
func (l *link) addKeyUsage(b *cryptobyte.Builder) {
	const usageCRLSign keyUsage = 0x02
	usage, unused := usageDigitalSignature, byte(7) // bits below the last that is set
	switch {
	case l.authority:
		usage, unused = usageCertSign|usageCRLSign, 1
	case l.key.Public.RSA != nil:
		usage, unused = usageDigitalSignature|usageKeyEncipherment, 5
	}
	addExtension(b, oidKeyUsage, true, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.BIT_STRING, func(b *cryptobyte.Builder) { b.AddBytes([]byte{unused, byte(usage)}) })
	})
}

// addAltNames appends the leaf's names, DNS names first.
func (l *link) addAltNames(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		var addresses [][]byte
		for _, name := range l.names {
			if address, err := netip.ParseAddr(name); err == nil {
				addresses = append(addresses, address.AsSlice())
				continue
			}
			b.AddASN1(tagDNSName, func(b *cryptobyte.Builder) { b.AddBytes([]byte(name)) })
		}
		for _, address := range addresses {
			b.AddASN1(tagAddress, func(b *cryptobyte.Builder) { b.AddBytes(address) })
		}
	})
}

// identifier is the leftmost 160 bits of the key's SHA-256 digest (RFC 7093 §2).
func (k *PublicKey) identifier() []byte {
	sum := sha256.Sum256(k.encoded())
	return sum[:20]
}
