package tcp

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestPacketsAreThoseOfLinux runs the writes of measured connections between two endpoints with a
// round trip of 100 ms. It compares the packets at the client: order, flags, sequence and ACK
// numbers.
func TestPacketsAreThoseOfLinux(t *testing.T) {
	for _, c := range []struct{ file, turns string }{
		{"t13_full_ec_small_go_rtt100_resp1000", "C 256 | S 2015 | C 64 122 | S 1022 | C 24 close | S close"},
		{"t12_full_rsa_go_rtt100_resp1000", "C 210 | S 2191 | C 93 | S 189 | C 129 | S 1029 | C 31 close | S close"},
		{"t13_res_ec_small_go_rtt100_resp1000", "C 408 | S 369 | C 64 122 | S 1022 | C 24 close | S close"},
		{"t12_res_rsa_go_rtt100_resp1000", "C 333 | S 289 | C 51 129 | S 1029 | C 31 close | S close"},
		{"t12_full_rsakex_rsa_go_rtt100_resp1000", "C 210 | S 1886 | C 318 | S 189 | C 129 | S 1029 | C 31 close | S close"},
		{"t13_full_ec_f12k_go_rtt100_resp1000", "C 256 | S 12002 | C 64 122 | S 1022 | C 24 close | S close"},
		{"t13_full_ec_f16k_go_rtt100_resp1000", "C 256 | S 16001 | C 64 122 | S 1022 | C 24 close | S close"},
		{"t13_full_pq_ec_small_go_rtt100_resp1000", "C 1488 | S 3102 | C 64 122 | S 1022 | C 24 close | S close"},
		{"t12_full_rsa_openssl_rtt100_resp1000", "C 210 | S 2189 | C 93 | S 242 | C 129 | S 1029 31 | C 31 close | S close"},
	} {
		t.Run(c.file, func(t *testing.T) {
			want := readTrace(t, c.file)
			got := clientTrace(t, c.turns)
			for i := range max(len(got), len(want)) {
				var g, w tracePacket
				if i < len(got) {
					g = got[i]
				}
				if i < len(want) {
					w = want[i]
				}
				g.at, w.at = 0, 0
				if g != w {
					t.Fatalf("packet %d: got %v, Linux %v\ngot %v\nLinux %v", i, g, w, got, want)
				}
			}
		})
	}
}

// TestRoundTripsAreThoseOfLinux compares the round trip in which each byte of a longer flight
// arrives. Packets are not compared one by one: on the real host the scheduling of the reader
// decides how many segments an ACK covers.
func TestRoundTripsAreThoseOfLinux(t *testing.T) {
	for _, c := range []struct{ file, turns string }{
		{"t13_full_ec_f16k_go_rtt100_resp1000", "C 256 | S 16001 | C 64 122 | S 1022 | C 24 close | S close"},
		{"t13_full_ec_f30k_go_rtt100_resp1000", "C 256 | S 30002 | C 64 122 | S 1022 | C 24 close | S close"},
		{"t12_full_rsa_f30k_go_rtt100_resp1000", "C 210 | S 30000 | C 93 | S 189 | C 129 | S 1029 | C 31 close | S close"},
		{"t13_full_ec_small_go_rtt100_resp100000", "C 256 | S 2015 | C 64 122 | S 1208 2394 3580 4766 5952 7138 8324 9510 10696 11882 13068 14254 7514 | C 24 close | S close"},
		{"t13_full_ec_small_go_rtt100_resp100000__fixedrec", "C 256 | S 2013 | C 64 122 | S 100154 | C 24 close | S close"},
	} {
		t.Run(c.file, func(t *testing.T) {
			want := arrivals(readTrace(t, c.file))
			got := arrivals(clientTrace(t, c.turns))
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("bytes by round trip: got %v, Linux %v", got, want)
			}
		})
	}
}

// arrivals returns the offset up to which the server's stream has arrived, for each round trip.
func arrivals(trace []tracePacket) (ends []int64) {
	for _, p := range trace {
		trip := int(p.at / (100 * time.Millisecond))
		for len(ends) <= trip {
			ends = append(ends, 0)
		}
		if p.side == server {
			ends[trip] = max(ends[trip], p.seq+int64(p.len))
		}
	}
	return ends
}

// tracePacket holds the compared fields of one packet.
type tracePacket struct {
	at    time.Duration
	side  int
	flags string
	seq   int64 // of segments that carry data, SYN or FIN
	ack   int64
	len   int
}

func (p tracePacket) String() string {
	return fmt.Sprintf("\n%c [%s] %d ack %d length %d", "CS"[p.side], p.flags, p.seq, p.ack, p.len)
}

var traceLine = regexp.MustCompile(`^([0-9.]+) ([CS]) > [CS]: Flags \[([^\]]*)\], (?:seq (\d+)(?::\d+)?, )?(?:ack (\d+), )?win.* length (\d+)$`)

// readTrace reads a measured trace and makes its sequence numbers relative. It leaves out PSH,
// which has no effect.
func readTrace(t *testing.T, name string) (trace []tracePacket) {
	t.Helper()
	files, err := filepath.Glob("../linux/testdata/samples/*_" + name + ".client.txt")
	if err != nil || len(files) != 1 {
		t.Fatalf("%s: %d traces, %v", name, len(files), err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var base [2]int64
	for line := range strings.Lines(string(text)) {
		m := traceLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			if !strings.HasPrefix(line, "#") {
				t.Fatalf("%s: %q", name, line)
			}
			continue
		}
		at, _ := strconv.ParseFloat(m[1], 64)
		p := tracePacket{at: time.Duration(at * 1e9), side: strings.Index("CS", m[2]), flags: strings.ReplaceAll(m[3], "P", "")}
		p.seq, _ = strconv.ParseInt(m[4], 10, 64)
		p.ack, _ = strconv.ParseInt(m[5], 10, 64)
		p.len, _ = strconv.Atoi(m[6])
		if strings.Contains(p.flags, "S") {
			base[p.side] = p.seq
		}
		if m[4] != "" {
			p.seq -= base[p.side]
		}
		if m[5] != "" {
			p.ack -= base[1-p.side]
		}
		trace = append(trace, p)
	}
	return trace
}

// clientTrace runs an exchange and returns the packets as the client sees them.
func clientTrace(t *testing.T, turns string) (trace []tracePacket) {
	cfg := DefaultConfig()
	p := newPipe(&cfg, 100*time.Millisecond, parseTurns(t, turns))
	p.think = 400 * time.Microsecond
	note := func(at time.Duration, side int, s *Segment) {
		flags := ""
		for i, c := range "FSR" {
			if s.Flags&(1<<i) != 0 {
				flags += string(c)
			}
		}
		if s.Flags&ACK != 0 {
			flags += "."
		}
		tp := tracePacket{at: at, side: side, flags: flags, ack: s.Ack, len: int(s.Len)}
		if s.Len > 0 || s.Flags&(SYN|FIN|RST) != 0 {
			tp.seq = s.Seq
		}
		trace = append(trace, tp)
	}
	p.trace = func(p *pipe, side int, s *Segment, lost bool) {
		if side == client {
			note(p.now, side, s)
		}
	}
	p.arrived = func(p *pipe, side int, s *Segment) {
		if side == client {
			note(p.now, server, s)
		}
	}
	p.run(10 * time.Second)
	return trace
}
