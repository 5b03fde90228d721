package engine

import (
	"bytes"
	"slices"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/record"
	"tlslab/engine/wire"
)

// Peers that break the rules of early data under the right keys.

// olderHello is a ServerHello of TLS 1.2.
var olderHello = func() []byte {
	m := wire.ServerHelloMsg{Version: uint16(TLS12), Random: make([]byte, wire.RandomSize), Suite: 0xc02f}
	return m.Append(nil)
}()

// A misbehaver is a client that breaks rules.
type misbehaver struct {
	*pair
	t      *testing.T
	answer []byte // of the server to the early data; not delivered yet
}

// earlyPair runs both sides until the client has sent early data and the server has answered.
func earlyPair(t *testing.T, serverSide func(*Config)) misbehaver {
	cc, sc := earlyConfigs(t, nothing, nothing)
	serverSide(sc)
	m := misbehaver{pair: newPair(cc, sc), t: t}
	if err := m.client.Start(); err != nil {
		t.Fatal(err)
	}
	up, err := m.client.Seal(m.client.Flush(nil), earlyText)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.feed(m.server, up); err != nil {
		t.Fatal(err)
	}
	m.answer = m.server.Flush(nil)
	return m
}

// sendUnder seals a record under any keys of the client and delivers it to the server.
func (m misbehaver) sendUnder(half *record.HalfConn, typ record.Type, content []byte) error {
	out, err := half.Seal(nil, typ, content)
	if err != nil {
		m.t.Fatal(err)
	}
	return m.feed(m.server, out)
}

// handshakeKeys are the client's handshake keys.
func (m misbehaver) handshakeKeys() *record.HalfConn {
	half, err := tls13Keys(m.server, client, EpochHandshake)
	if err != nil {
		m.t.Fatal(err)
	}
	return half
}

