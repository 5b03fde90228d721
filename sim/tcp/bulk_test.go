package tcp

import (
	"testing"
	"time"
)

// TestServerFlightsTakeThePublishedRoundTrips counts from the ClientHello to the end of the
// server's flight: 1 to 7 kB take one round trip, 12.9 to 36 kB two or three, 75 kB three, 104 kB
// four. The source is Sosnowski et al., CoNEXT 2023; the round-trip time is 1 s.
func TestServerFlightsTakeThePublishedRoundTrips(t *testing.T) {
	for _, c := range []struct {
		bytes       int64
		least, most int
	}{
		{1000, 1, 1}, {7000, 1, 1}, {12923, 1, 2}, {16000, 2, 2}, {36000, 2, 3}, {75000, 3, 3}, {104000, 4, 4},
	} {
		cfg := DefaultConfig()
		p := newPipe(&cfg, time.Second, []turn{{side: client, writes: []int64{256}}, {side: server, writes: []int64{c.bytes}}, {side: client, writes: []int64{64}}})
		p.run(time.Minute)
		trips := int((p.turnAt[2] - p.connected + time.Second/2) / time.Second)
		if trips < c.least || trips > c.most {
			t.Errorf("%d bytes: %d round trips, want %d to %d", c.bytes, trips, c.least, c.most)
		}
	}
}

// TestWindowCountsPackets: ten segments fill the initial window, even short ones.
func TestWindowCountsPackets(t *testing.T) {
	cfg := DefaultConfig()
	writes := make([]int64, 11)
	for i := range writes {
		writes[i] = 100
	}
	p := newPipe(&cfg, 100*ms, []turn{{side: client, writes: writes}, {side: server, writes: []int64{1}}})
	p.run(time.Minute)
	if got := p.turnAt[1] - p.connected; got < 150*ms || got > 160*ms {
		t.Errorf("eleven writes arrived after %v, want one and a half round trips", got)
	}
	p.reset(&cfg, []turn{{side: client, writes: writes[:10]}, {side: server, writes: []int64{1}}})
	p.run(time.Minute)
	if got := p.turnAt[1] - p.connected; got > 60*ms {
		t.Errorf("ten writes arrived after %v, want half a round trip", got)
	}
}

// TestAfterIdlenessTheWindowIsTheInitialOne: after an idle period the window is the initial one
// again, unless SlowStartAfterIdle is off.
func TestAfterIdlenessTheWindowIsTheInitialOne(t *testing.T) {
	for _, restart := range []bool{true, false} {
		cfg := DefaultConfig()
		cfg.SlowStartAfterIdle = restart
		p := newPipe(&cfg, 100*ms, parseTurns(t, "C 1 | S 100000 | C 1"))
		p.run(time.Minute)
		grown := p.end[server].win.cwnd
		p.now += 10 * time.Second
		p.end[server].Write(p.now, p.tag(), 200000)
		burst := len(p.end[server].Output())
		if want := 10; restart && (burst != want || grown < 40) {
			t.Errorf("after idling a window of %d lets %d packets go, want %d", grown, burst, want)
		}
		if !restart && burst < 40 {
			t.Errorf("without restart a window of %d lets %d packets go", grown, burst)
		}
	}
}

// TestReceiveWindowGrows: while the application reads at once, the receive window grows from 64
// KiB with the transfer and does not limit it: 4 MB at 100 ms take the round trips of slow start.
func TestReceiveWindowGrows(t *testing.T) {
	cfg := DefaultConfig()
	p := newPipe(&cfg, 100*ms, []turn{{side: client, writes: []int64{1}}, {side: server, writes: []int64{4 << 20}}, {side: client, writes: []int64{1}}})
	largest := int64(0)
	p.trace = func(_ *pipe, side int, s *Segment, _ bool) {
		if side == client {
			largest = max(largest, s.Window)
		}
	}
	p.run(time.Minute)
	// 2896 packets: 10, 20, 40 … sum 10·(2^n - 1): nine round trips.
	if trips := (p.turnAt[2] - p.connected) / (100 * ms); trips > 11 {
		t.Errorf("4 MB took %d round trips, largest window %d", trips, largest)
	}
	if largest < 1<<20 {
		t.Errorf("the largest window is %d bytes, want at least %d", largest, 1<<20)
	}
}

