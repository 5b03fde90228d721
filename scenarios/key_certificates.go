package scenarios

import (
	"slices"
	"strings"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/protocol"
)

// Bounds of a chain. A server that pads its certificates to more than the engine takes in a
// Certificate message would have no client.
const (
	maxChainLength = 20
	maxChainSize   = 240 << 10
)

// certificateKeys are the keys of the server's certificates and of what the client accepts.
var certificateKeys = []Key{
	{
		Name: "tls.certificate", Label: "certificate", Default: "ecdsa-p256",
		Doc:    "key type of the server's certificate and of its certificate authorities",
		fields: field(func(c *Config) value { return enum{&c.TLS.Certificate, certificates()} }),
		check: func(c *Config) []conflict {
			return checkSigns(c, c.TLS.Certificate, "tls.certificate", "tls.version")
		},
		lower: lowerCertificates,
	},
	{
		Name: "tls.other_certificates", Label: "other certificates", Unset: "none",
		Doc:    "key types of further certificates of the server for the same names, such as [rsa2048]; the server shows the first, from tls.certificate on, that the client's suites and signature algorithms allow",
		fields: field(func(c *Config) value { return enumList{&c.TLS.OtherCertificates, certificates()} }),
		check: func(c *Config) []conflict {
			for _, algorithm := range c.TLS.OtherCertificates {
				if algorithm == c.TLS.Certificate {
					return conflictf(blame("tls.other_certificates", "tls.certificate"), "%s is tls.certificate already", algorithm)
				}
				if found := checkSigns(c, algorithm, "tls.other_certificates", "tls.version"); found != nil {
					return found
				}
			}
			return nil
		},
		applies:   when(withExtensions, "a server of SSL 3.0 shows the certificate of tls.certificate"),
		loweredBy: "tls.certificate",
	},
	{
		Name: "tls.other_names", Label: "other names", Unset: "none",
		Doc:       "on real sockets: DNS names for which the server has further certificates, beside tls.server_name; the first label may be a wildcard",
		fields:    field(func(c *Config) value { return hostnameList{&c.TLS.OtherNames} }),
		applies:   func(*Config) string { return "the client of a scenario asks for tls.server_name" },
		loweredBy: "tls.certificate",
	},
	{
		Name: "tls.unknown_name", Label: "unknown names", Default: "ignore",
		Doc:    "policy for a ClientHello whose server_name matches no certificate: ignore (the server shows another certificate), warn (the same, after an unrecognized_name warning, up to 1.2) or refuse",
		fields: field(func(c *Config) value { return enum{&c.TLS.UnknownName, namePolicies()} }),
		applies: when(func(c *Config) bool { return slices.Contains(c.TLS.Chain.Faults, pki.FaultWrongName.String()) },
			"the server has a certificate for tls.server_name, which the client asks for"),
		loweredBy: "tls.certificate",
	},
	{
		Name: "tls.signature_algorithms", Label: "signature algorithms", Unset: "all without SHA-1",
		Doc:    "signature schemes that the client accepts from the server in 1.2 and 1.3, most preferred first, such as [rsa_pss_rsae_sha256]; [] leaves the extension out in 1.2, which means SHA-1",
		fields: field(func(c *Config) value { return enumList{&c.TLS.SignatureAlgorithms, signatureSchemes()} }),
		check:  checkSignatureAlgorithms,
		lower: toClient(func(c *Config, e *engine.Config) {
			if c.TLS.SignatureAlgorithms != nil {
				e.SignatureSchemes = []engine.SignatureScheme{}
			}
			for _, name := range c.TLS.SignatureAlgorithms {
				e.SignatureSchemes = append(e.SignatureSchemes, engine.SignatureScheme(pki.SchemeByName(name).ID))
			}
		}),
	},
	{
		Name: "tls.chain.length", Label: "certificates sent", Default: "2",
		Doc:       "certificates that the server sends: its own and the intermediates, without the root",
		fields:    field(func(c *Config) value { return count{&c.TLS.Chain.Length, 1, maxChainLength} }),
		applies:   fullHandshake,
		loweredBy: "tls.certificate",
	},
	{
		Name: "tls.chain.size", Label: "chain size", Unset: "not padded",
		Doc:       "size to which the sent certificates are padded, all together",
		fields:    field(func(c *Config) value { return size{&c.TLS.Chain.Size, 0, maxChainSize} }),
		applies:   fullHandshake,
		loweredBy: "tls.certificate",
	},
	{
		Name: "tls.chain.fault", Former: "tls.chain.flaw", Label: "chain fault", Unset: "none",
		Doc:       "what is wrong with the server's chain, such as expired or [expired, wrong-name]; the client goes on only if tls.tolerate names it too",
		fields:    field(func(c *Config) value { return enumList{&c.TLS.Chain.Faults, chainFaultWords()} }),
		applies:   fullHandshake,
		loweredBy: "tls.certificate",
		check: func(c *Config) []conflict {
			return checkChainFaults(c, "tls.chain.fault", "client", c.TLS.Chain.Faults)
		},
	},
}

