package engine

import (
	"bytes"
	"fmt"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/record"
	"tlslab/engine/wire"
)

// Requests for a renegotiation.

// requests are the messages that request a renegotiation, by sender.
var requests = map[side][]byte{
	client: {byte(ClientHello), 0, 0, 2, 3, 3}, // its content is not read
	server: {byte(HelloRequest), 0, 0, 0},
}

// established makes a connection of a version.
func established(t *testing.T, v Version) *pair {
	t.Helper()
	cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
	onlyVersion(v)(cc)
	onlyVersion(v)(sc)
	p := newPair(cc, sc)
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	return p
}

// ends returns a side's connection and the peer's.
func (p *pair) ends(s side) (one, peer *Conn) {
	if s == client {
		return p.client, p.server
	}
	return p.server, p.client
}

// ask makes a side send a handshake message that it would not send, and returns the peer's error.
func (p *pair) ask(t *testing.T, from side, message []byte) error {
	t.Helper()
	one, peer := p.ends(from)
	out, err := one.out.seal(nil, record.Handshake, message)
	if err != nil {
		t.Fatal(err)
	}
	return p.feed(peer, out)
}

func TestRenegotiationIsDeclined(t *testing.T) {
	for _, v := range []Version{TLS10, TLS11, TLS12} {
		for from, request := range requests {
			p := established(t, v)
			one, peer := p.ends(from)
			for range maxRequests {
				if err := p.ask(t, from, request); err != nil {
					t.Fatal(err)
				}
				_, answer, err := one.in.half.Open(peer.Flush(nil))
				if err != nil || !bytes.Equal(answer, []byte{byte(alert.Warning), byte(alert.NoRenegotiation)}) {
					t.Fatalf("TLS %v, request of the %s: the peer answers %x, %v", v, sideNames[from], answer, err)
				}
				p.exchange(t)
			}
			wantAlert(t, fmt.Sprintf("TLS %v, repeated requests of the %s", v, sideNames[from]), p.ask(t, from, request), alert.UnexpectedMessage)
		}
	}
}

func TestRenegotiationIsRefusedInSSL30AndTLS13(t *testing.T) {
	for v, alert := range map[Version]alert.Description{SSL30: alert.HandshakeFailure, TLS13: alert.UnexpectedMessage} {
		for from, request := range requests {
			wantAlert(t, fmt.Sprintf("%v, request of the %s", v, sideNames[from]), established(t, v).ask(t, from, request), alert)
		}
	}
}

// A side that has sent close_notify does not answer a request.
func TestRenegotiationIsNotAnsweredAfterCloseNotify(t *testing.T) {
	p := established(t, TLS12)
	p.client.Close()
	p.client.Flush(nil)
	if err := p.ask(t, server, requests[server]); err != nil {
		t.Fatal(err)
	}
	if out := p.client.Flush(nil); len(out) > 0 {
		t.Errorf("the client sends %x after close_notify", out)
	}
}

// A client ignores a HelloRequest during a handshake (RFC 5246 §7.4.1.1), until the ServerHello
// chooses TLS 1.3.
func TestHelloRequestsAreIgnoredInAHandshake(t *testing.T) {

	for _, h := range handshakeCases {
		all, version := undisturbed(t, h.make)
		tls13Chosen := false
		for i, x := range all {
			if x.from == client || x.harmless(version) {
				continue
			}
			err := h.make(t).runTampered(func(at int, burst []message) []message {
				if k := i - at; k >= 0 && k < len(burst) {
					request := message{server, TypeHandshake, requests[server], false}
					return append(append(burst[:k:k], request, request), burst[k:]...)
				}
				return burst
			})
			what := fmt.Sprintf("%s: HelloRequest before %v", h.name, x.kind())
			if tls13Chosen {
				wantAlert(t, what, err, alert.UnexpectedMessage)
			} else if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			tls13Chosen = version == TLS13
		}
	}
	p := pairOf(false, both(onlyVersion(TLS13)), nothing)(t)
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	wantAlert(t, "HelloRequest to a client that offers only TLS 1.3", p.feed(p.client, asRecord(TypeHandshake, requests[server])), alert.UnexpectedMessage)
	p = pairOf(false, nothing, nothing)(t)
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	wantAlert(t, "HelloRequest with a body", p.feed(p.client, asRecord(TypeHandshake, []byte{0, 0, 0, 1, 0})), alert.DecodeError)
	wantAlert(t, "HelloRequest to a server", p.feed(p.server, asRecord(TypeHandshake, requests[server])), alert.UnexpectedMessage)
}

// A ServerHello answers renegotiation_info or its SCSV by an empty extension (RFC 5746 §3.6). A
// client refuses any other content (RFC 5746 §3.4).
func TestSecureRenegotiationIsSignaled(t *testing.T) {

	scsv := func(m *wire.ClientHelloMsg) {
		m.Suites = wire.AppendUint16(append(wire.Uint16s{}, m.Suites...), renegotiationSCSV)
	}
	noExtension := func(m *wire.ClientHelloMsg) {
		m.Extensions = without(extRenegotiationInfo)(listExtensions(m.Extensions)).encode()
	}
	for name, x := range map[string]struct {
		edits []func(*wire.ClientHelloMsg)
		want  bool
	}{
		"by the extension": {nil, true},
		"by the SCSV":      {[]func(*wire.ClientHelloMsg){noExtension, scsv}, true},
		"by both":          {[]func(*wire.ClientHelloMsg){scsv}, true},
		"not at all":       {[]func(*wire.ClientHelloMsg){noExtension}, false},
	} {
		p := pairOf(false, maxVersion(TLS12), nothing)(t)
		answered := false
		_ = p.runTampered(func(_ int, burst []message) []message {
			for i := range burst {
				switch burst[i].kind() {
				case ClientHello:
					var m wire.ClientHelloMsg
					if err := m.Parse(burst[i].body[headerSize:]); err != nil {
						t.Fatal(err)
					}
					for _, edit := range x.edits {
						edit(&m)
					}
					burst[i].body = m.Append(burst[i].body[:headerSize:headerSize])
					putLength(burst[i].body)
				case ServerHello:
					var m wire.ServerHelloMsg
					if err := m.Parse(burst[i].body[headerSize:]); err != nil {
						t.Fatal(err)
					}
					body := findExtension(m.Extensions, extRenegotiationInfo)
					answered = bytes.Equal(body, []byte{0})
				}
			}
			return burst
		})
		if answered != x.want {
			t.Errorf("%s: the server answers: %v, want %v", name, answered, x.want)
		}
	}
}
