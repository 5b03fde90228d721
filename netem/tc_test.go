package netem

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestParseTCReadsTheOptionsOfNetem(t *testing.T) {
	for _, tt := range []struct {
		line string
		want Config
		out  string // its String, if that is not the line
	}{
		{"", Config{}, ""},
		{"delay 25ms 2ms distribution normal loss 1% rate 20mbit limit 100", Config{Delay: 25 * ms, Jitter: 2 * ms, Distribution: Normal, Loss: 0.01, Rate: 20e6, Limit: 100}, ""},
		{"loss gemodel 1% 20%", Config{Gemodel: GilbertElliott{P: 0.01, R: 0.2, Bad: 1}}, ""},
		{"loss gemodel 10%", Config{Gemodel: GilbertElliott{P: 0.1, R: 0.9, Bad: 1}},
			"loss gemodel 10% 90%"},
		{"loss gemodel 1% 20% 50%", Config{Gemodel: GilbertElliott{P: 0.01, R: 0.2, Bad: 0.5}},
			"loss gemodel 1% 20% 50% 0%"},
		{"loss gemodel 1% 20% 50% 0.1%",
			Config{Gemodel: GilbertElliott{P: 0.01, R: 0.2, Bad: 0.5, Good: 0.001}}, ""},
		{"loss random 0.07%", Config{Loss: 0.0007}, "loss 0.07%"},
		{"drop 7", Config{Loss: 0.07}, "loss 7%"},
		{"latency 1.5ms", Config{Delay: 1500 * us}, "delay 1500us"},
		{"delay 2SECS 3usec distribution uniform", Config{Delay: 2 * time.Second, Jitter: 3 * us},
			"delay 2s 3us"},
		{"delay 0 1ns", Config{Jitter: 1}, "delay 0ms 1ns"},
		{"rate 3kbps", Config{Rate: 24000}, "rate 24kbit"},
		{"rate 1.5Mibit", Config{Rate: 3 << 19}, "rate 1572864bit"},
		{"rate 64000", Config{Rate: 64000}, "rate 64kbit"},
		{"delay 20ms 10ms 25% distribution normal", Config{Delay: 20 * ms, Jitter: 10 * ms, DelayCorrelation: 0.25, Distribution: Normal}, ""},
		{"loss random 0.3% 25%", Config{Loss: 0.003, LossCorrelation: 0.25}, "loss 0.3% 25%"},
		{"loss state 1%", Config{LossState: FourState{P13: 0.01, P31: 0.99, P23: 1}}, ""},
		{"loss state 1% 10% 5% 20% 0.1%", Config{LossState: FourState{0.01, 0.1, 0.05, 0.2, 0.001}}, ""},
		{"loss state 1% 10% 5% 100% 0%", Config{LossState: FourState{0.01, 0.1, 0.05, 1, 0}}, "loss state 1% 10% 5%"},
		{"loss 1% ecn duplicate 1% 5% corrupt 0.1%", Config{Loss: 0.01, ECN: true, Duplicate: Chance{0.01, 0.05}, Corrupt: Chance{P: 0.001}}, ""},
		{"delay 10ms reorder 25% 50%", Config{Delay: 10 * ms, Reorder: Reorder{Chance: Chance{0.25, 0.5}}}, ""},
		{"gap 5 delay 10ms reorder 25%", Config{Delay: 10 * ms, Reorder: Reorder{Chance{P: 0.25}, 5}}, "delay 10ms reorder 25% gap 5"},
		{"rate 5kbit 20 100 5", Config{Rate: 5000, Overhead: Overhead{20, 100, 5}}, ""},
		{"rate 5kbit -14", Config{Rate: 5000, Overhead: Overhead{Packet: -14}}, ""},
		{"rate 5kbit 0 48", Config{Rate: 5000, Overhead: Overhead{Cell: 48}}, ""},
		{"overhead 14 rate 5kbit", Config{Rate: 5000, Overhead: Overhead{Packet: 14}}, "rate 5kbit 14"},
		{"semantics tc loss_unit packet", Config{Semantics: TC, LossUnit: LossPerPacket}, ""},
		{"semantics router loss_unit burst", Config{LossUnit: LossPerBurst}, "loss_unit burst"},
		{"slot 5ms", Config{Slot: Slot{Min: 5 * ms, Max: 5 * ms}}, ""},
		{"slot 5ms 10ms bytes 1500 packets 4", Config{Slot: Slot{Min: 5 * ms, Max: 10 * ms, Packets: 4, Bytes: 1500}}, "slot 5ms 10ms packets 4 bytes 1500"},
		{"slot distribution normal 10ms 2ms packets 4", Config{Slot: Slot{Delay: 10 * ms, Jitter: 2 * ms, Distribution: Normal, Packets: 4}}, ""},
		{"mss 1400", Config{MSS: 1400}, ""},
		{"loss gilbert 10s 200ms", Config{Gilbert: Gilbert{10 * time.Second, 200 * ms, 1, 0}}, ""},
		{"loss gilbert 10s 200ms 50%", Config{Gilbert: Gilbert{10 * time.Second, 200 * ms, 0.5, 0}}, "loss gilbert 10s 200ms 50% 0%"},
		{"outage 200ms at 1s,3s", Config{Outage: Outage{Lasts: 200 * ms, At: []time.Duration{time.Second, 3 * time.Second}}}, ""},
		{"outage 200ms every 10s", Config{Outage: Outage{Lasts: 200 * ms, Every: 10 * time.Second}}, ""},
		{"outage 200ms random 10s", Config{Outage: Outage{Lasts: 200 * ms, Random: 10 * time.Second}}, ""},
		{" \tdelay\t1ms  ordered   drops 2,7 ",
			Config{Delay: ms, Ordered: true, Drops: []int{2, 7}}, "delay 1ms ordered drops 2,7"},
	} {
		got, err := ParseTC(tt.line)
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("ParseTC(%q) = %+v, %v; want %+v", tt.line, got, err, tt.want)
		}
		if tt.out == "" {
			tt.out = tt.line
		}
		if got.String() != tt.out {
			t.Errorf("String of %q is %q, want %q", tt.line, got, tt.out)
		}
	}
}

