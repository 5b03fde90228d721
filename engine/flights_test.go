package engine

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files in testdata")

// golden compares a text with the golden file testdata/NAME.txt.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update and read the difference\n%s", path, got)
	}
}

var sideNames = [...]string{client: "client", server: "server"}

// draw writes one row as a line.
func (r row) draw() string {
	words := []string{fmt.Sprintf("  %-8s", sideNames[r.from])}
	if r.message == noMessage {
		words = append(words, fmt.Sprintf("%-20s", "-"))
	} else {
		words = append(words, fmt.Sprintf("%-20s", r.message))
	}
	if r.when.name != "" {
		words = append(words, "if "+r.when.name)
	}
	if r.mode&dummy != 0 {
		words = append(words, "dummy")
	}
	if r.mode&optional != 0 {
		words = append(words, "optional")
	}
	for m, word := range map[mode]string{ignored: "ignored", declined: "declined", refused: "refused"} {
		if r.mode&m != 0 {
			words = append(words, word)
		}
	}
	if r.keys != sameKeys {
		words = append(words, "keys:"+r.keys.String())
	}
	if r.mode&flush != 0 {
		words = append(words, "flush")
	}
	return strings.TrimRight(strings.Join(words, " "), " ") + "\n"
}

var flights = []*flight{&hellos, &legacyFull, &legacyResumed, &tls13}

// Every message of a flight has a step, and a flight that ends the handshake ends with a flush.
func TestFlightsAreComplete(t *testing.T) {
	for _, f := range flights {
		for _, r := range append(f.rows[:len(f.rows):len(f.rows)], f.after...) {
			if r.message == noMessage || r.message == ChangeCipherSpec || warningRow(r.message) != nil || r.mode&(ignored|declined|refused) != 0 {
				continue
			}
			if s := f.handlers.steps[r.message]; s.write == nil || s.read == nil {
				t.Errorf("%s: %v has no step", f.name, r.message)
			}
		}
		if last := f.rows[len(f.rows)-1]; len(f.then) == 0 && last.mode&flush == 0 {
			t.Errorf("%s: %v is not flushed", f.name, last.message)
		}
		if n := len(f.then); n > 0 && f.then[n-1].when.name != "" {
			t.Errorf("%s: the last continuation has a condition: a handshake could match none", f.name)
		}
	}
}

func TestFlightTables(t *testing.T) {
	var b strings.Builder
	for _, f := range flights {
		fmt.Fprintf(&b, "%s\n", f.name)
		for _, r := range f.rows {
			b.WriteString(r.draw())
		}
		for _, next := range f.then {
			if next.when.name != "" {
				fmt.Fprintf(&b, "  then %s if %s\n", next.flight.name, next.when.name)
			} else {
				fmt.Fprintf(&b, "  then %s\n", next.flight.name)
			}
		}
		if len(f.after) > 0 {
			b.WriteString("  afterwards, in any order\n")
		}
		for _, r := range f.after {
			b.WriteString("  " + r.draw())
		}
		if len(f.aside) > 0 {
			b.WriteString("  meanwhile\n")
		}
		for _, r := range f.aside {
			b.WriteString("  " + r.draw())
		}
		b.WriteString("\n")
	}
	golden(t, "flights", b.String())
}

// A drawing is the messages of a handshake and their records, as an observer with all keys sees
// them.
type drawing struct {
	b strings.Builder
}

func (d *drawing) observe(from string) func(*Config) {
	arrow := "  client ─► "
	if from == "server" {
		arrow = "  ◄─ server "
	}
	return func(cfg *Config) {
		cfg.Observe = func(n Notice) {
			switch {
			case n.Kind == MessageSent:
				fmt.Fprintf(&d.b, "%s%v %d\n", arrow, n.Message, n.Length)
			case n.Kind == RecordSent:
				fmt.Fprintf(&d.b, "%s    record %v %d, %d on the wire\n", arrow, n.Record, n.Plain, n.Length)
			case n.Kind == KeyChange && n.Sent:
				fmt.Fprintf(&d.b, "%s    keys: %v\n", arrow, n.Epoch)
			}
		}
	}
}

