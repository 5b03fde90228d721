package secrets_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/engine/pki/ca"
	"tlslab/engine/record"
	"tlslab/engine/secrets"
)

// A stdHandshake is a TLS 1.2 handshake of crypto/tls with itself: its records and its key log.
type stdHandshake struct {
	state                      tls.ConnectionState
	clientRandom, serverRandom []byte
	master                     []byte
	client, server             [][]byte // records sent by each side
}

// A tap keeps what a connection carries in both directions.
type tap struct {
	net.Conn
	read, written bytes.Buffer
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.read.Write(p[:n])
	return n, err
}

func (t *tap) Write(p []byte) (int, error) {
	t.written.Write(p)
	return t.Conn.Write(p)
}

func runStdHandshake(t *testing.T) *stdHandshake {
	t.Helper()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	chain, err := ca.Issue(ca.ChainSpec{Seed: "legacy", Algorithm: "ecdsa-p256", Length: 1, Names: []string{"server"}, NotBefore: now, NotAfter: now.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	up, down := net.Pipe()
	server := tls.Server(down, &tls.Config{
		Certificates:           []tls.Certificate{{Certificate: chain.Certificates, PrivateKey: chain.Key.Signer()}},
		SessionTicketsDisabled: true,
	})
	go func() {
		server.Handshake()
		io.Copy(io.Discard, server)
	}()
	wire := &tap{Conn: up}
	var keys strings.Builder
	client := tls.Client(wire, &tls.Config{
		InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12, KeyLogWriter: &keys,
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
	})
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	run := &stdHandshake{state: client.ConnectionState(), client: records(wire.written.Bytes()), server: records(wire.read.Bytes())}
	up.Close()
	words := strings.Fields(keys.String())
	if len(words) != 3 || words[0] != "CLIENT_RANDOM" {
		t.Fatalf("key log %q", words)
	}
	var err1, err2 error
	run.clientRandom, err1 = hex.DecodeString(words[1])
	run.master, err2 = hex.DecodeString(words[2])
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	const random = record.HeaderSize + 4 + 2 // after the message's header and the version
	run.serverRandom = run.server[0][random : random+32]
	return run
}

// records cuts a stream into records.
func records(stream []byte) (all [][]byte) {
	for {
		h, ok := record.ParseHeader(stream)
		if !ok || len(stream) < record.HeaderSize+h.Length {
			return all
		}
		all = append(all, stream[:record.HeaderSize+h.Length])
		stream = stream[record.HeaderSize+h.Length:]
	}
}

// cleartext returns a side's handshake messages before its ChangeCipherSpec, and the record of its
// Finished.
func cleartext(sent [][]byte) (messages [][]byte, finished []byte) {
	for i, r := range sent {
		if record.Type(r[0]) == record.ChangeCipherSpec {
			return messages, sent[i+1]
		}
		messages = append(messages, r[record.HeaderSize:])
	}
	return messages, nil
}

// Keys derived from the master secret of crypto/tls open the records of its Finished, whose
// verify_data must be the one computed here.
func TestKeysAndFinishedAreThoseOfCryptoTLS(t *testing.T) {
	run := runStdHandshake(t)
	c := secrets.NewLegacy(secrets.SHA256, nil)
	c.Resume(run.master)
	gcm := record.ByName("aes-128-gcm")
	block := make([]byte, gcm.KeyBlockSize(0x0303))
	c.KeyBlock(block, run.clientRandom, run.serverRandom)
	clientKeys, serverKeys := gcm.SplitKeyBlock(0x0303, block)

	fromClient, clientFinished := cleartext(run.client)
	fromServer, serverFinished := cleartext(run.server)
	transcript := slices.Concat(fromClient[0], slices.Concat(fromServer...), slices.Concat(fromClient[1:]...))
	for _, end := range []struct {
		side   secrets.Side
		keys   record.Keys
		record []byte
	}{{secrets.ClientSide, clientKeys, clientFinished}, {secrets.ServerSide, serverKeys, serverFinished}} {
		half, err := record.NewLegacy(0x0303, gcm, end.keys, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		typ, message, err := half.Open(end.record)
		if err != nil || typ != record.Handshake {
			t.Fatalf("side %d: Finished opens as type %d, %v", end.side, typ, err)
		}
		hash := sha256.Sum256(transcript)
		want := make([]byte, secrets.FinishedSize)
		c.Finished(want, end.side, hash[:])
		if !bytes.Equal(message[4:], want) {
			t.Errorf("side %d: Finished is %x, computed %x", end.side, message[4:], want)
		}
		transcript = append(transcript, message...)
	}
}

func TestLegacyExportIsThatOfCryptoTLS(t *testing.T) {
	run := runStdHandshake(t)
	c := secrets.NewLegacy(secrets.SHA256, nil)
	c.Resume(run.master)
	for _, context := range [][]byte{nil, {}, []byte("context")} {
		want, err := run.state.ExportKeyingMaterial("label", context, 40)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 40)
		err = c.Export(got, "label", run.clientRandom, run.serverRandom, context)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("context %q: %x, %v; want %x", context, got, err, want)
		}
	}
}

// The expected value is RFC 5246 §8.1 and §5 written with crypto/hmac. crypto/tls cannot give it:
// it always negotiates the extended master secret with itself.
func TestMasterSecret(t *testing.T) {
	premaster := []byte("premaster secret")
	client, server := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	mac := func(parts ...[]byte) []byte {
		h := hmac.New(sha256.New, premaster)
		h.Write(slices.Concat(parts...))
		return h.Sum(nil)
	}
	seed := slices.Concat([]byte("master secret"), client, server)
	a1 := mac(seed)
	want := append(mac(a1, seed), mac(mac(a1), seed)...)[:secrets.MasterSize]
	c := secrets.NewLegacy(secrets.SHA256, nil)
	c.MasterSecret(premaster, client, server)
	if !bytes.Equal(c.Master(), want) {
		t.Errorf("got %x, want %x", c.Master(), want)
	}
}
