package engine

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"tlslab/engine/kx"
	"tlslab/engine/session"
)

// Handshakes with crypto/tls, as client and as server.

// echoed needs several records.
var echoed = bytes.Repeat([]byte("tlslab "), 9000)

// An interop is one kind of handshake with crypto/tls.
type interop struct {
	version Version
	suite   SuiteID
	key     string
	group   Group // 0: RSA key exchange
	retry   bool
}

func interopRows() []interop {
	var rows []interop
	for _, s := range suitesByVersion() {
		if !knownToCryptoTLS(s.ID) || s.version == SSL30 {
			continue // see TestSuitesWithOpenSSL, hs_legacy_ssl_test.go
		}
		keys := map[string][]string{"rsa": {"rsa2048"}, "ecdsa": {"ecdsa-p256", "ecdsa-p384"}, "": {"rsa2048", "ecdsa-p256", "ecdsa-p384"}}[s.KeyType]
		groups := defaultGroups
		if s.version < s.Max { // independent of the version: highest only
			keys, groups = keys[:1], groups[:1]
		}
		for _, key := range keys {
			if s.KeyExchange == KeyExchangeRSA {
				rows = append(rows, interop{s.version, s.ID, key, 0, false})
				continue
			}
			for _, g := range groups {
				rows = append(rows, interop{s.version, s.ID, key, g, false})
				if s.Max == TLS13 && g != X25519 {
					rows = append(rows, interop{s.version, s.ID, key, g, true})
				}
			}
		}
	}
	for _, id := range []SuiteID{0x1301, 0xc02b} {
		rows = append(rows, interop{suiteRow(id).Max, id, "ecdsa-p256", P521, false})
		for _, key := range []string{"ecdsa-p521", "ed25519"} {
			rows = append(rows, interop{suiteRow(id).Max, id, key, X25519, false})
		}
	}
	for _, g := range []Group{P521, SecP256r1MLKEM768, SecP384r1MLKEM1024} {
		rows = append(rows, interop{TLS13, 0x1301, "ecdsa-p256", g, true})
	}
	for _, id := range []SuiteID{0x1301, 0x1302, 0x1303} {
		for _, g := range []Group{X25519MLKEM768, SecP256r1MLKEM768, SecP384r1MLKEM1024} {
			rows = append(rows, interop{TLS13, id, "ecdsa-p256", g, false})
		}
	}
	return rows
}

func (r interop) String() string {
	s := fmt.Sprintf("%v/%v/%s/%v", r.version, r.suite, r.key, r.group)
	if r.retry {
		s += "/retry"
	}
	return s
}

// groups are what a client offers. If a HelloRetryRequest is wanted, the server does not have its
// first group. (crypto/tls prefers x25519mlkem768, other hybrids and x25519 whatever the order.)
func (r interop) groups() []Group {
	switch {
	case r.group == 0:
		return []Group{X25519}
	case r.retry && r.group.family() == kx.Hybrid:
		return []Group{X25519MLKEM768, r.group}
	case r.retry:
		return []Group{X25519, r.group}
	}
	return []Group{r.group}
}

func (r interop) stdConfig(t testing.TB, groups []Group) *tls.Config {
	id := identityFor(t, r.key)
	pool := x509.NewCertPool()
	pool.AddCert(id.root)
	cfg := &tls.Config{
		Certificates: []tls.Certificate{{Certificate: id.chain, PrivateKey: id.key}},
		RootCAs:      pool, ServerName: testName, Time: func() time.Time { return testTime },
		MinVersion: uint16(r.version), MaxVersion: uint16(r.version),
		CipherSuites: []uint16{uint16(r.suite)},
		NextProtos:   []string{"http/1.1"},
	}
	for _, g := range groups {
		cfg.CurvePreferences = append(cfg.CurvePreferences, tls.CurveID(g))
	}
	return cfg
}

func (r interop) ourConfig(t testing.TB, groups []Group) *Config {
	id := identityFor(t, r.key)
	return &Config{
		Rand: rand.Reader, Now: func() time.Time { return testTime },
		MinVersion: r.version, MaxVersion: r.version, Suites: []SuiteID{r.suite}, Groups: groups,
		Certificates: []*Certificate{id.certificate(t)}, Roots: id.roots(t),
		ALPN: []string{"h2", "http/1.1"}, Tickets: session.NewTicketKeys([32]byte{7}),
	}
}

