package engine

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The command-line programs of OpenSSL and GnuTLS as peers over loopback, for what crypto/tls does
// not have.

// lines is what a program sends: the text of several records.
var lines = []byte(strings.Repeat("a line of text that is sent over TLS\n", 1000))

func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skip("needs " + program)
	}
}

// programConfig is the engine's Config for a connection with a program.
func programConfig(t *testing.T, key string, set func(*Config)) *Config {
	id := identityFor(t, key)
	cfg := &Config{
		Rand: rand.Reader, Now: func() time.Time { return testTime },
		Certificates: []*Certificate{id.certificate(t)}, Roots: id.roots(t),
	}
	set(cfg)
	return cfg
}

// serveProgram runs a client program against the engine's server, which then replies with lines.
// The program's arguments hold ADDRESS, HOST or PORT. It returns the engine's side and the
// program's output.
func serveProgram(t *testing.T, cfg *Config, input []byte, program string, args ...string) (*Conn, []byte, error) {
	t.Helper()
	need(t, program)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	host, port, _ := net.SplitHostPort(listener.Addr().String())
	placeholders := strings.NewReplacer("ADDRESS", listener.Addr().String(), "HOST", host, "PORT", port)
	for i := range args {
		args[i] = placeholders.Replace(args[i])
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = bytes.NewReader(input)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.Run()
		listener.Close()
	}()
	c := Server(cfg)
	transport, err := listener.Accept()
	if err != nil {
		t.Fatalf("%s %q does not connect: %v\n%s", program, args, <-ended, &log)
	}
	replied := false
	got, err := drive(c, transport, func(got []byte) bool {
		if len(got) == len(input) && !replied {
			replied = true
			reply, err := c.Seal(nil, lines)
			if err != nil {
				t.Error(err)
			}
			c.Close()
			transport.Write(c.Flush(reply))
		}
		return replied
	})
	if err == nil && !bytes.Equal(got, input) {
		err = fmt.Errorf("%d bytes arrived, which are not the input", len(got))
	}
	// The program reads close_notify and ends. Closing the socket at once could reset the
	// connection before it has read everything.
	transport.(*net.TCPConn).CloseWrite()
	if ended := <-ended; err == nil && ended != nil {
		err = errors.Join(ended, errors.New(log.String()))
	}
	transport.Close()
	return c, out.Bytes(), err
}

// askOpenSSL runs the engine's client against s_server, which answers each line reversed.
func askOpenSSL(t *testing.T, key string, cfg *Config, args ...string) (*Conn, error) {
	t.Helper()
	need(t, "openssl")
	chain, private := identityFiles(t, key)
	args = append([]string{"s_server", "-rev", "-accept", "127.0.0.1:0", "-cert", chain, "-cert_chain", chain, "-key", private}, args...)
	cmd := exec.CommandContext(t.Context(), "openssl", args...)
	var log bytes.Buffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	address := ""
	for output := bufio.NewScanner(stdout); address == "" && output.Scan(); {
		address, _ = strings.CutPrefix(output.Text(), "ACCEPT ")
		if address == output.Text() {
			address = ""
		}
	}
	if address == "" {
		cmd.Wait()
		t.Fatalf("openssl %q does not listen: %s", args, &log)
	}
	transport, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer transport.Close()
	c := Client(cfg, testName)
	asked := false
	got, err := drive(c, transport, func(got []byte) bool {
		if c.Info().Done && !asked {
			asked = true
			out, err := c.Seal(c.Flush(nil), lines)
			if err != nil {
				t.Error(err)
			}
			transport.Write(out)
		}
		return len(got) >= len(lines)
	})
	if err != nil {
		return c, err
	}
	line, _, _ := bytes.Cut(lines, []byte("\n"))
	backwards := slices.Clone(line)
	slices.Reverse(backwards)
	if want := bytes.Repeat(append(backwards, '\n'), bytes.Count(lines, []byte("\n"))); !bytes.Equal(got, want) {
		t.Errorf("s_server answers %d bytes, which are not the lines reversed", len(got))
	}
	return c, nil
}

// identityFiles writes an identity's chain and key as PEM files.
func identityFiles(t *testing.T, key string) (chain, private string) {
	t.Helper()
	id := identityFor(t, key)
	var certs []byte
	for _, der := range id.chain {
		certs = append(certs, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	der, err := x509.MarshalPKCS8PrivateKey(id.key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	chain, private = filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	for path, data := range map[string][]byte{chain: certs, private: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return chain, private
}

// rootFile writes an identity's root as a PEM file.
func rootFile(t *testing.T, id *identity) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.root.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// keyFor returns a key that a suite can be used with.
func keyFor(s *Suite) string {
	if s.KeyType == "rsa" {
		return "rsa2048"
	}
	return "ecdsa-p256"
}
