package engine

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
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

	"tlslab/engine/alert"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// An identity is a chain that crypto/x509 made, for both implementations.
type identity struct {
	chain [][]byte
	key   crypto.Signer
	root  *x509.Certificate
}

var (
	identityLock sync.Mutex
	identities   = map[string]*identity{}
)

// identityFor returns the identity of a key algorithm. All tests share it.
func identityFor(t testing.TB, algorithm string) *identity {
	t.Helper()
	identityLock.Lock()
	defer identityLock.Unlock()
	if id := identities[algorithm]; id != nil {
		return id
	}
	if strings.HasPrefix(algorithm, "mldsa") { // crypto/x509 does not have it
		id := mldsaIdentity(t, algorithm)
		identities[algorithm] = id
		return id
	}
	keys := make([]crypto.Signer, 3)
	certs := make([]*x509.Certificate, 3) // root, intermediate, leaf
	for i := range keys {
		keys[i] = generateKey(t, algorithm)
		template := &x509.Certificate{
			SerialNumber: big.NewInt(int64(i + 1)),
			Subject:      pkix.Name{CommonName: fmt.Sprint(algorithm, " certificate ", i)},
			NotBefore:    testTime.AddDate(-1, 0, 0), NotAfter: testTime.AddDate(1, 0, 0),
			BasicConstraintsValid: true, IsCA: i < 2, KeyUsage: x509.KeyUsageCertSign,
		}
		if i == 2 {
			template.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
			template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
			template.DNSNames = []string{testName}
		}
		parent, signer := template, keys[i]
		if i > 0 {
			parent, signer = certs[i-1], keys[i-1]
		}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, keys[i].Public(), signer)
		if err != nil {
			t.Fatal(err)
		}
		if certs[i], err = x509.ParseCertificate(der); err != nil {
			t.Fatal(err)
		}
	}
	id := &identity{chain: [][]byte{certs[2].Raw, certs[1].Raw}, key: keys[2], root: certs[0]}
	identities[algorithm] = id
	return id
}

func mldsaIdentity(t testing.TB, algorithm string) *identity {
	t.Helper()
	chain, err := ca.Issue(ca.ChainSpec{
		Seed: "test", Algorithm: algorithm, Length: 2, Names: []string{testName},
		NotBefore: testTime.AddDate(-1, 0, 0), NotAfter: testTime.AddDate(1, 0, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	root, err := x509.ParseCertificate(chain.Root)
	if err != nil {
		t.Fatal(err)
	}
	return &identity{chain: chain.Certificates, key: chain.Key.Signer(), root: root}
}

// generateKey returns a new key of an algorithm that crypto/x509 supports.
func generateKey(t testing.TB, algorithm string) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch algorithm {
	case "rsa2048":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case "ecdsa-p256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ecdsa-p384":
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ecdsa-p521":
		key, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "ed25519":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (id *identity) certificate(t testing.TB) *Certificate {
	t.Helper()
	key, err := pki.NewKey(id.key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCertificate(id.chain, key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (id *identity) roots(t testing.TB) *pki.Roots {
	t.Helper()
	roots, err := pki.NewRoots(id.root.Raw)
	if err != nil {
		t.Fatal(err)
	}
	return roots
}

// supported_groups applies to the curves of certificates up to TLS 1.2 (RFC 8422 §5.1), as long as
// the server has another certificate.
func TestCertificatesHaveCurvesOfSupportedGroups(t *testing.T) {
	for _, x := range []struct {
		certificates []string
		groups       []Group
		want         string
	}{
		{[]string{"ecdsa-p384", "rsa2048"}, []Group{X25519}, "rsa2048"},
		{[]string{"ecdsa-p384", "ecdsa-p256"}, []Group{X25519, P256}, "ecdsa-p256"},
		{[]string{"ecdsa-p384", "rsa2048"}, []Group{X25519, P384}, "ecdsa-p384"},
		{[]string{"ecdsa-p384"}, []Group{X25519}, "ecdsa-p384"},
	} {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, x.certificates...)
		cc.MaxVersion, cc.Groups, cc.VerifyNothing = TLS12, x.groups, true
		p, _ := connect(t, cc, sc)
		if got := p.client.Info().PeerChain[0].Key.Algorithm; got != x.want {
			t.Errorf("certificates %v, groups of the client %v: the client gets %s, want %s", x.certificates, x.groups, got, x.want)
		}
	}
}

// The key usage of a leaf limits what its key may do (RFC 9846 §4.5.1.2, RFC 5246 §7.4.2).
func TestKeyUsageLimitsAKey(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for _, x := range []struct {
		usage  x509.KeyUsage
		client func(*Config)
		ok     bool
	}{
		{x509.KeyUsageDigitalSignature, nothing, true},
		{x509.KeyUsageKeyEncipherment, nothing, false},
		{x509.KeyUsageDigitalSignature, maxVersion(TLS12), true},
		{x509.KeyUsageKeyEncipherment, maxVersion(TLS12), false},
		{x509.KeyUsageKeyEncipherment, both(maxVersion(TLS12), onlySuite(0x009c)), true},
		{x509.KeyUsageDigitalSignature, both(maxVersion(TLS12), onlySuite(0x009c)), false},
		{0, nothing, true},
	} {
		key := generateKey(t, "rsa2048")
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
			SerialNumber: big.NewInt(1), DNSNames: []string{testName}, KeyUsage: x.usage,
			NotBefore: testTime.AddDate(-1, 0, 0), NotAfter: testTime.AddDate(1, 0, 0),
		}, &x509.Certificate{}, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		roots, err := pki.NewRoots(der)
		if err != nil {
			t.Fatal(err)
		}
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t)
		cc.Roots = roots
		sc.Certificates = []*Certificate{(&identity{chain: [][]byte{der}, key: key}).certificate(t)}
		x.client(cc)
		err = newPair(cc, sc).run()
		switch {
		case x.ok && err != nil:
			t.Errorf("key usage %b: %v", x.usage, err)
		case !x.ok:
			wantAlert(t, fmt.Sprintf("key usage %b", x.usage), err, alert.UnsupportedCertificate)
		}
	}
}

// selfSigned is a certificate that is its own root.
func selfSigned(t testing.TB, purpose x509.ExtKeyUsage, usage x509.KeyUsage) *identity {
	t.Helper()
	key := generateKey(t, "ecdsa-p256")
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "self"},
		NotBefore: testTime.AddDate(-1, 0, 0), NotAfter: testTime.AddDate(1, 0, 0),
		KeyUsage: usage, ExtKeyUsage: []x509.ExtKeyUsage{purpose},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &identity{chain: [][]byte{der}, key: key, root: root}
}
