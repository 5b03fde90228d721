package tcp

import "math/bits"

// sendBuffer bounds the data that the endpoint has from the application and the peer has not
// acknowledged. What is written beyond it stays with the application, as with a program that waits
// in write(2): Write takes it all, and it enters the buffer when there is room. Only the bytes of
// data count: the kernel also counts its descriptors, about a kilobyte for each 64 KiB.
type sendBuffer struct {
	size    int64 // bytes (sk_sndbuf)
	limited bool  // the application waits for room (SOCK_NOSPACE)
}

// Memory in bytes of a packet beside its payload (kernel tcp_sndbuf_expand): the headers, the
// skb_shared_info, and the sk_buff.
const (
	maxTCPHeader  = 320 // MAX_TCP_HEADER
	skbSharedInfo = 320
	sndbufWindows = 2 // windows that the buffer holds, unless the congestion control has another
)

// fillSendBuffer takes data from the application, which waits while the buffer is full. It reports
// whether it has taken any.
func (e *Endpoint) fillSendBuffer() bool {
	n := e.written - e.dataEnd
	if b := &e.sendBuffer; b.limited || e.written-max(e.sndUna, 1) > b.size {
		n = min(n, e.room())
	}
	if n <= 0 {
		return false
	}
	e.dataEnd += n
	if e.closing && e.dataEnd == e.written {
		e.closing = false
		e.closeStream()
	}
	return true
}

// room returns the bytes that the send buffer takes. Once it is full, it takes none until a third
// of its size is free (kernel sk_stream_is_writeable). The kernel asks for memory when it begins a
// packet of up to 64 KiB, so that the buffer may be exceeded by one (kernel tcp_sendmsg_locked).
func (e *Endpoint) room() int64 {
	b := &e.sendBuffer
	queued := e.dataEnd - max(e.sndUna, 1)
	if b.limited {
		if e.inFlight() < e.win.cwnd {
			e.expandSendBuffer()
		}
		b.limited = b.size-queued < queued/2
	} else {
		b.limited = queued >= b.size
	}
	if b.limited {
		return 0
	}
	goal := e.sizeGoal()
	return (b.size - queued + goal - 1) / goal * goal
}

// sizeGoal returns the payload in bytes to which the kernel fills a packet: 64 KiB, at most half of
// the peer's largest window, in whole segments (kernel tcp_xmit_size_goal).
func (e *Endpoint) sizeGoal() int64 {
	mss := int64(max(e.mss, defaultMSS)) // before the handshake there is no MSS
	goal := int64(gsoMaxSize)
	if e.maxWindow > defaultMSS {
		goal = min(goal, e.maxWindow/2)
	}
	return max(goal/mss, 1) * mss
}

// expandSendBuffer lets the send buffer hold two congestion windows, in packets each with its own
// memory. It does so when the connection begins, and when the buffer limits the application while
// the congestion window is not full (kernel tcp_sndbuf_expand, tcp_new_space).
func (e *Endpoint) expandSendBuffer() {
	mss := max(e.handshake.peerMSS, e.mss)
	memory := int64(1)<<bits.Len32(uint32(mss+maxTCPHeader+skbSharedInfo-1)) + skbOverhead
	segments := max(initialSegments, e.win.cwnd, e.scoreboard.reordering+1)
	if size := sndbufWindows * int64(segments) * memory; size > e.sendBuffer.size {
		e.sendBuffer.size = min(size, int64(e.cfg.MaxSendBuffer))
	}
}

// initialSegments is the number of segments for which the buffer has room at least (kernel
// TCP_INIT_CWND).
const initialSegments = 10
