package engine

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"tlslab/engine/alert"
	"tlslab/engine/session"
)

// When the server accepts early data, and how each rejection falls back to a handshake without it.

const earlyLimitOfTests = 1000

var earlyText = []byte("sent before the server has answered")

// earlyServer makes a server accept early data.
func earlyServer(cfg *Config) {
	cfg.MaxEarlyData = earlyLimitOfTests
	cfg.AntiReplay = session.ClientHelloRecording(100, time.Time{})
}

// rejectingEarly is a server whose ClientHelloRecording has no capacity, so it rejects early data.
func rejectingEarly(cfg *Config) { cfg.AntiReplay = session.ClientHelloRecording(0, time.Time{}) }

func withEarlyData(cfg *Config) { cfg.EarlyData = true }

// earlyConfigs are the Configs of both sides after a first connection, whose tickets allow early
// data.
func earlyConfigs(t testing.TB, clientSide, serverSide func(*Config)) (cc, sc *Config) {
	t.Helper()
	cc, sc = clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	both(withEarlyData, clientSide)(cc)
	both(earlyServer, serverSide)(sc)
	p := newPair(cc, sc)
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	if info := p.client.Info(); info.EarlyData != EarlyNone || info.Kind != Full {
		t.Fatalf("the first connection is %v, early data %v", info.Kind, info.EarlyData)
	}
	cc.Session = p.client.Session()
	return cc, sc
}

// runEarly starts the client, seals data as early data, and runs both sides until neither
// sends. wire is what the client sent before it received anything.
func (p *pair) runEarly(data []byte) (wire []byte, err error) {
	if err := p.client.Start(); err != nil {
		return nil, err
	}
	p.up = p.client.Flush(nil)
	if p.client.EarlyRoom() > 0 {
		if p.up, err = p.client.Seal(p.up, data); err != nil {
			return nil, err
		}
	}
	wire = bytes.Clone(p.up)
	return wire, p.pump()
}

func TestEarlyDataIsAccepted(t *testing.T) {
	for _, x := range []struct {
		name           string
		client, server func(*Config)
	}{
		{"psk-dhe", nothing, nothing},
		{"psk", resumeBy(PSK), resumeBy(PSK)},
		{"sha384", onlySuite(0x1302), nothing},
		{"a client that prefers another suite than the ticket's", func(c *Config) { c.Suites = []SuiteID{0x1303, 0x1301} }, nothing},
		{"application protocol", withALPN("h2", "http/1.1"), withALPN("http/1.1")},
		{"without compatibility mode", noCompatibility, noCompatibility},
		{"padded", func(c *Config) { c.PadTo = 64 }, nothing},
		{"client certificate", showing, asking},
		{"in records of one byte", func(c *Config) { c.RecordSize = 1 }, nothing},
		{"a server with a small record_size_limit", nothing, func(c *Config) { c.RecordSizeLimit = 64 }},
		{"split records", func(c *Config) { c.SplitRecords = true }, nothing},
		{"single-use tickets", nothing, func(c *Config) { c.AntiReplay = session.SingleUseTickets(100, testTime) }},
	} {
		t.Run(x.name, func(t *testing.T) {
			cc, sc := earlyConfigs(t, x.client, x.server)
			p := newPair(cc, sc)
			if _, err := p.runEarly(earlyText); err != nil {
				t.Fatal(err)
			}
			for _, c := range []*Conn{p.client, p.server} {
				info := c.Info()
				if info.EarlyData != EarlyAccepted || info.EarlyBytes != len(earlyText) || info.Kind != Resumed || !info.Done {
					t.Errorf("%s: early data %v (%s), %d bytes, %v", sideNames[c.side], info.EarlyData, info.EarlyRejection, info.EarlyBytes, info.Kind)
				}
			}
			if got := p.got[p.server]; !bytes.Equal(got, earlyText) {
				t.Errorf("the server got %q", got)
			}
			events := p.events[p.server]
			if last := len(events) - 1; events[0] != EventEarlyData || events[last] != EventHandshakeDone {
				t.Errorf("the server sees %v", events)
			}
			p.exchange(t)
		})
	}
}

