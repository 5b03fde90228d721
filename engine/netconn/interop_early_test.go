package netconn

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/protocol"
	"tlslab/engine/session"
)

// Early data with OpenSSL and GnuTLS as client and as server, accepted and rejected.

// earlyArguments make server programs send tickets for early data, and accept early data or reject
// it.
var earlyArguments = map[string]struct{ accept, reject []string }{
	"openssl":     {[]string{"-early_data", "-max_early_data", "1000"}, []string{"-max_early_data", "1000"}},
	"gnutls-serv": {[]string{"--earlydata", "--maxearlydata", "1000"}, nil},
}

// earlyCombination is what client and server negotiate.
func earlyCombination() combination {
	suite, _ := protocol.SuiteByName("TLS_AES_128_GCM_SHA256")
	return combination{version: engine.TLS13, suite: suite, group: engine.X25519, certificate: "ecdsa-p256"}
}

// The early data and the data after the handshake are one line each.
var (
	earlyLine = append(payload(clientByte, 100), '\n')
	lateLine  = append(payload(clientByte, 30), '\n')
)

func TestEarlyDataToServerPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for i := range serverPrograms {
		s := &serverPrograms[i]
		arguments := earlyArguments[s.tool]
		for _, x := range []struct {
			name string
			args []string
			late time.Duration // by the client's clock
			want engine.EarlyData
		}{
			{"accepted", arguments.accept, 0, engine.EarlyAccepted},
			{"rejected", arguments.reject, 0, engine.EarlyRejected},
			{"not fresh", arguments.accept, time.Minute, engine.EarlyRejected},
		} {
			if x.args == nil {
				continue
			}
			t.Run(s.tool+"/"+x.name, func(t *testing.T) {
				t.Parallel()
				if _, err := exec.LookPath(s.tool); err != nil {
					t.Skip("needs " + s.tool)
				}
				c := earlyCombination()
				id := partyOf(t, c.certificate)
				args := append(s.arguments(s.port(t), id, c.version), s.alone(id)...)
				p := s.launch(t, append(args, x.args...))
				cfg := c.config(t, engine.PSKDHE)
				cfg.EarlyData = true
				first, text, err := s.exchange(t, p, cfg, sizes(false))
				if err != nil {
					t.Fatalf("%v\n%s", err, brief(text))
				}
				cfg.Session = first.Session()
				cfg.Now = func() time.Time { return time.Now().Add(x.late) }
				info := s.exchangeEarly(t, p, cfg)
				if info.EarlyData != x.want || info.EarlyBytes != len(earlyLine) || info.Kind != engine.Resumed {
					t.Errorf("early data %v, %d bytes, %v", info.EarlyData, info.EarlyBytes, info.Kind)
				}
			})
		}
	}
}

