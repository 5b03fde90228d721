package scenarios

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"tlslab/engine"
	"tlslab/engine/pki"
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
	x := sim.Exchange{
		ServerName: c.TLS.ServerName,
		Kind:       engine.Full,
		Request:    c.Transfer.Request,
		Response:   c.Transfer.Response,
		WriteChunk: c.Server.WriteChunk,
		Seed:       engineSeed64(root, "exchange"),
	}
	client, server := c.commonConfig(), c.commonConfig()
	if c.TLS.Kind == "resumed" {
		how, err := engine.ParseResumption(c.TLS.Resumption)
		if err != nil {
			return x, err
		}
		x.Kind, x.Resumption = engine.Resumed, how
		client.Resumption, server.Resumption = []engine.Resumption{how}, []engine.Resumption{how}
	}
	if err := c.setGroups(client, server); err != nil {
		return x, err
	}
	if err := c.setCertificate(root, client, server); err != nil {
		return x, err
	}
	server.SessionCache = engine.NewSessionCache(16, time.Hour)
	server.Tickets = engine.NewTicketKeys(EngineSeed(root, "tickets"))
	server.TicketCount = c.TLS.Tickets
	if c.TLS.Tickets == 0 {
		server.TicketCount = engine.NoTickets
	}
	x.Client, x.Server = client, server
	return x, nil
}

// commonConfig is what both sides are told alike.
func (c *Config) commonConfig() *engine.Config {
	cfg := &engine.Config{
		Now:        func() time.Time { return engineTime },
		MinVersion: c.TLS.Versions.Min,
		MaxVersion: c.TLS.Versions.Max,
		RecordSize: c.TLS.Record,
	}
	for _, name := range c.TLS.Suites {
		if s, ok := engine.SuiteByName(name); ok {
			cfg.Suites = append(cfg.Suites, s.ID)
		}
	}
	if c.TLS.ALPN != "" {
		cfg.ALPN = []string{c.TLS.ALPN}
	}
	return cfg
}

// setGroups lets the server take tls.group only. A client that sends its share for another group offers both, and beside them the
// curve of the certificate, without which it could not accept one in TLS 1.2 (RFC 8422 §5.1).
func (c *Config) setGroups(client, server *engine.Config) error {
	names := []string{c.TLS.KeyShare, c.TLS.Group}
	if curve, ok := strings.CutPrefix(c.TLS.Certificate, "ecdsa-"); ok {
		names = append(names, curve)
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
	return nil
}

// setCertificate makes the server's chain and lets the client trust its root.
func (c *Config) setCertificate(root uint64, client, server *engine.Config) error {
	chain, err := pki.Make(pki.Spec{
		Seed:      fmt.Sprintf("%x", EngineSeed(root, "chain")),
		Algorithm: c.TLS.Certificate,
		Length:    c.TLS.Chain.Length,
		Size:      c.TLS.Chain.Size,
		Names:     []string{c.TLS.ServerName},
		NotBefore: notBefore,
		NotAfter:  notAfter,
	})
	if err != nil {
		return fmt.Errorf("certificate chain: %w", err)
	}
	certificate, err := engine.NewCertificate(chain.Certificates, chain.Key)
	if err != nil {
		return fmt.Errorf("certificate chain: %w", err)
	}
	server.Certificates = []*engine.Certificate{certificate}
	if client.Roots, err = pki.NewRoots(chain.Root); err != nil {
		return fmt.Errorf("certificate chain: %w", err)
	}
	return nil
}

func engineSeed64(root uint64, purpose string) uint64 {
	seed := EngineSeed(root, purpose)
	return binary.BigEndian.Uint64(seed[:])
}
