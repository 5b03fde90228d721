package tcp

import (
	"math"
	"time"
)

// Never is the deadline of an endpoint that waits for nothing.
const Never time.Duration = math.MaxInt64

// Tag is the caller's identity of the event that it is processing. The endpoint
// stores tags and hands them back in Segment.Since; it never interprets them.
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

// Options says which TCP options a segment carries.
type Options uint8

// The options. OptMSS, OptSACKPermitted and OptWindowScale occur on segments
// with SYN only.
const (
	OptMSS           Options = 1 << iota // RFC 9293 §3.7.1
	OptSACKPermitted                     // RFC 2018 §2
	OptWindowScale                       // RFC 7323 §2
	OptTimestamps                        // RFC 7323 §3
)

// Block is one SACK block: the stream offsets [Start, End).
type Block struct {
	Start, End int64
}

// maxBlocks is how many SACK blocks fit a TCP header: four, or three beside
// timestamps (RFC 2018 §3).
const maxBlocks = 4

// Segment is one TCP segment: all of its header that matters and the length of its
// payload, of which only the place in the stream is known.
type Segment struct {
	// Seq and Ack are offsets that never wrap: the SYN is 0, the first byte of
	// data 1, the FIN follows the last byte. Ack is valid with flag ACK.
	Seq, Ack int64
	// Window is the receive window in bytes, as the peer reads it: after scaling.
	Window int64
	// TSVal and TSEcr are the timestamps in milliseconds, valid with OptTimestamps.
	TSVal, TSEcr int64
	// Len is the payload in bytes, SYN and FIN not counted.
	Len int32
	// MSS is the value of the MSS option in bytes, valid with OptMSS.
	MSS int32
	// Since is the tag of the event since which what the segment carries has been
	// waiting: the last write into it, or for a retransmission the event of the
	// previous transmission, for a delayed ACK the arrival it answers, for a probe
	// of a closed window the event that armed its timer.
	Since Tag
	// Armed is the tag of the event that armed the timer, valid with Held or Paced.
	Armed Tag
	// Burst numbers the bursts of one endpoint: segments that left in one go (the
	// segments of one GSO packet of Linux) share it.
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
	// Cause tells why the segment left now.
	Cause Cause
	// Retransmit marks data, SYN or FIN that had been sent before.
	Retransmit bool
	// Held marks new data that a timer let go although the congestion window, or
	// until lately the peer's, held it back: Cause is Probe or Persist.
	Held bool
	// Paced marks a segment that the pacing timer let go: since the event Armed nothing
	// else held it back. Cause tells why it would have left then.
	Paced bool
	// SACK holds Blocks valid blocks, the most recent (or a D-SACK) first.
	SACK [maxBlocks]Block
}

// CopyTo copies the segment: of SACK, which is half of it, the valid blocks alone.
func (s *Segment) CopyTo(t *Segment) {
	t.Seq, t.Ack, t.Window, t.TSVal, t.TSEcr = s.Seq, s.Ack, s.Window, s.TSVal, s.TSEcr
	t.Len, t.MSS, t.Since, t.Armed, t.Burst = s.Len, s.MSS, s.Since, s.Armed, s.Burst
	t.Flags, t.Options, t.Blocks, t.WindowScale, t.ECN = s.Flags, s.Options, s.Blocks, s.WindowScale, s.ECN
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

// Size returns the bytes of the IPv4 packet that carries the segment: headers,
// options padded as Linux lays them out, and payload.
func (s *Segment) Size() int {
	n := ipHeader + tcpHeader + int(s.Len)
	if s.Flags&SYN != 0 {
		return n + synOptionsLength[s.Options&(OptMSS|OptSACKPermitted|OptWindowScale|OptTimestamps)]
	}
	if s.Options&OptTimestamps != 0 {
		n += timestampsLength
	}
	if s.Blocks > 0 {
		n += sackLength + blockLength*int(s.Blocks)
	}
	return n
}

// synOptionsLength is the length in bytes of the options of a SYN by what it
// carries. SACK-permitted takes the place of the timestamps' two NOPs (kernel
// tcp_options_write).
var synOptionsLength = func() (table [16]int) {
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
	}
	return table
}()

// end returns the offset after everything the segment carries, SYN and FIN counted.
func (s *Segment) end() int64 {
	end := s.Seq + int64(s.Len)
	if s.Flags&(SYN|FIN) != 0 {
		end++
	}
	return end
}
