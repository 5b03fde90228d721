package engine

import (
	"bytes"
	"testing"
	"time"
)

// Whatever state a cache returns, the handshake is full, or is resumed with a client that has the
// same state, or fails because the client has another state.
func FuzzCachedState(f *testing.F) {
	first := new(oneState)
	cc, sc := clientConfig(f, "ecdsa-p256"), serverConfig(f, "ecdsa-p256")
	cc.MaxVersion = TLS12
	sc.Tickets, sc.SessionCache = nil, first
	p := newPair(cc, sc)
	if err := p.run(); err != nil {
		f.Fatal(err)
	}
	resumable := p.client.Session()
	f.Add(first.state)
	f.Add(first.state[:len(first.state)-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, state []byte) {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		cc.MaxVersion, cc.Session = TLS12, resumable
		sc.Rand = newStream("another server") // with other session IDs
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

// oneState is a cache of one session, under any ID.
type oneState struct{ state []byte }

func (s *oneState) Put(_, state []byte, _ time.Time) { s.state = bytes.Clone(state) }
func (s *oneState) Delete([]byte)                    {}
func (s *oneState) Get(dst, _ []byte, _ time.Time) ([]byte, bool) {
	return append(dst, s.state...), true
}
