package netem

import (
	"errors"
	"time"
)

// tbf shapes to a rate with a bucket of tokens, as net/sched/sch_tbf.c has it. A second, smaller
// bucket may limit the peak rate. Tokens are counted in time: that in which they accumulate.
type tbf struct {
	rate, peakRate uint64        // bit/s; peakRate 0: none
	depth, peak    time.Duration // of the buckets
	limit          int64         // bytes that wait
	maxSize        int64         // bytes of the largest packet that both buckets can pay for

	tokens, peakTokens time.Duration
	checked            time.Duration // when the tokens were counted
	next               time.Duration // when there are enough tokens for the first packet
	items              ring[Item]
	bytes              int64
}

func checkTBF(q Queue) error {
	switch {
	case q.Rate == 0 || q.Burst == 0:
		return errors.New("needs a rate and a burst, as in: tbf rate 10mbit burst 10kB latency 50ms")
	case (q.LimitBytes == 0) == (q.Latency == 0):
		return errors.New("needs either a limit or a latency, as in: tbf rate 10mbit burst 10kB latency 50ms")
	case (q.PeakRate == 0) != (q.MTU == 0):
		return errors.New("peakrate needs mtu, the bytes sent at once, and mtu needs peakrate")
	case q.PeakRate != 0 && q.PeakRate <= q.Rate:
		return errors.New("peakrate is not above rate")
	}
	return nil
}

func newTBF(q Queue) *tbf {
	t := &tbf{rate: uint64(q.Rate), peakRate: uint64(q.PeakRate), limit: q.LimitBytes, maxSize: q.Burst}
	t.depth = transmission(q.Burst, t.rate)
	if t.peakRate != 0 {
		t.peak = transmission(q.MTU, t.peakRate)
		t.maxSize = min(t.maxSize, q.MTU)
	}
	if q.Latency != 0 {
		// tbf_parse_opt() of iproute2: the bytes that leave within the latency, and the burst.
		t.limit = bytesIn(q.Latency, t.rate) + q.Burst
		if t.peakRate != 0 {
			t.limit = min(t.limit, bytesIn(q.Latency, t.peakRate)+q.MTU)
		}
	}
	return t
}

func (q *tbf) Reset(uint64) {
	q.items.clear()
	q.bytes = 0
	q.tokens, q.peakTokens, q.checked, q.next = q.depth, q.peak, longAgo, longAgo
}

func (q *tbf) Len() int { return q.items.size }

func (q *tbf) Next() time.Duration {
	if q.items.size == 0 {
		return Never
	}
	return q.next
}

// Enqueue is tbf_enqueue(), with a bfifo as the inner discipline.
func (q *tbf) Enqueue(now time.Duration, item Item, events *Events) {
	switch size := int64(item.Size); {
	case size > q.maxSize:
		events.Drop(&item, ByBurst)
	case q.bytes+size > q.limit:
		events.Drop(&item, ByLimit)
	default:
		*q.items.push() = item
		q.bytes += size
	}
}

// Dequeue is tbf_dequeue().
func (q *tbf) Dequeue(now time.Duration, _ *Events) (Item, bool) {
	if q.items.size == 0 {
		return Item{}, false
	}
	item := *q.items.at(0)
	size := int64(item.Size)
	came := min(now-q.checked, q.depth)
	peakTokens := time.Duration(0)
	if q.peakRate != 0 {
		peakTokens = min(came+q.peakTokens, q.peak) - transmission(size, q.peakRate)
	}
	tokens := min(came+q.tokens, q.depth) - transmission(size, q.rate)
	if lacking := max(-tokens, -peakTokens); lacking > 0 {
		q.next = now + lacking
		return Item{}, false
	}
	q.checked, q.tokens, q.peakTokens, q.next = now, tokens, peakTokens, longAgo
	q.items.pop()
	q.bytes -= size
	return item, true
}

// transmission is the time that n bytes take at a rate in bit/s.
func transmission(n int64, rate uint64) time.Duration {
	return time.Duration(mulDiv(uint64(n)*8, uint64(time.Second), rate))
}

// bytesIn are the bytes that a rate in bit/s sends in a time.
func bytesIn(t time.Duration, rate uint64) int64 {
	return int64(min(mulDiv(uint64(t), rate, 8*uint64(time.Second)), maxQueueBytes))
}
