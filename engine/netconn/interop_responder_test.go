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

	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// askedOf are a leaf and its issuer, in files too.
type askedOf struct {
	chain        *ca.Chain
	leaf, issuer *pki.Certificate
	key          *pki.Key // the issuer's
	folder       string
}

func askAbout(t *testing.T, algorithm string) askedOf {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("needs openssl")
	}
	p := identityOf(t, algorithm)
	leaf, err1 := pki.Parse(p.made.Certificates[0])
	responder, err2 := p.made.OCSPResponder(false)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	a := askedOf{chain: p.made, leaf: leaf, issuer: responder.Issuer, key: responder.Key, folder: t.TempDir()}
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

func (a askedOf) path(name string) string { return filepath.Join(a.folder, name) }

// openssl's responder answers what a client of ours asks over HTTP.
func TestWeAskOpenSSL(t *testing.T) {
	for status, want := range map[string]error{
		"V\t990101000000Z\t\t%X\tunknown\t/CN=leaf\n":              nil,
		"R\t990101000000Z\t200101000000Z\t%X\tunknown\t/CN=leaf\n": pki.ErrRevoked,
	} {
		a := askAbout(t, "ecdsa-p256")
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
		response, err := askStatus(t.Context(), "http://127.0.0.1:"+port+"/", pki.OCSPRequest(a.leaf, a.issuer))
		if err != nil {
			t.Fatal(err)
		}
		if err := pki.VerifyOCSPResponse(response, a.leaf, a.issuer, time.Now(), nil); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

// openssl asks a responder of ours over HTTP.
func TestOpenSSLAsksUs(t *testing.T) {
	for _, said := range []pki.OCSPStatus{pki.OCSPGood, pki.OCSPRevoked} {
		a := askAbout(t, "rsa2048")
		response := statusOf(t, a.chain, func(s *ca.OCSPResponseSpec) { s.Status = said })
		server := httptest.NewServer(Responder(func(request []byte) []byte {
			if asked, err := pki.OCSPRequestsStatus(request, a.leaf, a.issuer); err != nil || !asked {
				t.Errorf("openssl asks for another: %v", err)
				return ca.OCSPTryLater()
			}
			return response
		}))
		out, err := run(t, nil, "openssl", "ocsp", "-url", server.URL, "-issuer", a.path("issuer.pem"), "-cert", a.path("leaf.pem"),
			"-CAfile", a.path("root.pem"), "-verify_other", a.path("issuer.pem"))
		server.Close()
		if err != nil || !strings.Contains(out, "Response verify OK") || !strings.Contains(out, "leaf.pem: "+said.String()) {
			t.Errorf("%v: %v\n%s", said, err, out)
		}
	}
}
