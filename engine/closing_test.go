package engine

import (
	"errors"
	"testing"
)

func TestCloseNotifyAndTruncationAreToldApart(t *testing.T) {
	for _, v := range []Version{TLS12, TLS13} {
		cc := clientConfig(t, "ecdsa-p256")
		cc.MaxVersion = v
		p := newPair(cc, serverConfig(t, "ecdsa-p256"))
		if err := p.run(); err != nil {
			t.Fatal(err)
		}
		last, err := p.client.Seal(nil, []byte("last"))
		if err != nil {
			t.Fatal(err)
		}
		p.client.Close()
		p.client.Close()
		last = p.client.Flush(last)
		if err := p.feed(p.server, last); err != nil {
			t.Fatal(err)
		}
		if got := p.events[p.server]; got[len(got)-1] != EventClosed || string(p.got[p.server]) != "last" {
			t.Errorf("TLS %v: %v and %q", v, got, p.got[p.server])
		}
		if err := p.server.EOF(); err != nil {
			t.Errorf("TLS %v: end after close_notify: %v", v, err)
		}
		if _, err := p.client.Seal(nil, []byte("more")); err == nil {
			t.Errorf("TLS %v: data after Close", v)
		}
		// The other direction stays open (RFC 9846 §6.1).
		out, err := p.server.Seal(nil, []byte("answer"))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.feed(p.client, out); err != nil || string(p.got[p.client]) != "answer" {
			t.Errorf("TLS %v: answer %q, %v", v, p.got[p.client], err)
		}
		if err := p.client.EOF(); !errors.Is(err, ErrTruncated) {
			t.Errorf("TLS %v: end without close_notify: %v", v, err)
		}
		if n, ev, err := p.server.Recv([]byte("anything")); n != 8 || ev.Kind != EventNone || err != nil {
			t.Errorf("TLS %v: bytes after close_notify: %d, %v, %v", v, n, ev, err)
		}
	}
}

func TestKeyUpdates(t *testing.T) {
	p := newPair(clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256"))
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	traffic := func(c *Conn, s side) [maxHash]byte { return c.modern.traffic[s] }
	for _, x := range []struct {
		from    *Conn
		request bool
	}{{p.client, false}, {p.server, false}, {p.client, true}, {p.server, true}, {p.server, true}} {
		before := [2][maxHash]byte{traffic(p.client, client), traffic(p.client, server)}
		if err := x.from.KeyUpdate(x.request); err != nil {
			t.Fatal(err)
		}
		if err := p.pump(); err != nil {
			t.Fatal(err)
		}
		p.exchange(t)
		for _, s := range []side{client, server} {
			changed := traffic(p.client, s) != before[s]
			if want := s == x.from.side || x.request; changed != want {
				t.Errorf("keys of the %s changed: %v, want %v", sideNames[s], changed, want)
			}
			if traffic(p.client, s) != traffic(p.server, s) {
				t.Errorf("both sides differ on the keys of the %s", sideNames[s])
			}
		}
	}
}

// Requests that come in one burst are answered once (RFC 9846 §4.6.3).
func TestKeyUpdateRequestsAreAnsweredTogether(t *testing.T) {
	sc := serverConfig(t, "ecdsa-p256")
	p := newPair(clientConfig(t, "ecdsa-p256"), sc)
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := p.client.KeyUpdate(true); err != nil {
			t.Fatal(err)
		}
	}
	sent := 0
	sc.Observe = func(n Notice) {
		if n.Kind == MessageSent && n.Message == KeyUpdate {
			sent++
		}
	}
	if err := p.pump(); err != nil {
		t.Fatal(err)
	}
	p.exchange(t)
	if sent != 1 {
		t.Errorf("three requests get %d answers", sent)
	}
}

func TestKeyUpdateNeedsTLS13(t *testing.T) {
	cc := clientConfig(t, "ecdsa-p256")
	cc.MaxVersion = TLS12
	p := newPair(cc, serverConfig(t, "ecdsa-p256"))
	if err := p.client.KeyUpdate(false); err == nil {
		t.Error("KeyUpdate before the handshake")
	}
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	if err := p.client.KeyUpdate(false); err == nil {
		t.Error("KeyUpdate in TLS 1.2")
	}
	p.exchange(t)
}

func TestKeyUpdateFloodsAreLimited(t *testing.T) {
	p := newPair(clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256"))
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	for range 2 * maxIdle {
		if err := p.client.KeyUpdate(false); err != nil {
			t.Fatal(err)
		}
	}
	wantAlert(t, "many KeyUpdates", p.pump(), AlertUnexpectedMessage)
}
