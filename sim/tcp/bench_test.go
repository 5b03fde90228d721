package tcp

import (
	"fmt"
	"testing"
	"time"
)

// oneWay is a one-way link: segments leave in the order in which they arrive, each after
// its own time at the rate and a fixed delay.
type oneWay struct {
	rate  int64 // bits per second; 0: unlimited
	limit int   // segments that wait at most, the rest is dropped; 0: no limit

	ring       []linkSegment // length a power of two
	head, tail int
	busy       time.Duration // until when the link sends what it has
	offered    int
}

type linkSegment struct {
	Segment
	at time.Duration // of its arrival
}

const benchDelay = 50 * time.Millisecond

func (l *oneWay) reset() { l.head, l.tail, l.busy, l.offered = 0, 0, 0, 0 }

func (l *oneWay) offer(now time.Duration, s *Segment) {
	l.offered++
	at := now
	if l.rate > 0 {
		took := time.Duration(int64(s.Size()) * 8 * int64(time.Second) / l.rate)
		if l.limit > 0 && l.busy-now > time.Duration(l.limit)*took {
			return
		}
		l.busy = max(l.busy, now) + took
		at = l.busy
	}
	if l.tail-l.head == len(l.ring) {
		ring := make([]linkSegment, max(256, 2*len(l.ring)))
		for i := l.head; i < l.tail; i++ {
			ring[i&(len(ring)-1)] = l.ring[i&(len(l.ring)-1)]
		}
		l.ring = ring
	}
	next := &l.ring[l.tail&(len(l.ring)-1)]
	next.Segment, next.at = *s, at+benchDelay
	l.tail++
}

// first returns the segment that arrives next, or nil.
func (l *oneWay) first() *linkSegment {
	if l.head == l.tail {
		return nil
	}
	return &l.ring[l.head&(len(l.ring)-1)]
}

// benchConnection is one connection with two links and a TLS-like exchange.
type benchConnection struct {
	ends     [2]Endpoint
	links    [2]oneWay // links[i] leads away from ends[i]
	lose     int       // one segment of this many from the server; 0: none
	response int64
	segments int // sent by both ends, in all runs
	packets  int // of data sent by the server, in all runs
}

func (c *benchConnection) flush(now time.Duration, side int) {
	l := &c.links[side]
	out := c.ends[side].Output()
	for i := range out {
		c.segments++
		if side == server && out[i].Len > 0 {
			c.packets++
		}
		if side == server && c.lose > 0 && (l.offered+1)%c.lose == 0 {
			l.offered++
			continue
		}
		l.offer(now, &out[i])
	}
}

// run runs the connection once and reports whether it came to its end.
func (c *benchConnection) run(cfg *Config) bool {
	for side := range c.ends {
		c.ends[side].Reset(cfg)
		c.links[side].reset()
	}
	c.ends[server].Listen()
	c.ends[client].Connect(0, 0)
	c.flush(0, client)
	steps := 0
	for {
		at, from := Never, -1
		for i := range c.links {
			if s := c.links[i].first(); s != nil && s.at < at {
				at, from = s.at, i
			}
		}
		side := -1
		for i := range c.ends {
			if d := c.ends[i].Deadline(); d < at {
				at, side = d, i
			}
		}
		if side >= 0 {
			c.ends[side].Tick(at, 0)
			c.flush(at, side)
			continue
		}
		if from < 0 {
			return steps == 6 && c.ends[client].State() == TimeWait
		}
		side = 1 - from
		e := &c.ends[side]
		before := e.Delivered()
		e.Receive(at, 0, &c.links[from].first().Segment)
		c.links[from].head++
		if n := e.Delivered() - before; n > 0 {
			e.Read(at, 0, n)
		}
		switch {
		case side == client && steps == 0 && e.Established():
			e.Write(at, 0, 256)
			steps++
		case side == server && steps == 1 && e.Delivered() == 256:
			e.Write(at, 0, 2014)
			steps++
		case side == client && steps == 2 && e.Delivered() == 2014:
			e.Write(at, 0, 64)
			e.Write(at, 0, 122)
			steps++
		case side == server && steps == 3 && e.Delivered() == 442:
			e.Write(at, 0, c.response)
			steps++
		case side == client && steps == 4 && e.Delivered() == 2014+c.response:
			e.Write(at, 0, 24)
			e.CloseWrite(at, 0)
			steps++
		case side == server && steps == 5 && e.PeerClosed():
			e.CloseWrite(at, 0)
			steps++
		}
		c.flush(at, side)
	}
}

func (c *benchConnection) measure(b *testing.B) {
	cfg := DefaultConfig()
	b.ReportAllocs()
	for b.Loop() {
		if !c.run(&cfg) {
			b.Fatalf("the connection did not end: %v", c.ends[client].State())
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(c.segments), "ns/segment")
	b.ReportMetric(float64(c.segments)/float64(b.N), "segments/op")
}

// BenchmarkConnection runs one connection, both ends with two links of 50 ms between
// them, and reports the time for each segment sent and received.
func BenchmarkConnection(b *testing.B) {
	for _, c := range []struct {
		name     string
		response int64
		lose     int
	}{
		{"response=1kB", 1022, 0},
		{"response=10kB", 10022, 0},
		{"response=100kB", 100154, 0},
		{"response=100kB/lose=20th", 100154, 20},
	} {
		b.Run(c.name, func(b *testing.B) {
			(&benchConnection{response: c.response, lose: c.lose}).measure(b)
		})
	}
}

// BenchmarkBulk sends 10 MB over a link of 100 Mbit/s whose queue holds all (clean), or
// overflows in slow start with hundreds of packets in flight. ns/packet is the time of
// everything for each packet of data, retransmissions included.
func BenchmarkBulk(b *testing.B) {
	for _, queue := range []struct {
		name  string
		limit int
	}{{"unlimited", 0}, {"1000", 1000}, {"100", 100}, {"20", 20}} {
		b.Run(fmt.Sprintf("response=10MB/queue=%s", queue.name), func(b *testing.B) {
			c := &benchConnection{response: 10_000_000}
			c.links[server].rate, c.links[server].limit = 100_000_000, queue.limit
			c.measure(b)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(c.packets), "ns/packet")
			b.ReportMetric(float64(c.packets)/float64(b.N), "packets/op")
		})
	}
}
