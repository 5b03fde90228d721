package pki_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// An opensslFolder is a folder in which openssl runs.
type opensslFolder struct {
	t   *testing.T
	dir string
}

func needOpenSSL(t *testing.T) opensslFolder {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("needs openssl")
	}
	return opensslFolder{t, t.TempDir()}
}

func (f opensslFolder) path(name string) string { return filepath.Join(f.dir, name) }

func (f opensslFolder) put(name string, content []byte) {
	f.t.Helper()
	if err := os.WriteFile(f.path(name), content, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

func (f opensslFolder) putPEM(name, kind string, der []byte) {
	f.t.Helper()
	f.put(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func (f opensslFolder) get(name string) []byte {
	f.t.Helper()
	content, err := os.ReadFile(f.path(name))
	if err != nil {
		f.t.Fatal(err)
	}
	return content
}

func (f opensslFolder) run(args ...string) string {
	f.t.Helper()
	cmd := exec.Command("openssl", args...)
	cmd.Dir = f.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		f.t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// longLived is a chain that is valid from 2001 to 2098, with files of its certificates in the
// folder.
func longLived(t *testing.T, f opensslFolder, algorithm string, delegated bool) (ocspChain, ca.OCSPResponseSpec) {
	s := chainSpec(algorithm, 2)
	s.NotBefore, s.NotAfter = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	v := newOCSPChain(t, s, delegated)
	f.putPEM("leaf.pem", "CERTIFICATE", v.leaf.Raw)
	f.putPEM("issuer.pem", "CERTIFICATE", v.issuer.Raw)
	f.putPEM("root.pem", "CERTIFICATE", v.Root)
	return v, ca.OCSPResponseSpec{RevokedAt: s.NotBefore, ThisUpdate: s.NotBefore, NextUpdate: s.NotAfter}
}

func TestOpenSSLAcceptsOurOCSPResponses(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	f := needOpenSSL(t)
	for _, algorithm := range []string{"rsa2048", "ecdsa-p384", "ed25519"} {
		for _, delegated := range []bool{false, true} {
			v, response := longLived(t, f, algorithm, delegated)
			for response.Status = pki.OCSPGood; response.Status <= pki.OCSPUnknown; response.Status++ {
				f.put("response.der", v.respond(t, response))
				out := f.run("ocsp", "-respin", "response.der", "-issuer", "issuer.pem", "-cert", "leaf.pem", "-CAfile", "root.pem",
					"-verify_other", "issuer.pem", "-no_nonce")
				if !strings.Contains(out, "Response verify OK") || !strings.Contains(out, fmt.Sprintf("leaf.pem: %v", response.Status)) {
					t.Errorf("%s, delegated %v, %v: openssl says\n%s", algorithm, delegated, response.Status, out)
				}
			}
		}
	}
}

func TestOpenSSLAnswersOurOCSPRequests(t *testing.T) {
	f := needOpenSSL(t)
	for _, algorithm := range []string{"rsa2048", "ecdsa-p256"} {
		v, _ := longLived(t, f, algorithm, false)
		key, err := x509.MarshalPKCS8PrivateKey(v.responder.Key.Signer())
		if err != nil {
			t.Fatal(err)
		}
		f.putPEM("key.pem", "PRIVATE KEY", key)
		f.put("request.der", pki.OCSPRequest(v.leaf, v.issuer))
		serial := mustX509(t, v.leaf.Raw).SerialNumber
		for index, want := range map[string]error{
			fmt.Sprintf("V\t990101000000Z\t\t%X\tunknown\t/CN=leaf\n", serial):              nil,
			fmt.Sprintf("R\t990101000000Z\t200101000000Z\t%X\tunknown\t/CN=leaf\n", serial): pki.ErrRevoked,
			"": pki.ErrOCSPUnknown,
		} {
			f.put("index.txt", []byte(index))
			f.run("ocsp", "-index", "index.txt", "-CA", "issuer.pem", "-rsigner", "issuer.pem", "-rkey", "key.pem",
				"-reqin", "request.der", "-respout", "answer.der", "-ndays", "7")
			answer := f.get("answer.der")
			parsed, err := ocsp.ParseResponse(answer, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := pki.VerifyOCSPResponse(answer, v.leaf, v.issuer, parsed.ThisUpdate, nil); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v of index %q", algorithm, err, want, index)
			}
		}
		f.run("ocsp", "-issuer", "issuer.pem", "-cert", "leaf.pem", "-no_nonce", "-reqout", "theirs.der")
		if theirs := f.get("theirs.der"); !bytes.Equal(theirs, pki.OCSPRequest(v.leaf, v.issuer)) {
			t.Errorf("%s: openssl's request is %x, ours is %x", algorithm, theirs, pki.OCSPRequest(v.leaf, v.issuer))
		}
	}
}