// After each rejection the connection works without early data. The server's caller gets none of
// it, and the client knows that it has to send it again.
func TestRejectedEarlyDataFallsBack(t *testing.T) {
	at := func(d time.Duration) func(*Config) {
		return func(cfg *Config) { cfg.Now = func() time.Time { return testTime.Add(d) } }
	}
	for _, x := range []struct {
		name           string
		client, server func(*Config) // what changes on the second connection
		kind           Kind
		why            string
	}{
		{"a server without MaxEarlyData", nothing, func(c *Config) { c.MaxEarlyData = 0 }, Resumed, "the server accepts none"},
		{"a server that accepts less than the ticket allows", nothing, func(c *Config) { c.MaxEarlyData = 10 }, Resumed, "the ticket allows more than the server accepts"},
		{"another ticket key", nothing, func(c *Config) { c.Tickets = session.NewTicketKeys([32]byte{9}) }, Full, "no PSK was chosen"},
		{"a server without tickets", nothing, func(c *Config) { c.Tickets = nil }, Full, "no PSK was chosen"},
		{"an expired ticket", nothing, at(3 * time.Hour), Full, "no PSK was chosen"},
		{"another suite of the same hash", nothing, onlySuite(0x1303), Resumed, "another suite"},
		{"another suite", nothing, onlySuite(0x1302), Full, "no PSK was chosen"},
		{"another protocol", nothing, withALPN("h2"), Resumed, "another application protocol"},
		{"a server clock 11 s ahead of the client's", nothing, at(11 * time.Second), Resumed, "not fresh"},
		{"a client clock 11 s ahead of the server's", at(11 * time.Second), nothing, Resumed, "not fresh"},
		{"a narrow EarlyWindow", nothing, both(at(time.Second), func(c *Config) { c.EarlyWindow = 999 * time.Millisecond }), Resumed, "not fresh"},
		{"AntiReplay without capacity", nothing, rejectingEarly, Resumed, "a replay"},
		{"AntiReplay that has just begun to record", nothing, func(c *Config) { c.AntiReplay = session.ClientHelloRecording(100, testTime.Add(-9*time.Second)) }, Resumed, "a replay"},
		{"a ticket from before AntiReplay began", nothing, func(c *Config) { c.AntiReplay = session.SingleUseTickets(100, testTime.Add(time.Second)) }, Resumed, "a replay"},
		{"a HelloRetryRequest", nothing, withGroups(P256), Resumed, ""},
		{"a HelloRetryRequest and another ticket key", nothing, both(withGroups(P256), func(c *Config) { c.Tickets = session.NewTicketKeys([32]byte{9}) }), Full, ""},
		{"a server with a small record_size_limit and no MaxEarlyData", nothing, func(c *Config) { c.MaxEarlyData, c.RecordSizeLimit = 0, 64 }, Resumed, "the server accepts none"},
		{"a server that requires a client certificate", showing, both(asking, func(c *Config) { c.ClientAuth = ClientAuthRequired }), Full, "no PSK was chosen"},
	} {
		t.Run(x.name, func(t *testing.T) {
			data := make([]byte, earlyLimitOfTests)
			newStream("early").Read(data)
			cc, sc := earlyConfigs(t, withALPN("h2", "http/1.1"), withALPN("http/1.1"))
			x.client(cc)
			x.server(sc)
			p := newPair(cc, sc)
			if _, err := p.runEarly(data); err != nil {
				t.Fatal(err)
			}
			for _, c := range []*Conn{p.client, p.server} {
				if info := c.Info(); info.EarlyData != EarlyRejected || info.Kind != x.kind || !info.Done {
					t.Errorf("%s: early data %v, %v", sideNames[c.side], info.EarlyData, info.Kind)
				}
			}
			if got := p.client.Info().EarlyBytes; got != len(data) {
				t.Errorf("the client reports %d bytes of early data, want %d", got, len(data))
			}
			if info := p.server.Info(); info.EarlyRejection != x.why || info.EarlyBytes != 0 || len(p.got[p.server]) != 0 {
				t.Errorf("the server rejects it as %q, and has %d bytes; want %q", info.EarlyRejection, info.EarlyBytes, x.why)
			}
			p.exchange(t)
		})
	}
}

// A client does not offer the session of another server name. If it does, the server does not
// resume it and rejects its early data.
func TestEarlyDataIsForOneServerName(t *testing.T) {
	cc, sc := earlyConfigs(t, nothing, nothing)
	cc.Session.ServerName, cc.VerifyNothing = "other.example.test", true
	p := newPair(cc, sc)
	p.client = Client(cc, "other.example.test")
	if _, err := p.runEarly(earlyText); err != nil {
		t.Fatal(err)
	}
	if info := p.server.Info(); info.EarlyData != EarlyRejected || info.Kind != Full {
		t.Errorf("%v, early data %v", info.Kind, info.EarlyData)
	}
}

