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
