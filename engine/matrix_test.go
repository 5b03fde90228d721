package engine

import (
	"crypto/rand"
	"fmt"
	"reflect"
	"testing"
	"time"

	"tlslab/engine/pki"
	"tlslab/engine/session"
)

// The engine's client against its server: every kind of connection, and what both Infos must say.

// A matrixCell is one kind of connection.
type matrixCell struct {
	name           string
	client, server func(*Config)
	key            string
	first          Info // Info of the first connection, as far as it is set
	again          Info // Info of the second connection
}

func both(fs ...func(*Config)) func(*Config) {
	return func(cfg *Config) {
		for _, f := range fs {
			f(cfg)
		}
	}
}

// A versionedSuite is a suite in one of its versions.
type versionedSuite struct {
	Suite
	version Version
}

func suitesByVersion() []versionedSuite {
	var all []versionedSuite
	for _, s := range suites {
		for v := s.Min; v <= s.Max; v++ {
			all = append(all, versionedSuite{s, v})
		}
	}
	return all
}

func onlyVersion(v Version) func(*Config) {
	return func(cfg *Config) { cfg.MinVersion, cfg.MaxVersion = v, v }
}
func fromVersion(v Version) func(*Config)    { return func(cfg *Config) { cfg.MinVersion = v } }
func splitRecords(cfg *Config)               { cfg.SplitRecords = true }
func maxVersion(v Version) func(*Config)     { return func(cfg *Config) { cfg.MaxVersion = v } }
func withGroups(g ...Group) func(*Config)    { return func(cfg *Config) { cfg.Groups = g } }
func resumeBy(r ...Resumption) func(*Config) { return func(cfg *Config) { cfg.Resumption = r } }
func withALPN(p ...string) func(*Config)     { return func(cfg *Config) { cfg.ALPN = p } }
func noMasterExtension(cfg *Config)          { cfg.NoExtendedMasterSecret = true }
func noCompatibility(cfg *Config)            { cfg.NoCompatibility = true }
func noShares(cfg *Config)                   { cfg.KeyShares = NoKeyShares }
func withCache(cfg *Config)                  { cfg.SessionCache = session.NewCache(8, time.Hour); cfg.Tickets = nil }
func noResumption(cfg *Config)               { cfg.Resumption = []Resumption{} }
func manyTickets(n int) func(cfg *Config)    { return func(cfg *Config) { cfg.TicketCount = n } }

// onlySuite enables one suite, and a group that it needs but that is not enabled by default.
func onlySuite(id SuiteID) func(*Config) {
	return func(cfg *Config) {
		cfg.Suites = []SuiteID{id}
		if s := suiteRow(id); s != nil && s.KeyExchange == KeyExchangeDHE {
			cfg.Groups = []Group{FFDHE2048}
		}
	}
}

