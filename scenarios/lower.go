package scenarios

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"tlslab/engine"
	"tlslab/engine/pki/ca"
	"tlslab/engine/session"
	"tlslab/sim"
)

// The time of the clocks of all simulated engines, and the validity of their certificates.
var (
	engineTime = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	notBefore  = engineTime.AddDate(-1, 0, 0)
	notAfter   = engineTime.AddDate(1, 0, 0)
)

// Exchange lowers the keys of tls and transfer, and server.write_chunk, to the configurations of
// two engines and what they exchange. All randomness comes from the root seed and none from the
// network, so cells that differ in the network alone make the same exchange, byte for byte. An
// error is a *SettingError where a key is to blame.
func (c *Config) Exchange(root uint64) (sim.Exchange, error) {
	e, err := c.lowerEngines(simulated(root))
	if err != nil {
		return sim.Exchange{}, err
	}
	return *e.exchange, nil
}

// ExchangeKey returns a text that is equal for configurations with the same exchange under one root
// seed.
func (c *Config) ExchangeKey() (string, error) {
	key, err := json.Marshal([]any{c.TLS, c.Transfer, c.Server.WriteChunk})
	return string(key), err
}

// engines are the configurations of both engines while the keys are lowered.
type engines struct {
	env            engineEnv
	client, server *engine.Config
	exchange       *sim.Exchange
	roots          [][]byte // DER of the certificates that the server's chains lead to
	authority      *ocspAuthority
}

// engineEnv is the environment of both engines that no key sets.
type engineEnv struct {
	seed                func(purpose string) [32]byte
	now                 func() time.Time
	notBefore, notAfter time.Time // of certificates
	names               []string  // of the server, beside tls.server_name
	responder           string    // URL of the certificate authority's OCSP responder
	issue               func(ca.ChainSpec) (*ca.Chain, error)
}

// simulated returns the environment of a reproducible exchange: its time is fixed, and its
// randomness follows from the root seed.
func simulated(root uint64) engineEnv {
	return engineEnv{
		seed:      func(purpose string) [32]byte { return EngineSeed(root, purpose) },
		now:       func() time.Time { return engineTime },
		notBefore: notBefore,
		notAfter:  notAfter,
		responder: "http://ca.tlslab.example/ocsp",
		issue:     ca.Issue,
	}
}

// lowerEngines lets every key lower its value, in the order of the table.
func (c *Config) lowerEngines(env engineEnv) (*engines, error) {
	e := &engines{
		env: env, authority: new(ocspAuthority),
		client: &engine.Config{Now: env.now},
		server: &engine.Config{Now: env.now, SessionCache: session.NewCache(16, time.Hour)},
	}
	e.exchange = &sim.Exchange{
		Client: e.client, Server: e.server, Kind: engine.Full, OCSPResponder: e.authority.answer,
		Seed: firstEight(env.seed("exchange")),
	}
	for _, k := range keys {
		if k.lower == nil {
			continue
		}
		if err := k.lower(c, e); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func firstEight(seed [32]byte) uint64 { return binary.BigEndian.Uint64(seed[:]) }

// both lowers a value to the configurations of both sides.
func both(set func(*Config, *engine.Config)) func(*Config, *engines) error {
	return func(c *Config, e *engines) error {
		set(c, e.client)
		set(c, e.server)
		return nil
	}
}

func toClient(set func(*Config, *engine.Config)) func(*Config, *engines) error {
	return func(c *Config, e *engines) error {
		set(c, e.client)
		return nil
	}
}

func toServer(set func(*Config, *engine.Config)) func(*Config, *engines) error {
	return func(c *Config, e *engines) error {
		set(c, e.server)
		return nil
	}
}

func toExchange(set func(*Config, *engines)) func(*Config, *engines) error {
	return func(c *Config, e *engines) error {
		set(c, e)
		return nil
	}
}

// lowerKind sets up resumption and early data.
func lowerKind(c *Config, e *engines) error {
	if !c.TLS.offers() {
		return nil
	}
	how, err := engine.ParseResumption(c.TLS.Resumption)
	if err != nil {
		return err
	}
	e.exchange.Resumption, e.exchange.Refused = how, c.TLS.Kind == kindRefused
	if !e.exchange.Refused {
		e.exchange.Kind = engine.Resumed
	}
	e.client.Resumption, e.server.Resumption = []engine.Resumption{how}, []engine.Resumption{how}
	if c.TLS.Kind == kindEarlyData {
		e.client.EarlyData, e.exchange.RejectEarly = true, c.TLS.RejectEarlyData
		e.server.MaxEarlyData, e.server.EarlyWindow = uint32(c.TLS.EarlyData), c.TLS.EarlyDataWindow
		e.server.AntiReplay = c.TLS.antiReplay()
	}
	return nil
}

// maxEarlyHellos bounds the ClientHellos that a server remembers against replays.
const maxEarlyHellos = 100_000

// antiReplay remembers all ClientHellos with early data, or none, which rejects them. It does not
// need those from before it was made: the keys of their tickets are as new as it is.
func (t *TLS) antiReplay() session.AntiReplay {
	if t.RejectEarlyData {
		return session.ClientHelloRecording(0, time.Time{})
	}
	return session.ClientHelloRecording(maxEarlyHellos, time.Time{})
}

// lowerGroups lets the server take tls.group only. A client whose first share is for another group
// offers both, and beside them the curves of the certificates, without which it could not accept
// one in TLS 1.2 (RFC 8422 §5.1).
func lowerGroups(c *Config, e *engines) error {
	names := []string{c.TLS.KeyShare, c.TLS.Group}
	for _, algorithm := range c.TLS.certificates() {
		if curve, ok := strings.CutPrefix(algorithm, "ecdsa-"); ok {
			names = append(names, curve)
		}
	}
	for _, name := range names {
		group, err := engine.ParseGroup(name)
		if err != nil {
			return err
		}
		if !slices.Contains(e.client.Groups, group) {
			e.client.Groups = append(e.client.Groups, group)
		}
		if name == c.TLS.Group {
			e.server.Groups = []engine.Group{group}
		}
	}
	return nil
}
