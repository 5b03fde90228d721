package tlslab_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"tlslab/engine/pki/ca"
)

// The benchmarks' names are for benchstat, which compares the implementations:
//
//	go test -run '^$' -bench Handshake -count 10 . > bench.txt
//	go tool benchstat -col /impl bench.txt
//
// -count runs a benchmark ten times before the next one begins. If the machine's speed drifts, the
// implementations then seem to differ. Alternate them on such a machine:
//
//	for i in $(seq 10); do go test -run '^$' -bench Handshake . ; done > bench.txt
//
// /impl=tlslab is this repository's engine, /impl=stdlib is crypto/tls, and /impl=bare is only the
// cryptographic operations of the handshake, without messages and state.
//
// One side of a handshake computes at a time, so ns/op is the computing time of both sides;
// client-ns/op and server-ns/op are that of each side, by a clock that is read when the sides
// change. Keys, certificates and configurations are made once. Each full handshake verifies leaf
// and intermediate up to the root again, and no ephemeral key or TLS 1.3 ticket is used twice.

// A handshakeCell is one configuration of the handshake benchmarks.
type handshakeCell struct {
	// kind is full, client-auth (full, and the client has the same chain), resumed (by ticket; in
	// TLS 1.3 with psk_dhe_ke) or session-id.
	kind    string
	version string // 1.2, 1.3
	key     string // of leaf, intermediate and root
	kx      string // the group, or "rsa" for RSA key exchange
	cipher  string // of the TLS 1.2 suite; "": aes-128-gcm
}

func (c handshakeCell) String() string {
	name := fmt.Sprintf("kind=%s/version=%s/key=%s/kx=%s", c.kind, c.version, c.key, c.kx)
	if c.cipher != "" {
		name += "/cipher=" + c.cipher
	}
	return name
}

func (c handshakeCell) resumed() bool { return c.kind == "resumed" || c.byID() }

// byID reports whether sessions are resumed by session ID from the server's cache.
func (c handshakeCell) byID() bool { return c.kind == "session-id" }

// cbc reports whether the suite has a block cipher.
func (c handshakeCell) cbc() bool { return strings.Contains(c.cipher, "cbc") }

// mutual reports whether the client sends a certificate.
func (c handshakeCell) mutual() bool { return c.kind == "client-auth" }

// ffdhe reports whether the group is a finite field (RFC 7919).
func (c handshakeCell) ffdhe() bool { return strings.HasPrefix(c.kx, "ffdhe") }

func handshakeCells() (cells []handshakeCell) {
	for _, kind := range []string{"full", "resumed"} {
		for _, version := range []string{"1.3", "1.2"} {
			for _, key := range []string{"ecdsa-p256", "ecdsa-p384", "rsa2048"} {
				cells = append(cells, handshakeCell{kind, version, key, "x25519", ""})
			}
		}
		cells = append(cells,
			handshakeCell{kind, "1.2", "rsa2048", "rsa", ""},
			handshakeCell{kind, "1.3", "ecdsa-p256", "x25519mlkem768", ""},
		)
	}
	for _, version := range []string{"1.3", "1.2"} {
		cells = append(cells, handshakeCell{"full", version, "rsa2048", "ffdhe2048", ""})
	}
	for _, version := range []string{"1.3", "1.2"} {
		for _, key := range []string{"ecdsa-p256", "rsa2048"} {
			cells = append(cells, handshakeCell{"client-auth", version, key, "x25519", ""})
		}
	}
	for _, kind := range []string{"full", "resumed"} {
		for _, cipher := range []string{"aes-128-cbc-sha", "aes-128-cbc-sha256"} {
			cells = append(cells, handshakeCell{kind, "1.2", "ecdsa-p256", "x25519", cipher})
		}
		cells = append(cells, handshakeCell{kind, "1.2", "rsa2048", "rsa", "aes-128-cbc-sha"})
	}
	cells = append(cells, handshakeCell{"session-id", "1.2", "ecdsa-p256", "x25519", ""}, handshakeCell{"session-id", "1.2", "rsa2048", "rsa", "aes-128-cbc-sha"})
	for _, key := range []string{"mldsa44", "mldsa65", "mldsa87"} {
		cells = append(cells, handshakeCell{"full", "1.3", key, "x25519mlkem768", ""})
	}
	return cells
}

// supportedBy reports whether an implementation supports the cell: crypto/tls has no FFDHE groups,
// no ML-DSA and no session cache, and the bare operations have only AEADs.
func (c handshakeCell) supportedBy(impl string) bool {
	switch impl {
	case "stdlib":
		return !c.ffdhe() && !strings.HasPrefix(c.key, "mldsa") && !c.byID()
	case "bare":
		return !c.cbc()
	}
	return true
}

// peers are a client and a server of one implementation that connect repeatedly. connect returns an
// error unless both sides made a handshake of the cell's kind.
type peers interface {
	connect(t *sideTimes) error
}

