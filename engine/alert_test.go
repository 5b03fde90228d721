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

// A cause runs a pair until one side has queued an alert. If step is nil, no side sends the alert,
// and what says why.
type cause struct {
	alert alert.Description
	level alert.Level
	what  string
	step  func(t *testing.T) *pair // nil: no side sends the alert, and what says why
}

// unchanged changes no message.
func unchanged(_ int, burst []message) []message { return burst }

// failing is a handshake that fails without tampering.
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

// afterHandshake is an established connection on which then runs.
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

// withChanged is a handshake in which one message is changed on its way.
func withChanged(v Version, m Message, change edit) func(*testing.T) *pair {
	return func(t *testing.T) *pair {
		p := pairOf(false, maxVersion(v), nothing)(t)
		_ = p.runTampered(func(_ int, burst []message) []message {
			for i := range burst {
				if burst[i].kind() == m {
					burst[i].body = append(burst[i].body[:headerSize:headerSize], change(burst[i].body[headerSize:])...)
					putLength(burst[i].body)
				}
			}
			return burst
		})
		return p
	}
}

// delivering delivers a message to the server that its client would not send.
func delivering(typ ContentType, body ...byte) func(*testing.T, *pair) {
	return func(t *testing.T, p *pair) { _ = p.deliver(p.server, message{from: client, typ: typ, body: body}) }
}

// raw delivers a record to the server that needs no keys.
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

// misnamed is a handshake with a server_name that matches none of the server's certificates.
func misnamed(policy NamePolicy) func(*testing.T) *pair {
	return func(t *testing.T) *pair {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		sc.UnknownNames = policy
		p := newPair(cc, sc)
		p.client = Client(cc, "other.example.test")
		_ = p.runTampered(unchanged)
		return p
	}
}

