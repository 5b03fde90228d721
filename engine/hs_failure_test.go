package engine

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"tlslab/engine/alert"
	"tlslab/engine/pki"
)

// Handshakes that fail: which side ends them, by which alert, and that the other side receives the
// alert.

func TestFailedNegotiations(t *testing.T) {
	expired := func(cfg *Config) { cfg.Now = func() time.Time { return testTime.AddDate(2, 0, 0) } }
	otherRoots := identityFor(t, "ecdsa-p256").roots(t)
	for _, x := range []struct {
		name           string
		client, server func(*Config)
		by             side
		alert          alert.Description
	}{
		{"no common version: the client's versions are newer", func(c *Config) { c.MinVersion = TLS13 }, maxVersion(TLS12), server, alert.ProtocolVersion},
		{"no common version: the client's versions are older", maxVersion(TLS12), func(c *Config) { c.MinVersion = TLS13 }, server, alert.ProtocolVersion},
		{"no common suite in TLS 1.3", onlySuite(0x1301), onlySuite(0x1303), server, alert.HandshakeFailure},
		{"no common suite in TLS 1.2", both(maxVersion(TLS12), onlySuite(0xc02b)), both(maxVersion(TLS12), onlySuite(0xcca9)), server, alert.HandshakeFailure},
		{"no suite for the certificate", both(maxVersion(TLS12), onlySuite(0xc02f)), nothing, server, alert.HandshakeFailure},
		{"no common group", withGroups(X25519), withGroups(P384), server, alert.HandshakeFailure},
		{"no common group in TLS 1.2", both(maxVersion(TLS12), withGroups(X25519)), withGroups(P384), server, alert.HandshakeFailure},
		{"no common protocol", withALPN("h2"), withALPN("http/1.1"), server, alert.NoApplicationProtocol},
		{"unknown CA", func(c *Config) { c.Roots = otherRoots }, nothing, client, alert.UnknownCA},
		{"unknown CA in TLS 1.2", both(maxVersion(TLS12), func(c *Config) { c.Roots = otherRoots }), nothing, client, alert.UnknownCA},
		{"only TLS 1.2 with an ML-DSA certificate", maxVersion(TLS12), withKey(t, "mldsa44"), server, alert.HandshakeFailure},
		{"only TLS 1.1 with an Ed25519 certificate", both(fromVersion(TLS10), maxVersion(TLS11)), both(fromVersion(TLS10), withKey(t, "ed25519")), server, alert.HandshakeFailure},
		{"expired certificate", expired, nothing, client, alert.CertificateExpired},
	} {
		t.Run(x.name, func(t *testing.T) {
			cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
			x.client(cc)
			x.server(sc)
			p := newPair(cc, sc)
			err := p.run()
			wantAlert(t, x.name, err, x.alert)
			other, alert := p.client, p.down
			if x.by == client {
				other, alert = p.server, p.up
			}
			err = p.feed(other, alert)
			var e *Error
			if !errors.As(err, &e) || e.Fault != FaultRemote || e.Alert != x.alert {
				t.Errorf("the peer receives %v from %x", err, alert)
			}
		})
	}
}

// withKey gives a server a certificate of another algorithm.
func withKey(t *testing.T, algorithm string) func(*Config) {
	return func(cfg *Config) { cfg.Certificates = []*Certificate{identityFor(t, algorithm).certificate(t)} }
}

func TestWrongServerName(t *testing.T) {
	cc := clientConfig(t, "ecdsa-p256")
	p := newPair(cc, serverConfig(t, "ecdsa-p256"))
	p.client = Client(cc, "other.example.test")
	err := p.run()
	wantAlert(t, "a certificate for another name", err, alert.BadCertificate)
	if !errors.Is(err, pki.FaultWrongName) {
		t.Errorf("%v does not wrap pki.FaultWrongName", err)
	}
}

// A server that supports TLS 1.3 and negotiates a lower version puts a sentinel into its random
// (RFC 9846 §4.2.3).
func TestDowngradeIsDetected(t *testing.T) {
	cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
	p := newPair(cc, sc)
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	hello := p.client.Flush(nil)
	// An attacker hides TLS 1.3 from the server.
	hidden := false
	for i := 0; i+5 < len(hello); i++ {
		if hello[i] == 0 && hello[i+1] == extSupportedVersions && hello[i+2] == 0 && hello[i+3] == 5 {
			hello[i], hello[i+1], hidden = 0x7a, 0x7a, true
		}
	}
	if !hidden {
		t.Fatal("no supported_versions in the ClientHello")
	}
	if err := p.feed(p.server, hello); err != nil {
		t.Fatal(err)
	}
	wantAlert(t, "the sentinel", p.feed(p.client, p.server.Flush(nil)), alert.IllegalParameter)
}

