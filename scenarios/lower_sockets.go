package scenarios

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/engine/protocol"
	"tlslab/engine/session"
	"tlslab/scenarios/document"
)

// Sockets are two engines' configurations for connections over real sockets, with real randomness
// and time. Many goroutines may use them.
type Sockets struct {
	Client, Server *engine.Config
	ServerName     string   // of tls.server_name; "" where that is not set
	Roots          [][]byte // DER of the certificates that Server's chains lead to

	// Answer is the OCSP responder of the authority that issued Server's certificates.
	Answer func(request []byte) []byte
}

// lifetime is the validity of the certificates of a server on real sockets.
const lifetime = 90 * 24 * time.Hour

// NewSockets lowers keys of tls, written key=value as for --set. names are the server's beside
// tls.server_name, and responder is the URL of the OCSP responder in its certificates. A scenario
// has one default for each key, so that its cells differ in their factors alone; a real peer
// accepts what it can: without keys that say otherwise, TLS 1.2 and 1.3, and the engine's default
// suites, groups and resumption mechanisms. An error is of type document.Errors.
func NewSockets(sets []string, responder string, names ...string) (*Sockets, error) {
	c, explicit, err := parseTLS(sets)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	e, err := c.lowerEngines(engineEnv{
		seed:      func(string) (seed [32]byte) { rand.Read(seed[:]); return seed }, // never fails
		now:       time.Now,
		notBefore: now.Add(-time.Hour), // for peers whose clock is late
		notAfter:  now.Add(lifetime),
		names:     names,
		responder: responder,
		issue:     ca.Issue,
	})
	if err != nil {
		return nil, err
	}
	s := &Sockets{Client: e.client, Server: e.server, Roots: e.roots, Answer: e.authority.answer}
	for _, cfg := range []*engine.Config{s.Client, s.Server} {
		cfg.Rand = rand.Reader
		c.widen(cfg, explicit)
	}
	s.Server.SessionCache = session.NewCache(maxSessions, engine.DefaultTicketLifetime)
	if explicit["tls.server_name"] {
		s.ServerName = c.TLS.ServerName
	}
	return s, nil
}

// maxSessions bounds the sessions that a server keeps under session IDs.
const maxSessions = 20_000

// widen restores the engine's defaults for keys that are not set.
func (c *Config) widen(cfg *engine.Config, explicit map[string]bool) {
	switch {
	case explicit["tls.suite"]:
	case !explicit["tls.cipher"]:
		cfg.Suites = nil
	case !explicit["tls.certificate"]:
		cfg.Suites = nil
		for _, s := range protocol.Suites() {
			if s.Cipher == c.TLS.Cipher && s.KeyExchange != engine.KeyExchangeRSA {
				cfg.Suites = append(cfg.Suites, s.ID)
			}
		}
	}
	if !explicit["tls.tolerate"] {
		cfg.ToleratedFaults = 0
	}
	if !explicit["tls.group"] && !explicit["tls.key_share"] {
		cfg.Groups = nil
	}
	switch {
	case explicit["tls.resumption"]:
	case explicit["tls.kind"] && c.TLS.Kind == "full":
		cfg.Resumption = []engine.Resumption{}
	default:
		cfg.Resumption = nil
	}
}

// parseTLS reads settings over the defaults of sockets. explicit has the keys that are set.
func parseTLS(sets []string) (c Config, explicit map[string]bool, err error) {
	explicit = map[string]bool{}
	values := map[string]string{}
	for _, set := range sets {
		name, value, _ := strings.Cut(set, "=")
		explicit[name], values[name] = true, value
		known := keyByName(name) != nil || slices.Contains(documentNames(), name)
		if known && !strings.HasPrefix(name, "tls.") {
			return c, nil, document.Errors{{File: "--set " + name, Message: "real sockets take the keys of tls only"}}
		}
		if name == "tls.kind" && value == kindRefused {
			return c, nil, document.Errors{{File: "--set " + name, Message: "whether a real server refuses a session is up to the server"}}
		}
	}
	r := newReader(context.Background(), document.NewSource("defaults", nil), nil)
	s := &Scenario{Sets: sets, layers: r.layers}
	var base []string
	for _, d := range socketDefaults(values) {
		if !explicit[d[0]] {
			base = append(base, d[0]+"="+d[1])
		}
	}
	r.applyOverrides(s, append(base, sets...))
	c = r.resolve(s, nil, nil)
	return c, explicit, r.err()
}

// signsByOneOf reports whether a type of key can sign by one of the schemes in the text of
// tls.signature_algorithms.
func signsByOneOf(certificate, named string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(named, func(r rune) bool { return strings.ContainsRune("[], ", r) }), func(name string) bool {
		s := pki.SchemeByName(name)
		return s != nil && (s.FitsAlgorithm(certificate, engine.TLS12) || s.FitsAlgorithm(certificate, engine.TLS13))
	})
}

// socketDefaults are the defaults of sockets where they differ from a scenario's. They follow from
// the text of other settings: a suite brings its version and certificate.
func socketDefaults(values map[string]string) [][2]string {
	defaults := [][2]string{{"tls.version", Versions{engine.TLS12, engine.TLS13}.String()}}
	if s, ok := protocol.SuiteByName(values["tls.suite"]); ok {
		// A version before TLS 1.2 is spoken only if the suite is defined for no later one.
		defaults[0][1] = Versions{min(max(s.Min, engine.TLS12), s.Max), s.Max}.String()
		i := slices.IndexFunc(certificates().names, func(certificate string) bool { return fitsCertificate(s, certificate) })
		if i >= 0 && s.KeyType != "" {
			defaults = append(defaults, [2]string{"tls.certificate", certificates().names[i]})
		}
	}
	if faults := values["tls.chain.fault"]; faults != "" { // the peer judges the chain
		defaults = append(defaults, [2]string{"tls.tolerate", faults})
	}
	if named := values["tls.signature_algorithms"]; named != "" && values["tls.suite"] == "" {
		i := slices.IndexFunc(certificates().names, func(certificate string) bool { return signsByOneOf(certificate, named) })
		defaults = append(defaults, [2]string{"tls.certificate", certificates().names[max(i, 0)]})
	}
	if values["tls.resumption"] != "" {
		defaults = append(defaults, [2]string{"tls.kind", "resumed"})
	}
	return defaults
}
