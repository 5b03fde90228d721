package sim

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/record"
	"tlslab/netem"
	"tlslab/sim/costs"
)

func parseSizing(t testing.TB, text string) *record.Sizing {
	t.Helper()
	if p := record.PresetByName(text); p != nil {
		return &p.Sizing
	}
	s, err := record.ParseSizing(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sizedHandshakes returns exchanges whose record sizes depend on segments and on stages, with every
// framing of records.
func sizedHandshakes(t testing.TB) map[string]handshake {
	all := map[string]handshake{}
	for name, protected := range map[string]struct {
		version engine.Version
		suite   engine.SuiteID
		change  func(x *Exchange)
	}{
		"1.3":           {engine.TLS13, 0x1301, func(*Exchange) {}},
		"1.3 padded":    {engine.TLS13, 0x1303, func(x *Exchange) { x.Server.PadTo, x.Client.RecordSizeLimit = 300, 2000 }},
		"1.2":           {engine.TLS12, 0xc02b, func(*Exchange) {}},
		"1.2 CBC":       {engine.TLS12, 0xc009, func(*Exchange) {}},
		"1.2 EtM":       {engine.TLS12, 0xc009, func(x *Exchange) { x.Client.EncryptThenMAC, x.Server.EncryptThenMAC = true, true }},
		"1.2 RC4":       {engine.TLS12, 0xc007, func(*Exchange) {}},
		"1.0 CBC":       {engine.TLS10, 0xc009, func(*Exchange) {}},
		"1.0 CBC split": {engine.TLS10, 0xc009, func(x *Exchange) { x.Client.SplitRecords, x.Server.SplitRecords = true, true }},
	} {
		for _, sizing := range []string{"mss", "1000 for 3, mss until 20000, 16384, idle 1s", "go"} {
			all[name+" "+sizing] = handshake{version: protected.version, kind: engine.Full, change: func(x *Exchange) {
				for _, cfg := range []*engine.Config{x.Client, x.Server} {
					cfg.Suites = []engine.SuiteID{protected.suite}
					cfg.RecordSizing = parseSizing(t, sizing)
				}
				x.Request = 5000
				// The server is idle for a second on some links.
				if strings.Contains(sizing, "idle") {
					x.Rounds, x.Pause = 3, 900*ms
				}
				protected.change(x)
			}}
		}
	}
	return all
}

// withoutCosts returns a configuration whose hosts compute in no time.
func withoutCosts(t testing.TB, link netem.Config) Config {
	t.Helper()
	reference, err := costs.Reference()
	if err != nil {
		t.Fatal(err)
	}
	text := `{"schema":1,"name":"free","machine":{},"prices":[`
	for i, p := range reference.Prices {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf("{\"op\":%q,\"ns\":0}", p.Op)
	}
	table, err := costs.Read("free", strings.NewReader(text+"]}"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := wire(t, link, link)
	cfg.Client.Costs, cfg.Server.Costs = table, table
	return cfg
}

// firstByte returns when the first byte of a response of 40,000 bytes is readable.
func firstByte(t *testing.T, cfg Config, sizing string) time.Duration {
	t.Helper()
	h := handshake{version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) {
		x.Server.RecordSizing = parseSizing(t, sizing)
		x.Server.TicketCount = engine.NoTickets // tickets would take some of the window
	}}
	rec, outcome := h.record(t)
	w, err := NewReplicator(cfg, rec, outcome)
	if err != nil {
		t.Fatal(err)
	}
	return w.Run(1).TTFB
}

// A record is readable when all of it has arrived. On a slow link the first byte of a long record
// waits for all packets that carry the record.
func TestTheFirstByteWaitsForTheRestOfItsRecord(t *testing.T) {
	const header = 52 // of IP and TCP, with timestamps
	// A byte takes 1 µs.
	cfg := withoutCosts(t, netem.Config{Delay: time.Millisecond, Rate: 8_000_000})
	// The end of a record that waited for the window would share a packet with the next record.
	cfg.Server.TCP.InitialWindow = 30
	small := firstByte(t, cfg, "mss")
	for size, packets := range map[int]int{16384: 12, 4096: 3, 2000: 2} {
		rest := size + 22 - 1448 + (packets-1)*header // behind the first packet
		if got, want := firstByte(t, cfg, fmt.Sprint(size))-small, time.Duration(rest)*time.Microsecond; got != want {
			t.Errorf("records of %d bytes: the first byte is %v later than in a record of one segment, want %v", size, got, want)
		}
	}
}

// With a window of 4 segments, the 12 segments of a long record take another round trip.
func TestARecordLongerThanTheWindowTakesARoundTripMore(t *testing.T) {
	cfg := withoutCosts(t, netem.Config{Delay: 50 * ms})
	cfg.Server.TCP.InitialWindow = 4
	small := firstByte(t, cfg, "mss")
	for size, want := range map[string]time.Duration{"16384": 100 * ms, "5000": 0, "6000": 100 * ms, "mss until 5000, 16384": 0} {
		if got := firstByte(t, cfg, size) - small; got != want {
			t.Errorf("records of %s: the first byte is %v later than in a record of one segment, want %v", size, got, want)
		}
	}
}

// The client states the longest segment in its SYN; the server sizes its records by it.
func TestRecordSizesFollowTheMSS(t *testing.T) {
	for _, mtu := range []int{576, 1500} {
		cfg := withoutCosts(t, delayed(10*ms))
		cfg.Client.TCP.MTU = mtu // the server has the smaller of both from the SYN
		counts := map[string]int64{}
		for _, sizing := range []string{"mss", "16384"} {
			h := handshake{version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) {
				x.Server.RecordSizing = parseSizing(t, sizing)
				x.Response = 100 * (mtu - 52 - 22)
			}}
			rec, outcome := h.record(t)
			w, err := NewReplicator(cfg, rec, outcome)
			if err != nil {
				t.Fatal(err)
			}
			r := w.Run(1)
			counts[sizing] = r.BytesDown
		}
		records := (100*(mtu-52-22) + 16383) / 16384
		if got, want := counts["mss"]-counts["16384"], int64(100-records)*22; got != want {
			t.Errorf("MTU %d: %d bytes more than in long records, want %d: 100 records in place of %d", mtu, got, want, records)
		}
	}
}

func TestReplaysThatSplitRecordsAllocateNothing(t *testing.T) {
	for name, h := range sizedHandshakes(t) {
		rec, outcome := h.record(t)
		w, err := NewReplicator(priced(t, netem.Config{Delay: 20 * ms, Loss: 0.05}), rec, outcome)
		if err != nil {
			t.Fatal(err)
		}
		w.Run(3)
		if n := testing.AllocsPerRun(3, func() { w.Run(3) }); n != 0 {
			t.Errorf("%s: %v allocations a run, want 0", name, n)
		}
	}
}

// A recording has the data of these records and how a replay splits it.
func TestARecordingWithASizingHasDataInsteadOfRecords(t *testing.T) {
	rec, _ := sizedHandshakes(t)["1.0 CBC split go"].record(t)
	var text bytes.Buffer
	if err := rec.Format(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"sizing client wire 1208 growing\n", "sizing server wire 1208 growing\n",
		"  data 5000 aes-128-cbc-sha fixed 5 tail 21 block 16 split\n", "  data 40000 aes-128-cbc-sha fixed 5 tail 21 block 16 split\n",
		"about record-sizes wire 1208 growing\n",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no line %q in\n%s", want, &text)
		}
	}
	// Each side opens a Finished and a close_notify.
	if n := strings.Count(text.String(), "open aes-128-cbc-sha"); n != 4 {
		t.Errorf("%d records are opened, want 4:\n%s", n, &text)
	}
	if _, err := Record(t.Context(), handshake{version: engine.TLS12, kind: engine.Full, change: func(x *Exchange) {
		x.Client.Compression, x.Server.Compression = true, true
		x.Server.RecordSizing = parseSizing(t, "mss")
	}}.exchange(t)); err == nil || !strings.Contains(err.Error(), "cannot be recorded") {
		t.Errorf("a recording with compression and a sizing: error %v", err)
	}
}

func TestKeyUpdateAfterExcludesRecordSizing(t *testing.T) {
	h := handshake{version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) {
		x.Server.RecordSizing, x.Server.KeyUpdateAfter = parseSizing(t, "mss"), 10
	}}
	if _, err := Record(t.Context(), h.exchange(t)); err == nil || !strings.Contains(err.Error(), "KeyUpdate") {
		t.Errorf("error %v", err)
	}
}
