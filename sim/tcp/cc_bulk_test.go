package tcp

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// bottleneck is a path on which the server's data passes a queue and a transmitter.
type bottleneck struct {
	rate int64         // bit/s
	rtt  time.Duration // without queue
	loss float64       // probability, independent
	// limit is the number of packets of full size that the queue holds. mark is the number from
	// which on packets are marked CE. 0: none.
	limit, mark int
	seed        uint64
}

// packetTime is the time that the link takes for a packet of full size.
func (b *bottleneck) packetTime() time.Duration {
	return time.Duration(1500 * 8 * int64(time.Second) / b.rate)
}

// bdp is the bandwidth-delay product in packets.
func (b *bottleneck) bdp() float64 { return float64(b.rtt) / float64(b.packetTime()) }

// bulk is the result of a long transfer.
type bulk struct {
	utilisation         float64 // of the link in the measured time
	window              float64 // packets delivered in a round-trip time without queue
	inFlight            float64 // packets in flight at the server: mean as each is sent
	queue, mostQueue    float64 // packets: mean as each packet finds it, and most
	retransmits, drops  int
	packets, marks      int           // packets that came to the link in the measured time
	leastRTT, smoothRTT time.Duration // of the server
	server              *Endpoint
}

// transfer runs a transfer from the server for warmUp and then for the measured time. watch, if not
// nil, sees the server after each of its packets.
func (b *bottleneck) transfer(t *testing.T, cfg Config, warmUp, measured time.Duration, watch func(now time.Duration, e *Endpoint)) bulk {
	t.Helper()
	cfg.MaxReceiveBuffer = 1 << 30
	cfg.ReceiveBuffer = 1 << 28
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(b.seed, 0))
	p := newPipe(&cfg, b.rtt, []turn{{client, []int64{1}, 0}, {server, []int64{1 << 40}, 0}})
	p.rate[server] = b.rate
	var r bulk
	backlog := func() float64 {
		return float64(max(p.busy[server]-p.now, 0)) / float64(b.packetTime())
	}
	p.drop = func(side, n int, s *Segment) bool {
		if side != server || s.Len == 0 {
			return false
		}
		lost := rng.Float64() < b.loss || (b.limit > 0 && backlog() >= float64(b.limit))
		if p.now >= warmUp {
			r.packets++
			r.queue += backlog()
			r.mostQueue = max(r.mostQueue, backlog())
			r.inFlight += float64(p.end[server].inFlight())
			if lost {
				r.drops++
			}
		}
		if watch != nil {
			watch(p.now, &p.end[server])
		}
		return lost
	}
	p.mark = func(side, n int, s *Segment) bool {
		marked := side == server && b.mark > 0 && backlog() >= float64(b.mark)
		if marked && p.now >= warmUp {
			r.marks++
		}
		return marked
	}
	p.run(warmUp)
	before := p.end[client].Delivered()
	for p.step(warmUp + measured) {
	}
	delivered := float64(p.end[client].Delivered() - before)
	r.utilisation = delivered * 1500 / 1448 * 8 / float64(b.rate) / measured.Seconds()
	r.queue /= float64(max(r.packets, 1))
	r.inFlight /= float64(max(r.packets, 1))
	r.window = delivered / 1448 / (float64(measured) / float64(b.rtt))
	r.server = &p.end[server]
	r.retransmits = int(r.server.Stats().Retransmits)
	r.leastRTT, r.smoothRTT = r.server.rtt.min, r.server.rtt.srtt()
	return r
}

func withControl(name string) Config {
	cfg := DefaultConfig()
	cfg.CongestionControl = name
	return cfg
}

// TestALongTransferFillsTheLink: with a queue of a bandwidth-delay product, a long transfer uses at
// least 99 % of the link (Appenzeller, Keslassy, McKeown: Sizing router buffers, 2004, §2: Reno's
// window after halving is still the bandwidth-delay product).
func TestALongTransferFillsTheLink(t *testing.T) {
	for _, control := range []string{"cubic", "reno"} {
		for _, b := range []bottleneck{
			{rate: 10e6, rtt: 40 * ms, limit: 40},
			{rate: 50e6, rtt: 20 * ms, limit: 100},
		} {
			r := b.transfer(t, withControl(control), 10*time.Second, 30*time.Second, nil)
			if r.utilisation < 0.99 || r.utilisation > 1.001 {
				t.Errorf("%s over %d bit/s, %v: the link is used to %.2f %%", control, b.rate, b.rtt, 100*r.utilisation)
			}
		}
	}
}

// TestRenoUnderRandomLossFollowsMathis: under a loss p Reno delivers C/√p packets in a round trip.
// C is 1.22 for periodic losses and 1.31 for random ones if each packet acknowledged counts, as in
// Linux (Mathis, Semke, Mahdavi, Ott: The macroscopic behavior of the TCP congestion avoidance
// algorithm, 1997, table 1; Ott, Kemperman, Mathis: The stationary behavior of ideal TCP congestion
// avoidance, 1996). Fast recovery and timeouts lower it somewhat.
func TestRenoUnderRandomLossFollowsMathis(t *testing.T) {
	for _, p := range []float64{0.0005, 0.002, 0.005} {
		b := bottleneck{rate: 1e9, rtt: 50 * ms, loss: p, seed: 7}
		r := b.transfer(t, withControl("reno"), 20*time.Second, 200*time.Second, nil)
		if c := r.window * math.Sqrt(p); c < 1.1 || c > 1.45 {
			t.Errorf("loss %v: a mean window of %.1f packets, %.2f/√p", p, r.window, c)
		}
	}
}

// TestCubicUnderRandomLossFollowsRFC9438: the mean window of CUBIC under a loss p is
// 1.054·(RTT³/p³)^¼ packets for C = 0.4 (RFC 9438 §5.1), where that is more than the Reno-friendly
// window.
func TestCubicUnderRandomLossFollowsRFC9438(t *testing.T) {
	for _, c := range []struct {
		loss float64
		rtt  time.Duration
	}{{0.0005, 200 * ms}, {0.001, 200 * ms}, {0.0003, 400 * ms}} {
		b := bottleneck{rate: 1e9, rtt: c.rtt, loss: c.loss, seed: 3}
		r := b.transfer(t, withControl("cubic"), 40*time.Second, 600*time.Second, nil)
		want := 1.054 * math.Pow(c.rtt.Seconds(), 0.75) / math.Pow(c.loss, 0.75)
		if ratio := r.window / want; ratio < 0.75 || ratio > 1.35 {
			t.Errorf("loss %v, round trip %v: a mean window of %.1f packets, want about %.1f", c.loss, c.rtt, r.window, want)
		}
	}
}
