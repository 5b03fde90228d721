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
)

// A vouched is a leaf, its issuer, and who answers for it.
type vouched struct {
	chain        *pki.Chain
	leaf, issuer *pki.Certificate
	responder    *pki.Responder
}

func vouch(t *testing.T, s pki.Spec, delegated bool) vouched {
	t.Helper()
	chain := mustMake(t, s)
	leaf, err := pki.Parse(chain.Certificates[0])
	if err != nil {
		t.Fatal(err)
	}
	responder, err := chain.Responder(delegated)
	if err != nil {
		t.Fatal(err)
	}
	return vouched{chain, leaf, responder.Issuer, responder}
}

func (v vouched) say(t *testing.T, spec pki.StatusSpec) []byte {
	t.Helper()
	response, err := v.responder.Respond(v.leaf, spec)
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

func good() pki.StatusSpec { return pki.StatusSpec{ThisUpdate: thisUpdate, NextUpdate: nextUpdate} }

func revoked() pki.StatusSpec {
	return pki.StatusSpec{Status: pki.StatusRevoked, RevokedAt: revokedAt, ThisUpdate: thisUpdate, NextUpdate: nextUpdate}
}

func TestStatusOfEveryKindOfKey(t *testing.T) {
	for _, algorithm := range pki.Algorithms() {
		if algorithm == "rsa3072" || algorithm == "rsa4096" {
			continue // as rsa2048, and slow to make
		}
		for _, delegated := range []bool{false, true} {
			for length := 1; length <= 2; length++ {
				v := vouch(t, spec(algorithm, length), delegated)
				if err := pki.VerifyStatus(v.say(t, good()), v.leaf, v.issuer, now, nil); err != nil {
					t.Errorf("%s, delegated %v: %v", algorithm, delegated, err)
				}
				if err := pki.VerifyStatus(v.say(t, revoked()), v.leaf, v.issuer, now, nil); !errors.Is(err, pki.ErrRevoked) {
					t.Errorf("%s, delegated %v: %v, want that it is revoked", algorithm, delegated, err)
				}
			}
		}
	}
}

func TestVerdictsOnAStatus(t *testing.T) {
	v := vouch(t, spec("ecdsa-p256", 2), false)
	d := vouch(t, spec("ecdsa-p256", 2), true)
	other := spec("ecdsa-p256", 2)
	other.Seed = "another"
	stranger := vouch(t, other, true)
	unfit := *d.responder
	unfit.Certificate, unfit.Key = v.chain.Certificates[0], v.chain.Key
	past := spec("ecdsa-p256", 2)
	past.NotBefore, past.NotAfter = now.AddDate(-2, 0, 0), now.AddDate(-1, 0, 0)
	former := vouch(t, past, true)
	renewed := *d.responder
	renewed.Certificate = slices.Concat(former.responder.Certificate, d.responder.Certificate)
	odd := func(change func(*pki.StatusSpec)) []byte {
		s := good()
		change(&s)
		return v.say(t, s)
	}
	flipped := func(at int) []byte {
		response := v.say(t, good())
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
		{"good", v.say(t, good()), nil},
		{"good, named by SHA-256", odd(func(s *pki.StatusSpec) { s.Hash = crypto.SHA256 }), nil},
		{"good, by a delegate", d.say(t, good()), nil},
		{"good, by a delegate whose former certificate comes along", must(renewed.Respond(v.leaf, good())), nil},
		{"revoked", v.say(t, revoked()), pki.ErrRevoked},
		{"unknown", odd(func(s *pki.StatusSpec) { s.Status = pki.StatusUnknown }), pki.ErrStatusUnknown},
		{"of tomorrow", odd(func(s *pki.StatusSpec) { s.ThisUpdate = now.Add(time.Second) }), pki.ErrStatusStale},
		{"of yesterday", odd(func(s *pki.StatusSpec) { s.NextUpdate = now.Add(-time.Second) }), pki.ErrStatusStale},
		{"without an end", odd(func(s *pki.StatusSpec) { s.NextUpdate = time.Time{} }), pki.ErrStatusStale},
		{"of another certificate", must((&pki.Responder{Issuer: v.issuer, Key: v.responder.Key}).Respond(v.issuer, good())), pki.ErrStatusOther},
		{"of another issuer", stranger.say(t, good()), pki.ErrStatusOther},
		{"by a stranger", must((&pki.Responder{Issuer: v.issuer, Key: stranger.responder.Key}).Respond(v.leaf, good())), pki.ErrStatusForged},
		{"by a stranger's delegate", must((&pki.Responder{Issuer: v.issuer, Key: stranger.responder.Key, Certificate: stranger.responder.Certificate}).Respond(v.leaf, good())), pki.ErrStatusForged},
		{"by a certificate for other uses", must(unfit.Respond(v.leaf, good())), pki.ErrStatusForged},
		{"with another signature", flipped(-1), pki.ErrStatusForged},
		{"none, for the time being", pki.Unavailable(), pki.ErrStatusUnavailable},
		{"nothing", nil, pki.ErrStatusMalformed},
		{"without a response", []byte{0x30, 3, 0x0a, 1, 0}, pki.ErrStatusMalformed},
		{"with more behind it", append(v.say(t, good()), 0), pki.ErrStatusMalformed},
		{"cut short", v.say(t, good())[:100], pki.ErrStatusMalformed},
	} {
		if err := pki.VerifyStatus(x.response, v.leaf, v.issuer, now, nil); !errors.Is(err, x.want) {
			t.Errorf("a status %s: %v, want %v", x.what, err, x.want)
		}
	}
}

func TestNoChangedStatusPasses(t *testing.T) {
	v := vouch(t, spec("ed25519", 1), true)
	response := v.say(t, good())
	for i := range response {
		changed := bytes.Clone(response)
		changed[i] ^= 0x41
		if err := pki.VerifyStatus(changed, v.leaf, v.issuer, now, nil); err == nil {
			t.Errorf("byte %d of %d changed, and all is good", i, len(response))
		}
	}
}

func TestAStatusCostsItsDigestsAndSignatures(t *testing.T) {
	v := vouch(t, spec("ecdsa-p256", 2), true)
	kinds := map[op.Kind]int{}
	if err := pki.VerifyStatus(v.say(t, good()), v.leaf, v.issuer, now, func(o op.Op) { kinds[o.Kind]++ }); err != nil {
		t.Fatal(err)
	}
	if kinds[op.Digest] != 4 || kinds[op.Verify] != 2 || len(kinds) != 2 {
		t.Errorf("%v: want four digests (name and key, two that are signed) and two signatures to verify", kinds)
	}
}

func TestStatusReadsAsByCryptoOCSP(t *testing.T) {
	for _, algorithm := range []string{"rsa2048", "ecdsa-p256", "ecdsa-p384"} {
		for _, delegated := range []bool{false, true} {
			v := vouch(t, spec(algorithm, 2), delegated)
			leaf, issuer := mustX509(t, v.leaf.Raw), mustX509(t, v.issuer.Raw)
			for _, want := range []pki.StatusSpec{good(), revoked(), {Status: pki.StatusUnknown, ThisUpdate: thisUpdate, NextUpdate: nextUpdate, Hash: crypto.SHA256}} {
				got, err := ocsp.ParseResponseForCert(v.say(t, want), leaf, issuer)
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
			if ours := pki.StatusRequest(v.leaf, v.issuer); !bytes.Equal(ours, request) {
				t.Errorf("%s: request %x, want %x", algorithm, ours, request)
			}
		}
	}
}

func TestStatusesOfCryptoOCSPAreRead(t *testing.T) {
	for _, algorithm := range []string{"rsa2048", "ecdsa-p256", "ecdsa-p384"} {
		v := vouch(t, spec(algorithm, 2), false)
		leaf, issuer := mustX509(t, v.leaf.Raw), mustX509(t, v.issuer.Raw)
		for status, want := range map[int]error{ocsp.Good: nil, ocsp.Revoked: pki.ErrRevoked, ocsp.Unknown: pki.ErrStatusUnknown} {
			for _, hash := range []crypto.Hash{crypto.SHA1, crypto.SHA256} {
				response, err := ocsp.CreateResponse(issuer, issuer, ocsp.Response{
					Status: status, SerialNumber: leaf.SerialNumber, IssuerHash: hash, ThisUpdate: thisUpdate, NextUpdate: nextUpdate,
					RevokedAt: revokedAt, RevocationReason: ocsp.KeyCompromise,
				}, v.responder.Key.Signer())
				if err != nil {
					t.Fatal(err)
				}
				if err := pki.VerifyStatus(response, v.leaf, v.issuer, now, nil); !errors.Is(err, want) {
					t.Errorf("%s, status %d: %v, want %v", algorithm, status, err, want)
				}
				request, err := ocsp.CreateRequest(leaf, issuer, &ocsp.RequestOptions{Hash: hash})
				if err != nil {
					t.Fatal(err)
				}
				if asked, err := pki.AsksFor(request, v.leaf, v.issuer); err != nil || !asked {
					t.Errorf("%s: a request by %v asks for the leaf: %v, %v", algorithm, hash, asked, err)
				}
				if asked, err := pki.AsksFor(request, v.issuer, v.issuer); err != nil || asked {
					t.Errorf("%s: a request by %v asks for another: %v, %v", algorithm, hash, asked, err)
				}
			}
		}
	}
}

func TestWhatACertificateSaysOfItsStatus(t *testing.T) {
	s := spec("ecdsa-p256", 2)
	plain := vouch(t, s, false)
	s.StatusURL, s.MustStaple = "http://ocsp.example/status", true
	v := vouch(t, s, false)
	theirs := mustX509(t, v.leaf.Raw)
	if got := v.leaf.StatusURL(); got != s.StatusURL || len(theirs.OCSPServer) != 1 || theirs.OCSPServer[0] != got || !v.leaf.MustStaple() {
		t.Errorf("responder at %q, crypto/x509: %q; staples: %v", got, theirs.OCSPServer, v.leaf.MustStaple())
	}
	if plain.leaf.StatusURL() != "" || plain.leaf.MustStaple() {
		t.Error("a certificate that says nothing says something")
	}
	if !bytes.Equal(v.issuer.Raw, plain.issuer.Raw) {
		t.Error("the leaf's extensions change its issuer")
	}
}

func FuzzStatus(f *testing.F) {
	chain, err := pki.Make(spec("ed25519", 1))
	if err != nil {
		f.Fatal(err)
	}
	leaf, _ := pki.Parse(chain.Certificates[0])
	responder, err := chain.Responder(true)
	if err != nil {
		f.Fatal(err)
	}
	response, err := responder.Respond(leaf, good())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(response)
	f.Add(pki.StatusRequest(leaf, responder.Issuer))
	f.Fuzz(func(t *testing.T, in []byte) {
		// More certificates than are needed may come along, whatever they are.
		if err := pki.VerifyStatus(in, leaf, responder.Issuer, now, nil); err == nil && len(in) < len(response) {
			t.Errorf("good, says %x", in)
		}
		pki.AsksFor(in, leaf, responder.Issuer)
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

// An authority below the issuer is no responder of its: its certificate does not say
// so (RFC 6960 §4.2.2.2).
func TestNoResponderWithoutDelegation(t *testing.T) {
	v := vouch(t, spec("ecdsa-p256", 2), false)
	root, err := pki.Parse(v.chain.Root)
	if err != nil {
		t.Fatal(err)
	}
	below := pki.Responder{Issuer: root, Key: v.responder.Key, Certificate: v.issuer.Raw}
	response, err := below.Respond(v.issuer, good())
	if err != nil {
		t.Fatal(err)
	}
	if err := pki.VerifyStatus(response, v.issuer, root, now, nil); !errors.Is(err, pki.ErrStatusForged) {
		t.Errorf("%v, want that nobody has delegated it", err)
	}
}
