package netem

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func mustTrace(t testing.TB, stamps ...int) *Trace {
	t.Helper()
	var text strings.Builder
	for _, ms := range stamps {
		fmt.Fprintln(&text, ms)
	}
	trace, err := ParseTrace("test", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

var fromTheBeginning = Start{Fixed: true}

// The expected instants follow by hand from LinkQueue::rationalize() of mahimahi.
func TestTracesDeliverAsMahimahi(t *testing.T) {
	type offer struct {
		at   time.Duration
		size int32
	}
	for _, tt := range []struct {
		name   string
		stamps []int
		start  time.Duration
		offers []offer
		want   []time.Duration
	}{
		{"a packet waits for the next opportunity", []int{3, 10}, 0,
			[]offer{{0, 1500}}, []time.Duration{3 * ms}},
		{"an opportunity carries one packet of 1500 bytes", []int{3, 10}, 0,
			[]offer{{0, 1500}, {0, 1500}}, []time.Duration{3 * ms, 10 * ms}},
		{"small packets share an opportunity: 4 x (372 + 4) bytes", []int{3, 10}, 0,
			[]offer{{0, 372}, {0, 372}, {0, 372}, {0, 372}, {0, 372}},
			[]time.Duration{3 * ms, 3 * ms, 3 * ms, 3 * ms, 10 * ms}},
		{"the rest of a packet takes the next opportunity, and leaves room there", []int{3, 10, 20}, 0,
			[]offer{{0, 1000}, {0, 1000}, {0, 996}, {0, 1}},
			[]time.Duration{3 * ms, 10 * ms, 10 * ms, 20 * ms}},
		{"an opportunity that nobody uses is lost", []int{3, 10, 20}, 0,
			[]offer{{4 * ms, 1500}, {11 * ms, 40}}, []time.Duration{10 * ms, 20 * ms}},
		{"what is left of an opportunity is lost", []int{3, 10, 20}, 0,
			[]offer{{0, 40}, {3*ms + 1, 40}}, []time.Duration{3 * ms, 10 * ms}},
		{"a packet that comes at the instant of an opportunity has missed it", []int{3, 10}, 0,
			[]offer{{3 * ms, 40}}, []time.Duration{10 * ms}},
		{"an opportunity at 0 is over when the link starts", []int{0, 10}, 0,
			[]offer{{0, 40}}, []time.Duration{10 * ms}},
		{"equal stamps are opportunities of their own", []int{3, 3, 10}, 0,
			[]offer{{0, 1500}, {0, 1500}, {0, 1500}}, []time.Duration{3 * ms, 3 * ms, 10 * ms}},
		{"equal last stamps are opportunities of their own", []int{3, 10, 10}, 0,
			[]offer{{0, 1500}, {0, 1500}, {0, 1500}, {0, 1500}},
			[]time.Duration{3 * ms, 10 * ms, 10 * ms, 13 * ms}},
		{"the trace wraps at its last stamp", []int{3, 10}, 0,
			[]offer{{4 * ms, 1500}, {4 * ms, 1500}, {4 * ms, 1500}, {4 * ms, 1500}},
			[]time.Duration{10 * ms, 13 * ms, 20 * ms, 23 * ms}},
		{"with a stamp 0, two opportunities meet where the trace wraps", []int{0, 4, 10}, 0,
			[]offer{{5 * ms, 1500}, {5 * ms, 1500}, {5 * ms, 1500}},
			[]time.Duration{10 * ms, 10 * ms, 14 * ms}},
		{"long after", []int{3, 10}, 0,
			[]offer{{1000*ms + 1, 1500}, {2003 * ms, 1500}}, []time.Duration{1003 * ms, 2010 * ms}},
		{"a packet of 64 kB takes 44 opportunities", []int{1}, 0,
			[]offer{{0, 65535}, {0, 1}}, []time.Duration{44 * ms, 44 * ms}},
		{"a start within the trace", []int{3, 10}, 4 * ms,
			[]offer{{0, 1500}, {0, 1500}}, []time.Duration{6 * ms, 9 * ms}},
		{"a start at the trace's end is its beginning", []int{3, 10}, 10 * ms,
			[]offer{{0, 1500}}, []time.Duration{3 * ms}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := Config{Trace: mustTrace(t, tt.stamps...), Start: Start{true, tt.start}}
			for name, l := range map[string]*Link{
				"New": New(cfg, 1), "NewQdisc": NewQdisc(cfg, NewDropTail(0), 1)} {
				for _, o := range tt.offers {
					l.Enqueue(o.at, Packet{Size: o.size})
				}
				var got []time.Duration
				for _, d := range arrivals(l) {
					got = append(got, d.At)
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("%s: %v, want %v", name, got, tt.want)
				}
			}
		})
	}
}

// shell is mahimahi's mm-link, one opportunity after another, over a queue of limited length.
type shell struct {
	stamps []int
	began  time.Duration
	next   int
	limit  int
	queue  []int // bytes of each packet that are left
	left   []time.Duration
}

func (s *shell) rationalize(now time.Duration) {
	for {
		at := s.began + time.Duration(s.stamps[s.next])*ms
		if at > now {
			return
		}
		if s.next++; s.next == len(s.stamps) {
			s.next = 0
			s.began += time.Duration(s.stamps[len(s.stamps)-1]) * ms
		}
		for room := 1504; room > 0 && len(s.queue) > 0; {
			took := min(room, s.queue[0])
			room -= took
			if s.queue[0] -= took; s.queue[0] == 0 {
				s.queue = s.queue[1:]
				s.left = append(s.left, at)
			}
		}
	}
}

func (s *shell) read(now time.Duration, size int32) bool {
	s.rationalize(now)
	if len(s.queue) >= s.limit {
		return false
	}
	s.queue = append(s.queue, int(size)+4)
	return true
}

func TestTracesEqualAMahimahiThatTakesOneOpportunityAfterAnother(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		var stamps []int
		at := r.IntN(3)
		for range 1 + r.IntN(20) {
			stamps = append(stamps, at)
			at += r.IntN(4) * r.IntN(6)
		}
		stamps = append(stamps, at+1)
		if r.IntN(2) == 0 {
			stamps = append(stamps, at+1)
		}
		limit := 1 + r.IntN(6)
		cfg := Config{Trace: mustTrace(t, stamps...), Start: fromTheBeginning, Limit: limit}
		links := map[string]*Link{"New": New(cfg, 1), "NewQdisc": NewQdisc(cfg, NewDropTail(limit), 1)}
		got := map[string][]time.Duration{}
		reference := &shell{stamps: stamps, limit: limit}
		now := time.Duration(0)
		for i := range 200 {
			now += []time.Duration{0, us, ms, 7 * ms, time.Duration(at*3) * ms}[r.IntN(5)]
			size := []int32{40, 600, 1000, 1500, 4000}[r.IntN(5)]
			accepted := reference.read(now, size)
			for name, l := range links {
				l.Enqueue(now, Packet{Size: size})
				if (len(l.Events()) == 0) != accepted {
					t.Fatalf("%s, seed %d, packet %d: accepted %v, want %v", name, seed, i, !accepted, accepted)
				}
				for _, d := range l.Dequeue(now, nil) {
					got[name] = append(got[name], d.At)
				}
			}
		}
		reference.rationalize(now + 2000*time.Second)
		for name, l := range links {
			for _, d := range arrivals(l) {
				got[name] = append(got[name], d.At)
			}
			if !slices.Equal(got[name], reference.left) {
				t.Fatalf("%s, seed %d, stamps %v:\n%v\nwant\n%v", name, seed, stamps, got[name], reference.left)
			}
		}
	}
}

