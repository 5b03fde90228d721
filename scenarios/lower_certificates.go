package scenarios

import (
	"fmt"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// lowerCertificates makes the server's chains and lets the client trust their roots. The server has
// a chain of each type of key for tls.server_name and its other names in the environment, and then
// for each of tls.other_names. Chains of one type differ in the name alone.
func lowerCertificates(c *Config, e *engines) (err error) {
	if e.server.UnknownNames, err = engine.ParseNamePolicy(c.TLS.UnknownName); err != nil {
		return err
	}
	names := [][]string{append([]string{c.TLS.ServerName}, e.env.names...)}
	for _, other := range c.TLS.OtherNames {
		names = append(names, []string{other})
	}
	specs := c.serverSpecs(&e.env)
	for i := range names {
		for _, spec := range specs {
			spec.Names = names[i]
			certificate, root, err := c.serverCertificate(spec, e)
			if err != nil {
				return &SettingError{blame("tls.chain.size", "tls.chain.length", "tls.certificate"), err}
			}
			e.server.Certificates = append(e.server.Certificates, certificate)
			if i == 0 {
				e.roots = append(e.roots, root)
			}
		}
	}
	e.client.Roots, err = pki.NewRoots(e.roots...)
	return err
}

// serverSpecs are the server's chains without names, one for each type of key. Each draws its seed
// once, so that the chains of all names lead to the same roots.
func (c *Config) serverSpecs(env *engineEnv) []ca.ChainSpec {
	specs := make([]ca.ChainSpec, len(c.TLS.certificates()))
	for i, algorithm := range c.TLS.certificates() {
		purpose := "chain"
		if i > 0 {
			purpose += " of " + algorithm
		}
		specs[i] = env.spec(purpose, algorithm, c.TLS.Chain)
		if c.TLS.Revocation == engine.RevocationFetched.String() {
			specs[i].OCSPURL = env.responder
		}
	}
	return specs
}

// serverCertificate makes a chain, and attaches the OCSP response of tls.revocation.
func (c *Config) serverCertificate(spec ca.ChainSpec, e *engines) (certificate *engine.Certificate, root []byte, err error) {
	certificate, chain, err := e.env.makeCertificate(spec)
	if err == nil {
		certificate, err = c.attachOCSP(certificate, chain, e)
	}
	if err != nil {
		return nil, nil, err
	}
	return certificate, chain.Root, nil
}

// lowerClientAuth makes the client's chain, if it has one, and lets the server trust its root. A
// server that asks a client without a certificate trusts the root of a chain like its own.
func lowerClientAuth(c *Config, e *engines) (err error) {
	if e.server.ClientAuth, err = engine.ParseClientAuth(c.TLS.ClientAuth); err != nil {
		return err
	}
	algorithm := c.TLS.ClientCertificate
	if algorithm == noCertificate {
		if e.server.ClientAuth == engine.ClientAuthNone {
			return nil
		}
		algorithm = c.TLS.Certificate
	}
	certificate, chain, err := e.env.makeCertificate(e.env.spec("client chain", algorithm, c.TLS.ClientChain))
	if err != nil {
		return &SettingError{blame("tls.client_chain.size", "tls.client_chain.length", "tls.client_certificate"), err}
	}
	if c.TLS.ClientCertificate != noCertificate {
		e.client.Certificates = []*engine.Certificate{certificate}
		e.exchange.ClientAuthenticated = e.server.ClientAuth != engine.ClientAuthNone
	}
	e.server.ClientCAs, err = pki.NewRoots(chain.Root)
	return err
}

// spec is a chain without names.
func (env *engineEnv) spec(purpose, algorithm string, shape Chain) ca.ChainSpec {
	return ca.ChainSpec{
		Seed:      fmt.Sprintf("%x", env.seed(purpose)),
		Algorithm: algorithm,
		Length:    shape.Length,
		Size:      shape.Size,
		NotBefore: env.notBefore,
		NotAfter:  env.notAfter,
		Faults:    chainFaults(shape.Faults),
	}
}

// chainFaults is the set of the faults with the given names.
func chainFaults(names []string) (all pki.ChainFault) {
	for _, name := range names {
		f, _ := pki.ParseChainFault(name) // the vocabulary is pki's
		all |= f
	}
	return all
}

// makeCertificate makes the certificate of one side, and the chain with the root that the other
// side trusts.
func (env *engineEnv) makeCertificate(spec ca.ChainSpec) (certificate *engine.Certificate, chain *ca.Chain, err error) {
	chain, err = env.issue(spec)
	if err != nil {
		return nil, nil, err
	}
	certificate, err = engine.NewCertificate(chain.Certificates, chain.Key)
	return certificate, chain, err
}