var implementations = []struct {
	name string
	peer func(handshakeCell) (peers, error)
}{
	{"stdlib", newStdlibPeers}, // first, so that benchstat compares with it
	{"tlslab", newEnginePeers},
	{"bare", newBarePeers},
}

func BenchmarkHandshake(b *testing.B) {
	for _, cell := range handshakeCells() {
		for _, impl := range implementations {
			if !cell.supportedBy(impl.name) {
				continue
			}
			b.Run(fmt.Sprintf("%v/impl=%s", cell, impl.name), func(b *testing.B) {
				p, err := impl.peer(cell)
				if err != nil {
					b.Fatal(err)
				}
				var t sideTimes
				b.ReportAllocs()
				for b.Loop() {
					if err := p.connect(&t); err != nil {
						b.Fatal(err)
					}
				}
				t.report(b)
			})
		}
	}
}

func TestEachImplementationMakesTheHandshakesThatItsBenchmarksMeasure(t *testing.T) {
	for _, cell := range handshakeCells() {
		for _, impl := range implementations {
			if !cell.supportedBy(impl.name) {
				continue
			}
			p, err := impl.peer(cell)
			if err != nil {
				t.Errorf("%v: %s: %v", cell, impl.name, err)
				continue
			}
			for i := range 3 {
				if err := p.connect(&sideTimes{}); err != nil {
					t.Errorf("%v: %s: connection %d: %v", cell, impl.name, i, err)
				}
			}
		}
	}
}

// sideTimes are the computing times of client and server.
type sideTimes struct {
	client, server time.Duration
	last           time.Time
}

func (s *sideTimes) start() { s.last = time.Now() }

// lap adds the time since the last lap to one side.
func (s *sideTimes) lap(side *time.Duration) {
	now := time.Now()
	*side += now.Sub(s.last)
	s.last = now
}

func (s *sideTimes) report(b *testing.B) {
	b.ReportMetric(float64(s.client.Nanoseconds())/float64(b.N), "client-ns/op")
	b.ReportMetric(float64(s.server.Nanoseconds())/float64(b.N), "server-ns/op")
}

const serverName = "server.example"

// An identity is a server's chain of leaf and intermediate, its key, and the root to trust.
type identity struct {
	chain [][]byte // DER, leaf first
	root  *x509.Certificate
	key   crypto.Signer
}

// benchmarkTime is the time of all benchmarked connections.
var benchmarkTime = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

var identities sync.Map // of func() (*identity, error), by key

// identityOf returns the identity of a key algorithm. It makes each once: RSA keys take time.
func identityOf(key string) (*identity, error) {
	once, _ := identities.LoadOrStore(key, sync.OnceValues(func() (*identity, error) { return newIdentity(key) }))
	return once.(func() (*identity, error))()
}

func newIdentity(key string) (*identity, error) {
	if strings.HasPrefix(key, "mldsa") { // which crypto/x509 cannot sign with
		return newMLDSAIdentity(key)
	}
	id := &identity{}
	var issuer *x509.Certificate
	for serial, name := range []string{"Root", "Intermediate", serverName} {
		private, err := newKey(key)
		if err != nil {
			return nil, err
		}
		template := &x509.Certificate{
			SerialNumber: big.NewInt(int64(serial + 1)),
			Subject:      pkix.Name{CommonName: name},
			NotBefore:    benchmarkTime.Add(-24 * time.Hour),
			NotAfter:     benchmarkTime.Add(24 * time.Hour),
			KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
			ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
			DNSNames:     []string{serverName},
		}
		if name != serverName {
			template.IsCA, template.BasicConstraintsValid = true, true
			template.KeyUsage, template.ExtKeyUsage, template.DNSNames = x509.KeyUsageCertSign, nil, nil
		}
		if issuer == nil {
			issuer, id.key = template, private
		}
		der, err := x509.CreateCertificate(rand.Reader, template, issuer, private.Public(), id.key)
		if err != nil {
			return nil, err
		}
		if issuer, err = x509.ParseCertificate(der); err != nil {
			return nil, err
		}
		id.key = private
		if id.root == nil {
			id.root = issuer
		} else {
			id.chain = append([][]byte{der}, id.chain...)
		}
	}
	return id, nil
}

func newMLDSAIdentity(key string) (*identity, error) {
	chain, err := ca.Issue(ca.ChainSpec{
		Seed: "benchmark", Algorithm: key, Length: 2, Names: []string{serverName},
		NotBefore: benchmarkTime.Add(-24 * time.Hour), NotAfter: benchmarkTime.Add(24 * time.Hour),
	})
	if err != nil {
		return nil, err
	}
	root, err := x509.ParseCertificate(chain.Root)
	return &identity{chain: chain.Certificates, root: root, key: chain.Key.Signer()}, err
}

func newKey(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case "rsa2048":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "ecdsa-p256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ecdsa-p384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	}
	return nil, fmt.Errorf("unknown key %q", algorithm)
}
