package netconn

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/engine"
)

// A clientProgram is a program that connects to our server twice, in one process or two: with a
// full handshake, and with one that resumes its session.
type clientProgram struct {
	tool  string // the program
	knows func(t testing.TB) func(combination) bool
	// connect runs the program once, or once for each connection, and returns what it printed on
	// each.
	connect func(t testing.TB, c combination, way engine.Resumption, addr string) (full, resumed string, err error)
	records func(r *recordSetting) []string // arguments, or words of the priority string
	// what the program prints on a resumed connection
	resumedWords string
}

var clientPrograms = []clientProgram{
	{"openssl", opensslKnows, opensslConnect, func(r *recordSetting) []string { return r.opensslClient }, "Reused, "},
	{"gnutls-cli", gnutlsKnows, gnutlsConnect, func(r *recordSetting) []string { return r.gnutlsClient }, "This is a resumed session"},
}

func TestClientPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for _, p := range clientPrograms {
		t.Run(p.tool, func(t *testing.T) {
			if _, err := exec.LookPath(p.tool); err != nil {
				t.Skip("needs " + p.tool)
			}
			var done coverage
			knows := p.knows(t)
			t.Run("rows", func(t *testing.T) {
				for _, c := range append(combinations(false), recordCombinations()...) {
					if !knows(c) || c.records != nil && !c.records.known(p.records) {
						continue
					}
					for _, way := range c.ways() {
						t.Run(fmt.Sprintf("%v/%v", c, way), func(t *testing.T) {
							t.Parallel()
							p.connectTwice(t, c, way)
							done.succeed(t, p.tool+" connects", c, way)
						})
					}
				}
			})
			done.print(t.Output())
		})
	}
}

// connectTwice runs the program and checks both connections.
func (p *clientProgram) connectTwice(t *testing.T, c combination, way engine.Resumption) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := c.config(t, way)
	if c.retry {
		cfg.KeyShares = 0
	}
	var infos [2]engine.Info
	served := make(chan error, 1)
	go func() {
		for i := range infos {
			size := c.sizes(i > 0)
			if p.tool == "gnutls-cli" { // it sends its input only on the last connection
				size = c.sizes(i == 0)
			}
			var err error
			if infos[i], err = serveOne(t, l, cfg, size); err != nil {
				served <- fmt.Errorf("connection %d: %w", i, err)
				l.Close() // or the program would wait
				return
			}
		}
		served <- nil
	}()
	full, resumed, err := p.connect(t, c, way, l.Addr().String())
	l.Close()
	if ours := <-served; err != nil || ours != nil {
		t.Fatalf("the engine's server: %v; %s: %v\n%s\n%s", ours, p.tool, err, brief(full), brief(resumed))
	}
	c.check(t, infos[0], way, false, strings.Contains(full, p.resumedWords))
	c.check(t, infos[1], way, true, strings.Contains(resumed, p.resumedWords))
	if c.mutual && len(infos[0].PeerChain) != 2 {
		t.Errorf("the client has sent %d certificates", len(infos[0].PeerChain))
	}
	want := 0
	for _, size := range c.sizes(false) {
		want += size
	}
	if got := strings.Count(full+resumed, string(serverByte)); got < want {
		t.Errorf("%s has received %d of %d bytes", p.tool, got, want)
	}
}

// brief removes the application data from what a program printed.
func brief(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, string(clientByte), ""), string(serverByte), "")
	return text[:min(len(text), 4000)]
}

// run runs a program with an input and returns what it printed.
func run(t testing.TB, input []byte, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = bytes.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// clientData is all application data that the client sends on a connection.
func (c combination) clientData(resumed bool) (all []byte) {
	for _, size := range c.sizes(resumed) {
		all = append(all, payload(clientByte, size)...)
	}
	return all
}

func opensslConnect(t testing.TB, c combination, way engine.Resumption, addr string) (full, resumed string, err error) {
	session := filepath.Join(t.(*testing.T).TempDir(), "session.pem")
	args := append([]string{"s_client", "-connect", addr, "-servername", serverName, "-CAfile", partyOf(t, c.certificate).root,
		"-verify_return_error", "-nocommands", "-ign_eof", "-sess_out", session}, opensslArgs(t, c)...)
	if p := partyOf(t, c.certificate); c.mutual {
		args = append(args, "-cert", p.leaf, "-cert_chain", p.intermediates, "-key", p.key)
	}
	if c.records != nil {
		args = append(args, c.records.opensslClient...)
	}
	switch way {
	case engine.SessionID:
		args = append(args, "-no_ticket")
	case engine.PSK:
		args = append(args, "-allow_no_dhe_kex")
	}
	if full, err = run(t, c.clientData(false), "openssl", args...); err != nil {
		return full, "", err
	}
	resumed, err = run(t, c.clientData(true), "openssl", append(args, "-sess_in", session)...)
	return full, resumed, err
}

func gnutlsConnect(t testing.TB, c combination, way engine.Resumption, addr string) (full, resumed string, err error) {
	host, port, _ := net.SplitHostPort(addr)
	args := []string{"--resume", "--waitresumption", "--x509cafile", partyOf(t, c.certificate).root, "--sni-hostname", serverName, "--verify-hostname", serverName,
		"--port", port, "--priority", gnutlsPriority(c, way)}
	if p := partyOf(t, c.certificate); c.mutual {
		args = append(args, "--x509certfile", p.chain, "--x509keyfile", p.key)
	}
	if c.records != nil {
		args = append(args, c.records.gnutlsClient...)
	}
	out, err := run(t, c.clientData(false), "gnutls-cli", append(args, host)...)
	full, resumed, _ = strings.Cut(out, "- Connecting again")
	return full, resumed, err
}
