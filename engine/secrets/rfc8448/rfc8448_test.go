package rfc8448_test

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"tlslab/engine/kx"
	"tlslab/engine/pki"
	"tlslab/engine/record"
	"tlslab/engine/secrets"
	"tlslab/engine/secrets/rfc8448"
)

// A connection follows a trace with keys derived from the trace's private keys.
type connection struct {
	t        *testing.T
	trace    rfc8448.Trace
	schedule *secrets.Schedule
	messages []byte // the transcript so far
}

func (c *connection) hash() []byte {
	sum := sha256.Sum256(c.messages)
	return sum[:]
}

// opener derives the traffic secret of a label from the current stage and transcript, and returns a
// HalfConn that opens its records, and the secret.
func (c *connection) opener(label secrets.Label) (*record.HalfConn, []byte) {
	c.t.Helper()
	secret, key, iv := make([]byte, 32), make([]byte, 16), make([]byte, record.NonceSize)
	c.schedule.Derive(secret, label, c.hash())
	c.schedule.TrafficKeys(key, iv, secret)
	h, err := record.NewTLS13(record.ByName("aes-128-gcm"), key, iv, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return h, secret
}

// open opens a record of the trace.
func (c *connection) open(h *record.HalfConn, name string, want record.Type) []byte {
	c.t.Helper()
	typ, plain, err := h.Open(c.trace.Get(name))
	if err != nil || typ != want {
		c.t.Fatalf("%s: type %d, %v", name, typ, err)
	}
	return plain
}

// next takes one handshake message off a flight.
func (c *connection) next(flight *[]byte) []byte {
	c.t.Helper()
	f := *flight
	if len(f) < 4 || len(f) < 4+int(f[2])<<8+int(f[3]) {
		c.t.Fatalf("%x is not a handshake message", f)
	}
	n := 4 + int(f[2])<<8 + int(f[3])
	*flight = f[n:]
	return f[:n]
}

// signed checks a CertificateVerify with the key of the Certificate's leaf.
func (c *connection) signed(by string, certificate, verify []byte) {
	c.t.Helper()
	leaf, err := pki.Parse(certificate[11 : 11+int(certificate[9])<<8+int(certificate[10])])
	if err != nil {
		c.t.Fatal(err)
	}
	content := slices.Concat([]byte(strings.Repeat(" ", 64)+"TLS 1.3, "+by+" CertificateVerify\x00"), c.hash())
	scheme := pki.SchemeByID(uint16(verify[4])<<8 | uint16(verify[5]))
	if err := scheme.Verify(&leaf.Key, content, verify[8:], nil); err != nil {
		c.t.Errorf("%s: %v", by, err)
	}
}

// finished checks a Finished.
func (c *connection) finished(message, secret []byte) {
	c.t.Helper()
	want := make([]byte, 32)
	c.schedule.Finished(want, secret, c.hash())
	if !bytes.Equal(message[4:], want) {
		c.t.Errorf("Finished is %x, want %x", message[4:], want)
	}
}

func (c *connection) shared(group string) []byte {
	c.t.Helper()
	g := kx.ByName(group)
	server, err1 := g.Generate(bytes.NewReader(c.trace.Get("server "+group+" private")), nil)
	client, err2 := g.Generate(bytes.NewReader(c.trace.Get("client "+group+" private")), nil)
	if err1 != nil || err2 != nil {
		c.t.Fatal(err1, err2)
	}
	if !bytes.Contains(c.messages, client.Share()) || !bytes.Contains(c.messages, server.Share()) {
		c.t.Errorf("%s shares are not in the hellos", group)
	}
	secret, err := client.Agree(server.Share(), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return secret
}

// The test opens each trace from both sides' private keys to the close_notify alerts. An error in a
// trace's file, in key exchange, key schedule, record protection or signatures fails it.
func TestTracesOpenFromPrivateKeys(t *testing.T) {
	for _, test := range []struct {
		name, group  string
		hellos       []string
		flight       []string // of the server, as it was sent
		clientFlight string
	}{
		{"simple-1rtt", "x25519", []string{"ClientHello", "ServerHello"},
			[]string{"EncryptedExtensions", "Certificate", "CertificateVerify", "server Finished"}, "client Finished record"},
		{"hello-retry-request", "p256", []string{"HelloRetryRequest", "ClientHello 2", "ServerHello"},
			[]string{"EncryptedExtensions", "Certificate", "CertificateVerify", "server Finished"}, "client Finished record"},
		{"client-authentication", "x25519", []string{"ClientHello", "ServerHello"},
			[]string{"EncryptedExtensions", "CertificateRequest", "Certificate", "CertificateVerify", "server Finished"}, "client flight record"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &connection{t: t, trace: rfc8448.Load(t, test.name), schedule: secrets.NewSchedule(secrets.SHA256, nil)}
			if test.name == "hello-retry-request" {
				first := sha256.Sum256(c.trace.Get("ClientHello 1"))
				c.messages = slices.Concat([]byte{254, 0, 0, 32}, first[:])
			}
			c.messages = append(c.messages, c.trace.Join(test.hellos...)...)
			c.schedule.Early(nil)
			c.schedule.Handshake(c.shared(test.group))
			fromClient, clientSecret := c.opener(secrets.ClientHandshakeTraffic)
			fromServer, serverSecret := c.opener(secrets.ServerHandshakeTraffic)

			flight := c.open(fromServer, "server flight record", record.Handshake)
			if want := c.trace.Join(test.flight...); !bytes.Equal(flight, want) {
				t.Fatalf("server flight\n got %x\nwant %x", flight, want)
			}
			c.readFlight("server", flight, serverSecret)

			c.schedule.Main()
			serverAlerts, _ := c.opener(secrets.ServerTraffic)
			clientAlerts, _ := c.opener(secrets.ClientTraffic)
			c.readFlight("client", c.open(fromClient, test.clientFlight, record.Handshake), clientSecret)
			c.close(serverAlerts, "server", test.name == "simple-1rtt")
			c.close(clientAlerts, "client", test.name == "simple-1rtt")
		})
	}
}

// readFlight checks the CertificateVerify and the Finished of a side's last flight.
func (c *connection) readFlight(by string, flight, secret []byte) {
	c.t.Helper()
	var certificate []byte
	for len(flight) > 0 {
		message := c.next(&flight)
		switch message[0] {
		case 11:
			certificate = message
		case 15:
			c.signed(by, certificate, message)
		case 20:
			c.finished(message, secret)
		}
		c.messages = append(c.messages, message...)
	}
}

// close opens the last records of a side; data: application data comes before the alert.
func (c *connection) close(h *record.HalfConn, from string, data bool) {
	c.t.Helper()
	if data && from == "server" {
		c.open(h, "NewSessionTicket record", record.Handshake)
	}
	if data {
		c.open(h, from+" application record", record.ApplicationData)
	}
	if alert := c.open(h, from+" alert record", record.Alert); !bytes.Equal(alert, c.trace.Get("close_notify")) {
		c.t.Errorf("%s closes with %x", from, alert)
	}
}
