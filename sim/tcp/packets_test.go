package tcp

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the traces in testdata")

// TestScriptedConnectionsSendTheRecordedPackets runs the scripts in testdata and compares the
// packets with the trace below each script. A script has these lines, and ends with a line of
// dashes:
//
//	rtt 100ms                 round-trip time
//	think 300us               from the last byte of one turn to the next turn
//	turns C 256 | S 2014      bytes that client and server write, in turns
//	drop C 2                  the packets of the client that are lost, counted from 0
//	late S 3 20ms             the packet of the server that is delayed, and the extra delay
//	set Nagle true            a field of both endpoints' Config
//	until 10s                 virtual time at which the run stops
func TestScriptedConnectionsSendTheRecordedPackets(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			script, want, _ := strings.Cut(string(text), "\n----\n")
			got := runScript(t, script)
			if *update {
				if err := os.WriteFile(file, []byte(script+"\n----\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func runScript(t *testing.T, script string) string {
	cfg := DefaultConfig()
	rtt, think, until := 100*time.Millisecond, time.Duration(0), 1000*time.Second
	var turns []turn
	drops := map[string]bool{}
	late := map[string]time.Duration{}
	duration := func(word string) time.Duration {
		d, err := time.ParseDuration(word)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for line := range strings.Lines(script) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		words := strings.Fields(rest)
		switch verb {
		case "", "#":
		case "rtt":
			rtt = duration(rest)
		case "think":
			think = duration(rest)
		case "until":
			until = duration(rest)
		case "turns":
			turns = parseTurns(t, rest)
		case "drop":
			for _, n := range words[1:] {
				drops[words[0]+n] = true
			}
		case "late":
			late[words[0]+words[1]] = duration(words[2])
		case "set":
			set(t, &cfg, words[0], words[1])
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	p := newPipe(&cfg, rtt, turns)
	p.think = think
	p.drop = func(side, n int, _ *Segment) bool { return drops["CS"[side:side+1]+strconv.Itoa(n)] }
	p.jitter = func(side, n int) time.Duration { return late["CS"[side:side+1]+strconv.Itoa(n)] }
	var b strings.Builder
	p.trace = func(p *pipe, side int, s *Segment, lost bool) {
		fmt.Fprintln(&b, strings.TrimLeft(p.describe(side, s, lost), " "))
	}
	p.run(until)
	for side := range p.end {
		e := &p.end[side]
		st := e.Stats()
		fmt.Fprintf(&b, "%s: %v, delivered %d, error %v; sent again %d, timeouts %d, probes %d, recoveries %d, undone %d; window %d\n",
			[]string{"client", "server"}[side], e.State(), e.Delivered(), e.Err(),
			st.Retransmits+st.SYNRetransmits, st.Timeouts, st.Probes, st.FastRecoveries, st.Undos, e.win.cwnd)
	}
	return b.String()
}

func set(t *testing.T, cfg *Config, name, value string) {
	flags := map[string]*bool{
		"Nagle": &cfg.Nagle, "SACK": &cfg.SACK, "Timestamps": &cfg.Timestamps, "RACK": &cfg.RACK,
		"TailLossProbe": &cfg.TailLossProbe, "WindowScaling": &cfg.WindowScaling,
	}
	numbers := map[string]*int{"HZ": &cfg.HZ, "InitialWindow": &cfg.InitialWindow, "ReceiveBuffer": &cfg.ReceiveBuffer, "MaxReceiveBuffer": &cfg.MaxReceiveBuffer}
	if f := flags[name]; f != nil {
		*f = value == "true"
		return
	}
	if name == "FastOpen" {
		cfg.FastOpen = FastOpen(value)
		return
	}
	n, err := strconv.Atoi(value)
	if numbers[name] == nil || err != nil {
		t.Fatalf("set %s %s: %v", name, value, err)
	}
	*numbers[name] = n
}
