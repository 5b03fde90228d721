// Package netconn speaks TLS over real sockets: it drives an engine.Conn over
// a net.Conn and is itself a net.Conn. The engine does no I/O, so all that is
// here is moving bytes, and who may do so when:
//
//	Write ─► Seal ─┐                                      ┌─► Recv ─► Read
//	               ├─► one writer at a time ══ transport ══┤
//	Flush ─────────┘    (records keep their order)         └─► one reader at a time
//
// One goroutine may read while another writes and a third closes. A reader
// that has something to send (a KeyUpdate's answer, an alert) sends it, unless
// a writer is at work, which then sends it as well: a reader never waits for a
// writer.
//
// A Conn holds at most 32 KiB of what was received, and of what is being sent
// a chunk of 64 KiB for as long as that takes. A transport that ends without
// close_notify is an error that wraps engine.ErrTruncated; one that ends after
// it is io.EOF.
//
// Around it stands what a server and a client on real sockets need: Serve
// accepts connections, Echo and Web answer on them, an Exchange is a client's
// connection from dialling to the last byte of the response, a Timeline and a
// Measurement say what happened and when, and a KeyLog writes secrets for those
// who look at packets.
package netconn
