package pki

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"tlslab/engine/pki/internal/der"
)

// extensions are the contents of the certificate extensions that a TLS handshake depends on.
type extensions struct {
	isCA          bool // cA of BasicConstraints
	maxPathLength int  // pathLenConstraint: intermediate CAs allowed below this one; -1: no limit
	usage         keyUsage
	purposes      purposes
	altNames      cryptobyte.String // contents of SubjectAltName
	ocspURL       cryptobyte.String // of the first OCSP responder in AuthorityInfoAccess; nil: none
	mustStaple    bool              // TLSFeature contains status_request (RFC 7633)
	critical      cryptobyte.String // identifier of the last unknown critical extension; nil: none
	seen          uint8             // a bit for each row of knownExtensions
}

// keyUsage is the first octet of KeyUsage (RFC 5280 §4.2.1.3), with der's bits. 0 stands for an
// absent extension, which allows every use.
type keyUsage uint8

// MaySign reports whether the key usage allows the certificate's key to sign a handshake (RFC 9846
// §4.5.1.2, RFC 5246 §7.4.2).
func (c *Certificate) MaySign() bool { return c.usage.allows(der.UsageDigitalSignature) }

// MayEncipher reports whether the key usage allows peers to encrypt to the certificate's key in RSA
// key exchange (RFC 5246 §7.4.2).
func (c *Certificate) MayEncipher() bool { return c.usage.allows(der.UsageKeyEncipherment) }

func (u keyUsage) allows(bit keyUsage) bool { return u == 0 || u&bit != 0 }

// purposes are the extended key usages: bit 1<<Purpose for each.
type purposes uint8

const restrictedPurposes purposes = 1 << 7 // ExtKeyUsage is present

func (p purposes) allow(purpose Purpose) bool {
	return p&restrictedPurposes == 0 || p&(1<<purpose) != 0
}

// knownExtensions are the extensions that are read. A read function returns false for a malformed
// value.
var knownExtensions = [...]struct {
	oid  string
	read func(x *extensions, value cryptobyte.String) bool
}{
	{der.BasicConstraints, (*extensions).readBasicConstraints},
	{der.KeyUsage, (*extensions).readKeyUsage},
	{der.ExtKeyUsage, (*extensions).readExtKeyUsage},
	{der.SubjectAltName, (*extensions).readAltNames},
	{der.AuthorityInfo, (*extensions).readAuthorityInfo},
	{der.TLSFeature, (*extensions).readTLSFeature},
}

// parse reads the contents of the explicit tag around the Extensions.
func (x *extensions) parse(explicit cryptobyte.String) error {
	x.maxPathLength = -1
	var all cryptobyte.String
	if !explicit.ReadASN1(&all, asn1.SEQUENCE) || !explicit.Empty() {
		return fmt.Errorf("%w: extensions", FaultMalformed)
	}
	for !all.Empty() {
		var extension, oid, value cryptobyte.String
		critical := false
		if !all.ReadASN1(&extension, asn1.SEQUENCE) ||
			!extension.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) ||
			(extension.PeekASN1Tag(asn1.BOOLEAN) && !extension.ReadASN1Boolean(&critical)) ||
			!extension.ReadASN1(&value, asn1.OCTET_STRING) || !extension.Empty() {
			return fmt.Errorf("%w: extension", FaultMalformed)
		}
		if !x.read(oid, value, critical) {
			return fmt.Errorf("%w: extension %x", FaultMalformed, []byte(oid))
		}
	}
	return nil
}

// read reads one extension. It returns false if the value is malformed or the extension came
// before.
func (x *extensions) read(oid, value cryptobyte.String, critical bool) bool {
	for i := range knownExtensions {
		if knownExtensions[i].oid == string(oid) {
			if x.seen&(1<<i) != 0 {
				return false
			}
			x.seen |= 1 << i
			return knownExtensions[i].read(x, value)
		}
	}
	if critical {
		x.critical = oid
	}
	return true
}

