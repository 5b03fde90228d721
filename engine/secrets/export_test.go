package secrets_test

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"tlslab/engine/pki"
	"tlslab/engine/secrets"
)

// recorder keeps what is read from a connection.
type recorder struct {
	net.Conn
	read bytes.Buffer
}

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	r.read.Write(p[:n])
	return n, err
}

// handshake lets crypto/tls talk TLS 1.2 to itself, and returns the client's view,
// the client's random and the master secret from its key log, and what the server
// sent.
func handshake(t *testing.T) (state tls.ConnectionState, clientRandom, master, fromServer []byte) {
	t.Helper()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	chain, err := pki.Make(pki.Spec{Seed: "export", Algorithm: "ecdsa-p256", Length: 1, Names: []string{"server"}, NotBefore: now, NotAfter: now.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	up, down := net.Pipe()
	server := tls.Server(down, &tls.Config{Certificates: []tls.Certificate{{Certificate: chain.Certificates, PrivateKey: chain.Key.Signer()}}})
	go func() {
		server.Handshake()
		io.Copy(io.Discard, server)
	}()
	tap := &recorder{Conn: up}
	var lines strings.Builder
	client := tls.Client(tap, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12, KeyLogWriter: &lines})
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	state = client.ConnectionState()
	up.Close()
	words := strings.Fields(lines.String())
	if len(words) != 3 || words[0] != "CLIENT_RANDOM" {
		t.Fatalf("key log %q", words)
	}
	clientRandom, err1 := hex.DecodeString(words[1])
	master, err2 := hex.DecodeString(words[2])
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	return state, clientRandom, master, tap.read.Bytes()
}

func TestClassicExportIsThatOfCryptoTLS(t *testing.T) {
	for _, context := range [][]byte{nil, {}, []byte("context")} {
		state, clientRandom, master, fromServer := handshake(t)
		want, err := state.ExportKeyingMaterial("label", context, 40)
		if err != nil {
			t.Fatal(err)
		}
		hash := secrets.SHA256
		if state.CipherSuite == tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 {
			hash = secrets.SHA384
		}
		const random = 5 + 4 + 2 // record header, message header, version
		c := secrets.NewClassic(hash, nil)
		c.Resume(master)
		got := make([]byte, 40)
		err = c.Export(got, "label", clientRandom, fromServer[random:random+32], context)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("TLS 1.2, context %q: %x, %v; want %x", context, got, err, want)
		}
	}
}

// RFC 9846 §7.5, put together from HKDF's steps.
func TestTLS13Export(t *testing.T) {
	hash := func(b []byte) string {
		sum := sha256.Sum256(b)
		return string(sum[:])
	}
	exporter := bytes.Repeat([]byte{3}, 32)
	derived, err1 := hkdf.Expand(sha256.New, exporter, "\x00\x20\x0btls13 label\x20"+hash(nil), 32)
	want, err2 := hkdf.Expand(sha256.New, derived, "\x00\x28\x0etls13 exporter\x20"+hash([]byte("context")), 40)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	got := make([]byte, 40)
	err := secrets.NewSchedule(secrets.SHA256, nil).Export(got, exporter, "label", []byte("context"))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%x, %v; want %x", got, err, want)
	}
}

func TestWhatCannotBeExportedIsAnError(t *testing.T) {
	s := secrets.NewSchedule(secrets.SHA256, nil)
	if err := s.Export(make([]byte, 32), make([]byte, 32), strings.Repeat("l", 250), nil); err == nil {
		t.Error("a label of 250 bytes is taken")
	}
	if err := s.Export(make([]byte, 255*32+1), make([]byte, 32), "label", nil); err == nil {
		t.Error("more than 255 blocks are exported")
	}
	if err := secrets.NewClassic(secrets.SHA256, nil).Export(make([]byte, 32), "label", nil, nil, make([]byte, 1<<16)); err == nil {
		t.Error("a context of 2^16 bytes is taken")
	}
}