// dequeues notes when the transmitter takes packets from a DropTail.
type dequeues struct {
	*DropTail
	at []time.Duration
}

func (q *dequeues) Dequeue(now time.Duration, events *Events) (Item, bool) {
	item, ok := q.DropTail.Dequeue(now, events)
	if ok {
		q.at = append(q.at, now)
	}
	return item, ok
}

// mahimahi dequeues a packet when its first byte leaves, so that CoDel measures its whole wait.
func TestAPacketLeavesItsQueueAtADeliveryOpportunity(t *testing.T) {
	q := &dequeues{DropTail: NewDropTail(0)}
	l := NewQdisc(Config{Trace: mustTrace(t, 3, 10, 20), Start: fromTheBeginning}, q, 1)
	for _, size := range []int32{1500, 1000, 1000, 40} {
		l.Enqueue(0, Packet{Size: size})
	}
	arrivals(l)
	if want := []time.Duration{3 * ms, 10 * ms, 10 * ms, 20 * ms}; !slices.Equal(q.at, want) {
		t.Errorf("dequeued at %v, want %v", q.at, want)
	}
}

func TestWhatIsLeftOfAnOpportunityIsLostWhileADisciplineShapes(t *testing.T) {
	q := &pacing{DropTail: NewDropTail(10), gap: 2 * ms}
	l := NewQdisc(Config{Trace: mustTrace(t, 3, 10, 20), Start: fromTheBeginning}, q, 1)
	for range 2 {
		l.Enqueue(0, Packet{Size: 40})
	}
	for i, d := range arrivals(l) {
		if want := []time.Duration{3 * ms, 10 * ms}[i]; d.At != want || d.Queued != want || d.Serialised != 0 {
			t.Errorf("packet %d: %+v, want its arrival and its wait to be %v", i, d, want)
		}
	}
}

