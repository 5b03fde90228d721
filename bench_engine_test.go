package tlslab_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/protocol"
	"tlslab/engine/session"
)

// enginePeers are engine.Conns on both sides.
type enginePeers struct {
	cell           handshakeCell
	client, server engine.Config
	up, down       []byte
	primed         bool
}

func newEnginePeers(cell handshakeCell) (peers, error) {
	p, err := newObservedPeers(cell)
	if err != nil {
		return nil, err
	}
	if cell.resumed() {
		return p, p.connect(&sideTimes{})
	}
	return p, nil
}

// newObservedPeers returns peers that have not connected yet, so that the caller can set Observe.
func newObservedPeers(cell handshakeCell) (*enginePeers, error) {
	id, err := identityOf(cell.key)
	if err != nil {
		return nil, err
	}
	key, err := pki.NewKey(id.key)
	if err != nil {
		return nil, err
	}
	certificate, err := engine.NewCertificate(id.chain, key)
	if err != nil {
		return nil, err
	}
	roots, err := pki.NewRoots(id.root.Raw)
	if err != nil {
		return nil, err
	}
	version, err := protocol.ParseVersion(cell.version)
	if err != nil {
		return nil, err
	}
	groups := []engine.Group{engine.X25519}
	if group, err := engine.ParseGroup(cell.kx); err == nil {
		groups = []engine.Group{group}
	}
	common := engine.Config{
		Rand:        rand.Reader,
		Now:         func() time.Time { return benchmarkTime },
		MinVersion:  version,
		MaxVersion:  version,
		Suites:      engineSuites(cell),
		Groups:      groups,
		TicketCount: engine.NoTickets,
	}
	p := &enginePeers{cell: cell, client: common, server: common}
	p.client.Roots = roots
	p.server.Certificates = []*engine.Certificate{certificate}
	if cell.mutual() {
		p.client.Certificates = p.server.Certificates
		p.server.ClientAuth, p.server.ClientCAs = engine.ClientAuthRequired, roots
	}
	switch {
	case cell.byID():
		p.server.SessionCache = session.NewCache(16, time.Hour)
	case cell.resumed():
		p.server.Tickets = session.NewTicketKeys([32]byte{1})
		p.server.TicketCount = 1 // as crypto/tls sends
	}
	return p, nil
}

// engineSuites returns the suite that crypto/tls uses in the same cell, if crypto/tls supports the
// cell.
func engineSuites(c handshakeCell) []engine.SuiteID {
	ids := []engine.SuiteID{0x1301} // TLS_AES_128_GCM_SHA256
	if c.version == "1.2" && c.ffdhe() {
		return []engine.SuiteID{0x009e} // TLS_DHE_RSA_WITH_AES_128_GCM_SHA256
	}
	if c.version == "1.2" {
		ids = nil
		for _, id := range stdlibSuites(c) {
			ids = append(ids, engine.SuiteID(id))
		}
	}
	return ids
}

func (p *enginePeers) connect(t *sideTimes) error {
	_, _, err := p.dial(t)
	return err
}

// dial makes one connection.
func (p *enginePeers) dial(t *sideTimes) (client, server *engine.Conn, err error) {
	t.start()
	client = engine.Client(&p.client, serverName)
	if err := client.Start(); err != nil {
		return nil, nil, fmt.Errorf("client: %w", err)
	}
	p.up = client.Flush(p.up[:0])
	t.lap(&t.client)
	server = engine.Server(&p.server)
	for len(p.up) > 0 {
		if err := feed(server, p.up); err != nil {
			return nil, nil, fmt.Errorf("server: %w", err)
		}
		if p.down = server.Flush(p.down[:0]); server.Info().Done && p.closesAfterTicket() {
			server.Close()
			p.down = server.Flush(p.down)
		}
		t.lap(&t.server)
		if err := feed(client, p.down); err != nil {
			return nil, nil, fmt.Errorf("client: %w", err)
		}
		p.up = client.Flush(p.up[:0])
		t.lap(&t.client)
	}
	if p.cell.resumed() {
		p.client.Session = client.Session()
	}
	t.lap(&t.client)
	return client, server, p.check(client.Info(), server.Info())
}

// closesAfterTicket reports whether the server sends close_notify after its ticket. The client of
// crypto/tls needs it to read the ticket; here it makes the work equal.
func (p *enginePeers) closesAfterTicket() bool { return p.cell.resumed() && p.cell.version == "1.3" }

// feed gives an engine all received bytes.
func feed(c *engine.Conn, in []byte) error {
	for len(in) > 0 {
		n, _, err := c.Recv(in)
		if err != nil {
			return err
		}
		if n == 0 {
			return errors.New("a record is incomplete")
		}
		in = in[n:]
	}
	return nil
}

// check returns an error unless both sides made a handshake of the cell's kind.
func (p *enginePeers) check(client, server engine.Info) error {
	want := engine.Full
	if p.cell.resumed() && p.primed {
		want = engine.Resumed
	}
	p.primed = true
	if !client.Done || !server.Done {
		return fmt.Errorf("handshake done: client %v, server %v", client.Done, server.Done)
	}
	if client.ClientAuthenticated != p.cell.mutual() || server.ClientAuthenticated != p.cell.mutual() {
		return fmt.Errorf("client authenticated: client %v, server %v", client.ClientAuthenticated, server.ClientAuthenticated)
	}
	if client.Kind != want || server.Kind != want {
		return fmt.Errorf("kind: client %v, server %v, want %v", client.Kind, server.Kind, want)
	}
	return nil
}
