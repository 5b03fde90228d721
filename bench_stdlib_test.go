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

// stdlibPeers are crypto/tls on both sides. A tls.Conn blocks while it waits for bytes, so the
// server runs as a coroutine: it runs when the client has nothing to read, and yields when it has
// nothing to read itself. As with the engine, one side runs at a time. The coroutine lives as long
// as the process.
type stdlibPeers struct {
	cell           handshakeCell
	client, server *tls.Config
	up, down       bytes.Buffer
	last           [2]*tls.Conn              // of the last connection: client, server
	turn           func() (serverTurn, bool) // runs the server until it waits
	primed         bool
}

// A serverTurn is how the server yields: it waits for bytes, or it has finished a connection.
type serverTurn struct {
	done    bool
	resumed bool
	err     error
}

var stdlibVersions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// stdlibSuites returns the suite for TLS 1.2. That of TLS 1.3 cannot be configured; it is
// TLS_AES_128_GCM_SHA256 on processors with AES instructions.
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

// stdlibSuiteIDs are the suites by key exchange or key type, and by cipher.
var stdlibSuiteIDs = map[string]map[string]uint16{
	"rsa":     {"": tls.TLS_RSA_WITH_AES_128_GCM_SHA256, "aes-128-cbc-sha": tls.TLS_RSA_WITH_AES_128_CBC_SHA},
	"rsa2048": {"": tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
	"ecdsa-p256": {
		"":                   tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		"aes-128-cbc-sha":    tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
		"aes-128-cbc-sha256": tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
	},
}

// stdlibGroups returns the cell's group.
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
		// Records of the size of each write.
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
		return p, p.connect(&sideTimes{})
	}
	return p, nil
}

// serve is the server's coroutine: it serves one connection after the other.
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

// closeAfterTicket sends close_notify after a TLS 1.3 ticket. The client reads tickets only while
// it waits for data, and close_notify ends the wait.
func (p *stdlibPeers) closeAfterTicket(conn *tls.Conn) error {
	if p.cell.resumed() && p.cell.version == "1.3" {
		return conn.Close()
	}
	return nil
}

func (p *stdlibPeers) connect(t *sideTimes) error {
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

// check returns an error unless both sides made a handshake of the cell's kind. The first of
// resumed handshakes is a full one, which gives the session.
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

// A stdlibEnd is one end of a transport in memory. Read waits for bytes.
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
