package tcp

import (
	"testing"
	"time"
)

// useCongestionControl registers a congestion control for the duration of a test.
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

// TestRateSampleOfADelayedACK: the ACK of a short packet that was alone in flight may have been
// delayed; the ACKs of full segments and of several packets have not (kernel
// FLAG_ACK_MAYBE_DELAYED).
func TestRateSampleOfADelayedACK(t *testing.T) {
	for exchange, want := range map[string]bool{
		"C 1 | S 100": true, "C 1 | S 1448": false, "C 1 | S 100 100": false,
	} {
		var samples []sampled
		p := &pipe{delay: [2]time.Duration{10 * ms, 10 * ms}}
		ops := recordSamples(&p.end[server], &samples)
		ops.name = exchange
		useCongestionControl(t, ops)
		cfg := DefaultConfig()
		cfg.CongestionControl = exchange
		p.reset(&cfg, parseTurns(t, exchange))
		p.run(time.Minute)
		if len(samples) == 0 || samples[len(samples)-1].ackDelayed != want {
			t.Errorf("%s: %+v, want a last ACK that may be delayed: %v", exchange, samples, want)
		}
	}
}

// TestRateSampleIsApplicationLimited: the samples of small writes are application-limited. The
// samples of a bulk transfer are not, once the last small write has been acknowledged.
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
	// The third of ten data segments is lost.
	p.drop = func(side, n int, _ *Segment) bool { return side == server && n == 4 }
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

// TestRateSamplesAreThoseComputedByHand follows kernel tcp_rate.c: four packets are sent at 0, 10,
// 20 and 30 ms and delivered one after the other; the numbers are worked out by hand.
func TestRateSamplesAreThoseComputedByHand(t *testing.T) {
	var e Endpoint
	cfg := DefaultConfig()
	e.Reset(&cfg)
	e.rate.establish(recordSamples(nil, nil), &e.sampleMemory)
	packets := make([]packet, 4)
	for i := range packets {
		packets[i] = packet{seq: int64(1 + 1000*i), length: 1000, sent: time.Duration(i) * 10 * ms}
		e.rate.snapshot(&packets[i], i)
	}
	ack := func(at time.Duration, delivered ...int) rateSample {
		e.now = at
		*e.rate.sample = rateSample{priorAt: -1}
		before := e.rate.delivered
		for _, i := range delivered {
			if packets[i].deliveredAt != notSampled {
				e.countDelivered(1, 0)
			}
			e.rate.arrived(&packets[i])
		}
		e.sampleRate(int(e.rate.delivered-before), 0, false)
		return *e.rate.sample
	}
	for i, c := range []struct {
		at        time.Duration
		delivered []int
		want      rateSample
	}{
		// The first packet: sent and delivered alone, in 100 ms.
		{100 * ms, []int{0}, rateSample{priorDelivered: 1, delivered: 1, interval: 100 * ms,
			rcvInterval: 100 * ms, ackedSacked: 1, lastEnd: 1001}},
		// The fourth, SACKed before the second and third: the send phase lasts from the first.
		{130 * ms, []int{3}, rateSample{priorDelivered: 1, delivered: 2, interval: 130 * ms,
			sndInterval: 30 * ms, rcvInterval: 130 * ms, ackedSacked: 1, lastEnd: 4001}},
		// The others: of the second and third the one sent last decides; the fourth is not
		// sampled again.
		{140 * ms, []int{1, 2, 3}, rateSample{priorDelivered: 1, delivered: 4, interval: 140 * ms,
			sndInterval: 20 * ms, rcvInterval: 140 * ms, ackedSacked: 2, lastEnd: 3001}},
		// Nothing: no sample.
		{150 * ms, nil, rateSample{priorAt: -1, delivered: -1, interval: -1}},
	} {
		if got := ack(c.at, c.delivered...); got != c.want {
			t.Errorf("ACK %d:\ngot  %+v\nwant %+v", i, got, c.want)
		}
	}

	// After an idle period the phases begin with the next packet.
	packets[0] = packet{seq: 4001, length: 1000, sent: time.Second}
	e.rate.snapshot(&packets[0], 0)
	if got := ack(time.Second+100*ms, 0); got.interval != 100*ms || got.delivered != 1 {
		t.Errorf("after an idle period: %d packets in %v, want 1 in 100ms", got.delivered, got.interval)
	}
	// An interval below the least round-trip time is not valid.
	packets[0] = packet{seq: 5001, length: 1000, sent: 2 * time.Second}
	e.rate.snapshot(&packets[0], 0)
	e.rtt.min = 50 * ms
	if got := ack(2*time.Second+49*ms, 0); got.interval != -1 {
		t.Errorf("an interval of 49ms with a round-trip time of 50ms: %v", got.interval)
	}
}

// TestAWriteIsApplicationLimitedOnlyIfNothingElseWaits: a Write marks samples application-limited
// only if less than a segment is unsent, the congestion window has room, and all lost packets have
// been sent again.
func TestAWriteIsApplicationLimitedOnlyIfNothingElseWaits(t *testing.T) {
	for _, c := range []struct {
		unsent              int64
		outstanding, window int
		lost, again         int
		want                bool
	}{
		{0, 0, 10, 0, 0, true},
		{1447, 9, 10, 0, 0, true},
		{1448, 9, 10, 0, 0, false},
		{0, 10, 10, 0, 0, false},
		{0, 5, 10, 2, 1, false},
		{0, 5, 10, 2, 2, true},
	} {
		cfg := DefaultConfig()
		var e Endpoint
		e.Reset(&cfg)
		e.mss, e.dataEnd, e.sndNxt = 1448, 1+c.unsent, 1
		for range c.outstanding {
			e.queue.push()
		}
		e.win.cwnd, e.rate.delivered = c.window, 7
		e.scoreboard.lostOut, e.scoreboard.retransOut = c.lost, c.again
		e.checkAppLimited()
		want := uint32(0)
		if c.want {
			want = 7 + uint32(e.inFlight())
		}
		if e.rate.appLimited != want {
			t.Errorf("%+v: application-limited until %d, want %d", c, e.rate.appLimited, want)
		}
	}
}
