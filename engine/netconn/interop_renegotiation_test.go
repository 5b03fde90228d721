package netconn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/alert"
)

// The engine answers a program's request to renegotiate with no_renegotiation. OpenSSL then closes
// the connection with handshake_failure, and GnuTLS continues.

// renegotiationVersions are the versions that have the warning no_renegotiation.
var renegotiationVersions = []engine.Version{engine.TLS10, engine.TLS12}

// refusedByPeer reports whether the peer ended the connection with handshake_failure.
func refusedByPeer(err error) bool {
	var e *engine.Error
	return errors.As(err, &e) && e.Fault == engine.FaultRemote && e.Alert == alert.HandshakeFailure
}

func TestOpenSSLClientRequestsRenegotiation(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("needs openssl")
	}
	for _, v := range renegotiationVersions {
		t.Run(v.String(), func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			p := partyOf(t, "rsa2048")
			cfg := virtualConfig(v)
			cfg.Certificates = []*engine.Certificate{p.certificate}
			over := make(chan error, 1)
			go func() {
				transport, err := l.Accept()
				if err != nil {
					over <- err
					return
				}
				defer transport.Close()
				_ = transport.SetDeadline(time.Now().Add(patience))
				_, err = io.Copy(io.Discard, Server(transport, cfg))
				over <- err
			}()
			out, _ := run(t, []byte("R\n"), "openssl", "s_client", "-connect", l.Addr().String(), "-servername", serverName, "-CAfile", p.root,
				opensslVersions[v], "-cipher", "ALL:@SECLEVEL=0")
			l.Close()
			if err := <-over; !refusedByPeer(err) || !strings.Contains(out, "RENEGOTIATING") || !strings.Contains(out, "no renegotiation") {
				t.Errorf("the engine's server: %v; s_client:\n%s", err, brief(out))
			}
		})
	}
}

func TestServerProgramsRequestRenegotiation(t *testing.T) {
	for i, x := range []struct { // of serverPrograms
		tool   string
		ask    func(p *program, conn *Conn) error
		prints string // what the program prints on the alert; "": nothing
	}{
		{"openssl", func(p *program, _ *Conn) error { _, err := io.WriteString(p.stdin, "r\n"); return err }, "no renegotiation"},
		{"gnutls-serv", func(_ *program, conn *Conn) error { _, err := conn.Write([]byte("**REHANDSHAKE**\n")); return err }, ""},
	} {
		for _, v := range renegotiationVersions {
			t.Run(fmt.Sprintf("%s/%v", x.tool, v), func(t *testing.T) {
				if _, err := exec.LookPath(x.tool); err != nil {
					t.Skip("needs " + x.tool)
				}
				p := serverPrograms[i].start(t, "rsa2048", v, false, nil)
				cfg := virtualConfig(v)
				cfg.Roots = partyOf(t, "rsa2048").roots
				requests := 0
				cfg.Observe = func(n engine.Notice) {
					if n.Kind == engine.MessageReceived && n.Message == engine.HelloRequest {
						requests++
					}
				}
				transport, err := net.Dial("tcp", p.addr)
				if err != nil {
					t.Fatal(err)
				}
				defer transport.Close()
				_ = transport.SetDeadline(time.Now().Add(patience))
				conn := Client(transport, cfg, serverName)
				if err := conn.Handshake(t.Context()); err != nil {
					t.Fatal(err)
				}
				mark := p.mark()
				if err := x.ask(p, conn); err != nil {
					t.Fatal(err)
				}
				if x.prints != "" {
					_, err := io.Copy(io.Discard, conn)
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					text, err2 := p.await(ctx, mark, func(text string) bool { return strings.Contains(text, x.prints) })
					if !refusedByPeer(err) || err2 != nil || requests != 1 {
						t.Errorf("the engine's client: %v, %d requests; %s: %v\n%s", err, requests, x.tool, err2, brief(text))
					}
					return
				}
				if _, err := conn.Write([]byte("more\n")); err != nil {
					t.Fatal(err)
				}
				received := make([]byte, 64)
				n, err := conn.Read(received)
				for err == nil && !strings.Contains(string(received[:n]), "more") {
					var more int
					more, err = conn.Read(received[n:])
					n += more
				}
				if err != nil || requests != 1 {
					t.Errorf("%d requests, then read %q, %v\n%s", requests, received[:n], err, brief(p.printed.String()))
				}
			})
		}
	}
}
