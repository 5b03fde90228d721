package tcp

import "time"

// Metrics is what a host remembers of its connections with one peer (kernel tcp_metrics_block,
// `ip tcp_metrics`). The zero value is an empty entry.
type Metrics struct {
	rtt        time.Duration // smoothed round-trip time; 0: unknown
	ssthresh   int           // slow start threshold in packets; 0: unknown
	reordering int           // dupthresh in packets; 0: unknown
}

// UseMetrics lets the endpoint begin with what its host remembers of the peer and update it when
// the connection ends. Call it after Reset and before Connect or Listen.
func (e *Endpoint) UseMetrics(m *Metrics) { e.metrics = m }

// initMetrics begins a connection with the metrics (kernel tcp_init_metrics). A remembered
// round-trip time above that of the handshake sets the first retransmission timeout.
func (e *Endpoint) initMetrics() {
	m := e.metrics
	if m.ssthresh > 0 && !e.cfg.NoSSThreshMetricsSave {
		e.win.ssthresh = m.ssthresh
	}
	if m.reordering > 0 {
		e.scoreboard.reordering = m.reordering
	}
	if m.rtt > e.rtt.srtt() {
		e.xmit.rto = min(e.clock.ceil(m.rtt+max(2*m.rtt, e.cfg.MinRTO)), e.cfg.MaxRTO)
	}
}

// updateMetrics updates the metrics at the end of a connection (kernel tcp_update_metrics). A
// round-trip time that was too long costs less than one that was too short: a longer one replaces
// the remembered one, a shorter one lowers it by an eighth of the difference.
func (e *Endpoint) updateMetrics() {
	m := e.metrics
	if m == nil {
		return
	}
	if e.xmit.backoff > 0 || e.rtt.srtt8 == 0 {
		m.rtt = 0
		return
	}
	if less := m.rtt - e.rtt.srtt(); less <= 0 {
		m.rtt = e.rtt.srtt()
	} else {
		m.rtt -= less >> 3
	}
	m.ssthresh = e.metricsSSThresh(m.ssthresh)
	if !e.win.inSlowStart() && e.rec.caState == caOpen {
		return
	}
	if e.win.ssthresh < infiniteSSThresh && e.scoreboard.reordering > m.reordering && e.scoreboard.reordering != e.cfg.Reordering {
		m.reordering = e.scoreboard.reordering
	}
}

// metricsSSThresh returns the slow start threshold to remember in place of old. A window that slow
// start has not filled only raises it.
func (e *Endpoint) metricsSSThresh(old int) int {
	w := &e.win
	switch {
	case e.cfg.NoSSThreshMetricsSave:
		return old
	case w.ssthresh >= infiniteSSThresh: // the first slow start has not ended
		if old > 0 {
			return max(old, w.cwnd/2)
		}
		return old
	case !w.inSlowStart() && e.rec.caState == caOpen:
		return max(w.cwnd/2, w.ssthresh)
	case old > 0:
		return max(old, w.ssthresh)
	}
	return old
}