// fullHandshake is the predicate of keys about messages that a resumed handshake does not have.
func fullHandshake(c *Config) string {
	if c.TLS.resumes() {
		return "the server of a resumed handshake sends no certificate"
	}
	return ""
}

// checkSigns returns a conflict if keys of a type cannot sign handshakes of tls.version.
func checkSigns(c *Config, algorithm string, keys ...string) []conflict {
	if since := pki.KeyTypeOf(algorithm).MinVersion; c.TLS.Versions.Max < since {
		return conflictf(keys, "keys of %s sign handshakes from TLS %v on, and tls.version is %s", algorithm, since, c.TLS.Versions)
	}
	return nil
}

func checkSignatureAlgorithms(c *Config) []conflict {
	highest := c.TLS.Versions.Max
	switch {
	case c.TLS.SignatureAlgorithms == nil:
		return nil
	case highest < engine.TLS12:
		return conflictf(blame("tls.signature_algorithms", "tls.version"), "clients send signature_algorithms from TLS 1.2 on, and tls.version is %s", c.TLS.Versions)
	case len(c.TLS.SignatureAlgorithms) == 0 && highest > engine.TLS12:
		return conflictf(blame("tls.signature_algorithms", "tls.version"), "a TLS 1.3 client must send signature_algorithms: name at least one")
	case len(c.TLS.SignatureAlgorithms) > 0 && !c.TLS.signable(highest):
		return conflictf(blame("tls.signature_algorithms", "tls.certificate", "tls.other_certificates"), "no certificate of the server (%s) can sign with %s in TLS %v",
			strings.Join(c.TLS.certificates(), ", "), strings.Join(c.TLS.SignatureAlgorithms, ", "), highest)
	}
	return nil
}

// signable reports whether a certificate of the server can sign as the client wants, or a suite has
// no need of a signature.
func (t *TLS) signable(v engine.Version) bool {
	for _, name := range t.Suites {
		if s, _ := protocol.SuiteByName(name); definedFor(s, v) && s.KeyExchange == engine.KeyExchangeRSA {
			return true
		}
	}
	return slices.ContainsFunc(t.SignatureAlgorithms, func(name string) bool {
		scheme := pki.SchemeByName(name)
		return slices.ContainsFunc(t.certificates(), func(algorithm string) bool { return scheme.FitsAlgorithm(algorithm, v) })
	})
}

// certificates are the key types of the server's certificates, in its order.
func (t *TLS) certificates() []string {
	return append([]string{t.Certificate}, t.OtherCertificates...)
}

// checkChainFaults returns a conflict if the peer refuses a chain for one of its faults: there
// would be no connection to measure.
func checkChainFaults(c *Config, key, verifier string, faults []string) []conflict {
	for _, name := range faults {
		if !slices.Contains(c.TLS.Tolerate, name) {
			return conflictf(blame(key, "tls.tolerate"), "the %s refuses a chain with the fault %s, and nothing is left to measure: add it to tls.tolerate", verifier, name)
		}
	}
	if has := chainFaults(faults); has&pki.FaultExpired != 0 && has&pki.FaultNotYetValid != 0 {
		return conflictf(blame(key), "a chain cannot be %s", (pki.FaultExpired | pki.FaultNotYetValid).String())
	}
	return nil
}
