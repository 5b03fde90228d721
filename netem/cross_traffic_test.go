package netem

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCrossTrafficPrintsBackAsItIsRead(t *testing.T) {
	for _, line := range []string{
		"poisson load 80%",
		"poisson load 0.5% size 1200B flows 8 warmup 2s",
		"constant rate 8mbit imix",
		"on-off load 40% on 500ms off 1500ms",
	} {
		x, err := ParseCrossTraffic(line)
		if err != nil || x.String() != line {
			t.Errorf("ParseCrossTraffic(%q) = %q, %v", line, x, err)
		}
		whole := "delay 5ms rate 10mbit cross_traffic " + line + " queue codel target 4ms"
		c, err := ParseTC(whole)
		if err != nil || c.CrossTraffic != x || c.String() != whole {
			t.Errorf("ParseTC(%q) = %q, %v", whole, c, err)
		}
	}
	c, err := ParseTC("cross_traffic poisson load 10% rate 1mbit")
	if err == nil || !strings.Contains(err.Error(), "either a load or a rate") {
		t.Errorf("the rate behind the load belongs to the cross traffic: %q, %v", c, err)
	}
}

func TestImpossibleCrossTrafficIsRefused(t *testing.T) {
	for line, want := range map[string]string{
		"rate 1mbit cross_traffic":                                               "needs arrivals",
		"rate 1mbit cross_traffic bursty":                                        "known are poisson, constant and on-off",
		"rate 1mbit cross_traffic poisson":                                       "either a load or a rate",
		"rate 1mbit cross_traffic poisson load 50% rate 500kbit":                 "either a load or a rate",
		"rate 1mbit cross_traffic poisson load 0%":                               "percentage from 0.0001% to 1000%",
		"rate 1mbit cross_traffic poisson load 5000%":                            "percentage from 0.0001% to 1000%",
		"rate 1mbit cross_traffic poisson load half":                             "number",
		"rate 1mbit cross_traffic poisson load 50% size 10B":                     "from 20B to 65535B",
		"rate 1mbit cross_traffic poisson load 50% size 100B imix":               "not both",
		"rate 1mbit cross_traffic on-off load 50%":                               "needs both times",
		"rate 1mbit cross_traffic poisson load 50% on 1s":                        "belong to on-off",
		"rate 1mbit cross_traffic poisson load 100%":                             "always full: set limit or queue",
		"rate 1mbit cross_traffic poisson rate 2mbit":                            "always full: set limit or queue",
		"rate 1kbit cross_traffic poisson load 1%":                               "10 bit/s is below",
		"delay 1ms cross_traffic poisson load 50%":                               "no queue to share",
		"rate 1mbit for 1s, 2mbit for 1s, repeat cross_traffic poisson load 50%": "give a rate",
	} {
		if _, err := ParseTC(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseTC(%q): %v, want …%s…", line, err, want)
		}
	}
	for _, line := range []string{
		"rate 1mbit limit 50 cross_traffic poisson load 120%",
		"rate 1mbit cross_traffic poisson load 120% queue codel",
		"rate 1mbit for 1s, 2mbit for 1s, repeat cross_traffic poisson rate 1mbit",
	} {
		if _, err := ParseTC(line); err != nil {
			t.Errorf("ParseTC(%q): %v", line, err)
		}
	}
}

// waitBeside offers packets of one byte, far apart, and returns the mean time that it waits, in
// packets of 1500 bytes at 12 Mbit/s: milliseconds.
func waitBeside(t *testing.T, options string, probes int) float64 {
	t.Helper()
	l := New(mustParse(t, "rate 12mbit "+options), 7)
	var sum time.Duration
	for i := range probes {
		now := time.Duration(i) * 97013 * us // no multiple of a packet's time
		l.Enqueue(now, Packet{Size: 1})
		for _, d := range l.Dequeue(now+96*ms, nil) {
			sum += d.Queued
		}
	}
	if s := l.Stats(); s.Delivered != uint64(probes) || s.CrossDropped != 0 {
		t.Fatalf("%s: %+v", options, s)
	}
	return float64(sum) / float64(probes) / float64(ms)
}

