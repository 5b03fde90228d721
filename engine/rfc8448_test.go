package engine

import (
	"bytes"
	"io"
	"testing"

	"tlslab/engine/kx"
	"tlslab/engine/secrets/rfc8448"
)

// RFC 8448's handshake goes through our own connections, record by record.

// keyLog collects the secrets that a connection reports.
func keyLog(cfg *Config) map[string][]byte {
	log := map[string][]byte{}
	cfg.Observe = func(n Notice) {
		if n.Kind == Secret {
			log[n.Label] = bytes.Clone(n.Secret)
		}
	}
	return log
}

func wantBytes(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s\n got %x\nwant %x", what, got, want)
	}
}

func asRecord(typ ContentType, fragment []byte) []byte {
	return append([]byte{byte(typ), 3, 3, byte(len(fragment) >> 8), byte(len(fragment))}, fragment...)
}

// The server answers RFC 8448 §3's ClientHello with its ServerHello, given the
// same random bytes, and derives its handshake secrets.
func TestServerHelloOfRFC8448(t *testing.T) {
	trace := rfc8448.Load(t, "simple-1rtt")
	hello := trace.Get("ServerHello")
	cfg := serverConfig(t, "rsa2048")
	cfg.Rand = io.MultiReader(bytes.NewReader(hello[6:38]), bytes.NewReader(trace.Get("server x25519 private")), newStream("rest"))
	log := keyLog(cfg)
	c := Server(cfg)
	if _, _, err := c.Recv(asRecord(TypeHandshake, trace.Get("ClientHello"))); err != nil {
		t.Fatal(err)
	}
	got := c.Flush(nil)
	wantBytes(t, "ServerHello record", got[:5+len(hello)], asRecord(TypeHandshake, hello))
	wantBytes(t, "client handshake secret", log["CLIENT_HANDSHAKE_TRAFFIC_SECRET"], trace.Get("c hs traffic"))
	wantBytes(t, "server handshake secret", log["SERVER_HANDSHAKE_TRAFFIC_SECRET"], trace.Get("s hs traffic"))
}

// behindClientHello sets a client down behind a trace's ClientHello.
func behindClientHello(t *testing.T, cfg *Config, trace rfc8448.Trace) *Conn {
	t.Helper()
	c := Client(cfg, "server")
	key, err := kx.ByID(kx.X25519).Generate(bytes.NewReader(trace.Get("client x25519 private")), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.shares = append(c.shares, key)
	c.hello.seen = ^extensionSet(0)
	c.transcript.add(trace.Get("ClientHello"))
	c.flight, c.at = &hellos, len(hellos.rows)-1
	c.out.SetVersion(uint16(TLS12))
	return c
}

// The client, set down behind RFC 8448 §3's ClientHello, follows the rest of
// the trace and sends exactly its records.
func TestClientFollowsRFC8448(t *testing.T) {
	trace := rfc8448.Load(t, "simple-1rtt")
	cfg := clientConfig(t, "rsa2048")
	cfg.VerifyNothing = true // the RFC's certificate is self-signed
	log := keyLog(cfg)
	c := behindClientHello(t, cfg, trace)

	recv := func(what string, record []byte) Event {
		t.Helper()
		n, ev, err := c.Recv(record)
		if err != nil || n != len(record) {
			t.Fatalf("%s: %d bytes taken of %d: %v", what, n, len(record), err)
		}
		return ev
	}
	recv("ServerHello", asRecord(TypeHandshake, trace.Get("ServerHello")))
	if ev := recv("server flight", trace.Get("server flight record")); ev.Kind != EventHandshakeDone {
		t.Errorf("the server's flight gives %v", ev.Kind)
	}
	wantBytes(t, "Finished record", c.Flush(nil), trace.Get("client Finished record"))
	wantBytes(t, "client traffic secret", log["CLIENT_TRAFFIC_SECRET_0"], trace.Get("c ap traffic"))
	wantBytes(t, "server traffic secret", log["SERVER_TRAFFIC_SECRET_0"], trace.Get("s ap traffic"))
	wantBytes(t, "resumption secret", c.modern.resumption[:32], trace.Get("res master"))

	recv("NewSessionTicket", trace.Get("NewSessionTicket record"))
	ticket, ok := c.Session().take(testTime, false)
	if !ok {
		t.Fatal("no ticket")
	}
	wantBytes(t, "PSK", ticket.psk, trace.Get("resumption psk"))

	out, err := c.Seal(nil, trace.Get("application data"))
	if err != nil {
		t.Fatal(err)
	}
	wantBytes(t, "client application record", out, trace.Get("client application record"))
	wantBytes(t, "server's application data", recv("application data", trace.Get("server application record")).Data, trace.Get("application data"))
	c.Close()
	wantBytes(t, "client alert record", c.Flush(nil), trace.Get("client alert record"))
	if ev := recv("alert", trace.Get("server alert record")); ev.Kind != EventClosed {
		t.Errorf("the server's alert gives %v", ev.Kind)
	}
	if err := c.EOF(); err != nil {
		t.Error(err)
	}
}