func TestParseTCNamesTheWordAtFault(t *testing.T) {
	for _, tt := range []struct{ line, word, reason string }{
		{"delay", "delay", "needs a time"},
		{"delay fast", "fast", "number"},
		{"delay 25", "25", "needs a unit"},
		{"delay 25mss", "25mss", "unknown unit"},
		{"delay 1ms delay 2ms", "delay", "twice"},
		{"loss 1% drop 2%", "drop", "twice"},
		{"loss x", "x", "not a percentage"},
		{"loss 1ms", "1ms", "not a percentage"},
		{"loss gemodel", "gemodel", "needs a percentage"},
		{"rate 20mbits", "20mbits", "unknown unit"},
		{"rate 0mbit", "0mbit", "transmits nothing"},
		{"rate 99999999tbit", "99999999tbit", "too large"},
		{"limit 0", "0", "at least 1"},
		{"limit 1.5", "1.5", "at least 1"},
		{"distribution gauss", "gauss", "unknown distribution"},
		{"drops 1,,2", "1,,2", "ordinals"},
		{"loss state", "state", "needs a percentage"},
		{"loss state 1% 2x", "2x", "not a percentage"},
		{"duplicate", "duplicate", "needs a percentage"},
		{"duplicate 1% corrupt x", "x", "not a percentage"},
		{"delay 1ms reorder 1% gap 0", "0", "at least 1"},
		{"rate 1mbit 1.5", "1.5", "whole number of bytes"},
		{"overhead", "overhead", "needs bytes"},
		{"seed 5", "seed", "the run's seed"},
		{"loss gilbert 10s", "10s", "needs a time"},
		{"outage 200ms", "200ms", "needs at TIME"},
		{"slot often", "often", "number"},
		{"slot 0ms", "0ms", "comes at once"},
		{"slot 5ms packets 0", "0", "at least 1"},
		{"slot distribution gauss 5ms 1ms", "gauss", "unknown distribution"},
		{"slot distribution normal 5ms", "5ms", "needs a time"},
		{"slot distribution normal 5ms 0ms", "0ms", "above 0"},
		{"mss 1400B", "1400B", "whole number of bytes"},
		{"outage 200ms often", "often", "say when"},
		{"outage 200ms at 1s,x", "x", "number"},
		{"semantics netem", "netem", "known are router and tc"},
		{"loss_unit flow", "flow", "known are packet and burst"},
		{"jitter 3ms", "jitter", "unknown option"},
	} {
		_, err := ParseTC(tt.line)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("ParseTC(%q): %v, want a syntax error", tt.line, err)
			continue
		}
		if syntax.Word != tt.word || !strings.Contains(syntax.Reason, tt.reason) {
			t.Errorf("ParseTC(%q): %v, want %q: …%s…", tt.line, err, tt.word, tt.reason)
		}
		if !strings.HasPrefix(tt.line[syntax.Offset:], tt.word) {
			t.Errorf("ParseTC(%q): offset %d", tt.line, syntax.Offset)
		}
	}
}

