// Package nettest holds what the tests of netconn and of the packages below it have in common: one
// server certificate, configurations for the engine and for crypto/tls that trust it, and TCP
// connections over loopback that fail after a minute instead of hanging.
package nettest

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/engine/session"
)

// ServerName is the name that the server's certificate is for.
const ServerName = "server.tlslab.example"

// limit bounds each connection of a test.
const limit = time.Minute

// chain is the server's, valid from an hour ago for two hours.
var chain = sync.OnceValues(func() (*ca.Chain, error) {
	return ca.Issue(ca.ChainSpec{Seed: "netconn", Algorithm: "ecdsa-p256", Length: 2, Names: []string{ServerName},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)})
})

func mustChain(t testing.TB) *ca.Chain {
	t.Helper()
	c, err := chain()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Config returns an engine configuration for client and server, with session tickets.
func Config(t testing.TB) *engine.Config {
	t.Helper()
	c := mustChain(t)
	roots, err1 := pki.NewRoots(c.Root)
	certificate, err2 := engine.NewCertificate(c.Certificates, c.Key)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return &engine.Config{Rand: rand.Reader, Now: time.Now, Roots: roots, Certificates: []*engine.Certificate{certificate},
		Tickets: session.NewTicketKeys([32]byte{1})}
}

// StdConfig returns a crypto/tls configuration for client and server.
func StdConfig(t testing.TB) *tls.Config {
	t.Helper()
	c := mustChain(t)
	root, err := x509.ParseCertificate(c.Root)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return &tls.Config{RootCAs: pool, ServerName: ServerName,
		Certificates: []tls.Certificate{{Certificate: c.Certificates, PrivateKey: c.Key.Signer()}}}
}

// Sockets returns the two ends of a TCP connection over loopback.
func Sockets(t testing.TB) (dialled, accepted net.Conn) {
	t.Helper()
	l := Listen(t)
	defer l.Close()
	dialled = Dial(t, l.Addr().String())
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { accepted.Close() })
	if err := accepted.SetDeadline(time.Now().Add(limit)); err != nil {
		t.Fatal(err)
	}
	return dialled, accepted
}

// Listen returns a listener on a free port of 127.0.0.1.
func Listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// Dial returns a TCP connection to addr, which is closed at the end of the test.
func Dial(t testing.TB, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(limit)); err != nil {
		t.Fatal(err)
	}
	return c
}

// A HalfCloser is a connection that can end its write direction: netconn's and crypto/tls's.
type HalfCloser interface {
	net.Conn
	CloseWrite() error
}

// Echo sends back what it receives until the peer ends, and then ends its write direction.
func Echo(c HalfCloser) error {
	_, err := io.Copy(c, c)
	return errors.Join(err, c.CloseWrite())
}
