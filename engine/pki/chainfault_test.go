package pki_test

import (
	"errors"
	"testing"

	"tlslab/engine/op"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

const allFaults = pki.TolerableFaults

// Verify finds exactly the faults of the spec if all are tolerated, and fails with the one that is
// not tolerated. crypto/x509 refuses the chains with faults.
func TestChainFaultsAreFoundAndTolerated(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for _, algorithm := range []string{"ecdsa-p256", "rsa2048", "mldsa44"} {
		for faults := pki.ChainFault(0); faults <= allFaults; faults++ {
			s := chainSpec(algorithm, 3)
			s.Faults = faults
			chain, err := ca.Issue(s)
			if faults&pki.FaultExpired != 0 && faults&pki.FaultNotYetValid != 0 {
				if err == nil {
					t.Errorf("a chain with the faults %s is issued", faults.String())
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
			v := pki.Verifier{Roots: roots, Name: "server.example", Now: now, ToleratedFaults: allFaults, Count: func(o op.Op) {
				if o.Kind == op.Verify {
					signatures++
				}
			}}
			if _, found, err := v.Verify(parsed); err != nil || found != faults {
				t.Errorf("%s with the faults %v: Verify finds %v, %v", algorithm, faults, found, err)
			}
			want := 3
			if faults&pki.FaultUnknownCA != 0 {
				want = 2 // not the signature by the root
			}
			if signatures != want {
				t.Errorf("%s with the faults %v: %d signatures checked, want %d", algorithm, faults, signatures, want)
			}
			for fault := pki.ChainFault(1); fault <= allFaults; fault <<= 1 {
				v.ToleratedFaults = allFaults &^ fault
				_, _, err := v.Verify(parsed)
				if faults&fault != 0 && !errors.Is(err, fault) || faults&fault == 0 && err != nil {
					t.Errorf("%s with the faults %v, %v not tolerated: %v", algorithm, faults, fault, err)
				}
			}
			if algorithm == "mldsa44" {
				continue
			}
			p := &presented{chain.Certificates, chain.Root, "server.example", now, pki.ServerAuth}
			if err := p.theirs(); (err == nil) != (faults == 0) {
				t.Errorf("%s with the faults %v: crypto/x509 says %v", algorithm, faults, err)
			}
		}
	}
}

func TestWithoutRootsTheCAIsUnknown(t *testing.T) {
	parsed, err := pki.ParseChain(mustIssue(t, chainSpec("ecdsa-p256", 2)).Certificates)
	if err != nil {
		t.Fatal(err)
	}
	v := pki.Verifier{Now: now}
	if _, _, err := v.Verify(parsed); !errors.Is(err, pki.FaultUnknownCA) {
		t.Errorf("%v", err)
	}
	v.ToleratedFaults = pki.FaultUnknownCA
	if _, found, err := v.Verify(parsed); found != pki.FaultUnknownCA || err != nil {
		t.Errorf("%v, %v", found, err)
	}
}

// If two paths lead to trust anchors, Verify returns the faults of the path that has fewer.
func TestVerifyReturnsTheFaultsOfThePathWithFewest(t *testing.T) {
	good, other := chainSpec("ecdsa-p256", 2), chainSpec("ecdsa-p256", 2)
	other.NotBefore, other.NotAfter = notBefore.AddDate(-3, 0, 0), notBefore.AddDate(-2, 0, 0)
	chain, old := mustIssue(t, good), mustIssue(t, other) // of the same keys and names
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
		v := pki.Verifier{Roots: roots, Now: now, ToleratedFaults: allFaults}
		if _, found, err := v.Verify(parsed); found != 0 || err != nil {
			t.Errorf("%v, %v", found, err)
		}
		v.ToleratedFaults = 0
		if _, found, err := v.Verify(parsed); found != 0 || err != nil {
			t.Errorf("nothing tolerated: %v, %v", found, err)
		}
	}
}

func TestOtherFaultsCannotBeTolerated(t *testing.T) {
	chain := mustIssue(t, chainSpec("ecdsa-p256", 2))
	parsed, err := pki.ParseChain(chain.Certificates)
	if err != nil {
		t.Fatal(err)
	}
	v := pki.Verifier{Now: now, ToleratedFaults: allFaults}
	if _, _, err := v.Verify(nil); !errors.Is(err, pki.FaultMalformed) {
		t.Errorf("no certificate: %v", err)
	}
	roots, err := pki.NewRoots(chain.Certificates[1])
	if err != nil {
		t.Fatal(err)
	}
	v.Roots, v.Purpose = roots, pki.Purpose(3)
	if _, _, err := v.Verify(parsed); !errors.Is(err, pki.FaultWrongUsage) {
		t.Errorf("unknown purpose: %v", err)
	}
}

func TestChainFaultNames(t *testing.T) {
	var all pki.ChainFault
	for _, name := range pki.ChainFaultNames() {
		v, err := pki.ParseChainFault(name)
		if err != nil || v.String() != name || all&v != 0 {
			t.Errorf("%s: %v, %v", name, v, err)
		}
		all |= v
	}
	if all != allFaults {
		t.Errorf("%v have names", all)
	}
	if _, err := pki.ParseChainFault("unverified"); err == nil {
		t.Error("unverified is parsed as a fault")
	}
	if got := (pki.FaultExpired | pki.FaultUnknownCA).String(); got != "unknown-ca, expired" {
		t.Error(got)
	}
}
