package pki

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"tlslab/engine/op"
)

// A Status is what an authority says of a certificate (RFC 6960 §2.2).
type Status uint8

// The statuses, by the tags of a response's CertStatus.
const (
	StatusGood Status = iota
	StatusRevoked
	StatusUnknown
)

var statusNames = [...]string{"good", "revoked", "unknown"}

// String returns the status's name: good, revoked or unknown.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return fmt.Sprintf("status %d", uint8(s))
}

// ChainFault on a certificate's status other than good. Errors of VerifyStatus wrap one
// of these.
var (
	ErrRevoked           = errors.New("certificate is revoked")                          // certificate_revoked
	ErrStatusUnknown     = errors.New("certificate's status is unknown")                 // all others: bad_certificate_status_response
	ErrStatusStale       = errors.New("certificate's status is not of this time")        // outside thisUpdate and nextUpdate
	ErrStatusForged      = errors.New("certificate's status is not signed as it should") // by the issuer or whom it has delegated
	ErrStatusOther       = errors.New("status of another certificate")
	ErrStatusMalformed   = errors.New("malformed certificate status")
	ErrStatusUnavailable = errors.New("no status to be had") // the responder says so: tryLater and the like
)

// Contents of object identifiers in DER (RFC 3370 §2.1, RFC 5754 §2.2).
const (
	oidSHA1   = "\x2b\x0e\x03\x02\x1a"
	oidSHA256 = "\x60\x86\x48\x01\x65\x03\x04\x02\x01"
)

// certIDHashes are the digests that name certificates in requests and responses. RFC
// 5019 §2.1.1 asks for the first.
var certIDHashes = [...]struct {
	oid  string
	hash crypto.Hash
}{
	{oidSHA1, crypto.SHA1},
	{oidSHA256, crypto.SHA256},
}

// A certID names a certificate by digests of its issuer's name and key, and by its
// serial number (RFC 6960 §4.1.1).
type certID struct {
	hash            crypto.Hash
	name, key       []byte
	serial          []byte // content of an INTEGER
	nameLen, keyLen int    // of what was hashed
}

func newCertID(hash crypto.Hash, leaf, issuer *Certificate) certID {
	key := issuer.Key.encoded()
	return certID{
		hash: hash, name: sum(hash, leaf.Issuer), key: sum(hash, key), serial: leaf.serial,
		nameLen: len(leaf.Issuer), keyLen: len(key),
	}
}

func sum(hash crypto.Hash, data []byte) []byte {
	h := hash.New()
	h.Write(data)
	return h.Sum(nil)
}

func (id *certID) equal(other *certID) bool {
	return id.hash == other.hash && bytes.Equal(id.name, other.name) && bytes.Equal(id.key, other.key) && bytes.Equal(id.serial, other.serial)
}

// count reports the digests that naming a certificate takes.
func (id *certID) count(count op.Counter) {
	count.Count(op.Op{Kind: op.Digest, Alg: hashNames[id.hash], Size: id.nameLen})
	count.Count(op.Op{Kind: op.Digest, Alg: hashNames[id.hash], Size: id.keyLen})
}

func (id *certID) add(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, h := range certIDHashes {
				if h.hash == id.hash {
					addOID(b, h.oid)
				}
			}
			b.AddBytes([]byte(derNull))
		})
		b.AddASN1OctetString(id.name)
		b.AddASN1OctetString(id.key)
		b.AddASN1(asn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(id.serial) })
	})
}

// read takes a CertID; a digest that is unknown leaves hash 0, which equals no other.
func (id *certID) read(in *cryptobyte.String) bool {
	var sequence, name, key, serial cryptobyte.String
	if !in.ReadASN1(&sequence, asn1.SEQUENCE) {
		return false
	}
	oid, parameters, ok := readAlgorithm(&sequence)
	if !ok || !sequence.ReadASN1(&name, asn1.OCTET_STRING) || !sequence.ReadASN1(&key, asn1.OCTET_STRING) ||
		!sequence.ReadASN1(&serial, asn1.INTEGER) || !sequence.Empty() {
		return false
	}
	*id = certID{name: name, key: key, serial: serial}
	for _, h := range certIDHashes {
		if h.oid == string(oid) && (len(parameters) == 0 || string(parameters) == derNull) {
			id.hash = h.hash
		}
	}
	return true
}

// StatusRequest makes the OCSPRequest that asks a responder of one certificate's
// status, in the profile of RFC 5019 §2.1: one certificate, named by SHA-1, no
// signature and no extension.
func StatusRequest(leaf, issuer *Certificate) []byte {
	id := newCertID(crypto.SHA1, leaf, issuer)
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // OCSPRequest
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // TBSRequest
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // requestList
				b.AddASN1(asn1.SEQUENCE, id.add) // Request
			})
		})
	})
	return b.BytesOrPanic() // lengths alone could make it fail, and digests and serial numbers are short
}

// Tags of an OCSPRequest's optional parts (RFC 6960 §4.1.1).
var (
	tagRequestSignature  = asn1.Tag(0).ContextSpecific().Constructed()
	tagRequestor         = asn1.Tag(1).ContextSpecific().Constructed()
	tagRequestExtensions = asn1.Tag(2).ContextSpecific().Constructed()
)

// AsksFor says whether an OCSPRequest asks of a certificate's status, with or without
// others. Its error wraps ErrStatusMalformed.
func AsksFor(request []byte, leaf, issuer *Certificate) (bool, error) {
	malformed := fmt.Errorf("%w: request", ErrStatusMalformed)
	in := cryptobyte.String(request)
	var whole, tbs, list cryptobyte.String
	var version int64
	if !in.ReadASN1(&whole, asn1.SEQUENCE) || !in.Empty() ||
		!whole.ReadASN1(&tbs, asn1.SEQUENCE) || !whole.SkipOptionalASN1(tagRequestSignature) || !whole.Empty() ||
		!readVersion(&tbs, &version) || version != 0 || !tbs.SkipOptionalASN1(tagRequestor) ||
		!tbs.ReadASN1(&list, asn1.SEQUENCE) || !tbs.SkipOptionalASN1(tagRequestExtensions) || !tbs.Empty() {
		return false, malformed
	}
	for !list.Empty() {
		var one cryptobyte.String
		var id certID
		if !list.ReadASN1(&one, asn1.SEQUENCE) || !id.read(&one) {
			return false, malformed
		}
		if id.hash == 0 {
			continue
		}
		if want := newCertID(id.hash, leaf, issuer); id.equal(&want) {
			return true, nil
		}
	}
	return false, nil
}
