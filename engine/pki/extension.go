package pki

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Contents of the extensions' object identifiers in DER (RFC 5280 §4.2.1).
const (
	oidSubjectKeyID     = "\x55\x1d\x0e"
	oidKeyUsage         = "\x55\x1d\x0f"
	oidSubjectAltName   = "\x55\x1d\x11"
	oidBasicConstraints = "\x55\x1d\x13"
	oidExtKeyUsage      = "\x55\x1d\x25"
	oidAuthorityInfo    = "\x2b\x06\x01\x05\x05\x07\x01\x01"
	oidFeature          = "\x2b\x06\x01\x05\x05\x07\x01\x18"     // RFC 7633
	oidNoCheck          = "\x2b\x06\x01\x05\x05\x07\x30\x01\x05" // RFC 6960

	oidAnyUsage    = "\x55\x1d\x25\x00"
	oidServerAuth  = "\x2b\x06\x01\x05\x05\x07\x03\x01"
	oidClientAuth  = "\x2b\x06\x01\x05\x05\x07\x03\x02"
	oidOCSPSigning = "\x2b\x06\x01\x05\x05\x07\x03\x09"

	oidOCSP = "\x2b\x06\x01\x05\x05\x07\x30\x01" // access method of authority information
)

// extensions are the ones that bear on a TLS handshake.
type extensions struct {
	authority  bool // basic constraints' CA
	pathLength int  // certificates between this one and the leaf; -1: any number
	usage      keyUsage
	purposes   purposes
	altNames   cryptobyte.String // contents of the subject's alternative names
	statusURL  cryptobyte.String // of the first OCSP responder; nil: none is named
	mustStaple bool              // RFC 7633's status_request
	critical   cryptobyte.String // identifier of a critical extension not known here
	seen       seen
}

// keyUsage holds RFC 5280 §4.2.1.3's bits, the first in the highest place; 0 where
// the extension is absent, which allows all.
type keyUsage uint8

const (
	usageDigitalSignature keyUsage = 0x80
	usageKeyEncipherment  keyUsage = 0x20
	usageCertSign         keyUsage = 0x04
)

// MaySign and MayEncipher say whether the certificate's key usage allows it to
// sign a handshake, and to be encrypted to in RSA key exchange (RFC 9846
// §4.5.1.2, RFC 5246 §7.4.2).
func (c *Certificate) MaySign() bool { return c.usage.allows(usageDigitalSignature) }

// MayEncipher is described at MaySign.
func (c *Certificate) MayEncipher() bool { return c.usage.allows(usageKeyEncipherment) }

func (u keyUsage) allows(bit keyUsage) bool { return u == 0 || u&bit != 0 }

// purposes are the extended key usages: a bit for each Purpose.
type purposes uint8

const restricted purposes = 1 << 7 // the extension is present

func (p purposes) allow(purpose Purpose) bool { return p&restricted == 0 || p&(1<<purpose) != 0 }

// seen holds a bit for each extension of the table that has been met.
type seen uint8

// known is the table of extensions that are read.
var known = [...]struct {
	oid  string
	read func(*extensions, cryptobyte.String) bool
}{
	{oidBasicConstraints, (*extensions).readBasicConstraints},
	{oidKeyUsage, (*extensions).readKeyUsage},
	{oidExtKeyUsage, (*extensions).readExtKeyUsage},
	{oidSubjectAltName, (*extensions).readAltNames},
	{oidAuthorityInfo, (*extensions).readAuthorityInfo},
	{oidFeature, (*extensions).readFeatures},
}

// parse reads the contents of the explicit tag around all extensions.
func (x *extensions) parse(explicit cryptobyte.String) error {
	x.pathLength = -1
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

func (x *extensions) read(oid, value cryptobyte.String, critical bool) bool {
	for i := range known {
		if known[i].oid == string(oid) {
			if x.seen&(1<<i) != 0 {
				return false
			}
			x.seen |= 1 << i
			return known[i].read(x, value)
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
	if sequence.PeekASN1Tag(asn1.BOOLEAN) && !sequence.ReadASN1Boolean(&x.authority) {
		return false
	}
	if sequence.PeekASN1Tag(asn1.INTEGER) && (!sequence.ReadASN1Integer(&x.pathLength) || x.pathLength < 0) {
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
	x.purposes = restricted
	for !sequence.Empty() {
		var oid cryptobyte.String
		if !sequence.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
			return false
		}
		switch string(oid) {
		case oidServerAuth:
			x.purposes |= 1 << ServerAuth
		case oidClientAuth:
			x.purposes |= 1 << ClientAuth
		case oidOCSPSigning:
			x.purposes |= 1 << OCSPSigning
		case oidAnyUsage:
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

// StatusURL is where the certificate says that an OCSP responder is, empty if it does
// not say (RFC 5280 §4.2.2.1).
func (c *Certificate) StatusURL() string { return string(c.statusURL) }

// MustStaple says whether the certificate wants its server to staple an OCSP
// response (RFC 7633 §4).
func (c *Certificate) MustStaple() bool { return c.mustStaple }

// tagURI is that of a general name which is a URI (RFC 5280 §4.2.1.6).
var tagURI = asn1.Tag(6).ContextSpecific()

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
		if x.statusURL == nil && string(method) == oidOCSP && tag == tagURI {
			x.statusURL = location
		}
	}
	return true
}

// featureStatusRequest is the number of the TLS extension by which responses are
// stapled (RFC 6066 §8).
const featureStatusRequest = 5

func (x *extensions) readFeatures(value cryptobyte.String) bool {
	var sequence cryptobyte.String
	if !value.ReadASN1(&sequence, asn1.SEQUENCE) || !value.Empty() {
		return false
	}
	for !sequence.Empty() {
		var feature int64
		if !sequence.ReadASN1Integer(&feature) {
			return false
		}
		x.mustStaple = x.mustStaple || feature == featureStatusRequest
	}
	return true
}
