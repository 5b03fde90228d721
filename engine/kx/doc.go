// Package kx is the key exchange of TLS: client and server obtain a shared secret that an
// eavesdropper does not learn.
//
// With an ephemeral group, the initiator and the responder each send a share. The client is the
// initiator in TLS 1.3, the server in TLS 1.2:
//
//	initiator                               responder
//	key = group.Generate(rand) ──Share()──►
//	                           ◄──share───  share, secret = group.Respond(rand, initiator's share)
//	secret = key.Agree(share)
//
// In a Diffie-Hellman group both shares have the same form. In a group with a KEM, the responder's
// share is a ciphertext. Callers need not distinguish them. The groups are elliptic curves, finite
// fields (RFC 7919) and hybrids of a curve and ML-KEM. Curves and ML-KEM are computed in constant
// time, finite fields are not.
//
// In RSA key exchange (up to TLS 1.2) the client chooses the premaster secret and encrypts it to
// the key of the server's certificate: EncryptPremaster and DecryptPremaster.
//
// All randomness is read from the given reader: equal bytes read give equal bytes sent. If the
// reader is crypto/rand.Reader, the NIST curves and RSA call Go's own key generation and
// encryption, which read only the system's randomness: their cost is that of a real TLS stack. Each
// operation is reported to an op.Counter.
package kx
