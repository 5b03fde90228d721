package tcp

import (
	"math/bits"
	"time"
)

// receiveWindow decides which window to offer: it begins with 64 KiB and opens by two segments for
// each one received (kernel tcp_grow_window); its buffer grows with what the application reads in a
// round trip (kernel tcp_rcv_space_adjust).
type receiveWindow struct {
	buffer       int64 // bytes of memory, of which scalingRatio/256 may be payload (sk_rcvbuf)
	scalingRatio int64
	scalingMSS   int32 // payload of the segment from which scalingRatio was computed
	fixedRatio   bool  // scalingRatio does not change
	windowClamp  int64 // largest window that the buffer allows, bytes (window_clamp)
	rcvSSThresh  int64 // bound of the window offered, bytes; at most windowClamp (rcv_ssthresh)

	offered int64 // window last offered, bytes after scaling (rcv_wnd)
	scale   uint8 // shift of the offered window
	mss     int32 // advertised MSS less the options, bytes

	read int64 // offset up to which the application has read

	// Round-trip time at the receiver, and what the application reads in it.
	rtt        time.Duration
	rttEnd     int64 // one window after the offset expected at rttSince
	rttSince   time.Duration
	space      int64 // most bytes read in a round trip
	spaceFrom  int64
	spaceSince time.Duration
}

const (
	maxWindowScale      = 14 // RFC 7323 §2.3
	defaultScalingRatio = 128
	// Memory of a received packet in bytes: the sk_buff, and a power of two for the data with
	// its headers and skb_shared_info.
	skbOverhead  = 256
	dataOverhead = 436
	// Segments expected in the first round trip: the sender's initial window.
	firstSpace = 10
	// Payload in bytes below which a segment does not open the window (kernel
	// tcp_event_data_recv).
	growLength = 128
)

func (w *receiveWindow) reset(cfg *Config, mss int32) {
	*w = receiveWindow{}
	w.buffer, w.scalingRatio, w.mss = int64(cfg.ReceiveBuffer), defaultScalingRatio, mss
	if cfg.AdvWinScale > 0 {
		w.scalingRatio, w.fixedRatio = 256-256>>cfg.AdvWinScale, true
	}
	w.read, w.spaceFrom = 1, 1
	w.windowClamp = w.buffer * w.scalingRatio >> 8
	if cfg.WindowScaling {
		space := int64(cfg.MaxReceiveBuffer)
		for ; space > 65535 && w.scale < maxWindowScale; space >>= 1 {
			w.scale++
		}
	}
	w.offered = w.windowClamp
	if !cfg.WindowScaling {
		w.offered = min(w.offered, 65535)
	}
	w.offered = min(w.offered/int64(mss)*int64(mss), 65535)
	if most := cfg.InitialReceiveWindow; most > 0 {
		w.offered = min(w.offered, initialReceiveWindow(most, mss))
		w.buffer = max(w.buffer, min(int64(cfg.MaxReceiveBuffer), 8*int64(most)*(int64(mss)+synOverhead)))
	}
	w.rcvSSThresh = w.offered
	w.space = min(w.offered, firstSpace*int64(mss))
}

// synOverhead is the memory of a packet without payload in bytes (kernel MAX_TCP_HEADER, sk_buff
// and skb_shared_info; SKB_TRUESIZE).
const synOverhead = 880

// initialReceiveWindow returns the bytes of a window of so many segments of 1460 bytes (kernel
// tcp_default_init_rwnd, before 4.20).
func initialReceiveWindow(segments int, mss int32) int64 {
	const full = 1460
	if mss > full {
		segments = max(full*segments/int(mss), 2)
	}
	return int64(segments) * int64(mss)
}

// established sets the largest window, and turns scaling off if the peer did not offer it (kernel
// tcp_init_buffer_space).
func (w *receiveWindow) established(scaling bool, now time.Duration) {
	w.windowClamp = w.buffer * w.scalingRatio >> 8
	if !scaling {
		w.scale = 0
		w.windowClamp = min(w.windowClamp, 65535)
	}
	w.spaceSince, w.rttSince = now, now
}

