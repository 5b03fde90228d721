package engine

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"tlslab/engine/alert"
	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// Sessions: how both sides keep them, and which connections resume from them.

// connect makes one connection and returns its Kind, which both sides report.
func connect(t *testing.T, cc, sc *Config) (*pair, Kind) {
	t.Helper()
	p := newPair(cc, sc)
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	p.exchange(t)
	if a, b := p.client.Info(), p.server.Info(); a.Kind != b.Kind || a.Resumption != b.Resumption {
		t.Fatalf("client reports %v by %v, server %v by %v", a.Kind, a.Resumption, b.Kind, b.Resumption)
	}
	return p, p.client.Info().Kind
}

// A session with the extended master secret is not resumed without it (RFC 7627 §5.3).
func TestExtendedMasterSecretIsRequiredAgain(t *testing.T) {
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	cc.MaxVersion = TLS12
	p, _ := connect(t, cc, sc)
	cc.Session, cc.NoExtendedMasterSecret = p.client.Session(), true
	cc.Session.ExtendedMasterSecret = false // the client offers the session anyway
	wantAlert(t, "resumption without the extension", newPair(cc, sc).run(), alert.HandshakeFailure)
}

func TestSessionsAreForOneServerName(t *testing.T) {
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	p, _ := connect(t, cc, sc)
	cc.Session, cc.VerifyNothing = p.client.Session(), true
	other := newPair(cc, sc)
	other.client = Client(cc, "other.example.test")
	if err := other.run(); err != nil {
		t.Fatal(err)
	}
	if k := other.client.Info().Kind; k != Full {
		t.Errorf("a client that connects to another name is %v, want full", k)
	}
}

// A server does not resume a session for another server_name, even if the client offers it (RFC
// 6066 §3). Case does not matter.
func TestServersResumeForTheSameNameOnly(t *testing.T) {
	for _, v := range []Version{TLS10, TLS12, TLS13} {
		for _, way := range []func(*Config){nothing, withCache} {
			for name, want := range map[string]Kind{"other.example.test": Full, strings.ToUpper(testName): Resumed} {
				cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
				both(onlyVersion(v), way)(sc)
				onlyVersion(v)(cc)
				if v == TLS13 && sc.Tickets == nil {
					continue
				}
				p, _ := connect(t, cc, sc)
				cc.Session, cc.VerifyNothing = p.client.Session(), true
				cc.Session.ServerName = name
				other := newPair(cc, sc)
				other.client = Client(cc, name)
				if err := other.run(); err != nil {
					t.Fatal(err)
				}
				if k := other.server.Info().Kind; k != want {
					t.Errorf("TLS %v: a session of %q offered for %q is %v, want %v", v, testName, name, k, want)
				}
			}
		}
	}
}

// A TLS 1.3 client uses each ticket once, unless ReuseTickets is set (RFC 9846 §C.4).
func TestTicketsAreUsedOnce(t *testing.T) {
	for _, count := range []int{1, 2, 5} {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		sc.TicketCount = count
		p, _ := connect(t, cc, sc)
		cc.Session = p.client.Session()
		if got := cc.Session.TicketCount(); got != count || p.client.Info().TicketsReceived != count {
			t.Errorf("%d tickets sent, %d kept", count, got)
		}
		for i := range count + 1 {
			want := Resumed
			if i == count {
				want = Full
			}
			if _, got := connect(t, cc, sc); got != want {
				t.Errorf("use %d of %d tickets: %v, want %v", i+1, count, got, want)
			}
		}
		cc.Session, cc.ReuseTickets = p.client.Session(), true
	}
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	cc.ReuseTickets, sc.TicketCount = true, 1
	p, _ := connect(t, cc, sc)
	cc.Session = p.client.Session()
	for i := range 3 {
		if _, got := connect(t, cc, sc); got != Resumed {
			t.Errorf("use %d of one ticket that may be reused: %v", i+1, got)
		}
	}
}

