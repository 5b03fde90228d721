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
}

// simulated are the surroundings of an exchange that is the same whenever it is made.
func simulated(root uint64) surroundings {
	return surroundings{
		seed:      func(purpose string) [32]byte { return EngineSeed(root, purpose) },
		now:       func() time.Time { return engineTime },
		notBefore: notBefore,
		notAfter:  notAfter,
	}
}

// exchange also returns the server's root certificate.
func (c *Config) exchange(in surroundings) (x sim.Exchange, root []byte, err error) {
	x = sim.Exchange{
		ServerName: c.TLS.ServerName,
		Kind:       engine.Full,
		Request:    c.Transfer.Request,
		Response:   c.Transfer.Response,
		WriteChunk: c.Server.WriteChunk,
		Seed:       firstEight(in.seed("exchange")),
	}
	if c.TLS.Compression {
		x.Content = c.Transfer.Content
	}
	client, server := c.commonConfig(in), c.commonConfig(in)
	if c.TLS.Kind == "resumed" {
		how, err := engine.ParseResumption(c.TLS.Resumption)
		if err != nil {
			return x, nil, err
		}
		x.Kind, x.Resumption = engine.Resumed, how
		client.Resumption, server.Resumption = []engine.Resumption{how}, []engine.Resumption{how}
	}
	if err := c.setGroups(client, server); err != nil {
		return x, nil, err
	}
	if root, err = c.setCertificate(in, client, server); err != nil {
		return x, nil, err
	}
	if err = c.setClientAuth(in, client, server); err != nil {
		return x, nil, err
	}
	x.ClientAuthenticated = server.ClientAuth != engine.ClientAuthNone && len(client.Certificates) > 0
	server.SessionCache = engine.NewSessionCache(16, time.Hour)
	server.Tickets = engine.NewTicketKeys(in.seed("tickets"))
	if c.TLS.TicketRotation > 0 {
		server.Tickets = engine.RotateTicketKeys(in.seed("tickets"), c.TLS.TicketRotation)
	}
	server.TicketCount = c.TLS.Tickets
	if c.TLS.Tickets == 0 {
		server.TicketCount = engine.NoTickets
	}
	client.Fallback = c.TLS.Fallback
	x.Client, x.Server = client, server
	return x, root, nil
}

// commonConfig is what both sides are told alike.
func (c *Config) commonConfig(in surroundings) *engine.Config {
	cfg := &engine.Config{
		Now:        in.now,
		MinVersion: c.TLS.Versions.Min,
		MaxVersion: c.TLS.Versions.Max,
		RecordSize: c.TLS.Record,

		PadTo:           c.TLS.Pad,
		MaxFragment:     c.TLS.MaxFragment,
		RecordSizeLimit: c.TLS.RecordLimit,

		Compression:    c.TLS.Compression,
		EncryptThenMAC: c.TLS.EncryptThenMAC,
		SplitRecords:   c.TLS.SplitRecords,
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
	client.KeyShares = c.TLS.KeyShares
	return nil
}

// setCertificate makes the server's chain and lets the client trust its root, which it returns.
func (c *Config) setCertificate(in surroundings, client, server *engine.Config) (root []byte, err error) {
	names := append([]string{c.TLS.ServerName}, in.names...)
	server.Certificates, client.Roots, root, err = in.identity("chain", c.TLS.Certificate, c.TLS.Chain, names)
	if err != nil {
		return nil, fmt.Errorf("certificate chain: %w", err)
	}
	return root, nil
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
	client.Certificates, server.ClientCAs, _, err = in.identity("client chain", algorithm, c.TLS.ClientChain, nil)
	if err != nil {
		return fmt.Errorf("client's certificate chain: %w", err)
	}
	if c.TLS.ClientCertificate == noCertificate {
		client.Certificates = nil
	}
	return nil
}

// identity makes what one side shows, and what makes the other trust it.
func (in *surroundings) identity(purpose, algorithm string, shape Chain, names []string) ([]*engine.Certificate, *pki.Roots, []byte, error) {
	chain, err := pki.Make(pki.Spec{
		Seed:      fmt.Sprintf("%x", in.seed(purpose)),
		Algorithm: algorithm,
		Length:    shape.Length,
		Size:      shape.Size,
		Names:     names,
		NotBefore: in.notBefore,
		NotAfter:  in.notAfter,
	})
	if err != nil {
		return nil, nil, nil, err
	}
	certificate, err := engine.NewCertificate(chain.Certificates, chain.Key)
	if err != nil {
		return nil, nil, nil, err
	}
	roots, err := pki.NewRoots(chain.Root)
	return []*engine.Certificate{certificate}, roots, chain.Root, err
}

func firstEight(seed [32]byte) uint64 { return binary.BigEndian.Uint64(seed[:]) }
