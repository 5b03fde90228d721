package scenarios

import (
	"slices"

	"tlslab/engine"
	"tlslab/engine/pki"
)

// The responders of tls.responder.
const (
	responderAuthority = "authority"
	responderDelegate  = "delegate"
)

// revocationKeys are the keys of OCSP.
var revocationKeys = []Key{
	{
		Name: "tls.revocation", Label: "revocation", Default: "none",
		Doc:    "how the client learns, in a full handshake, whether the server's certificate has been revoked: none (it does not), stapled (from 1.0 on the server sends an OCSP response with its certificate, which the client asks for, needs and verifies), or fetched (the client asks the certificate authority in the middle of the handshake)",
		fields: field(func(c *Config) value { return enum{&c.TLS.Revocation, revocations()} }),
		check: func(c *Config) []conflict {
			switch {
			case c.TLS.Revocation == engine.RevocationNone.String():
			case c.TLS.Revocation == engine.RevocationStapled.String() && c.TLS.Versions.Min < engine.TLS10:
				return conflictf(blame("tls.revocation", "tls.version"), "clients ask for a stapled response from TLS 1.0 on, and tls.version is %s", c.TLS.Versions)
			case c.TLS.Chain.Length == 1 && slices.Contains(c.TLS.Chain.Faults, pki.FaultUnknownCA.String()):
				return conflictf(blame("tls.revocation", "tls.chain.fault"), "the client does not know the issuer of the certificate, and so no OCSP response on it that it could verify")
			}
			return nil
		},
		applies: notResumedSSL30,
		lower: func(c *Config, e *engines) (err error) {
			e.exchange.Revocation, err = engine.ParseRevocation(c.TLS.Revocation)
			e.client.Revocation = e.exchange.Revocation
			return err
		},
	},
	{
		Name: "tls.responder", Label: "OCSP responder", Unset: "authority",
		Doc:       "who signs OCSP responses: authority (the one that issued the certificate) or delegate (whose certificate comes along)",
		fields:    field(func(c *Config) value { return enum{&c.TLS.Responder, responders} }),
		applies:   checksRevocation,
		loweredBy: "tls.certificate",
	},
	{
		Name: "tls.soft_fail", Label: "soft fail", Unset: "false",
		Doc:     "whether a client without an OCSP response goes on: none was stapled, or the authority does not answer",
		fields:  field(func(c *Config) value { return boolean{&c.TLS.SoftFail} }),
		applies: fetches,
		lower:   toClient(func(c *Config, e *engine.Config) { e.SoftFail = c.TLS.SoftFail }),
	},
}

var responders = vocabulary{"a kind of responder", []string{responderAuthority, responderDelegate}}

// checksRevocation is the predicate of keys about OCSP responses.
func checksRevocation(c *Config) string {
	if c.TLS.Revocation == engine.RevocationNone.String() {
		return "no client asks for an OCSP response: tls.revocation is none"
	}
	return fullHandshake(c)
}

// fetches is the predicate of keys about clients that ask the certificate authority.
func fetches(c *Config) string {
	if c.Fetches() {
		return ""
	}
	return "no client asks the certificate authority: tls.revocation is not fetched, or tls.kind is resumed or early-data"
}
