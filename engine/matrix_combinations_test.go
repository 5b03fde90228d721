package engine

import (
	"fmt"
	"reflect"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/pki"
)

// The engine's client against its server in every combination of version, suite, resumption
// mechanism and client authentication, full and resumed: what both Infos say.

// A clientPolicy is the server's ClientAuth and the client's certificate.
type clientPolicy struct {
	name   string
	policy ClientAuth
	shows  bool
}

var clientPolicies = []clientPolicy{
	{"no CertificateRequest", ClientAuthNone, true},
	{"requested, without a certificate", ClientAuthRequested, false},
	{"requested", ClientAuthRequested, true},
	{"required", ClientAuthRequired, true},
}

// A combination is one row of the product.
type combination struct {
	versionedSuite
	way    Resumption
	client clientPolicy
}

// ways are the resumption mechanisms of a version.
func ways(v Version) []Resumption {
	switch v {
	case TLS13:
		return []Resumption{PSKDHE, PSK}
	case SSL30:
		return []Resumption{SessionID}
	}
	return []Resumption{Ticket, SessionID}
}

func combinations() (all []combination) {
	for _, s := range suitesByVersion() {
		for _, way := range ways(s.version) {
			for _, p := range clientPolicies {
				all = append(all, combination{s, way, p})
			}
		}
	}
	return all
}

func (x combination) String() string {
	return fmt.Sprintf("%v/%s/%v/%s", x.version, x.Name, x.way, x.client.name)
}

// key is the algorithm of the server's key.
func (x combination) key() string {
	if x.KeyType == "rsa" {
		return "rsa2048"
	}
	return "ecdsa-p256"
}

// configs are the Configs of both sides.
func (x combination) configs(t testing.TB) (cc, sc *Config) {
	cc, sc = clientConfig(t, x.key()), serverConfig(t, x.key())
	for _, cfg := range []*Config{cc, sc} {
		both(onlyVersion(x.version), onlySuite(x.ID), withALPN("h2"))(cfg)
		if x.version == TLS13 {
			cfg.Resumption = []Resumption{x.way}
		}
	}
	if x.way == SessionID {
		withCache(sc)
	}
	shown := x.shown()
	if x.client.shows {
		cc.Certificates = []*Certificate{shown.certificate}
	}
	sc.ClientAuth, sc.ClientCAs = x.client.policy, shown.roots
	return cc, sc
}

// shown is the client's certificate: SSL 3.0 has RSA only.
func (x combination) shown() *testPKI {
	if x.version == SSL30 {
		var t testing.T
		return clientPKI(&t, "rsa2048")
	}
	return sharedClient()
}

// infos are the Infos that both sides must have after a handshake of some kind.
func (x combination) infos(t testing.TB, kind Kind) (ci, si Info) {
	both := Info{
		Version: x.version, Suite: x.Suite, Kind: kind,
		ExtendedMasterSecret: x.version > SSL30,
		ServerName:           testName, ServerNameUsed: x.version == TLS13 || x.version > SSL30 && kind == Full, ALPN: "h2",
		ClientAuthenticated: x.client.policy != ClientAuthNone && x.client.shows,
		Done:                true,
	}
	if kind == Resumed {
		both.Resumption = x.way
	}
	if kind == Full || x.way == PSKDHE {
		both.Group = map[KeyExchange]Group{KeyExchangeECDHE: X25519, KeyExchangeDHE: FFDHE2048, KeyExchangeAny: X25519}[x.KeyExchange]
	}
	switch {
	case x.version == TLS13:
		both.TicketsSent = DefaultTicketCount
	case x.way == Ticket && kind == Full:
		both.TicketsSent = 1
	}
	if x.version == SSL30 {
		both.ALPN = "" // SSL 3.0 has no extensions
	}
	ci, si = both, both
	ci.TicketsSent, ci.TicketsReceived = 0, both.TicketsSent
	if x.version == SSL30 {
		si.ServerName = ""
	}
	if kind == Full {
		ci.PeerChain, si.Certificate = parsed(t, pkiFor(t, x.key())), pkiFor(t, x.key()).certificate
	}
	if both.ClientAuthenticated {
		si.PeerChain = parsed(t, x.shown())
		if kind == Full {
			ci.Certificate = x.shown().certificate
		}
	}
	return ci, si
}

func parsed(t testing.TB, p *testPKI) []*pki.Certificate {
	chain, err := pki.ParseChain(p.chain.Certificates)
	if err != nil {
		t.Fatal(err)
	}
	return chain
}

func TestEveryCombination(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	t.Parallel()
	for _, x := range combinations() {
		cc, sc := x.configs(t)
		for i, kind := range []Kind{Full, Resumed} {
			p := newPair(cc, sc)
			if err := p.run(); err != nil {
				t.Errorf("%v: connection %d: %v", x, i, err)
				break
			}
			cc.Session = p.client.Session()
			if err := p.roundTrip("ping", "pong"); err != nil {
				t.Errorf("%v: connection %d: %v", x, i, err)
			}
			ci, si := x.infos(t, kind)
			for _, side := range []struct {
				name      string
				got, want Info
			}{{"client", p.client.Info(), ci}, {"server", p.server.Info(), si}} {
				if !reflect.DeepEqual(side.got, side.want) {
					t.Errorf("%v: connection %d: the %s reports\n%+v, want\n%+v", x, i, side.name, side.got, side.want)
				}
			}
		}
	}
	t.Logf("%d combinations", len(combinations()))
}

// roundTrip sends a request and its response.
func (p *pair) roundTrip(request, response string) error {
	for _, d := range []struct {
		from, to *Conn
		data     string
	}{{p.client, p.server, request}, {p.server, p.client, response}} {
		p.got[d.to] = nil
		out, err := d.from.Seal(nil, []byte(d.data))
		if err == nil {
			err = p.feed(d.to, out)
		}
		if err != nil || string(p.got[d.to]) != d.data {
			return fmt.Errorf("%q arrives as %q: %w", d.data, p.got[d.to], err)
		}
	}
	return nil
}

// A client without the required certificate is refused in every version and suite.
func TestRequiredCertificateIsMissing(t *testing.T) {
	for _, s := range suitesByVersion() {
		x := combination{s, ways(s.version)[0], clientPolicy{"required, without a certificate", ClientAuthRequired, false}}
		want := alert.HandshakeFailure
		if s.version == TLS13 {
			want = alert.CertificateRequired
		}
		wantAlert(t, x.String(), newPair(x.configs(t)).run(), want)
	}
}