// check compares the engine's Info with crypto/tls's ConnectionState.
func (r interop) check(t *testing.T, info Info, state tls.ConnectionState, resumed bool) {
	t.Helper()
	kind := Full
	if resumed {
		kind = Resumed
	}
	group, theirs := r.group, Group(state.CurveID)
	if resumed && r.version < TLS13 {
		group, theirs = 0, 0 // crypto/tls reports that of the first connection
	}
	switch {
	case state.DidResume != resumed || info.Kind != kind:
		t.Errorf("resumed: crypto/tls reports %v, the engine %v; want %v", state.DidResume, info.Kind, resumed)
	case info.Suite.ID != r.suite || state.CipherSuite != uint16(r.suite):
		t.Errorf("suite %v, crypto/tls reports %#x; want %v", info.Suite.ID, state.CipherSuite, r.suite)
	case info.Version != r.version || state.Version != uint16(r.version):
		t.Errorf("version %v, crypto/tls reports %#x; want %v", info.Version, state.Version, r.version)
	case info.Group != group || theirs != group:
		t.Errorf("group %v, crypto/tls reports %v; want %v", info.Group, theirs, group)
	case info.HelloRetry != r.retry:
		t.Errorf("HelloRetryRequest: %v, want %v", info.HelloRetry, r.retry)
	case info.ALPN != "http/1.1" || state.NegotiatedProtocol != "http/1.1":
		t.Errorf("protocols %q and %q", info.ALPN, state.NegotiatedProtocol)
	case !info.Done || !info.ExtendedMasterSecret || info.ServerName != testName:
		t.Errorf("info %+v", info)
	}
}

func TestClientWithCryptoTLSServer(t *testing.T) {
	for _, r := range interopRows() {
		t.Run(r.String(), func(t *testing.T) {
			serverGroups := r.groups()
			if r.retry {
				serverGroups = serverGroups[1:]
			}
			std := r.stdConfig(t, serverGroups)
			cfg := r.ourConfig(t, r.groups())
			for _, resumed := range []bool{false, true, true} {
				ours, theirs := newEnds()
				peer := tls.Server(theirs, std)
				failed := make(chan error, 1)
				go func() {
					defer theirs.Close()
					buf := make([]byte, len(echoed))
					if _, err := io.ReadFull(peer, buf); err != nil {
						failed <- err
						return
					}
					_, err := peer.Write(buf)
					failed <- errors.Join(err, peer.CloseWrite())
				}()
				c := Client(cfg, testName)
				sent := false
				got, err := drive(c, ours, func(got []byte) bool {
					if c.Info().Done && !sent {
						sent = true
						if r.version == TLS13 {
							if err := c.KeyUpdate(true); err != nil {
								t.Error(err)
							}
						}
						out, err := c.Seal(c.Flush(nil), echoed)
						if err != nil {
							t.Error(err)
						}
						ours.Write(out)
					}
					return len(got) == len(echoed)
				})
				ours.out.close()
				if err := errors.Join(err, <-failed); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, echoed) {
					t.Fatal("the echo differs")
				}
				r.check(t, c.Info(), peer.ConnectionState(), resumed)
				if cfg.Session = c.Session(); cfg.Session == nil {
					t.Fatal("no session")
				}
			}
		})
	}
}

func TestServerWithCryptoTLSClient(t *testing.T) {
	for _, r := range interopRows() {
		t.Run(r.String(), func(t *testing.T) {
			std := r.stdConfig(t, r.groups())
			std.ClientSessionCache = tls.NewLRUClientSessionCache(4)
			serverGroups := r.groups()
			if r.retry {
				serverGroups = serverGroups[1:]
			}
			cfg := r.ourConfig(t, serverGroups)
			for _, resumed := range []bool{false, true, true} {
				ours, theirs := newEnds()
				c := Server(cfg)
				failed := make(chan error, 1)
				go func() {
					failed <- echo(c, ours, len(echoed))
					ours.out.close()
				}()
				peer := tls.Client(theirs, std)
				if _, err := peer.Write(echoed); err != nil {
					t.Fatal(errors.Join(err, <-failed))
				}
				got, err := io.ReadAll(peer)
				if err := errors.Join(err, <-failed); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, echoed) {
					t.Fatal("the echo differs")
				}
				r.check(t, c.Info(), peer.ConnectionState(), resumed)
			}
		})
	}
}

func TestInteropCoversEverySuiteOfCryptoTLS(t *testing.T) {
	var seen []SuiteID
	for _, r := range interopRows() {
		seen = append(seen, r.suite)
	}
	for _, s := range suites {
		if knownToCryptoTLS(s.ID) && !slices.Contains(seen, s.ID) {
			t.Errorf("%v is in no row", s.ID)
		}
	}
}
