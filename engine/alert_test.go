package engine

import (
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"slices"
	"testing"
	"time"

	"tlslab/engine/pki"
)

// What every alert is for: who says it, when, and that the other side is told.

// A cause lets two sides come to an alert, which is then ready to be flushed, or
// says why that cannot be.
type cause struct {
	alert Alert
	level byte
	what  string
	act   func(t *testing.T) *pair // nil: it is never sent, and what says why
}

// honestly is no meddling at all.
func honestly(_ int, burst []parcel) []parcel { return burst }

// failing is a handshake that comes to its alert by itself.
func failing(algorithm string, client, server func(*Config)) func(*testing.T) *pair {
	return func(t *testing.T) *pair {
		cc, sc := clientConfig(t, algorithm), serverConfig(t, algorithm)
		client(cc)
		server(sc)
		p := newPair(cc, sc)
		if err := p.meddle(honestly); err == nil {
			t.Fatal("the handshake does not fail")
		}
		return p
	}
}

// lasting is a connection to which something happens after its handshake.
func lasting(v Version, then func(t *testing.T, p *pair)) func(*testing.T) *pair {
	return func(t *testing.T) *pair {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
		onlyVersion(v)(cc)
		onlyVersion(v)(sc)
		p := newPair(cc, sc)
		if err := p.meddle(honestly); err != nil {
			t.Fatal(err)
		}
		then(t, p)
		return p
	}
}

// told is a handshake in which one message is changed on its way.
func told(v Version, m Message, change edit) func(*testing.T) *pair {
	return func(t *testing.T) *pair {
		p := meddledPair(false, maxVersion(v), nothing)(t)
		_ = p.meddle(func(_ int, burst []parcel) []parcel {
			for i := range burst {
				if burst[i].message() == m {
					burst[i].body = append(burst[i].body[:headerSize:headerSize], change(burst[i].body[headerSize:])...)
					putLength(burst[i].body)
				}
			}
			return burst
		})
		return p
	}
}

// handed gives the server a message that its client would not have sent.
func handed(typ ContentType, body ...byte) func(*testing.T, *pair) {
	return func(t *testing.T, p *pair) { _ = p.hand(p.server, parcel{from: client, typ: typ, body: body}) }
}

// Records that no keys are needed for.
func raw(record ...byte) func(*testing.T, *pair) {
	return func(t *testing.T, p *pair) { _ = p.feed(p.server, record) }
}

// exhausted is a source of randomness that ends.
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

// misnamed is a handshake for a name that the server has no certificate for.
func misnamed(policy NamePolicy) func(*testing.T) *pair {
	return func(t *testing.T) *pair {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		sc.UnknownNames = policy
		p := newPair(cc, sc)
		p.client = Client(cc, "other.example.test")
		_ = p.meddle(honestly)
		return p
	}
}

// declining is a handshake of SSL 3.0 up to where the client says that it has no
// certificate.
func declining(t *testing.T) *pair {
	p := meddledPair(false, onlyVersion(SSL30), both(onlyVersion(SSL30), asking))(t)
	p.tap = tapped(p)
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	for _, from := range []side{client, server} {
		one, peer := p.ends(from)
		for _, b := range p.tap.unpack(from, one.Flush(nil)) {
			if err := p.hand(peer, b); err != nil {
				t.Fatal(err)
			}
		}
	}
	return p
}

// expanding is a server's record that becomes too much at the client.
func expanding(t *testing.T) *pair {
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	both(maxVersion(TLS12), compression, recordsOf(512))(cc)
	compression(sc)
	p := newPair(cc, sc)
	if err := p.meddle(honestly); err != nil {
		t.Fatal(err)
	}
	_ = p.feed(p.client, p.tap.record(server, TypeApplicationData, make([]byte, 1<<14)))
	return p
}