func matrixCells() []matrixCell {
	var all []matrixCell
	for _, x := range suitesByVersion() {
		s := x.Suite
		keys := map[string][]string{"rsa": {"rsa2048"}, "ecdsa": {"ecdsa-p256", "ecdsa-p384"}, "": {"ecdsa-p256", "rsa2048"}}[s.KeyType]
		for _, key := range keys {
			groups := defaultGroups
			if x.version < s.Max {
				groups = groups[:1]
			}
			switch s.KeyExchange {
			case KeyExchangeRSA:
				groups = []Group{0}
			case KeyExchangeDHE:
				groups = []Group{FFDHE2048}
			}
			for _, g := range groups {
				m := matrixCell{name: fmt.Sprintf("%v/%s/%s/%v", x.version, s.Name, key, g), key: key}
				m.client, m.server = both(onlyVersion(x.version), onlySuite(s.ID)), both(onlyVersion(x.version), onlySuite(s.ID))
				m.first = Info{Version: x.version, Suite: s, Group: g, Kind: Full}
				m.again = Info{Version: x.version, Suite: s, Kind: Resumed, Resumption: Ticket}
				if g != 0 {
					m.client = both(m.client, withGroups(g))
				}
				if x.version == SSL30 {
					m.again.Resumption, m.server = SessionID, both(m.server, withCache)
				}
				if x.version == TLS13 {
					m.again.Resumption, m.again.Group = PSKDHE, g
				}
				all = append(all, m)
			}
		}
	}
	gcm13, gcm12 := *suiteRow(0x1301), *suiteRow(0xc02b)
	tls13Info := Info{Version: TLS13, Suite: gcm13, Kind: Full, Group: X25519}
	tls12Info := Info{Version: TLS12, Suite: gcm12, Kind: Full, Group: X25519}
	resumed := func(i Info, way Resumption, g Group) Info {
		i.Kind, i.Resumption, i.Group = Resumed, way, g
		return i
	}
	retried := func(i Info, g Group) Info { i.HelloRetry, i.Group = true, g; return i }
	withProtocol := func(i Info) Info { i.ALPN = "h2"; return i }
	inVersion := func(i Info, v Version) Info { i.Version, i.Suite = v, *suiteRow(0xc009); return i }
	for _, key := range []string{"ecdsa-p521", "ed25519", "mldsa44", "mldsa65", "mldsa87"} {
		all = append(all, matrixCell{name: "authentication by " + key, key: key, first: tls13Info, again: resumed(tls13Info, PSKDHE, X25519)})
		if pki.KeyTypeOf(key).MinVersion <= TLS12 {
			all = append(all, matrixCell{name: "tls12 authentication by " + key, key: key, server: maxVersion(TLS12), first: tls12Info, again: resumed(tls12Info, Ticket, 0)})
		}
	}
	for _, v := range []Version{TLS10, TLS11} {
		name, first := "TLS "+v.String()+", ", inVersion(tls12Info, v)
		all = append(all,
			matrixCell{name: name + "session id", client: onlyVersion(v), server: both(onlyVersion(v), withCache), first: first, again: resumed(first, SessionID, 0)},
			matrixCell{name: name + "a client of this version only", client: onlyVersion(v), server: fromVersion(TLS10), first: first, again: resumed(first, Ticket, 0)},
			matrixCell{name: name + "a server of this version only", client: fromVersion(TLS10), server: onlyVersion(v), first: first, again: resumed(first, Ticket, 0)},
			matrixCell{name: name + "without extended master secret", client: both(onlyVersion(v), noMasterExtension), server: onlyVersion(v), first: first, again: resumed(first, Ticket, 0)},
			matrixCell{name: name + "encrypt-then-MAC", client: both(onlyVersion(v), encryptThenMAC), server: both(onlyVersion(v), encryptThenMAC), first: first, again: resumed(first, Ticket, 0)},
			matrixCell{name: name + "split records", client: both(onlyVersion(v), splitRecords), server: both(onlyVersion(v), splitRecords), first: first, again: resumed(first, Ticket, 0)},
		)
	}
	ssl30Info := Info{Version: SSL30, Suite: *suiteRow(0x002f), Kind: Full}
	all = append(all,
		matrixCell{name: "SSL 3.0, a client of this version only", key: "rsa2048", client: onlyVersion(SSL30), server: both(fromVersion(SSL30), withCache), first: ssl30Info, again: resumed(ssl30Info, SessionID, 0)},
		matrixCell{name: "SSL 3.0, a server of this version only", key: "rsa2048", client: fromVersion(SSL30), server: both(onlyVersion(SSL30), withCache), first: ssl30Info, again: resumed(ssl30Info, SessionID, 0)},
		matrixCell{name: "SSL 3.0, split records", key: "rsa2048", client: both(onlyVersion(SSL30), splitRecords), server: both(onlyVersion(SSL30), splitRecords, withCache), first: ssl30Info, again: resumed(ssl30Info, SessionID, 0)},
		matrixCell{name: "SSL 3.0, no cache", key: "rsa2048", client: onlyVersion(SSL30), server: onlyVersion(SSL30), first: ssl30Info, again: ssl30Info},
	)
	return append(all,
		matrixCell{name: "from TLS 1.0 on", client: fromVersion(TLS10), server: fromVersion(TLS10), first: tls13Info, again: resumed(tls13Info, PSKDHE, X25519)},
		matrixCell{name: "defaults", first: tls13Info, again: resumed(tls13Info, PSKDHE, X25519)},
		matrixCell{name: "psk_ke only", client: resumeBy(PSK), server: resumeBy(PSK), first: tls13Info, again: resumed(tls13Info, PSK, 0)},
		matrixCell{name: "the server prefers psk_dhe_ke", client: resumeBy(PSK, PSKDHE), server: resumeBy(PSKDHE, PSK), first: tls13Info, again: resumed(tls13Info, PSKDHE, X25519)},
		matrixCell{name: "retry for x25519", client: withGroups(P384, X25519), server: withGroups(X25519, P256), first: retried(tls13Info, X25519), again: resumed(retried(tls13Info, X25519), PSKDHE, X25519)},
		matrixCell{name: "retry for p256 without compatibility mode", client: both(withGroups(X25519, P256), noCompatibility), server: withGroups(P256), first: retried(tls13Info, P256), again: resumed(retried(tls13Info, P256), PSKDHE, P256)},
		matrixCell{name: "retry because the client sends no share", client: noShares, first: retried(tls13Info, X25519), again: resumed(retried(tls13Info, X25519), PSKDHE, X25519)},
		matrixCell{name: "two shares", client: func(c *Config) { c.KeyShares = 2; c.Groups = []Group{P384, P256} }, server: withGroups(P256), first: Info{Version: TLS13, Suite: gcm13, Kind: Full, Group: P256}, again: resumed(tls13Info, PSKDHE, P256)},
		matrixCell{name: "p521", client: withGroups(P521), server: withGroups(P521), first: Info{Version: TLS13, Suite: gcm13, Kind: Full, Group: P521}, again: resumed(tls13Info, PSKDHE, P521)},
		matrixCell{name: "tls12 p521", client: both(maxVersion(TLS12), withGroups(P521)), server: withGroups(X25519, P521), first: Info{Version: TLS12, Suite: gcm12, Kind: Full, Group: P521}, again: resumed(tls12Info, Ticket, 0)},
		matrixCell{name: "ffdhe2048", client: withGroups(FFDHE2048), server: withGroups(X25519, FFDHE2048), first: Info{Version: TLS13, Suite: gcm13, Kind: Full, Group: FFDHE2048}, again: resumed(tls13Info, PSKDHE, FFDHE2048)},
		matrixCell{name: "retry for ffdhe3072", client: withGroups(X25519, FFDHE3072), server: withGroups(FFDHE3072), first: retried(tls13Info, FFDHE3072), again: resumed(retried(tls13Info, FFDHE3072), PSKDHE, FFDHE3072)},
		matrixCell{name: "tls12 ffdhe3072", key: "rsa2048", client: both(maxVersion(TLS12), withGroups(FFDHE3072, FFDHE4096)), server: withGroups(FFDHE2048, FFDHE4096, FFDHE3072), first: Info{Version: TLS12, Suite: *suiteRow(0x009e), Kind: Full, Group: FFDHE4096}, again: resumed(Info{Version: TLS12, Suite: *suiteRow(0x009e)}, Ticket, 0)},
		matrixCell{name: "no common FFDHE group, but a curve", key: "rsa2048", client: both(maxVersion(TLS12), withGroups(FFDHE3072, P256)), server: withGroups(FFDHE2048, P256), first: Info{Version: TLS12, Suite: *suiteRow(0xc02f), Kind: Full, Group: P256}, again: resumed(Info{Version: TLS12, Suite: *suiteRow(0xc02f)}, Ticket, 0)},
		matrixCell{name: "x25519mlkem768", client: withGroups(X25519MLKEM768, X25519), server: withGroups(X25519MLKEM768, X25519), first: Info{Version: TLS13, Suite: gcm13, Kind: Full, Group: X25519MLKEM768}, again: resumed(tls13Info, PSKDHE, X25519MLKEM768)},
		matrixCell{name: "retry for secp256r1mlkem768", client: withGroups(X25519, SecP256r1MLKEM768), server: withGroups(SecP256r1MLKEM768), first: retried(tls13Info, SecP256r1MLKEM768), again: resumed(retried(tls13Info, SecP256r1MLKEM768), PSKDHE, SecP256r1MLKEM768)},
		matrixCell{name: "retry from secp384r1mlkem1024", client: withGroups(SecP384r1MLKEM1024, P384), server: withGroups(P384), first: retried(tls13Info, P384), again: resumed(retried(tls13Info, P384), PSKDHE, P384)},
		matrixCell{name: "retry from one hybrid to another", client: withGroups(SecP384r1MLKEM1024, X25519MLKEM768), server: withGroups(X25519MLKEM768), first: retried(tls13Info, X25519MLKEM768), again: resumed(retried(tls13Info, X25519MLKEM768), PSKDHE, X25519MLKEM768)},
		matrixCell{name: "shares of a hybrid and of a curve", client: func(c *Config) { c.KeyShares = 2; c.Groups = []Group{X25519MLKEM768, X25519} }, server: withGroups(X25519), first: tls13Info, again: resumed(tls13Info, PSKDHE, X25519)},
		matrixCell{name: "tls12 has no hybrids", client: both(maxVersion(TLS12), withGroups(X25519MLKEM768, P256)), server: withGroups(X25519MLKEM768, P256), first: Info{Version: TLS12, Suite: gcm12, Kind: Full, Group: P256}, again: resumed(tls12Info, Ticket, 0)},
		matrixCell{name: "without compatibility mode", client: noCompatibility, first: tls13Info, again: resumed(tls13Info, PSKDHE, X25519)},
		matrixCell{name: "only the client with compatibility mode", server: noCompatibility, first: tls13Info, again: resumed(tls13Info, PSKDHE, X25519)},
		matrixCell{name: "application protocol", client: withALPN("h2", "http/1.1"), server: withALPN("h2"), first: withProtocol(tls13Info), again: withProtocol(resumed(tls13Info, PSKDHE, X25519))},
		matrixCell{name: "tls12 application protocol", client: both(maxVersion(TLS12), withALPN("h2")), server: withALPN("http/1.1", "h2"), first: withProtocol(tls12Info), again: withProtocol(resumed(tls12Info, Ticket, 0))},
		matrixCell{name: "server of TLS 1.2", server: maxVersion(TLS12), first: tls12Info, again: resumed(tls12Info, Ticket, 0)},
		matrixCell{name: "session id", client: maxVersion(TLS12), server: withCache, first: tls12Info, again: resumed(tls12Info, SessionID, 0)},
		matrixCell{name: "session id by a client of TLS 1.3", server: both(maxVersion(TLS12), withCache), first: tls12Info, again: resumed(tls12Info, SessionID, 0)},
		matrixCell{name: "the client resumes only by session id", client: both(maxVersion(TLS12), resumeBy(SessionID)), server: func(c *Config) { c.SessionCache = session.NewCache(8, time.Hour) }, first: tls12Info, again: resumed(tls12Info, SessionID, 0)},
		matrixCell{name: "without extended master secret", client: both(maxVersion(TLS12), noMasterExtension), first: tls12Info, again: resumed(tls12Info, Ticket, 0)},
		matrixCell{name: "no tickets from the server", server: manyTickets(NoTickets), first: tls13Info, again: tls13Info},
		matrixCell{name: "no resumption allowed", client: noResumption, first: tls13Info, again: tls13Info},
	)
}

