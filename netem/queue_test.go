package netem

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestQueuesPrintBackAsTheyAreRead(t *testing.T) {
	for _, line := range []string{
		"pfifo",
		"pfifo limit 100",
		"bfifo limit 150kB",
		"codel limit 1000 target 5ms interval 100ms ecn",
		"codel target 1ms interval 20ms ce_threshold 500us noecn",
		"fq_codel limit 600 flows 64 quantum 300B memory_limit 4MB drop_batch 1 target 5ms interval 100ms ce_threshold 1ms noecn",
		"pie limit 200 target 20ms tupdate 30ms alpha 4 beta 25 ecn bytemode dq_rate_estimator",
		"pie noecn nobytemode no_dq_rate_estimator",
		"cake bandwidth 20mbit rtt 50ms memlimit 2MB overhead 18B mpu 64B ptm flows besteffort",
		"cake overhead -4B atm flowblind",
		"tbf rate 1mbit burst 10kB latency 50ms",
		"tbf rate 1mbit burst 10kB limit 30kB peakrate 2mbit mtu 1600B",
	} {
		q, err := ParseQueue(line)
		if err != nil || q.String() != line {
			t.Errorf("ParseQueue(%q) = %q, %v", line, q, err)
		}
		c, err := ParseTC("delay 5ms rate 10mbit queue " + line)
		if err != nil || c.Queue != q || c.String() != "delay 5ms rate 10mbit queue "+line {
			t.Errorf("ParseTC(… queue %s) = %q, %v", line, c, err)
		}
	}
	for line, out := range map[string]string{
		"bfifo limit 30000":   "bfifo limit 30kB",
		"bfifo limit 1.5KiB":  "bfifo limit 1536B",
		"codel ecn limit 5":   "codel limit 5 ecn",
		"pie target 0.0151s":  "pie target 15100us",
		"cake bandwidth 1000": "cake bandwidth 1kbit",
	} {
		if q, err := ParseQueue(line); err != nil || q.String() != out {
			t.Errorf("ParseQueue(%q) = %q, %v; want %q", line, q, err, out)
		}
	}
}

func TestParseQueueNamesTheWordAtFault(t *testing.T) {
	for _, tt := range []struct{ line, word, reason string }{
		{"red", "red", "known are pfifo, bfifo, codel, fq_codel, pie, cake, tbf"},
		{"codel target", "target", "needs a time"},
		{"codel target 5", "5", "unit"},
		{"codel target 0ms", "0ms", "codel target is a time from 1us to 100s"},
		{"codel target -5ms", "-5ms", "from 1us to 100s"},
		{"codel flows 3", "flows", "it has limit, target, interval, ce_threshold, ecn, noecn"},
		{"codel ecn noecn", "noecn", "twice"},
		{"pfifo limit 0", "0", "packets from 1 to 1000000"},
		{"pfifo limit 2000000", "2000000", "packets from 1 to 1000000"},
		{"pfifo limit 1.5", "1.5", "whole number"},
		{"bfifo limit 150kb", "150kb", "kB (1000)"},
		{"bfifo limit 2000000MB", "2000000MB", "from 1B to 1500MB"},
		{"fq_codel flows 100000", "100000", "from 1 to 65536"},
		{"fq_codel quantum 100", "100", "from 256B"},
		{"pie alpha 33", "33", "from 1 to 32"},
		{"cake diffserv4", "diffserv4", "DSCP"},
		{"cake triple-isolate", "triple-isolate", "address"},
		{"cake ack-filter", "ack-filter", "not supported"},
		{"cake bandwidth 10bit", "10bit", "from 100bit to 1000tbit"},
	} {
		_, err := ParseQueue(tt.line)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("ParseQueue(%q): %v, want a syntax error", tt.line, err)
			continue
		}
		if syntax.Word != tt.word || !strings.Contains(syntax.Reason, tt.reason) {
			t.Errorf("ParseQueue(%q): %v, want %q: …%s…", tt.line, err, tt.word, tt.reason)
		}
	}
}

func TestImpossibleQueuesAreRefused(t *testing.T) {
	for line, want := range map[string]string{
		"":                         "no queueing discipline",
		"codel target 200ms":       "target 200ms is not below interval 100ms",
		"tbf rate 1mbit":           "needs a rate and a burst",
		"tbf rate 1mbit burst 3kB": "either a limit or a latency",
		"tbf rate 1mbit burst 3kB limit 9kB latency 5ms":             "either a limit or a latency",
		"tbf rate 1mbit burst 3kB limit 9kB peakrate 2mbit":          "needs mtu",
		"tbf rate 2mbit burst 3kB limit 9kB peakrate 1mbit mtu 1500": "not above rate",
	} {
		if _, err := ParseQueue(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseQueue(%q): %v, want …%s…", line, err, want)
		}
	}
	for _, tt := range []struct {
		cfg  Config
		want string
	}{
		{Config{Queue: Queue{Limit: 5}}, "without a discipline"},
		{Config{Queue: Queue{Discipline: PFIFO, Target: time.Millisecond}}, "does not have"},
		{Config{Queue: Queue{Discipline: CoDel, ECN: 7}}, "none of ecn, noecn"},
		{Config{Queue: Queue{Discipline: CoDel, Target: -1}}, "below the minimum"},
		{Config{Queue: Queue{Discipline: 99}}, "without a discipline"},
		{Config{Limit: 5, Queue: Queue{Discipline: PFIFO}}, "limit 5: the queue pfifo has its own limit"},
	} {
		if err := tt.cfg.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want …%s…", tt.cfg, err, tt.want)
		}
	}
}

func FuzzParseQueue(f *testing.F) {
	f.Add("fq_codel flows 64 ecn")
	f.Add("tbf rate 1mbit burst 10kB latency 50ms")
	f.Fuzz(func(t *testing.T, line string) {
		q, err := ParseQueue(line)
		if err != nil {
			return
		}
		if again, err := ParseQueue(q.String()); err != nil || again != q {
			t.Errorf("%q is read as %+v and printed as %q: %+v, %v", line, q, q, again, err)
		}
		New(Config{Rate: 1e6, Queue: q}, 1).Enqueue(0, Packet{Size: 1500})
	})
}
