// Package pki makes certificate chains, verifies them, and makes and checks the
// signatures of handshakes.
//
//	Spec ──Make──► Chain: certificates, root, the leaf's Key        Chain.Key ──Scheme.Sign──► signature
//	DER  ──Parse─► Certificate ──Verifier.Verify──► verdicts          Certificate.Key ──Scheme.Verify──► verdict
//
// Chains come from a seed: the same Spec gives the same bytes, so that a flight
// has the same size in every run. They stand in for those of real sites, whose
// number of certificates, key types and total size decide how many packets a
// handshake takes; a Spec names all three.
//
// Verification reads what TLS needs from a certificate and nothing else, and
// keeps no verdicts: each handshake pays for each signature. Every signature
// made or checked, and every digest for it, is reported to an op.Counter.
package pki
