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
	"tlslab/engine/netconn/ocsphttp"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// A client fetches an OCSP response over HTTP during the handshake.
func TestOCSPIsFetched(t *testing.T) {
	for _, x := range []struct {
		answer  string
		handle  func(good []byte) http.HandlerFunc
		soft    bool
		alert   alert.Description // 0: the handshake succeeds
		fetched bool
	}{
		{"good", func(good []byte) http.HandlerFunc {
			return ocsphttp.Responder(func([]byte) []byte { return good }).ServeHTTP
		}, false, 0, true},
		{"an HTML page", func([]byte) http.HandlerFunc {
			return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }
		}, false, alert.CertificateUnknown, false},
		{"status 500", func([]byte) http.HandlerFunc {
			return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "", http.StatusInternalServerError) }
		}, true, 0, false},
		{"too long", func([]byte) http.HandlerFunc {
			return func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/ocsp-response")
				for range 100 {
					w.Write(make([]byte, 1<<12))
				}
			}
		}, false, alert.CertificateUnknown, false},
		{"tryLater", func([]byte) http.HandlerFunc {
			return ocsphttp.Responder(func([]byte) []byte { return ca.OCSPTryLater() }).ServeHTTP
		}, true, 0, false},
		{"malformed", func([]byte) http.HandlerFunc {
			return ocsphttp.Responder(func([]byte) []byte { return []byte("x") }).ServeHTTP
		}, true, alert.BadCertificateStatus, false},
	} {
		t.Run(x.answer, func(t *testing.T) {
			var handler http.HandlerFunc
			responder := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler(w, r) }))
			defer responder.Close()
			chain, certificate, roots := ocspChain(t, responder.URL)
			handler = x.handle(ocspResponse(t, chain))
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
				if err := errors.Join(err, <-ended); err != nil || (c.Info().Revocation == engine.RevocationFetched) != x.fetched {
					t.Errorf("%v; revocation %v", err, c.Info().Revocation)
				}
			} else {
				var refused *engine.Error
				if !errors.As(err, &refused) || refused.Alert != x.alert {
					t.Errorf("%v, want %v", err, x.alert)
				}
				if err := <-ended; err == nil {
					t.Error("the server's handshake succeeds")
				}
			}
			ours.Close()
			theirs.Close()
		})
	}
}

// ocspChain is a chain whose leaf names an OCSP responder.
func ocspChain(t testing.TB, url string) (*ca.Chain, *engine.Certificate, *pki.Roots) {
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

// ocspResponse is an OCSP response for a chain's leaf: good, unless set changes it.
func ocspResponse(t testing.TB, chain *ca.Chain, set ...func(*ca.OCSPResponseSpec)) []byte {
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
