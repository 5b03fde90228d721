package engine

import (
	"fmt"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/pki/ca"
)

// server_name, and the certificates that it selects.

// named is a chain for some DNS names, issued by the authorities of its key's algorithm.
func named(t testing.TB, algorithm string, names ...string) *testPKI {
	return specialPKI(t, ca.ChainSpec{Seed: "names", Algorithm: algorithm, Length: 1, Names: names})
}

func holding(all ...*testPKI) func(*Config) {
	return func(cfg *Config) {
		cfg.Certificates = nil
		for _, p := range all {
			cfg.Certificates = append(cfg.Certificates, p.certificate)
		}
	}
}

// The server presents a certificate that matches server_name, if it otherwise fits the client, and
// acknowledges the name.
func TestServersChooseCertificatesByServerName(t *testing.T) {
	rsa, a, b, wild := pkiFor(t, "rsa2048"), named(t, "ecdsa-p256", "a.example"), named(t, "ecdsa-p256", "B.example", "c.example"), named(t, "ecdsa-p256", "*.example")
	rsaToo := named(t, "rsa2048", "a.example")
	server := holding(rsa, a, b, wild, rsaToo)
	onlyRSA := func(cfg *Config) {
		cfg.SignatureSchemes = []SignatureScheme{0x0804}
		cfg.Suites = []SuiteID{0x1301, 0xc013, 0xc02f}
	}
	for _, x := range []struct {
		name   string
		client func(*Config)
		want   *testPKI
		used   bool
	}{
		{"a.example", nothing, a, true},
		{"A.EXAMPLE", nothing, a, true},
		{"b.example", nothing, b, true},
		{"c.example", nothing, b, true},
		{"d.example", nothing, wild, true},
		{"d.d.example", nothing, nil, false},
		{"example", nothing, nil, false},
		{"", nothing, nil, false},
		{"192.0.2.1", nothing, nil, false},
		{testName, nothing, rsa, true},
		{"a.example", onlyRSA, rsaToo, true},
		{"b.example", onlyRSA, rsa, false}, // a certificate for another name is better than none
	} {
		for v := TLS10; v <= TLS13; v++ {
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t)
			cc.VerifyNothing = true
			both(onlyVersion(v), x.client)(cc)
			both(fromVersion(TLS10), server)(sc)
			p := newPair(cc, sc)
			p.client = Client(cc, x.name)
			if err := p.run(); err != nil {
				t.Errorf("%v, %q: %v", v, x.name, err)
				continue
			}
			ci, si := p.client.Info(), p.server.Info()
			want := x.want
			if want == nil { // the first that fits the client's first suites
				want = map[bool]*testPKI{true: a, false: rsa}[v < TLS13]
			}
			if si.Certificate != want.certificate || string(ci.PeerChain[0].Raw) != string(want.chain.Certificates[0]) {
				t.Errorf("%v, %q: the server presents the certificate for %q", v, x.name, si.Certificate.Leaf().DNSNames())
			}
			if ci.ServerNameUsed != x.used || si.ServerNameUsed != x.used {
				t.Errorf("%v, %q: the name was used: client %v, server %v", v, x.name, ci.ServerNameUsed, si.ServerNameUsed)
			}
		}
	}
}

// server_name is a DNS name without a trailing dot, never an address.
func TestServerNameOnTheWire(t *testing.T) {
	for name, want := range map[string]string{
		"a.example": "a.example", "a.example.": "a.example",
		"192.0.2.1": "", "192.0.2.1.": "", "2001:db8::1": "", "[2001:db8::1]": "", "fe80::1%eth0": "",
	} {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
		cc.VerifyNothing = true
		p := newPair(cc, sc)
		p.client = Client(cc, name)
		if err := p.run(); err != nil {
			t.Fatal(err)
		}
		if got := p.server.Info().ServerName; got != want {
			t.Errorf("Client(%q) sends server_name %q, want %q", name, got, want)
		}
	}
	cc := clientConfig(t, "rsa2048")
	p := newPair(cc, serverConfig(t, "rsa2048"))
	p.client = Client(cc, ".")
	wantAlert(t, "no certificate is for the root domain", p.run(), alert.BadCertificate)
}

// SSL 3.0 has no extensions, and so no server_name.
func TestSSL30HasNoServerName(t *testing.T) {
	cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
	fromVersion(SSL30)(cc)
	onlyVersion(SSL30)(sc)
	sc.UnknownNames = UnknownNameRefused
	p, _ := connect(t, cc, sc)
	if p.server.Info().ServerName != "" || p.client.Info().ServerNameUsed {
		t.Errorf("the server knows the name %q", p.server.Info().ServerName)
	}
}

