package engine

import (
	"slices"
	"testing"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/session"
)

// Sessions that the server refuses or the client does not offer: each ends in a full handshake.

// A change is what is different on the second connection.
type change func(*Config)

func later(d time.Duration) change {
	return func(cfg *Config) { cfg.Now = func() time.Time { return testTime.Add(d) } }
}

// damaged changes the tickets of a client's session.
func damaged(f func([]byte) []byte) change {
	return func(cfg *Config) {
		s := cfg.Session
		s.SessionTicket = f(s.SessionTicket)
		for i, t := range ticketsOf(s) {
			ticketsOf(s)[i].Identity = f(t.Identity)
		}
	}
}

// cut leaves n bytes of a ticket.
func cut(n int) change {
	return damaged(func(ticket []byte) []byte { return ticket[:min(n, len(ticket))] })
}

// tampered changes one byte of a ticket.
func tampered(at int) change {
	return damaged(func(ticket []byte) []byte {
		if len(ticket) > 0 {
			ticket = slices.Clone(ticket)
			ticket[(at+len(ticket))%len(ticket)] ^= 1
		}
		return ticket
	})
}

// Where a ticket's nonce and its sealed state begin, in bytes (session.TicketKeys).
const (
	ticketKeyName = 16
	ticketPrefix  = ticketKeyName + 12
)

func withTicketKeys(k *session.TicketKeys) change { return func(cfg *Config) { cfg.Tickets = k } }

func requiring(cfg *Config) {
	asking(cfg)
	cfg.ClientAuth = ClientAuthRequired
}

func recordsOf(n int) change { return func(cfg *Config) { cfg.MaxFragment = n } }

// requestingFragment is a client that offers its session although it requests another
// max_fragment_length.
func requestingFragment(n int) change {
	return func(cfg *Config) { cfg.MaxFragment, cfg.Session.MaxFragmentRequested = n, n }
}

func legacyFirst(cc, _ *Config)  { cc.MaxVersion = TLS12 }
func cachedFirst(cc, sc *Config) { cc.MaxVersion = TLS12; withCache(sc) }
func noExtensionFirst(cc, _ *Config) {
	cc.MaxVersion, cc.NoExtendedMasterSecret = TLS12, true
}

// then adds changes before the first connection.
func then(a func(cc, sc *Config), client, server change) func(cc, sc *Config) {
	return func(cc, sc *Config) {
		a(cc, sc)
		client(cc)
		server(sc)
	}
}

func tls13First(_, _ *Config) {}

// What a server does with a ticket, as its operations show.
const (
	unopened = 0 // no ticket, or no key for it
	opened   = 1 // only the opened ticket shows that it cannot be resumed
)

