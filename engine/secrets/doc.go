// Package secrets derives the keys of a connection from a shared secret.
//
// SSL 3.0 to TLS 1.2 and TLS 1.3 do it in two ways. A type for each holds the current secret and
// derives from it:
//
//	SSL 3.0 – TLS 1.2   premaster ──► Legacy: master secret ──► key block, Finished, exporters
//	TLS 1.3             PSK, (EC)DHE ──► Schedule: early ► handshake ► main secret
//	                    ──► traffic secrets ──► keys, Finished, PSKs
//
// Both use HMAC over one hash for many short messages. HMAC therefore keeps the hash's state after
// the key block, and all buffers are allocated with the two types: deriving allocates nothing. Each
// derivation is reported to an op.Counter as one op.Derive.
//
// Folder rfc8448 holds the handshakes of RFC 8448 as text (messages, records and every intermediate
// secret), one file for each section.
package secrets