func TestImpossibleLinksAreRefused(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{"delay -5ms", "delay -5ms is negative"},
		{"delay 5ms -1ms", "jitter -1ms is negative"},
		{"delay 25000000s", "above the maximum of 24h0m0s"},
		{"loss 101%", "loss 101% is not between 0% and 100%"},
		{"loss -1%", "loss -1% is not between"},
		{"loss gemodel 1% 120%", "gemodel r 120% is not between"},
		{"rate 99bit", "rate 99 bit/s is below the minimum of 100 bit/s"},
		{"rate -1mbit", "rate -1000000 bit/s is negative"},
		{"limit 2000000", "above the maximum of 1000000 packets"},
		{"drops 0", "0 is not the ordinal"},
		{"delay 5ms distribution normal", "a distribution needs a jitter"},
		{"delay 5ms 0ms 25%", "a correlation needs a jitter"},
		{"delay 5ms 1ms 125%", "delay correlation 125% is not between"},
		{"loss 0% 25%", "loss: a correlation needs a probability"},
		{"duplicate 0% 25%", "duplicate: a correlation needs a probability"},
		{"duplicate 101%", "duplicate 101% is not between"},
		{"corrupt 1% 101%", "corrupt correlation 101% is not between"},
		{"loss state 60% 40% 0% 100% 60%", "p13 + p14 is more than 100%"},
		{"loss state 1% 60% 60%", "p31 + p32 is more than 100%"},
		{"loss state 1% 101%", "loss state p31 101% is not between"},
		{"ecn", "ecn: without a loss"},
		{"reorder 25%", "reorder: a packet can only overtake on a link with a delay"},
		{"delay 1ms gap 5", "reorder: a gap needs a probability"},
		{"delay 1ms ordered reorder 25%", "on an ordered link no packet overtakes"},
		{"semantics tc delay 2ms 1ms ordered", "leave ordered out"},
		{"semantics tc rate 1mbit queue codel", "leave queue out"},
		{"semantics tc rate 1mbit for 1s, 2mbit for 1s, repeat", "a rate does not change with time"},
		{"semantics tc delay 5s 3s", "at most 2147483647ns"},
		{"loss gilbert 10us 200ms", "below the minimum of 1ms"},
		{"loss gilbert 10s 200ms 120%", "loss in the bad state 120% is not between"},
		{"outage 200ms every 100ms", "the period must be longer"},
		{"outage 200ms at 1s,1100ms", "none may begin before the end of the one before"},
		{"slot 10ms 5ms", "the greatest time is less"},
		{"mss 40", "mss 40 bytes is below the minimum of 88 bytes"},
		{"outage 1us every 1s", "below the minimum of 1ms"},
		{"outage 1ms random 0s", "say when"},
		{"overhead 14", "overhead: bytes of the link layer have no effect without a rate"},
		{"rate 1mbit 10001", "from -10000 to 10000"},
		{"rate 1mbit 0 0 5", "bytes added to each cell need a cell size"},
		{"rate 1mbit 0 48 -48", "less than 1 byte"},
		{"rate 1mbit 0 -1", "at most 10000 bytes"},
	} {
		if _, err := ParseTC(tt.line); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ParseTC(%q): %v, want …%s…", tt.line, err, tt.want)
		}
	}
	both := Config{Loss: 0.1, Gemodel: GilbertElliott{P: 0.1}}
	if err := both.Validate(); err == nil || !strings.Contains(err.Error(), "not several") {
		t.Errorf("two loss models: %v", err)
	}
	several := Config{Delay: -1, Loss: 2, Distribution: 99}
	if err := several.Validate(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three faults: %v", err)
	}
}