func TestRefusedSessionsFallBackToAFullHandshake(t *testing.T) {
	otherKey := withTicketKeys(session.NewTicketKeys([32]byte{9}))
	rotated := withTicketKeys(session.NewTicketKeys([32]byte{9}, [32]byte{1}))
	rotating := withTicketKeys(session.RotateTicketKeys([32]byte{7}, 40*time.Minute))
	emptied := func(cfg *Config) { cfg.SessionCache = session.NewCache(8, time.Hour) }
	evicted := func(cfg *Config) {
		for i := range 8 {
			cfg.SessionCache.Put([]byte{byte(i)}, nil, testTime)
		}
	}
	without := func(cfg *Config) { cfg.Tickets = nil }
	sha384First := change(onlySuite(0x1302))
	retried := then(tls13First, withGroups(X25519, P256), withGroups(P256))
	for _, x := range []struct {
		name           string
		first          func(client, server *Config)
		client, server change
		want           Kind
		tickets        int // tickets that the server opens
	}{
		{"tls13, nothing changed", tls13First, nothing, nothing, Resumed, opened},
		{"tls13, another ticket key", tls13First, nothing, otherKey, Full, unopened},
		{"tls13, a previous ticket key", tls13First, nothing, rotated, Resumed, opened},
		{"tls13, a ticket key of the last period", then(tls13First, nothing, rotating), nothing, later(40 * time.Minute), Resumed, opened},
		{"tls13, a ticket key of the period before the last", then(tls13First, nothing, rotating), nothing, later(80 * time.Minute), Full, unopened},
		{"tls13, a ticket cut in its sealed state", tls13First, cut(60), nothing, Full, opened},
		{"tls13, a ticket cut in its nonce", tls13First, cut(ticketKeyName + 3), nothing, Full, unopened},
		{"tls13, a ticket cut in its tag", tls13First, cut(ticketPrefix + 5), nothing, Full, unopened},
		{"tls13, a ticket with another key name", tls13First, tampered(0), nothing, Full, unopened},
		{"tls13, a ticket with another nonce", tls13First, tampered(ticketKeyName), nothing, Full, opened},
		{"tls13, a ticket with another state", tls13First, tampered(ticketPrefix), nothing, Full, opened},
		{"tls13, a ticket with another tag", tls13First, tampered(-1), nothing, Full, opened},
		{"tls13, an expired ticket by the client's clock", tls13First, later(3 * time.Hour), nothing, Full, unopened},
		{"tls13, an expired ticket by the server's clock", tls13First, nothing, later(3 * time.Hour), Full, opened},
		{"tls13, a ticket from the future by the server's clock", tls13First, nothing, later(-time.Hour), Full, opened},
		{"tls13, a server without tickets", tls13First, nothing, without, Full, unopened},
		{"tls13, a server that allows no psk", tls13First, nothing, resumeBy(Ticket), Full, opened},
		{"tls13, a client that allows no psk", tls13First, resumeBy(Ticket), nothing, Full, unopened},
		{"tls13, only psk_ke, which the server does not allow", tls13First, resumeBy(PSK), resumeBy(PSKDHE), Full, 2 * opened},
		{"tls13, another suite with the same hash", tls13First, onlySuite(0x1303), nothing, Resumed, opened},
		{"tls13, a suite with another hash", tls13First, onlySuite(0x1302), nothing, Full, unopened},
		{"tls13, the server has only a suite with another hash", tls13First, nothing, onlySuite(0x1302), Full, opened},
		{"tls13, another hash after a retry", then(retried, nothing, sha384First), nothing, onlySuite(0x1301), Full, opened},
		{"tls13, the same hash after a retry", then(retried, nothing, sha384First), nothing, nothing, Resumed, 2 * opened},
		{"tls13, a server of TLS 1.2", tls13First, nothing, maxVersion(TLS12), Full, unopened},
		{"tls13, a client of TLS 1.2", tls13First, maxVersion(TLS12), nothing, Full, unopened},
		{"tls13, another application protocol", then(tls13First, withALPN("h2"), withALPN("h2", "http/1.1")), withALPN("http/1.1"), nothing, Resumed, opened},
		{"tls13, another max_fragment_length", then(tls13First, recordsOf(512), nothing), recordsOf(1024), nothing, Full, unopened},
		{"tls13, another max_fragment_length, although the client offers the session", then(tls13First, recordsOf(512), nothing), requestingFragment(1024), nothing, Full, opened},
		{"tls13, the server requires a client certificate", tls13First, showing, requiring, Full, opened},
		{"tls12, nothing changed", legacyFirst, nothing, nothing, Resumed, opened},
		{"tls12, another ticket key", legacyFirst, nothing, otherKey, Full, unopened},
		{"tls12, a previous ticket key", legacyFirst, nothing, rotated, Resumed, opened},
		{"tls12, a ticket key of the last period", then(legacyFirst, nothing, rotating), nothing, later(40 * time.Minute), Resumed, opened},
		{"tls12, a ticket key of the period before the last", then(legacyFirst, nothing, rotating), nothing, later(80 * time.Minute), Full, unopened},
		{"tls12, a ticket cut in its sealed state", legacyFirst, cut(60), nothing, Full, opened},
		{"tls12, a ticket cut in its nonce", legacyFirst, cut(ticketKeyName + 3), nothing, Full, unopened},
		{"tls12, a ticket with another state", legacyFirst, tampered(ticketPrefix), nothing, Full, opened},
		{"tls12, an expired ticket by the client's clock", legacyFirst, later(3 * time.Hour), nothing, Full, unopened},
		{"tls12, an expired ticket by the server's clock", legacyFirst, nothing, later(3 * time.Hour), Full, opened},
		{"tls12, a ticket from the future by the server's clock", legacyFirst, nothing, later(-time.Hour), Full, opened},
		{"tls12, a server without tickets", legacyFirst, nothing, without, Full, unopened},
		{"tls12, the server no longer has the suite", legacyFirst, nothing, onlySuite(0xc02c), Full, opened},
		{"tls12, the client no longer has the suite", legacyFirst, onlySuite(0xc02c), nothing, Full, unopened},
		{"tls12, the client prefers another suite", legacyFirst, func(c *Config) { c.Suites = []SuiteID{0xc02c, 0xc02b} }, nothing, Resumed, opened},
		{"tls12, a server of TLS 1.3", legacyFirst, maxVersion(TLS13), nothing, Full, unopened},
		{"tls12, a server of TLS 1.1", then(legacyFirst, fromVersion(TLS10), fromVersion(TLS10)), nothing, maxVersion(TLS11), Full, opened},
		{"tls12, another application protocol", then(legacyFirst, withALPN("h2"), withALPN("h2", "http/1.1")), withALPN("http/1.1"), nothing, Resumed, opened},
		{"tls12, the same max_fragment_length", then(legacyFirst, recordsOf(512), nothing), nothing, nothing, Resumed, opened},
		{"tls12, another max_fragment_length", then(legacyFirst, recordsOf(512), nothing), recordsOf(1024), nothing, Full, unopened},
		{"tls12, no max_fragment_length", then(legacyFirst, recordsOf(512), nothing), recordsOf(0), nothing, Full, unopened},
		{"tls12, another max_fragment_length, although the client offers the session", then(legacyFirst, recordsOf(512), nothing), requestingFragment(1024), nothing, Full, opened},
		{"tls12, a server without compression", then(legacyFirst, compression, compression), nothing, func(c *Config) { c.Compression = false }, Full, opened},
		{"tls12, a client without compression", then(legacyFirst, compression, compression), func(c *Config) { c.Compression = false }, nothing, Full, unopened},
		{"tls12, the server requires a client certificate", legacyFirst, showing, requiring, Full, opened},
		{"tls12, a client that no longer has extended master secret", legacyFirst, noMasterExtension, nothing, Full, unopened},
		{"tls12, a session without extended master secret, offered with it", noExtensionFirst, func(c *Config) { c.NoExtendedMasterSecret = false }, nothing, Full, opened},
		{"session id, nothing changed", cachedFirst, nothing, nothing, Resumed, unopened},
		{"session id, unknown", cachedFirst, nothing, emptied, Full, unopened},
		{"session id, evicted from the cache", cachedFirst, nothing, evicted, Full, unopened},
		{"session id, a day old by the client's clock", cachedFirst, later(24*time.Hour + 1), nothing, Full, unopened},
		{"session id, an expired entry", cachedFirst, nothing, later(3 * time.Hour), Full, unopened},
		{"session id, a server that allows none", cachedFirst, nothing, resumeBy(Ticket), Full, unopened},
		{"session id, a server without a cache", cachedFirst, nothing, func(c *Config) { c.SessionCache = nil }, Full, unopened},
		{"session id, the server no longer has the suite", cachedFirst, nothing, onlySuite(0xc02c), Full, unopened},
		{"session id, the server requires a client certificate", cachedFirst, showing, requiring, Full, unopened},
	} {
		t.Run(x.name, func(t *testing.T) {
			cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
			x.first(cc, sc)
			p, kind := connect(t, cc, sc)
			if kind != Full {
				t.Fatalf("the first handshake is %v", kind)
			}
			cc.Session = p.client.Session()
			x.client(cc)
			x.server(sc)
			n := 0
			sc.Observe = func(note Notice) {
				if note.Kind == Operation && note.Op.Kind == op.Open && !p.server.in.half.Protected() {
					n++ // a ticket: no record is opened before there are keys
				}
			}
			p = newPair(cc, sc)
			if err := p.run(); err != nil {
				t.Fatal(err)
			}
			p.exchange(t)
			if a, b := p.client.Info().Kind, p.server.Info().Kind; a != x.want || b != x.want {
				t.Errorf("the second handshake is %v for the client and %v for the server, want %v", a, b, x.want)
			}
			if offered := p.client.OfferedSession(); (x.want == Resumed || x.tickets > 0) && !offered {
				t.Errorf("OfferedSession is false for an offered session")
			}
			if n != x.tickets {
				t.Errorf("the server opens %d tickets, want %d", n, x.tickets)
			}
		})
	}
}
