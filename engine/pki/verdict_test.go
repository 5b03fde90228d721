package pki_test

import (
	"errors"
	"testing"

	"tlslab/engine/op"
	"tlslab/engine/pki"
)

// every is all verdicts that Verify finds.
const every = pki.UnknownAuthority | pki.WrongName | pki.Expired | pki.NotYetValid | pki.BadSignature

var verdictErrors = map[pki.Verdicts]error{
	pki.UnknownAuthority: pki.ErrUnknownAuthority, pki.WrongName: pki.ErrWrongName, pki.Expired: pki.ErrExpired,
	pki.NotYetValid: pki.ErrNotYetValid, pki.BadSignature: pki.ErrBadSignature,
}

// A chain that is made with flaws has those and no others, to us and to crypto/x509,
// whatever else is tolerated; and each that is not tolerated is the error.
func TestFlawsAreFoundAndTolerated(t *testing.T) {
	for _, algorithm := range []string{"ecdsa-p256", "rsa2048", "mldsa44"} {
		for flaws := pki.Verdicts(0); flaws <= every; flaws++ {
			s := spec(algorithm, 3)
			s.Flaws = flaws
			chain, err := pki.Make(s)
			if flaws&pki.Expired != 0 && flaws&pki.NotYetValid != 0 {
				if err == nil {
					t.Errorf("a chain that is %v", flaws)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := pki.ParseChain(chain.Certificates)
			if err != nil {
				t.Fatal(err)
			}
			roots, err := pki.NewRoots(chain.Root)
			if err != nil {
				t.Fatal(err)
			}
			signatures := 0
			v := pki.Verifier{Roots: roots, Name: "server.example", Now: now, Tolerate: every, Count: func(o op.Op) {
				if o.Kind == op.Verify {
					signatures++
				}
			}}
			if _, found, err := v.Verify(parsed); err != nil || found != flaws {
				t.Errorf("%s with the flaws %v: found %v, %v", algorithm, flaws, found, err)
			}
			want := 3
			if flaws&pki.UnknownAuthority != 0 {
				want = 2 // the root's is missing
			}
			if signatures != want {
				t.Errorf("%s with the flaws %v: %d signatures were looked at, want %d", algorithm, flaws, signatures, want)
			}
			for flaw, want := range verdictErrors {
				v.Tolerate = every &^ flaw
				_, _, err := v.Verify(parsed)
				if flaws&flaw != 0 && !errors.Is(err, want) || flaws&flaw == 0 && err != nil {
					t.Errorf("%s with the flaws %v, %v not tolerated: %v", algorithm, flaws, flaw, err)
				}
			}
			if algorithm == "mldsa44" {
				continue
			}
			p := &presented{chain.Certificates, chain.Root, "server.example", now, pki.ServerAuth}
			if err := p.theirs(); (err == nil) != (flaws == 0) {
				t.Errorf("%s with the flaws %v: crypto/x509's verdict is %v", algorithm, flaws, err)
			}
		}
	}
}

// Without a root there is no one to trust, which can be tolerated.
func TestNoRoots(t *testing.T) {
	parsed, err := pki.ParseChain(mustMake(t, spec("ecdsa-p256", 2)).Certificates)
	if err != nil {
		t.Fatal(err)
	}
	v := pki.Verifier{Now: now}
	if _, _, err := v.Verify(parsed); !errors.Is(err, pki.ErrUnknownAuthority) {
		t.Errorf("%v", err)
	}
	v.Tolerate = pki.UnknownAuthority
	if _, found, err := v.Verify(parsed); found != pki.UnknownAuthority || err != nil {
		t.Errorf("%v, %v", found, err)
	}
}

// Of two paths the one with fewer faults counts.
func TestTheBestPathCounts(t *testing.T) {
	good, other := spec("ecdsa-p256", 2), spec("ecdsa-p256", 2)
	other.NotBefore, other.NotAfter = from.AddDate(-3, 0, 0), from.AddDate(-2, 0, 0)
	chain, old := mustMake(t, good), mustMake(t, other) // of the same keys and names
	sent := [][]byte{chain.Certificates[0], old.Certificates[1], chain.Certificates[1]}
	parsed, err := pki.ParseChain(sent)
	if err != nil {
		t.Fatal(err)
	}
	for _, trusted := range [][][]byte{{old.Root, chain.Root}, {chain.Root, old.Root}} {
		roots, err := pki.NewRoots(trusted...)
		if err != nil {
			t.Fatal(err)
		}
		v := pki.Verifier{Roots: roots, Now: now, Tolerate: every}
		if _, found, err := v.Verify(parsed); found != 0 || err != nil {
			t.Errorf("%v, %v", found, err)
		}
		v.Tolerate = 0
		if _, found, err := v.Verify(parsed); found != 0 || err != nil {
			t.Errorf("without tolerance: %v, %v", found, err)
		}
	}
}

// What is no matter of the chain's circumstances cannot be tolerated.
func TestOtherFaultsAreNotTolerated(t *testing.T) {
	chain := mustMake(t, spec("ecdsa-p256", 2))
	parsed, err := pki.ParseChain(chain.Certificates)
	if err != nil {
		t.Fatal(err)
	}
	v := pki.Verifier{Now: now, Tolerate: every}
	if _, _, err := v.Verify(nil); !errors.Is(err, pki.ErrMalformed) {
		t.Errorf("no chain: %v", err)
	}
	roots, err := pki.NewRoots(chain.Certificates[1])
	if err != nil {
		t.Fatal(err)
	}
	v.Roots, v.Purpose = roots, pki.Purpose(3)
	if _, _, err := v.Verify(parsed); !errors.Is(err, pki.ErrWrongUsage) {
		t.Errorf("for another use: %v", err)
	}
}

func TestNamesOfVerdicts(t *testing.T) {
	var all pki.Verdicts
	for _, name := range pki.VerdictNames() {
		v, err := pki.ParseVerdict(name)
		if err != nil || v.String() != name || all&v != 0 {
			t.Errorf("%s: %v, %v", name, v, err)
		}
		all |= v
	}
	if all != every {
		t.Errorf("%v have names", all)
	}
	if _, err := pki.ParseVerdict("unverified"); err == nil {
		t.Error("not to look is no verdict")
	}
	if got := (pki.Expired | pki.UnknownAuthority).String(); got != "unknown-ca, expired" {
		t.Error(got)
	}
}
