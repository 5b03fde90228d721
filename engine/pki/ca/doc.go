// Package ca is a certificate authority for experiments: it makes certificate chains and OCSP
// responses that package pki verifies.
//
//	ChainSpec ──Issue──► Chain: certificates, root, the leaf's key
//	Chain ──OCSPResponder──► OCSPResponder ──Respond──► OCSP response
//
// Each chain follows from its seed: equal ChainSpecs give equal bytes, so a flight has the same
// size in every run. Chains stand in for those of real sites: the number of certificates, the key
// algorithms and the total size in bytes, which decide how many packets a handshake takes, are
// fields of ChainSpec.
//
// Keys follow from seeds too and protect nothing. They must not be used outside experiments.
package ca
