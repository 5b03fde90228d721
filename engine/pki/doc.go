// Package pki reads and verifies certificate chains and OCSP responses, and makes and checks the
// signatures of handshakes.
//
//	DER ──ParseChain──► []*Certificate ──Verifier.Verify──► issuer, tolerated faults, or an error
//	OCSP response ──VerifyOCSPResponse──► nil, or an error that wraps one of the Err values
//	Key ──Scheme.Sign──► signature ──Scheme.Verify by PublicKey──► nil, or ErrBadSignature
//
// A Certificate holds what TLS needs and nothing else. Nothing is cached between handshakes: each
// handshake pays for each signature. Each signature made or checked, and the digest of what is
// signed, is reported to an op.Counter.
//
// Package ca makes the chains and OCSP responses that this package reads.
package pki
