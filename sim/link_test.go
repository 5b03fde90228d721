package sim

import (
	"testing"
	"time"

	"tlslab/netem"
	"tlslab/sim/tcp"
)

// longest returns the payload of the longest segment that each side receives, and the instant at
// which the SYN arrives.
func longest(t *testing.T, cfg Config) (fromClient, fromServer int32, syn time.Duration) {
	t.Helper()
	w := mustReplicator(t, cfg, written(t, 4000, 100_000))
	w.Observe(func(e *Event) {
		if e.Kind != PacketDelivered {
			return
		}
		if e.FromClient {
			fromClient = max(fromClient, e.Segment.Len)
		} else {
			fromServer = max(fromServer, e.Segment.Len)
		}
		if syn == 0 {
			syn = e.At
		}
	})
	if r := w.Run(1); r.Outcome != OK {
		t.Fatalf("outcome %q", r.Outcome)
	}
	return fromClient, fromServer, syn
}

func TestIPv6HeadersAreTwentyBytesLonger(t *testing.T) {
	link := netem.Config{Rate: 1_000_000}
	for _, tt := range []struct {
		ipv6    bool
		segment int32
		syn     time.Duration
	}{
		{false, 1448, 480 * time.Microsecond}, // 20 + 20 + 20 bytes of options
		{true, 1428, 640 * time.Microsecond},  // 40 + 20 + 20
	} {
		cfg := wire(t, link, link)
		cfg.Client.TCP.IPv6, cfg.Server.TCP.IPv6 = tt.ipv6, tt.ipv6
		_, segment, syn := longest(t, cfg)
		if segment != tt.segment || syn != tt.syn {
			t.Errorf("IPv6 %v: segments of %d bytes and a SYN of %v, want %d and %v", tt.ipv6, segment, syn, tt.segment, tt.syn)
		}
	}
}

func TestALinkClampsTheMSSOfSYNs(t *testing.T) {
	clamp := func(mss ...int) (links []netem.Config) {
		for _, m := range mss {
			links = append(links, netem.Config{Delay: time.Millisecond, MSS: m})
		}
		return links
	}
	for _, tt := range []struct {
		name       string
		up, down   []netem.Config
		fromServer int32 // payload: the MSS less 12 bytes of timestamps
	}{
		{"nothing", clamp(0), clamp(0), 1448},
		{"the SYN: the server sends less", clamp(1360), clamp(0), 1348},
		{"the SYN-ACK: the client sends less", clamp(0), clamp(1360), 1448},
		{"the least of a path", clamp(1400, 0, 1300, 1380), clamp(0), 1288},
		{"an MSS above the sender's", clamp(9000), clamp(9000), 1448},
	} {
		cfg := wire(t, delayed(0), delayed(0))
		cfg.Up, cfg.Down = tt.up, tt.down
		if _, got, _ := longest(t, cfg); got != tt.fromServer {
			t.Errorf("%s: segments of the server of %d bytes, want %d", tt.name, got, tt.fromServer)
		}
	}
	// The client's long request obeys the clamp of the SYN-ACK.
	cfg := wire(t, delayed(0), netem.Config{MSS: 1000})
	w := mustReplicator(t, cfg, written(t, 4000, 1000))
	w.Observe(func(e *Event) {
		if e.Kind == PacketOffered && !e.FromClient && e.Segment.Options&tcp.OptMSS != 0 && e.Segment.MSS != 1000 {
			t.Errorf("the SYN-ACK has an MSS of %d on the link", e.Segment.MSS)
		}
	})
	w.Run(1)
}

// Links with impairments lose, copy and delay packets in every way, and the world accounts for
// each.

func TestAWorldOverLinksOfTC(t *testing.T) {
	for _, line := range []string{
		"semantics tc delay 20ms 5ms loss 2% duplicate 3% corrupt 1% reorder 3% limit 100",
		"semantics tc delay 20ms loss 5% rate 10mbit 14 limit 50",
		"delay 20ms loss gilbert 2s 20ms outage 10ms random 2s loss_unit burst rate 20mbit",
		"delay 20ms loss state 0.5% 50% duplicate 5% corrupt 1% reorder 5% gap 3 rate 20mbit queue fq_codel",
	} {
		link, err := netem.ParseTC(line)
		if err != nil {
			t.Fatal(err)
		}
		cfg := wire(t, link, link)
		cfg.Up, cfg.Down = []netem.Config{link, link}, []netem.Config{link, link}
		w := mustReplicator(t, cfg, written(t, 4000, 200_000))
		for seed := range uint64(20) {
			r := w.Run(seed)
			if r.Outcome != OK {
				t.Fatalf("%s: seed %d: outcome %q", line, seed, r.Outcome)
			}
			var sum time.Duration
			for cause, c := range r.Causes {
				if sum += c; c < 0 {
					t.Errorf("%s: seed %d: cause %d is %v", line, seed, cause, c)
				}
			}
			if sum != r.TTLB {
				t.Errorf("%s: seed %d: the causes add up to %v, want %v", line, seed, sum, r.TTLB)
			}
			packets := &w.world.connections[0].packets
			if taken := packets.underWay(); taken != 0 {
				t.Errorf("%s: seed %d: %d packets are still in the pool", line, seed, taken)
			}
			if again := w.Run(seed); again.TTLB != r.TTLB || again.Hash != r.Hash {
				t.Errorf("%s: seed %d: two runs differ", line, seed)
			}
		}
	}
}

// With a loss of one half and bursts as the unit, a SYN that is sent again has a fate of its own.
func TestASYNSentAgainIsABurstOfItsOwn(t *testing.T) {
	cfg := wire(t, netem.Config{Delay: 10 * time.Millisecond, Loss: 0.5, LossUnit: netem.LossPerBurst}, delayed(10*time.Millisecond))
	w := mustReplicator(t, cfg, written(t, 4000, 1000))
	fates := map[bool]int{}
	offered := 0
	w.Observe(func(e *Event) {
		if e.FromClient && e.Segment != nil && e.Segment.Flags&tcp.SYN != 0 {
			switch e.Kind {
			case PacketOffered:
				offered++
			case PacketDropped:
				fates[offered > 1]++
			}
		}
	})
	retransmitted := 0
	for seed := range uint64(200) {
		offered = 0
		w.Run(seed)
		retransmitted += max(0, offered-1)
	}
	if lost := float64(fates[true]) / float64(retransmitted); lost < 0.35 || lost > 0.65 {
		t.Errorf("%.2f of %d retransmitted SYNs are lost, want half", lost, retransmitted)
	}
}
