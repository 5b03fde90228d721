package main

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tlslab/engine/pki/ca"
)

// A servingChild is a process that runs tlslab serve.
type servingChild struct {
	addr   string
	root   string // file
	stdout bytes.Buffer
	cmd    *exec.Cmd
	ended  func() error
}

// startServe starts tlslab serve on a free port and waits until it listens.
func startServe(t *testing.T, env []string, args ...string) *servingChild {
	t.Helper()
	c := &servingChild{root: filepath.Join(t.TempDir(), "root.pem")}
	c.cmd = exec.CommandContext(t.Context(), os.Args[0], append([]string{"serve", "--addr", "127.0.0.1:0", "--root", c.root}, args...)...)
	c.cmd.Env = append(append(os.Environ(), asCommand+"=1"), env...)
	c.cmd.Stdout = &c.stdout
	stderr, err := c.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stderr)
	line, err := lines.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "listening on ") {
		t.Fatalf("%q, %v", line, err)
	}
	c.addr = strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
	rest := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(lines)
		rest <- string(text)
	}()
	c.ended = sync.OnceValue(func() error {
		text := <-rest
		if err := c.cmd.Wait(); err != nil || text != "" {
			return errors.Join(err, errors.New("stderr: "+text))
		}
		return nil
	})
	t.Cleanup(func() { c.cmd.Process.Kill(); c.ended() })
	return c
}

// stop interrupts the server as Ctrl-C does and returns what it printed.
func (c *servingChild) stop(t *testing.T) string {
	t.Helper()
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := c.ended(); err != nil {
		t.Errorf("the server did not end cleanly: %v", err)
	}
	return c.stdout.String()
}

// connections reads the output of --json. It returns the connections in the order in which they
// began; a server prints a connection when it ends.
func connections(t *testing.T, text string) (all []map[string]any) {
	t.Helper()
	for d := json.NewDecoder(strings.NewReader(text)); ; {
		var m map[string]any
		if err := d.Decode(&m); err == io.EOF {
			slices.SortFunc(all, func(a, b map[string]any) int {
				return cmp.Compare(a["connection"].(float64), b["connection"].(float64))
			})
			return all
		} else if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		all = append(all, m)
	}
}

func TestConnectAndServeReportTheSameOfAConnection(t *testing.T) {
	s := startServe(t, nil, "--json", "--set", "tls.certificate=rsa2048")
	code, stdout, stderr := tlslab(t, "", "connect", "--addr", s.addr, "--root", s.root, "--json", "--resume", "--get", "/bytes/5000",
		"--set", "tls.cipher=chacha20-poly1305", "--set", "tls.group=p384")
	if code != exitDone || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	ours, theirs := connections(t, stdout), connections(t, s.stop(t))
	if len(ours) != 2 || len(theirs) != 2 {
		t.Fatalf("%d connections of the client, %d of the server", len(ours), len(theirs))
	}
	for i, kind := range []string{"full", "resumed"} {
		c, s := ours[i]["negotiated"].(map[string]any), theirs[i]["negotiated"].(map[string]any)
		for _, key := range []string{"version", "suite", "group", "kind", "resumption"} {
			if c[key] != s[key] {
				t.Errorf("%s is %v for the client and %v for the server", key, c[key], s[key])
			}
		}
		if c["kind"] != kind || c["suite"] != "TLS_CHACHA20_POLY1305_SHA256" || c["group"] != "p384" || ours[i]["outcome"] != "ok" || theirs[i]["outcome"] != "ok" {
			t.Errorf("client: %v\nserver: %v", ours[i], theirs[i])
		}
		up := ours[i]["metrics"].(map[string]any)
		if down := theirs[i]["metrics"].(map[string]any); up["bytes-up"].(float64) < down["bytes-up"].(float64) || down["bytes-down"].(float64) < 5000 {
			t.Errorf("traffic: client %v, server %v", up, down)
		}
		for _, name := range []string{"connect", "handshake", "tls", "ttfb", "ttlb"} {
			if up[name].(float64) <= 0 {
				t.Errorf("%s is %v", name, up[name])
			}
		}
	}
}

