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

	oidAnyUsage   = "\x55\x1d\x25\x00"
	oidServerAuth = "\x2b\x06\x01\x05\x05\x07\x03\x01"
	oidClientAuth = "\x2b\x06\x01\x05\x05\x07\x03\x02"
)

// extensions are the ones that bear on a TLS handshake.
type extensions struct {
	authority  bool // basic constraints' CA
	pathLength int  // certificates between this one and the leaf; -1: any number
	usage      keyUsage
	purposes   purposes
	altNames   cryptobyte.String // contents of the subject's alternative names
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
// §4.4.2.2, RFC 5246 §7.4.2).
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
}

// parse reads the contents of the explicit tag around all extensions.
func (x *extensions) parse(explicit cryptobyte.String) error {
	x.pathLength = -1
	var all cryptobyte.String
	if !explicit.ReadASN1(&all, asn1.SEQUENCE) || !explicit.Empty() {
		return fmt.Errorf("%w: extensions", ErrMalformed)
	}
	for !all.Empty() {
		var extension, oid, value cryptobyte.String
		critical := false
		if !all.ReadASN1(&extension, asn1.SEQUENCE) ||
			!extension.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) ||
			(extension.PeekASN1Tag(asn1.BOOLEAN) && !extension.ReadASN1Boolean(&critical)) ||
			!extension.ReadASN1(&value, asn1.OCTET_STRING) || !extension.Empty() {
			return fmt.Errorf("%w: extension", ErrMalformed)
		}
		if !x.read(oid, value, critical) {
			return fmt.Errorf("%w: extension %x", ErrMalformed, []byte(oid))
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
