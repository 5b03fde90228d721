package scenarios

import (
	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// An ocspAuthority has an OCSP response on each certificate that it has issued.
type ocspAuthority struct{ statuses []ocspStatus }

type ocspStatus struct {
	leaf, issuer *pki.Certificate
	response     []byte
}

// answer returns the response to an OCSP request. For another certificate it is pki.Unavailable.
func (a *ocspAuthority) answer(request []byte) []byte {
	for _, s := range a.statuses {
		if asked, err := pki.OCSPRequestsStatus(request, s.leaf, s.issuer); err == nil && asked {
			return s.response
		}
	}
	return ca.OCSPTryLater()
}

// attachOCSP makes the authority's response on a certificate of the server: good, signed when the
// certificate was issued, for as long as it is valid. A stapled response comes with the
// certificate; the authority keeps it in any case.
func (c *Config) attachOCSP(certificate *engine.Certificate, chain *ca.Chain, e *engines) (*engine.Certificate, error) {
	if c.TLS.Revocation == engine.RevocationNone.String() {
		return certificate, nil
	}
	responder, err := chain.OCSPResponder(c.TLS.Responder == responderDelegate)
	if err != nil {
		return nil, err
	}
	response, err := responder.Respond(certificate.Leaf(), ca.OCSPResponseSpec{ThisUpdate: e.env.notBefore, NextUpdate: e.env.notAfter})
	if err != nil {
		return nil, err
	}
	e.authority.statuses = append(e.authority.statuses, ocspStatus{certificate.Leaf(), responder.Issuer, response})
	if c.TLS.Revocation != engine.RevocationStapled.String() {
		return certificate, nil
	}
	return certificate.WithOCSPResponse(response)
}
