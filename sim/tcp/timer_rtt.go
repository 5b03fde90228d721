package tcp

import "time"

// rttEstimator smooths samples of the round-trip time and derives the retransmission timeout from
// them (RFC 6298, kernel tcp_rtt_estimator). As in Linux it calculates in whole microseconds.
type rttEstimator struct {
	srtt8   micros // smoothed round-trip time, times 8; 0: no sample (srtt_us)
	mdev4   micros // mean deviation, times 4 (mdev_us)
	mdevMax micros // largest mdev4 of this round trip (mdev_max_us)
	rttvar  micros // variance term of the timeout: four mean deviations (rttvar_us)
	roundAt int64  // the round trip ends when this offset is acknowledged (rtt_seq)

	min      time.Duration // least sample of the last minRTTWindow; 0: no sample
	minSince time.Duration
}

// micros is a time in microseconds.
type micros int64

// inMicros returns a time in whole microseconds, rounded down.
func inMicros(d time.Duration) micros { return micros(d / time.Microsecond) }

func (m micros) duration() time.Duration { return time.Duration(m) * time.Microsecond }

// minRTTWindow is the time for which the least round-trip time is kept (tcp_min_rtt_wlen).
const minRTTWindow = 300 * time.Second

// srtt returns the smoothed round-trip time, 0 without a sample.
func (r *rttEstimator) srtt() time.Duration { return (r.srtt8 >> 3).duration() }

// sample adds the sample rtt. A deviation below the smoothed value counts for an eighth. In a round
// trip the variance term falls by at most a quarter of its excess, and not below minRTO.
func (r *rttEstimator) sample(rtt, minRTO time.Duration, sndUna, sndNxt int64) {
	m := inMicros(rtt)
	if r.srtt8 == 0 {
		r.srtt8 = max(m<<3, 1)
		r.mdev4 = m << 1
		r.rttvar = max(r.mdev4, inMicros(minRTO))
		r.mdevMax = r.rttvar
		r.roundAt = sndNxt
		return
	}
	m -= r.srtt8 >> 3
	r.srtt8 = max(r.srtt8+m, 1)
	if m < 0 {
		m = -m - r.mdev4>>2
		if m > 0 {
			m >>= 3
		}
	} else {
		m -= r.mdev4 >> 2
	}
	r.mdev4 += m
	if r.mdev4 > r.mdevMax {
		r.mdevMax = r.mdev4
		r.rttvar = max(r.rttvar, r.mdevMax)
	}
	if sndUna > r.roundAt {
		if r.mdevMax < r.rttvar {
			r.rttvar -= (r.rttvar - r.mdevMax) >> 2
		}
		r.roundAt = sndNxt
		r.mdevMax = inMicros(minRTO)
	}
}

// minimum adds the sample m to the least round-trip time (kernel tcp_update_rtt_min).
func (r *rttEstimator) minimum(m, now time.Duration) {
	if r.min == 0 || m <= r.min || now-r.minSince > minRTTWindow {
		r.min, r.minSince = m, now
	}
}

// timeout returns the retransmission timeout before it is rounded and bounded.
func (r *rttEstimator) timeout() time.Duration { return (r.srtt8>>3 + r.rttvar).duration() }

// fallbackRTO is the retransmission timeout after a handshake without a sample, because the SYN or
// SYN-ACK was sent again (RFC 6298 §5.7, TCP_TIMEOUT_FALLBACK).
const fallbackRTO = 3 * time.Second

// measured adds the samples of one ACK and reports whether there was one (kernel
// tcp_ack_update_rtt). The arguments are round-trip times of packets never sent again, negative if
// there is none: seq of the first one acknowledged cumulatively, sacked of the first one SACKed,
// last of the last one that is either. If seq and sacked are negative, the echoed timestamp gives
// the sample, even of a retransmission (RFC 7323 §4).
func (e *Endpoint) measured(s *Segment, advanced bool, seq, sacked, last time.Duration) bool {
	if seq < 0 {
		seq = sacked
	}
	if seq < 0 && advanced && e.timestamps && s.Options&OptTimestamps != 0 && s.TSEcr > 0 {
		seq = e.timestampRTT(s)
		last = seq
	}
	if seq < 0 {
		return false
	}
	if last == 0 {
		last = max(e.clock.tick, time.Microsecond) // as the kernel does (tcp_update_rtt_min)
	}
	e.rtt.minimum(last, e.now)
	e.rtt.sample(seq, e.cfg.MinRTO, e.sndUna, e.sndNxt)
	e.setRTO()
	e.xmit.backoff = 0
	return true
}

// timestampRTT returns the round-trip time by the echoed timestamp, at least 1 ms; it is negative
// if the timestamp is in the future or older than MaxRTO.
func (e *Endpoint) timestampRTT(s *Segment) time.Duration {
	delta := e.clock.timestamp(e.now) - s.TSEcr
	if delta < 0 || delta > int64(e.cfg.MaxRTO/time.Millisecond) {
		return -1
	}
	return time.Duration(max(delta, 1)) * time.Millisecond
}

// setRTO sets the retransmission timeout from the estimator (kernel tcp_set_rto).
func (e *Endpoint) setRTO() {
	e.xmit.rto = min(e.clock.ceil(e.rtt.timeout()), e.cfg.MaxRTO)
}
