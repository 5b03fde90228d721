package netem

import (
	"testing"
	"time"
)

// In any interval a token bucket sends at most the burst and what comes at its rate: the definition
// in net/sched/sch_tbf.c.
func TestATokenBucketConformsToItsRateAndBurst(t *testing.T) {
	l := New(mustParse(t, "queue tbf rate 1mbit burst 6kB limit 200kB"), 1)
	var arrived []Delivery
	now := time.Duration(0)
	for i := range 600 {
		if i == 300 {
			now = 5 * time.Second // the bucket is full again
		}
		l.Enqueue(now, Packet{Size: int32(200 + i*37%1300)})
		now += time.Duration(i%7) * ms
		arrived = l.Dequeue(now, arrived)
	}
	arrived = l.Dequeue(time.Hour, arrived)
	if len(arrived) < 300 {
		t.Fatalf("%d packets arrived", len(arrived))
	}
	tight := false
	for i := range arrived {
		bytes := int64(0)
		for _, d := range arrived[i:] {
			bytes += int64(d.Size)
			allowed := 6000 + bytesIn(d.At-arrived[i].At, 1e6)
			if bytes > allowed+1 {
				t.Fatalf("%d bytes from %v to %v, allowed are %d", bytes, arrived[i].At, d.At, allowed)
			}
			tight = tight || i == 0 && bytes > allowed*95/100 && bytes > 20_000
		}
	}
	if !tight {
		t.Error("the bucket never sends what it may")
	}
}

func TestATokenBucketSendsABurstAtOnceAndPacesTheRest(t *testing.T) {
	l := New(mustParse(t, "queue tbf rate 12mbit burst 3000B limit 100kB"), 1)
	for range 5 {
		l.Enqueue(0, Packet{Size: 1500})
	}
	for i, d := range l.Dequeue(time.Hour, nil) {
		if want := []time.Duration{0, 0, ms, 2 * ms, 3 * ms}[i]; d.Queued != want {
			t.Errorf("packet %d waits %v, want %v", i, d.Queued, want)
		}
	}
}

func TestAPeakRatePacesTheBurst(t *testing.T) {
	l := New(mustParse(t, "queue tbf rate 12mbit burst 6000B limit 100kB peakrate 24mbit mtu 1500"), 1)
	for range 7 {
		l.Enqueue(0, Packet{Size: 1500})
	}
	// Half a millisecond a packet until the bucket of 4 packets and what came meanwhile are spent.
	for i, d := range l.Dequeue(time.Hour, nil) {
		if want := []time.Duration{0, 500, 1000, 1500, 2000, 2500, 3000}[i] * us; d.Queued != want {
			t.Errorf("packet %d waits %v, want %v", i, d.Queued, want)
		}
	}
}

func TestALatencyBoundsTheWaitForTokens(t *testing.T) {
	l := New(mustParse(t, "queue tbf rate 12mbit burst 3kB latency 20ms"), 1)
	arrived, dropped := drive(t, l, 500, 500*us, Packet{Size: 1500})
	longest := time.Duration(0)
	for _, d := range arrived {
		longest = max(longest, d.Queued)
	}
	if len(dropped) == 0 || longest < 19*ms || longest > 22*ms {
		t.Errorf("%d dropped, the longest wait is %v", len(dropped), longest)
	}
}

func TestAPacketLargerThanTheBucketIsDropped(t *testing.T) {
	l := New(mustParse(t, "queue tbf rate 1mbit burst 1kB limit 9kB"), 1)
	l.Enqueue(0, Packet{Size: 1001})
	l.Enqueue(0, Packet{Size: 1000})
	if e := l.Events(); len(e) != 1 || e[0].Reason != ByBurst || e[0].Size != 1001 {
		t.Errorf("events %+v", e)
	}
}

// The kernel's limits count packets that wait, not the one that the device sends.
func TestLimitsOfTheFIFOs(t *testing.T) {
	for queue, want := range map[string]int{
		"pfifo limit 5": 6, "bfifo limit 7500": 6, "bfifo limit 7499": 5, "codel limit 5": 6, "pie limit 5": 6,
	} {
		l := New(mustParse(t, "rate 10mbit queue "+queue), 1)
		for range 10 {
			l.Enqueue(0, Packet{Size: 1500})
		}
		if n := len(l.Dequeue(time.Hour, nil)); n != want {
			t.Errorf("%s: %d of 10 packets arrived, want %d", queue, n, want)
		}
		for _, e := range l.Events() {
			if e.Reason != ByLimit {
				t.Errorf("%s: dropped for %v", queue, e.Reason)
			}
		}
	}
}
