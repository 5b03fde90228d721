package engine

import "crypto"

// A Certificate is a chain with the leaf's private key, prepared for use by
// any number of connections.
type Certificate struct {
	chain [][]byte
	key   crypto.Signer
}

// NewCertificate prepares a chain of DER certificates, leaf first and without
// the root, and the leaf's private key: an *rsa.PrivateKey or an
// *ecdsa.PrivateKey on P-256 or P-384.
func NewCertificate(chain [][]byte, key crypto.Signer) (*Certificate, error) {
	return &Certificate{chain, key}, nil
}
