package sim

import (
	"runtime"
	"testing"
	"time"
)

// manyConnections runs total connections in one world. When one ends, it opens the next one, so
// that open connections are open at a time. It calls thousand after each thousand that has ended.
func manyConnections(t testing.TB, w *World, o Connection, total, open int, thousand func()) {
	t.Helper()
	opened, ended := 0, 0
	next := func(start time.Duration) {
		opened++
		o.Start = start
		if _, err := w.Open(o); err != nil {
			t.Fatal(err)
		}
	}
	o.Ended = func(number int, r *Result) {
		if r.Outcome != OK {
			t.Fatalf("connection %d: %s", number, r.Outcome)
		}
		if ended++; ended%1000 == 0 {
			thousand()
		}
		if opened < total {
			next(w.Now())
		}
	}
	w.Reset(1)
	for i := range open {
		next(time.Duration(i) * 100 * time.Microsecond)
	}
	w.Run()
	if ended != total {
		t.Fatalf("%d of %d connections have ended", ended, total)
	}
}

func TestConnectionsThatHaveEndedLeaveNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	total, open := 100_000, 1000
	if testing.Short() {
		total = 20_000
	}
	cfg := wire(t, delayed(20*ms), delayed(20*ms))
	cfg.Client.Cores, cfg.Server.Cores = 8, 8
	w, o := openable(t, cfg, written(t, 2014, 10_000))
	allocated := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.TotalAlloc
	}
	var events, slots []int
	var warm uint64
	thousands := 0
	manyConnections(t, w, o, total, open, func() {
		if thousands++; thousands == 10 {
			warm = allocated()
		}
		events, slots = append(events, len(w.events.connections.events)), append(slots, len(w.connections))
	})
	if n := allocated() - warm; n > 100_000 {
		t.Errorf("after the first 10,000 of %d connections: %d bytes allocated", total, n)
	}
	if got := slots[len(slots)-1]; got > open+10 {
		t.Errorf("%d slots for %d connections that are open at a time", got, open)
	}
	for i, n := range events {
		if n > open*connectionTimers {
			t.Fatalf("after %d thousand connections %d events are queued", i+1, n)
		}
	}
}

func TestMemoryFollowsTheConnectionsThatAreOpen(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	cfg := wire(t, delayed(20*ms), delayed(20*ms))
	cfg.Client.Cores, cfg.Server.Cores = 8, 8
	w, o := openable(t, cfg, written(t, 2014, 10_000))
	heap := func(total int) uint64 {
		manyConnections(t, w, o, total, 500, func() {})
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	if few, many := heap(3000), heap(30_000); many > few+few/10+1<<20 {
		t.Errorf("%d bytes after 3,000 connections, %d after 30,000", few, many)
	}
	runtime.KeepAlive(w)
}

func TestADropOfTheLastPacketEndsItsConnection(t *testing.T) {
	// The client's last packet is the ACK of the server's FIN, after which it waits for
	// nothing; the server's timer sends the FIN again.
	cfg := wire(t, delayed(20*ms), delayed(20*ms))
	r := mustReplicator(t, cfg, written(t, 2014, 1000))
	if got := r.Run(1); got.Outcome != OK {
		t.Fatal(got.Outcome)
	}
	for n := 1; n < 20; n++ {
		cfg.Up[0].Drops = []int{n}
		r := mustReplicator(t, cfg, written(t, 2014, 1000))
		r.result.Outcome = "not ended"
		if got := r.Run(1); got.Outcome != OK {
			t.Errorf("without packet %d: %s", n, got.Outcome)
		}
		if c := r.world.connections[0]; c.phase != unopened {
			t.Errorf("without packet %d the slot is not free", n)
		}
	}
}