// exchangeEarly sends a line as early data, again if it was rejected, and another line, and waits
// until the program has received them: OpenSSL prints all that it receives, and GnuTLS echoes the
// data after the handshake.
func (s *serverProgram) exchangeEarly(t *testing.T, p *program, cfg *engine.Config) engine.Info {
	t.Helper()
	transport, err := net.Dial("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer transport.Close()
	if err := transport.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	mark := p.mark()
	conn := Client(transport, cfg, serverName)
	n, err := conn.EarlyWrite(earlyLine)
	if err != nil || n != len(earlyLine) {
		t.Fatalf("%d bytes of early data, %v", n, err)
	}
	if err := conn.Handshake(ctx); err != nil {
		text, _ := p.since(mark)
		t.Fatalf("%v\n%s", err, text)
	}
	late, accepted := lateLine, conn.Info().EarlyData == engine.EarlyAccepted
	if !accepted {
		late = append(slices.Clone(earlyLine), lateLine...)
	}
	if _, err := conn.Write(late); err != nil {
		t.Fatal(err)
	}
	if s.echoes {
		echoed := make([]byte, len(late))
		if _, err := io.ReadFull(conn, echoed); err != nil || !bytes.Equal(echoed, late) {
			t.Errorf("echoed %q, %v", echoed, err)
		}
		return conn.Info()
	}
	text, err := p.await(ctx, mark, func(text string) bool { return strings.HasSuffix(text, "\n"+string(lateLine)) })
	if err != nil || !strings.Contains(text, string(earlyLine)) || strings.Contains(text, "End of early data") != accepted {
		t.Errorf("%v; it printed\n%s", err, text)
	}
	return conn.Info()
}

// An earlyClient is a client program that sends a line as early data on its second connection.
type earlyClient struct {
	tool    string
	connect func(t *testing.T, addr, file string) (text string, err error)
	// what the program prints if its early data was accepted, and if it was rejected
	accepted, rejected string
}

var earlyClients = []earlyClient{
	{"openssl", opensslSendsEarly, "Early data was accepted", "Early data was rejected"},
	{"gnutls-cli", gnutlsSendsEarly, "This is a resumed session", "This is a resumed session"},
}

func opensslSendsEarly(t *testing.T, addr, file string) (string, error) {
	session := filepath.Join(t.TempDir(), "session.pem")
	args := []string{"s_client", "-connect", addr, "-servername", serverName, "-CAfile", partyOf(t, "ecdsa-p256").root,
		"-verify_return_error", "-nocommands", "-ign_eof", "-tls1_3"}
	if text, err := run(t, nil, "openssl", append(args, "-sess_out", session)...); err != nil {
		return text, err
	}
	return run(t, lateLine, "openssl", append(args, "-sess_in", session, "-early_data", file)...)
}

func gnutlsSendsEarly(t *testing.T, addr, file string) (string, error) {
	host, port, _ := net.SplitHostPort(addr)
	return run(t, lateLine, "gnutls-cli", "--resume", "--waitresumption", "--earlydata", file, "--x509cafile", partyOf(t, "ecdsa-p256").root,
		"--sni-hostname", serverName, "--verify-hostname", serverName, "--port", port, host)
}

func TestEarlyDataFromClientPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	file := filepath.Join(t.TempDir(), "early")
	if err := os.WriteFile(file, earlyLine, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range earlyClients {
		for _, x := range []struct {
			name       string
			antiReplay session.AntiReplay
			want       engine.EarlyData
			prints     string
		}{
			{"accepted", session.ClientHelloRecording(10, time.Time{}), engine.EarlyAccepted, p.accepted},
			{"rejected", session.ClientHelloRecording(0, time.Time{}), engine.EarlyRejected, p.rejected},
		} {
			t.Run(p.tool+"/"+x.name, func(t *testing.T) {
				if _, err := exec.LookPath(p.tool); err != nil {
					t.Skip("needs " + p.tool)
				}
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				cfg := earlyCombination().config(t, engine.PSKDHE)
				cfg.MaxEarlyData, cfg.AntiReplay = 1000, x.antiReplay
				served := make(chan error, 1)
				var info engine.Info
				var got []byte
				go func() {
					_, first := serveOne(t, l, cfg, nil)
					var second error
					if info, got, second = readOne(l, cfg); errors.Join(first, second) != nil {
						l.Close() // or the program would wait
					}
					served <- errors.Join(first, second)
				}()
				text, err := p.connect(t, l.Addr().String(), file)
				l.Close()
				if ours := <-served; err != nil || ours != nil {
					t.Fatalf("the engine's server: %v; %s: %v\n%s", ours, p.tool, err, brief(text))
				}
				if info.EarlyData != x.want || info.Kind != engine.Resumed || !strings.Contains(text, x.prints) {
					t.Errorf("early data %v (%s), %v\n%s", info.EarlyData, info.EarlyRejection, info.Kind, brief(text))
				}
				want := lateLine
				if x.want == engine.EarlyAccepted {
					want = append(slices.Clone(earlyLine), lateLine...)
				}
				if !bytes.HasSuffix(got, want) || x.want == engine.EarlyAccepted && info.EarlyBytes != len(earlyLine) {
					t.Errorf("got %q, want it to end in %q", got, want)
				}
			})
		}
	}
}

// readOne accepts one connection and reads from it until the last line.
func readOne(l net.Listener, cfg *engine.Config) (info engine.Info, got []byte, err error) {
	transport, err := l.Accept()
	if err != nil {
		return info, nil, err
	}
	defer transport.Close()
	if err := transport.SetDeadline(time.Now().Add(patience)); err != nil {
		return info, nil, err
	}
	c := Server(transport, cfg)
	buf := make([]byte, 1000)
	for err == nil && !bytes.HasSuffix(got, append([]byte{'\n'}, lateLine...)) && !bytes.Equal(got, lateLine) {
		var n int
		n, err = c.Read(buf)
		got = append(got, buf[:n]...)
	}
	if err != nil {
		return c.Info(), got, err
	}
	_ = c.Shutdown(time.Minute) // the client may have gone
	return c.Info(), got, nil
}