// TestAClosedWindowIsProbed: if the application stops reading, the window closes. The sender probes
// it, and goes on when the application reads again.
func TestAClosedWindowIsProbed(t *testing.T) {
	cfg := DefaultConfig()
	cfg.MaxReceiveBuffer = cfg.ReceiveBuffer
	p := newPipe(&cfg, 100*ms, parseTurns(t, "C 1 | S 300000 | C 1 close | S close"))
	p.noRead[client] = true
	persist := 0
	p.trace = func(_ *pipe, _ int, s *Segment, _ bool) {
		if s.Cause == Persist {
			persist++
		}
	}
	p.run(10 * time.Minute)
	e := &p.end[client]
	// The probes are 0.3, 0.6 … 120 s apart.
	if e.Delivered() >= 300000 || p.end[server].Err() != nil || persist < 8 || persist > 16 {
		t.Fatalf("a client that does not read has received %d bytes; %d window probes, server error %v", e.Delivered(), persist, p.end[server].Err())
	}
	if p.end[server].sndWnd >= int64(cfg.MTU) {
		t.Errorf("the closed window is %d bytes", p.end[server].sndWnd)
	}
	p.noRead[client] = false
	p.advance(client)
	for p.step(time.Hour) {
	}
	if e.Delivered() != 300000 || p.end[server].State() != Closed {
		t.Errorf("after the client reads again %d bytes have arrived, server in %v", e.Delivered(), p.end[server].State())
	}
}

// TestAProbeRevealsALostWindowUpdate: the window update that opens a closed window is lost. A
// window probe makes the peer send it again.
func TestAProbeRevealsALostWindowUpdate(t *testing.T) {
	cfg := DefaultConfig()
	cfg.MaxReceiveBuffer = cfg.ReceiveBuffer
	p := newPipe(&cfg, 100*ms, parseTurns(t, "C 1 | S 300000 | C 1 close | S close"))
	p.noRead[client] = true
	p.run(3 * time.Second)
	p.noRead[client] = false
	p.drop = func(side, _ int, s *Segment) bool { return side == client && s.Cause == WindowUpdate && s.Len == 0 }
	p.advance(client)
	for p.step(time.Hour) {
	}
	if got := p.end[client].Delivered(); got != 300000 {
		t.Errorf("%d bytes arrived, want 300000", got)
	}
}

// TestResponsesTakeAsLongAsInLinux compares the time to the last byte of 100 kB and 1 MB after a
// TLS 1.3 handshake with medians measured on Linux without loss.
func TestResponsesTakeAsLongAsInLinux(t *testing.T) {
	for _, c := range []struct {
		rtt      time.Duration
		response int64
		linux    time.Duration
	}{
		// With 16 kB records; the lowest of its three modes.
		{100 * ms, 100154, 501700 * time.Microsecond},
		{100 * ms, 1000460, 902800 * time.Microsecond},
		{10 * ms, 1000460, 93050 * time.Microsecond},
	} {
		cfg := DefaultConfig()
		p := newPipe(&cfg, c.rtt+80*time.Microsecond, []turn{
			{client, []int64{256}, 0}, {server, []int64{2014}, 130}, {client, []int64{64, 122}, 0},
			{server, []int64{c.response}, 0}, {client, []int64{24, 0}, 0},
		})
		p.think = 400 * time.Microsecond
		p.run(time.Minute)
		if got := p.turnAt[4]; (got - c.linux).Abs() > 3*ms {
			t.Errorf("%d bytes at %v: last byte at %v, Linux %v", c.response, c.rtt, got, c.linux)
		}
	}
}
