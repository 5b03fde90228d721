package engine

import (
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"slices"
	"testing"
	"time"

	"tlslab/engine/alert"
	"tlslab/engine/pki"
	"tlslab/engine/session"
)

// Every alert: which side sends it, when, and that the other side learns of it.

// A cause runs a pair until one side has queued an alert.
type cause struct {
	alert alert.Description
	level alert.Level
	what  string
	step  func(t *testing.T) *pair // nil: no side sends the alert, and what says why
}

// unchanged changes no message.
func unchanged(_ int, burst []message) []message { return burst }

// failing runs a handshake that fails although nobody tampers with it.
func failing(algorithm string, client, server func(*Config)) func(*testing.T) *pair {
	return func(t *testing.T) *pair {
		cc, sc := clientConfig(t, algorithm), serverConfig(t, algorithm)
		client(cc)
		server(sc)
		p := newPair(cc, sc)
		if err := p.runTampered(unchanged); err == nil {
			t.Fatal("the handshake does not fail")
		}
		return p
	}
}

// afterHandshake runs a handshake of a version, then calls then.
func afterHandshake(v Version, then func(t *testing.T, p *pair)) func(*testing.T) *pair {
	return func(t *testing.T) *pair {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
		onlyVersion(v)(cc)
		onlyVersion(v)(sc)
		p := newPair(cc, sc)
		if err := p.runTampered(unchanged); err != nil {
			t.Fatal(err)
		}
		then(t, p)
		return p
	}
}

// withChanged runs a handshake in which one message is changed on its way.
func withChanged(v Version, m Message, change edit) func(*testing.T) *pair {
	return func(t *testing.T) *pair {
		p := pairOf(false, maxVersion(v), nothing)(t)
		_ = p.runTampered(func(_ int, burst []message) []message {
			for i := range burst {
				if burst[i].kind() == m {
					burst[i].change(change)
				}
			}
			return burst
		})
		return p
	}
}

// delivered delivers a message to the server that the engine's client would not send.
func delivered(typ ContentType, body ...byte) func(*testing.T, *pair) {
	return func(t *testing.T, p *pair) { _ = p.deliver(p.server, message{from: client, typ: typ, body: body}) }
}

// raw delivers the bytes of a record to the server as they are.
func raw(record ...byte) func(*testing.T, *pair) {
	return func(t *testing.T, p *pair) { _ = p.feed(p.server, record) }
}

// exhausted is a random source that ends after left bytes.
type exhausted struct {
	from io.Reader
	left int
}

func (x *exhausted) Read(p []byte) (int, error) {
	if x.left -= len(p); x.left < 0 {
		return 0, errors.New("no more randomness")
	}
	return x.from.Read(p)
}

// withOtherServerName runs a handshake with a server_name that matches none of the server's
// certificates.
func withOtherServerName(policy NamePolicy) func(*testing.T) *pair {
	return func(t *testing.T) *pair {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		sc.UnknownNames = policy
		p := newPair(cc, sc)
		p.client = Client(cc, "other.example.test")
		_ = p.runTampered(unchanged)
		return p
	}
}

// sendingNoCertificate runs a handshake of SSL 3.0 up to the client's no_certificate.
func sendingNoCertificate(t *testing.T) *pair {
	p := pairOf(false, onlyVersion(SSL30), both(onlyVersion(SSL30), asking))(t)
	p.tap = tapped(p)
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	for _, from := range []side{client, server} {
		one, peer := p.ends(from)
		for _, b := range p.tap.unpack(from, one.Flush(nil)) {
			if err := p.deliver(peer, b); err != nil {
				t.Fatal(err)
			}
		}
	}
	return p
}

// expandingRecord delivers a compressed record of the server to the client that expands beyond the
// client's limit.
func expandingRecord(t *testing.T) *pair {
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	both(maxVersion(TLS12), compression, recordsOf(512))(cc)
	compression(sc)
	p := newPair(cc, sc)
	if err := p.runTampered(unchanged); err != nil {
		t.Fatal(err)
	}
	_ = p.feed(p.client, p.tap.record(server, TypeApplicationData, make([]byte, 1<<14)))
	return p
}

