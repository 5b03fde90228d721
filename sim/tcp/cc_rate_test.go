package tcp

import (
	"testing"
	"time"
)

// useCongestionControl registers a congestion control for the time of a test.
func useCongestionControl(t *testing.T, ops *congestionOps) {
	t.Helper()
	congestionControls = append(congestionControls, ops)
	t.Cleanup(func() { congestionControls = congestionControls[:len(congestionControls)-1] })
}

// renoWith returns NewReno under another name, to which a test adds functions.
func renoWith(name string) *congestionOps {
	ops := newReno
	ops.name = name
	return &ops
}

// sampled is a rate sample and when it was taken.
type sampled struct {
	at time.Duration
	rateSample
}

// recordSamples returns a congestion control that grows as NewReno does where nothing is
// lost, and records its rate samples on one host's endpoint.
func recordSamples(of *Endpoint, samples *[]sampled) *congestionOps {
	ops := renoWith("recording")
	ops.congControl = func(e *Endpoint, flags ackFlags, rs *rateSample) {
		if e.mayRaiseCwnd(flags) {
			renoCongAvoid(e, rs.ackedSacked)
		}
		if e == of {
			*samples = append(*samples, sampled{e.now, *rs})
		}
	}
	return ops
}

// TestRateSampleOfACleanLink: over a clean link of 10 Mbit/s a packet of 1500 bytes takes
// 1.2 ms. No sample exceeds that rate, and once a queue stands at the link each sample is
// that rate exactly.
func TestRateSampleOfACleanLink(t *testing.T) {
	const perPacket = 1200 * time.Microsecond
	var samples []sampled
	p := &pipe{delay: [2]time.Duration{10 * ms, 10 * ms}, rate: [2]int64{server: 10e6}}
	useCongestionControl(t, recordSamples(&p.end[server], &samples))
	cfg := DefaultConfig()
	cfg.CongestionControl = "recording"
	p.reset(&cfg, parseTurns(t, "C 256 | S 1448000 | C 1"))
	p.run(time.Minute)
	busy := 0
	for i, s := range samples {
		if s.delivered < 0 || s.interval < 0 {
			t.Fatalf("sample %d at %v has no rate: %+v", i, s.at, s)
		}
		exact := time.Duration(s.delivered) * perPacket
		if s.interval < exact {
			t.Errorf("sample %d at %v: %d packets in %v, the link takes %v", i, s.at, s.delivered, s.interval, exact)
		}
		if s.interval != max(s.sndInterval, s.rcvInterval) {
			t.Errorf("sample %d: interval %v of %v sent and %v acknowledged", i, s.interval, s.sndInterval, s.rcvInterval)
		}
		if s.priorInFlight > 40 && s.interval == exact { // a bandwidth-delay product is 17 packets
			busy++
		}
		if s.priorInFlight > 40 && s.interval != exact {
			t.Errorf("sample %d at %v with %d packets in flight: %d packets in %v, want %v",
				i, s.at, s.priorInFlight, s.delivered, s.interval, exact)
		}
	}
	if busy < 100 {
		t.Errorf("only %d of %d samples with a standing queue", busy, len(samples))
	}
	if last := samples[len(samples)-1]; last.lastEnd != 1448001 || last.losses != 0 || last.retransmitted {
		t.Errorf("last sample %+v", last)
	}
}

// TestRateSampleIsApplicationLimited: the samples of small writes are, those of a bulk
// transfer are not once the last small write has been acknowledged.
func TestRateSampleIsApplicationLimited(t *testing.T) {
	var samples []sampled
	p := &pipe{delay: [2]time.Duration{10 * ms, 10 * ms}, rate: [2]int64{server: 10e6}}
	useCongestionControl(t, recordSamples(&p.end[server], &samples))
	cfg := DefaultConfig()
	cfg.CongestionControl = "recording"
	p.reset(&cfg, parseTurns(t, "C 1 | S 2000 | C 1 | S 2000 | C 1 | S 600000 | C 1"))
	p.run(time.Minute)
	limited, unlimited := 0, 0
	for i, s := range samples {
		switch bulk := s.lastEnd > 4001+20*1448; {
		case s.appLimited && bulk:
			t.Errorf("sample %d, of offset %d in the bulk transfer, is application-limited", i, s.lastEnd)
		case !s.appLimited && s.lastEnd > 2001 && s.lastEnd <= 4001:
			t.Errorf("sample %d, of offset %d in a small write, is not application-limited", i, s.lastEnd)
		case s.appLimited:
			limited++
		default:
			unlimited++
		}
	}
	if limited < 2 || unlimited < 100 {
		t.Errorf("%d samples are application-limited, %d are not", limited, unlimited)
	}
}

// TestRateSampleOfARetransmission: losses are counted in the sample of the ACK that shows
// them, a packet sent again is marked, and every packet is counted as delivered once.
func TestRateSampleOfARetransmission(t *testing.T) {
	var samples []sampled
	p := &pipe{delay: [2]time.Duration{20 * ms, 20 * ms}}
	useCongestionControl(t, recordSamples(&p.end[server], &samples))
	cfg := DefaultConfig()
	cfg.HZ = 0
	cfg.CongestionControl = "recording"
	p.drop = func(side, n int, _ *Segment) bool { return side == server && n == 4 } // the third of ten
	p.reset(&cfg, parseTurns(t, "C 256 | S 14480 | C 1"))
	p.run(time.Minute)
	losses, delivered, retransmitted := 0, 0, 0
	for _, s := range samples {
		losses += s.losses
		delivered += s.ackedSacked
		if s.retransmitted {
			retransmitted++
			if s.lastEnd != 3*1448+1 {
				t.Errorf("the packet that ends at %d was sent again", s.lastEnd)
			}
		}
	}
	if losses != 1 || delivered != 10 || retransmitted != 1 {
		t.Errorf("%d lost, %d delivered, %d samples of a retransmission; want 1, 10, 1", losses, delivered, retransmitted)
	}
}