// Poisson arrivals see time averages, so the mean waiting times are those of Pollaczek and
// Khinchine: λE[S²]/2(1−ρ), which is ρ/2(1−ρ) for packets of one size (M/D/1).
func TestPoissonCrossTrafficMakesTheQueueMG1(t *testing.T) {
	imix := (7*40*40 + 4*576*576 + 1500*1500) / 12.0 / ((7*40 + 4*576 + 1500) / 12.0) / 1500
	for _, tt := range []struct {
		options string
		want    float64
	}{
		{"cross_traffic poisson load 50%", 0.5 / 2 / 0.5},
		{"cross_traffic poisson load 80%", 0.8 / 2 / 0.2},
		{"cross_traffic poisson load 80% flows 9", 0.8 / 2 / 0.2},
		{"cross_traffic poisson rate 9.6mbit size 1500B queue bfifo limit 9MB", 0.8 / 2 / 0.2},
		{"cross_traffic poisson load 80% size 750B", 0.8 / 2 / 0.2 / 2},
		{"cross_traffic poisson load 80% imix", 0.8 / 2 / 0.2 * imix},
		// Constant arrivals: a packet finds another one in service with probability ρ.
		{"cross_traffic constant load 60%", 0.6 / 2},
	} {
		if !strings.Contains(tt.options, "queue") {
			tt.options = "limit 100000 " + tt.options
		}
		got := waitBeside(t, tt.options, 15_000)
		if math.Abs(got/tt.want-1) > 0.04 {
			t.Errorf("%s: mean wait %.4f ms, want %.4f", tt.options, got, tt.want)
		}
	}
}

// The warm-up brings the queue into its steady state before the instant 0.
func TestAFirstPacketMeetsAQueueInItsSteadyState(t *testing.T) {
	mean := func(options string) float64 {
		l := New(mustParse(t, "rate 12mbit cross_traffic poisson load 80% "+options), 0)
		var sum time.Duration
		for seed := range uint64(4000) {
			l.Reset(seed)
			l.Enqueue(0, Packet{Size: 40})
			sum += l.Dequeue(time.Second, nil)[0].Queued
		}
		return float64(sum) / 4000 / float64(ms)
	}
	if got := mean(""); math.Abs(got-2) > 0.15 {
		t.Errorf("mean wait at the start %.3f ms, want 2 ms", got)
	}
	if got := mean("warmup 1us"); got > 0.01 {
		t.Errorf("mean wait without a warm-up %.3f ms, want none", got)
	}
}

func TestCrossTrafficHasItsMeanRate(t *testing.T) {
	for _, line := range []string{
		"constant rate 3mbit", "poisson rate 3mbit", "poisson rate 3mbit imix", "on-off rate 3mbit on 50ms off 150ms",
	} {
		l := New(mustParse(t, "rate 100mbit limit 100000 cross_traffic "+line+" warmup 1us"), 3)
		const seconds = 1000
		l.Enqueue(seconds*time.Second, Packet{Size: 40})
		size := 1500.0
		if strings.Contains(line, "imix") {
			size = 4084.0 / 12
		}
		got := float64(l.Stats().CrossOffered) * size * 8 / seconds
		tolerance := 0.005
		if strings.HasPrefix(line, "on-off") {
			tolerance = 0.05 // 5000 on times
		}
		if math.Abs(got/3e6-1) > tolerance {
			t.Errorf("%s: %.0f bit/s", line, got)
		}
	}
}

// In an on time packets come at the peak rate, mean·(on + off)/on.
func TestOnOffTrafficComesInBursts(t *testing.T) {
	cfg := mustParse(t, "rate 100mbit limit 9 cross_traffic on-off rate 3mbit on 50ms off 150ms")
	s := newCrossSource(&cfg)
	s.reset(1)
	peak, gaps := time.Millisecond, map[bool]int{}
	for range 10_000 {
		at := s.at
		s.advance()
		if gap := s.at - at; gap < peak {
			t.Fatalf("%v between two packets, the peak rate allows %v", gap, peak)
		} else {
			gaps[gap <= peak+1]++
		}
	}
	// An on time has 50 packets on average.
	if n := gaps[false]; n < 170 || n > 230 {
		t.Errorf("%d off times among 10000 packets, want about 200", n)
	}
}

func TestNobodyReceivesCrossTraffic(t *testing.T) {
	for _, queue := range append([]string{"pfifo", "bfifo limit 30kB"}, queueLines...) {
		const link = "delay 3ms 2ms loss 2% duplicate 3% corrupt 3% rate 10mbit "
		l := New(mustParse(t, link+"cross_traffic poisson load 90% flows 3 queue "+queue), 9)
		plain := New(mustParse(t, link+"queue "+queue), 9)
		for range 2 {
			arrived, dropped := drive(t, l, 2000, 5*ms, Packet{Size: 1000, Flow: 2})
			for _, d := range arrived {
				if d.Flow != 2 {
					t.Fatalf("%s: a packet of flow %d arrived", queue, d.Flow)
				}
			}
			for _, e := range dropped {
				if e.Flow != 2 {
					t.Fatalf("%s: a drop of flow %d is reported", queue, e.Flow)
				}
			}
			// Cross traffic does not change which packets are lost at random.
			drive(t, plain, 2000, 5*ms, Packet{Size: 1000, Flow: 2})
			if a, b := l.Stats().Dropped[ByLoss], plain.Stats().Dropped[ByLoss]; a != b {
				t.Errorf("%s: %d packets lost, without cross traffic %d", queue, a, b)
			}
			if s := l.Stats(); s.CrossOffered < 7000 || s.InFlight != 0 {
				t.Errorf("%s: %+v", queue, s)
			}
			l.Reset(9)
			plain.Reset(9)
		}
	}
}

