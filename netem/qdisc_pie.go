package netem

import "time"

// pie drops packets at random before they enter the queue. It adjusts the drop probability so that
// the queueing delay stays near a target (RFC 8033), as net/sched/sch_pie.c does.
type pie struct {
	target          int64 // ticks
	tUpdate         time.Duration
	alpha, beta     int64 // change of the drop probability for a tick of delay
	limit           int   // packets that wait
	ecn, byteMode   bool
	dqRateEstimator bool

	items  ring[Item]
	bytes  int64
	random stream
	draws  uint64 // from random so far
	update time.Duration
	pieState
}

// pieState is struct pie_vars of include/net/pie.h. Times are in ticks.
type pieState struct {
	delay, oldDelay int64
	prob            uint64 // of a drop, in units of 1/pieMaxProb
	accuProb        uint64 // sum of the probabilities since the last drop
	burst           int64  // rest of the burst allowance

	measuring bool  // the departure rate
	dqStamp   int64 // when the measurement began, or the last packet left
	stamped   bool
	dqCount   int64  // bytes that have left since
	dqRate    uint64 // bytes a tick, times 2⁸; 0: not measured yet
}

// The constants of include/net/pie.h, and PSCHED_SHIFT of include/net/pkt_sched.h.
const (
	pieMaxProb     = ^uint64(0) >> 8
	pieTick        = 64 // ns
	pieTicksPerSec = int64(time.Second) / pieTick
	pieBurst       = int64(150*time.Millisecond) / pieTick // RFC 8033 §4.4: MAX_BURST
	pieThreshold   = 16384                                 // bytes: RFC 8033 §5.2, DQ_THRESHOLD
	pieScale       = 8
)

func newPIE(q Queue) *pie {
	// pie_calculate_probability(): alpha and beta are in sixteenths.
	weight := func(sixteenths int) int64 {
		return int64(sixteenths) * (int64(pieMaxProb) / pieTicksPerSec) >> 4
	}
	return &pie{
		target: int64(q.Target) / pieTick, tUpdate: q.TUpdate,
		alpha: weight(q.Alpha), beta: weight(q.Beta), limit: q.Limit,
		ecn: q.ECN == On, byteMode: q.ByteMode == On, dqRateEstimator: q.DqRateEstimator == On,
	}
}

// Reset also draws when the timer expires: the discipline runs long before the first packet.
func (q *pie) Reset(seed uint64) {
	q.items.clear()
	q.bytes = 0
	q.random, q.draws = stream{seed}, 0
	q.pieState = pieState{}
	q.restart()
	q.update = longAgo + time.Duration(below(q.random.draw(0), uint64(q.tUpdate)))
}

// restart is pie_vars_init().
func (s *pieState) restart() {
	s.burst, s.accuProb = pieBurst, 0
	s.stamped, s.measuring, s.dqRate = false, false, 0
}

func (q *pie) Len() int { return q.items.size }

func (q *pie) Next() time.Duration { return q.items.ready() }

// Enqueue is pie_qdisc_enqueue().
func (q *pie) Enqueue(now time.Duration, item Item, events *Events) {
	q.runTimer(now)
	reason := ByLimit
	if q.items.size < q.limit {
		// Above 10 % even ECN-capable packets are dropped (RFC 8033 §5.1).
		if !q.dropsEarly(item.Size) || q.ecn && q.prob <= pieMaxProb/10 && item.Mark() {
			*q.items.push() = item
			q.bytes += int64(item.Size)
			return
		}
		reason = ByPIE
	}
	q.accuProb = 0
	events.Drop(&item, reason)
}

// dropsEarly is pie_drop_early(): whether the random choice for a packet of size bytes is to drop.
func (q *pie) dropsEarly(size int32) bool {
	const mtu = 1500
	switch {
	case q.burst > 0:
		return false
	case q.delay < q.target/2 && q.prob < pieMaxProb/5:
		return false
	case q.bytes < 2*mtu:
		return false
	}
	prob := q.prob
	if q.byteMode && size <= mtu {
		prob = uint64(size) * (prob / mtu)
	}
	// The sum of the probabilities keeps the drops apart (RFC 8033 §5.4).
	if prob == 0 {
		q.accuProb = 0
	} else {
		q.accuProb += prob
	}
	switch {
	case q.accuProb < pieMaxProb/100*85:
		return false
	case q.accuProb >= pieMaxProb/2*17:
		return true
	}
	q.draws++
	if q.random.draw(q.draws)>>8 >= prob {
		return false
	}
	q.accuProb = 0
	return true
}

