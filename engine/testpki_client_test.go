package engine

import (
	"sync"
	"testing"

	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// Client certificates, and the Configs that use them.

// clientPKI is a client's chain. Its CAs are not those of the servers' chains.
func clientPKI(t testing.TB, algorithm string) *testPKI {
	t.Helper()
	clientsLock.Lock()
	defer clientsLock.Unlock()
	p := clientsByKey[algorithm]
	if p == nil {
		p = specialPKI(t, ca.ChainSpec{Seed: "engine tests' clients", Algorithm: algorithm, Length: 2})
		clientsByKey[algorithm] = p
	}
	return p
}

var (
	clientsLock  sync.Mutex
	clientsByKey = map[string]*testPKI{}
)

// specialPKI issues a chain. It is valid at testTime unless the spec says otherwise.
func specialPKI(t testing.TB, spec ca.ChainSpec) *testPKI {
	t.Helper()
	if spec.NotAfter.IsZero() {
		spec.NotBefore, spec.NotAfter = testTime.AddDate(-1, 0, 0), testTime.AddDate(1, 0, 0)
	}
	chain, err := ca.Issue(spec)
	if err != nil {
		t.Fatal(err)
	}
	roots, err := pki.NewRoots(chain.Root)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := NewCertificate(chain.Certificates, chain.Key)
	if err != nil {
		t.Fatal(err)
	}
	return &testPKI{chain, roots, certificate}
}

// show makes a client present a certificate.
func show(p *testPKI) func(*Config) {
	return func(cfg *Config) { cfg.Certificates = append(cfg.Certificates, p.certificate) }
}

// ask makes a server request certificates and trust their root.
func ask(policy ClientAuth, p *testPKI) func(*Config) {
	return func(cfg *Config) { cfg.ClientAuth, cfg.ClientCAs = policy, p.roots }
}

// showing makes a client present an ECDSA certificate; asking makes a server request it.
func showing(cfg *Config) { cfg.Certificates = []*Certificate{sharedClient().certificate} }
func asking(cfg *Config)  { cfg.ClientAuth, cfg.ClientCAs = ClientAuthRequested, sharedClient().roots }

func showingRSA(cfg *Config) { cfg.Certificates = []*Certificate{rsaClient().certificate} }
func askingRSA(cfg *Config)  { cfg.ClientAuth, cfg.ClientCAs = ClientAuthRequested, rsaClient().roots }

func rsaClient() *testPKI {
	var t testing.T
	return clientPKI(&t, "rsa2048")
}

func sharedClient() *testPKI {
	var t testing.T
	return clientPKI(&t, "ecdsa-p256")
}
