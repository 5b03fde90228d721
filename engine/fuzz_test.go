package engine

import (
	"errors"
	"testing"
)

// Whatever bytes arrive in whatever state, Recv takes no more than there is,
// fails with an Error or not at all, and stays failed.

// fuzzConn returns a connection to be fed: of which handshake, after how many
// of its bursts and in which role, all by one number.
func fuzzConn(t *testing.T, state uint8) *Conn {
	h := meddled[int(state)%len(meddled)]
	p := h.make(t)
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	const bursts = 4
	for range int(state) / len(meddled) % bursts {
		if err := errors.Join(p.feed(p.server, p.client.Flush(nil)), p.feed(p.client, p.server.Flush(nil))); err != nil {
			t.Fatal(err)
		}
	}
	if state >= 128 {
		return p.server
	}
	return p.client
}

func FuzzRecv(f *testing.F) {
	f.Add(uint8(0), []byte("\x16\x03\x03\x00\x04\x02\x00\x00\x00"))
	f.Add(uint8(128), []byte("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"))
	f.Add(uint8(8), []byte("\x17\x03\x03\x00\x01x"))
	f.Add(uint8(136), []byte("\x15\x03\x03\x00\x02\x02\x28"))
	f.Add(uint8(4), []byte("\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x05\x04\x00\x00\x01\x00"))
	withoutProtection(f)
	for i, h := range meddled {
		p := h.make(f)
		if err := p.client.Start(); err != nil {
			f.Fatal(err)
		}
		hello := p.client.Flush(nil)
		f.Add(uint8(128+i), hello)
		if err := p.feed(p.server, hello); err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), p.server.Flush(nil))
	}
	f.Fuzz(func(t *testing.T, state uint8, in []byte) {
		c := fuzzConn(t, state)
		for len(in) > 0 {
			n, _, err := c.Recv(in)
			if n > len(in) {
				t.Fatalf("%d bytes taken of %d", n, len(in))
			}
			if err != nil {
				var e *Error
				if !errors.As(err, &e) || e.Fault == FaultLocal {
					t.Fatalf("not the peer's fault: %v", err)
				}
				if _, _, again := c.Recv(in); again != err {
					t.Fatalf("then %v", again)
				}
				c.Flush(nil)
				return
			}
			c.Flush(nil)
			if n == 0 {
				return
			}
			in = in[n:]
		}
	})
}
