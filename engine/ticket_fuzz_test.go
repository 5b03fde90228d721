package engine

import (
	"bytes"
	"testing"
	"time"

	"tlslab/engine/wire"
)

// A ticket opens as what was sealed, and whatever else a client sends is not
// ours.
func FuzzTicket(f *testing.F) {
	state := wire.SessionState{Version: uint16(TLS13), Suite: 0x1301, Secret: []byte("secret"), Protocol: []byte("h2"), ServerName: []byte(testName)}
	sealed, err := NewTicketKeys([32]byte{1}).seal(nil, state.Append(nil), testTime, newStream("ticket"), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(state.Append(nil), sealed)
	f.Add([]byte{}, sealed[:ticketPrefix])
	f.Add(bytes.Repeat([]byte{1}, 70000), append(bytes.Clone(sealed), 0))
	f.Fuzz(func(t *testing.T, content, ticket []byte) {
		keys := NewTicketKeys([32]byte{2}, [32]byte{1})
		ours, err := keys.seal(nil, content, testTime, newStream("ticket"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, old, err := keys.open(nil, ours, testTime, nil); err != nil || old || !bytes.Equal(got, content) {
			t.Errorf("%d bytes open as %d, old %v, %v", len(content), len(got), old, err)
		}
		if _, old, err := keys.open(nil, ticket, testTime, nil); err == nil && !(old && bytes.Equal(ticket, sealed)) {
			t.Errorf("a foreign ticket is opened: %x", ticket)
		}
	})
}

// Whatever state comes out of a cache, the handshake is a full one, or resumed
// with a client that knows the same, or fails as one with a peer that does not.
func FuzzCachedState(f *testing.F) {
	first := new(oneState)
	cc, sc := clientConfig(f, "ecdsa-p256"), serverConfig(f, "ecdsa-p256")
	cc.MaxVersion = TLS12
	sc.Tickets, sc.SessionCache = nil, first
	p := newPair(cc, sc)
	if err := p.run(); err != nil {
		f.Fatal(err)
	}
	session := p.client.Session()
	f.Add(first.state)
	f.Add(first.state[:len(first.state)-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, state []byte) {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		cc.MaxVersion, cc.Session = TLS12, session
		sc.Rand = newStream("another server") // whose session IDs differ
		sc.Tickets, sc.SessionCache = nil, &oneState{state}
		p := newPair(cc, sc)
		err := p.run()
		checkFault(t, p.client)
		checkFault(t, p.server)
		switch resumed := p.server.Info().Kind == Resumed; {
		case err == nil:
			checkAgreement(t, p)
		case !resumed:
			t.Errorf("a full handshake fails: %v", err)
		case bytes.Equal(state, first.state):
			t.Errorf("resuming the session fails: %v", err)
		}
	})
}

// oneState is a cache of one session, whatever its ID.
type oneState struct{ state []byte }

func (s *oneState) Put(_, state []byte, _ time.Time) { s.state = bytes.Clone(state) }
func (s *oneState) Delete([]byte)                    {}
func (s *oneState) Get(dst, _ []byte, _ time.Time) ([]byte, bool) {
	return append(dst, s.state...), true
}
