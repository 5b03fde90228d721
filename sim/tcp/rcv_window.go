package tcp

import (
	"math/bits"
	"time"
)

// receiveWindow decides what window to offer: it starts at 64 KiB, opens by two
// segments for each one received, and its buffer grows with what the application
// takes in a round trip (kernel tcp_grow_window, tcp_rcv_space_adjust).
type receiveWindow struct {
	buffer   int64 // bytes of memory, of which share/256 may be payload
	share    int64
	sharedBy int32 // length of the segment that share is of
	clamp    int64 // largest window that the buffer allows
	ssthresh int64 // window to offer at most for the moment

	offered int64 // window last offered, as the peer reads it
	scale   uint8 // shift of the window we offer
	mss     int32 // MSS that we advertise, without options

	read int64 // offset up to which the application has read

	// The round trip as the receiver sees it, and what was read in one.
	rtt        time.Duration
	rttEnd     int64 // a window's worth from rttSince on ends here
	rttSince   time.Duration
	space      int64 // most bytes read in a round trip
	spaceFrom  int64
	spaceSince time.Duration
}

const (
	maxWindowScale = 14 // RFC 7323 §2.3
	defaultShare   = 128
	// Memory of a received packet: the sk_buff and a power of two for the data with
	// its headers and shared info.
	skbOverhead  = 256
	dataOverhead = 436
	// The sender's first window is what is expected in the first round trip.
	firstSpace = 10
	// Smaller segments open the window no further (kernel tcp_event_data_recv).
	growLength = 128
)

func (w *receiveWindow) reset(cfg *Config, mss int32) {
	*w = receiveWindow{
		buffer: int64(cfg.ReceiveBuffer), share: defaultShare, mss: mss,
		read: 1, spaceFrom: 1,
	}
	w.clamp = w.buffer * w.share >> 8
	if cfg.WindowScaling {
		for space := int64(cfg.MaxReceiveBuffer); space > 65535 && w.scale < maxWindowScale; space >>= 1 {
			w.scale++
		}
	}
	w.offered = w.clamp
	if !cfg.WindowScaling {
		w.offered = min(w.offered, 65535)
	}
	w.offered = min(w.offered/int64(mss)*int64(mss), 65535)
	w.ssthresh = w.offered
	w.space = min(w.offered, firstSpace*int64(mss))
}

// established fixes the scale: none if the peer did not offer the option too.
func (w *receiveWindow) established(scaling bool, now time.Duration) {
	if !scaling {
		w.scale = 0
		w.clamp = min(w.clamp, 65535)
	}
	w.spaceSince, w.rttSince = now, now
}

// free returns the window that memory allows with unread bytes in the buffer.
func (w *receiveWindow) free(unread int64) int64 { return w.clamp - unread }

// choose returns the window to offer (kernel __tcp_select_window): none while less
// than a sixteenth of the buffer or a segment is free. quick is false when the
// buffer is half full: then ACKs need not hurry.
func (w *receiveWindow) choose(unread int64, segment int32) (window int64, quick bool) {
	free := w.free(unread)
	quick = true
	if free < w.clamp/2 {
		quick = false
		free = free >> w.scale << w.scale
		if free < w.clamp/16 || free < int64(segment) {
			return 0, quick
		}
	}
	free = min(free, w.ssthresh)
	if w.scale > 0 {
		return (free + 1<<w.scale - 1) >> w.scale << w.scale, quick
	}
	if w.offered <= free-int64(segment) || w.offered > free {
		return free / int64(segment) * int64(segment), quick
	}
	return w.offered, quick
}

// arrived opens the window for a segment of n bytes.
func (w *receiveWindow) arrived(n int32, full bool, unread int64) {
	if full && n != w.sharedBy {
		w.sharedBy = n
		if share := int64(n) << 8 / memory(n); share != w.share && share > 0 {
			w.share = min(share, 255)
			w.resize(w.buffer)
		}
	}
	if n < growLength {
		return
	}
	if room := min(w.clamp, w.free(unread)) - w.ssthresh; room > 0 {
		w.ssthresh += min(room, 2*int64(w.mss))
	}
}

// resize sets the buffer's size, which never falls.
func (w *receiveWindow) resize(buffer int64) {
	w.buffer = max(w.buffer, buffer)
	w.clamp = w.buffer * w.share >> 8
	if w.scale == 0 {
		w.clamp = min(w.clamp, 65535)
	}
}

// memory returns the bytes of memory that a segment of n bytes occupies.
func memory(n int32) int64 {
	return skbOverhead + int64(1)<<bits.Len32(uint32(n)+dataOverhead-1)
}

// measure follows the round trip by how long a window's worth takes to arrive
// (kernel tcp_rcv_rtt_measure).
func (w *receiveWindow) measure(next int64, now time.Duration) {
	if w.rttEnd != 0 {
		if next < w.rttEnd {
			return
		}
		if m := now - w.rttSince; w.rtt == 0 || m < w.rtt {
			w.rtt = max(m, 1)
		}
	}
	w.rttEnd = next + w.offered
	w.rttSince = now
}

// sampled takes a round trip measured with timestamps (kernel
// tcp_rcv_rtt_measure_ts).
func (w *receiveWindow) sampled(m time.Duration) {
	if w.rtt == 0 {
		w.rtt = m
		return
	}
	w.rtt += (m - w.rtt) / 8
}

// tuned enlarges the buffer once the application takes more in a round trip than ever
// before, for twice that and, as the sender may be in slow start, for as much growth
// again (kernel tcp_rcv_space_adjust, tcp_rcvbuf_grow). outOfOrder bytes come on top.
func (w *receiveWindow) tuned(maxBuffer, outOfOrder int64, now time.Duration) {
	if w.rtt == 0 || now-w.spaceSince < w.rtt {
		return
	}
	if copied := w.read - w.spaceFrom; copied > w.space {
		window := 2 * copied
		window += 2 * window * (copied - w.space) / w.space
		w.space = copied
		w.resize(min((window+outOfOrder)<<8/w.share, maxBuffer))
	}
	w.spaceFrom, w.spaceSince = w.read, now
}
