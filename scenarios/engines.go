package scenarios

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"tlslab/engine"
	"tlslab/engine/protocol"
	"tlslab/engine/session"
	"tlslab/sim"
)

// The instant at which all engines of the lab live, and for how long their certificates are valid.
var (
	engineTime = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	notBefore  = engineTime.AddDate(-1, 0, 0)
	notAfter   = engineTime.AddDate(1, 0, 0)
)

// Exchange makes of the tls: block, and of the transfer, what the two engines are to say to each other. This is the one place
// where a scenario's words become an engine's configuration. All randomness comes from the root seed and none from the network,
// so cells that differ in the network only make the same exchange, byte for byte.
func (c *Config) Exchange(root uint64) (sim.Exchange, error) {
	x, _, err := c.exchange(simulated(root))
	return x, err
}

// surroundings are what the engines of a world have in common and the tls: block does not speak of: where their randomness comes
// from, what time it is, and what else the server is called.
type surroundings struct {
	seed                func(purpose string) [32]byte
	now                 func() time.Time
	notBefore, notAfter time.Time // of certificates
	names               []string  // beside tls.server_name
	responder           string    // URL of the certificate authority's, for clients that ask it
}

// simulated are the surroundings of an exchange that is the same whenever it is made.
func simulated(root uint64) surroundings {
	return surroundings{
		seed:      func(purpose string) [32]byte { return EngineSeed(root, purpose) },
		now:       func() time.Time { return engineTime },
		notBefore: notBefore,
		notAfter:  notAfter,
		responder: "http://ca.tlslab.example/ocsp",
	}
}

// exchange also returns the certificates of the authorities that the server's chains lead to.
func (c *Config) exchange(in surroundings) (x sim.Exchange, roots [][]byte, err error) {
	x = sim.Exchange{
		ServerName: c.TLS.ServerName,
		Kind:       engine.Full,
		Request:    c.Transfer.Request,
		Response:   c.Transfer.Response,
		Rounds:     c.Transfer.Rounds,
		Pause:      c.Transfer.Pause,
		WriteChunk: c.Server.WriteChunk,
		Seed:       firstEight(in.seed("exchange")),
	}
	if c.TLS.Compression {
		x.Content = c.Transfer.Content
	}
	client, server := c.commonConfig(in), c.commonConfig(in)
	if c.TLS.offers() {
		how, err := engine.ParseResumption(c.TLS.Resumption)
		if err != nil {
			return x, nil, err
		}
		x.Resumption, x.Refused = how, c.TLS.Kind == refused
		if !x.Refused {
			x.Kind = engine.Resumed
		}
		client.Resumption, server.Resumption = []engine.Resumption{how}, []engine.Resumption{how}
	}
	if c.TLS.Kind == earlyData {
		client.EarlyData, x.RejectEarly = true, c.TLS.RejectEarlyData
		server.MaxEarlyData, server.EarlyWindow = uint32(c.TLS.EarlyData), c.TLS.EarlyDataWindow
		server.AntiReplay = c.TLS.earlyGuard()
	}
	if err := c.setGroups(client, server); err != nil {
		return x, nil, err
	}
	if x.Revocation, err = engine.ParseRevocation(c.TLS.Revocation); err != nil {
		return x, nil, err
	}
	client.Revocation, client.SoftFail = x.Revocation, c.TLS.SoftFail
	said := new(authority)
	if roots, err = c.setCertificates(in, client, server, said); err != nil {
		return x, nil, err
	}
	x.OCSPResponder = said.answer
	if err = c.setClientAuth(in, client, server); err != nil {
		return x, nil, err
	}
	x.ClientAuthenticated = server.ClientAuth != engine.ClientAuthNone && len(client.Certificates) > 0
	server.SessionCache = session.NewCache(16, time.Hour)
	server.Tickets = session.NewTicketKeys(in.seed("tickets"))
	if c.TLS.TicketRotation > 0 {
		server.Tickets = session.RotateTicketKeys(in.seed("tickets"), c.TLS.TicketRotation)
	}
	server.TicketCount, client.TicketsOffered = c.TLS.Tickets, c.TLS.TicketsOffered
	if c.TLS.Tickets == 0 {
		server.TicketCount = engine.NoTickets
	}
	client.Fallback = c.TLS.Fallback
	x.Client, x.Server = client, server
	return x, roots, nil
}

// maxEarlyHellos bounds what a server remembers against replays.
const maxEarlyHellos = 100_000

// earlyGuard remembers all ClientHellos with early data, or none, which rejects them. It need not mind those from before it was
// made, as the keys of their tickets are as new as it is.
func (t *TLS) earlyGuard() session.AntiReplay {
	if t.RejectEarlyData {
		return session.ClientHelloRecording(0, time.Time{})
	}
	return session.ClientHelloRecording(maxEarlyHellos, time.Time{})
}

// commonConfig is what both sides are told alike.
func (c *Config) commonConfig(in surroundings) *engine.Config {
	cfg := &engine.Config{
		Now:             in.now,
		MinVersion:      c.TLS.Versions.Min,
		MaxVersion:      c.TLS.Versions.Max,
		ToleratedFaults: chainFaults(c.TLS.Tolerate),

		PadTo:           c.TLS.Pad,
		KeyUpdateAfter:  uint64(c.TLS.KeyUpdateAfter),
		MaxFragment:     c.TLS.MaxFragment,
		RecordSizeLimit: c.TLS.RecordLimit,

		Compression:    c.TLS.Compression,
		EncryptThenMAC: c.TLS.EncryptThenMAC,
		SplitRecords:   c.TLS.SplitRecords,
	}
	c.TLS.Record.setRecords(cfg)
	for _, name := range c.TLS.Suites {
		if s, ok := protocol.SuiteByName(name); ok {
			cfg.Suites = append(cfg.Suites, s.ID)
		}
	}
	if c.TLS.ALPN != "" {
		cfg.ALPN = []string{c.TLS.ALPN}
	}
	return cfg
}

// setGroups lets the server take tls.group only. A client that sends its share for another group offers both, and beside them the
// curves of the certificates, without which it could not accept one in TLS 1.2 (RFC 8422 §5.1).
func (c *Config) setGroups(client, server *engine.Config) error {
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
		if !slices.Contains(client.Groups, group) {
			client.Groups = append(client.Groups, group)
		}
		if name == c.TLS.Group {
			server.Groups = []engine.Group{group}
		}
	}
	client.KeyShares = c.TLS.KeyShares
	return nil
}

func firstEight(seed [32]byte) uint64 { return binary.BigEndian.Uint64(seed[:]) }