// issuedByALeaf is a certificate whose issuer has no authority.
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
			_ = p.meddle(honestly)
			return p
		}
	}
	serving := limited(t, x509.ExtKeyUsageServerAuth, x509.KeyUsageDigitalSignature)
	noAuthority := func(cfg *Config) { cfg.Certificates = []*Certificate{issuedByALeaf(t)} }
	return []cause{
		{AlertCloseNotify, levelWarning, "the end of what is sent", lasting(TLS13, func(_ *testing.T, p *pair) { p.client.Close() })},
		{AlertUnexpectedMessage, levelFatal, "a message that is not due", lasting(TLS13, handed(TypeHandshake, requests[client]...))},
		{AlertBadRecordMAC, levelFatal, "a forged record", lasting(TLS12, raw(append([]byte{23, 3, 3, 0, 40}, make([]byte, 40)...)...))},
		{AlertDecryptionFailed, 0, "told apart from bad_record_mac, it would tell an attacker of the padding: RFC 5246 §7.2.2", nil},
		{AlertRecordOverflow, levelFatal, "a record that is too long", lasting(TLS12, raw(23, 3, 3, 0x48, 0x01))},
		{AlertDecompressionFailure, levelFatal, "a record that does not decompress", expanding},
		{AlertHandshakeFailure, levelFatal, "no common suite", failing("ecdsa-p256", onlySuite(0x1301), onlySuite(0x1303))},
		{AlertNoCertificate, levelWarning, "SSL 3.0's client without the certificate that it is asked for", declining},
		{AlertBadCertificate, levelFatal, "a certificate for another name", misnamed(UnknownNameIgnored)},
		{AlertUnsupportedCertificate, levelFatal, "a certificate for servers that a client shows", failing("ecdsa-p256",
			func(c *Config) { c.Certificates = []*Certificate{serving.certificate} },
			func(c *Config) { c.ClientAuth, c.ClientCAs = ClientAuthRequired, serving.roots })},
		{AlertCertificateRevoked, levelFatal, "a stapled word that the certificate is revoked", stapled(r.says(t, revoked))},
		{AlertCertificateExpired, levelFatal, "a certificate of the past", failing("ecdsa-p256", func(c *Config) { c.Now = func() time.Time { return testTime.AddDate(2, 0, 0) } }, nothing)},
		{AlertCertificateUnknown, levelFatal, "an issuer that is no authority", failing("ecdsa-p256", nothing, noAuthority)},
		{AlertIllegalParameter, levelFatal, "a KeyUpdate that asks for 2", lasting(TLS13, handed(TypeHandshake, byte(KeyUpdate), 0, 0, 1, 2))},
		{AlertUnknownCA, levelFatal, "a chain to another root", failing("ecdsa-p256", func(c *Config) { c.Roots = strangers }, nothing)},
		{AlertAccessDenied, levelFatal, "a client that is known and not let in", failing("ecdsa-p256", showing, both(asking, func(c *Config) {
			c.Admit = func([]*pki.Certificate) error { return errors.New("banned") }
		}))},
		{AlertDecodeError, levelFatal, "a KeyUpdate without content", lasting(TLS13, handed(TypeHandshake, byte(KeyUpdate), 0, 0, 0))},
		{AlertDecryptError, levelFatal, "a binder of another secret", func(t *testing.T) *pair {
			cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
			first, _ := connect(t, cc, sc)
			cc.Session = first.client.Session()
			cc.Session.tickets[0].psk[0] ^= 1
			p := newPair(cc, sc)
			_ = p.meddle(honestly)
			return p
		}},
		{AlertExportRestriction, 0, "there are no export suites since TLS 1.1: RFC 4346 §7.2.2", nil},
		{AlertProtocolVersion, levelFatal, "no common version", failing("ecdsa-p256", maxVersion(TLS12), fromVersion(TLS13))},
		{AlertInsufficientSecurity, levelFatal, "no common finite field", failing("rsa2048",
			both(maxVersion(TLS12), onlySuite(0x009e), withGroups(FFDHE3072)), withGroups(FFDHE2048))},
		{AlertInternalError, levelFatal, "an end of randomness", failing("ecdsa-p256", nothing, func(c *Config) { c.Rand = &exhausted{c.Rand, 10} })},
		{AlertInappropriateFallback, levelFatal, "a fallback without need", failing("ecdsa-p256", both(maxVersion(TLS12), func(c *Config) { c.Fallback = true }), nothing)},
		{AlertUserCanceled, levelWarning, "a handshake that is given up", func(t *testing.T) *pair {
			p := meddledPair(false, nothing, nothing)(t)
			p.tap = tapped(p)
			if err := p.client.Start(); err != nil {
				t.Fatal(err)
			}
			p.client.Close()
			return p
		}},
		{AlertNoRenegotiation, levelWarning, "a ClientHello on a connection of TLS 1.2", lasting(TLS12, handed(TypeHandshake, requests[client]...))},
		{AlertMissingExtension, levelFatal, "a ClientHello without key_share", told(TLS13, ClientHello, inHello(without(extKeyShare)))},
		{AlertUnsupportedExtension, levelFatal, "an answer that was not asked for", told(TLS12, ServerHello, inServer(with(extProtocols, "\x00\x03\x02h2")))},
		{AlertCertificateUnobtainable, 0, "certificates are not fetched for clients: client_certificate_url, RFC 6066 §5, is not agreed to", nil},
		{AlertUnrecognizedName, levelFatal, "a name that the server is not called by", misnamed(UnknownNameRefused)},
		{AlertBadCertificateStatus, levelFatal, "a stapled word that is outdated", stapled(r.says(t, outdated))},
		{AlertBadCertificateHashValue, 0, "certificates are not fetched for clients: client_certificate_url, RFC 6066 §5, is not agreed to", nil},
		{AlertUnknownPSKIdentity, levelFatal, "an unknown PSK of a client that has nothing else", func(t *testing.T) *pair {
			cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
			first, _ := connect(t, cc, sc)
			cc.Session, sc.Tickets = first.client.Session(), NewTicketKeys([32]byte{9})
			p := newPair(cc, sc)
			_ = p.meddle(func(_ int, burst []parcel) []parcel {
				if len(burst) > 0 {
					burst[0].body = append(burst[0].body[:headerSize:headerSize], inHello(without(extSchemes))(burst[0].body[headerSize:])...)
					putLength(burst[0].body)
				}
				return burst
			})
			return p
		}},
		{AlertCertificateRequired, levelFatal, "a client without the certificate", failing("ecdsa-p256", nothing, demanding)},
		{AlertGeneralError, 0, "there is always a more particular one, which RFC 9846 §6.2 prefers", nil},
		{AlertNoApplicationProtocol, levelFatal, "no common application protocol", failing("ecdsa-p256", withALPN("h2"), withALPN("http/1.1"))},
		{AlertECHRequired, 0, "there is no Encrypted Client Hello: RFC 9849 §5", nil},
	}
}