// Dequeue is pie_qdisc_dequeue() with pie_process_dequeue().
func (q *pie) Dequeue(now time.Duration, _ *Events) (Item, bool) {
	q.runTimer(now)
	if q.items.size == 0 {
		return Item{}, false
	}
	item := *q.items.at(0)
	q.items.pop()
	q.bytes -= int64(item.Size)
	if q.dqRateEstimator {
		q.measureRate(ticks(now), int64(item.Size))
	} else {
		q.measureDelay(ticks(now), ticks(now-item.Sent))
	}
	return item, true
}

// ticks are the psched ticks of 64 ns, as PSCHED_NS2TICKS() rounds them.
func ticks(t time.Duration) int64 { return int64(t) >> 6 }

// measureDelay takes the delay from the time that the packet has waited.
func (q *pie) measureDelay(now, waited int64) {
	gap := int64(0)
	if q.stamped {
		gap = now - q.dqStamp
	}
	q.dqStamp, q.stamped = now, true
	q.delay = waited
	if q.bytes == 0 {
		q.delay = 0
	}
	q.spendBurst(gap)
}

// measureRate takes the departure rate from 16 KiB that leave a long queue (RFC 8033 §5.2).
func (q *pie) measureRate(now, size int64) {
	if q.bytes >= pieThreshold && !q.measuring {
		q.measuring, q.dqStamp, q.dqCount = true, now, 0
	}
	if !q.measuring {
		return
	}
	q.dqCount += size
	gap := now - q.dqStamp
	if q.dqCount < pieThreshold || gap == 0 {
		return
	}
	rate := uint64(q.dqCount) << pieScale / uint64(gap)
	if q.dqRate == 0 {
		q.dqRate = rate
	} else {
		q.dqRate += rate>>3 - q.dqRate>>3
	}
	q.measuring = q.bytes >= pieThreshold
	q.dqStamp, q.dqCount = now, 0
	q.spendBurst(gap)
}

func (q *pie) spendBurst(gap int64) { q.burst = max(0, q.burst-gap) }

// runTimer updates the drop probability for each expiry of the timer by the instant now. Between
// two packets nothing else changes the state.
func (q *pie) runTimer(now time.Duration) {
	for q.update <= now {
		before := q.pieState
		q.updateProbability()
		q.update += q.tUpdate
		if before == q.pieState && q.update <= now { // further updates change nothing
			q.update += (now - q.update) / q.tUpdate * q.tUpdate
		}
	}
}

// pieLongest bounds a delay in ticks (10 s), so that its product with a weight fits 64 bits.
const pieLongest = 10 * pieTicksPerSec

// updateProbability is pie_calculate_probability() (RFC 8033 §4.2).
func (q *pie) updateProbability() {
	delay, oldDelay := q.delay, q.oldDelay
	if q.dqRateEstimator {
		oldDelay, q.oldDelay = q.delay, q.delay
		delay = 0
		if q.dqRate > 0 {
			delay = int64(uint64(q.bytes) << pieScale / q.dqRate)
		}
	}
	delay, oldDelay = min(delay, pieLongest), min(oldDelay, pieLongest)
	// A delay of 0 with a backlog means that the backlog is very small.
	idle := delay == 0 && oldDelay == 0 && q.bytes == 0

	alpha, beta := q.tunedWeights()
	delta := alpha*(delay-q.target) + beta*(delay-oldDelay)
	if delta > int64(pieMaxProb/50) && q.prob >= pieMaxProb/10 {
		delta = int64(pieMaxProb / 50) // steps of at most 2 %
	}
	if delay > int64(250*time.Millisecond)/pieTick {
		delta += int64(pieMaxProb / 50)
	}
	switch prob := int64(q.prob) + delta; {
	case prob < 0:
		q.prob = 0
	default:
		q.prob = min(uint64(prob), pieMaxProb)
	}
	if idle {
		q.prob -= q.prob / 64
	}
	q.delay = delay
	if q.delay < q.target/2 && q.oldDelay < q.target/2 && q.prob == 0 &&
		(!q.dqRateEstimator || q.dqRate > 0) {
		q.restart()
	}
	if !q.dqRateEstimator {
		q.oldDelay = delay
	}
}

// tunedWeights are alpha and beta, smaller for a small drop probability: the table of RFC 8033
// §4.2.
func (q *pie) tunedWeights() (alpha, beta int64) {
	alpha, beta = q.alpha, q.beta
	if q.prob >= pieMaxProb/10 {
		return alpha, beta
	}
	alpha, beta = alpha>>1, beta>>1
	for power := uint64(100); power <= 1_000_000 && q.prob < pieMaxProb/power; power *= 10 {
		alpha, beta = alpha>>2, beta>>2
	}
	return alpha, beta
}
