package engine

import (
	"errors"
	"slices"
	"testing"

	"tlslab/engine/alert"
)

func TestCloseNotifyAndTruncationDiffer(t *testing.T) {
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

// A side that gives up a handshake sends user_canceled and close_notify (RFC 9846 §6.1). It sends
// no alert if it has sent nothing before.
func TestAbandonedHandshakesSendUserCanceled(t *testing.T) {
	for _, x := range []struct {
		v      Version
		alerts []byte // descriptions, in order
	}{{SSL30, []byte{0}}, {TLS10, []byte{90, 0}}, {TLS12, []byte{90, 0}}, {TLS13, []byte{90, 0}}} {
		for _, who := range []side{client, server} {
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
			onlyVersion(x.v)(cc)
			onlyVersion(x.v)(sc)
			p := newPair(cc, sc)
			p.tap = tapped(p)
			if err := errors.Join(p.client.Start(), p.server.Start()); err != nil {
				t.Fatal(err)
			}
			if err := p.feed(p.server, p.client.Flush(nil)); err != nil {
				t.Fatal(err)
			}
			one, peer := p.ends(who)
			p.tap.unpack(server, p.server.Flush(nil))
			one.Close()
			var sent []byte
			for _, b := range p.tap.unpack(who, one.Flush(nil)) {
				if b.typ == TypeAlert && alert.Level(b.body[0]) == alert.Warning {
					sent = append(sent, b.body[1])
				}
				if who == client {
					if err := p.feed(peer, asRecord(b.typ, b.body)); err != nil && x.v != TLS13 {
						t.Errorf("%v: %v", x.v, err)
					}
				}
			}
			if !slices.Equal(sent, x.alerts) {
				t.Errorf("%v, the %s gives up and sends the alerts %d, want %d", x.v, sideNames[who], sent, x.alerts)
			}
			if who == client && p.events[peer] == nil {
				t.Errorf("%v: the server does not see the end", x.v)
			}
		}
	}
	for _, c := range []*Conn{Server(serverConfig(t, "rsa2048")), Client(clientConfig(t, "rsa2048"), testName)} {
		if c.side == server {
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
		}
		c.Close()
		if out := c.Flush(nil); len(out) > 0 {
			t.Errorf("the %s has sent nothing before Close, and now sends %x", sideNames[c.side], out)
		}
	}
}