// A server renews a TLS 1.2 ticket on resumption in the second half of its lifetime.
func TestTicketsAreRenewedHalfWay(t *testing.T) {
	now := testTime
	clock := func(cfg *Config) { cfg.Now = func() time.Time { return now } }
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	both(clock, maxVersion(TLS12))(cc)
	clock(sc)
	p, _ := connect(t, cc, sc)
	cc.Session = p.client.Session()
	for _, x := range []struct {
		after   time.Duration
		tickets int
	}{{50 * time.Minute, 0}, {70 * time.Minute, 1}} {
		now = testTime.Add(x.after)
		p, kind := connect(t, cc, sc)
		if got := p.client.Info().TicketsReceived; kind != Resumed || got != x.tickets {
			t.Errorf("after %v of 2h: %v with %d new tickets, want %d", x.after, kind, got, x.tickets)
		}
	}
}

// A TLS 1.2 ticket is not a PSK, although its secret has the length of one and the client knows
// it.
func TestTicketsAreForOneProtocol(t *testing.T) {
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	legacyFirst(cc, sc)
	cc.Suites, sc.Suites = []SuiteID{0xc02c, 0x1302}, []SuiteID{0xc02c, 0x1302}
	p, _ := connect(t, cc, sc)
	old := p.client.Session()
	cc.MaxVersion = TLS13
	cc.Session = &session.Session{Version: TLS13, Suite: 0x1302, ServerName: testName}
	cc.Session.AddTicket(session.Ticket{Identity: old.SessionTicket, PSK: old.MasterSecret, Received: testTime, Lifetime: time.Hour})
	if _, got := connect(t, cc, sc); got != Full {
		t.Errorf("a TLS 1.2 ticket makes a TLS 1.3 handshake %v", got)
	}
}

// A ticket's age is sent in milliseconds, obfuscated by its ticket_age_add (RFC 9846 §4.3.11.1).
func TestTicketAgeIsObfuscated(t *testing.T) {
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	p, _ := connect(t, cc, sc)
	cc.Session = p.client.Session()
	add := ticketsOf(cc.Session)[0].AgeAdd
	cc.Now = func() time.Time { return testTime.Add(1234 * time.Millisecond) }
	c := Client(cc, testName)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var hello wire.ClientHelloMsg
	if err := hello.Parse(c.Flush(nil)[5+headerSize:]); err != nil {
		t.Fatal(err)
	}
	var offered wire.OfferedPSKs
	if err := offered.Parse(findExtension(hello.Extensions, extPreSharedKey)); err != nil {
		t.Fatal(err)
	}
	if _, age, _ := offered.Identities.Next(); add == 0 || age-add != 1234 {
		t.Errorf("obfuscated_ticket_age %d with ticket_age_add %d, want an age of 1234 ms", age, add)
	}
}

// A connection that fails up to TLS 1.2 invalidates its session on both sides (RFC 5246 §7.2.2).
// TLS 1.3 tickets stay valid.
func TestFailedSessionsAreInvalidated(t *testing.T) {
	for name, x := range map[string]struct {
		first   func(cc, sc *Config)
		alerted bool // the client receives the alert
		resumed bool // the failing connection is resumed
		want    Kind
		offered bool
	}{
		"session ID, only the server fails":   {cachedFirst, false, false, Full, true},
		"session ID, both sides fail":         {cachedFirst, true, false, Full, false},
		"session ID, in a resumed connection": {cachedFirst, true, true, Full, false},
		"ticket, only the server fails":       {legacyFirst, false, false, Resumed, true},
		"ticket, both sides fail":             {legacyFirst, true, false, Full, false},
		"ticket, in a resumed connection":     {legacyFirst, true, true, Full, false},
		"TLS 1.3":                             {tls13First, true, false, Resumed, true},
	} {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		x.first(cc, sc)
		p, _ := connect(t, cc, sc)
		cc.Session = p.client.Session()
		if x.resumed {
			p, _ = connect(t, cc, sc)
		}
		forged, _ := p.client.Seal(nil, []byte("x"))
		forged[len(forged)-1] ^= 1
		if _, _, err := p.server.Recv(forged); err == nil {
			t.Fatal("the server accepts a forged record")
		}
		if x.alerted {
			if err := p.feed(p.client, p.server.Flush(nil)); err == nil {
				t.Fatal("the client receives no alert")
			}
		}
		p, got := connect(t, cc, sc)
		if offered := p.client.OfferedSession(); got != x.want || offered != x.offered {
			t.Errorf("%s: %v, offered: %v", name, got, offered)
		}
	}
}