func TestTheSecondConnectionSendsItsRequestAsEarlyData(t *testing.T) {
	for _, row := range []struct {
		serve []string
		want  string
	}{
		{[]string{"--set", "tls.kind=early-data"}, "accepted, "},
		{[]string{"--set", "tls.kind=early-data", "--set", "tls.reject_early_data=true"}, "rejected"},
	} {
		s := startServe(t, nil, append(row.serve, "--json")...)
		code, stdout, stderr := tlslab(t, "", "connect", "--addr", s.addr, "--root", s.root, "--json", "--resume", "--set", "tls.kind=early-data")
		if code != exitDone || stderr != "" {
			t.Fatalf("exit code %d: %s", code, stderr)
		}
		for who, text := range map[string]string{"connect": stdout, "serve": s.stop(t)} {
			all := connections(t, text)
			if len(all) != 2 {
				t.Fatalf("%s: %d connections", who, len(all))
			}
			negotiated := all[1]["negotiated"].(map[string]any)
			if early, _ := negotiated["early-data"].(string); !strings.HasPrefix(early, row.want) || negotiated["kind"] != "resumed" || all[1]["outcome"] != "ok" {
				t.Errorf("%s: early data %q, want %q: %v", who, early, row.want, all[1])
			}
		}
	}
}

func TestServeAnswersHTTPSAndWritesTheKeyLog(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys.log")
	s := startServe(t, []string{"SSLKEYLOGFILE=" + keys})
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(read(t, s.root)) {
		t.Fatal("no root certificate")
	}
	var theirs bytes.Buffer
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, KeyLogWriter: &theirs}, DisableKeepAlives: true}
	response, err := (&http.Client{Transport: transport, Timeout: time.Minute}).Get("https://" + s.addr + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(page), "version: 1.3\n") {
		t.Errorf("%v: %s", err, page)
	}
	if out := s.stop(t); !strings.Contains(out, ": ok\n  version 1.3, suite TLS_") || !strings.Contains(out, "<- ClientHello") {
		t.Errorf("serve printed\n%s", out)
	}
	ours := string(read(t, keys))
	for line := range strings.Lines(theirs.String()) {
		if !strings.Contains(ours, line) {
			t.Errorf("not in the key log: %s", line)
		}
	}
}

func TestConnectSendsStandardInput(t *testing.T) {
	s := startServe(t, nil, "--echo", "--set", "tls.version=1.2")
	input := strings.Repeat("all of it ", 20_000)
	code, stdout, stderr := tlslab(t, input, "connect", "--addr", s.addr, "--root", s.root, "--stdin")
	if code != exitDone || stdout != input || !strings.Contains(stderr, "version 1.2") {
		t.Errorf("exit code %d, %d bytes of %d: %s", code, len(stdout), len(input), stderr)
	}
	s.stop(t)
}

func TestConnectFailsWithItsReason(t *testing.T) {
	s := startServe(t, nil, "--set", "tls.version=1.3", "--set", "tls.kind=full")
	other := startServe(t, nil)
	for _, row := range []struct {
		says string
		code int
		args []string
	}{
		// The other root has the same name and another key.
		{"unknown certificate authority", exitFailed, []string{"--root", other.root}},
		{"protocol_version", exitFailed, []string{"--root", s.root, "--set", "tls.version=1.2"}},
		{"certificate is for another name", exitFailed, []string{"--root", s.root, "--set", "tls.server_name=other.example"}},
		{"404 Not Found", exitFailed, []string{"--root", s.root, "--get", "/nothing"}},
		{"there is no session to resume", exitFailed, []string{"--root", s.root, "--resume"}},
		{"no such file", exitFailed, []string{"--root", "/nowhere/root.pem"}},
		{"unknown key", exitUsage, []string{"--set", "tls.nothing=1"}},
		{"--timeout -1s: want more than 0s", exitUsage, []string{"--timeout", "-1s"}},
		{"does not go with", exitUsage, []string{"--stdin", "--resume"}},
	} {
		code, _, stderr := tlslab(t, "", append([]string{"connect", "--addr", s.addr}, row.args...)...)
		if code != row.code || !strings.Contains(stderr, row.says) {
			t.Errorf("%q: exit code %d, want %d and %q:\n%s", row.args, code, row.code, row.says, stderr)
		}
	}
	if code, _, stderr := tlslab(t, "", "connect", "--addr", s.addr, "--insecure"); code != exitDone {
		t.Errorf("--insecure: exit code %d: %s", code, stderr)
	}
	if out := s.stop(t); strings.Count(out, "\nconnection ") < 5 {
		t.Errorf("serve printed\n%s", out)
	}
}

