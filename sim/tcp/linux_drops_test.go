package tcp

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// exchanges are the measured TLS connections: what each side writes, and the turn that begins when
// the client has completed the TLS handshake. In TLS 1.3 the server's flight ends with a
// NewSessionTicket, for which the client does not wait.
var exchanges = map[string]struct {
	turns  string
	hsTurn int
	think  time.Duration
}{
	"t13_full ec_small":   {"C 256 | S 2014 ~130 | C 64 122 | S 1022 | C 24 close | S close", 2, 400 * time.Microsecond},
	"t13_full ec_f4k":     {"C 256 | S 4002 ~130 | C 64 122 | S 1022 | C 24 close | S close", 2, 400 * time.Microsecond},
	"t13_full ec_f12k":    {"C 256 | S 12002 ~130 | C 64 122 | S 1022 | C 24 close | S close", 2, 400 * time.Microsecond},
	"t13_full ec_f16k":    {"C 256 | S 16001 ~130 | C 64 122 | S 1022 | C 24 close | S close", 2, 400 * time.Microsecond},
	"t13_full ec_f30k":    {"C 256 | S 30002 ~130 | C 64 122 | S 1022 | C 24 close | S close", 2, 400 * time.Microsecond},
	"t13_res ec_small":    {"C 408 | S 369 | C 64 122 | S 1022 | C 24 close | S close", 2, 250 * time.Microsecond},
	"t12_full rsa":        {"C 210 | S 2191 | C 93 | S 189 | C 129 | S 1029 | C 31 close | S close", 4, 700 * time.Microsecond},
	"t12_full rsa_f12k":   {"C 210 | S 12002 | C 93 | S 189 | C 129 | S 1029 | C 31 close | S close", 4, 700 * time.Microsecond},
	"t12_full rsa_f30k":   {"C 210 | S 30000 | C 93 | S 189 | C 129 | S 1029 | C 31 close | S close", 4, 700 * time.Microsecond},
	"t12_full_rsakex rsa": {"C 210 | S 1886 | C 318 | S 189 | C 129 | S 1029 | C 31 close | S close", 4, 500 * time.Microsecond},
	"t12_res rsa":         {"C 333 | S 289 | C 51 129 | S 1029 | C 31 close | S close", 2, 250 * time.Microsecond},
}

// dropPhases is the number of placements of the timer ticks with which each case runs. The steps of
// the slow level of the timer wheel are 32 ms wide.
const dropPhases = 64

// dropTolerance is the allowed difference of medians over a 32 ms step. A median of less than
// fewTrials trials is not compared. Where the number of a packet varies in Linux, the cost of its
// loss varies: then the range from the 5th to the 95th percentile decides.
const (
	linkOverhead  = 80 * time.Microsecond // of a round trip, as measured without loss
	dropTolerance = 6 * time.Millisecond
	fewTrials     = 20
)

// runDrop returns the times at which the client is connected, has completed the handshake, and
// has the last byte: medians over all placements. Packet n of a side is lost; side negative:
// none.
func runDrop(t *testing.T, variant string, rtt time.Duration, side, n int) [3]time.Duration {
	c := exchanges[variant]
	turns := parseTurns(t, c.turns)
	cfg := DefaultConfig()
	var conns, hss, lasts []time.Duration
	p := newPipe(&cfg, rtt+linkOverhead, turns)
	p.think = c.think
	p.drop = func(s, i int, _ *Segment) bool { return s == side && i == n }
	respTurn := len(turns) - 2
	for phase := range dropPhases {
		cfg.ClockOffset = time.Hour + time.Duration(phase)*32*time.Millisecond/dropPhases + 37*time.Microsecond
		p.reset(&cfg, turns)
		p.run(100 * time.Second)
		if len(p.turnAt) < len(turns) {
			t.Fatalf("%s, rtt %v, packet %d of side %d lost: only %d turns began", variant, rtt, n, side, len(p.turnAt))
		}
		conns = append(conns, p.connected)
		hss = append(hss, p.turnAt[c.hsTurn])
		lasts = append(lasts, p.turnAt[respTurn])
	}
	median := func(d []time.Duration) time.Duration { slices.Sort(d); return d[len(d)/2] }
	return [3]time.Duration{median(conns), median(hss), median(lasts)}
}

