package engine

import (
	"errors"
	"fmt"
	"strings"

	"tlslab/engine/pki"
	"tlslab/engine/wire"
)

// A Certificate is a certificate chain with the leaf's private key, encoded for use by any number
// of connections at the same time.
type Certificate struct {
	key     *pki.Key
	keyType string   // as Suite.KeyType has it
	curve   Group    // of an ECDSA key; 0: another key
	legacy  []byte   // body of the Certificate message up to TLS 1.2
	tls13   []byte   // body of the Certificate message of TLS 1.3
	chain   [][]byte // in DER, leaf first
	issuers [][]byte // names of the issuers in the chain, in DER
	leaf    *pki.Certificate

	staple       []byte // OCSP response on the leaf; nil: none
	tls13Stapled []byte // tls13 with staple
}

// NewCertificate encodes a chain of DER certificates, leaf first and without the root, for use
// with the leaf's private key. It fails if the chain is empty, the key is nil, or the chain is
// longer than a Certificate message may be (256 KiB).
func NewCertificate(chain [][]byte, key *pki.Key) (*Certificate, error) {
	if len(chain) == 0 || key == nil {
		return nil, errors.New("certificate without chain or key")
	}
	c := &Certificate{key: key, keyType: pki.KeyTypeOf(key.Public.Algorithm).Name, curve: curves[key.Public.Algorithm], chain: chain}
	c.legacy = wire.AppendCertificate(nil, chain)
	c.tls13 = wire.AppendCertificate13(nil, chain, nil)
	if len(c.legacy) > maxCertificates || len(c.tls13) > maxCertificates {
		return nil, errors.New("certificate chain is longer than a Certificate message may be")
	}
	for i, der := range chain {
		// Package pki may be unable to parse a certificate that the peer can.
		parsed, err := pki.Parse(der)
		if err != nil {
			continue
		}
		c.issuers = append(c.issuers, parsed.Issuer)
		if i == 0 {
			c.leaf = parsed
		}
	}
	return c, nil
}

// Leaf returns the chain's first certificate; nil if package pki cannot parse it.
func (c *Certificate) Leaf() *pki.Certificate { return c.leaf }

// Algorithm returns the algorithm of the leaf's key as package pki names it: "ecdsa-p256".
func (c *Certificate) Algorithm() string { return c.key.Public.Algorithm }

// String returns the algorithm of the key and the leaf's DNS names: "ecdsa-p256 for a.example".
func (c *Certificate) String() string {
	if c.leaf == nil || len(c.leaf.DNSNames()) == 0 {
		return c.Algorithm()
	}
	return c.Algorithm() + " for " + strings.Join(c.leaf.DNSNames(), " ")
}

// matchesHost reports whether the leaf is valid for a DNS name.
func (c *Certificate) matchesHost(name string) bool {
	return c.leaf != nil && c.leaf.MatchesDNSName(name)
}

// WithOCSPResponse returns the same certificate with an OCSP response for its leaf, in DER. A
// server staples the response if a client requests it (Config.Revocation). The response is not
// verified. WithOCSPResponse fails if the response is empty or longer than an extension holds
// (65527 bytes), or if the chain with the response is longer than a Certificate message may be (256
// KiB).
func (c *Certificate) WithOCSPResponse(response []byte) (*Certificate, error) {
	if len(response) == 0 || len(response) > maxStatus {
		return nil, fmt.Errorf("OCSP response of %d bytes: want 1 to %d", len(response), maxStatus)
	}
	with := *c
	with.staple = response
	m := wire.CertificateStatusMsg{Type: wire.StatusOCSP, Response: response}
	leaf := wire.AppendUint16(nil, extStatusRequest)
	leaf = wire.CloseVector(m.Append(wire.OpenVector(leaf, 2)), len(leaf), 2)
	with.tls13Stapled = wire.AppendCertificate13(nil, c.chain, leaf)
	if len(with.tls13Stapled) > maxCertificates {
		return nil, errors.New("certificate chain and OCSP response are longer than a Certificate message may be")
	}
	return &with, nil
}

// maxStatus is the longest OCSP response in bytes that fits into an extension of TLS 1.3's
// Certificate.
const maxStatus = 1<<16 - 1 - 8

// curves are the groups of ECDSA keys, by package pki's name of the key.
var curves = map[string]Group{"ecdsa-p256": P256, "ecdsa-p384": P384, "ecdsa-p521": P521}
