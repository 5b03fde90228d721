package engine

import (
	"bytes"
	"errors"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/record"
)

func TestKeyUpdateChangesTheSendersKeysAndOnRequestThePeers(t *testing.T) {
	p := newPair(clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256"))
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	traffic := func(c *Conn, s side) [maxHash]byte { return c.tls13.traffic[s] }
	for _, x := range []struct {
		from    *Conn
		request bool
	}{{p.client, false}, {p.server, false}, {p.client, true}, {p.server, true}, {p.server, true}} {
		before := [2][maxHash]byte{traffic(p.client, client), traffic(p.client, server)}
		if err := x.from.KeyUpdate(x.request); err != nil {
			t.Fatal(err)
		}
		if err := p.pump(); err != nil {
			t.Fatal(err)
		}
		p.exchange(t)
		for _, s := range []side{client, server} {
			changed := traffic(p.client, s) != before[s]
			if want := s == x.from.side || x.request; changed != want {
				t.Errorf("keys of the %s changed: %v, want %v", sideNames[s], changed, want)
			}
			if traffic(p.client, s) != traffic(p.server, s) {
				t.Errorf("both sides differ on the keys of the %s", sideNames[s])
			}
		}
	}
}

// One KeyUpdate answers all requests that come before it is flushed (RFC 9846 §4.7.3).
func TestKeyUpdateRequestsAreAnsweredTogether(t *testing.T) {
	sc := serverConfig(t, "ecdsa-p256")
	p := newPair(clientConfig(t, "ecdsa-p256"), sc)
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := p.client.KeyUpdate(true); err != nil {
			t.Fatal(err)
		}
	}
	sent := 0
	sc.Observe = func(n Notice) {
		if n.Kind == MessageSent && n.Message == KeyUpdate {
			sent++
		}
	}
	if err := p.pump(); err != nil {
		t.Fatal(err)
	}
	p.exchange(t)
	if sent != 1 {
		t.Errorf("three requests get %d answers", sent)
	}
}

func TestKeyUpdateNeedsTLS13(t *testing.T) {
	cc := clientConfig(t, "ecdsa-p256")
	cc.MaxVersion = TLS12
	p := newPair(cc, serverConfig(t, "ecdsa-p256"))
	if err := p.client.KeyUpdate(false); err == nil {
		t.Error("KeyUpdate before the handshake")
	}
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	if err := p.client.KeyUpdate(false); err == nil {
		t.Error("KeyUpdate in TLS 1.2")
	}
	p.exchange(t)
}

