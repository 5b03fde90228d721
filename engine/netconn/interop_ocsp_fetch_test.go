package netconn

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tlslab/engine/netconn/ocsphttp"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// An ocspFiles is a leaf and its issuer, with files of both and of the issuer's key.
type ocspFiles struct {
	chain        *ca.Chain
	leaf, issuer *pki.Certificate
	key          *pki.Key // the issuer's
	folder       string
}

func newOCSPFiles(t *testing.T, algorithm string) ocspFiles {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("needs openssl")
	}
	p := partyOf(t, algorithm)
	leaf, err1 := pki.Parse(p.made.Certificates[0])
	responder, err2 := p.made.OCSPResponder(false)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	a := ocspFiles{chain: p.made, leaf: leaf, issuer: responder.Issuer, key: responder.Key, folder: t.TempDir()}
	key, err := x509.MarshalPKCS8PrivateKey(a.key.Signer())
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]pem.Block{
		"leaf.pem": {Type: "CERTIFICATE", Bytes: leaf.Raw}, "issuer.pem": {Type: "CERTIFICATE", Bytes: a.issuer.Raw},
		"root.pem": {Type: "CERTIFICATE", Bytes: p.made.Root}, "key.pem": {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(a.path(name), pem.EncodeToMemory(&block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func (a ocspFiles) path(name string) string { return filepath.Join(a.folder, name) }

// Fetch gets OCSP responses from openssl's responder.
func TestOCSPIsFetchedFromOpenSSL(t *testing.T) {
	for status, want := range map[string]error{
		"V\t990101000000Z\t\t%X\tunknown\t/CN=leaf\n":              nil,
		"R\t990101000000Z\t200101000000Z\t%X\tunknown\t/CN=leaf\n": pki.ErrRevoked,
	} {
		a := newOCSPFiles(t, "ecdsa-p256")
		theirs, err := x509.ParseCertificate(a.leaf.Raw)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(a.path("index.txt"), fmt.Appendf(nil, status, theirs.SerialNumber), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		l.Close() // for the program, which does not choose a port itself
		s := serverProgram{tool: "openssl", listening: "waiting for OCSP client connections", listens: "..."}
		s.launch(t, []string{"ocsp", "-port", port, "-index", a.path("index.txt"), "-CA", a.path("issuer.pem"),
			"-rsigner", a.path("issuer.pem"), "-rkey", a.path("key.pem"), "-ndays", "1"})
		response, err := ocsphttp.Fetch(t.Context(), "http://127.0.0.1:"+port+"/", pki.OCSPRequest(a.leaf, a.issuer))
		if err != nil {
			t.Fatal(err)
		}
		if err := pki.VerifyOCSPResponse(response, a.leaf, a.issuer, time.Now(), nil); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

// openssl fetches OCSP responses from Responder.
func TestOpenSSLFetchesOCSP(t *testing.T) {
	for _, status := range []pki.OCSPStatus{pki.OCSPGood, pki.OCSPRevoked} {
		a := newOCSPFiles(t, "rsa2048")
		response := ocspResponse(t, a.chain, func(s *ca.OCSPResponseSpec) { s.Status = status })
		server := httptest.NewServer(ocsphttp.Responder(func(request []byte) []byte {
			if requested, err := pki.OCSPRequestsStatus(request, a.leaf, a.issuer); err != nil || !requested {
				t.Errorf("request for another certificate: %v", err)
				return ca.OCSPTryLater()
			}
			return response
		}))
		out, err := run(t, nil, "openssl", "ocsp", "-url", server.URL, "-issuer", a.path("issuer.pem"), "-cert", a.path("leaf.pem"),
			"-CAfile", a.path("root.pem"), "-verify_other", a.path("issuer.pem"))
		server.Close()
		if err != nil || !strings.Contains(out, "Response verify OK") || !strings.Contains(out, "leaf.pem: "+status.String()) {
			t.Errorf("%v: %v\n%s", status, err, out)
		}
	}
}
