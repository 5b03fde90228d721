// Package tcp is one end of a TCP connection that behaves as Linux 6.18's, without
// I/O: segments and time go in, segments and a deadline come out. It moves offsets
// and lengths, never bytes, so the payload stays with the caller.
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
// The caller's part, after every call that takes a time:
//
//  1. Send what Output returns, in order.
//  2. Look at Delivered and PeerClosed: the application may take bytes with Read, and
//     should, as the receive window closes otherwise. Pairs of small segments are
//     acknowledged when they are read, as in Linux.
//  3. Call Tick at the instant that Deadline names. There is none (Never) while the
//     endpoint waits for nothing: an established idle connection and TIME-WAIT hold no
//     timer.
//
// Time never goes back; many calls may share an instant. Each call carries a Tag, the
// caller's name for the event at hand. Each segment tells why it left now (Cause) and
// the tag of the event since which it has been waiting (Since), so that a caller can
// walk back from any arrival to what decided it.
//
// # What happens inside
//
// The handshake (handshake.go) agrees on options and the segment size. A write is cut
// into packets that wait in the retransmission queue (transmit.go, sendqueue.go) as
// far as the peer's window and the congestion window (congestion.go) allow: both are
// looked at packet by packet, however short. What arrives is put in order
// (receive.go, reassembly.go), opens the window that is offered (rcvwindow.go) and is
// acknowledged at once or later (delack.go). An ACK (ack.go) frees packets, measures
// the round trip (rtt.go) and marks packets by SACK (scoreboard.go). Losses are found
// by time (rack.go) or count, made visible by a probe (tlp.go) and repaired in fast
// recovery (recovery.go) or after the timeout (rto.go); what proves to have been no
// loss is undone (undo.go). Timers run when the kernel's timer wheel would let them
// (wheel.go). close.go ends the connection, persist.go probes a closed window.
//
// Names in brackets such as "kernel tcp_ack" are functions of Linux that decide the
// same; settings in brackets are its sysctls.
//
// Everything is integer arithmetic and nothing is allocated once the buffers have
// their size, so one Endpoint serves any number of connections through Reset.
package tcp
