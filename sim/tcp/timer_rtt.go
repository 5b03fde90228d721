package tcp

import "time"

// rttEstimator smooths the samples of the round-trip time and derives the
// retransmission timeout from them as the kernel's tcp_rtt_estimator does, in
// nanoseconds.
type rttEstimator struct {
	srtt8   time.Duration // smoothed round-trip time, times 8; 0: no sample
	mdev4   time.Duration // mean deviation, times 4
	mdevMax time.Duration // the largest mdev4 of this round trip
	rttvar  time.Duration // the variance term of the timeout: four deviations
	roundAt int64         // the round trip ends when this offset is acknowledged

	min      time.Duration // least sample of the last minRTTWindow; 0: none
	minSince time.Duration
}

// minRTTWindow is how long the least round-trip time is remembered
// (tcp_min_rtt_wlen).
const minRTTWindow = 300 * time.Second

func (r *rttEstimator) srtt() time.Duration { return r.srtt8 >> 3 }

// sample takes one measurement. Deviations below the smoothed value count for an
// eighth, and the variance term falls by at most a quarter of its excess in a round
// trip, never below minRTO.
func (r *rttEstimator) sample(m, minRTO time.Duration, sndUna, sndNxt int64) {
	if r.srtt8 == 0 {
		r.srtt8 = max(m<<3, 1)
		r.mdev4 = m << 1
		r.rttvar = max(r.mdev4, minRTO)
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
		r.mdevMax = minRTO
	}
}

// minimum takes a measurement for the least round-trip time.
func (r *rttEstimator) minimum(m, now time.Duration) {
	if r.min == 0 || m <= r.min || now-r.minSince > minRTTWindow {
		r.min, r.minSince = max(m, 1), now
	}
}

// timeout returns the retransmission timeout before rounding and bounds.
func (r *rttEstimator) timeout() time.Duration { return r.srtt() + r.rttvar }

// fallbackRTO is the timeout after a handshake that gave no sample because it was
// retransmitted (RFC 6298 §5.7, TCP_TIMEOUT_FALLBACK).
const fallbackRTO = 3 * time.Second

// measured feeds the sample of one ACK: of the newest round trip of data never
// retransmitted, cumulatively acknowledged (seq) or only by SACK (sacked), and of
// the last packet acknowledged (last); negative: none. Without any the timestamps
// serve, as they tell a retransmission from the original (RFC 7323 §4).
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
	e.rtt.minimum(last, e.now)
	e.rtt.sample(seq, e.cfg.MinRTO, e.sndUna, e.sndNxt)
	e.setRTO()
	e.xmit.backoff = 0
	return true
}

// timestampRTT returns the round-trip time by the timestamps echoed, at least one
// of their milliseconds; negative if they make no sense.
func (e *Endpoint) timestampRTT(s *Segment) time.Duration {
	delta := e.clock.timestamp(e.now) - s.TSEcr
	if delta < 0 || delta > int64(e.cfg.MaxRTO/time.Millisecond) {
		return -1
	}
	return time.Duration(max(delta, 1)) * time.Millisecond
}

// setRTO takes the timeout over from the estimator (kernel tcp_set_rto).
func (e *Endpoint) setRTO() {
	e.xmit.rto = min(e.clock.ceil(e.rtt.timeout()), e.cfg.MaxRTO)
}
