package scenarios

import (
	"slices"

	"tlslab/engine"
	"tlslab/engine/pki"
)

// clientAuthKeys are the keys of client authentication, and of what both sides tolerate.
var clientAuthKeys = []Key{
	{
		Name: "tls.client_auth", Label: "client authentication", Default: "none",
		Doc:     "whether the server asks for the client's certificate: none, requested (it serves a client without one too) or required",
		fields:  field(func(c *Config) value { return enum{&c.TLS.ClientAuth, clientAuths()} }),
		applies: carriesClient,
		lower:   lowerClientAuth,
	},
	{
		Name: "tls.client_certificate", Label: "client certificate", Unset: "tls.certificate where tls.client_auth asks for one",
		Doc:    "key type of the client's certificate and of its certificate authorities, or none",
		fields: field(func(c *Config) value { return enum{&c.TLS.ClientCertificate, clientCertificates()} }),
		derive: func(c *Config, set bool) []conflict {
			switch {
			case set:
			case c.TLS.ClientAuth == engine.ClientAuthNone.String():
				c.TLS.ClientCertificate = noCertificate
			default:
				c.TLS.ClientCertificate = c.TLS.Certificate
			}
			return nil
		},
		check: func(c *Config) []conflict {
			switch {
			case c.TLS.ClientCertificate == noCertificate && c.TLS.ClientAuth == engine.ClientAuthRequired.String():
				return conflictf(blame("tls.client_certificate", "tls.client_auth"), "the server refuses a client without the certificate that it requires: set tls.client_auth to requested, or give the client a certificate")
			case c.TLS.ClientCertificate == noCertificate:
				return nil
			}
			return checkSigns(c, c.TLS.ClientCertificate, "tls.client_certificate", "tls.certificate", "tls.version")
		},
		applies:   all(asksClient, carriesClient),
		loweredBy: "tls.client_auth",
	},
	{
		Name: "tls.client_chain.length", Label: "client certificates sent", Default: "2",
		Doc:       "certificates that the client sends: its own and the intermediates, without the root",
		fields:    field(func(c *Config) value { return count{&c.TLS.ClientChain.Length, 1, maxChainLength} }),
		applies:   clientChain,
		loweredBy: "tls.client_auth",
	},
	{
		Name: "tls.client_chain.size", Label: "client chain size", Unset: "not padded",
		Doc:       "size to which the client's certificates are padded, all together",
		fields:    field(func(c *Config) value { return size{&c.TLS.ClientChain.Size, 0, maxChainSize} }),
		applies:   clientChain,
		loweredBy: "tls.client_auth",
	},
	{
		Name: "tls.client_chain.fault", Former: "tls.client_chain.flaw", Label: "client chain fault", Unset: "none",
		Doc:    "what is wrong with the client's chain; the server goes on only if tls.tolerate names it too",
		fields: field(func(c *Config) value { return enumList{&c.TLS.ClientChain.Faults, chainFaultWords()} }),
		check: func(c *Config) []conflict {
			const key = "tls.client_chain.fault"
			if slices.Contains(c.TLS.ClientChain.Faults, pki.FaultWrongName.String()) {
				return conflictf(blame(key), "a server does not verify the name of a client: leave out wrong-name")
			}
			return checkChainFaults(c, key, "server", c.TLS.ClientChain.Faults)
		},
		applies:   clientChain,
		loweredBy: "tls.client_auth",
	},
	{
		Name: "tls.tolerate", Label: "tolerated faults", Unset: "none",
		Doc:    "faults of the peer's chain in spite of which both sides go on, such as [unknown-ca, expired]",
		fields: field(func(c *Config) value { return enumList{&c.TLS.Tolerate, chainFaultWords()} }),
		applies: func(c *Config) string {
			if len(c.TLS.Chain.Faults)+len(c.TLS.ClientChain.Faults) > 0 || asksClient(c) == "" && !c.TLS.resumes() {
				return "" // a server that tolerates unknown issuers names none to the client
			}
			return "no chain has a fault: neither tls.chain.fault nor tls.client_chain.fault is set"
		},
		lower: both(func(c *Config, e *engine.Config) { e.ToleratedFaults = chainFaults(c.TLS.Tolerate) }),
	},
}

// asksClient is the predicate of keys about the certificate that a server asks its client for.
func asksClient(c *Config) string {
	if c.TLS.ClientAuth == engine.ClientAuthNone.String() {
		return "the server does not ask for the client's certificate: tls.client_auth is none"
	}
	return ""
}

// carriesClient is the predicate of keys about the client's chain, which a client sends in a full
// handshake, and in the ticket of a resumed one.
func carriesClient(c *Config) string {
	if c.TLS.resumes() && c.TLS.Resumption == engine.SessionID.String() {
		return "the client of a handshake that is resumed by session ID sends no certificate"
	}
	return ""
}

// clientChain is the predicate of keys about the client's chain.
var clientChain = all(asksClient, when(func(c *Config) bool { return c.TLS.ClientCertificate != noCertificate },
	"the client has no certificate: tls.client_certificate is none"), carriesClient)