// A client accepts neither sentinel in a ServerHello of TLS 1.2 if it offered TLS 1.3, and ignores
// both if it did not.
func TestClientsThatOfferTLS13RefuseBothSentinels(t *testing.T) {
	withoutProtection(t)
	for last, highest := range []Version{TLS13, TLS13, TLS12} {
		p := pairOf(false, maxVersion(highest), maxVersion(TLS12))(t)
		err := p.runTampered(func(_ int, burst []message) []message {
			for _, x := range burst {
				if x.kind() == ServerHello {
					copy(x.body[headerSize+2+24:], append([]byte("DOWNGRD"), byte(last%2)))
				}
			}
			return burst
		})
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("sentinel %d to a client of %v: %v", last, highest, err)
		}
		if seen := errors.Is(err, downgraded); seen != (highest == TLS13) {
			t.Errorf("sentinel %d to a client of %v: %v", last, highest, err)
		}
	}
}

func TestInvalidConfigs(t *testing.T) {
	for name, broken := range map[string]func(*Config){
		"no randomness":                        func(c *Config) { c.Rand = nil },
		"no clock":                             func(c *Config) { c.Now = nil },
		"unknown MinVersion":                   func(c *Config) { c.MinVersion = 0x02ff },
		"implicit MinVersion above MaxVersion": maxVersion(TLS11),
		"unknown MaxVersion":                   func(c *Config) { c.MaxVersion = 0x0305 },
		"MinVersion above MaxVersion":          func(c *Config) { c.MinVersion, c.MaxVersion = TLS13, TLS12 },
		"unknown suite":                        onlySuite(0x1399),
		"suite of none of the versions":        both(maxVersion(TLS12), onlySuite(0x1301)),
		"unknown group":                        withGroups(99),
		"no groups":                            func(c *Config) { c.Groups = []Group{} },
		"empty ALPN name":                      withALPN(""),
		"RecordSize too long":                  func(c *Config) { c.RecordSize = 1<<14 + 1 },
		"TicketLifetime too long":              func(c *Config) { c.TicketLifetime = 8 * 24 * time.Hour },
		"TicketCount too high":                 manyTickets(256),
		"neither roots nor certificates":       func(c *Config) { c.Roots, c.Certificates = nil, nil },
	} {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
		broken(cc)
		broken(sc)
		for _, c := range []*Conn{Client(cc, testName), Server(sc)} {
			err := c.Start()
			var e *Error
			if !errors.As(err, &e) || e.Fault != FaultLocal {
				t.Errorf("%s: %s: %v", name, sideNames[c.side], err)
			}
		}
	}
}

func TestConnectionsMustBeStartedAndDone(t *testing.T) {
	c := Client(clientConfig(t, "rsa2048"), testName)
	if _, err := c.Seal(nil, []byte("x")); err == nil {
		t.Error("a client that was not started seals data")
	}
	if _, _, err := c.Recv([]byte{22, 3, 3, 0, 0}); err == nil {
		t.Error("a client that was not started receives")
	}
}

// engineLimit reports whether a peer's error is that it exceeds a limit which the engine chose and
// no document has.
func engineLimit(why string) bool {
	return why == reasons[tooManyIdleRecords].why || why == reasons[tooManyRequests].why
}

// Every reason has an alert and a fault. If the peer broke a requirement of a document, the
// reason has the section.
func TestReasonsAreComplete(t *testing.T) {
	for r := range numReasons {
		row := reasons[r]
		if row.why == "" || row.fault == 0 {
			t.Errorf("reason %d has no text or no fault: %+v", r, row)
		}
		if row.fault != FaultLocal && (row.section == "") != engineLimit(row.why) {
			t.Errorf("reason %d (%s) has section %q; a limit of the engine: %v", r, row.why, row.section, engineLimit(row.why))
		}
		if !slices.Contains(slices.Collect(alert.All()), row.alert) {
			t.Errorf("reason %d: %v has no name", r, row.alert)
		}
		if e := explain(fmt.Errorf("context: %w", r)); e.Alert != row.alert || e.Why != row.why {
			t.Errorf("reason %d explained as %v", r, e)
		}
	}
}