func (x *extensions) readBasicConstraints(value cryptobyte.String) bool {
	var sequence cryptobyte.String
	if !value.ReadASN1(&sequence, asn1.SEQUENCE) || !value.Empty() {
		return false
	}
	if sequence.PeekASN1Tag(asn1.BOOLEAN) && !sequence.ReadASN1Boolean(&x.isCA) {
		return false
	}
	if sequence.PeekASN1Tag(asn1.INTEGER) && (!sequence.ReadASN1Integer(&x.maxPathLength) || x.maxPathLength < 0) {
		return false
	}
	return sequence.Empty()
}

func (x *extensions) readKeyUsage(value cryptobyte.String) bool {
	var bits cryptobyte.String
	var unused, first uint8
	if !value.ReadASN1(&bits, asn1.BIT_STRING) || !value.Empty() || !bits.ReadUint8(&unused) || unused > 7 {
		return false
	}
	if !bits.Empty() && !bits.ReadUint8(&first) {
		return false
	}
	x.usage = keyUsage(first)
	return first != 0
}

func (x *extensions) readExtKeyUsage(value cryptobyte.String) bool {
	var sequence cryptobyte.String
	if !value.ReadASN1(&sequence, asn1.SEQUENCE) || !value.Empty() {
		return false
	}
	x.purposes = restrictedPurposes
	for !sequence.Empty() {
		var oid cryptobyte.String
		if !sequence.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
			return false
		}
		switch string(oid) {
		case der.ServerAuth:
			x.purposes |= 1 << ServerAuth
		case der.ClientAuth:
			x.purposes |= 1 << ClientAuth
		case der.OCSPSigning:
			x.purposes |= 1 << OCSPSigning
		case der.AnyExtKeyUsage:
			x.purposes |= 1<<ServerAuth | 1<<ClientAuth
		}
	}
	return true
}

func (x *extensions) readAltNames(value cryptobyte.String) bool {
	if !value.ReadASN1(&x.altNames, asn1.SEQUENCE) || !value.Empty() {
		return false
	}
	for rest := x.altNames; !rest.Empty(); {
		if !rest.ReadAnyASN1(new(cryptobyte.String), new(asn1.Tag)) {
			return false
		}
	}
	return true
}

// OCSPURL returns the URL of the certificate's OCSP responder (RFC 5280 §4.2.2.1); empty if the
// certificate names none.
func (c *Certificate) OCSPURL() string { return string(c.ocspURL) }

// MustStaple reports whether the certificate requires its server to staple an OCSP response (RFC
// 7633 §4).
func (c *Certificate) MustStaple() bool { return c.mustStaple }

func (x *extensions) readAuthorityInfo(value cryptobyte.String) bool {
	var sequence cryptobyte.String
	if !value.ReadASN1(&sequence, asn1.SEQUENCE) || !value.Empty() {
		return false
	}
	for !sequence.Empty() {
		var access, method, location cryptobyte.String
		var tag asn1.Tag
		if !sequence.ReadASN1(&access, asn1.SEQUENCE) || !access.ReadASN1(&method, asn1.OBJECT_IDENTIFIER) ||
			!access.ReadAnyASN1(&location, &tag) || !access.Empty() {
			return false
		}
		if x.ocspURL == nil && string(method) == der.AccessOCSP && tag == der.TagURI {
			x.ocspURL = location
		}
	}
	return true
}

func (x *extensions) readTLSFeature(value cryptobyte.String) bool {
	var sequence cryptobyte.String
	if !value.ReadASN1(&sequence, asn1.SEQUENCE) || !value.Empty() {
		return false
	}
	for !sequence.Empty() {
		var feature int64
		if !sequence.ReadASN1Integer(&feature) {
			return false
		}
		x.mustStaple = x.mustStaple || feature == der.FeatureStatusRequest
	}
	return true
}