// agreed is the part of Info that both sides share and that a matrixCell lists.
func agreed(i Info) Info {
	return Info{Version: i.Version, Suite: i.Suite, Group: i.Group, Kind: i.Kind, Resumption: i.Resumption, HelloRetry: i.HelloRetry, ALPN: i.ALPN}
}

func TestBothSidesAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for _, m := range matrixCells() {
		t.Run(m.name, func(t *testing.T) {
			key := m.key
			if key == "" {
				key = "ecdsa-p256"
			}
			cc, sc := clientConfig(t, key), serverConfig(t, key)
			if m.client != nil {
				m.client(cc)
			}
			if m.server != nil {
				m.server(sc)
			}
			for i, want := range []Info{m.first, m.again, m.again} {
				p := newPair(cc, sc)
				if err := p.run(); err != nil {
					t.Fatalf("connection %d: %v", i, err)
				}
				p.exchange(t)
				ci, si := p.client.Info(), p.server.Info()
				if !reflect.DeepEqual(agreed(ci), agreed(want)) || !reflect.DeepEqual(agreed(si), agreed(want)) {
					t.Errorf("connection %d\nclient %+v\nserver %+v\nwant   %+v", i, agreed(ci), agreed(si), agreed(want))
				}
				extended := want.Version == TLS13 || want.Version > SSL30 && !cc.NoExtendedMasterSecret
				if ci.ExtendedMasterSecret != extended || si.ExtendedMasterSecret != extended {
					t.Errorf("extended master secret: client %v, server %v, want %v", ci.ExtendedMasterSecret, si.ExtendedMasterSecret, extended)
				}
				if ci.ServerName != testName || si.ServerName != testName && want.Version > SSL30 || !ci.Done || !si.Done {
					t.Errorf("names %q and %q, done %v and %v", ci.ServerName, si.ServerName, ci.Done, si.Done)
				}
				if ci.TicketsReceived != si.TicketsSent {
					t.Errorf("%d tickets sent, %d received", si.TicketsSent, ci.TicketsReceived)
				}
				if certs := len(ci.PeerChain); (certs == 2) != (want.Kind == Full) {
					t.Errorf("a %v handshake gives the client %d certificates", want.Kind, certs)
				}
				if s := p.client.Session(); s != nil {
					cc.Session = s
				}
			}
		})
	}
}