func TestKeyUpdateFloodsAreLimited(t *testing.T) {
	p := newPair(clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256"))
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	for range 2 * maxIdle {
		if err := p.client.KeyUpdate(false); err != nil {
			t.Fatal(err)
		}
	}
	wantAlert(t, "many KeyUpdates", p.pump(), alert.UnexpectedMessage)
}

// Seal changes keys that have protected as many records as they may, also if it seals in place.
func TestKeysAreChangedAtTheirLimit(t *testing.T) {
	for _, inPlace := range []bool{false, true} {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		cc.KeyUpdateAfter, cc.RecordSize = 3, 100
		updates := 0
		cc.Observe = func(n Notice) {
			if n.Kind == MessageSent && n.Message == KeyUpdate {
				updates++
			}
		}
		p := newPair(cc, sc)
		if err := p.run(); err != nil {
			t.Fatal(err)
		}
		for i := range 10 {
			want := bytes.Repeat([]byte{byte(i)}, 250) // three records
			if inPlace {
				want = want[:100]
			}
			plain, dst := bytes.Clone(want), []byte(nil)
			if inPlace {
				room := make([]byte, 1000)
				dst, plain = room[:0], append(room[p.client.Prefix():p.client.Prefix()], want...)
			}
			out, err := p.client.Seal(dst, plain)
			if err != nil {
				t.Fatal(err)
			}
			p.got[p.server] = nil
			if err := p.feed(p.server, out); err != nil || !bytes.Equal(p.got[p.server], want) {
				t.Fatalf("in place %v, write %d: %x, %v", inPlace, i, p.got[p.server], err)
			}
		}
		if want := map[bool]int{false: 9, true: 3}[inPlace]; updates != want {
			t.Errorf("in place %v: %d KeyUpdates, want %d", inPlace, updates, want)
		}
		p.exchange(t)
	}
}

// One long Seal uses as many keys as it needs.
func TestLongSealsChangeKeys(t *testing.T) {
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	cc.KeyUpdateAfter, sc.KeyUpdateAfter = 2, 5
	sc.TicketCount = 7 // more messages than the keys may protect
	p := newPair(cc, sc)
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	before := p.client.tls13.traffic
	p.exchange(t)
	if p.client.tls13.traffic != p.server.tls13.traffic {
		t.Error("both sides differ on their keys")
	}
	for s, name := range sideNames {
		if p.client.tls13.traffic[s] == before[s] {
			t.Errorf("the keys of the %s are the same", name)
		}
	}
}

// Each cipher of TLS 1.3 has a limit of records per key. Config.KeyUpdateAfter cannot raise it.
func TestKeysHaveTheLimitOfTheirCipher(t *testing.T) {
	for _, c := range record.Ciphers() {
		if c.TagSize == 0 {
			if c.MaxRecords != 0 {
				t.Errorf("%s: %d records, want 0: no TLS 1.3 suite has it", c.Name, c.MaxRecords)
			}
			continue
		}
		half, err := record.NewTLS13(c, make([]byte, c.KeySize), make([]byte, record.NonceSize), nil)
		if err != nil {
			t.Fatal(err)
		}
		half.LimitRecords(1 << 62)
		if half.LimitRecords(0); half.KeysSpent() {
			t.Errorf("%s: new keys are spent", c.Name)
		}
		half.LimitRecords(1)
		if _, err := half.Seal(nil, record.ApplicationData, []byte("x")); err != nil || !half.KeysSpent() {
			t.Errorf("%s: after one record keys that are limited to one are not spent; %v", c.Name, err)
		}
	}
}

// Up to TLS 1.2 there is no KeyUpdate: the connection ends before its sequence numbers do.
func TestLegacyConnectionsEndAtTheLimitOfTheirKeys(t *testing.T) {
	for v := SSL30; v < TLS13; v++ {
		p := established(t, v)
		p.client.out.half.LimitRecords(4)
		var err error
		for i := 0; err == nil && i < 10; i++ {
			var out []byte
			if out, err = p.client.Seal(nil, []byte("x")); err == nil {
				err = p.feed(p.server, out)
			}
		}
		if !errors.Is(err, keysSpent) {
			t.Errorf("%v: %v", v, err)
		}
		err = p.feed(p.server, p.client.Flush(nil))
		var e *Error
		if !errors.As(err, &e) || e.Fault != FaultRemote {
			t.Errorf("%v: the server receives %v", v, err)
		}
	}
}

// Other implementations follow KeyUpdates every few records. GnuTLS allows eight a second.
func TestPeersFollowKeyUpdates(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for _, x := range []struct {
		peer   string
		after  uint64
		record int // a whole number of lines: s_server reverses them one by one
		run    func(cfg *Config) ([]byte, error)
	}{
		{"s_server", 1, 370 * 37, func(cfg *Config) ([]byte, error) {
			_, err := askOpenSSL(t, "ecdsa-p256", cfg)
			return lines, err
		}},
		{"s_client", 3, 13 * 37, func(cfg *Config) ([]byte, error) {
			_, out, err := serveProgram(t, cfg, lines, "openssl", "s_client", "-quiet", "-connect", "ADDRESS")
			return out, err
		}},
		{"gnutls-cli", 12, 13 * 37, func(cfg *Config) ([]byte, error) {
			_, err := serveGnuTLS(t, cfg, lines, "NORMAL:-VERS-ALL:+VERS-TLS1.3")
			return lines, err
		}},
	} {
		updates := 0
		out, err := x.run(programConfig(t, "ecdsa-p256", both(onlyVersion(TLS13), func(c *Config) {
			c.KeyUpdateAfter, c.RecordSize = x.after, x.record
			c.Observe = func(n Notice) {
				if n.Kind == MessageSent && n.Message == KeyUpdate {
					updates++
				}
			}
		})))
		if want := (len(lines) - 1) / x.record / int(x.after); err != nil || !bytes.Equal(out, lines) || updates < want {
			t.Errorf("%s: %d bytes, %d KeyUpdates, want %d, %v", x.peer, len(out), updates, want, err)
		}
	}
}

// A server may send more 0.5-RTT data than Config.KeyUpdateAfter allows. It changes keys once the
// handshake is done.
func TestHalfRTTDataDelaysKeyUpdates(t *testing.T) {
	p := earlyPair(t, func(c *Config) { c.KeyUpdateAfter, c.RecordSize = 2, 10 })
	updates := 0
	p.client.cfg.Observe = func(n Notice) {
		if n.Kind == MessageReceived && n.Message == KeyUpdate {
			updates++
		}
	}
	early := bytes.Repeat([]byte("0.5-RTT "), 10)
	down, err := p.server.Seal(p.answer, early)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.feed(p.client, down); err != nil {
		t.Fatal(err)
	}
	if got := p.got[p.client]; !bytes.Equal(got, early) || updates > 0 {
		t.Errorf("the client got %q and %d KeyUpdates", got, updates)
	}
	if err := p.pump(); err != nil {
		t.Fatal(err)
	}
	if p.exchange(t); updates == 0 {
		t.Error("no KeyUpdate after the handshake")
	}
}
