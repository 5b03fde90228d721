package engine

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/engine/wire"
)

// Client authentication between two engines.

// Each policy with each type of certificate and without, in each version, full and resumed:
// whether the handshake succeeds, and what both Infos say.
func TestClientAuthentication(t *testing.T) {
	for v := TLS10; v <= TLS13; v++ {
		for _, policy := range []ClientAuth{ClientAuthNone, ClientAuthRequested, ClientAuthRequired} {
			for _, key := range []string{"", "rsa2048", "ecdsa-p256", "ecdsa-p521", "ed25519", "mldsa44", "mldsa65", "mldsa87"} {
				for _, server := range []func(*Config){nothing, withCache} {
					testClientAuthentication(t, v, policy, key, server)
				}
			}
		}
	}
}

func testClientAuthentication(t *testing.T, v Version, policy ClientAuth, key string, more func(*Config)) {
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	both(onlyVersion(v), more)(sc)
	onlyVersion(v)(cc)
	sc.ClientAuth = policy
	sc.ClientCAs = clientPKI(t, "rsa2048").roots
	if key != "" {
		shown := clientPKI(t, key)
		show(shown)(cc)
		sc.ClientCAs = shown.roots
	}
	if key != "" && pki.KeyTypeOf(key).MinVersion > v {
		return
	}
	name := fmt.Sprintf("TLS %v, certificate %s %q", v, policy, key)
	for i := range 3 {
		p := newPair(cc, sc)
		err := p.run()
		if policy == ClientAuthRequired && key == "" {
			want := alert.HandshakeFailure
			if v == TLS13 {
				want = alert.CertificateRequired
			}
			wantAlert(t, name, err, want)
			return
		}
		if err != nil {
			t.Errorf("%s: connection %d: %v", name, i, err)
			return
		}
		p.exchange(t)
		ci, si := p.client.Info(), p.server.Info()
		want := policy != ClientAuthNone && key != ""
		if ci.ClientAuthenticated != want || si.ClientAuthenticated != want {
			t.Errorf("%s: connection %d: authenticated: client %v, server %v", name, i, ci.ClientAuthenticated, si.ClientAuthenticated)
		}
		if n := len(si.PeerChain); (n == 2) != want || n == 2 && si.PeerChain[0].Key.Algorithm != key {
			t.Errorf("%s: connection %d: the server knows %d certificates", name, i, n)
		}
		kind := Full
		if i > 0 && (v < TLS13 || sc.Tickets != nil) {
			kind = Resumed
		}
		if ci.Kind != kind || si.Kind != kind {
			t.Errorf("%s: connection %d is %v and %v, want %v", name, i, ci.Kind, si.Kind, kind)
		}
		cc.Session = p.client.Session()
	}
}

// The fault of a client's chain decides the alert.
func TestFaultsOfClientCertificates(t *testing.T) {
	good := clientPKI(t, "ecdsa-p256")
	old := specialPKI(t, ca.ChainSpec{Seed: "old", Algorithm: "ecdsa-p256", Length: 2, NotBefore: testTime.AddDate(-2, 0, 0), NotAfter: testTime.AddDate(-1, 0, 0)})
	early := specialPKI(t, ca.ChainSpec{Seed: "early", Algorithm: "ecdsa-p256", Length: 2, NotBefore: testTime.AddDate(1, 0, 0), NotAfter: testTime.AddDate(2, 0, 0)})
	foreign := &testPKI{roots: identityFor(t, "ecdsa-p256").roots(t)}
	serving, signless := limited(t, x509.ExtKeyUsageServerAuth, x509.KeyUsageDigitalSignature), limited(t, x509.ExtKeyUsageClientAuth, x509.KeyUsageKeyEncipherment)
	for _, x := range []struct {
		name  string
		shown *testPKI
		trust *testPKI
		alert alert.Description
	}{
		{"expired", old, old, alert.CertificateExpired},
		{"not yet valid", early, early, alert.CertificateExpired},
		{"for servers only", serving, serving, alert.UnsupportedCertificate},
		{"not for signing", signless, signless, alert.UnsupportedCertificate},
	} {
		for _, v := range []Version{TLS12, TLS13} {
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
			both(onlyVersion(v), show(x.shown))(cc)
			ask(ClientAuthRequested, x.trust)(sc)
			p := newPair(cc, sc)
			wantAlert(t, x.name, p.run(), x.alert)
			if p.server.Info().Done || p.server.Info().ClientAuthenticated {
				t.Errorf("%s: the server accepts the certificate", x.name)
			}
		}
	}
	// A client that ignores the names of authorities gets unknown_ca.
	for _, v := range []Version{TLS12, TLS13} {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
		shown := *good.certificate
		shown.issuers = [][]byte{foreign.roots.Names()[0]}
		onlyVersion(v)(cc)
		cc.Certificates = []*Certificate{&shown}
		ask(ClientAuthRequested, foreign)(sc)
		wantAlert(t, "unknown CA", newPair(cc, sc).run(), alert.UnknownCA)
	}
}