// roundTrips runs a handshake in lockstep. It counts the round trips until the client may send
// application data.
func roundTrips(t *testing.T, p *pair) int {
	t.Helper()
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	early := p.client.Flush(nil)
	if p.client.EarlyRoom() > 0 {
		var err error
		if early, err = p.client.Seal(early, earlyText); err != nil {
			t.Fatal(err)
		}
	}
	for trips := 1; trips < 5; trips++ {
		if err := p.feed(p.server, append(early, p.client.Flush(nil)...)); err != nil {
			t.Fatal(err)
		}
		early = nil
		if err := p.feed(p.client, p.server.Flush(nil)); err != nil {
			t.Fatal(err)
		}
		if p.client.Info().Done {
			if err := p.pump(); err != nil {
				t.Fatal(err)
			}
			return trips
		}
	}
	t.Fatal("the handshake does not end")
	return 0
}

var drawn = []struct {
	name           string
	client, server func(*Config)
	trips, again   int // round trips of a full and a resumed handshake, without TCP's
}{
	{"tls13", maxVersion(TLS13), maxVersion(TLS13), 1, 1},
	{"tls13-psk-alone", resumeBy(PSK), resumeBy(PSK), 1, 1},
	{"tls13-retry", withGroups(X25519, P256), withGroups(P256), 2, 2},
	{"tls13-without-compatibility", noCompatibility, noCompatibility, 1, 1},
	{"tls12-ecdhe-ticket", maxVersion(TLS12), maxVersion(TLS12), 2, 1},
	{"tls13-hybrid", withGroups(X25519MLKEM768), withGroups(X25519MLKEM768), 1, 1},
	{"tls12-dhe-rsa-ticket", both(maxVersion(TLS12), onlySuite(0x009e)), withGroups(FFDHE2048), 2, 1},
	{"tls12-rsa-session-id", both(maxVersion(TLS12), onlySuite(0x002f)), withCache, 2, 1},
	{"tls10-rsa-ecdhe-ticket", onlyVersion(TLS10), onlyVersion(TLS10), 2, 1},
	{"ssl30-rsa-client-certificate", both(onlyVersion(SSL30), showingRSA), both(onlyVersion(SSL30), askingRSA, withCache), 2, 1},
	{"ssl30-rsa-no-client-certificate", onlyVersion(SSL30), both(onlyVersion(SSL30), asking, withCache), 2, 1},
	{"ssl30-rsa-session-id", onlyVersion(SSL30), both(onlyVersion(SSL30), withCache), 2, 1},
	{"tls13-client-certificate", showing, asking, 1, 1},
	{"tls13-stapled", wanting(RevocationStapled), stapling, 1, 1},
	{"tls12-stapled", both(maxVersion(TLS12), wanting(RevocationStapled)), stapling, 2, 1},
	{"tls12-client-certificate", both(maxVersion(TLS12), showing), asking, 2, 1},
	{"tls13-no-client-certificate", nothing, asking, 1, 1},
	{"tls13-retry-client-certificate", both(noShares, showing), asking, 2, 2},
	{"tls13-dhe", withGroups(FFDHE2048), withGroups(FFDHE2048), 1, 1},
	{"tls12-ecdhe-session-id", maxVersion(TLS12), withCache, 2, 1},
	{"tls12-ecdhe-not-resumed", both(maxVersion(TLS12), noResumption), nothing, 2, 2},
	{"tls12-rsa-ticket", both(maxVersion(TLS12), onlySuite(0x009c)), nothing, 2, 1},
	{"tls12-dhe-rsa-session-id", both(maxVersion(TLS12), onlySuite(0x0033)), both(withGroups(FFDHE2048), withCache), 2, 1},
	{"tls12-no-client-certificate", maxVersion(TLS12), asking, 2, 1},
	{"tls12-rsa-client-certificate", both(maxVersion(TLS12), onlySuite(0x002f), showing), both(asking, withCache), 2, 1},
	{"tls12-dhe-rsa-client-certificate", both(maxVersion(TLS12), onlySuite(0x009e), showing), both(withGroups(FFDHE2048), asking), 2, 1},
	{"tls12-rsa-encrypt-then-mac", both(maxVersion(TLS12), onlySuite(0xc013), encryptThenMAC), encryptThenMAC, 2, 1},
	{"tls12-compressed", both(maxVersion(TLS12), compression), compression, 2, 1},
	{"tls11-rsa-client-certificate", both(onlyVersion(TLS11), onlySuite(0x002f), showing), both(onlyVersion(TLS11), asking), 2, 1},
	{"ssl30-dhe-rsa-session-id", both(onlyVersion(SSL30), onlySuite(0x0033)), both(onlyVersion(SSL30), withGroups(FFDHE2048), withCache), 2, 1},
	{"tls13-early-data", withEarlyData, earlyServer, 1, 1},
	{"tls13-early-data-rejected", withEarlyData, both(earlyServer, rejectingEarly), 1, 1},
	{"tls13-early-data-retry", both(withEarlyData, withGroups(X25519, P256)), both(earlyServer, withGroups(P256)), 2, 2},
}

