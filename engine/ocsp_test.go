package engine

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"tlslab/engine/alert"
	"tlslab/engine/op"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// How clients check revocation: by stapled and by fetched OCSP responses.

const testResponder = "http://ocsp.example.test/"

// A revocable is a certificate and its OCSP responder.
type revocable struct {
	*testPKI
	leaf      *pki.Certificate
	responder *ca.OCSPResponder
}

func revocableFor(t testing.TB, algorithm string, set ...func(*ca.ChainSpec)) *revocable {
	t.Helper()
	spec := ca.ChainSpec{
		Seed: "engine tests", Algorithm: algorithm, Length: 2, Names: []string{testName}, OCSPURL: testResponder,
		NotBefore: testTime.AddDate(-1, 0, 0), NotAfter: testTime.AddDate(1, 0, 0),
	}
	for _, f := range set {
		f(&spec)
	}
	chain, err := ca.Issue(spec)
	r := &revocable{testPKI: &testPKI{chain: chain}}
	fail := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	fail(err)
	r.roots, err = pki.NewRoots(chain.Root)
	fail(err)
	r.certificate, err = NewCertificate(chain.Certificates, chain.Key)
	fail(err)
	r.leaf, err = pki.Parse(chain.Certificates[0])
	fail(err)
	r.responder, err = chain.OCSPResponder(true)
	fail(err)
	return r
}

func mustStaple(s *ca.ChainSpec) { s.MustStaple = true }
func noResponder(s *ca.ChainSpec) {
	s.OCSPURL = ""
}

