package pki_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/pki"
)

// A presented chain is the input of a verifier.
type presented struct {
	chain   [][]byte
	root    []byte
	name    string
	now     time.Time
	purpose pki.Purpose
}

// ours is the error of this package's Verify.
func (p *presented) ours(count op.Counter) error {
	roots, err := pki.NewRoots(p.root)
	if err != nil {
		return err
	}
	chain, err := pki.ParseChain(p.chain)
	if err != nil {
		return err
	}
	v := pki.Verifier{Roots: roots, Purpose: p.purpose, Name: p.name, Now: p.now, Count: count}
	_, _, err = v.Verify(chain)
	return err
}

// theirs is the error of crypto/x509.
func (p *presented) theirs() error {
	options := x509.VerifyOptions{
		DNSName: p.name, CurrentTime: p.now, Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if p.purpose == pki.ClientAuth {
		options.KeyUsages[0] = x509.ExtKeyUsageClientAuth
	}
	var all []*x509.Certificate
	for _, der := range append(slices.Clone(p.chain), p.root) {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return err
		}
		all = append(all, c)
	}
	options.Roots.AddCert(all[len(all)-1])
	if len(p.chain) == 0 {
		return errors.New("no certificate")
	}
	for _, c := range all[1 : len(all)-1] {
		options.Intermediates.AddCert(c)
	}
	_, err := all[0].Verify(options)
	return err
}

func TestVerifyAgreesWithCryptoX509(t *testing.T) {
	for _, algorithm := range []string{"ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa2048"} {
		good := mustIssue(t, chainSpec(algorithm, 3))
		foreign := chainSpec(algorithm, 3)
		foreign.Seed = "foreign"
		other := mustIssue(t, foreign)
		for _, test := range []struct {
			name   string
			change func(*presented)
			want   error
		}{
			{"good", func(p *presented) {}, nil},
			{"no name to verify", func(p *presented) { p.name = "" }, nil},
			{"name in capitals", func(p *presented) { p.name = "SERVER.example" }, nil},
			{"name under a wildcard", func(p *presented) { p.name = "a.wild.example" }, nil},
			{"IP address", func(p *presented) { p.name = "192.0.2.7" }, nil},
			{"client authentication", func(p *presented) { p.purpose = pki.ClientAuth }, nil},
			{"intermediates swapped", func(p *presented) { p.chain[1], p.chain[2] = p.chain[2], p.chain[1] }, nil},
			{"root sent too", func(p *presented) { p.chain = append(p.chain, p.root) }, nil},
			{"unrelated certificates sent too", func(p *presented) { p.chain = append(p.chain, other.Certificates...) }, nil},
			{"intermediate trusted", func(p *presented) { p.root, p.chain = p.chain[2], p.chain[:2] }, nil},
			{"leaf trusted", func(p *presented) { p.root, p.chain = p.chain[0], p.chain[:1] }, nil},
			{"first instant", func(p *presented) { p.now = notBefore }, nil},
			{"last instant", func(p *presented) { p.now = notAfter }, nil},
			{"another name", func(p *presented) { p.name = "other.example" }, pki.FaultWrongName},
			{"two labels under a wildcard", func(p *presented) { p.name = "a.b.wild.example" }, pki.FaultWrongName},
			{"no label under a wildcard", func(p *presented) { p.name = "wild.example" }, pki.FaultWrongName},
			{"another IP address", func(p *presented) { p.name = "192.0.2.8" }, pki.FaultWrongName},
			{"too early", func(p *presented) { p.now = notBefore.Add(-time.Second) }, pki.FaultNotYetValid},
			{"too late", func(p *presented) { p.now = notAfter.Add(time.Second) }, pki.FaultExpired},
			{"another root", func(p *presented) { p.root = other.Root }, pki.FaultUnknownCA},
			{"intermediate missing", func(p *presented) { p.chain = p.chain[:2] }, pki.FaultUnknownCA},
			{"all intermediates missing", func(p *presented) { p.chain = p.chain[:1] }, pki.FaultUnknownCA},
			{"leaf's signature changed", func(p *presented) { p.chain[0] = flip(p.chain[0], len(p.chain[0])-1) }, pki.ErrBadSignature},
			{"intermediate's signature changed", func(p *presented) { p.chain[1] = flip(p.chain[1], len(p.chain[1])-1) }, pki.ErrBadSignature},
			{"leaf cut short", func(p *presented) { p.chain[0] = p.chain[0][:100] }, pki.FaultMalformed},
			{"leaf with one byte too many", func(p *presented) { p.chain[0] = append(p.chain[0], 0) }, pki.FaultMalformed},
			{"nothing sent", func(p *presented) { p.chain = nil }, pki.FaultMalformed},
		} {
			p := &presented{slices.Clone(good.Certificates), good.Root, "server.example", now, pki.ServerAuth}
			for i := range p.chain {
				p.chain[i] = slices.Clone(p.chain[i])
			}
			test.change(p)
			ours, theirs := p.ours(nil), p.theirs()
			if !errors.Is(ours, test.want) || (test.want == nil) != (ours == nil) {
				t.Errorf("%s, %s: got %v, want %v", algorithm, test.name, ours, test.want)
			}
			if (ours == nil) != (theirs == nil) {
				t.Errorf("%s, %s: ours %v, crypto/x509's %v", algorithm, test.name, ours, theirs)
			}
		}
	}
}