// A client does not offer early data that the server could not accept.
func TestEarlyDataIsOfferedOnlyIfItCanBeAccepted(t *testing.T) {
	for _, x := range []struct {
		name   string
		server func(*Config) // of the first connection
		change func(*Config) // of the client on the second
	}{
		{"EarlyData is not set", nothing, func(c *Config) { c.EarlyData = false }},
		{"the ticket allows none", func(c *Config) { c.MaxEarlyData = 0 }, nothing},
		{"the client no longer offers the ticket's suite", nothing, func(c *Config) { c.Suites = []SuiteID{0x1303} }},
		{"the client no longer offers the session's protocol", withALPN("h2"), withALPN("http/1.1")},
		{"the ticket has expired", nothing, func(c *Config) { c.Now = func() time.Time { return testTime.Add(3 * time.Hour) } }},
		{"no session", nothing, func(c *Config) { c.Session = nil }},
	} {
		cc, sc := earlyConfigs(t, withALPN("h2", "http/1.1"), x.server)
		x.change(cc)
		p := newPair(cc, sc)
		if err := p.client.Start(); err != nil {
			t.Fatal(err)
		}
		if info := p.client.Info(); info.EarlyData != EarlyNone || p.client.EarlyRoom() != 0 || p.client.MaySeal() {
			t.Errorf("%s: early data %v", x.name, info.EarlyData)
		}
		if _, err := p.client.Seal(nil, earlyText); err == nil {
			t.Errorf("%s: the client seals early data", x.name)
		}
	}
}

// Seal refuses early data beyond the ticket's limit, and after a rejection. Neither error ends the
// connection.
func TestClientsKeepToTheLimitOfEarlyData(t *testing.T) {
	cc, sc := earlyConfigs(t, nothing, nothing)
	p := newPair(cc, sc)
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	p.up = p.client.Flush(nil)
	if room := p.client.EarlyRoom(); room != earlyLimitOfTests {
		t.Errorf("room for %d bytes", room)
	}
	var err error
	if _, err = p.client.Seal(nil, make([]byte, earlyLimitOfTests+1)); err == nil || !strings.Contains(err.Error(), "1001 bytes, 1000 are left") {
		t.Errorf("too much at once: %v", err)
	}
	if p.up, err = p.client.Seal(p.up, make([]byte, earlyLimitOfTests)); err != nil {
		t.Fatal(err)
	}
	if _, err = p.client.Seal(nil, []byte("x")); err == nil || p.client.MaySeal() {
		t.Error("the client seals data beyond the limit")
	}
	if err := p.pump(); err != nil {
		t.Fatal(err)
	}
	if got := len(p.got[p.server]); got != earlyLimitOfTests {
		t.Errorf("%d bytes arrived", got)
	}
	p.exchange(t)

	sc.MaxEarlyData, cc.RecordSizeLimit = 0, 64 // so that the answer comes in several records
	p = newPair(cc, sc)
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	if err := p.feed(p.server, p.client.Flush(nil)); err != nil {
		t.Fatal(err)
	}
	for answer := p.server.Flush(nil); len(answer) > 0; {
		n := 5 + int(answer[3])<<8 + int(answer[4])
		if err := p.feed(p.client, answer[:n]); err != nil {
			t.Fatal(err)
		}
		answer = answer[n:]
		_, err := p.client.Seal(nil, []byte("x"))
		if state := p.client.Info().EarlyData; (err == nil) != (state == EarlyOffered || p.client.Info().Done) {
			t.Errorf("early data is %v: %v", state, err)
		}
	}
	if !p.client.Info().Done {
		t.Error("the handshake does not end")
	}
}

// EarlyRoom fits into an int of 32 bits, whatever a ticket allows.
func TestEarlyRoomFitsIn32Bits(t *testing.T) {
	cc, _ := earlyConfigs(t, nothing, nothing)
	ticketsOf(cc.Session)[0].MaxEarlyData = math.MaxUint32
	c := Client(cc, testName)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if room := c.EarlyRoom(); room != math.MaxInt32 {
		t.Errorf("room for %d bytes", room)
	}
}

