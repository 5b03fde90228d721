package engine

import (
	"fmt"
	"strings"
	"testing"

	"tlslab/engine/op"
	"tlslab/engine/record"
)

// The operations of each handshake as Config.Observe receives them, as text.

func TestOperationsOfHandshakes(t *testing.T) {
	for _, h := range drawn {
		t.Run(h.name, func(t *testing.T) {
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
			h.client(cc)
			h.server(sc)
			var b strings.Builder
			for range 2 {
				var lines [2][]string
				for s, cfg := range map[side]*Config{client: cc, server: sc} {
					cfg.Observe = func(n Notice) {
						if n.Kind == Operation {
							lines[s] = append(lines[s], n.Op.String())
						}
					}
				}
				p := newPair(cc, sc)
				if err := p.run(); err != nil {
					t.Fatal(err)
				}
				for _, s := range []side{client, server} {
					fmt.Fprintf(&b, "%v, %s\n  %s\n", p.client.Info().Kind, sideNames[s], strings.Join(lines[s], "\n  "))
				}
				cc.Session = p.client.Session()
			}
			golden(t, "operations-"+h.name, b.String())
		})
	}
}

// Both sides observe the same messages and records, in the same order and of the same length.
func TestBothSidesObserveTheSameMessagesAndRecords(t *testing.T) {
	for _, h := range drawn {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		if strings.Contains(h.name, "rsa") {
			cc, sc = clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
		}
		h.client(cc)
		h.server(sc)
		var sent, received [2]strings.Builder
		secrets := map[string]int{}
		note := func(self side) func(Notice) {
			return func(n Notice) {
				line := fmt.Sprintln(n.Message, n.Record, n.Plain, n.Length)
				switch n.Kind {
				case MessageSent, RecordSent:
					sent[self].WriteString(line)
				case MessageReceived, RecordReceived:
					received[other(self)].WriteString(line)
				case Secret:
					secrets[fmt.Sprintf("%s %x %x", n.Label, n.ClientRandom, n.Secret)]++
				case KeyChange:
					if n.Epoch == EpochClear && h.name != "tls13-early-data-retry" {
						t.Error("a key change to EpochClear")
					}
				}
			}
		}
		cc.Observe, sc.Observe = note(client), note(server)
		p := newPair(cc, sc)
		if err := p.run(); err != nil {
			t.Fatal(err)
		}
		p.exchange(t)
		for s := range sent {
			// A record is received before its messages, and sent after them.
			if a, b := sortLines(sent[s].String()), sortLines(received[s].String()); a != b {
				t.Errorf("%s: the %s sent\n%sand the peer received\n%s", h.name, sideNames[s], a, b)
			}
		}
		if len(secrets) == 0 {
			t.Errorf("%s: no secrets are observed", h.name)
		}
		for line, n := range secrets {
			if n != 2 {
				t.Errorf("%s: only one side observes the secret %s", h.name, line)
			}
		}
	}
}

func sortLines(s string) string {
	lines := strings.SplitAfter(s, "\n")
	for i := 1; i < len(lines); i++ {
		for k := i; k > 0 && lines[k] < lines[k-1]; k-- {
			lines[k], lines[k-1] = lines[k-1], lines[k]
		}
	}
	return strings.Join(lines, "")
}

// Seal and Recv of application data do not allocate, observed or not, in records of
// Config.RecordSize.
func TestDataPathAllocatesNothing(t *testing.T) {
	for _, s := range suites {
		for _, observed := range []bool{false, true} {
			key := "rsa2048"
			if s.KeyType == "ecdsa" {
				key = "ecdsa-p256"
			}
			cc, sc := clientConfig(t, key), serverConfig(t, key)
			both(fromVersion(s.Min), maxVersion(s.Max), onlySuite(s.ID))(cc)
			both(fromVersion(s.Min), onlySuite(s.ID))(sc)
			cc.RecordSize = 4096
			records, sealed, opened := 0, 0, 0
			if observed {
				cc.Observe = func(n Notice) {
					switch {
					case n.Kind == RecordSent && n.Record == TypeApplicationData:
						records++
					case n.Kind == Operation && n.Op.Kind == op.Seal && n.Op.Size > 1000:
						sealed += n.Op.Size
					}
				}
				sc.Observe = func(n Notice) {
					if n.Kind == Operation && n.Op.Kind == op.Open && n.Op.Size > 1000 {
						opened += n.Op.Size
					}
				}
			}
			p := newPair(cc, sc)
			if err := p.run(); err != nil {
				t.Fatal(err)
			}
			plain := make([]byte, 10000)
			buf := make([]byte, 0, 12000)
			runs := 0
			records, sealed, opened = 0, 0, 0
			allocs := testing.AllocsPerRun(20, func() {
				runs++
				out, err := p.client.Seal(buf, plain)
				if err != nil {
					t.Fatal(err)
				}
				for len(out) > 0 {
					n, ev, err := p.server.Recv(out)
					if err != nil || ev.Kind != EventData || len(ev.Data) > 4096 {
						t.Fatal(n, ev.Kind, len(ev.Data), err)
					}
					out = out[n:]
				}
			})
			if allocs != 0 && record.ByName(s.Cipher).Provider != "pion/dtls" { // its CCM allocates
				t.Errorf("%s, observed %v: %v allocations", s.Name, observed, allocs)
			}
			if observed && (records != 3*runs || sealed != 10000*runs || opened != 10000*runs) {
				t.Errorf("%s: %d runs of 10000 bytes in %d records, %d bytes sealed, %d opened", s.Name, runs, records, sealed, opened)
			}
		}
	}
}

// Seal works in place if the plaintext already lies at its position in the record.
func TestSealInPlace(t *testing.T) {
	for _, v := range []Version{TLS12, TLS13} {
		cc := clientConfig(t, "ecdsa-p256")
		cc.MaxVersion = v
		p := newPair(cc, serverConfig(t, "ecdsa-p256"))
		if err := p.run(); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 200)
		plain := buf[p.client.Prefix():][:100]
		copy(plain, "in its place")
		out, err := p.client.Seal(buf[:0], plain)
		if err != nil || &out[0] != &buf[0] {
			t.Fatal("the record is not sealed in place:", err)
		}
		if err := p.feed(p.server, out); err != nil || !strings.HasPrefix(string(p.got[p.server]), "in its place") {
			t.Errorf("TLS %v: %q, %v", v, p.got[p.server], err)
		}
	}
}