// TestOneLossCostsAsInLinux compares the delay by the loss of exactly one packet with medians
// over some hundred measured trials.
func TestOneLossCostsAsInLinux(t *testing.T) {
	file, err := os.Open("testdata/linux/single_drop.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	const variant, chain, stack, cc, rttMS, dropped, number, connMS, hsMS, lastMS = 0, 1, 2, 3, 6, 7, 8, 9, 12, 15
	ms := func(s string) time.Duration {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return time.Duration(v * float64(time.Millisecond))
	}
	var clean, cleanLinux [3]time.Duration
	compared := 0
	for _, r := range rows[1:] {
		name := r[variant] + " " + r[chain]
		if _, ok := exchanges[name]; !ok || r[stack] != "go" {
			continue
		}
		side, ordinal := -1, 0
		if r[dropped] != "none" {
			side = map[byte]int{'c': client, 's': server}[r[dropped][0]]
			ordinal, _ = strconv.Atoi(r[dropped][1:])
		}
		rtt := ms(r[rttMS])
		ours := runDrop(t, name, rtt, side, ordinal)
		if side < 0 {
			clean = ours
			cleanLinux = [3]time.Duration{ms(r[connMS+1]), ms(r[hsMS+1]), ms(r[lastMS+1])}
			continue
		}
		n, _ := strconv.Atoi(r[number])
		if n < fewTrials {
			continue
		}
		compared++
		for i, column := range []int{connMS, hsMS, lastMS} {
			p5, p50, p95 := ms(r[column])-cleanLinux[i], ms(r[column+1])-cleanLinux[i], ms(r[column+2])-cleanLinux[i]
			extra := ours[i] - clean[i]
			near := (extra - p50).Abs() <= dropTolerance
			within := extra >= p5-2*time.Millisecond && extra <= p95+2*time.Millisecond
			if !near && !within {
				t.Errorf("%s, rtt %v, drop %s: costs %s %v, Linux %v (%v to %v, %d trials)", name, rtt, r[dropped],
					[]string{"connect", "handshake", "last byte"}[i], extra, p50, p5, p95, n)
			}
			if testing.Verbose() && r[cc] == "cubic" && i == 2 {
				t.Logf("%-20s rtt %v %-4s ours %8.1f Linux %8.1f", name, rtt, r[dropped], extra.Seconds()*1e3, p50.Seconds()*1e3)
			}
		}
	}
	if compared < 250 {
		t.Errorf("only %d single drops compared", compared)
	}
}

// TestLateSYNACKShrinksTheWindow: if the server's SYN-ACK timer expires just before the client's
// second SYN arrives, the SYN-ACK is sent twice more, and the server begins with a window of one
// packet. Measured for a lost SYN-ACK: about 80, 41 and 88 % of trials at 10, 100 and 200 ms
// round trip.
func TestLateSYNACKShrinksTheWindow(t *testing.T) {
	for _, c := range []struct {
		rtt  time.Duration
		want int
	}{{10 * time.Millisecond, 80}, {50 * time.Millisecond, 22}, {100 * time.Millisecond, 41}, {200 * time.Millisecond, 88}} {
		cfg := DefaultConfig()
		p := newPipe(&cfg, c.rtt, nil)
		p.drop = func(side, n int, _ *Segment) bool { return side == server && n == 0 }
		shrunk, phases := 0, 320
		for phase := range phases {
			cfg.ClockOffset = time.Hour + time.Duration(phase)*32*time.Millisecond/time.Duration(phases)
			p.reset(&cfg, parseTurns(t, "C 256 | S 2014 | C 64"))
			p.run(20 * time.Second)
			if p.turnAt[2]-p.connected > 3*c.rtt/2 {
				shrunk++
			}
		}
		if got := 100 * shrunk / phases; got < c.want-8 || got > c.want+8 {
			t.Errorf("rtt %v: %d %% of lost SYN-ACKs shrink the window, Linux %d %%", c.rtt, got, c.want)
		}
	}
}

// TestSeveralLossesCostAsInLinux repeats measured trials that lost several packets. Not all
// agree: on the real host some microseconds decide whether the round-trip time of a probe is
// below the least one, so that RACK does not use it.
func TestSeveralLossesCostAsInLinux(t *testing.T) {
	file, err := os.Open("testdata/linux/several_drops.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	const phases = 32
	const tolerance = 10 * time.Millisecond
	type outcome struct{ hs, last []time.Duration }
	outcomes := map[string]outcome{}
	explained := 0
	for _, r := range rows[1:] {
		key := strings.Join([]string{r[0], r[1], r[2], r[5]}, " ")
		o, ok := outcomes[key]
		if !ok {
			c := exchanges[r[0]+" "+r[1]]
			turns := parseTurns(t, c.turns)
			rtt, _ := time.ParseDuration(r[2] + "ms")
			cfg := DefaultConfig()
			p := newPipe(&cfg, rtt+linkOverhead, turns)
			p.think = c.think
			dropped := strings.Fields(r[5])
			p.drop = func(side, n int, _ *Segment) bool {
				return slices.Contains(dropped, "cs"[side:side+1]+strconv.Itoa(n))
			}
			for phase := range phases {
				// Over a step of the timer wheel's level for 2 to 16 s.
				cfg.ClockOffset = time.Hour + time.Duration(phase)*256*time.Millisecond/phases + 37*time.Microsecond
				p.reset(&cfg, turns)
				p.run(200 * time.Second)
				if len(p.turnAt) < len(turns)-1 {
					t.Fatalf("%s: the exchange did not end", key)
				}
				o.hs = append(o.hs, p.turnAt[c.hsTurn])
				o.last = append(o.last, p.turnAt[len(turns)-2])
			}
			outcomes[key] = o
		}
		reached := func(ms string, at []time.Duration) bool {
			d, err := time.ParseDuration(ms + "ms")
			if err != nil {
				t.Fatal(err)
			}
			return slices.ContainsFunc(at, func(a time.Duration) bool { return (a - d).Abs() <= tolerance })
		}
		if reached(r[3], o.hs) && reached(r[4], o.last) {
			explained++
		}
	}
	total := len(rows) - 1
	t.Logf("%d of %d trials explained", explained, total)
	if explained*100 < total*94 {
		t.Errorf("%d of %d trials explained, want 94 %%", explained, total)
	}
}