func flip(der []byte, i int) []byte {
	der[i] ^= 1
	return der
}

// Chains that package ca does not issue, with one difference each.
func TestVerifyOnChainsOfCryptoX509(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(leaf, intermediate, root *x509.Certificate)
		want   error
	}{
		{"good", func(leaf, intermediate, root *x509.Certificate) {}, nil},
		{"issuer is not a CA", func(_, i, _ *x509.Certificate) { i.IsCA = false; i.KeyUsage = 0 }, pki.FaultNotCA},
		{"issuer may not sign certificates", func(_, i, _ *x509.Certificate) { i.KeyUsage = x509.KeyUsageDigitalSignature }, pki.FaultNotCA},
		{"leaf for clients only", func(l, _, _ *x509.Certificate) { l.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, pki.FaultWrongUsage},
		{"leaf for anyExtendedKeyUsage", func(l, _, _ *x509.Certificate) { l.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} }, nil},
		{"issuer for clients only", func(_, i, _ *x509.Certificate) { i.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, pki.FaultWrongUsage},
		{"issuer expired", func(_, i, _ *x509.Certificate) { i.NotAfter = now.Add(-time.Hour) }, pki.FaultExpired},
		{"path length 0 above a leaf", func(_, i, _ *x509.Certificate) { i.MaxPathLenZero = true }, nil},
		{"path length 0 above an intermediate", func(_, _, r *x509.Certificate) { r.MaxPathLenZero = true }, pki.FaultNotCA},
		{"path length 1 above an intermediate", func(_, _, r *x509.Certificate) { r.MaxPathLen = 1 }, nil},
		{"unknown critical extension", func(l, _, _ *x509.Certificate) { l.ExtraExtensions = unknownExtension(true) }, pki.FaultUnsupported},
		{"unknown extension", func(l, _, _ *x509.Certificate) { l.ExtraExtensions = unknownExtension(false) }, nil},
		{"year 2099", func(l, _, _ *x509.Certificate) { l.NotAfter = time.Date(2099, 2, 28, 23, 59, 59, 0, time.UTC) }, nil},
		{"no names", func(l, _, _ *x509.Certificate) { l.DNSNames = nil; l.Subject.CommonName = "server.example" }, pki.FaultWrongName},
	} {
		p := x509Chain(t, test.change)
		ours, theirs := p.ours(nil), p.theirs()
		if !errors.Is(ours, test.want) || (test.want == nil) != (ours == nil) {
			t.Errorf("%s: got %v, want %v", test.name, ours, test.want)
		}
		if (ours == nil) != (theirs == nil) {
			t.Errorf("%s: ours %v, crypto/x509's %v", test.name, ours, theirs)
		}
	}
}

func unknownExtension(critical bool) []pkix.Extension {
	return []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 999, 7}, Critical: critical, Value: []byte{5, 0}}}
}

