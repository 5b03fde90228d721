package tcp

import "time"

// sackCompression holds back ACKs that only report more data out of order, so that one ACK with a
// longer SACK block stands for many of them (kernel compressed_ack, since Linux 4.18).
type sackCompression struct {
	held  int           // ACKs held back since the last one sent (compressed_ack)
	sent  int           // ACKs sent at once while rcvNxt was next (dup_ack_counter)
	next  int64         // rcvNxt at the ACKs that sent counts (compressed_ack_rcv_nxt)
	timer time.Duration // when the ACK is sent (compressed_ack_timer); Never: not armed
}

// The settings of SACK compression, with their sysctls.
const (
	compressionMost  = 44               // tcp_comp_sack_nr
	compressionDelay = time.Millisecond // tcp_comp_sack_delay_ns
	compressionPart  = 20               // the delay is at most 1/20 of the round-trip time
	compressionAfter = 3                // ACKs sent at once first (TCP_FASTRETRANS_THRESH)
	// compressionBlocks is the number of SACK blocks that ACKs held back may change. A change of
	// a further one sends an ACK (kernel tcp_sack_new_ofo_skb, TCP_SACK_BLOCKS_EXPECTED).
	compressionBlocks = 2
)

// compressACK sends the pending ACK for data out of order, or holds it back: the first three at one
// rcvNxt leave at once, so that the peer can find the loss; further ones wait for the timer, up to
// 44 of them (kernel __tcp_ack_snd_check). The timer expires at the beginning of its slack of
// 100 µs (tcp_comp_sack_slack_ns).
func (e *Endpoint) compressACK() {
	c := &e.ack.compression
	if !e.sack || c.held >= compressionMost {
		e.sendACK(Reply, e.tag)
		return
	}
	if c.next != e.rcvNxt {
		c.next, c.sent = e.rcvNxt, 0
	}
	if c.sent < compressionAfter {
		c.sent++
		e.sendACK(Reply, e.tag)
		return
	}
	rtt := e.wnd.rtt
	if srtt := e.rtt.srtt(); srtt > 0 {
		rtt = min(rtt, srtt)
	}
	delay := min(compressionDelay, rtt/compressionPart)
	if delay == 0 { // no data has arrived in order yet: the receiver has no round-trip time
		e.sendACK(Reply, e.tag)
		return
	}
	c.held++
	if c.timer == Never {
		c.timer = e.exact + delay
	}
}

// compressionTimeout sends the ACK that stands for those held back (kernel
// tcp_compressed_ack_kick).
func (e *Endpoint) compressionTimeout() {
	e.ack.compression.timer = Never
	if e.ack.compression.held > 0 {
		e.sendACK(DelayedACK, e.ack.since)
	}
}
