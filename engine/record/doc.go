// Package record protects TLS records. A HalfConn protects one direction of a connection with one
// set of keys.
//
//	plaintext ──Seal──► header | explicit nonce or IV | ciphertext ──Open──► plaintext
//
// A connection begins with NewPlaintext. When keys change, the caller makes a new HalfConn: with
// NewLegacy up to TLS 1.2, with NewTLS13 for TLS 1.3. A HalfConn counts its records, so it must
// seal or open all records of its direction, in order.
//
// Seal and Open work in place in the caller's buffers and allocate nothing. Open overwrites the
// record with its plaintext and returns a part of it. Seal appends a record to dst and copies the
// plaintext into it, unless the plaintext already lies there: Prefix bytes after the end of dst.
//
//	dst  |···written···|·prefix·|plaintext|······spare······|
//
// The bulk ciphers are a table of Cipher. Each record sealed or opened is reported to an op.Counter
// with the size of its plaintext.
package record