// clientFiles are a client's chain with its key, and the root that it leads to.
func clientFiles(t *testing.T) (cert, root string) {
	t.Helper()
	chain, err := ca.Issue(ca.ChainSpec{Seed: "client", Algorithm: "ecdsa-p256", Length: 2,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(chain.Key.Signer())
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	for _, c := range chain.Certificates {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c})...)
	}
	cert, root = filepath.Join(t.TempDir(), "client.pem"), filepath.Join(t.TempDir(), "client-root.pem")
	if err := errors.Join(os.WriteFile(cert, text, 0o600), writeRoots(root, chain.Root)); err != nil {
		t.Fatal(err)
	}
	return cert, root
}

func TestAServerThatRequiresACertificateAcceptsOneThatItTrusts(t *testing.T) {
	cert, root := clientFiles(t)
	for _, version := range []string{"1.2", "1.3"} {
		s := startServe(t, nil, "--json", "--set", "tls.client_auth=required", "--client-root", root, "--set", "tls.version="+version)
		if code, _, stderr := tlslab(t, "", "connect", "--addr", s.addr, "--root", s.root, "--cert", cert); code != exitDone {
			t.Errorf("%s: exit code %d: %s", version, code, stderr)
		}
		if code, _, stderr := tlslab(t, "", "connect", "--addr", s.addr, "--root", s.root); code != exitFailed {
			t.Errorf("%s: without a certificate: exit code %d: %s", version, code, stderr)
		}
		served := connections(t, s.stop(t))
		if len(served) != 2 || served[0]["outcome"] != "ok" || served[0]["negotiated"].(map[string]any)["chain"] == nil || served[1]["outcome"] == "ok" {
			t.Errorf("%s: %v", version, served)
		}
	}
}

func TestServeKeepsAThousandConnectionsOpenBesidesBadPeers(t *testing.T) {
	s := startServe(t, nil, "--echo", "--quiet", "--handshake-timeout", "2s")
	bad := [][]byte{nil, []byte("GET / HTTP/1.1\r\n\r\n"), {22, 3, 1}, bytes.Repeat([]byte{0xff}, 100_000), {22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff}}
	for i, bytes := range bad {
		c, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write(bytes); err != nil {
			t.Errorf("peer %d: %v", i, err)
		}
		defer c.Close() // stays open while the good clients connect
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(read(t, s.root))
	cfg := &tls.Config{RootCAs: pool, ServerName: "localhost", ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	const connections = 1000
	var open, all sync.WaitGroup
	open.Add(connections)
	dialling := make(chan bool, 50) // at a time: the test is not about the listener's queue
	for range connections {
		all.Go(func() {
			dialling <- true
			c, err := tls.Dial("tcp", s.addr, cfg)
			<-dialling
			open.Done()
			if err != nil {
				t.Error(err)
				return
			}
			open.Wait() // until all connections are open
			got := make([]byte, 4)
			_, err = c.Write([]byte("ping"))
			if err == nil {
				_, err = io.ReadFull(c, got)
			}
			if err = errors.Join(err, c.Close()); err != nil || string(got) != "ping" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	all.Wait()
	s.stop(t)
}

func TestServeRefusesInvalidArguments(t *testing.T) {
	for _, args := range [][]string{
		{"--addr", "nowhere"}, {"--connections", "0"}, {"--idle-timeout", "0s"}, {"--set", "link.loss=1%"}, {"--set", "tls.cipher=rot13"},
		{"--set", "tls.client_auth=required"}, {"--client-root", "x.pem"},
		{"--set", "tls.revocation=fetched"}, {"--responder", "127.0.0.1:0"},
	} {
		if code, _, stderr := tlslab(t, "", append([]string{"serve"}, args...)...); code != exitUsage {
			t.Errorf("%q: exit code %d: %s", args, code, stderr)
		}
	}
}
