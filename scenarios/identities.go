package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/engine/protocol"
)

// Who the two sides are: the certificates that they show, and what they make of the other's.

// setCertificates makes the server's chains and lets the client trust their roots, which it returns. The server has a chain of each
// type of key for tls.server_name and what else it is called, and then for each of its other names. Chains of one type differ in
// the name alone.
func (c *Config) setCertificates(in surroundings, client, server *engine.Config, said *authority) (roots [][]byte, err error) {
	server.UnknownNames, err = engine.ParseNamePolicy(c.TLS.UnknownName)
	if err != nil {
		return nil, err
	}
	if c.TLS.SignatureAlgorithms != nil {
		client.SignatureSchemes = []engine.SignatureScheme{}
	}
	for _, name := range c.TLS.SignatureAlgorithms {
		client.SignatureSchemes = append(client.SignatureSchemes, engine.SignatureScheme(pki.SchemeByName(name).ID))
	}
	specs := make([]ca.ChainSpec, len(c.TLS.certificates()))
	for i, algorithm := range c.TLS.certificates() {
		purpose := "chain"
		if i > 0 {
			purpose += " of " + algorithm
		}
		specs[i] = in.spec(purpose, algorithm, c.TLS.Chain)
	}
	names := [][]string{append([]string{c.TLS.ServerName}, in.names...)}
	for _, other := range c.TLS.OtherNames {
		names = append(names, []string{other})
	}
	for i := range names {
		for _, spec := range specs {
			spec.Names = names[i]
			if c.TLS.Revocation == engine.RevocationFetched.String() {
				spec.OCSPURL = in.responder
			}
			certificate, chain, err := identity(spec)
			if err == nil {
				certificate, err = c.vouched(in, certificate, chain, said)
			}
			if err != nil {
				return nil, fmt.Errorf("certificate chain: %w", err)
			}
			server.Certificates = append(server.Certificates, certificate)
			if i == 0 {
				roots = append(roots, chain.Root)
			}
		}
	}
	client.Roots, err = pki.NewRoots(roots...)
	return roots, err
}

// setClientAuth makes the client's chain, if it has one, and lets the server trust its root and ask as it should. A server whose
// clients have none trusts what its own certificate's kind would be.
func (c *Config) setClientAuth(in surroundings, client, server *engine.Config) (err error) {
	if server.ClientAuth, err = engine.ParseClientAuth(c.TLS.ClientAuth); err != nil {
		return err
	}
	algorithm := c.TLS.ClientCertificate
	if algorithm == noCertificate {
		algorithm = c.TLS.Certificate
	}
	if c.TLS.ClientCertificate == noCertificate && server.ClientAuth == engine.ClientAuthNone {
		return nil
	}
	certificate, chain, err := identity(in.spec("client chain", algorithm, c.TLS.ClientChain))
	if err != nil {
		return fmt.Errorf("client's certificate chain: %w", err)
	}
	if c.TLS.ClientCertificate != noCertificate {
		client.Certificates = []*engine.Certificate{certificate}
	}
	server.ClientCAs, err = pki.NewRoots(chain.Root)
	return err
}

// spec is a chain that is still without names.
func (in *surroundings) spec(purpose, algorithm string, shape Chain) ca.ChainSpec {
	return ca.ChainSpec{
		Seed:      fmt.Sprintf("%x", in.seed(purpose)),
		Algorithm: algorithm,
		Length:    shape.Length,
		Size:      shape.Size,
		NotBefore: in.notBefore,
		NotAfter:  in.notAfter,
		Faults:    chainFaults(shape.Faults),
	}
}

// chainFaults is the set of the faults with the given names.
func chainFaults(names []string) (all pki.ChainFault) {
	for _, name := range names {
		v, _ := pki.ParseChainFault(name) // the vocabulary is pki's
		all |= v
	}
	return all
}

