package tcp

import "time"

// backlog holds what arrives while the application holds the socket, as a program does in a read or
// write system call (kernel lock_sock, sk_add_backlog).
type backlog struct {
	owned       bool      // the application holds the socket (sock_owned_by_user)
	ackDeferred bool      // an ACK is due at Release (TCP_ACK_DEFERRED)
	segments    []Segment // in the order of arrival
}

// Hold gives the socket to the application. Until Release, segments that arrive wait, and timers
// that expire too (kernel TCP_WRITE_TIMER_DEFERRED, TCP_DELACK_TIMER_DEFERRED).
func (e *Endpoint) Hold() { e.backlog.owned = true }

// Release takes the socket back. It processes the segments that have waited, and with
// Config.BacklogACKDefer sends one ACK for all of them. Then timers run that have expired meanwhile
// (kernel release_sock, tcp_release_cb).
func (e *Endpoint) Release(now time.Duration, tag Tag) {
	b := &e.backlog
	if !b.owned {
		return
	}
	e.begin(now, tag)
	for i := range b.segments {
		e.process(&b.segments[i])
	}
	b.segments = b.segments[:0]
	b.owned = false
	e.Tick(now, tag)
	if b.ackDeferred && e.ack.pending {
		e.sendACK(Reply, tag)
	}
	b.ackDeferred = false
}

// deferACK reports whether an ACK that is due waits for Release (tcp_backlog_ack_defer, kernel
// __tcp_ack_snd_check).
func (e *Endpoint) deferACK() bool {
	if e.backlog.owned && e.cfg.BacklogACKDefer {
		e.backlog.ackDeferred = true
		return true
	}
	return false
}
