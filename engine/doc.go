// Package engine is a TLS client and server as pure state machines: bytes
// in; bytes, events and errors out. It does no I/O, reads no clock, starts
// no goroutine and draws no randomness of its own, so that the same
// Config.Rand and Config.Now give the same bytes.
//
// A caller moves bytes between a Conn and its transport, in this order:
//
//	c := engine.Client(cfg, "example.test")     // or engine.Server(cfg)
//	c.Start()                                   // a client queues its ClientHello
//	for {
//	        send(c.Flush(nil))                  // whatever is ready to leave
//	        in = append(in, receive()...)
//	        n, ev, err := c.Recv(in)            // one record at most, opened in place
//	        in = in[n:]                         // n == 0: an incomplete record, feed more
//	        ...                                 // ev.Data aliases the consumed part of in
//	}
//
// A client that is to ask the certificate authority (RevocationFetched) says
// EventOCSPRequest, and Recv takes nothing until CertificateStatus has the answer.
//
// EventHandshakeDone says that this side may send application data, with
// Seal; MaySeal says where it may do so before: early data (0-RTT), and a TLS 1.3
// server's answer to it. After an error the connection is over, and one more Flush returns
// the alert that tells the peer. Close queues a close_notify; EOF tells a
// transport that ended after one from a truncated one.
//
// # How a handshake is driven
//
// flights.go holds every handshake as a table of rows: who sends which
// message, under which condition, where keys change and where a flight
// leaves. One interpreter drives both sides from the same rows. A row of
// ours is emitted, a row of the peer's is awaited:
//
//	                             flights.go
//	                                 │
//	Recv ──► record ──► message ──► interpreter ──► take ┐
//	                                 │                   ├ step of the message
//	Flush ◄── record ◄── flight ◄────┴───────────── make ┘
//
// Order is checked by the interpreter and nowhere else; a step only knows how
// one message is written and read. The steps of the hellos stand in
// serverhello.go, those up to TLS 1.2 in classic.go and those of TLS 1.3 in
// modern.go. What varies lies in tables: suites.go, extensions.go (which
// extension may appear in which message) and reason.go (which error is which
// alert).
//
// What a peer could learn from the time that a step takes is said where the step is:
// at RSA's padding and prime fields (kx), at ciphers and the MACs of padded records
// (record), at signatures (pki). What authenticates (MACs, Finished, binders) is
// compared in constant time. In constant time are TLS 1.2 and 1.3 with AES-GCM, on
// processors that have instructions for it, or ChaCha20-Poly1305, over curves and
// hybrids; not so are prime fields, CBC with SHA-2, 3DES, DES and RC4.
//
// This engine is made for a laboratory. It is correct, and it has not been
// reviewed for hostile networks: do not guard secrets with it.
package engine