func TestAFullQueueOverATraceGetsEveryOpportunity(t *testing.T) {
	trace := mustTrace(t, 1, 4, 4, 9, 30, 31, 32, 40)
	l := New(Config{Trace: trace, Start: fromTheBeginning, Limit: 2000}, 1)
	for range 1600 {
		l.Enqueue(0, Packet{Size: 1500})
	}
	all := drain(t, l)
	if got, want := all[len(all)-1].At, 200*trace.Period(); got != want {
		t.Errorf("8 packets a repetition: the last of 1600 at %v, want %v", got, want)
	}
	if got, want := trace.MeanRate(), int64(8*1504*8*1000/40); got != want {
		t.Errorf("mean rate %d, want %d", got, want)
	}
}

func TestSeedsStartATraceAtPlacesOfTheirOwn(t *testing.T) {
	trace := mustTrace(t, 1000, 2000)
	l := New(Config{Trace: trace}, 0)
	sum, seen := time.Duration(0), map[time.Duration]bool{}
	const seeds = 1000
	for seed := range uint64(seeds) {
		l.Reset(seed)
		l.Enqueue(0, Packet{Size: 1500})
		at := drain(t, l)[0].At
		sum += at
		seen[at] = true
		if at <= 0 || at > 1000*ms {
			t.Errorf("seed %d: %v is not within an interval of the trace", seed, at)
		}
	}
	// Uniform in 1 s: the mean of 1000 is 500 ms, and its standard deviation 9 ms.
	if mean := sum / seeds; len(seen) < seeds || mean < 460*ms || mean > 540*ms {
		t.Errorf("%d places of %d seeds, a mean wait of %v", len(seen), seeds, mean)
	}
}

