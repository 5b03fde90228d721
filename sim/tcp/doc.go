// Package tcp is one endpoint of a TCP connection that behaves as that of Linux 6.18. It does
// no I/O: segments and time go in, segments and a deadline come out. It handles stream offsets
// and lengths only; the caller keeps the payload.
//
//	             Connect Listen Write Read CloseWrite Abort
//	                              │
//	                              ▼
//	segment ──► Receive ──►  ┌──────────┐ ──► Output ──► segments
//	                         │ Endpoint │
//	time ─────► Tick ──────► └──────────┘ ──► Deadline ► when to call Tick next
//	                              │
//	                              ▼
//	             Delivered PeerClosed State Err Stats
//
// After every call that takes a time, the caller does this:
//
//  1. It sends the segments that Output returns, in order.
//  2. It looks at Delivered and PeerClosed. The application takes the bytes with Read; while it
//     does not, the receive window closes. Linux acknowledges two small segments when the
//     application reads them, and so does the endpoint.
//  3. It calls Tick at the instant that Deadline returns. Deadline is Never while no timer
//     runs: on an established idle connection, and in TIME-WAIT.
//
// Time never goes back; many calls may have the same instant. Each call carries a Tag: the
// caller's name for the event that it handles. Each segment says why it was sent (Kind, Cause)
// and names the event since which its data has been waiting (Since). The caller can so follow
// the causes of any arrival back to the beginning. Tags lists the tags that can still be named.
//
// # Files
//
// The handshake (handshake.go) agrees on the options and the segment size; with Fast Open it
// carries data (handshake_fastopen.go). Files snd_ send: what is written is cut into packets as far
// as the peer's window and the congestion window allow (snd_transmit.go) and the send buffer
// (snd_buffer.go), and kept in the retransmission queue (snd_queue.go) until an ACK takes them out
// (snd_ack.go). Files rcv_ receive: segments are put in order (rcv_reassembly.go), open the receive
// window (rcv_window.go) and are acknowledged at once or later (rcv_delack.go). ACKs for data out
// of order are compressed (rcv_sackcompression.go). What arrives while the application holds the
// socket waits (rcv_backlog.go). Files loss_ find and repair losses: SACK marks packets
// (loss_scoreboard.go), RACK finds losses by time (loss_rack.go), and the tail loss probe makes
// them visible (loss_tlp.go). Fast recovery repairs losses (loss_recovery.go). The reduction for a
// loss that did not happen is undone (loss_undo.go). Files timer_ hold the retransmission timer
// (timer_rto.go), the round-trip time (timer_rtt.go) and the kernel's timer wheel (timer_wheel.go).
// Files cc_ hold the congestion control: its interface (cc_congestion.go), the delivery rate
// (cc_rate.go), windowed maxima (cc_maxfilter.go), random draws (cc_random.go) and an algorithm
// each. snd_pacing.go spaces bursts. ecn.go is Explicit Congestion Notification, metrics.go what a
// host remembers from one connection to the next. kernel.go has the settings of Linux releases.
//
// "Kernel tcp_ack" in brackets is the function of Linux that decides the same; a name such as
// tcp_sack in brackets is a sysctl.
//
// All arithmetic is in integers. Nothing is allocated once the buffers have their size: one
// Endpoint serves any number of connections through Reset.
package tcp
