package engine

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"tlslab/engine/kx"
	"tlslab/engine/op"
	"tlslab/engine/secrets"
	"tlslab/engine/secrets/rfc8448"
	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// The handshakes of RFC 8448, record by record.

// keyLog collects the secrets of a connection.
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

// The server answers RFC 8448 §3's ClientHello by its ServerHello, given the same random bytes,
// and derives its handshake secrets.
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

// afterClientHello returns a client in the state after a trace's ClientHello.
func afterClientHello(t *testing.T, cfg *Config, trace rfc8448.Trace) *Conn {
	t.Helper()
	c := Client(cfg, "server")
	key, err := kx.ByID(kx.X25519).Generate(bytes.NewReader(trace.Get("client x25519 private")), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.hs.shares = append(c.hs.shares, key)
	c.hs.hello.seen = ^extensionSet(0)
	c.hs.transcript.add(trace.Get("ClientHello"))
	c.flight, c.at = &hellos, len(hellos.rows)-1
	c.out.half.SetVersion(uint16(TLS12))
	return c
}

// oneTicket are Tickets that open every ticket as the same state.
type oneTicket struct {
	session.Tickets
	state session.State
}

func (t oneTicket) Open(dst, _ []byte, _ time.Time, _ op.Counter) ([]byte, bool, error) {
	return t.state.Append(dst), false, nil
}

// The server accepts RFC 8448 §4's ClientHello with its ticket and its early data.
func TestServerAcceptsEarlyDataOfRFC8448(t *testing.T) {
	trace := rfc8448.Load(t, "resumed-0rtt")
	client := trace.Get("ClientHello")
	var parsed wire.ClientHelloMsg
	var offered wire.OfferedPSKs
	if err := errors.Join(parsed.Parse(client[headerSize:]), offered.Parse(findExtension(parsed.Extensions, extPreSharedKey))); err != nil {
		t.Fatal(err)
	}
	_, age, _ := offered.Identities.Next()
	cfg := serverConfig(t, "rsa2048")
	earlyServer(cfg)
	cfg.Tickets = oneTicket{state: session.State{
		Version: TLS13, Suite: 0x1301, Extended: true, Created: uint64(testTime.Unix()), Secret: trace.Get("psk"), ServerName: []byte("server"),
		EarlyData: session.EarlyDataTerms{MaxSize: 1000, AgeAdd: age},
	}}
	log := keyLog(cfg)
	c := Server(cfg)
	if _, _, err := c.Recv(asRecord(TypeHandshake, client)); err != nil {
		t.Fatal(err)
	}
	wantBytes(t, "early traffic secret", log["CLIENT_EARLY_TRAFFIC_SECRET"], trace.Get("c e traffic"))
	_, ev, err := c.Recv(trace.Get("early data record"))
	if err != nil || ev.Kind != EventEarlyData {
		t.Fatal(ev.Kind, err)
	}
	wantBytes(t, "early data", ev.Data, trace.Get("early data"))
	// The engine's ServerHello has its extensions in another order, so the keys of later records
	// differ from the trace's. EndOfEarlyData is still under the early keys.
	if _, _, err := c.Recv(trace.Get("EndOfEarlyData record")); err != nil || c.in.epoch != EpochHandshake {
		t.Errorf("EndOfEarlyData: %v", err)
	}
}

// The client, in the state after RFC 8448 §4's ClientHello, sends exactly the records of the
// trace.
func TestClientSendsEarlyDataOfRFC8448(t *testing.T) {
	trace := rfc8448.Load(t, "resumed-0rtt")
	cfg := clientConfig(t, "rsa2048")
	log := keyLog(cfg)
	c := afterClientHello(t, cfg, trace)
	c.resume.offer = offer{session: &session.Session{Version: TLS13, Suite: 0x1301}, hash: "sha256", tickets: []session.Ticket{{
		PSK: trace.Get("psk"), MaxEarlyData: 1024, MaxPlaintext: DefaultRecordSize,
	}}}
	cfg.EarlyData = true
	c.offerEarlyData()
	c.tls13.schedule, c.hs.tls13.pskSchedule = secrets.NewSchedule(secrets.SHA256, nil), true
	c.tls13.schedule.Early(trace.Get("psk"))
	c.at = 1 // the row after the ClientHello
	if err := c.run(); err != nil {
		t.Fatal(err)
	}
	early, err := c.Seal(c.Flush(nil), trace.Get("early data"))
	if err != nil {
		t.Fatal(err)
	}
	wantBytes(t, "early data record", early, trace.Get("early data record"))
	for _, record := range [][]byte{asRecord(TypeHandshake, trace.Get("ServerHello")), trace.Get("server flight record")} {
		if _, _, err := c.Recv(record); err != nil {
			t.Fatal(err)
		}
	}
	wantBytes(t, "early traffic secret", log["CLIENT_EARLY_TRAFFIC_SECRET"], trace.Get("c e traffic"))
	wantBytes(t, "EndOfEarlyData and Finished", c.Flush(nil), trace.Join("EndOfEarlyData record", "client Finished record"))
	wantBytes(t, "resumption secret", c.tls13.resumption[:32], trace.Get("res master"))
	if info := c.Info(); info.EarlyData != EarlyAccepted || info.EarlyBytes != 6 || !info.Done {
		t.Errorf("early data %v, %d bytes", info.EarlyData, info.EarlyBytes)
	}
	out, err := c.Seal(nil, trace.Get("application data"))
	if err != nil {
		t.Fatal(err)
	}
	wantBytes(t, "client application record", out, trace.Get("client application record"))
	_, ev, err := c.Recv(trace.Get("server application record"))
	if err != nil {
		t.Fatal(err)
	}
	wantBytes(t, "server's application data", ev.Data, trace.Get("application data"))
}

// The client, in the state after RFC 8448 §3's ClientHello, follows the rest of the trace and
// sends exactly its records.
func TestClientFollowsRFC8448(t *testing.T) {
	trace := rfc8448.Load(t, "simple-1rtt")
	cfg := clientConfig(t, "rsa2048")
	cfg.VerifyNothing = true // the RFC's certificate is self-signed
	log := keyLog(cfg)
	c := afterClientHello(t, cfg, trace)

	recv := func(what string, record []byte) Event {
		t.Helper()
		n, ev, err := c.Recv(record)
		if err != nil || n != len(record) {
			t.Fatalf("%s: Recv consumes %d bytes of %d: %v", what, n, len(record), err)
		}
		return ev
	}
	recv("ServerHello", asRecord(TypeHandshake, trace.Get("ServerHello")))
	if ev := recv("server flight", trace.Get("server flight record")); ev.Kind != EventHandshakeDone {
		t.Errorf("the event of the server's flight is %v", ev.Kind)
	}
	wantBytes(t, "Finished record", c.Flush(nil), trace.Get("client Finished record"))
	wantBytes(t, "client traffic secret", log["CLIENT_TRAFFIC_SECRET_0"], trace.Get("c ap traffic"))
	wantBytes(t, "server traffic secret", log["SERVER_TRAFFIC_SECRET_0"], trace.Get("s ap traffic"))
	wantBytes(t, "resumption secret", c.tls13.resumption[:32], trace.Get("res master"))

	recv("NewSessionTicket", trace.Get("NewSessionTicket record"))
	tickets := c.Session().TakeTickets(1, testTime, false)
	if len(tickets) != 1 || tickets[0].MaxEarlyData != 1024 {
		t.Fatalf("tickets %v, want one that allows 1024 bytes of early data", tickets)
	}
	wantBytes(t, "PSK", tickets[0].PSK, trace.Get("resumption psk"))

	out, err := c.Seal(nil, trace.Get("application data"))
	if err != nil {
		t.Fatal(err)
	}
	wantBytes(t, "client application record", out, trace.Get("client application record"))
	wantBytes(t, "server's application data", recv("application data", trace.Get("server application record")).Data, trace.Get("application data"))
	c.Close()
	wantBytes(t, "client alert record", c.Flush(nil), trace.Get("client alert record"))
	if ev := recv("alert", trace.Get("server alert record")); ev.Kind != EventClosed {
		t.Errorf("the event of the server's alert is %v", ev.Kind)
	}
	if err := c.EOF(); err != nil {
		t.Error(err)
	}
}