// A server may send 0.5-RTT data before the client's Finished.
func TestServersSendHalfRTTData(t *testing.T) {
	if Server(serverConfig(t, "ecdsa-p256")).MaySeal() {
		t.Error("a server that has received nothing may seal data")
	}
	p := earlyPair(t, nothing)
	if p.server.Info().Done || !p.server.MaySeal() {
		t.Fatalf("done %v, may seal %v", p.server.Info().Done, p.server.MaySeal())
	}
	down, err := p.server.Seal(p.answer, []byte("0.5-RTT data"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.feed(p.client, down); err != nil {
		t.Fatal(err)
	}
	if got := string(p.got[p.client]); got != "0.5-RTT data" {
		t.Errorf("the client got %q", got)
	}
	if err := p.pump(); err != nil {
		t.Fatal(err)
	}
	p.exchange(t)
}

// A server skips as many bytes of rejected early data as it would accept, and no more (RFC 9846
// §4.3.10).
func TestSkippedEarlyDataIsBounded(t *testing.T) {
	for _, x := range []struct {
		name   string
		server func(*Config)
		alert  alert.Description
	}{
		{"records that do not open", func(c *Config) { c.Tickets = nil }, alert.BadRecordMAC},
		{"records before a second ClientHello", withGroups(P256), alert.UnexpectedMessage},
	} {
		for _, most := range []int{minSkipped, 40000} {
			cc, sc := earlyConfigs(t, nothing, func(c *Config) { c.MaxEarlyData = uint32(most) })
			x.server(sc)
			p := newPair(cc, sc)
			if err := p.client.Start(); err != nil {
				t.Fatal(err)
			}
			if err := p.feed(p.server, p.client.Flush(nil)); err != nil {
				t.Fatal(err)
			}
			data, err := p.client.Seal(nil, make([]byte, most))
			if err != nil {
				t.Fatal(err)
			}
			again := bytes.Clone(data)
			if err := p.feed(p.server, data); err != nil {
				t.Fatalf("%s: %d bytes: %v", x.name, most, err)
			}
			wantAlert(t, x.name, p.feed(p.server, again), x.alert)
		}
	}
}

// A client may offer several tickets, each of them once. The server resumes from the first that it
// can open, and accepts early data under the very first only.
func TestSeveralTicketsAreOffered(t *testing.T) {
	for _, x := range []struct {
		name    string
		offered int
		keys    [2]byte // ticket keys of the first and of the second connection
		kind    Kind
		early   EarlyData
	}{
		{"one, with a key that the server has", 1, [2]byte{1, 1}, Resumed, EarlyAccepted},
		{"both, the first with a key that the server has", 2, [2]byte{1, 1}, Resumed, EarlyAccepted},
		{"both, the second with a key that the server has", 2, [2]byte{9, 1}, Resumed, EarlyRejected},
		{"one, with an unknown key", 1, [2]byte{9, 1}, Full, EarlyRejected},
		{"more than there are", 4, [2]byte{9, 1}, Resumed, EarlyRejected},
	} {
		t.Run(x.name, func(t *testing.T) {
			cc, sc := earlyConfigs(t, nothing, func(c *Config) { c.Tickets = session.NewTicketKeys([32]byte{x.keys[0]}); c.TicketCount = 1 })
			sc.Tickets, cc.EarlyData = session.NewTicketKeys([32]byte{x.keys[1]}), false
			first := cc.Session
			cc.Session = nil
			p := newPair(cc, sc)
			if err := p.run(); err != nil {
				t.Fatal(err)
			}
			first.AddTicket(ticketsOf(p.client.Session())[0])
			cc.Session, cc.EarlyData, cc.TicketsOffered = first, true, x.offered
			p = newPair(cc, sc)
			if _, err := p.runEarly(earlyText); err != nil {
				t.Fatal(err)
			}
			for _, c := range []*Conn{p.client, p.server} {
				if info := c.Info(); info.Kind != x.kind || info.EarlyData != x.early {
					t.Errorf("%s: %v, early data %v", sideNames[c.side], info.Kind, info.EarlyData)
				}
			}
			p.exchange(t)
			if got, want := first.TicketCount(), max(2-x.offered, 0); got != want {
				t.Errorf("%d tickets are left, want %d", got, want)
			}
		})
	}
}