func TestEachNamePolicyAppliesToUnmatchedNames(t *testing.T) {
	for v := TLS10; v <= TLS13; v++ {
		for _, policy := range []NamePolicy{UnknownNameIgnored, UnknownNameWarned, UnknownNameRefused} {
			for name, known := range map[string]bool{testName: true, "other.example.test": false, "": true} {
				cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
				onlyVersion(v)(cc)
				fromVersion(TLS10)(sc)
				cc.VerifyNothing, sc.UnknownNames = true, policy
				warnings := 0
				cc.Observe = func(n Notice) {
					if n.Kind == RecordReceived && n.Record == TypeAlert {
						warnings++
					}
				}
				p := newPair(cc, sc)
				p.client = Client(cc, name)
				err := p.run()
				label := fmt.Sprintf("TLS %v, %v, %q", v, policy, name)
				if policy == UnknownNameRefused && !known {
					wantAlert(t, label, err, alert.UnrecognizedName)
					continue
				}
				if err != nil {
					t.Errorf("%s: %v", label, err)
				}
				want := 0
				if policy == UnknownNameWarned && !known && v < TLS13 {
					want = 1
				}
				if warnings != want {
					t.Errorf("%s: %d warnings, want %d", label, warnings, want)
				}
				p.exchange(t)
			}
		}
	}
}

// The record of an unrecognized_name warning has the version of the ServerHello that follows it.
func TestWarningRecordsHaveTheNegotiatedVersion(t *testing.T) {
	cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
	onlyVersion(TLS10)(cc)
	fromVersion(TLS10)(sc)
	sc.UnknownNames = UnknownNameWarned
	p := newPair(cc, sc)
	p.client = Client(cc, "other.example.test")
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	if err := p.feed(p.server, p.client.Flush(nil)); err != nil {
		t.Fatal(err)
	}
	if got, want := p.server.Flush(nil)[:7], "\x15\x03\x01\x00\x02\x01\x70"; string(got) != want {
		t.Errorf("the server begins with %x, want %x", got, want)
	}
}

// A server that refuses unknown names presents no certificate for another name.
func TestRefusedServerNamesGetNoOtherCertificate(t *testing.T) {
	for _, v := range []Version{TLS12, TLS13} {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t)
		onlyVersion(v)(cc)
		cc.VerifyNothing, sc.UnknownNames = true, UnknownNameRefused
		cc.SignatureSchemes = []SignatureScheme{0x0804}
		holding(named(t, "ecdsa-p256", "a.example"), pkiFor(t, "rsa2048"))(sc)
		p := newPair(cc, sc)
		p.client = Client(cc, "a.example")
		wantAlert(t, v.String(), p.run(), alert.HandshakeFailure)
	}
}

// The client's signature_algorithms decide between an RSA and an ECDSA certificate for the same
// name.
func TestServersChooseCertificatesBySignatureAlgorithms(t *testing.T) {
	for _, v := range []Version{TLS12, TLS13} {
		for _, x := range []struct {
			schemes []SignatureScheme
			want    string
		}{
			{nil, "ecdsa-p256"},
			{[]SignatureScheme{0x0403}, "ecdsa-p256"},
			{[]SignatureScheme{0x0804}, "rsa2048"},
			{[]SignatureScheme{0x0807, 0x0805, 0x0403}, "ecdsa-p256"},
			{[]SignatureScheme{0x0807}, ""}, // RSA key exchange needs none
		} {
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "ecdsa-p256", "rsa2048")
			onlyVersion(v)(cc)
			cc.VerifyNothing, cc.SignatureSchemes = true, x.schemes
			p := newPair(cc, sc)
			err := p.run()
			if x.want == "" && v == TLS12 {
				continue
			}
			if x.want == "" {
				wantAlert(t, "no scheme in common", err, alert.HandshakeFailure)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := p.server.Info().Certificate.Algorithm(); got != x.want {
				t.Errorf("TLS %v: a client that accepts %v gets %s, want %s", v, x.schemes, got, x.want)
			}
		}
	}
}

// A TLS 1.2 client without signature_algorithms gets a SHA-1 signature and accepts it (RFC 5246
// §7.4.1.4.1).
func TestClientsWithoutSignatureAlgorithms(t *testing.T) {
	for key, want := range map[string]uint16{"rsa2048": 0x0201, "ecdsa-p256": 0x0203} {
		cc, sc := clientConfig(t, key), serverConfig(t, key)
		cc.MaxVersion, cc.SignatureSchemes = TLS12, []SignatureScheme{}
		p, got := newPair(cc, sc), uint16(0)
		sc.Observe = func(n Notice) {
			if n.Kind == KeyChange {
				got = p.server.hs.scheme.ID
			}
		}
		p.server = Server(sc)
		if err := p.run(); err != nil || got != want {
			t.Errorf("%s: signed by %v, %v", key, SignatureScheme(got), err)
		}
	}
	// Ed25519 does not use SHA-1, so a client without signature_algorithms does not get it.
	cc, sc := clientConfig(t, "ed25519"), serverConfig(t, "ed25519")
	cc.MaxVersion, cc.SignatureSchemes = TLS12, []SignatureScheme{}
	wantAlert(t, "ed25519", newPair(cc, sc).run(), alert.HandshakeFailure)
	cc, sc = clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
	cc.SignatureSchemes = []SignatureScheme{}
	if err := newPair(cc, sc).run(); err == nil {
		t.Error("a TLS 1.3 client leaves signature_algorithms out")
	}
}
