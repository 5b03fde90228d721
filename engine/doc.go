// Package engine is a TLS client and server as pure state machines: bytes in; bytes, events and
// errors out. It does no I/O, reads no clock, starts no goroutine and draws no randomness of its
// own: the same Config.Rand and Config.Now give the same bytes.
//
// A caller moves bytes between a Conn and its transport, in this order:
//
//	c := engine.Client(cfg, "example.test")     // or engine.Server(cfg)
//	c.Start()                                   // a client queues its ClientHello
//	for {
//	        send(c.Flush(nil))                  // the bytes that are ready to be sent
//	        in = append(in, receive()...)
//	        n, ev, err := c.Recv(in)            // one record at most, decrypted in place
//	        in = in[n:]                         // n == 0: the record is incomplete
//	        ...                                 // ev.Data aliases the consumed part of in
//	}
//
// After EventHandshakeDone the caller sends application data with Seal. MaySeal reports whether
// Seal takes data before: early data (0-RTT) of a client, and 0.5-RTT data of a TLS 1.3 server. A
// client with RevocationFetched returns EventOCSPRequest, and Recv consumes nothing until the
// caller has called OCSPResponse. After an error the connection is over; the next Flush returns the
// alert for the peer. Close queues close_notify. EOF returns an error if the transport ended
// without the peer's close_notify.
//
// # How a handshake is driven
//
// flights.go holds every handshake as a table of rows: who sends which message, under which
// condition, where keys change, and where a flight is flushed. One interpreter drives both sides
// from the same rows. It writes the messages of this side's rows, and expects those of the peer's
// rows:
//
//	                             flights.go
//	                                 │
//	Recv ──► record ──► message ──► interpreter ──► read ─┐
//	                                 │                    ├ step of the message
//	Flush ◄── record ◄── flight ◄────┴──────────── write ─┘
//
// Only the interpreter checks the order of messages. A step knows how one message is written and
// read.
//
// Files are grouped by prefix:
//
//	hs_         messages of the handshake; hs_legacy_ up to TLS 1.2, hs_tls13_ in TLS 1.3
//	ext_        one extension each; extensions.go says which may appear in which message
//	early_      early data
//	ocsp_       OCSP responses, stapled and fetched
//	session_    what a connection gives to a later one (package session)
//	config_     defaults and checks of Config
//
// A Conn has parts for its phases: handshake is dropped when the handshake is done; sender and
// receiver are the two directions; postHandshake and resumption are what remains. reason.go says
// which error is which alert.
//
// # Side channels
//
// MACs, Finished and binders are compared in constant time. Timing is constant in TLS 1.2 and 1.3
// with AES-GCM (on processors with instructions for it) or ChaCha20-Poly1305, over elliptic curves
// and hybrids. It is not constant for finite fields, CBC with SHA-2, 3DES, DES and RC4. Comments
// name each place: packages kx (RSA padding, finite fields), record (ciphers, MACs of padded
// records) and pki (signatures).
//
// This engine is made for a laboratory. Nobody has reviewed it for hostile networks: do not protect
// secrets with it.
package engine
