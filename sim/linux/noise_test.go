package linux

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/sim/recording"
)

// The machine that measured the connections delayed them. Its delays are estimated from the connect
// phase of trials that lost no packet of it. SYN and SYN-ACK cross the links and wake one process:
// no timer, window or congestion control has a part in it. So no rule of TCP that a comparison
// tests can influence the estimate. There are two parts.
//
//   - path: kernel and emulated link take some microseconds. The simulated links take them too,
//     since TCP measures them.
//   - noise: the rest of the connect time, until the process has been woken. It is added to the
//     simulated times, an independent draw for each flight that wakes a process: one for
//     connect, where the kernel answers the SYN; two for each further exchange of flights.

// noise holds the delays of a cell's trials until a process was woken, sorted.
type noise []time.Duration

// measureNoise estimates the noise of a cell: how much longer its trials took to connect than the
// simulated cell without loss does. With jitter on the links there is no estimate.
func measureNoise(t testing.TB, c *cell, rec *recording.Recording, p path, trials []trial) (n noise) {
	if c.Jitter > 0 {
		return nil
	}
	clean := *c
	clean.Loss = 0
	undisturbed := times(newBed(t, &clean, rec, p, nil).run(t, 0, 0))
	for _, tr := range trials {
		if lost := " " + string(tr.drops) + " "; !strings.Contains(lost, " c0 ") && !strings.Contains(lost, " s0 ") {
			n = append(n, max(tr.times[connect]-undisturbed[connect], 0))
		}
	}
	slices.Sort(n)
	return n
}

// measuredPath is the path as TCP saw it: the time from SYN to SYN-ACK in the packet traces of
// connections at a round trip of 100 ms, over 100 ms. With it the simulated round trips differ by
// microseconds, as they do on the machine. That decides how a retransmission timeout rounds to
// ticks, and whether the round trip of a probe is below the least one (RACK then ignores it:
// kernel tcp_rack_advance).
func measuredPath(t testing.TB) (p path) {
	t.Helper()
	files, err := filepath.Glob("testdata/samples/*_rtt100_*.client.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no packet traces: %v", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, "S > C: Flags [S.]") {
				seconds, _, _ := strings.Cut(line, " ")
				at, err := time.ParseDuration(seconds + "s")
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				at -= 100 * time.Millisecond
				p.most = max(p.most, at)
				if p.least == 0 || at < p.least {
					p.least = at
				}
			}
		}
	}
	p.rate = 2e9 // README.md, Accuracy
	return p
}

// draws are random draws of noise, the same in every run of a test.
type draws struct{ state uint64 }

// next is SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA
// 2014).
func (d *draws) next(n noise) time.Duration {
	if len(n) == 0 {
		return 0
	}
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return n[z%uint64(len(n))]
}

// wakeUps is the number of draws of noise in each time of an exchange.
func (x *exchange) wakeUps() (n [metrics]int) {
	n[connect] = 1
	last := ""
	for _, w := range x.writes {
		if who := w[:1]; who != last {
			n[handshake]++ // the flight before it has arrived and woken its writer
			last = who
		}
	}
	n[lastByte] = n[handshake] + 2 // request and response
	return n
}

// convolve adds noise to the times of one simulated connection.
func (d *draws) convolve(n noise, wakeUps [metrics]int, times *[metrics]time.Duration) {
	var late time.Duration
	done := 0
	for m := range metrics {
		for ; done < wakeUps[m]; done++ {
			late += d.next(n)
		}
		times[m] += late
	}
}

func TestEachFlightWakesAProcess(t *testing.T) {
	for _, c := range []struct {
		writes string
		want   [metrics]int
	}{
		{"C 256 | S 2014 | C 64 | C 122", [metrics]int{1, 3, 5}},
		{"C 210 | S 2191 | C 93 | S 189 | C 129", [metrics]int{1, 5, 7}},
	} {
		x := exchange{writes: strings.Split(c.writes, " | ")}
		if got := x.wakeUps(); got != c.want {
			t.Errorf("%s: %v wake-ups, want %v", c.writes, got, c.want)
		}
	}
}
