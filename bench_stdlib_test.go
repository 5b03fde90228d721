package tlslab_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"time"

	"tlslab/engine"
)

// stdlibPeers are crypto/tls on both sides. Its connections block where they wait for bytes, so the
// server runs as a coroutine: it has its turn when the client finds nothing to read, and gives it
// back when it finds nothing itself. No two goroutines run at a time, as with an engine that one
// calls. The coroutine lives as long as the process.
type stdlibPeers struct {
	cell           handshakeCell
	client, server *tls.Config
	up, down       bytes.Buffer
	last           [2]*tls.Conn              // of the last connection: client, server
	turn           func() (serverTurn, bool) // runs the server until it waits
	primed         bool
}

// serverTurn is what the server did in its turn: it waits for bytes, or it has finished a
// connection.
type serverTurn struct {
	done    bool
	resumed bool
	err     error
}

var stdlibVersions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// stdlibSuites are TLS 1.2's; TLS 1.3's cannot be chosen, and is TLS_AES_128_GCM_SHA256 where the
// processor knows AES.
func stdlibSuites(c handshakeCell) []uint16 {
	keys := c.key
	if c.kx == "rsa" {
		keys = c.kx
	}
	suite, ok := stdlibSuiteIDs[keys][c.cipher]
	if !ok {
		suite = tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	}
	return []uint16{suite}
}

// stdlibSuiteIDs are by key exchange or key, and by cipher.
var stdlibSuiteIDs = map[string]map[string]uint16{
	"rsa":     {"": tls.TLS_RSA_WITH_AES_128_GCM_SHA256, "aes-128-cbc-sha": tls.TLS_RSA_WITH_AES_128_CBC_SHA},
	"rsa2048": {"": tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
	"ecdsa-p256": {
		"":                   tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		"aes-128-cbc-sha":    tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
		"aes-128-cbc-sha256": tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
	},
}

// stdlibGroups is the one that the cell agrees keys over.
func stdlibGroups(c handshakeCell) []tls.CurveID {
	if group, err := engine.ParseGroup(c.kx); err == nil {
		return []tls.CurveID{tls.CurveID(group)}
	}
	return []tls.CurveID{tls.X25519}
}

func newStdlibPeers(cell handshakeCell) (peers, error) {
	id, err := identityOf(cell.key)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(id.root)
	common := tls.Config{
		MinVersion:             stdlibVersions[cell.version],
		MaxVersion:             stdlibVersions[cell.version],
		CipherSuites:           stdlibSuites(cell),
		CurvePreferences:       stdlibGroups(cell),
		Time:                   func() time.Time { return benchmarkTime },
		SessionTicketsDisabled: !cell.resumed(),
		// Records as large as what is written.
		DynamicRecordSizingDisabled: true,
	}
	p := &stdlibPeers{cell: cell, client: common.Clone(), server: &common}
	p.client.ServerName, p.client.RootCAs = serverName, roots
	p.client.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	p.server.Certificates = []tls.Certificate{{Certificate: id.chain, PrivateKey: id.key}}
	if cell.mutual() {
		p.client.Certificates = p.server.Certificates
		p.server.ClientAuth, p.server.ClientCAs = tls.RequireAndVerifyClientCert, roots
	}
	p.turn, _ = iter.Pull(p.serve)
	if cell.resumed() {
		return p, p.connect(&shares{})
	}
	return p, nil
}

// serve is the server's coroutine: one connection after another.
func (p *stdlibPeers) serve(yield func(serverTurn) bool) {
	end := &stdlibEnd{in: &p.up, out: &p.down, wait: func() error {
		if !yield(serverTurn{}) {
			return io.EOF
		}
		return nil
	}}
	for {
		conn := tls.Server(end, p.server)
		p.last[1] = conn
		t := serverTurn{done: true, err: conn.Handshake()}
		if t.err == nil {
			t.resumed = conn.ConnectionState().DidResume
			t.err = p.closeAfterTicket(conn)
		}
		if !yield(t) {
			return
		}
	}
}

// closeAfterTicket sends a close_notify behind a TLS 1.3 ticket, so that the client, which reads
// tickets only while it waits for data, stops waiting.
func (p *stdlibPeers) closeAfterTicket(conn *tls.Conn) error {
	if p.cell.resumed() && p.cell.version == "1.3" {
		return conn.Close()
	}
	return nil
}

func (p *stdlibPeers) connect(t *shares) error {
	p.up.Reset()
	p.down.Reset()
	t.start()
	var server serverTurn
	serve := func() {
		t.lap(&t.client)
		server, _ = p.turn()
		t.lap(&t.server)
	}
	conn := tls.Client(&stdlibEnd{in: &p.down, out: &p.up, wait: func() error {
		if serve(); server.done && p.down.Len() == 0 {
			return errors.Join(io.ErrUnexpectedEOF, server.err)
		}
		return nil
	}}, p.client)
	p.last[0] = conn
	if err := conn.Handshake(); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	if !server.done {
		serve()
	}
	if server.err != nil || !server.done {
		return fmt.Errorf("server: done %v, %w", server.done, server.err)
	}
	if p.cell.resumed() && p.cell.version == "1.3" {
		if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
			return fmt.Errorf("client waits for its ticket: %w", err)
		}
	}
	t.lap(&t.client)
	return p.check(conn.ConnectionState(), server.resumed)
}

// check holds that both sides made the handshake that was asked for. The first one of resumed
// handshakes is a full one, which primes the others.
func (p *stdlibPeers) check(state tls.ConnectionState, serverResumed bool) error {
	want := p.cell.resumed() && p.primed
	p.primed = true
	if state.DidResume != want || serverResumed != want {
		return fmt.Errorf("resumed: client %v, server %v, want %v", state.DidResume, serverResumed, want)
	}
	if p.cell.version == "1.3" && state.CipherSuite != tls.TLS_AES_128_GCM_SHA256 {
		return fmt.Errorf("suite %s, which the others do not use", tls.CipherSuiteName(state.CipherSuite))
	}
	return nil
}

// stdlibEnd is one end of a transport in memory. It waits where there is nothing to read.
type stdlibEnd struct {
	in, out *bytes.Buffer
	wait    func() error
}

func (e *stdlibEnd) Read(p []byte) (int, error) {
	for e.in.Len() == 0 {
		if err := e.wait(); err != nil {
			return 0, err
		}
	}
	return e.in.Read(p)
}

func (e *stdlibEnd) Write(p []byte) (int, error)      { return e.out.Write(p) }
func (e *stdlibEnd) Close() error                     { return nil }
func (e *stdlibEnd) LocalAddr() net.Addr              { return nil }
func (e *stdlibEnd) RemoteAddr() net.Addr             { return nil }
func (e *stdlibEnd) SetDeadline(time.Time) error      { return nil }
func (e *stdlibEnd) SetReadDeadline(time.Time) error  { return nil }
func (e *stdlibEnd) SetWriteDeadline(time.Time) error { return nil }
