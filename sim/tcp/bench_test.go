package tcp

import (
	"testing"
	"time"
)

// lane is a one-way link of fixed delay: what enters first leaves first.
type lane struct {
	ring       [256]Segment
	at         [256]time.Duration
	head, tail int
}

// BenchmarkConnection plays one connection, both ends with two fixed-delay links
// between, and reports the time for each segment sent and received.
func BenchmarkConnection(b *testing.B) {
	for _, c := range []struct {
		name     string
		response int64
		lose     int // one segment of this many from the server; 0: none
	}{
		{"response=1kB", 1022, 0},
		{"response=10kB", 10022, 0},
		{"response=100kB", 100154, 0},
		{"response=100kB/lose=20th", 100154, 20},
	} {
		b.Run(c.name, func(b *testing.B) {
			cfg := DefaultConfig()
			var ends [2]Endpoint
			var lanes [2]lane // lanes[i] leaves from ends[i]
			segments := 0
			play := func() {
				ends[client].Reset(&cfg)
				ends[server].Reset(&cfg)
				lanes[0].head, lanes[0].tail = 0, 0
				lanes[1].head, lanes[1].tail = 0, 0
				fromServer := 0
				flush := func(now time.Duration, side int) {
					l := &lanes[side]
					out := ends[side].Output()
					for i := range out {
						segments++
						if side == server {
							if fromServer++; c.lose > 0 && fromServer%c.lose == 0 {
								continue
							}
						}
						l.ring[l.tail&255] = out[i]
						l.at[l.tail&255] = now + 50*time.Millisecond
						l.tail++
					}
				}
				ends[server].Listen()
				ends[client].Connect(0, 0)
				flush(0, client)
				steps := 0
				for {
					at, from := Never, -1
					for i := range lanes {
						if l := &lanes[i]; l.head < l.tail && l.at[l.head&255] < at {
							at, from = l.at[l.head&255], i
						}
					}
					side := -1
					for i := range ends {
						if d := ends[i].Deadline(); d < at {
							at, side = d, i
						}
					}
					if side >= 0 {
						ends[side].Tick(at, 0)
						flush(at, side)
						continue
					}
					if from < 0 {
						break
					}
					l := &lanes[from]
					side = 1 - from
					e := &ends[side]
					before := e.Delivered()
					e.Receive(at, 0, &l.ring[l.head&255])
					l.head++
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
					flush(at, side)
				}
				if steps != 6 || ends[client].State() != TimeWait {
					b.Fatalf("the connection did not end: step %d, %v", steps, ends[client].State())
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				play()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(segments), "ns/segment")
			b.ReportMetric(float64(segments)/float64(b.N), "segments/op")
		})
	}
}
