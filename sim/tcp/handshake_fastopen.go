package tcp

import "time"

// FastOpen says how endpoints use TCP Fast Open (RFC 7413).
type FastOpen string

// The uses of Fast Open. A client that has a cookie has it from an earlier connection to the
// server.
const (
	// FastOpenOff: neither endpoint uses it.
	FastOpenOff FastOpen = "off"
	// FastOpenRequest: the client has no cookie and requests one. The connection opens as
	// without Fast Open (RFC 7413 §4.1.2).
	FastOpenRequest FastOpen = "request"
	// FastOpenValid: the client has a cookie, and its SYN carries data. The server accepts it,
	// and answers before the handshake is complete (RFC 7413 §4.2).
	FastOpenValid FastOpen = "valid"
	// FastOpenInvalid: the client has a cookie that the server refuses, since the server's key
	// has changed. The data of the SYN is sent again (RFC 7413 §4.2.2).
	FastOpenInvalid FastOpen = "invalid"
)

// String returns the name of the use.
func (f FastOpen) String() string { return string(f) }

// FastOpens returns the uses of Fast Open.
func FastOpens() []FastOpen {
	return []FastOpen{FastOpenOff, FastOpenRequest, FastOpenValid, FastOpenInvalid}
}

// hasCookie reports whether the client has a cookie.
func (f FastOpen) hasCookie() bool { return f == FastOpenValid || f == FastOpenInvalid }

// The lengths in bytes of the Fast Open option, without a cookie and with one of 8 bytes. Both
// contain the NOPs that pad the option (RFC 7413 §4.1.1, kernel tcp_options_write).
const (
	cookieRequestLength = 4
	cookieLength        = 12
)

// maxOptions is the room in bytes that Linux leaves for options in a SYN with data (kernel
// tcp_send_syn_data).
const maxOptions = 40

// SYNDeferred reports whether the SYN waits for data: the client has a cookie, so Connect has sent
// no SYN. The application writes its first data and then calls SendSYN.
func (e *Endpoint) SYNDeferred() bool { return e.handshake.deferred }

// SendSYN sends a deferred SYN with what has been written, as far as it fits into one segment
// beside 40 bytes of options (RFC 7413 §4.2.1, kernel tcp_send_syn_data). The rest waits for the
// SYN-ACK.
func (e *Endpoint) SendSYN(now time.Duration, tag Tag) {
	if !e.handshake.deferred {
		return
	}
	e.begin(now, tag)
	e.handshake.deferred = false
	s := e.sendFirstSYN()
	e.mss = e.optionsMSS(e.fullMSS())
	n := min(int64(e.fullMSS())-maxOptions, e.dataEnd-1)
	if n <= 0 {
		return
	}
	s.Len = int32(n)
	s.Since, s.Computed = e.writes.take(1 + n)
	p := e.queue.push()
	e.sends++
	*p = packet{seq: 1, length: s.Len, sent: now, order: uint32(e.sends), tag: tag}
	e.sndNxt = 1 + n
	e.lastSend = now
	e.stats.BytesSent += n
}

// fastOpenOption sets the option of a SYN or SYN-ACK. A SYN that is sent again carries none (kernel
// tcp_send_syn_data).
func (e *Endpoint) fastOpenOption(s *Segment) {
	switch {
	case e.cfg.FastOpen == FastOpenOff || e.handshake.retransmits > 0 && e.state == SynSent:
	case e.state == SynReceived:
		if e.handshake.grantsCookie {
			s.Options |= OptFastOpenCookie
		}
	case e.cfg.FastOpen == FastOpenRequest:
		s.Options |= OptFastOpenRequest
	default:
		s.Options |= OptFastOpenCookie
	}
}

// receiveFastOpen processes the option of a SYN (kernel tcp_try_fastopen). With a valid cookie the
// server takes the data and may send its own before the handshake is complete (kernel
// tcp_fastopen_create_child). It answers a request or an invalid cookie with a cookie.
func (e *Endpoint) receiveFastOpen(s *Segment) {
	if e.cfg.FastOpen == FastOpenOff || s.Options&(OptFastOpenRequest|OptFastOpenCookie) == 0 {
		return
	}
	if s.Options&OptFastOpenCookie == 0 || e.cfg.FastOpen == FastOpenInvalid {
		e.handshake.grantsCookie = true
		return
	}
	e.handshake.fastOpenPending = true
	e.initTransfer(s, false)
	e.sndUna, e.wndSeq = 1, s.Seq
	e.sndWnd = e.handshake.peerWnd
	e.maxWindow = e.sndWnd
	e.rcvNxt = 1 + int64(s.Len)
	e.ackSent = e.rcvNxt
	e.stats.BytesDelivered = int64(s.Len)
}

// fastOpenAnswered processes the SYN-ACK for a SYN with data. It returns true if the SYN-ACK does
// not acknowledge the data, which is then sent again at once, with the ACK (RFC 7413 §4.2.2, kernel
// tcp_rcv_fastopen_synack).
func (e *Endpoint) fastOpenAnswered(s *Segment) bool {
	if s.Ack >= e.sndNxt {
		e.sndUna = s.Ack
		e.queue.pop()
		e.rate.delivered++
		return false
	}
	e.markLost(e.queue.at(0))
	e.win.ssthresh = e.currentSSThresh()
	e.rec.highSeq = e.sndNxt
	e.setCAState(caLoss)
	e.xmitRetransmitQueue(Reply)
	return true
}
