// Package netconn runs TLS over real sockets: it drives an engine.Conn over a net.Conn and is
// itself a net.Conn. The engine does no I/O; this package moves its bytes and decides which
// goroutine may do so:
//
//	Write ─► Seal ─┐                                      ┌─► Recv ─► Read
//	               ├─► one writer at a time ══ transport ══┤
//	Flush ─────────┘    (records keep their order)         └─► one reader at a time
//
// One goroutine may read while another writes and a third closes. If a reader makes the engine send
// something (an answer to a KeyUpdate, an alert), the reader sends it; while a writer is sending,
// that writer sends it instead. A reader never waits for a writer.
//
// A Conn buffers at most 32 KiB of received bytes, and 64 KiB of plaintext while Write sends it. If
// the transport ends without close_notify, Read returns an error that wraps engine.ErrTruncated;
// after close_notify it returns io.EOF.
//
// Beside it: a KeyLog writes the secrets of connections for packet analysers. Packages below are
// ocsphttp (OCSP over HTTP), server (Serve, Echo, Web) and timing (measured connections).
package netconn
