package netem

import (
	"math"
	"testing"
	"time"
)

func mustParseQueue(t testing.TB, line string) Queue {
	t.Helper()
	q, err := ParseQueue(line)
	if err != nil {
		t.Fatal(err)
	}
	return q.withDefaults()
}

// newTestCoDel is CoDel with the kernel's defaults and ECN.
func newTestCoDel(limit int) *coDel {
	return newCoDel(Queue{Limit: limit, Target: 5 * ms, Interval: 100 * ms, ECN: On})
}

// 1.2 ms a packet, one offered in each millisecond: the queue grows by one packet in 6 ms.
// Packet n leaves at 1.2n ms having waited 0.2n ms. At 30 ms packet 25 has waited for the target of
// 5 ms; an interval later, at the next departure after 130 ms, packet 109 is the first drop.
func TestCoDelDropsAtDequeueByItsControlLaw(t *testing.T) {
	for name, tt := range map[string]struct {
		q    Qdisc
		gaps []time.Duration
	}{
		// RFC 8289 §5.1: an interval/√n.
		"RFC 8289": {newRFCCoDel(1000), []time.Duration{100_000_000, 70_710_678, 57_735_026}},
		// codel_Newton_step(): from 1, one step each for n = 2 and 3 gives 1/2 and 9/16.
		"kernel": {newTestCoDel(1000), []time.Duration{100_000_000, 50_000_000, 56_250_000}},
	} {
		l := NewQdisc(mustParse(t, "delay 10ms rate 10mbit"), tt.q, 1)
		arrived, dropped := drive(t, l, 1000, ms, Packet{Size: 1500})
		if len(dropped) < 4 || len(arrived)+len(dropped) != 1000 {
			t.Fatalf("%s: %d packets arrived, %d were dropped", name, len(arrived), len(dropped))
		}
		first := dropped[0]
		if first.ID != 109 || first.At != 109*1200*us || first.Place != AtDequeue {
			t.Errorf("%s: first drop %+v", name, first)
		}
		due := first.At
		for n, drop := range dropped[1:4] {
			due += tt.gaps[n] - 2*us // the kernel's fractions have 16 bits
			if drop.At < due || drop.At >= due+1200*us+10*us {
				t.Errorf("%s: drop %d at %v, want the first departure from %v on", name, n+2, drop.At, due)
			}
		}
	}
}

// The kernel approximates 1/√n by one step of Newton's method a drop: RFC 8289 §5.1 allows that.
// From the eighth drop on it is within 1 %.
func TestTheKernelsControlLawFollowsTheSquareRoot(t *testing.T) {
	c := codelState{count: 1, recInvSqrt: ^uint16(0)}
	for n := uint32(2); n <= 10_000; n++ {
		c.count = n
		c.newtonStep()
		got, want := float64(c.recInvSqrt)/65536, 1/math.Sqrt(float64(n))
		if n >= 8 && math.Abs(got-want) > 0.01*want {
			t.Fatalf("1/√%d is %v, want %v", n, got, want)
		}
	}
}

// The pseudocode of RFC 8289 and the kernel's CoDel control an overloaded queue alike.
func TestTheKernelsCoDelDropsAsManyAsTheRFCs(t *testing.T) {
	cfg := mustParse(t, "delay 10ms rate 10mbit")
	_, rfc := drive(t, NewQdisc(cfg, newRFCCoDel(10_000), 1), 20_000, 1150*us, Packet{Size: 1500})
	_, kernel := drive(t, NewQdisc(cfg, newTestCoDel(10_000), 1), 20_000, 1150*us, Packet{Size: 1500})
	if r := float64(len(kernel)) / float64(len(rfc)); r < 0.95 || r > 1.05 {
		t.Errorf("the kernel's CoDel drops %d packets, the RFC's %d", len(kernel), len(rfc))
	}
}

func TestCoDelMarksAboveItsCEThreshold(t *testing.T) {
	q := newCoDel(mustParseQueue(t, "codel ce_threshold 3ms target 50ms interval 900ms ecn"))
	l := NewQdisc(mustParse(t, "rate 10mbit"), q, 1)
	arrived, _ := drive(t, l, 100, ms, Packet{Size: 1500, ECN: ECT1})
	for _, d := range arrived {
		if want := d.Queued > 3*ms; (d.ECN == CE) != want {
			t.Errorf("packet %d waited %v and arrived as %v", d.ID, d.Queued, d.ECN)
		}
	}
}

func TestCoDelDropsOnlyWithECNOffOrPacketsWithoutIt(t *testing.T) {
	for line, drops := range map[string]bool{"codel": true, "codel noecn": true, "codel ecn": false} {
		l := NewQdisc(mustParse(t, "rate 10mbit"), newCoDel(mustParseQueue(t, line)), 1)
		_, dropped := drive(t, l, 600, ms, Packet{Size: 1500, ECN: ECT0})
		if len(dropped) > 0 != drops {
			t.Errorf("%s: %d ECN-capable packets dropped", line, len(dropped))
		}
	}
}

// With no more than one full packet left behind, a long delay is the link's, not a standing queue's
// (RFC 8289 §5.6: bytes() <= maxpacket).
func TestCoDelDropsNoPacketThatWaitsAlone(t *testing.T) {
	q := newTestCoDel(1000)
	var events Events
	for now := time.Second; now < 5*time.Second; now += 50 * ms {
		q.Enqueue(now-400*ms, queued(1, 1500, now-400*ms), &events)
		q.Dequeue(now, &events)
	}
	if n := len(events.take()); n != 0 {
		t.Errorf("%d packets dropped", n)
	}
}

// RFC 8289 §5.5: CoDel that drops again a short time after the last drop resumes near the rate that
// controlled the queue then; later than 16 intervals it begins anew.
func TestCoDelResumesAtTheRateThatControlledTheQueue(t *testing.T) {
	for ago, want := range map[time.Duration]uint32{time.Second: 8, 1600 * ms: 1} {
		q := newTestCoDel(1000)
		q.ecn = false
		q.codelState = codelState{count: 9, lastCount: 1, recInvSqrt: 21845, above: true, dropNext: -ago}
		var events Events
		for range 9 {
			q.Enqueue(0, queued(1, 1500, -time.Second), &events)
		}
		q.Dequeue(1, &events)
		if q.count != want || len(events.take()) != 1 || !q.dropping {
			t.Errorf("%v after the last drop: count %d, want %d", ago, q.count, want)
		}
	}
}
