package netconn

import (
	"crypto/rand"
	"errors"
	"net"
	"os/exec"
	"slices"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/alert"
	"tlslab/engine/pki/ca"
)

// virtual are the names of two virtual servers with a certificate each. The client's
// server_name selects.
var virtual = []string{serverName, "other.tlslab.example"}

// virtualParty is the party for a name. All have one CA, and keys of one type, because GnuTLS
// selects by key type before it selects by name.
func virtualParty(t testing.TB, name string) *party {
	t.Helper()
	made, err := ca.Issue(ca.ChainSpec{Seed: "virtual", Algorithm: "ecdsa-p256", Length: 1, Names: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return newParty(t, "virtual-"+name, made)
}

func virtualParties(t testing.TB) (all []*party) {
	for _, name := range virtual {
		all = append(all, virtualParty(t, name))
	}
	return all
}

func virtualConfig(v engine.Version) *engine.Config {
	return &engine.Config{Rand: rand.Reader, Now: time.Now, MinVersion: v, MaxVersion: v}
}

// serveProgram runs a client program against our server, and returns what the server has
// negotiated.
func serveProgram(t *testing.T, cfg *engine.Config, tool string, arguments func(addr string) []string) engine.Info {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skip("needs " + tool)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	infos := make(chan engine.Info, 1)
	failed := make(chan error, 1)
	go func() {
		info, err := serveOne(t, l, cfg, nil)
		infos <- info
		failed <- err
	}()
	out, err := run(t, nil, tool, arguments(l.Addr().String())...)
	l.Close()
	info := <-infos
	if err != nil {
		t.Fatalf("%v, %v\n%s", err, <-failed, brief(out))
	}
	return info
}

// A client program sends a server_name and verifies that the certificate is for it.
func TestClientProgramsSendServerName(t *testing.T) {
	parties := virtualParties(t)
	for _, v := range []engine.Version{engine.TLS12, engine.TLS13} {
		for i, who := range virtual {
			for tool, arguments := range map[string]func(addr string) []string{
				"openssl": func(addr string) []string {
					return []string{"s_client", "-connect", addr, "-servername", who, "-verify_hostname", who, "-CAfile", parties[i].root,
						"-verify_return_error", "-nocommands", opensslVersions[v]}
				},
				"gnutls-cli": func(addr string) []string {
					host, port, _ := net.SplitHostPort(addr)
					return []string{"--x509cafile", parties[i].root, "--sni-hostname", who, "--verify-hostname", who, "--port", port,
						"--priority", "NORMAL:-VERS-ALL:" + gnutlsVersions[v], host}
				},
			} {
				t.Run(tool+"/"+v.String()+"/"+who, func(t *testing.T) {
					cfg := virtualConfig(v)
					cfg.Certificates = []*engine.Certificate{parties[0].certificate, parties[1].certificate}
					if info := serveProgram(t, cfg, tool, arguments); !info.ServerNameUsed || info.Certificate != parties[i].certificate {
						t.Errorf("our server has sent %v", info.Certificate)
					}
				})
			}
		}
	}
}

// Server programs with two certificates send the one for the client's server_name and acknowledge
// it. OpenSSL's warns of an unknown name, or refuses it.
func TestServerProgramsReadServerName(t *testing.T) {
	parties := virtualParties(t)
	for i, more := range map[int][][]string{
		0: {{"-cert", parties[0].leaf, "-key", parties[0].key, "-servername", virtual[1], "-cert2", parties[1].leaf, "-key2", parties[1].key},
			{"-cert", parties[0].leaf, "-key", parties[0].key, "-servername", virtual[1], "-cert2", parties[1].leaf, "-key2", parties[1].key, "-servername_fatal"}},
		1: {{"--x509certfile", parties[0].leaf, "--x509keyfile", parties[0].key, "--x509certfile", parties[1].leaf, "--x509keyfile", parties[1].key}},
	} {
		s := &serverPrograms[i]
		for _, arguments := range more {
			for _, v := range []engine.Version{engine.TLS12, engine.TLS13} {
				t.Run(s.tool+"/"+v.String(), func(t *testing.T) {
					if _, err := exec.LookPath(s.tool); err != nil {
						t.Skip("needs " + s.tool)
					}
					all := []string{"--echo", "--port", s.port(t), "--priority", "NORMAL", "--disable-client-cert"}
					if i == 0 {
						all = []string{"s_server", "-accept", "127.0.0.1:0"}
					}
					p := s.launch(t, append(all, arguments...))
					for j, who := range virtual {
						cfg := virtualConfig(v)
						cfg.Roots = parties[j].roots
						conn, err := dialNamed(t, p.addr, cfg, who)
						if refused := i == 0 && j == 0 && slices.Contains(arguments, "-servername_fatal"); refused {
							var e *engine.Error
							if !errors.As(err, &e) || e.Alert != alert.UnrecognizedName {
								t.Errorf("%s: %v, want unrecognized_name", who, err)
							}
							continue
						}
						if err != nil {
							t.Fatalf("%s: %v", who, err)
						}
						if got := conn.Info(); !got.PeerChain[0].MatchesDNSName(who) {
							t.Errorf("%s: the server has sent the certificate for %q", who, got.PeerChain[0].DNSNames())
						}
					}
				})
			}
		}
	}
}

// dialNamed connects to a server with a server_name and performs the handshake.
func dialNamed(t testing.TB, addr string, cfg *engine.Config, name string) (*Conn, error) {
	t.Helper()
	transport, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer transport.Close()
	if err := transport.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	conn := Client(transport, cfg, name)
	if err := conn.Handshake(t.Context()); err != nil {
		return nil, err
	}
	return conn, conn.CloseWrite()
}