// x509Chain makes a leaf, an intermediate and a root with crypto/x509 alone. change changes their
// templates.
func x509Chain(t *testing.T, change func(leaf, intermediate, root *x509.Certificate)) *presented {
	t.Helper()
	template := func(name string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
			NotBefore: notBefore, NotAfter: notAfter, BasicConstraintsValid: true,
		}
	}
	root, intermediate, leaf := template("root"), template("intermediate"), template("leaf")
	for _, authority := range []*x509.Certificate{root, intermediate} {
		authority.IsCA, authority.KeyUsage = true, x509.KeyUsageCertSign
	}
	leaf.DNSNames = []string{"server.example"}
	change(leaf, intermediate, root)

	p := &presented{name: "server.example", now: now}
	key, parent := (*ecdsa.PrivateKey)(nil), root
	var made [][]byte
	for _, c := range []*x509.Certificate{root, intermediate, leaf} {
		own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if key == nil {
			key = own
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, &own.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, der)
		key, parent = own, c
	}
	p.root, p.chain = made[0], [][]byte{made[2], made[1]}
	return p
}

func TestEverySignatureIsCheckedEveryTime(t *testing.T) {
	chain := mustIssue(t, chainSpec("ecdsa-p256", 2))
	p := &presented{chain.Certificates, chain.Root, "server.example", now, pki.ServerAuth}
	for range 2 {
		var verified, digested int
		err := p.ours(func(o op.Op) {
			switch {
			case o == op.Op{Kind: op.Verify, Alg: "ecdsa-p256"}:
				verified++
			case o.Kind == op.Digest && o.Alg == "sha256" && o.Size > 100:
				digested++
			default:
				t.Errorf("reports %v", o)
			}
		})
		if err != nil || verified != 2 || digested != 2 {
			t.Errorf("%d signatures and %d digests for a leaf and an intermediate, %v", verified, digested, err)
		}
	}
}

// 300 certificates with one name make many paths. Verify must not check a signature for each.
func TestSignatureChecksOfAHostileChainAreBounded(t *testing.T) {
	chain := mustIssue(t, chainSpec("ecdsa-p256", 2))
	certificates := [][]byte{chain.Certificates[0]}
	for range 300 {
		certificates = append(certificates, flip(slices.Clone(chain.Certificates[1]), len(chain.Certificates[1])-1))
	}
	p := &presented{certificates, chain.Root, "server.example", now, pki.ServerAuth}
	verified := 0
	if err := p.ours(func(o op.Op) {
		if o.Kind == op.Verify {
			verified++
		}
	}); err == nil || verified > 100 {
		t.Errorf("%d signatures checked, error %v", verified, err)
	}
}

func BenchmarkParse(b *testing.B) {
	for _, algorithm := range []string{"ecdsa-p256", "rsa2048"} {
		der := mustIssue(b, chainSpec(algorithm, 2)).Certificates[0]
		b.Run("key="+algorithm+"/impl=tlslab", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pki.Parse(der)
			}
		})
		b.Run("key="+algorithm+"/impl=stdlib", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x509.ParseCertificate(der)
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, algorithm := range []string{"ecdsa-p256", "rsa2048"} {
		chain := mustIssue(b, chainSpec(algorithm, 2))
		roots, _ := pki.NewRoots(chain.Root)
		b.Run("key="+algorithm+"/impl=tlslab", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				parsed, _ := pki.ParseChain(chain.Certificates)
				if _, _, err := (&pki.Verifier{Roots: roots, Name: "server.example", Now: now}).Verify(parsed); err != nil {
					b.Fatal(err)
				}
			}
		})
		pool := x509.NewCertPool()
		root, _ := x509.ParseCertificate(chain.Root)
		pool.AddCert(root)
		b.Run("key="+algorithm+"/impl=stdlib", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				leaf, _ := x509.ParseCertificate(chain.Certificates[0])
				intermediate, _ := x509.ParseCertificate(chain.Certificates[1])
				sent := x509.NewCertPool()
				sent.AddCert(intermediate)
				if _, err := leaf.Verify(x509.VerifyOptions{DNSName: "server.example", CurrentTime: now, Roots: pool, Intermediates: sent}); err != nil {
					b.Fatal(err)
				}
			}
		})
		root2, _ := pki.Parse(chain.Root)
		parsed, _ := pki.ParseChain(chain.Certificates)
		b.Run("key="+algorithm+"/impl=bare", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bareVerify(b, parsed[0], &parsed[1].Key)
				bareVerify(b, parsed[1], &root2.Key)
			}
		})
	}
}