func TestCrossTrafficIsTheSameHoweverLateTheCaller(t *testing.T) {
	for _, queue := range queueLines {
		run := func(every time.Duration) (arrived []Delivery, dropped []Event) {
			l := New(mustParse(t, "delay 10ms rate 10mbit cross_traffic on-off load 95% on 20ms off 10ms queue "+queue), 1)
			for i := range 1500 {
				now := time.Duration(i) * 2 * ms
				if now%every == 0 {
					arrived = l.Dequeue(now, arrived)
				}
				l.Enqueue(now, Packet{Size: 700, ID: uint32(i), ECN: ECT0})
				dropped = append(dropped, l.Events()...)
			}
			arrived = l.Dequeue(time.Minute, arrived)
			return arrived, append(dropped, l.Events()...)
		}
		arrived, dropped := run(2 * ms)
		lateArrived, lateDropped := run(200 * ms)
		if !slices.Equal(arrived, lateArrived) || !slices.Equal(dropped, lateDropped) {
			t.Errorf("%s: what the link does depends on when Dequeue is called", queue)
		}
	}
}

func TestCrossTrafficBeginsBeforeARateThatRepeats(t *testing.T) {
	for _, rate := range []string{"rate 12mbit for 100ms, 6mbit for 100ms, repeat start random", "rate 12mbit"} {
		l := New(mustParse(t, "limit 100000 "+rate+" cross_traffic poisson rate 3mbit"), 0)
		var sum time.Duration
		for seed := range uint64(500) {
			l.Reset(seed)
			l.Enqueue(0, Packet{Size: 40})
			for _, d := range l.Dequeue(time.Second, nil) {
				sum += d.Queued
			}
		}
		// M/D/1 with ρ = 1/4 waits 1/6 ms, with ρ = 1/2 of twice the service time 1 ms.
		if mean := sum / 500; mean < 100*us || mean > 1200*us {
			t.Errorf("%s: mean wait at the start %v", rate, mean)
		}
	}
}

func TestCrossTrafficAllocatesNothingOnceWarm(t *testing.T) {
	for _, queue := range []string{"", " queue fq_codel", " queue cake bandwidth 9mbit"} {
		l := New(mustParse(t, "rate 10mbit cross_traffic poisson load 80% imix flows 5"+queue), 1)
		buf := make([]Delivery, 0, 64)
		load := func() {
			l.Reset(1)
			for i := range 500 {
				now := time.Duration(i) * ms
				l.Enqueue(now, Packet{Size: 1000})
				l.Events()
				buf = l.Dequeue(now, buf[:0])
				l.Events()
			}
		}
		load()
		if n := testing.AllocsPerRun(5, load); n != 0 {
			t.Errorf("%q: %v allocations", queue, n)
		}
	}
}

// The exponential numbers are −ln of uniform ones, to 5·10⁻⁷, with mean and deviation 1.
func TestExponentialNumbersFollowTheLogarithm(t *testing.T) {
	s := stream{5}
	var sum, squares float64
	const n = 300_000
	for i := range uint64(n) {
		u := s.draw(i) | 1
		got, want := float64(exponential(u))/(1<<32), -math.Log(float64(u)/(1<<64))
		if math.Abs(got-want) > 5e-7 {
			t.Fatalf("-ln(%d/2⁶⁴) is %v, want %v", u, got, want)
		}
		sum += got
		squares += got * got
	}
	mean, sd := sum/n, math.Sqrt(squares/n-sum/n*sum/n)
	if math.Abs(mean-1) > 0.006 || math.Abs(sd-1) > 0.01 {
		t.Errorf("mean %v, standard deviation %v", mean, sd)
	}
	for _, u := range []uint64{0, 1, 1 << 63, 1<<63 - 1, math.MaxUint64} {
		got, want := float64(exponential(u))/(1<<32), -math.Log(float64(u|1)/(1<<64))
		if math.Abs(got-want) > 5e-7 {
			t.Errorf("-ln(%d/2⁶⁴) is %v, want %v", u, got, want)
		}
	}
}