// A HelloRetryRequest and a resumption leave the Configs unchanged: other connections may use them
// at the same time.
func TestConnectionsDoNotChangeTheirConfig(t *testing.T) {
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	cc.Groups, sc.Groups = []Group{X25519, P256}, []Group{P256}
	cc.ALPN, sc.ALPN = []string{"h2", "x"}, []string{"x"}
	groups, serverGroups := fmt.Sprint(cc.Groups, cc.ALPN), fmt.Sprint(sc.Groups, sc.ALPN)
	before, serverBefore := *cc, *sc
	p := newPair(cc, sc)
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	if !p.client.Info().HelloRetry {
		t.Fatal("no HelloRetryRequest")
	}
	for _, c := range []struct{ got, want *Config }{{cc, &before}, {sc, &serverBefore}} {
		got, want := *c.got, *c.want
		got.Now, want.Now = nil, nil // functions are not comparable
		if !reflect.DeepEqual(got, want) {
			t.Errorf("config changed to %+v", got)
		}
	}
	if fmt.Sprint(cc.Groups, cc.ALPN) != groups || fmt.Sprint(sc.Groups, sc.ALPN) != serverGroups {
		t.Error("a list of the config changed")
	}
}

// One Config, its session cache, ticket keys and sessions serve connections that run at the same
// time. (For the race detector.)
func TestConnectionsShareTheirConfig(t *testing.T) {
	for _, v := range []Version{TLS12, TLS13} {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		cc.MaxVersion, cc.Rand, sc.Rand = v, rand.Reader, rand.Reader
		sc.SessionCache, sc.TicketCount = session.NewCache(4, time.Hour), 8
		p, _ := connect(t, cc, sc)
		cc.Session = p.client.Session()
		kinds := make(chan Kind)
		for range 4 {
			go func() {
				p := newPair(cc, sc)
				if err := p.run(); err != nil {
					t.Error(err)
				}
				kinds <- p.server.Info().Kind
			}()
		}
		for range 4 {
			if k := <-kinds; k != Resumed {
				t.Errorf("TLS %v: a concurrent connection is %v", v, k)
			}
		}
	}
}
