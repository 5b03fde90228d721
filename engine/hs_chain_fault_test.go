package engine

import (
	"errors"
	"fmt"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// Tolerated faults of the peer's chain.

var faultAlerts = map[pki.ChainFault]alert.Description{
	pki.FaultUnknownCA: alert.UnknownCA, pki.FaultWrongName: alert.BadCertificate, pki.FaultExpired: alert.CertificateExpired,
	pki.FaultNotYetValid: alert.CertificateExpired, pki.FaultBadSignature: alert.BadCertificate,
}

// faulty is a server's chain with faults.
func faulty(t testing.TB, faults pki.ChainFault) *testPKI {
	return specialPKI(t, ca.ChainSpec{Seed: "faulty", Algorithm: "ecdsa-p256", Length: 2, Names: []string{testName}, Faults: faults,
		NotBefore: testTime.AddDate(-1, 0, 0), NotAfter: testTime.AddDate(1, 0, 0)})
}

// trusting configures a side to verify the peer's chain.
func trusting(p *testPKI) func(*Config) {
	return func(cfg *Config) { cfg.Roots, cfg.ClientCAs = p.roots, p.roots }
}

// Each fault of a server's or a client's chain, in each version, full and resumed: its alert if it
// is not tolerated, and Info.ToleratedFaults if it is.
func TestChainFaults(t *testing.T) {
	for fault, alert := range faultAlerts {
		bad := faulty(t, fault|pki.FaultUnknownCA)
		if fault != pki.FaultUnknownCA {
			bad = faulty(t, fault)
		}
		for v := TLS10; v <= TLS13; v++ {
			for _, mutual := range []bool{false, true} {
				if mutual && fault == pki.FaultWrongName {
					continue // a client's name is not verified
				}
				name := fmt.Sprintf("TLS %v, %v, in the client's chain: %v", v, fault, mutual)
				cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
				onlyVersion(v)(cc)
				fromVersion(TLS10)(sc)
				verifier := cc
				if mutual {
					verifier = sc
					ask(ClientAuthRequired, bad)(sc)
					cc.Certificates = []*Certificate{issuedBy(bad.certificate, bad.roots)}
				} else {
					holding(bad)(sc)
					trusting(bad)(cc)
				}
				wantAlert(t, name, newPair(cc, sc).run(), alert)
				verifier.ToleratedFaults = ^fault &^ pki.Unverified
				wantAlert(t, name+", all other faults tolerated", newPair(cc, sc).run(), alert)

				verifier.ToleratedFaults = fault
				for i := range 2 {
					p, kind := connect(t, cc, sc)
					p.exchange(t)
					reported := p.client.Info().ToleratedFaults
					if mutual {
						reported = p.server.Info().ToleratedFaults
					}
					if reported != fault || (kind == Resumed) != (i > 0) {
						t.Errorf("%s: connection %d: %v tolerated, %v", name, i, reported, kind)
					}
					cc.Session = p.client.Session()
				}

				// A session with a fault that is no longer tolerated is not resumed.
				verifier.ToleratedFaults = 0
				wantAlert(t, name+", session not resumed", newPair(cc, sc).run(), alert)
			}
		}
	}
}

// issuedBy is a certificate that names certain authorities as its issuers.
func issuedBy(c *Certificate, roots *pki.Roots) *Certificate {
	own := *c
	own.issuers = roots.Names()
	return &own
}

// Info.ToleratedFaults has all faults of the chain, or says that the chain was not verified.
func TestToleratedFaultsAreReported(t *testing.T) {
	all := pki.FaultUnknownCA | pki.FaultWrongName | pki.FaultExpired | pki.FaultBadSignature
	bad := faulty(t, all)
	for _, x := range []struct {
		set  func(*Config)
		want pki.ChainFault
	}{
		{func(cfg *Config) { cfg.ToleratedFaults = all | pki.FaultNotYetValid }, all},
		{func(cfg *Config) { cfg.VerifyNothing = true }, pki.Unverified},
	} {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t)
		holding(bad)(sc)
		both(trusting(bad), x.set)(cc)
		p, _ := connect(t, cc, sc)
		if got := p.client.Info().ToleratedFaults; got != x.want {
			t.Errorf("ToleratedFaults %v, want %v", got, x.want)
		}
		cc.Session = p.client.Session()
		if _, kind := connect(t, cc, sc); kind != Resumed {
			t.Errorf("the session of a chain with %v: %v, want resumed", x.want, kind)
		}
		cc.Session, cc.ToleratedFaults, cc.VerifyNothing = p.client.Session(), 0, false
		var e *Error
		if err := newPair(cc, sc).run(); !errors.As(err, &e) {
			t.Errorf("the session of a chain with %v is accepted by a client that tolerates nothing: %v", x.want, err)
		}
	}
}
