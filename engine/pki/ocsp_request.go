package pki

import (
	"bytes"
	"crypto"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"tlslab/engine/op"
	"tlslab/engine/pki/internal/der"
)

// Identifiers of digests (RFC 3370 §2.1, RFC 5754 §2.2).
const (
	oidSHA1   = "\x2b\x0e\x03\x02\x1a"
	oidSHA256 = "\x60\x86\x48\x01\x65\x03\x04\x02\x01"
)

// certIDHashes are the supported digests of a CertID. RFC 5019 §2.1.1 prescribes SHA-1.
var certIDHashes = [...]struct {
	oid  string
	hash crypto.Hash
}{
	{oidSHA1, crypto.SHA1},
	{oidSHA256, crypto.SHA256},
}

// A certID is a CertID (RFC 6960 §4.1.1): it identifies a certificate by digests of its issuer's
// name and key, and by its serial number.
type certID struct {
	hash            crypto.Hash // 0: not supported
	name, key       []byte      // digests
	serial          []byte      // content of an INTEGER
	nameLen, keyLen int         // bytes that were hashed
}

func newCertID(hash crypto.Hash, leaf, issuer *Certificate) certID {
	key := issuer.Key.SubjectPublicKey()
	return certID{
		hash: hash, name: digest(hash, leaf.Issuer), key: digest(hash, key), serial: leaf.serial,
		nameLen: len(leaf.Issuer), keyLen: len(key),
	}
}

func digest(hash crypto.Hash, data []byte) []byte {
	h := hash.New()
	h.Write(data)
	return h.Sum(nil)
}

func (id *certID) equal(other *certID) bool {
	return id.hash == other.hash && bytes.Equal(id.name, other.name) && bytes.Equal(id.key, other.key) && bytes.Equal(id.serial, other.serial)
}

// count reports the digests of a CertID that was computed.
func (id *certID) count(count op.Counter) {
	count.Count(op.Op{Kind: op.Digest, Alg: hashNames[id.hash], Size: id.nameLen})
	count.Count(op.Op{Kind: op.Digest, Alg: hashNames[id.hash], Size: id.keyLen})
}

func (id *certID) add(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, h := range certIDHashes {
				if h.hash == id.hash {
					der.AddOID(b, h.oid)
				}
			}
			b.AddBytes([]byte(der.Null))
		})
		b.AddASN1OctetString(id.name)
		b.AddASN1OctetString(id.key)
		b.AddASN1(asn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(id.serial) })
	})
}

// read reads a CertID. An unsupported digest leaves hash 0, and the CertID then equals no other.
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
		if h.oid == string(oid) && (len(parameters) == 0 || string(parameters) == der.Null) {
			id.hash = h.hash
		}
	}
	return true
}

// OCSPCertID returns the DER of the CertID (RFC 6960 §4.1.1) of a certificate that issuer issued,
// with digests by hash: crypto.SHA1 or crypto.SHA256.
func OCSPCertID(hash crypto.Hash, leaf, issuer *Certificate) ([]byte, error) {
	if hash != crypto.SHA1 && hash != crypto.SHA256 {
		return nil, fmt.Errorf("CertID by %v: want SHA-1 or SHA-256", hash)
	}
	id := newCertID(hash, leaf, issuer)
	var b cryptobyte.Builder
	id.add(&b)
	return b.Bytes()
}

// OCSPRequest returns the OCSPRequest for one certificate in the profile of RFC 5019 §2.1: one
// CertID by SHA-1, no signature and no extension.
func OCSPRequest(leaf, issuer *Certificate) []byte {
	id := newCertID(crypto.SHA1, leaf, issuer)
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // OCSPRequest
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // TBSRequest
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // requestList
				b.AddASN1(asn1.SEQUENCE, id.add) // Request
			})
		})
	})
	return b.BytesOrPanic() // only excessive lengths fail, and serial numbers and digests are short
}

// OCSPRequestsStatus reports whether one of the CertIDs in an OCSPRequest (RFC 6960 §4.1.1) is that
// of a certificate. Its error wraps ErrOCSPMalformed.
func OCSPRequestsStatus(request []byte, leaf, issuer *Certificate) (bool, error) {
	malformed := fmt.Errorf("%w: request", ErrOCSPMalformed)
	in := cryptobyte.String(request)
	var whole, tbs, list cryptobyte.String
	var version int64
	if !in.ReadASN1(&whole, asn1.SEQUENCE) || !in.Empty() ||
		!whole.ReadASN1(&tbs, asn1.SEQUENCE) || !whole.SkipOptionalASN1(der.TagRequestSignature) || !whole.Empty() ||
		!readVersion(&tbs, &version) || version != 0 || !tbs.SkipOptionalASN1(der.TagRequestorName) ||
		!tbs.ReadASN1(&list, asn1.SEQUENCE) || !tbs.SkipOptionalASN1(der.TagRequestExtensions) || !tbs.Empty() {
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
