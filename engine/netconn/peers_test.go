package netconn

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/engine/session"
)

const serverName = "server.tlslab.example"

// identity is a chain for both implementations.
var identity = func() *ca.Chain {
	chain, err := ca.Issue(ca.ChainSpec{Seed: "netconn", Algorithm: "ecdsa-p256", Length: 2, Names: []string{serverName},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)})
	if err != nil {
		panic(err)
	}
	return chain
}()

func ourConfig(t testing.TB) *engine.Config {
	t.Helper()
	roots, err := pki.NewRoots(identity.Root)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := engine.NewCertificate(identity.Certificates, identity.Key)
	if err != nil {
		t.Fatal(err)
	}
	return &engine.Config{Rand: rand.Reader, Now: time.Now, Roots: roots, Certificates: []*engine.Certificate{certificate},
		Tickets: session.NewTicketKeys([32]byte{1})}
}

func stdConfig(t testing.TB) *tls.Config {
	t.Helper()
	root, err := x509.ParseCertificate(identity.Root)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return &tls.Config{RootCAs: pool, ServerName: serverName,
		Certificates: []tls.Certificate{{Certificate: identity.Certificates, PrivateKey: identity.Key.Signer()}}}
}

// sockets are the two ends of a TCP connection over loopback.
func sockets(t testing.TB) (dialled, accepted net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if dialled, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if accepted, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dialled.Close(); accepted.Close() })
	bounded := time.Now().Add(time.Minute) // a test that hangs fails
	if err := errors.Join(dialled.SetDeadline(bounded), accepted.SetDeadline(bounded)); err != nil {
		t.Fatal(err)
	}
	return dialled, accepted
}

// A pairing is who talks to whom.
type pairing struct {
	name string
	make func(t testing.TB, version engine.Version) (client, server halfCloser)
}

type halfCloser interface {
	net.Conn
	CloseWrite() error
}

var pairings = []pairing{
	{"ours with ours", func(t testing.TB, v engine.Version) (halfCloser, halfCloser) {
		c, s := sockets(t)
		cfg := ourConfig(t)
		cfg.MinVersion, cfg.MaxVersion = v, v
		return Client(c, cfg, serverName), Server(s, cfg)
	}},
	{"ours with crypto/tls", func(t testing.TB, v engine.Version) (halfCloser, halfCloser) {
		c, s := sockets(t)
		cfg := ourConfig(t)
		cfg.MinVersion, cfg.MaxVersion = v, v
		return Client(c, cfg, serverName), tls.Server(s, stdConfig(t))
	}},
	{"crypto/tls with ours", func(t testing.TB, v engine.Version) (halfCloser, halfCloser) {
		c, s := sockets(t)
		cfg := ourConfig(t)
		cfg.MinVersion, cfg.MaxVersion = v, v
		return tls.Client(c, stdConfig(t)), Server(s, cfg)
	}},
}

// everyPair runs a test for each pairing and version.
func everyPair(t *testing.T, test func(t *testing.T, client, server halfCloser)) {
	for _, p := range pairings {
		for _, v := range []engine.Version{engine.TLS12, engine.TLS13} {
			t.Run(p.name+"/"+v.String(), func(t *testing.T) {
				client, server := p.make(t, v)
				test(t, client, server)
			})
		}
	}
}

// echo sends back what comes until its end, and ends then.
func echo(conn halfCloser) error {
	_, err := io.Copy(conn, conn)
	return errors.Join(err, conn.CloseWrite())
}
