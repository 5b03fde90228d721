package tcp

import (
	"math"
	"time"
)

// Never is the deadline of an endpoint without a running timer.
const Never time.Duration = math.MaxInt64

// Tag is the caller's number of the event that it is handling. The endpoint stores tags and
// returns them in Segment.Since and Segment.Armed; it never interprets them.
type Tag int32

// Flags are the control bits of a TCP header (RFC 9293 §3.1).
type Flags uint8

// The control bits.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	_
	ECE // RFC 3168 §6.1
	CWR // RFC 3168 §6.1
)

// Options is the set of TCP options on a segment, without SACK (Segment.Blocks).
type Options uint8

// The options. OptMSS, OptSACKPermitted and OptWindowScale occur with flag SYN only.
const (
	OptMSS             Options = 1 << iota // RFC 9293 §3.7.1
	OptSACKPermitted                       // RFC 2018 §2
	OptWindowScale                         // RFC 7323 §2
	OptTimestamps                          // RFC 7323 §3
	OptFastOpenRequest                     // RFC 7413 §4.1.1, without a cookie
	OptFastOpenCookie                      // RFC 7413 §4.1.1
	numOptions                             // a bound of all sets
)

// Block is one SACK block: the stream offsets [Start, End).
type Block struct {
	Start, End int64
}

// maxBlocks is the number of SACK blocks that fit a TCP header: four, three beside timestamps
// (RFC 2018 §3).
const maxBlocks = 4

// Segment is one TCP segment: the fields of its header, and the length of its payload.
type Segment struct {
	// Seq and Ack are stream offsets, which never wrap: the SYN is 0, the first byte of data
	// is 1, and the FIN follows the last byte. Ack is valid with flag ACK.
	Seq, Ack int64
	// Window is the receive window in bytes, after scaling.
	Window int64
	// TSVal and TSEcr are the timestamps in milliseconds, valid with OptTimestamps.
	TSVal, TSEcr int64
	// Len is the payload in bytes, SYN and FIN not counted.
	Len int32
	// MSS is the value of the MSS option in bytes, valid with OptMSS.
	MSS int32
	// Since is the tag of the event since which the segment's content has been waiting: for
	// new data the last write into it; for a retransmission the previous transmission; for a
	// delayed ACK the arrival that it acknowledges; for a probe of a closed window without
	// data the event that armed the timer.
	Since Tag
	// Computed is the time from Since until new data was written (WriteComputed); else 0.
	Computed time.Duration
	// Armed is the tag of the event that armed the timer, valid with Held or Paced.
	Armed Tag
	// Burst is the number of the burst in which the segment left: the segments of one GSO
	// packet of Linux share it.
	Burst uint32
	// Flags are the control bits, Options the options present.
	Flags   Flags
	Options Options
	// Blocks is the number of valid entries of SACK.
	Blocks uint8
	// WindowScale is the shift offered, valid with OptWindowScale.
	WindowScale uint8
	// ECN is the ECN field of the IP header.
	ECN ECN
	// Cause is the reason why the segment left now.
	Cause Cause
	// Retransmit marks data, SYN or FIN that has been sent before.
	Retransmit bool
	// Held marks new data that a timer sends although the congestion window or the peer's
	// window has held it back: Cause is Probe or Persist.
	Held bool
	// Paced marks a segment that the pacing timer sends: since the event Armed pacing alone
	// has held it back. Cause is the reason why it would have left in that event.
	Paced bool
	// SACK holds Blocks valid blocks, the most recent (or a D-SACK) first.
	SACK [maxBlocks]Block
}

// CopyTo copies the segment into t; of SACK, half of its size, only the valid blocks.
func (s *Segment) CopyTo(t *Segment) {
	t.Seq, t.Ack, t.Window, t.TSVal, t.TSEcr = s.Seq, s.Ack, s.Window, s.TSVal, s.TSEcr
	t.Len, t.MSS, t.Since, t.Armed, t.Burst = s.Len, s.MSS, s.Since, s.Armed, s.Burst
	t.Computed = s.Computed
	t.Flags, t.Options, t.ECN = s.Flags, s.Options, s.ECN
	t.Blocks, t.WindowScale = s.Blocks, s.WindowScale
	t.Cause, t.Retransmit, t.Held, t.Paced = s.Cause, s.Retransmit, s.Held, s.Paced
	for i := range s.Blocks {
		t.SACK[i] = s.SACK[i]
	}
}

// Header sizes in bytes.
const (
	ipHeader         = 20
	tcpHeader        = 20
	timestampsLength = 12 // with the two NOPs that align it
	sackLength       = 4  // kind, length and two NOPs, before the blocks
	blockLength      = 8
)

// IPv6Extra is how many bytes an IPv6 header (RFC 8200 §3) is longer than an IPv4 header without
// options.
const IPv6Extra = 20

// Size returns the size in bytes of the IPv4 packet that carries the segment: headers, options
// with Linux's padding, and payload. See Endpoint.HeaderExtra for IPv6.
func (s *Segment) Size() int {
	n := ipHeader + tcpHeader + int(s.Len)
	if s.Flags&SYN != 0 {
		return n + synOptionsLength[s.Options&(numOptions-1)]
	}
	if s.Options&OptTimestamps != 0 {
		n += timestampsLength
	}
	if s.Blocks > 0 {
		n += sackLength + blockLength*int(s.Blocks)
	}
	return n
}

// synOptionsLength is the length in bytes of a SYN's options, by Options. SACK-permitted takes
// the place of the two NOPs before the timestamps (kernel tcp_options_write).
var synOptionsLength = func() (table [numOptions]int) {
	for i := range table {
		o := Options(i)
		if o&OptMSS != 0 {
			table[i] += 4
		}
		if o&OptTimestamps != 0 {
			table[i] += timestampsLength
		} else if o&OptSACKPermitted != 0 {
			table[i] += 4
		}
		if o&OptWindowScale != 0 {
			table[i] += 4
		}
		if o&OptFastOpenRequest != 0 {
			table[i] += cookieRequestLength
		}
		if o&OptFastOpenCookie != 0 {
			table[i] += cookieLength
		}
	}
	return table
}()

// end returns the stream offset after the segment, SYN and FIN counted.
func (s *Segment) end() int64 {
	end := s.Seq + int64(s.Len)
	if s.Flags&(SYN|FIN) != 0 {
		end++
	}
	return end
}