func TestALineThatIsNoStampIsRefusedAtItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "trace: is empty",
		"\n":                         "trace:1: the line is empty",
		"1\n\n2\n":                   "trace:2: the line is empty",
		"0\n":                        "trace: lasts 0 ms",
		"0\n0\n":                     "trace: lasts 0 ms",
		"5\n4\n":                     "trace:2: 4 ms is before the line above, 5 ms",
		"-1\n":                       "trace:1: -1 is negative",
		"-99999999999999999999\n":    "trace:1: -99999999999999999999 is negative",
		"1\n86400001\n":              "trace:2: 86400001 is more than a day",
		"1\n99999999999999999999\n":  "trace:2: 99999999999999999999 is more than a day",
		"1.5\n":                      `trace:1: "1.5" is not a whole number`,
		"+1\n":                       `trace:1: "+1" is not a whole number`,
		" 1\n":                       `trace:1: " 1" is not a whole number`,
		"1 \n":                       `trace:1: "1 " is not a whole number`,
		"0x10\n":                     `trace:1: "0x10" is not a whole number`,
		"1\r2\n":                     `trace:1: "1\r2" is not a whole number`,
		"\x89PNG\x00\x1a":            `trace:1: "\x89PNG\x00\x1a" is not a whole number`,
		"12 mbit\n":                  `trace:1: "12 mbit" is not a whole number`,
		"1\n86400000\n":              "trace: its average is below the minimum of 100 bit/s",
		strings.Repeat("9", 1000000): "trace:1: 9999999999999999999999999999999999999999… is more than a day",
	} {
		_, err := ParseTrace("trace", []byte(text))
		var e *FileError
		if !errors.As(err, &e) || !strings.HasPrefix(e.Error(), "netem: "+want) {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
}

func TestATraceMayHaveAnyLineEnds(t *testing.T) {
	want := mustTrace(t, 1, 2, 30)
	for _, text := range []string{"1\n2\n30", "1\r\n2\r\n30\r\n", "1\n2\n30\n"} {
		got, err := ReadTrace("test", strings.NewReader(text))
		if err != nil || !slices.Equal(got.stamps, want.stamps) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	// sha256sum of coreutils
	if got := want.Hash(); got != "3cca336f5640a46f808b6d60d202714f99cf959f13b5a86c8583ede58f7a8e37" {
		t.Errorf("hash %s", got)
	}
}

func TestATraceIsBounded(t *testing.T) {
	line := []byte("1\n")
	if _, err := ParseTrace("t", slices.Repeat(line, MaxTraceLines+1)); err == nil || !strings.Contains(err.Error(), "t:8000001: the trace has more than") {
		t.Errorf("too many lines: %v", err)
	}
	if _, err := ReadTrace("t", endless{}); err == nil || !strings.Contains(err.Error(), "has more than 64 MiB") {
		t.Errorf("too long: %v", err)
	}
}

// endless is a reader of zeros.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestALinkRefusesATraceThatWasNotRead(t *testing.T) {
	cfg := Config{Trace: NamedTrace("lte.down")}
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "lte.down has not been read") {
		t.Error(err)
	}
	if _, err := ParseTC("delay 5ms trace lte.down"); err == nil || !strings.Contains(err.Error(), "setting of its own") {
		t.Error(err)
	}
}

func TestATraceIsPrintedWithItsHash(t *testing.T) {
	cfg := Config{Delay: 20 * ms, Trace: mustTrace(t, 1), Start: Start{true, 3 * time.Second}}
	if got, want := cfg.String(), "delay 20ms trace test sha256 4355a46b19d3 start 3s"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestVaryingRatesAllocateNothingOnceWarm(t *testing.T) {
	schedule, _ := ParseRateSchedule("50mbit for 30ms, 0bit for 5ms, repeat")
	for name, cfg := range map[string]Config{
		"trace":    {Trace: mustTrace(t, 1, 1, 2, 5, 5, 8), Limit: 50},
		"schedule": {RateSchedule: schedule, Limit: 50},
	} {
		l := New(cfg, 1)
		buf := make([]Delivery, 0, 64)
		load := func() {
			l.Reset(7)
			now := time.Duration(0)
			for range 1000 {
				now += 300 * us
				l.Enqueue(now, Packet{Size: 1500})
				l.Events()
				buf = l.Dequeue(now, buf[:0])
			}
		}
		load()
		if n := testing.AllocsPerRun(10, load); n != 0 {
			t.Errorf("%s: %v allocations for 1000 packets", name, n)
		}
	}
}

func FuzzParseTrace(f *testing.F) {
	for _, text := range []string{"1\n", "0\n3\r\n3\n9", "5\n4\n", "-1", "", "x\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		trace, err := ParseTrace("t", text)
		if err != nil {
			var e *FileError
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			return
		}
		l := New(Config{Trace: trace}, 1)
		for _, size := range []int32{40, 1500, 65535} {
			l.Enqueue(3*ms, Packet{Size: size})
		}
		drain(t, l)
	})
}

func BenchmarkTrace(b *testing.B) {
	var text []byte
	for i := range 60_000 {
		text = append(strconv.AppendInt(text, int64(i/5+1), 10), '\n')
	}
	trace, err := ParseTrace("60 Mbit/s", text)
	if err != nil {
		b.Fatal(err)
	}
	benchmarkLink(b, New(Config{Delay: 25 * ms, Trace: trace, Limit: 100}, 1))
}