// free returns the window that memory allows, with unread bytes in the buffer (kernel tcp_space).
func (w *receiveWindow) free(unread int64) int64 { return w.windowClamp - unread }

// selectWindow returns the window to offer. It is 0 while less than a sixteenth of the buffer, or
// less than a segment, is free. quick is false if the buffer is more than half full: quick ACK
// mode ends (kernel __tcp_select_window).
func (w *receiveWindow) selectWindow(unread int64, segment int32) (window int64, quick bool) {
	free := w.free(unread)
	quick = true
	if free < w.windowClamp/2 {
		quick = false
		free = free >> w.scale << w.scale
		if free < w.windowClamp/16 || free < int64(segment) {
			return 0, quick
		}
	}
	free = min(free, w.rcvSSThresh)
	if w.scale > 0 {
		return (free + 1<<w.scale - 1) >> w.scale << w.scale, quick
	}
	if w.offered <= free-int64(segment) || w.offered > free {
		return free / int64(segment) * int64(segment), quick
	}
	return w.offered, quick
}

// growWindow opens the window for a segment of n bytes (kernel tcp_grow_window). full: it has the
// peer's full segment size. It reports whether the window opens.
func (w *receiveWindow) growWindow(n int32, full bool, unread int64) bool {
	if full && n != w.scalingMSS && !w.fixedRatio {
		w.scalingMSS = n
		if ratio := int64(n) << 8 / memory(n); ratio != w.scalingRatio && ratio > 0 {
			w.scalingRatio = min(ratio, 255)
			w.resize(w.buffer)
		}
	}
	if n < growLength {
		return false
	}
	room := min(w.windowClamp, w.free(unread)) - w.rcvSSThresh
	if room > 0 {
		w.rcvSSThresh += min(room, 2*int64(w.mss))
	}
	return room > 0
}

// resize sets the size of the buffer, which never falls.
func (w *receiveWindow) resize(buffer int64) {
	w.buffer = max(w.buffer, buffer)
	w.windowClamp = w.buffer * w.scalingRatio >> 8
	if w.scale == 0 {
		w.windowClamp = min(w.windowClamp, 65535)
	}
}

// memory returns the bytes of memory that a segment with n bytes of payload takes (skb truesize).
func memory(n int32) int64 {
	return skbOverhead + int64(1)<<bits.Len32(uint32(n)+dataOverhead-1)
}

// rttMeasure measures the round-trip time as the time in which one window arrives (kernel
// tcp_rcv_rtt_measure).
func (w *receiveWindow) rttMeasure(next int64, now time.Duration) {
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

// rttSample adds a round-trip time measured with timestamps (kernel tcp_rcv_rtt_measure_ts).
func (w *receiveWindow) rttSample(m time.Duration) {
	if w.rtt == 0 {
		w.rtt = m
		return
	}
	w.rtt += (m - w.rtt) / 8
}

// spaceAdjust enlarges the buffer when the application has read more bytes in a round trip than in
// any before. The window becomes twice these bytes, and grows once more by twice their relative
// increase, since the sender may be in slow start; outOfOrder bytes are added (kernel
// tcp_rcv_space_adjust, tcp_rcvbuf_grow).
func (w *receiveWindow) spaceAdjust(maxBuffer, outOfOrder int64, now time.Duration) {
	if w.rtt == 0 || now-w.spaceSince < w.rtt {
		return
	}
	if copied := w.read - w.spaceFrom; copied > w.space {
		window := 2 * copied
		window += 2 * window * (copied - w.space) / w.space
		w.space = copied
		w.resize(min((window+outOfOrder)<<8/w.scalingRatio, maxBuffer))
	}
	w.spaceFrom, w.spaceSince = w.read, now
}