// declining is a handshake of SSL 3.0 up to the client's no_certificate.
func declining(t *testing.T) *pair {
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

// expanding is a compressed record of the server that expands beyond the limit at the client.
func expanding(t *testing.T) *pair {
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
	strangers := identityFor(t, "ecdsa-p256").roots(t)
	r := revocableFor(t, "ecdsa-p256")
	stapled := func(status []byte) func(*testing.T) *pair {
		return func(t *testing.T) *pair {
			p := newPair(r.configs(t, RevocationStapled, status))
			_ = p.runTampered(unchanged)
			return p
		}
	}
	serving := limited(t, x509.ExtKeyUsageServerAuth, x509.KeyUsageDigitalSignature)
	noOCSPAnswer := func(cfg *Config) { cfg.Certificates = []*Certificate{issuedByALeaf(t)} }
	return []cause{
		{alert.CloseNotify, alert.Warning, "the end of what is sent", afterHandshake(TLS13, func(_ *testing.T, p *pair) { p.client.Close() })},
		{alert.UnexpectedMessage, alert.Fatal, "a message that is not due", afterHandshake(TLS13, delivering(TypeHandshake, requests[client]...))},
		{alert.BadRecordMAC, alert.Fatal, "a forged record", afterHandshake(TLS12, raw(append([]byte{23, 3, 3, 0, 40}, make([]byte, 40)...)...))},
		{alert.DecryptionFailed, 0, "told apart from bad_record_mac, it would tell an attacker of the padding: RFC 5246 §7.2.2", nil},
		{alert.RecordOverflow, alert.Fatal, "a record that is too long", afterHandshake(TLS12, raw(23, 3, 3, 0x48, 0x01))},
		{alert.DecompressionFailure, alert.Fatal, "a record that does not decompress", expanding},
		{alert.HandshakeFailure, alert.Fatal, "no common suite", failing("ecdsa-p256", onlySuite(0x1301), onlySuite(0x1303))},
		{alert.NoCertificate, alert.Warning, "SSL 3.0's client without the certificate that it is asked for", declining},
		{alert.BadCertificate, alert.Fatal, "a certificate for another name", misnamed(UnknownNameIgnored)},
		{alert.UnsupportedCertificate, alert.Fatal, "a certificate for servers that a client shows", failing("ecdsa-p256",
			func(c *Config) { c.Certificates = []*Certificate{serving.certificate} },
			func(c *Config) { c.ClientAuth, c.ClientCAs = ClientAuthRequired, serving.roots })},
		{alert.CertificateRevoked, alert.Fatal, "a stapled response that the certificate is revoked", stapled(r.response(t, revoked))},
		{alert.CertificateExpired, alert.Fatal, "a certificate of the past", failing("ecdsa-p256", func(c *Config) { c.Now = func() time.Time { return testTime.AddDate(2, 0, 0) } }, nothing)},
		{alert.CertificateUnknown, alert.Fatal, "an issuer that is no authority", failing("ecdsa-p256", nothing, noOCSPAnswer)},
		{alert.IllegalParameter, alert.Fatal, "a KeyUpdate that asks for 2", afterHandshake(TLS13, delivering(TypeHandshake, byte(KeyUpdate), 0, 0, 1, 2))},
		{alert.UnknownCA, alert.Fatal, "a chain to another root", failing("ecdsa-p256", func(c *Config) { c.Roots = strangers }, nothing)},
		{alert.AccessDenied, alert.Fatal, "a client that is known and not let in", failing("ecdsa-p256", showing, both(asking, func(c *Config) {
			c.Admit = func([]*pki.Certificate) error { return errors.New("banned") }
		}))},
		{alert.DecodeError, alert.Fatal, "a KeyUpdate without content", afterHandshake(TLS13, delivering(TypeHandshake, byte(KeyUpdate), 0, 0, 0))},
		{alert.DecryptError, alert.Fatal, "a binder of another secret", func(t *testing.T) *pair {
			cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
			first, _ := connect(t, cc, sc)
			cc.Session = first.client.Session()
			ticketsOf(cc.Session)[0].PSK[0] ^= 1
			p := newPair(cc, sc)
			_ = p.runTampered(unchanged)
			return p
		}},
		{alert.ExportRestriction, 0, "there are no export suites since TLS 1.1: RFC 4346 §7.2.2", nil},
		{alert.ProtocolVersion, alert.Fatal, "no common version", failing("ecdsa-p256", maxVersion(TLS12), fromVersion(TLS13))},
		{alert.InsufficientSecurity, alert.Fatal, "no common finite field", failing("rsa2048",
			both(maxVersion(TLS12), onlySuite(0x009e), withGroups(FFDHE3072)), withGroups(FFDHE2048))},
		{alert.InternalError, alert.Fatal, "an end of randomness", failing("ecdsa-p256", nothing, func(c *Config) { c.Rand = &exhausted{c.Rand, 10} })},
		{alert.InappropriateFallback, alert.Fatal, "a fallback without need", failing("ecdsa-p256", both(maxVersion(TLS12), func(c *Config) { c.Fallback = true }), nothing)},
		{alert.UserCanceled, alert.Warning, "a handshake that is given up", func(t *testing.T) *pair {
			p := pairOf(false, nothing, nothing)(t)
			p.tap = tapped(p)
			if err := p.client.Start(); err != nil {
				t.Fatal(err)
			}
			p.client.Close()
			return p
		}},
		{alert.NoRenegotiation, alert.Warning, "a ClientHello on a connection of TLS 1.2", afterHandshake(TLS12, delivering(TypeHandshake, requests[client]...))},
		{alert.MissingExtension, alert.Fatal, "a ClientHello without key_share", withChanged(TLS13, ClientHello, inHello(without(extKeyShare)))},
		{alert.UnsupportedExtension, alert.Fatal, "an answer that was not asked for", withChanged(TLS12, ServerHello, inServer(with(extALPN, "\x00\x03\x02h2")))},
		{alert.CertificateUnobtainable, 0, "certificates are not fetched for clients: client_certificate_url, RFC 6066 §5, is not agreed to", nil},
		{alert.UnrecognizedName, alert.Fatal, "a name that the server is not called by", misnamed(UnknownNameRefused)},
		{alert.BadCertificateStatus, alert.Fatal, "a stapled response that is outdated", stapled(r.response(t, outdated))},
		{alert.BadCertificateHashValue, 0, "certificates are not fetched for clients: client_certificate_url, RFC 6066 §5, is not agreed to", nil},
		{alert.UnknownPSKIdentity, alert.Fatal, "an unknown PSK of a client that has nothing else", func(t *testing.T) *pair {
			cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
			first, _ := connect(t, cc, sc)
			cc.Session, sc.Tickets = first.client.Session(), session.NewTicketKeys([32]byte{9})
			p := newPair(cc, sc)
			_ = p.runTampered(func(_ int, burst []message) []message {
				if len(burst) > 0 {
					burst[0].body = append(burst[0].body[:headerSize:headerSize], inHello(without(extSignatureAlgorithms))(burst[0].body[headerSize:])...)
					putLength(burst[0].body)
				}
				return burst
			})
			return p
		}},
		{alert.CertificateRequired, alert.Fatal, "a client without the certificate", failing("ecdsa-p256", nothing, demanding)},
		{alert.GeneralError, 0, "there is always a more particular one, which RFC 9846 §6.2 prefers", nil},
		{alert.NoApplicationProtocol, alert.Fatal, "no common application protocol", failing("ecdsa-p256", withALPN("h2"), withALPN("http/1.1"))},
		{alert.ECHRequired, 0, "there is no Encrypted Client Hello: RFC 9849 §5", nil},
	}
}

func TestEveryAlertHasItsCauseOrIsNeverSent(t *testing.T) {
	seen := map[alert.Description]bool{}
	for _, x := range causes(t) {
		if seen[x.alert] {
			t.Errorf("%v stands twice", x.alert)
		}
		seen[x.alert] = true
		if x.step == nil {
			for r, row := range reasons {
				if row.alert == x.alert && x.alert != 0 {
					t.Errorf("%v is never sent, but it is for reason %d, %v", x.alert, r, reason(r))
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
						t.Errorf("%s: %s reports %x, want %x", x.what, sideNames[from], b.body, want)
					}
					err := p.deliver(peer, b)
					var e *Error
					if fatal := errors.As(err, &e) && e.Fault == FaultRemote && e.Alert == x.alert; fatal != (x.level == alert.Fatal) {
						t.Errorf("%s: the peer receives %v", x.what, err)
					}
					return
				}
			}
			t.Errorf("%s: no alert; %v, %v", x.what, p.client.err, p.server.err)
		})
	}
	for a := range alert.All() {
		if !seen[a] {
			t.Errorf("%v has neither a cause nor a reason not to be sent", a)
		}
	}
}
