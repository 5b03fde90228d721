package tcp

import "time"

// The persist timer probes the window that the peer has closed: the window update that opens it may
// be lost (RFC 9293 §3.8.6.1, kernel tcp_send_probe0).

func (e *Endpoint) armPersist() { e.armTimer(timerPersist, e.persistDelay()) }

func (e *Endpoint) persistDelay() time.Duration {
	base := max(e.xmit.rto, e.cfg.MinRTO)
	if e.xmit.backoff >= 32 {
		return e.cfg.MaxRTO
	}
	return min(base<<e.xmit.backoff, e.cfg.MaxRTO)
}

// persistTimeout sends a window probe: the data that fits into the window, or a segment with an old
// offset, which the peer must answer. After Retries probes without an answer the connection fails.
func (e *Endpoint) persistTimeout() {
	x := &e.xmit
	if e.queue.n > 0 || e.sndNxt >= e.streamEnd() {
		x.probesOut = 0
		return
	}
	if x.probesOut >= e.cfg.Retries {
		e.fail(ErrTimeout)
		return
	}
	if fits := e.windowEnd() - e.sndNxt; fits > 0 {
		e.burst++
		end := min(e.sndNxt+min(fits, int64(e.mss)), e.dataEnd)
		fin := e.finQueued && end == e.dataEnd && end < e.windowEnd()
		bytes, prior := end-e.sndNxt, e.pacer.next
		e.sendPacket(end, fin, true, Persist)
		e.burstSent(bytes, prior)
		x.probesOut, x.backoff = 0, 0
		return
	}
	e.burst++
	s := e.emit(ACK, Persist, x.since)
	s.Seq = e.sndUna - 1
	e.acknowledge(s)
	x.probesOut++
	if x.backoff < e.cfg.Retries {
		x.backoff++
	}
	e.armPersist()
}