// issuedByALeaf is a certificate whose issuer is not a CA.
func issuedByALeaf(t *testing.T) *Certificate {
	t.Helper()
	chain := pkiFor(t, "ecdsa-p256").chain
	leaf, err := x509.ParseCertificate(chain.Certificates[0])
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(nil, &x509.Certificate{
		SerialNumber: big.NewInt(7), NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter, DNSNames: []string{testName},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, leaf, leaf.PublicKey, chain.Key.Signer())
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := NewCertificate(append([][]byte{der}, chain.Certificates...), chain.Key)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func causes(t *testing.T) []cause {
	otherRoots := identityFor(t, "ecdsa-p256").roots(t)
	r := revocableFor(t, "ecdsa-p256")
	stapled := func(status []byte) func(*testing.T) *pair {
		return func(t *testing.T) *pair {
			p := newPair(r.configs(t, RevocationStapled, status))
			_ = p.runTampered(unchanged)
			return p
		}
	}
	serving := limited(t, x509.ExtKeyUsageServerAuth, x509.KeyUsageDigitalSignature)
	issuerNotCA := func(cfg *Config) { cfg.Certificates = []*Certificate{issuedByALeaf(t)} }
	return []cause{
		{alert.CloseNotify, alert.Warning, "the client's Close", afterHandshake(TLS13, func(_ *testing.T, p *pair) { p.client.Close() })},
		{alert.UnexpectedMessage, alert.Fatal, "an unexpected message", afterHandshake(TLS13, delivered(TypeHandshake, requests[client]...))},
		{alert.BadRecordMAC, alert.Fatal, "a forged record", afterHandshake(TLS12, raw(append([]byte{23, 3, 3, 0, 40}, make([]byte, 40)...)...))},
		{alert.DecryptionFailed, 0, "it would show an attacker that the padding was wrong, not the MAC: RFC 5246 §7.2.2", nil},
		{alert.RecordOverflow, alert.Fatal, "a record that is too long", afterHandshake(TLS12, raw(23, 3, 3, 0x48, 0x01))},
		{alert.DecompressionFailure, alert.Fatal, "a record that does not decompress", expandingRecord},
		{alert.HandshakeFailure, alert.Fatal, "no common suite", failing("ecdsa-p256", onlySuite(0x1301), onlySuite(0x1303))},
		{alert.NoCertificate, alert.Warning, "an SSL 3.0 client without the requested certificate", sendingNoCertificate},
		{alert.BadCertificate, alert.Fatal, "a certificate for another name", withOtherServerName(UnknownNameIgnored)},
		{alert.UnsupportedCertificate, alert.Fatal, "a client's certificate that is for servers only", failing("ecdsa-p256",
			func(c *Config) { c.Certificates = []*Certificate{serving.certificate} },
			func(c *Config) { c.ClientAuth, c.ClientCAs = ClientAuthRequired, serving.roots })},
		{alert.CertificateRevoked, alert.Fatal, "a stapled response with the status revoked", stapled(r.response(t, revoked))},
		{alert.CertificateExpired, alert.Fatal, "an expired certificate", failing("ecdsa-p256", func(c *Config) { c.Now = func() time.Time { return testTime.AddDate(2, 0, 0) } }, nothing)},
		{alert.CertificateUnknown, alert.Fatal, "an issuer that is not a CA", failing("ecdsa-p256", nothing, issuerNotCA)},
		{alert.IllegalParameter, alert.Fatal, "a KeyUpdate with request_update 2", afterHandshake(TLS13, delivered(TypeHandshake, byte(KeyUpdate), 0, 0, 1, 2))},
		{alert.UnknownCA, alert.Fatal, "a chain to another root", failing("ecdsa-p256", func(c *Config) { c.Roots = otherRoots }, nothing)},
		{alert.AccessDenied, alert.Fatal, "a client that Admit refuses", failing("ecdsa-p256", showing, both(asking, func(c *Config) {
			c.Admit = func([]*pki.Certificate) error { return errors.New("banned") }
		}))},
		{alert.DecodeError, alert.Fatal, "a KeyUpdate without content", afterHandshake(TLS13, delivered(TypeHandshake, byte(KeyUpdate), 0, 0, 0))},
		{alert.DecryptError, alert.Fatal, "a binder computed with another PSK", func(t *testing.T) *pair {
			cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
			first, _ := connect(t, cc, sc)
			cc.Session = first.client.Session()
			ticketsOf(cc.Session)[0].PSK[0] ^= 1
			p := newPair(cc, sc)
			_ = p.runTampered(unchanged)
			return p
		}},
		{alert.ExportRestriction, 0, "export suites ended with TLS 1.1: RFC 4346 §7.2.2", nil},
		{alert.ProtocolVersion, alert.Fatal, "no common version", failing("ecdsa-p256", maxVersion(TLS12), fromVersion(TLS13))},
		{alert.InsufficientSecurity, alert.Fatal, "no common FFDHE group", failing("rsa2048",
			both(maxVersion(TLS12), onlySuite(0x009e), withGroups(FFDHE3072)), withGroups(FFDHE2048))},
		{alert.InternalError, alert.Fatal, "a random source that ends", failing("ecdsa-p256", nothing, func(c *Config) { c.Rand = &exhausted{c.Rand, 10} })},
		{alert.InappropriateFallback, alert.Fatal, "TLS_FALLBACK_SCSV to a server that supports a higher version", failing("ecdsa-p256", both(maxVersion(TLS12), func(c *Config) { c.Fallback = true }), nothing)},
		{alert.UserCanceled, alert.Warning, "an abandoned handshake", func(t *testing.T) *pair {
			p := pairOf(false, nothing, nothing)(t)
			p.tap = tapped(p)
			if err := p.client.Start(); err != nil {
				t.Fatal(err)
			}
			p.client.Close()
			return p
		}},
		{alert.NoRenegotiation, alert.Warning, "a ClientHello on a connection of TLS 1.2", afterHandshake(TLS12, delivered(TypeHandshake, requests[client]...))},
		{alert.MissingExtension, alert.Fatal, "a ClientHello without key_share", withChanged(TLS13, ClientHello, inHello(without(extKeyShare)))},
		{alert.UnsupportedExtension, alert.Fatal, "an extension in a ServerHello that the client did not offer", withChanged(TLS12, ServerHello, inServer(with(extALPN, "\x00\x03\x02h2")))},
		{alert.CertificateUnobtainable, 0, "certificates are not fetched for clients: client_certificate_url, RFC 6066 §5, is not negotiated", nil},
		{alert.UnrecognizedName, alert.Fatal, "a server_name that no certificate matches", withOtherServerName(UnknownNameRefused)},
		{alert.BadCertificateStatus, alert.Fatal, "an outdated stapled response", stapled(r.response(t, outdated))},
		{alert.BadCertificateHashValue, 0, "certificates are not fetched for clients: client_certificate_url, RFC 6066 §5, is not negotiated", nil},
		{alert.UnknownPSKIdentity, alert.Fatal, "an unknown PSK of a client that offers no other authentication", func(t *testing.T) *pair {
			cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
			first, _ := connect(t, cc, sc)
			cc.Session, sc.Tickets = first.client.Session(), session.NewTicketKeys([32]byte{9})
			p := newPair(cc, sc)
			_ = p.runTampered(func(_ int, burst []message) []message {
				if len(burst) > 0 {
					burst[0].change(inHello(without(extSignatureAlgorithms)))
				}
				return burst
			})
			return p
		}},
		{alert.CertificateRequired, alert.Fatal, "a client without the required certificate", failing("ecdsa-p256", nothing, requiring)},
		{alert.GeneralError, 0, "a more specific alert always fits, which RFC 9846 §6.2 prefers", nil},
		{alert.NoApplicationProtocol, alert.Fatal, "no common application protocol", failing("ecdsa-p256", withALPN("h2"), withALPN("http/1.1"))},
		{alert.ECHRequired, 0, "Encrypted Client Hello is not implemented: RFC 9849 §5", nil},
	}
}

func TestEveryAlertHasItsCauseOrIsNeverSent(t *testing.T) {
	seen := map[alert.Description]bool{}
	for _, x := range causes(t) {
		if seen[x.alert] {
			t.Errorf("%v is listed twice", x.alert)
		}
		seen[x.alert] = true
		if x.step == nil {
			for r, row := range reasons {
				if row.alert == x.alert && x.alert != 0 {
					t.Errorf("%v is listed as never sent, but reason %d (%v) sends it", x.alert, r, reason(r))
				}
			}
			continue
		}
		t.Run(x.alert.String(), func(t *testing.T) {
			p := x.step(t)
			for _, from := range []side{client, server} {
				one, peer := p.ends(from)
				for _, b := range p.tap.unpack(from, one.Flush(nil)) {
					if b.typ != TypeAlert {
						_ = p.deliver(peer, b)
						continue
					}
					if want := []byte{byte(x.level), byte(x.alert)}; !slices.Equal(b.body, want) {
						t.Errorf("%s: the %s sends the alert %x, want %x", x.what, sideNames[from], b.body, want)
					}
					err := p.deliver(peer, b)
					var e *Error
					if fatal := errors.As(err, &e) && e.Fault == FaultRemote && e.Alert == x.alert; fatal != (x.level == alert.Fatal) {
						t.Errorf("%s: the peer receives %v", x.what, err)
					}
					return
				}
			}
			t.Errorf("%s: no side sends an alert; client error %v, server error %v", x.what, p.client.err, p.server.err)
		})
	}
	for a := range alert.All() {
		if !seen[a] {
			t.Errorf("%v has neither a cause nor a reason not to be sent", a)
		}
	}
}