func TestAnOptionAloneHasNoWordsOfOthers(t *testing.T) {
	c := mustParse(t, "delay 5ms loss 1%")
	if err := c.SetOption("reorder", "25% 50% gap 5"); err != nil || c.String() != "delay 5ms reorder 25% 50% gap 5 loss 1%" {
		t.Errorf("got %q, %v", c, err)
	}
	for _, values := range []string{"1% 2% 3%", "1% delay 1ms", "1% corrupt 1%"} {
		if err := c.SetOption("corrupt", values); err == nil || c.Corrupt != (Chance{}) {
			t.Errorf("corrupt %s: %v, and the link is %q", values, err, c)
		}
	}
}

func TestDistributionsRoundTripAsText(t *testing.T) {
	for d := Uniform; d <= ParetoNormal; d++ {
		text, err := d.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Distribution
		if err := back.UnmarshalText(text); err != nil || back != d {
			t.Errorf("%s reads back as %v, %v", text, back, err)
		}
	}
	if _, err := Distribution(9).MarshalText(); err == nil {
		t.Error("MarshalText accepts an unknown distribution")
	}
}

func FuzzParseTC(f *testing.F) {
	f.Add("delay 25ms 2ms distribution paretonormal loss 1% rate 20mbit limit 100")
	f.Add("loss gemodel 1% 20% 99.9% 0.000001% ordered drops 1,2,3")
	f.Add("delay 2ms 1ms 25% loss 1% 25% ecn duplicate 1% 5% corrupt 2% reorder 3% gap 5 rate 1mbit 10 48 5")
	f.Add("semantics tc delay 2ms 1ms loss 1% duplicate 3% corrupt 1% rate 1mbit 14 limit 3")
	f.Add("loss gilbert 10s 200ms 50% 1% outage 200ms random 10s")
	f.Add("outage 2ms every 4s")
	f.Add("outage 1ms at 1s,2s")
	f.Add("slot 5ms 10ms packets 4 bytes 1500 mss 1400")
	f.Add("semantics tc slot distribution pareto 5ms 10ms")
	f.Add("loss state 1% 10% 5% 20% 0.1%")
	f.Add("delay 1.0000001s 0.5us loss random 33.333% rate 7.7gibps")
	f.Fuzz(func(t *testing.T, line string) {
		cfg, err := ParseTC(line)
		if err != nil {
			return
		}
		back, err := ParseTC(cfg.String())
		if err != nil || !reflect.DeepEqual(back, cfg) {
			t.Fatalf("%q is %+v; %q is %+v, %v", line, cfg, cfg.String(), back, err)
		}
		l := New(cfg, 1)
		for i := range uint32(20) {
			l.Enqueue(time.Duration(i/5)*ms, Packet{Size: 700, ID: i, Burst: i / 3, ECN: ECN(i % 4)})
		}
		now := 4 * ms
		for range 2000 {
			if l.Next() == Never {
				break
			}
			now = max(now, l.Next())
			for _, d := range l.Dequeue(now, nil) {
				if d.At > now || d.At < d.Sent || d.Queued < 0 || d.Serialised < 0 || d.Propagation() < 0 {
					t.Fatalf("%q: at %v arrived %+v", line, now, d)
				}
			}
		}
		if s := l.Stats(); s.Offered+s.Copied != s.Delivered+s.InFlight+total(s.Dropped) {
			t.Fatalf("%q: stats %+v do not add up", line, s)
		}
	})
}