// limited is a self-signed client certificate with certain key usages.
func limited(t *testing.T, purpose x509.ExtKeyUsage, usage x509.KeyUsage) *testPKI {
	t.Helper()
	id := selfSigned(t, purpose, usage)
	return &testPKI{roots: id.roots(t), certificate: id.certificate(t)}
}

// A client presents its first certificate that fits the CertificateRequest: its type, a signature
// scheme and an authority.
func TestClientChoosesACertificateThatFits(t *testing.T) {
	rsa, ecdsa, p384 := clientPKI(t, "rsa2048"), clientPKI(t, "ecdsa-p256"), clientPKI(t, "ecdsa-p384")
	types := func(b byte) edit {
		return func(body []byte) []byte { return append([]byte{1, b}, body[3:]...) }
	}
	schemes13 := func(list string) edit {
		m := new(wire.CertificateRequest13Msg)
		return editExtensions(m, &m.Extensions, instead(extSignatureAlgorithms, list))
	}
	named := func(name string) edit {
		m := new(wire.CertificateRequest13Msg)
		return editExtensions(m, &m.Extensions, instead(extCertificateAuthorities, name))
	}
	root := string(wire.AppendDistinguishedNames(nil, ecdsa.roots.Names()))
	for _, x := range []struct {
		name    string
		version Version
		has     []*testPKI
		request edit
		want    *testPKI
	}{
		{"the first", TLS13, []*testPKI{rsa, ecdsa}, nil, rsa},
		{"the first in TLS 1.2", TLS12, []*testPKI{ecdsa, rsa}, nil, ecdsa},
		{"no certificate", TLS13, nil, nil, nil},
		{"of a requested type", TLS12, []*testPKI{rsa, ecdsa}, types(64), ecdsa},
		{"of a requested type, before TLS 1.2", TLS11, []*testPKI{ecdsa, rsa}, types(1), rsa},
		{"none of a requested type", TLS12, []*testPKI{rsa, ecdsa}, types(2), nil},
		{"of a requested scheme", TLS13, []*testPKI{rsa, ecdsa, p384}, schemes13("\x00\x02\x05\x03"), p384},
		{"none of a requested scheme", TLS13, []*testPKI{ecdsa}, schemes13("\x00\x02\x08\x04"), nil},
		{"of a requested authority", TLS13, []*testPKI{ecdsa}, named(root), ecdsa},
		{"none of a requested authority", TLS13, []*testPKI{ecdsa}, named("\x00\x05\x00\x03???"), nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
			ask(ClientAuthRequested, ecdsa)(sc)
			for _, has := range x.has {
				show(has)(cc)
			}
			c, s := Client(cc, testName), Server(sc)
			steps := &legacyHandlers.steps
			if x.version == TLS13 {
				steps = &tls13Handlers.steps
			}
			c.info.Version, s.info.Version = x.version, x.version
			body, err := steps[CertificateRequest].write(s, nil)
			if err != nil {
				t.Fatal(err)
			}
			if x.request != nil {
				body = x.request(body)
			}
			if err := steps[CertificateRequest].read(c, body); err != nil {
				t.Fatal(err)
			}
			got, err := steps[Certificates].write(c, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := make([]byte, 3)
			switch {
			case x.version == TLS13 && x.want == nil:
				want = make([]byte, 4)
			case x.version == TLS13:
				want = x.want.certificate.tls13
			case x.want != nil:
				want = x.want.certificate.legacy
			}
			if !slices.Equal(got, want) {
				t.Errorf("a Certificate of %d bytes, want %d", len(got), len(want))
			}
		})
	}
}

