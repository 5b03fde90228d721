package netconn

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/alert"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// A client that asks an authority over HTTP: answers that are good, and others.
func TestAskingTheAuthority(t *testing.T) {
	for _, x := range []struct {
		what   string
		handle func(good []byte) http.HandlerFunc
		soft   bool
		alert  alert.Description // 0: the handshake succeeds
		learnt bool
	}{
		{"good", func(good []byte) http.HandlerFunc { return Responder(func([]byte) []byte { return good }).ServeHTTP }, false, 0, true},
		{"a page", func([]byte) http.HandlerFunc {
			return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }
		}, false, alert.CertificateUnknown, false},
		{"a failure", func([]byte) http.HandlerFunc {
			return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "", http.StatusInternalServerError) }
		}, true, 0, false},
		{"endless", func([]byte) http.HandlerFunc {
			return func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", typeStatusResponse)
				for range 100 {
					w.Write(make([]byte, 1<<12))
				}
			}
		}, false, alert.CertificateUnknown, false},
		{"nothing known", func([]byte) http.HandlerFunc {
			return Responder(func([]byte) []byte { return ca.OCSPTryLater() }).ServeHTTP
		}, true, 0, false},
		{"of another", func([]byte) http.HandlerFunc { return Responder(func([]byte) []byte { return []byte("x") }).ServeHTTP }, true, alert.BadCertificateStatus, false},
	} {
		t.Run(x.what, func(t *testing.T) {
			var handler http.HandlerFunc
			authority := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler(w, r) }))
			defer authority.Close()
			chain, certificate, roots := askable(t, authority.URL)
			handler = x.handle(statusOf(t, chain))
			ours, theirs := net.Pipe()
			server := Server(theirs, &engine.Config{Rand: rand.Reader, Now: time.Now, Certificates: []*engine.Certificate{certificate}})
			ended := make(chan error, 1)
			go func() {
				err := server.Handshake(context.Background())
				if err == nil {
					_, err = io.ReadFull(server, make([]byte, 1))
				}
				ended <- err
			}()
			c := Client(ours, &engine.Config{Rand: rand.Reader, Now: time.Now, Roots: roots, Revocation: engine.RevocationFetched, SoftFail: x.soft}, serverName)
			_, err := c.Write([]byte("x"))
			if x.alert == 0 {
				if err := errors.Join(err, <-ended); err != nil || (c.Info().Revocation == engine.RevocationFetched) != x.learnt {
					t.Errorf("%v; learnt by %v", err, c.Info().Revocation)
				}
			} else {
				var refused *engine.Error
				if !errors.As(err, &refused) || refused.Alert != x.alert {
					t.Errorf("%v, want %v", err, x.alert)
				}
				if err := <-ended; err == nil {
					t.Error("the server is content")
				}
			}
			ours.Close()
			theirs.Close()
		})
	}
}

// Whoever is asked must be there, and by HTTP.
func TestNobodyToAsk(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, url := range []string{"http://127.0.0.1:1/", "ldap://ca.example", "://", "file:///etc/passwd"} {
		if response, err := askStatus(ctx, url, []byte("x")); err == nil || response != nil {
			t.Errorf("%s answers %q", url, response)
		}
	}
	w := httptest.NewRecorder()
	Responder(nil).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a GET is answered with %d", w.Code)
	}
}

// askable is a certificate that says who can be asked about it.
func askable(t testing.TB, url string) (*ca.Chain, *engine.Certificate, *pki.Roots) {
	t.Helper()
	chain, err := ca.Issue(ca.ChainSpec{Seed: "status", Algorithm: "ecdsa-p256", Length: 2, Names: []string{serverName}, OCSPURL: url,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	certificate, err1 := engine.NewCertificate(chain.Certificates, chain.Key)
	roots, err2 := pki.NewRoots(chain.Root)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return chain, certificate, roots
}

// statusOf is the authority's word on a chain's leaf: that it is good, unless set says
// otherwise.
func statusOf(t testing.TB, chain *ca.Chain, set ...func(*ca.OCSPResponseSpec)) []byte {
	t.Helper()
	leaf, err1 := pki.Parse(chain.Certificates[0])
	responder, err2 := chain.OCSPResponder(false)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	spec := ca.OCSPResponseSpec{RevokedAt: time.Now().Add(-2 * time.Hour), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(time.Hour)}
	for _, f := range set {
		f(&spec)
	}
	response, err := responder.Respond(leaf, spec)
	if err != nil {
		t.Fatal(err)
	}
	return response
}
