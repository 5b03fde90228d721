package tcp

import (
	"testing"
	"time"
)

// TestTheSendBufferHoldsTwoWindows: 87040 bytes when the connection begins, as ss shows them on
// Linux: two windows of ten packets, each with 4096 bytes for data and headers and 256 for its
// sk_buff (tcp_sndbuf_expand).
func TestTheSendBufferHoldsTwoWindows(t *testing.T) {
	cfg := DefaultConfig()
	p := newPipe(&cfg, 100*ms, nil)
	p.run(time.Second)
	e := &p.end[server]
	if e.sendBuffer.size != 87040 {
		t.Errorf("the send buffer has %d bytes", e.sendBuffer.size)
	}
	// Its first packets have half of the peer's window of 64240 bytes: 22 segments. The third
	// exceeds the buffer.
	if room := e.room(); room != 3*22*1448 {
		t.Errorf("room for %d bytes", room)
	}
}

// TestAFullSendBufferHasRoomWhenAThirdIsFree (sk_stream_is_writeable).
func TestAFullSendBufferHasRoomWhenAThirdIsFree(t *testing.T) {
	cfg := DefaultConfig()
	p := newPipe(&cfg, 100*ms, nil)
	p.run(time.Second)
	e := &p.end[server]
	e.Write(p.now, 0, 200_000)
	if e.dataEnd-1 != 3*22*1448 || e.room() != 0 {
		t.Fatalf("the buffer takes %d bytes, and %d more", e.dataEnd-1, e.room())
	}
	e.scoreboard.reordering = 300 // so that an expansion would show
	e.sndUna = e.dataEnd - 58028  // 29012 bytes are free
	if room := e.room(); room != 0 {
		t.Errorf("with less than a third free there is room for %d bytes", room)
	}
	e.sndUna++
	if e.room() == 0 || e.sendBuffer.size != 87040 {
		t.Errorf("with a third free there is no room, or the buffer has grown to %d bytes while the window is full", e.sendBuffer.size)
	}
}

// TestTheSendBufferGrowsWithTheWindow: an application that waits for room, while the congestion
// window is not full, gets a buffer of two windows (tcp_new_space), at most the largest one.
func TestTheSendBufferGrowsWithTheWindow(t *testing.T) {
	for _, c := range []struct {
		most int
		want int64
	}{{4 << 20, 2 * 100 * 4352}, {500_000, 500_000}} {
		cfg := DefaultConfig()
		cfg.MaxSendBuffer = c.most
		p := newPipe(&cfg, 100*ms, nil)
		p.run(time.Second)
		e := &p.end[server]
		e.Write(p.now, 0, 200_000)
		e.room()
		e.win.cwnd = 100
		if e.room(); e.sendBuffer.size != c.want {
			t.Errorf("at most %d: the buffer has %d bytes, want %d", c.most, e.sendBuffer.size, c.want)
		}
	}
}

// TestTheSendBufferLimitsALongFatPath: at most the send buffer is outstanding, so that a response
// takes a round trip for each 500 kB, however fast the link is.
func TestTheSendBufferLimitsALongFatPath(t *testing.T) {
	took := map[int]time.Duration{}
	for _, most := range []int{500_000, 1 << 30} {
		cfg := DefaultConfig()
		cfg.MaxSendBuffer, cfg.InitialWindow = most, 20_000
		cfg.ReceiveBuffer = cfg.MaxReceiveBuffer
		outstanding := int64(0)
		p := newPipe(&cfg, 100*ms, parseTurns(t, "C 256 | S 10000000 close | C close"))
		p.called = func() { outstanding = max(outstanding, p.end[server].sndNxt-p.end[server].sndUna) }
		p.run(time.Minute)
		took[most] = p.last
		if p.end[client].Delivered() != 10_000_000 || !p.end[client].PeerClosed() {
			t.Errorf("at most %d: %d bytes arrive", most, p.end[client].Delivered())
		}
		if limit := int64(most + gsoMaxSize); outstanding > limit {
			t.Errorf("at most %d: %d bytes are outstanding", most, outstanding)
		}
	}
	if took[500_000] < 20*100*ms || took[1<<30] > 1500*ms {
		t.Errorf("10 MB take %v with 500 kB, %v without limit", took[500_000], took[1<<30])
	}
}
