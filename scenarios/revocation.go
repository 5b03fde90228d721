package scenarios

import (
	"slices"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// An authority has a response on each certificate that it has issued.
type authority struct{ statuses []status }

type status struct {
	leaf, issuer *pki.Certificate
	response     []byte
}

// answer returns the response that a request asks for. Who asks for another has none.
func (a *authority) answer(request []byte) []byte {
	for _, s := range a.statuses {
		if asked, err := pki.OCSPRequestsStatus(request, s.leaf, s.issuer); err == nil && asked {
			return s.response
		}
	}
	return ca.OCSPTryLater()
}

// vouched gives a certificate of the server's its authority's word, where that is to be stapled, and has the authority remember it:
// that the certificate is good, said when it was issued and for as long as it is valid.
func (c *Config) vouched(in surroundings, certificate *engine.Certificate, chain *ca.Chain, said *authority) (*engine.Certificate, error) {
	if c.TLS.Revocation == engine.RevocationNone.String() {
		return certificate, nil
	}
	responder, err := chain.OCSPResponder(c.TLS.Responder == "delegate")
	if err != nil {
		return nil, err
	}
	response, err := responder.Respond(certificate.Leaf(), ca.OCSPResponseSpec{ThisUpdate: in.notBefore, NextUpdate: in.notAfter})
	if err != nil {
		return nil, err
	}
	said.statuses = append(said.statuses, status{certificate.Leaf(), responder.Issuer, response})
	if c.TLS.Revocation != engine.RevocationStapled.String() {
		return certificate, nil
	}
	return certificate.WithStatus(response)
}

// checkRevocation holds the way of revocation to the version and the chain.
func checkRevocation(c *Config, _ map[string]setting) []fault {
	if c.TLS.Revocation == engine.RevocationStapled.String() && c.TLS.Versions.Min < engine.TLS10 {
		return faultf([]string{"tls.revocation", "tls.version"}, "clients ask for a stapled response from TLS 1.0 on, and tls.version is %s", c.TLS.Versions)
	}
	if c.TLS.Revocation != engine.RevocationNone.String() && c.TLS.Chain.Length == 1 && slices.Contains(c.TLS.Chain.Faults, "unknown-ca") {
		return faultf([]string{"tls.revocation", "tls.chain.flaw"}, "a certificate whose issuer the client does not know has nobody whose word would count")
	}
	return nil
}