// Each rule of client authentication, broken once.
func TestBrokenRulesOfClientAuthentication(t *testing.T) {
	withoutProtection(t)
	request13 := func(f func(extensionList) extensionList) edit {
		m := new(wire.CertificateRequest13Msg)
		return editExtensions(m, &m.Extensions, f)
	}
	entry := func(ext string) edit {
		return func(body []byte) []byte {
			var m wire.Certificate13Msg
			if err := m.Parse(slices.Clone(body)); err != nil {
				panic(err)
			}
			der, _, _ := m.Entries.Next()
			m.Entries = wire.CertificateEntries(wire.CertificateList(nil).Add(der))
			m.Entries = append(m.Entries, ext...)
			return m.Append(nil)
		}
	}
	for _, x := range []struct {
		rule     string
		versions [2]Version
		from     side
		message  Message
		edit     edit
		alert    alert.Description
	}{
		{"a client's signature verifies", [2]Version{TLS10, TLS13}, client, CertificateVerify, flip(-1), alert.DecryptError},
		{"a client's scheme is one of the CertificateRequest", [2]Version{TLS12, TLS13}, client, CertificateVerify, func([]byte) []byte { return []byte("\x02\x03\x00\x01x") }, alert.IllegalParameter},
		{"a client's scheme fits its key", [2]Version{TLS12, TLS13}, client, CertificateVerify, func([]byte) []byte { return []byte("\x08\x04\x00\x01x") }, alert.IllegalParameter},
		{"a client's certificate is well-formed", [2]Version{TLS12, TLS12}, client, Certificates, func([]byte) []byte { return []byte("\x00\x00\x04\x00\x00\x01x") }, alert.BadCertificate},
		{"a CertificateVerify needs a certificate", [2]Version{TLS10, TLS12}, client, Certificates, func([]byte) []byte { return []byte("\x00\x00\x00") }, alert.UnexpectedMessage},
		{"a CertificateVerify needs a certificate", [2]Version{TLS13, TLS13}, client, Certificates, func([]byte) []byte { return []byte("\x00\x00\x00\x00") }, alert.UnexpectedMessage},
		{"the client's context is the request's", [2]Version{TLS13, TLS13}, client, Certificates, func(b []byte) []byte { return append([]byte{1, 'c'}, b[1:]...) }, alert.IllegalParameter},
		{"a certificate has only requested extensions", [2]Version{TLS13, TLS13}, client, Certificates, entry("\x00\x04\x00\x05\x00\x00"), alert.UnsupportedExtension},
		{"no unknown extension of a certificate", [2]Version{TLS13, TLS13}, client, Certificates, entry("\x00\x04\xfa\xfa\x00\x00"), alert.UnsupportedExtension},
		{"a request has no context", [2]Version{TLS13, TLS13}, server, CertificateRequest, func(b []byte) []byte { return append([]byte{1, 'c'}, b[1:]...) }, alert.IllegalParameter},
		{"a request has signature_algorithms", [2]Version{TLS13, TLS13}, server, CertificateRequest, request13(without(extSignatureAlgorithms)), alert.MissingExtension},
		{"a request has an extension once", [2]Version{TLS13, TLS13}, server, CertificateRequest, request13(twice(extSignatureAlgorithms)), alert.IllegalParameter},
		{"a request has no extension of another message", [2]Version{TLS13, TLS13}, server, CertificateRequest, request13(with(extKeyShare, "")), alert.IllegalParameter},
		{"unknown extensions of a request are ignored, but hashed", [2]Version{TLS13, TLS13}, server, CertificateRequest, request13(with(0xfafa, "x")), alert.DecryptError},
		{"a request has certificate types", [2]Version{TLS10, TLS12}, server, CertificateRequest, func(b []byte) []byte { return append([]byte{0}, b[3:]...) }, alert.DecodeError},
	} {
		for v := x.versions[0]; v <= x.versions[1]; v++ {
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
			both(onlyVersion(v), showing)(cc)
			both(onlyVersion(v), asking)(sc)
			edited := false
			err := newPair(cc, sc).runTampered(func(_ int, burst []message) []message {
				for i := range burst {
					if burst[i].kind() == x.message && burst[i].from == x.from {
						burst[i].change(x.edit)
						edited = true
					}
				}
				return burst
			})
			if !edited {
				t.Errorf("%s: TLS %v has no %v", x.rule, v, x.message)
			}
			wantAlert(t, fmt.Sprintf("%s, TLS %v", x.rule, v), err, x.alert)
		}
	}
}

