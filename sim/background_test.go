package sim

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/netem"
	"tlslab/sim/recording"
)

// besideUpload returns the median time to connect beside transfers, over an uplink of 2 Mbit/s with
// a queue and a downlink of 20 Mbit/s. The round trip of the idle path is 40 ms.
func besideUpload(t *testing.T, queue string, b Background) time.Duration {
	t.Helper()
	up := netem.Config{Delay: 20 * ms, Rate: 2_000_000}
	if queue != "" {
		q, err := netem.ParseQueue(queue)
		if err != nil {
			t.Fatal(err)
		}
		up.Queue = q
	}
	cfg := withoutCosts(t, netem.Config{Delay: 20 * ms})
	cfg.Up, cfg.Background = []netem.Config{up}, b
	cfg.Down = []netem.Config{{Delay: 20 * ms, Rate: 20_000_000, Limit: 20}}
	rec, err := recording.Parse(strings.NewReader(`recording 1
branch full
client
at 0
  mark handshake
  write 300
at 300
  mark first-byte
  mark last-byte
  close
server
at 300
  write 300
  close
`))
	if err != nil {
		t.Fatal(err)
	}
	r := mustReplicator(t, cfg, rec)
	var times []time.Duration
	for seed := range uint64(40) {
		result := r.Run(seed)
		if again := r.Run(seed); again.Hash != result.Hash || again.Connect != result.Connect {
			t.Fatal("a second run of a seed differs")
		}
		times = append(times, result.Connect)
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// A bulk upload fills a drop-tail queue: 100 packets of 6 ms stand before the SYN. Active queue
// management keeps the queue short, and FQ-CoDel lets the SYN overtake it (RFC 8290 §1).
func TestAHandshakeBesideABulkUploadWaitsInItsQueue(t *testing.T) {
	upload := Background{Uploads: 1, Lead: 10 * time.Second}
	for _, tt := range []struct {
		queue    string
		with     Background
		from, to time.Duration
	}{
		{"", Background{}, 40 * ms, 41 * ms},
		{"pfifo limit 100", Background{Downloads: 1, Lead: 10 * time.Second}, 40 * ms, 60 * ms},
		{"pfifo limit 100", upload, 300 * ms, 645 * ms}, // between the dips after losses and full
		{"codel", upload, 42 * ms, 80 * ms},
		{"pie", upload, 42 * ms, 100 * ms},
		{"fq_codel", upload, 40 * ms, 46*ms + ms}, // the packet in service
		{"fq_codel", Background{Uploads: 3, Lead: 10 * time.Second}, 40 * ms, 47 * ms},
		{"cake bandwidth 1900kbit", upload, 40 * ms, 48 * ms},
	} {
		if got := besideUpload(t, tt.queue, tt.with); got < tt.from || got > tt.to {
			t.Errorf("%q beside %+v: connected after %v, want %v to %v", tt.queue, tt.with, got, tt.from, tt.to)
		}
	}
}

func TestImpossibleBackgroundsAreRefused(t *testing.T) {
	for _, b := range []Background{{Uploads: -1, Lead: ms}, {Downloads: 101, Lead: ms}, {Uploads: 1}, {Lead: 2 * time.Hour}} {
		cfg := withoutCosts(t, netem.Config{Delay: ms})
		cfg.Background = b
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "background") {
			t.Errorf("%+v: %v", b, err)
		}
	}
}
