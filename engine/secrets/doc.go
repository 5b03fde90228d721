// Package secrets turns a shared secret into the keys of a connection.
//
// Two families of protocols do so in two ways, and each has a type that holds
// its current secret and hands out what is derived from it:
//
//	SSL 3.0 – TLS 1.2   premaster ──► Classic: master secret ──► key block, Finished, exporters
//	TLS 1.3             PSK, (EC)DHE ──► Schedule: early ► handshake ► master secret ──► traffic secrets ──► keys, Finished, PSKs
//
// Both are made of HMAC over one hash, and both hash short inputs many times. So
// the HMAC here keeps the state after its key block and starts each message from
// there, and all scratch lives in the two types: deriving allocates nothing.
// Each derivation is reported to an op.Counter as one op.Derive.
//
// The published handshakes of RFC 8448 (messages, records and every
// intermediate secret) stand as text in the folder rfc8448, one file a
// section.
package secrets