// response makes an OCSP response with the status good, unless set changes it.
func (r *revocable) response(t testing.TB, set ...func(*ca.OCSPResponseSpec)) []byte {
	t.Helper()
	spec := ca.OCSPResponseSpec{RevokedAt: testTime.AddDate(0, -1, 0), ThisUpdate: testTime.Add(-time.Hour), NextUpdate: testTime.Add(time.Hour)}
	for _, f := range set {
		f(&spec)
	}
	response, err := r.responder.Respond(r.leaf, spec)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func revoked(s *ca.OCSPResponseSpec)  { s.Status = pki.OCSPRevoked }
func unknown(s *ca.OCSPResponseSpec)  { s.Status = pki.OCSPUnknown }
func outdated(s *ca.OCSPResponseSpec) { s.NextUpdate = testTime.Add(-time.Minute) }

// configs are the Configs of a connection with this certificate, stapled unless staple is nil.
func (r *revocable) configs(t testing.TB, how Revocation, staple []byte) (client, server *Config) {
	t.Helper()
	certificate := r.certificate
	if staple != nil {
		var err error
		if certificate, err = certificate.WithOCSPResponse(staple); err != nil {
			t.Fatal(err)
		}
	}
	client, server = clientConfig(t, "rsa2048"), serverConfig(t)
	client.Roots, client.Revocation, server.Certificates = r.roots, how, []*Certificate{certificate}
	return client, server
}

// wanting makes a client of the handshake cases check revocation.
func wanting(how Revocation) func(*Config) {
	return func(cfg *Config) { cfg.Revocation, cfg.VerifyNothing = how, false }
}

// sharedRevocable is the certificate whose OCSP response the handshake cases fetch.
var sharedRevocable = sync.OnceValue(func() *revocable {
	var t testing.T
	return revocableFor(&t, "rsa2048")
})

// fetching makes a client of the handshake cases fetch OCSP responses.
func fetching(cfg *Config) {
	wanting(RevocationFetched)(cfg)
	cfg.Roots = sharedRevocable().roots
}

// withResponder gives a server a certificate that names an OCSP responder.
func withResponder(cfg *Config) { cfg.Certificates = []*Certificate{sharedRevocable().certificate} }

// answerOCSP is the response of that OCSP responder.
func answerOCSP(string, []byte) []byte {
	var t testing.T
	return sharedRevocable().response(&t)
}

func softFailing(cfg *Config) {
	wanting(RevocationStapled)(cfg)
	cfg.SoftFail = true
}

// stapling leaves a server of the handshake cases only its last certificate, and staples a response
// with the status good.
func stapling(cfg *Config) {
	var t testing.T
	r := &revocable{testPKI: pkiFor(&t, cfg.Certificates[len(cfg.Certificates)-1].Algorithm())}
	r.leaf, _ = pki.Parse(r.chain.Certificates[0])
	r.responder, _ = r.chain.OCSPResponder(false)
	certificate, err := r.certificate.WithOCSPResponse(r.response(&t))
	if err != nil {
		panic(err)
	}
	cfg.Certificates = []*Certificate{certificate}
}

// Each Revocation, with and without a staple, in each version, full and resumed: what both Infos
// say.
func TestRevocation(t *testing.T) {
	r := revocableFor(t, "rsa2048")
	staple := r.response(t)
	for v := TLS10; v <= TLS13; v++ {
		for how := RevocationNone; how <= RevocationFetched; how++ {
			for _, stapled := range []bool{true, false} {
				t.Run(fmt.Sprintf("%v/%v/%v", v, how, stapled), func(t *testing.T) {
					cc, sc := r.configs(t, how, nil)
					if stapled {
						cc, sc = r.configs(t, how, staple)
					}
					both(onlyVersion(v))(cc)
					both(onlyVersion(v))(sc)
					questions := 0
					p := newPair(cc, sc)
					p.answer = func(url string, request []byte) []byte {
						questions++
						asked, err := pki.OCSPRequestsStatus(request, r.leaf, r.responder.Issuer)
						if url != testResponder || err != nil || !asked {
							t.Errorf("asked %q about another certificate: %v", url, err)
						}
						return staple
					}
					err := p.run()
					if how == RevocationStapled && !stapled {
						wantAlert(t, "no staple", err, alert.BadCertificateStatus)
						return
					}
					if err != nil {
						t.Fatal(err)
					}
					p.exchange(t)
					if got := p.client.Info().Revocation; got != how {
						t.Errorf("the client's Revocation is %v, want %v", got, how)
					}
					if got, want := p.server.Info().Revocation, how == RevocationStapled; (got == RevocationStapled) != want {
						t.Errorf("the server reports %v to a client with Revocation %v", got, how)
					}
					if want := how == RevocationFetched; (questions == 1) != want || !slices.Contains(p.events[p.client], EventHandshakeDone) {
						t.Errorf("%d OCSP requests; events %v", questions, p.events[p.client])
					}
					cc.Session = p.client.Session()
					p = newPair(cc, sc)
					if err := p.run(); err != nil {
						t.Fatal(err)
					}
					if info := p.client.Info(); info.Kind != Resumed || info.Revocation != RevocationNone {
						t.Errorf("the second connection is %v, and its Revocation %v", info.Kind, info.Revocation)
					}
				})
			}
		}
	}
}

// SSL 3.0 has no extensions, but its certificates may name a responder.
func TestRevocationInSSL30(t *testing.T) {
	r := revocableFor(t, "rsa2048")
	cc, sc := r.configs(t, RevocationFetched, r.response(t))
	onlyVersion(SSL30)(cc)
	onlyVersion(SSL30)(sc)
	p := newPair(cc, sc)
	p.answer = func(string, []byte) []byte { return r.response(t) }
	if err := p.run(); err != nil || p.client.Info().Revocation != RevocationFetched {
		t.Errorf("Revocation is %v: %v", p.client.Info().Revocation, err)
	}
}

func TestFaultsOfOCSPResponses(t *testing.T) {
	r := revocableFor(t, "ecdsa-p256")
	must, withoutURL := revocableFor(t, "ecdsa-p256", mustStaple), revocableFor(t, "ecdsa-p256", noResponder)
	other := revocableFor(t, "ed25519")
	const hard, soft = false, true
	for _, x := range []struct {
		what     string
		of       *revocable
		how      Revocation
		soft     bool
		response []byte
		want     alert.Description // 0: the handshake succeeds
		known    bool
	}{
		{"good", r, RevocationStapled, hard, r.response(t), 0, true},
		{"revoked", r, RevocationStapled, hard, r.response(t, revoked), alert.CertificateRevoked, false},
		{"unknown", r, RevocationStapled, hard, r.response(t, unknown), alert.BadCertificateStatus, false},
		{"outdated", r, RevocationStapled, hard, r.response(t, outdated), alert.BadCertificateStatus, false},
		{"for another certificate", r, RevocationStapled, hard, other.response(t), alert.BadCertificateStatus, false},
		{"unavailable", r, RevocationStapled, hard, ca.OCSPTryLater(), alert.BadCertificateStatus, false},
		{"malformed", r, RevocationStapled, hard, []byte("x"), alert.BadCertificateStatus, false},
		{"missing", r, RevocationStapled, hard, nil, alert.BadCertificateStatus, false},
		{"missing", r, RevocationStapled, soft, nil, 0, false},
		{"revoked", r, RevocationStapled, soft, r.response(t, revoked), alert.CertificateRevoked, false},
		{"malformed", r, RevocationStapled, soft, []byte("x"), alert.BadCertificateStatus, false},
		{"missing for a must-staple certificate", must, RevocationStapled, soft, nil, alert.BadCertificateStatus, false},
		{"missing for a must-staple certificate, not requested", must, RevocationNone, hard, nil, 0, false},
		{"good", must, RevocationStapled, soft, must.response(t), 0, true},
		{"good", r, RevocationFetched, hard, r.response(t), 0, true},
		{"revoked", r, RevocationFetched, soft, r.response(t, revoked), alert.CertificateRevoked, false},
		{"outdated", r, RevocationFetched, soft, r.response(t, outdated), alert.BadCertificateStatus, false},
		{"unavailable", r, RevocationFetched, hard, ca.OCSPTryLater(), alert.CertificateUnknown, false},
		{"unavailable", r, RevocationFetched, soft, ca.OCSPTryLater(), 0, false},
		{"missing", r, RevocationFetched, hard, nil, alert.CertificateUnknown, false},
		{"missing", r, RevocationFetched, soft, nil, 0, false},
		{"not fetched: the certificate names no responder", withoutURL, RevocationFetched, hard, nil, alert.CertificateUnknown, false},
		{"not fetched: the certificate names no responder", withoutURL, RevocationFetched, soft, nil, 0, false},
	} {
		for _, v := range []Version{TLS12, TLS13} {
			what := fmt.Sprintf("status %s, %v, soft %v, %v", x.what, x.how, x.soft, v)
			var staple []byte
			if x.how == RevocationStapled {
				staple = x.response
			}
			cc, sc := x.of.configs(t, x.how, staple)
			cc.MaxVersion, cc.SoftFail = v, x.soft
			p := newPair(cc, sc)
			p.answer = func(string, []byte) []byte { return x.response }
			err := p.run()
			if x.want != 0 {
				wantAlert(t, what, err, x.want)
				if len(p.up) == 0 {
					t.Errorf("%s: the client sends no alert", what)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", what, err)
			} else if got := p.client.Info().Revocation != RevocationNone; got != x.known {
				t.Errorf("%s: the client knows the status: %v, want %v", what, got, x.known)
			}
		}
	}
}

// A client waits for the OCSP response once, and consumes nothing meanwhile.
func TestClientsWaitForTheOCSPResponse(t *testing.T) {
	r := revocableFor(t, "ecdsa-p256")
	for _, v := range []Version{TLS12, TLS13} {
		cc, sc := r.configs(t, RevocationFetched, nil)
		cc.MaxVersion = v
		p := newPair(cc, sc)
		if err := p.client.Start(); err != nil {
			t.Fatal(err)
		}
		var unexpected *Error
		if _, err := p.client.OCSPResponse(nil); !errors.As(err, &unexpected) || unexpected.Fault != FaultLocal {
			t.Errorf("%v: an OCSPResponse before the request: %v", v, err)
		}
		if err := p.feed(p.server, p.client.Flush(nil)); err != nil {
			t.Fatal(err)
		}
		down := p.server.Flush(nil)
		var ev Event
		for ev.Kind != EventOCSPRequest {
			n, got, err := p.client.Recv(down)
			if err != nil || n == 0 {
				t.Fatalf("%v: %v, after %d bytes", v, err, n)
			}
			ev, down = got, down[n:]
		}
		for range 3 {
			n, ev, err := p.client.Recv(append(bytes.Clone(down), asRecord(TypeAlert, []byte{2, 40})...))
			if n != 0 || ev.Kind != EventNone || err != nil || len(p.client.Flush(nil)) > 0 {
				t.Errorf("%v: the client does not wait for the response: %d bytes consumed, %v, %v", v, n, ev.Kind, err)
			}
		}
		ev, err := p.client.OCSPResponse(r.response(t))
		if err != nil {
			t.Fatal(err)
		}
		if url, request := p.client.OCSPRequest(); url != "" || request != nil {
			t.Errorf("%v: after OCSPResponse the client still requests %q", v, url)
		}
		if ev.Kind != EventHandshakeDone {
			if err := p.feed(p.client, down); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.pump(); err != nil {
			t.Fatal(err)
		}
		p.exchange(t)
	}
}

// Start refuses them before anything is sent.
func TestContradictoryRevocationConfigsAreRefused(t *testing.T) {
	r := revocableFor(t, "ecdsa-p256")
	for what, set := range map[string]func(*Config){
		"Revocation with VerifyNothing": func(cfg *Config) { cfg.VerifyNothing = true },
		"unknown Revocation":            func(cfg *Config) { cfg.Revocation = 9 },
		"stapling in SSL 3.0":           onlyVersion(SSL30),
	} {
		cc, _ := r.configs(t, RevocationStapled, nil)
		set(cc)
		if err := Client(cc, testName).Start(); err == nil {
			t.Errorf("%s: Start accepts the Config", what)
		}
	}
	for _, response := range [][]byte{nil, make([]byte, 1<<16)} {
		if _, err := r.certificate.WithOCSPResponse(response); err == nil {
			t.Errorf("WithOCSPResponse accepts %d bytes", len(response))
		}
	}
	for how := RevocationNone; how <= RevocationFetched; how++ {
		if got, err := ParseRevocation(how.String()); got != how || err != nil {
			t.Errorf("%v reads as %v: %v", how, got, err)
		}
	}
}

// The client pays for verifying an OCSP response: a signature and digests.
func TestRevocationCostsTheClient(t *testing.T) {
	r := revocableFor(t, "ecdsa-p256")
	verified := map[Revocation]int{}
	for how := RevocationNone; how <= RevocationFetched; how++ {
		cc, sc := r.configs(t, how, r.response(t))
		cc.Observe = func(n Notice) {
			if n.Kind == Operation && n.Op.Kind == op.Verify {
				verified[how]++
			}
		}
		p := newPair(cc, sc)
		p.answer = func(string, []byte) []byte { return r.response(t) }
		if err := p.run(); err != nil {
			t.Fatal(err)
		}
	}
	if verified[RevocationNone] != 3 || verified[RevocationStapled] != 5 || verified[RevocationFetched] != 5 {
		t.Errorf("signatures verified: %v; want two of the chain and one of the handshake, and two of an OCSP response", verified)
	}
}