// A Certificate without a request is unexpected, and so is a CertificateRequest in a resumed
// handshake or after the handshake.
func TestUnrequestedClientAuthenticationIsUnexpected(t *testing.T) {
	withoutProtection(t)
	shown := sharedClient().certificate
	handshake := func(m Message, body []byte) []byte {
		out := append([]byte{byte(m), 0, 0, 0}, body...)
		putLength(out)
		return out
	}
	before := func(m Message, from side, inserted []byte) func(int, []message) []message {
		return func(_ int, burst []message) []message {
			for i, b := range burst {
				if b.kind() == m && b.from == from {
					return slices.Insert(burst, i, message{from, TypeHandshake, inserted, false})
				}
			}
			return burst
		}
	}
	request13 := handshake(CertificateRequest, []byte("\x00\x00\x08\x00\x0d\x00\x04\x00\x02\x04\x03"))
	request12 := handshake(CertificateRequest, []byte("\x01\x40\x00\x02\x04\x03\x00\x00"))
	for _, x := range []struct {
		what    string
		version Version
		resumed bool
		tamper  func(int, []message) []message
	}{
		{"Certificate", TLS13, false, before(Finished, client, handshake(Certificates, shown.tls13))},
		{"Certificate", TLS12, false, before(ClientKeyExchange, client, handshake(Certificates, shown.legacy))},
		{"CertificateVerify", TLS12, false, before(Finished, client, handshake(CertificateVerify, []byte("\x04\x03\x00\x01x")))},
		{"CertificateRequest in a resumed handshake", TLS13, true, before(Finished, server, request13)},
		{"CertificateRequest in a resumed handshake", TLS12, true, before(Finished, server, request12)},
		{"CertificateRequest before the ServerKeyExchange", TLS12, false, before(ServerKeyExchange, server, request12)},
		{"CertificateRequest before EncryptedExtensions", TLS13, false, before(EncryptedExtensions, server, request13)},
		{"CertificateRequest after the handshake", TLS13, false, before(NewSessionTicket, server, request13)},
	} {
		err := pairOf(x.resumed, both(onlyVersion(x.version), showing), nothing)(t).runTampered(x.tamper)
		wantAlert(t, x.what, err, alert.UnexpectedMessage)
	}
}

// A server needs ClientCAs or VerifyNothing to request certificates.
func TestClientAuthNeedsClientCAs(t *testing.T) {
	cfg := serverConfig(t, "rsa2048")
	cfg.ClientAuth = ClientAuthRequested
	if err := Server(cfg).Start(); !errors.Is(err, badConfig) {
		t.Errorf("without ClientCAs: %v", err)
	}
	cfg.ClientCAs = sharedClient().roots
	cfg.MinVersion = SSL30
	if err := Server(cfg).Start(); err != nil {
		t.Errorf("with SSL 3.0: %v", err)
	}
	if cfg.ClientAuth = 9; !errors.Is(Server(cfg).Start(), badConfig) {
		t.Error("an unknown policy is accepted")
	}
	for _, name := range clientAuthNames {
		if p, err := ParseClientAuth(name); err != nil || p.String() != name {
			t.Errorf("%s is read as %v, %v", name, p, err)
		}
	}
	if _, err := ParseClientAuth("demanded"); err == nil {
		t.Error("ParseClientAuth accepts an unknown policy")
	}
}