// Each ticket has its own PSK, and a ticket with a lifetime of 0 is discarded (RFC 9846 §4.7.1).
func TestTicketsHaveTheirOwnSecrets(t *testing.T) {
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	p, _ := connect(t, cc, sc)
	if all := ticketsOf(p.client.Session()); len(all) != 2 || string(all[0].PSK) == string(all[1].PSK) {
		t.Errorf("%d tickets, want 2 with different PSKs", len(all))
	}
	sc.TicketLifetime = time.Millisecond
	if p, _ = connect(t, cc, sc); p.client.Session() != nil {
		t.Error("a ticket without a lifetime is kept")
	}
}

// Servers with the same secret rotate together. A server renews tickets that were sealed in the
// previous period.
func TestTicketKeysRotate(t *testing.T) {
	const period = 10 * time.Minute
	now := testTime.Truncate(period)
	clock := func() time.Time { return now }
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	cc.MaxVersion, cc.Now, sc.Now = TLS12, clock, clock
	sc.Tickets = session.RotateTicketKeys([32]byte{3}, period)
	p, _ := connect(t, cc, sc)
	cc.Session = p.client.Session()
	for _, x := range []struct {
		after   time.Duration
		want    Kind
		tickets int
	}{
		{period - time.Second, Resumed, 0},
		{period, Resumed, 1},
		{2*period - time.Second, Resumed, 1},
		{2 * period, Full, 1},
	} {
		now = testTime.Truncate(period).Add(x.after)
		sc.Tickets = session.RotateTicketKeys([32]byte{3}, period) // as on another server
		p, kind := connect(t, cc, sc)
		if got := p.client.Info().TicketsReceived; kind != x.want || got != x.tickets {
			t.Errorf("%v after the first period began: %v with %d new tickets, want %v with %d", x.after, kind, got, x.want, x.tickets)
		}
	}
}

// Resumed connections log their secrets too: up to TLS 1.2 the session's master secret with the
// new client random.
func TestResumedConnectionsLogTheirSecrets(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"ssl3.0 session id": both(onlyVersion(SSL30), withCache),
		"tls1.0 ticket":     both(onlyVersion(TLS10)),
		"tls1.2 ticket":     maxVersion(TLS12),
		"tls1.2 session id": both(maxVersion(TLS12), withCache),
		"tls1.3 psk_dhe_ke": nothing,
		"tls1.3 psk_ke":     resumeBy(PSK),
	} {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
		change(cc)
		change(sc)
		p, _ := connect(t, cc, sc)
		cc.Session = p.client.Session()
		var logs [2]map[string]string
		for s, cfg := range map[side]*Config{client: cc, server: sc} {
			logs[s] = map[string]string{}
			cfg.Observe = func(n Notice) {
				if n.Kind == Secret {
					logs[s][n.Label] = fmt.Sprintf("%x %x", n.ClientRandom, n.Secret)
				}
			}
		}
		var drawn bytes.Buffer
		cc.Rand = io.TeeReader(cc.Rand, &drawn)
		p, kind := connect(t, cc, sc)
		label, secret := "CLIENT_RANDOM", ""
		if p.client.info.Version == TLS13 {
			label, secret = "SERVER_TRAFFIC_SECRET_0", string(p.client.tls13.traffic[server][:p.client.hash.Size])
		} else {
			secret = string(cc.Session.MasterSecret)
		}
		want := fmt.Sprintf("%x %x", drawn.Next(wire.RandomSize), secret)
		if kind != Resumed || logs[client][label] != want || logs[server][label] != want {
			t.Errorf("%s: %v, logged as %v and %v, want %q", name, kind, logs[client], logs[server], want)
		}
	}
}

// ticketsOf returns a session's tickets of TLS 1.3, in place: changes stay.
func ticketsOf(s *session.Session) []session.Ticket {
	return s.TakeTickets(math.MaxInt, testTime, true)
}
