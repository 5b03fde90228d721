package scenarios

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"
	"tlslab/engine/protocol"
	"tlslab/engine/session"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/scenarios/document"
)

// Sockets are engines' configurations for connections over real sockets: real randomness and real time, fit for use by many
// goroutines.
type Sockets struct {
	Client, Server *engine.Config
	ServerName     string   // as tls.server_name says; "": it does not
	Roots          [][]byte // DER of the certificates that Server's chains lead to

	// Answer is what the authority of Server's certificates answers to an OCSP request.
	Answer func(request []byte) []byte
}

// lifetime is how long the certificates of a server that was started are valid.
const lifetime = 90 * 24 * time.Hour

// NewSockets makes them of the keys of a tls: block, written key=value as --set has them; names are the server's beside
// tls.server_name. Where a scenario compares like with like and so has one default for each key, these peers take what comes: both
// versions, and every suite and group, unless a key says otherwise. A key that says nothing of suites, groups or resumption leaves
// the engine's defaults. Certificates name a responder at a URL where clients are to ask it. An error is of type Errors.
func NewSockets(sets []string, responder string, names ...string) (*Sockets, error) {
	c, said, err := parseTLS(sets)
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
	})
	if err != nil {
		return nil, err
	}
	s := &Sockets{Client: e.client, Server: e.server, Roots: e.roots, Answer: e.authority.answer}
	for _, cfg := range []*engine.Config{s.Client, s.Server} {
		cfg.Rand = rand.Reader
		c.widen(cfg, said)
	}
	s.Server.SessionCache = session.NewCache(maxSessions, engine.DefaultTicketLifetime)
	if said["tls.server_name"] {
		s.ServerName = c.TLS.ServerName
	}
	return s, nil
}

// maxSessions bounds what a server remembers under session IDs.
const maxSessions = 20_000

// widen takes back what nobody asked for.
func (c *Config) widen(cfg *engine.Config, said map[string]bool) {
	switch {
	case said["tls.suite"]:
	case !said["tls.cipher"]:
		cfg.Suites = nil
	case !said["tls.certificate"]:
		cfg.Suites = nil
		for _, s := range protocol.Suites() {
			if s.Cipher == c.TLS.Cipher && s.KeyExchange != engine.KeyExchangeRSA {
				cfg.Suites = append(cfg.Suites, s.ID)
			}
		}
	}
	if !said["tls.tolerate"] {
		cfg.ToleratedFaults = 0
	}
	if !said["tls.group"] && !said["tls.key_share"] {
		cfg.Groups = nil
	}
	switch {
	case said["tls.resumption"]:
	case said["tls.kind"] && c.TLS.Kind == "full":
		cfg.Resumption = []engine.Resumption{}
	default:
		cfg.Resumption = nil
	}
}

// parseTLS reads settings over the defaults of sockets. said are the keys that were set.
func parseTLS(sets []string) (c Config, said map[string]bool, err error) {
	said = map[string]bool{}
	values := map[string]string{}
	for _, set := range sets {
		name, value, _ := strings.Cut(set, "=")
		said[name], values[name] = true, value
		if keyByName(name) != nil && !strings.HasPrefix(name, "tls.") {
			return c, nil, document.Errors{{File: "--set " + name, Message: "a real connection has the keys of tls: only"}}
		}
		if name == "tls.kind" && value == kindRefused {
			return c, nil, document.Errors{{File: "--set " + name, Message: "whether a real server refuses a session is up to the server"}}
		}
	}
	r := newReader(context.Background(), document.NewSource("defaults", nil), nil)
	s := &Scenario{Sets: sets, layers: r.layers}
	var base []string
	for _, d := range socketDefaults(values) {
		if !said[d[0]] {
			base = append(base, d[0]+"="+d[1])
		}
	}
	r.applyOverrides(s, append(base, sets...))
	c = r.resolve(s, nil, nil)
	return c, said, r.err()
}

// signsByOneOf says whether a certificate can sign by a scheme that the text of tls.signature_algorithms names.
func signsByOneOf(certificate, named string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(named, func(r rune) bool { return strings.ContainsRune("[], ", r) }), func(name string) bool {
		s := pki.SchemeByName(name)
		return s != nil && (s.FitsAlgorithm(certificate, uint16(engine.TLS12)) || s.FitsAlgorithm(certificate, uint16(engine.TLS13)))
	})
}

// socketDefaults are keys with the values they have where nothing is said. What a suite that is named needs follows from it.
func socketDefaults(values map[string]string) [][2]string {
	defaults := [][2]string{{"tls.version", Versions{engine.TLS12, engine.TLS13}.String()}}
	if s, ok := protocol.SuiteByName(values["tls.suite"]); ok {
		defaults[0][1] = Versions{min(max(s.Min, engine.TLS12), s.Max), s.Max}.String() // older ones on request only
		i := slices.IndexFunc(certificates().names, func(certificate string) bool { return takes(s, certificate) })
		if i >= 0 && s.KeyType != "" {
			defaults = append(defaults, [2]string{"tls.certificate", certificates().names[i]})
		}
	}
	if flaws := values["tls.chain.fault"]; flaws != "" { // which is for the peer to judge
		defaults = append(defaults, [2]string{"tls.tolerate", flaws})
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
