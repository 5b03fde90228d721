// Package kx is the key exchange of TLS: how two sides come to share a secret
// that is not on the wire.
//
// There are two ways. With an ephemeral group each side sends a share:
//
//	first to speak                          second to speak
//	key = group.Generate(rand) ──Share()──►
//	                           ◄──share───  share, secret = group.Respond(rand, peer's share)
//	secret = key.Agree(share)
//
// In TLS 1.3 the client speaks first, in TLS 1.2 the server does. A
// Diffie-Hellman group answers with a share of the same form; a KEM answers with
// a ciphertext, so its two sizes differ. Callers need not know which it is.
//
// Groups are curves, prime fields (RFC 7919) and hybrids of a curve and ML-KEM.
// Curves and ML-KEM are computed in constant time, prime fields are not.
//
// With RSA key exchange (TLS 1.2 and before) the client makes the premaster
// secret alone and sends it under the server's certified key: EncryptPremaster
// and DecryptPremaster.
//
// All randomness comes from the given reader: the same bytes read give the same
// bytes sent. Given crypto/rand's own reader, the calls of Go's packages that
// insist on it are used, because those are what a real stack spends its time in.
// Every operation is reported to an op.Counter.
package kx
