// Package record protects TLS records: one Half for each direction and each set
// of keys.
//
//	plaintext ──Seal──► header | explicit nonce or IV | ciphertext, tag or MAC, padding ──Open──► plaintext
//
// A Half begins as Plain. When keys change, a new one is made from the keys: by
// Classic up to TLS 1.2, by TLS13 for TLS 1.3. It counts its records, so that it
// must seal or open every record of its direction in order.
//
// Records are sealed and opened in place, in the caller's buffers, and nothing is
// allocated. Open overwrites the record with its plaintext and returns a part of
// it. Seal appends a record; a caller that has put the plaintext Prefix bytes
// behind the end of dst, where it will stand in the record, saves a copy:
//
//	dst  |···written···|·prefix·|plaintext|······spare······|
//
// The bulk ciphers are rows of a table, with the lengths that partition a key
// block. Each record sealed or opened is reported to an op.Counter with its
// plaintext's size.
package record