func TestEveryAlertHasItsCauseOrIsNeverSent(t *testing.T) {
	seen := map[Alert]bool{}
	for _, x := range causes(t) {
		if seen[x.alert] {
			t.Errorf("%v stands twice", x.alert)
		}
		seen[x.alert] = true
		if x.act == nil {
			for r, row := range reasons {
				if row.alert == x.alert && x.alert != 0 {
					t.Errorf("%v is never sent, but it is for reason %d, %v", x.alert, r, reason(r))
				}
			}
			continue
		}
		t.Run(x.alert.String(), func(t *testing.T) {
			p := x.act(t)
			for _, from := range []side{client, server} {
				one, peer := p.ends(from)
				for _, b := range p.tap.unpack(from, one.Flush(nil)) {
					if b.typ != TypeAlert {
						_ = p.hand(peer, b)
						continue
					}
					if want := []byte{x.level, byte(x.alert)}; !slices.Equal(b.body, want) {
						t.Errorf("%s: %s says %x, want %x", x.what, sideNames[from], b.body, want)
					}
					err := p.hand(peer, b)
					var e *Error
					if fatal := errors.As(err, &e) && e.Fault == FaultRemote && e.Alert == x.alert; fatal != (x.level == levelFatal) {
						t.Errorf("%s: the other side learns %v", x.what, err)
					}
					return
				}
			}
			t.Errorf("%s: no alert; %v, %v", x.what, p.client.err, p.server.err)
		})
	}
	for a := range alerts {
		if !seen[a] {
			t.Errorf("%v has neither a cause nor a reason not to be sent", a)
		}
	}
}

// sslAlerts are all that SSL 3.0 has (RFC 6101 §5.4.2).
var sslAlerts = []Alert{0, 10, 20, 30, 40, 41, 42, 43, 44, 45, 46, 47}

// Each version says what it has a word for.
func TestEveryVersionHasItsAlerts(t *testing.T) {
	for a, row := range alerts {
		if row.since > row.until || row.since < SSL30 || row.until > TLS13 || row.name == "" {
			t.Errorf("%d: %+v", a, row)
		}
		for v := SSL30; v <= TLS13; v++ {
			said := a.in(v)
			if by := alerts[said]; by.since > v {
				t.Errorf("%v of %v is %v, which came with %v", a, v, said, by.since)
			}
			if row.since <= v && said != a {
				t.Errorf("%v of %v is %v", a, v, said)
			}
		}
		if said := a.in(SSL30); !slices.Contains(sslAlerts, said) && said != AlertInappropriateFallback {
			t.Errorf("%v becomes %v in SSL 3.0", a, said)
		}
	}
}
