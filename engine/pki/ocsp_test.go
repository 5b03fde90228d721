package pki_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"tlslab/engine/op"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// An ocspChain is a leaf, its issuer, and the OCSP responder for them.
type ocspChain struct {
	*ca.Chain
	leaf, issuer *pki.Certificate
	responder    *ca.OCSPResponder
}

func newOCSPChain(t *testing.T, spec ca.ChainSpec, delegated bool) ocspChain {
	t.Helper()
	chain := mustIssue(t, spec)
	leaf := mustParse(t, chain.Certificates[0])[0]
	responder, err := chain.OCSPResponder(delegated)
	if err != nil {
		t.Fatal(err)
	}
	return ocspChain{chain, leaf, responder.Issuer, responder}
}

func (c ocspChain) respond(t *testing.T, spec ca.OCSPResponseSpec) []byte {
	t.Helper()
	response, err := c.responder.Respond(c.leaf, spec)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

var (
	thisUpdate = now.Add(-24 * time.Hour)
	nextUpdate = now.Add(6 * 24 * time.Hour)
	revokedAt  = now.Add(-48 * time.Hour)
)

func good() ca.OCSPResponseSpec {
	return ca.OCSPResponseSpec{ThisUpdate: thisUpdate, NextUpdate: nextUpdate}
}

func revoked() ca.OCSPResponseSpec {
	return ca.OCSPResponseSpec{Status: pki.OCSPRevoked, RevokedAt: revokedAt, ThisUpdate: thisUpdate, NextUpdate: nextUpdate}
}

func TestOCSPResponsesByEveryKeyAlgorithm(t *testing.T) {
	for _, algorithm := range ca.KeyAlgorithms() {
		if algorithm == "rsa3072" || algorithm == "rsa4096" {
			continue // like rsa2048, and slow to generate
		}
		for _, delegated := range []bool{false, true} {
			for length := 1; length <= 2; length++ {
				v := newOCSPChain(t, chainSpec(algorithm, length), delegated)
				if err := pki.VerifyOCSPResponse(v.respond(t, good()), v.leaf, v.issuer, now, nil); err != nil {
					t.Errorf("%s, delegated %v: %v", algorithm, delegated, err)
				}
				if err := pki.VerifyOCSPResponse(v.respond(t, revoked()), v.leaf, v.issuer, now, nil); !errors.Is(err, pki.ErrRevoked) {
					t.Errorf("%s, delegated %v: %v, want ErrRevoked", algorithm, delegated, err)
				}
			}
		}
	}
}

func TestVerifyOCSPResponse(t *testing.T) {
	v := newOCSPChain(t, chainSpec("ecdsa-p256", 2), false)
	d := newOCSPChain(t, chainSpec("ecdsa-p256", 2), true)
	spec := chainSpec("ecdsa-p256", 2)
	spec.Seed = "another"
	other := newOCSPChain(t, spec, true)
	byLeaf := *d.responder
	byLeaf.Certificate, byLeaf.Key = v.Certificates[0], v.Key
	past := chainSpec("ecdsa-p256", 2)
	past.NotBefore, past.NotAfter = now.AddDate(-2, 0, 0), now.AddDate(-1, 0, 0)
	expired := newOCSPChain(t, past, true)
	renewed := *d.responder
	renewed.Certificate = slices.Concat(expired.responder.Certificate, d.responder.Certificate)
	changed := func(change func(*ca.OCSPResponseSpec)) []byte {
		s := good()
		change(&s)
		return v.respond(t, s)
	}
	flipped := func(at int) []byte {
		response := v.respond(t, good())
		if at < 0 {
			at += len(response)
		}
		response[at] ^= 1
		return response
	}
	must := func(response []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return response
	}
	for _, x := range []struct {
		what     string
		response []byte
		want     error
	}{
		{"with status good", v.respond(t, good()), nil},
		{"with status good, CertID by SHA-256", changed(func(s *ca.OCSPResponseSpec) { s.Hash = crypto.SHA256 }), nil},
		{"with status good, by a delegated responder", d.respond(t, good()), nil},
		{"with status good, by a delegated responder, with its expired certificate first", must(renewed.Respond(v.leaf, good())), nil},
		{"with status revoked", v.respond(t, revoked()), pki.ErrRevoked},
		{"with status unknown", changed(func(s *ca.OCSPResponseSpec) { s.Status = pki.OCSPUnknown }), pki.ErrOCSPUnknown},
		{"with thisUpdate in the future", changed(func(s *ca.OCSPResponseSpec) { s.ThisUpdate = now.Add(time.Second) }), pki.ErrOCSPStale},
		{"with nextUpdate in the past", changed(func(s *ca.OCSPResponseSpec) { s.NextUpdate = now.Add(-time.Second) }), pki.ErrOCSPStale},
		{"without nextUpdate", changed(func(s *ca.OCSPResponseSpec) { s.NextUpdate = time.Time{} }), pki.ErrOCSPStale},
		{"for another certificate", must((&ca.OCSPResponder{Issuer: v.issuer, Key: v.responder.Key}).Respond(v.issuer, good())), pki.ErrOCSPOther},
		{"for another issuer", other.respond(t, good()), pki.ErrOCSPOther},
		{"signed by another CA", must((&ca.OCSPResponder{Issuer: v.issuer, Key: other.responder.Key}).Respond(v.leaf, good())), pki.ErrOCSPSigner},
		{"signed by the delegated responder of another CA", must((&ca.OCSPResponder{Issuer: v.issuer, Key: other.responder.Key, Certificate: other.responder.Certificate}).Respond(v.leaf, good())), pki.ErrOCSPSigner},
		{"signed by a leaf", must(byLeaf.Respond(v.leaf, good())), pki.ErrOCSPSigner},
		{"with a changed signature", flipped(-1), pki.ErrOCSPSigner},
		{"tryLater", ca.OCSPTryLater(), pki.ErrOCSPUnavailable},
		{"empty", nil, pki.ErrOCSPMalformed},
		{"without response bytes", []byte{0x30, 3, 0x0a, 1, 0}, pki.ErrOCSPMalformed},
		{"with one byte too many", append(v.respond(t, good()), 0), pki.ErrOCSPMalformed},
		{"cut short", v.respond(t, good())[:100], pki.ErrOCSPMalformed},
	} {
		if err := pki.VerifyOCSPResponse(x.response, v.leaf, v.issuer, now, nil); !errors.Is(err, x.want) {
			t.Errorf("response %s: %v, want %v", x.what, err, x.want)
		}
	}
}

func TestEachChangedByteOfAnOCSPResponseIsFound(t *testing.T) {
	v := newOCSPChain(t, chainSpec("ed25519", 1), true)
	response := v.respond(t, good())
	for i := range response {
		changed := bytes.Clone(response)
		changed[i] ^= 0x41
		if err := pki.VerifyOCSPResponse(changed, v.leaf, v.issuer, now, nil); err == nil {
			t.Errorf("the response is accepted with byte %d of %d changed", i, len(response))
		}
	}
}

func TestOCSPOperationsAreReported(t *testing.T) {
	v := newOCSPChain(t, chainSpec("ecdsa-p256", 2), true)
	kinds := map[op.Kind]int{}
	if err := pki.VerifyOCSPResponse(v.respond(t, good()), v.leaf, v.issuer, now, func(o op.Op) { kinds[o.Kind]++ }); err != nil {
		t.Fatal(err)
	}
	if kinds[op.Digest] != 4 || kinds[op.Verify] != 2 || len(kinds) != 2 {
		t.Errorf("%v: want 4 digests (issuer's name and key, 2 of signed content) and 2 signature checks", kinds)
	}
}

func TestXCryptoOCSPReadsOurMessages(t *testing.T) {
	for _, algorithm := range []string{"rsa2048", "ecdsa-p256", "ecdsa-p384"} {
		for _, delegated := range []bool{false, true} {
			v := newOCSPChain(t, chainSpec(algorithm, 2), delegated)
			leaf, issuer := mustX509(t, v.leaf.Raw), mustX509(t, v.issuer.Raw)
			for _, want := range []ca.OCSPResponseSpec{good(), revoked(), {Status: pki.OCSPUnknown, ThisUpdate: thisUpdate, NextUpdate: nextUpdate, Hash: crypto.SHA256}} {
				got, err := ocsp.ParseResponseForCert(v.respond(t, want), leaf, issuer)
				if err != nil {
					t.Fatalf("%s: %v", algorithm, err)
				}
				if got.Status != int(want.Status) || !got.ThisUpdate.Equal(want.ThisUpdate) || !got.NextUpdate.Equal(want.NextUpdate) ||
					!got.RevokedAt.Equal(want.RevokedAt) || got.SerialNumber.Cmp(leaf.SerialNumber) != 0 || (got.Certificate != nil) != delegated {
					t.Errorf("%s: %+v, want %+v", algorithm, got, want)
				}
			}
			request, err := ocsp.CreateRequest(leaf, issuer, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ours := pki.OCSPRequest(v.leaf, v.issuer); !bytes.Equal(ours, request) {
				t.Errorf("%s: request %x, want %x", algorithm, ours, request)
			}
		}
	}
}

func TestMessagesOfXCryptoOCSPAreRead(t *testing.T) {
	for _, algorithm := range []string{"rsa2048", "ecdsa-p256", "ecdsa-p384"} {
		v := newOCSPChain(t, chainSpec(algorithm, 2), false)
		leaf, issuer := mustX509(t, v.leaf.Raw), mustX509(t, v.issuer.Raw)
		for status, want := range map[int]error{ocsp.Good: nil, ocsp.Revoked: pki.ErrRevoked, ocsp.Unknown: pki.ErrOCSPUnknown} {
			for _, hash := range []crypto.Hash{crypto.SHA1, crypto.SHA256} {
				response, err := ocsp.CreateResponse(issuer, issuer, ocsp.Response{
					Status: status, SerialNumber: leaf.SerialNumber, IssuerHash: hash, ThisUpdate: thisUpdate, NextUpdate: nextUpdate,
					RevokedAt: revokedAt, RevocationReason: ocsp.KeyCompromise,
				}, v.responder.Key.Signer())
				if err != nil {
					t.Fatal(err)
				}
				if err := pki.VerifyOCSPResponse(response, v.leaf, v.issuer, now, nil); !errors.Is(err, want) {
					t.Errorf("%s, status %d: %v, want %v", algorithm, status, err, want)
				}
				request, err := ocsp.CreateRequest(leaf, issuer, &ocsp.RequestOptions{Hash: hash})
				if err != nil {
					t.Fatal(err)
				}
				if requested, err := pki.OCSPRequestsStatus(request, v.leaf, v.issuer); err != nil || !requested {
					t.Errorf("%s: a request by %v is for the leaf: %v, %v", algorithm, hash, requested, err)
				}
				if requested, err := pki.OCSPRequestsStatus(request, v.issuer, v.issuer); err != nil || requested {
					t.Errorf("%s: a request by %v is for another certificate: %v, %v", algorithm, hash, requested, err)
				}
			}
		}
	}
}

func TestRevocationExtensions(t *testing.T) {
	s := chainSpec("ecdsa-p256", 2)
	plain := newOCSPChain(t, s, false)
	s.OCSPURL, s.MustStaple = "http://ocsp.example/status", true
	v := newOCSPChain(t, s, false)
	theirs := mustX509(t, v.leaf.Raw)
	if got := v.leaf.OCSPURL(); got != s.OCSPURL || len(theirs.OCSPServer) != 1 || theirs.OCSPServer[0] != got || !v.leaf.MustStaple() {
		t.Errorf("OCSP URL %q, by crypto/x509 %q; must-staple %v", got, theirs.OCSPServer, v.leaf.MustStaple())
	}
	if plain.leaf.OCSPURL() != "" || plain.leaf.MustStaple() {
		t.Error("extensions that the spec does not ask for")
	}
	if !bytes.Equal(v.issuer.Raw, plain.issuer.Raw) {
		t.Error("the leaf's extensions change its issuer")
	}
}

func FuzzVerifyOCSPResponse(f *testing.F) {
	chain, err := ca.Issue(chainSpec("ed25519", 1))
	if err != nil {
		f.Fatal(err)
	}
	leaf, _ := pki.Parse(chain.Certificates[0])
	responder, err := chain.OCSPResponder(true)
	if err != nil {
		f.Fatal(err)
	}
	response, err := responder.Respond(leaf, good())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(response)
	f.Add(pki.OCSPRequest(leaf, responder.Issuer))
	f.Fuzz(func(t *testing.T, in []byte) {
		// A longer response may contain any certificates besides.
		if err := pki.VerifyOCSPResponse(in, leaf, responder.Issuer, now, nil); err == nil && len(in) < len(response) {
			t.Errorf("accepted: %x", in)
		}
		pki.OCSPRequestsStatus(in, leaf, responder.Issuer)
	})
}

func mustX509(t *testing.T, der []byte) *x509.Certificate {
	t.Helper()
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A CA with a certificate of the issuer is a delegated responder only with the extended key usage
// OCSPSigning (RFC 6960 §4.2.2.2).
func TestResponderNeedsDelegation(t *testing.T) {
	v := newOCSPChain(t, chainSpec("ecdsa-p256", 2), false)
	root, err := pki.Parse(v.Root)
	if err != nil {
		t.Fatal(err)
	}
	below := ca.OCSPResponder{Issuer: root, Key: v.responder.Key, Certificate: v.issuer.Raw}
	response, err := below.Respond(v.issuer, good())
	if err != nil {
		t.Fatal(err)
	}
	if err := pki.VerifyOCSPResponse(response, v.issuer, root, now, nil); !errors.Is(err, pki.ErrOCSPSigner) {
		t.Errorf("%v, want ErrOCSPSigner", err)
	}
}