func TestMisbehaviourWithEarlyData(t *testing.T) {
	end := []byte{byte(EndOfEarlyData), 0, 0, 0}
	finished := append([]byte{byte(Finished), 0, 0, 32}, make([]byte, 32)...)
	rejecting := func(c *Config) { c.MaxEarlyData = 0 }
	for _, x := range []struct {
		name      string
		server    func(*Config)
		misbehave func(m misbehaver) error
		alert     alert.Description
	}{
		{"more than the limit", nothing, func(m misbehaver) error {
			return m.sendUnder(m.client.out.half, record.ApplicationData, make([]byte, earlyLimitOfTests-len(earlyText)+1))
		}, alert.UnexpectedMessage},
		{"Finished instead of EndOfEarlyData", nothing, func(m misbehaver) error {
			return m.sendUnder(m.client.out.half, record.Handshake, finished)
		}, alert.UnexpectedMessage},
		{"the handshake's keys without EndOfEarlyData", nothing, func(m misbehaver) error {
			return m.sendUnder(m.handshakeKeys(), record.Handshake, finished)
		}, alert.BadRecordMAC},
		{"EndOfEarlyData under the handshake's keys", nothing, func(m misbehaver) error {
			return m.sendUnder(m.handshakeKeys(), record.Handshake, end)
		}, alert.BadRecordMAC},
		{"EndOfEarlyData with a message after it", nothing, func(m misbehaver) error {
			return m.sendUnder(m.client.out.half, record.Handshake, slices.Concat(end, finished))
		}, alert.UnexpectedMessage},
		{"EndOfEarlyData twice", nothing, func(m misbehaver) error {
			if err := m.sendUnder(m.client.out.half, record.Handshake, end); err != nil {
				return err
			}
			return m.sendUnder(m.handshakeKeys(), record.Handshake, end)
		}, alert.UnexpectedMessage},
		{"early data after EndOfEarlyData", nothing, func(m misbehaver) error {
			if err := m.sendUnder(m.client.out.half, record.Handshake, end); err != nil {
				return err
			}
			return m.sendUnder(m.client.out.half, record.ApplicationData, earlyText)
		}, alert.BadRecordMAC},
		{"application data under the handshake's keys", nothing, func(m misbehaver) error {
			if err := m.sendUnder(m.client.out.half, record.Handshake, end); err != nil {
				return err
			}
			return m.sendUnder(m.handshakeKeys(), record.ApplicationData, earlyText)
		}, alert.UnexpectedMessage},
		{"a broken early record", nothing, func(m misbehaver) error {
			out, err := m.client.Seal(nil, earlyText)
			if err != nil {
				return err
			}
			out[len(out)-1] ^= 1
			return m.feed(m.server, out)
		}, alert.BadRecordMAC},
		{"many empty early records", nothing, func(m misbehaver) error {
			for range maxIdle {
				if err := m.sendUnder(m.client.out.half, record.ApplicationData, nil); err != nil {
					return err
				}
			}
			return m.sendUnder(m.client.out.half, record.ApplicationData, nil)
		}, alert.UnexpectedMessage},
		{"EndOfEarlyData after a rejection", rejecting, func(m misbehaver) error {
			return m.sendUnder(m.handshakeKeys(), record.Handshake, end)
		}, alert.UnexpectedMessage},
		{"early data after a record under the handshake's keys", rejecting, func(m misbehaver) error {
			keys := m.handshakeKeys()
			if err := m.sendUnder(keys, record.Alert, []byte{1, 90}); err != nil {
				return err
			}
			return m.sendUnder(m.client.out.half, record.ApplicationData, earlyText)
		}, alert.BadRecordMAC},
		{"a message in the clear after a rejection", rejecting, func(m misbehaver) error {
			return m.feed(m.server, asRecord(TypeHandshake, finished))
		}, alert.UnexpectedMessage},
		{"a record without a content type after a rejection", rejecting, func(m misbehaver) error {
			return m.sendUnder(m.handshakeKeys(), 0, nil)
		}, alert.UnexpectedMessage},
		{"a record that does not open, after the second ClientHello", withGroups(P256), func(m misbehaver) error {
			if err := m.feed(m.client, m.answer); err != nil {
				return err
			}
			if err := m.feed(m.server, m.client.Flush(nil)); err != nil {
				return err
			}
			return m.feed(m.server, asRecord(TypeApplicationData, make([]byte, 64)))
		}, alert.BadRecordMAC},
	} {
		t.Run(x.name, func(t *testing.T) {
			m := earlyPair(t, x.server)
			wantAlert(t, x.name, x.misbehave(m), x.alert)
		})
	}
}

// A second ClientHello offers no early data (RFC 9846 §4.2.2).
func TestSecondClientHelloHasNoEarlyData(t *testing.T) {
	m := earlyPair(t, withGroups(P256))
	if err := m.feed(m.client, m.answer); err != nil {
		t.Fatal(err)
	}
	if m.client.Info().EarlyData != EarlyRejected || m.client.EarlyRoom() != 0 {
		t.Errorf("after the HelloRetryRequest early data is %v, with room for %d bytes", m.client.Info().EarlyData, m.client.EarlyRoom())
	}
	if _, err := m.client.Seal(nil, earlyText); err == nil {
		t.Error("the client seals early data after the HelloRetryRequest")
	}
	second := m.client.Flush(nil)
	body := inHello(with(extEarlyData, ""))(second[5+headerSize:])
	message := append(bytes.Clone(second[5:5+headerSize]), body...)
	putLength(message)
	wantAlert(t, "early_data again", m.feed(m.server, asRecord(TypeHandshake, message)), alert.IllegalParameter)
}

// A client refuses a server that accepts early data and resumes from another PSK than the first.
func TestEarlyDataUnderTheSecondPSKIsRefused(t *testing.T) {
	cc, sc := earlyConfigs(t, nothing, nothing)
	cc.TicketsOffered = 2
	p := newPair(cc, sc)
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	if err := p.feed(p.server, p.client.Flush(nil)); err != nil {
		t.Fatal(err)
	}
	p.client.hs.tls13.selectedIdentity, p.client.info.Kind = 1, Resumed
	p.client.info.Suite = p.server.info.Suite
	wantAlert(t, "another PSK", explain(p.client.readEarlyDataAnswer(true)), alert.IllegalParameter)
}