func TestHandshakesAndTheirRoundTrips(t *testing.T) {
	for _, h := range drawn {
		t.Run(h.name, func(t *testing.T) {
			var d drawing
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
			both(h.client, d.observe("client"))(cc)
			both(h.server, d.observe("server"))(sc)
			for _, want := range []int{h.trips, h.again} {
				p := newPair(cc, sc)
				got := roundTrips(t, p)
				if got != want {
					t.Errorf("%d round trips until the client may send, want %d", got, want)
				}
				fmt.Fprintf(&d.b, "%v: the client may send after round trip %d\n\n", p.client.Info().Kind, got)
				cc.Session = p.client.Session()
			}
			golden(t, "handshake-"+h.name, d.b.String())
		})
	}
}

// What follows a handshake: data, KeyUpdates with a request in TLS 1.3, and the end of both
// directions.
func TestRunsAreDrawn(t *testing.T) {
	for _, h := range []struct {
		name           string
		client, server func(*Config)
	}{
		{"tls13", nothing, nothing},
		{"tls13-padded", padded, padded},
		{"tls12", maxVersion(TLS12), nothing},
		{"tls10-split", both(onlyVersion(TLS10), splitRecords), both(onlyVersion(TLS10), splitRecords)},
		{"ssl30-rc4", both(onlyVersion(SSL30), onlySuite(0x0004)), both(onlyVersion(SSL30), onlySuite(0x0004))},
	} {
		t.Run(h.name, func(t *testing.T) {
			var d drawing
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
			both(h.client, d.observe("client"))(cc)
			both(h.server, d.observe("server"))(sc)
			p := newPair(cc, sc)
			if err := p.run(); err != nil {
				t.Fatal(err)
			}
			d.b.Reset()
			for _, step := range steps {
				if err := errors.Join(step(p), p.pump()); err != nil {
					t.Fatal(err)
				}
			}
			golden(t, "run-"+h.name, d.b.String())
		})
	}
}

func padded(cfg *Config) { cfg.PadTo = 64 }

// The same Rand and the same Now give the same bytes.
func TestHandshakesAreDeterministic(t *testing.T) {
	for _, h := range drawn {
		key := "ecdsa-p256"
		if strings.Contains(h.name, "rsa") {
			key = "rsa2048"
		}
		var runs [2]string
		for i := range runs {
			cc, sc := clientConfig(t, key), serverConfig(t, key)
			h.client(cc)
			h.server(sc)
			var sent strings.Builder
			for range 2 {
				p := newPair(cc, sc)
				if err := p.client.Start(); err != nil {
					t.Fatal(err)
				}
				for {
					up := p.client.Flush(nil)
					fmt.Fprintf(&sent, "%x\n", up)
					if err := p.feed(p.server, up); err != nil {
						t.Fatal(h.name, err)
					}
					down := p.server.Flush(nil)
					fmt.Fprintf(&sent, "%x\n", down)
					if err := p.feed(p.client, down); err != nil {
						t.Fatal(h.name, err)
					}
					if len(up)+len(down) == 0 {
						break
					}
				}
				out, err := p.client.Seal(nil, echoed)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&sent, "%x\n", out)
				cc.Session = p.client.Session()
			}
			runs[i] = sent.String()
		}
		if runs[0] != runs[1] {
			t.Errorf("%s: two runs differ", h.name)
		}
	}
}