// checkChainFaults holds what is wrong with the chains to what is tolerated: a refused chain makes no connection to measure.
func checkChainFaults(c *Config, _ map[string]setting) []fault {
	for _, x := range []struct {
		key, whose, refuses string
		faults              []string
	}{
		{"tls.chain.flaw", "server's", "client", c.TLS.Chain.Faults},
		{"tls.client_chain.flaw", "client's", "server", c.TLS.ClientChain.Faults},
	} {
		has := chainFaults(x.faults)
		for _, fault := range x.faults {
			if !slices.Contains(c.TLS.Tolerate, fault) {
				return faultf([]string{x.key, "tls.tolerate"}, "the %s refuses a chain with the flaw %s, and nothing is left to measure: let tls.tolerate have it", x.refuses, fault)
			}
		}
		switch {
		case has&pki.FaultExpired != 0 && has&pki.FaultNotYetValid != 0:
			return faultf([]string{x.key}, "the %s chain cannot be %s", x.whose, (pki.FaultExpired | pki.FaultNotYetValid).String())
		case x.key == "tls.client_chain.flaw" && has&pki.FaultWrongName != 0:
			return faultf([]string{x.key}, "servers do not ask for a client's name: it cannot be wrong")
		case x.key == "tls.client_chain.flaw" && has != 0 && c.TLS.ClientCertificate == noCertificate:
			return faultf([]string{x.key}, "the client has no chain: let tls.client_auth ask for it")
		}
	}
	return nil
}

// identity makes what one side shows, with the root that makes the other trust it.
func identity(spec ca.ChainSpec) (certificate *engine.Certificate, chain *ca.Chain, err error) {
	chain, err = ca.Issue(spec)
	if err != nil {
		return nil, nil, err
	}
	certificate, err = engine.NewCertificate(chain.Certificates, chain.Key)
	return certificate, chain, err
}

// certificates are the types of the server's keys, in its order.
func (t *TLS) certificates() []string { return append([]string{t.Certificate}, t.OtherCertificates...) }

func isHost(name string) bool { return hostname.MatchString(name) && len(name) <= maxHost }

const maxHost = 253 // characters of a DNS name as people write it (RFC 1035 §2.3.4)

// isWildcard says whether a name is that of all hosts of a domain, as certificates have it (RFC 9525 §6.3).
func isWildcard(name string) bool {
	domain, ok := strings.CutPrefix(name, "*.")
	return ok && isHost(domain) && strings.Contains(domain, ".")
}

// checkIdentities holds the server's other certificates and the client's signature algorithms to the versions, and the latter to
// the certificates.
func checkIdentities(c *Config, _ map[string]setting) []fault {
	highest := c.TLS.Versions.Max
	for _, algorithm := range c.TLS.OtherCertificates {
		since := engine.Version(pki.KeyTypeOf(algorithm).MinVersion)
		switch {
		case algorithm == c.TLS.Certificate:
			return faultf([]string{"tls.other_certificates", "tls.certificate"}, "%s is tls.certificate already", algorithm)
		case highest < since:
			return faultf([]string{"tls.other_certificates", "tls.version"}, "keys of %s sign handshakes from TLS %v on, and tls.version is %s", algorithm, since, c.TLS.Versions)
		}
	}
	switch {
	case c.TLS.SignatureAlgorithms == nil:
		return nil
	case highest < engine.TLS12:
		return faultf([]string{"tls.signature_algorithms", "tls.version"}, "clients name signature algorithms from TLS 1.2 on, and tls.version is %s", c.TLS.Versions)
	case len(c.TLS.SignatureAlgorithms) == 0 && highest > engine.TLS12:
		return faultf([]string{"tls.signature_algorithms", "tls.version"}, "a client of TLS 1.3 names signature algorithms")
	case len(c.TLS.SignatureAlgorithms) > 0 && !c.TLS.signable(highest):
		return faultf([]string{"tls.signature_algorithms", "tls.certificate", "tls.other_certificates"}, "no certificate of the server's (%s) can sign by %s in TLS %v",
			strings.Join(c.TLS.certificates(), ", "), strings.Join(c.TLS.SignatureAlgorithms, ", "), highest)
	}
	return nil
}

// signable says whether a certificate of the server's can sign as the client wants, or a suite has no need of it.
func (t *TLS) signable(v engine.Version) bool {
	for _, name := range t.Suites {
		if s, _ := protocol.SuiteByName(name); speaks(s, v) && s.KeyExchange == engine.KeyExchangeRSA {
			return true
		}
	}
	return slices.ContainsFunc(t.SignatureAlgorithms, func(name string) bool {
		scheme := pki.SchemeByName(name)
		return slices.ContainsFunc(t.certificates(), func(algorithm string) bool { return scheme.FitsAlgorithm(algorithm, uint16(v)) })
	})
}
