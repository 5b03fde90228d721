package netconn

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// A party is a chain with its key, for the engine and in PEM files for programs.
type party struct {
	made                       *ca.Chain
	certificate                *engine.Certificate
	roots                      *pki.Roots
	leaf, intermediates, chain string // PEM files: the leaf, the intermediates, both
	key, root                  string
}

var (
	partyLock sync.Mutex
	parties   = map[string]*party{}
	partyDir  string
)

func TestMain(m *testing.M) {
	var err error
	if partyDir, err = os.MkdirTemp("", "tlslab-interop-"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(partyDir)
	os.Exit(code)
}

func partyOf(t testing.TB, algorithm string) *party {
	t.Helper()
	partyLock.Lock()
	defer partyLock.Unlock()
	if p := parties[algorithm]; p != nil {
		return p
	}
	made, err := ca.Issue(ca.ChainSpec{Seed: "interop", Algorithm: algorithm, Length: 2, Names: []string{serverName, "localhost", "127.0.0.1"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	p := newParty(t, algorithm, made)
	parties[algorithm] = p
	return p
}

// newParty writes the PEM files of a chain; their names begin with name.
func newParty(t testing.TB, name string, made *ca.Chain) *party {
	t.Helper()
	p := &party{made: made}
	var problems [3]error
	p.certificate, problems[0] = engine.NewCertificate(made.Certificates, made.Key)
	p.roots, problems[1] = pki.NewRoots(made.Root)
	var der []byte
	der, problems[2] = x509.MarshalPKCS8PrivateKey(made.Key.Signer())
	if err := errors.Join(problems[:]...); err != nil {
		t.Fatal(err)
	}
	p.leaf = writePEM(t, name+"-leaf", "CERTIFICATE", made.Certificates[0])
	p.intermediates = writePEM(t, name+"-intermediates", "CERTIFICATE", made.Certificates[1:]...)
	p.chain = writePEM(t, name+"-chain", "CERTIFICATE", made.Certificates...)
	p.root = writePEM(t, name+"-root", "CERTIFICATE", made.Root)
	p.key = writePEM(t, name+"-key", "PRIVATE KEY", der)
	return p
}

func writePEM(t testing.TB, name, typ string, blocks ...[]byte) string {
	t.Helper()
	var text []byte
	for _, b := range blocks {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: b})...)
	}
	path := filepath.Join(partyDir, name+".pem")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
