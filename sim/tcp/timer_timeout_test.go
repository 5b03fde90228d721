package tcp

import (
	"errors"
	"testing"
	"time"
)

// TestADeadPathTimesOutAsInLinux: if every packet is lost, the connection fails with ErrTimeout
// after the same time as in Linux, and no timer stays armed.
func TestADeadPathTimesOutAsInLinux(t *testing.T) {
	all := func(int, int, *Segment) bool { return true }
	t.Run("SYN", func(t *testing.T) {
		cfg := DefaultConfig()
		cfg.HZ = 0
		p := newPipe(&cfg, 100*ms, nil)
		p.drop = all
		p.run(time.Hour)
		e := &p.end[client]
		// At 0, 1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s; given up at 131 s.
		if p.now != 131*time.Second || !errors.Is(e.Err(), ErrTimeout) || e.State() != Closed || p.sent[client] != 11 {
			t.Errorf("ended at %v in %v with %v after %d SYNs", p.now, e.State(), e.Err(), p.sent[client])
		}
		if e.Stats().SYNRetransmits != 10 || e.Deadline() != Never {
			t.Errorf("%d SYNs sent again, deadline %v", e.Stats().SYNRetransmits, e.Deadline())
		}
	})
	t.Run("SYN doubling at once", func(t *testing.T) {
		cfg := DefaultConfig()
		cfg.HZ, cfg.SYNLinearTimeouts = 0, 0
		p := newPipe(&cfg, 100*ms, nil)
		p.drop = all
		p.run(time.Hour)
		if p.now != 127*time.Second || p.sent[client] != 7 {
			t.Errorf("ended at %v after %d SYNs, older kernels at 127 s after 7", p.now, p.sent[client])
		}
	})
	t.Run("SYN-ACK", func(t *testing.T) {
		cfg := DefaultConfig()
		cfg.HZ, cfg.SYNRetries, cfg.SYNLinearTimeouts = 0, 0, 0
		p := newPipe(&cfg, 100*ms, nil)
		p.drop = func(side, _ int, _ *Segment) bool { return side == server }
		p.run(time.Hour)
		e := &p.end[server]
		// At 0, 1, 3, 7, 15 and 31 s after the SYN; the request is forgotten at 63 s.
		if p.now != 63050*ms || p.sent[server] != 6 || e.State() != Listening || e.Deadline() != Never {
			t.Errorf("ended at %v in %v after %d SYN-ACKs", p.now, e.State(), p.sent[server])
		}
	})
	t.Run("data", func(t *testing.T) {
		cfg := DefaultConfig()
		cfg.HZ = 0
		p := newPipe(&cfg, 100*ms, parseTurns(t, "C 256"))
		p.drop = func(side, n int, _ *Segment) bool { return n >= 2 || side == server && n >= 1 }
		p.run(time.Hour)
		e := &p.end[client]
		// The probe 300 ms after the data, then timeouts 0.3, 0.9, 2.1 … s after it until 924.6 s
		// have passed since the first.
		if !errors.Is(e.Err(), ErrTimeout) || p.now < 924*time.Second || p.now > 1050*time.Second || e.Deadline() != Never {
			t.Errorf("ended at %v with %v, deadline %v", p.now, e.Err(), e.Deadline())
		}
	})
	t.Run("FIN", func(t *testing.T) {
		cfg := DefaultConfig()
		p := newPipe(&cfg, 100*ms, parseTurns(t, "C 256 close"))
		p.drop = func(side, n int, s *Segment) bool { return s.Flags&FIN != 0 }
		p.run(time.Hour)
		if !errors.Is(p.end[client].Err(), ErrTimeout) || p.end[client].Deadline() != Never {
			t.Errorf("ended with %v, deadline %v", p.end[client].Err(), p.end[client].Deadline())
		}
	})
}

// TestARSTRefusesOrResetsAConnection: a RST gives ErrRefused in answer to the SYN, and ErrReset
// later; Abort gives ErrAborted.
func TestARSTRefusesOrResetsAConnection(t *testing.T) {
	cfg := DefaultConfig()
	var c, s Endpoint
	c.Reset(&cfg)
	s.Reset(&cfg)
	pass := func(from, to *Endpoint) {
		for _, seg := range append([]Segment(nil), from.Output()...) {
			to.Receive(0, 0, &seg)
		}
	}
	c.Connect(0, 0)
	pass(&c, &s) // the closed server answers with a RST
	pass(&s, &c)
	if !errors.Is(c.Err(), ErrRefused) || c.State() != Closed || c.Deadline() != Never {
		t.Errorf("a closed server: %v, %v", c.Err(), c.State())
	}
	c.Reset(&cfg)
	s.Reset(&cfg)
	s.Listen()
	c.Connect(0, 0)
	for range 3 {
		pass(&c, &s)
		pass(&s, &c)
	}
	if !c.Established() || !s.Established() {
		t.Fatal("the handshake does not complete")
	}
	c.Write(0, 1, 5000)
	pass(&c, &s)
	c.Abort(0, 2)
	if !errors.Is(c.Err(), ErrAborted) {
		t.Errorf("after Abort: %v", c.Err())
	}
	pass(&c, &s)
	if !errors.Is(s.Err(), ErrReset) || s.State() != Closed || s.Delivered() != 5000 || !s.Established() {
		t.Errorf("after a RST: %v, %v, delivered %d", s.Err(), s.State(), s.Delivered())
	}
}
