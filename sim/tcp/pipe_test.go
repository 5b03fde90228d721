package tcp

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// pipe connects two endpoints by two lossy links and runs an exchange of two applications, which
// read at once what arrives.
type pipe struct {
	now    time.Duration
	end    [2]Endpoint
	delay  [2]time.Duration
	sent   [2]int                             // packets offered, by direction
	drop   func(side, n int, s *Segment) bool // n: 0-based ordinal in its direction
	loss   float64                            // probability with which drop loses, in soak tests
	jitter func(side, n int) time.Duration    // extra delay; nil: none
	rate   [2]int64                           // bits per second, by direction; 0: unlimited
	busy   [2]time.Duration                   // until when the link is sending
	mark   func(side, n int, s *Segment) bool // a router marks the packet CE; nil: none
	turns  []turn
	next   int      // the turn to be taken
	got    [2]int64 // bytes that turns before next have sent to each side
	think  time.Duration
	noRead [2]bool // the application of the side does not read

	readTime func(side int) time.Duration // for which a read holds the socket; nil: none
	reads    [2]int64                     // bytes of the read in hand

	events  []event
	segs    []Segment // on their way
	spare   []int     // free places of segs
	order   int
	tags    []tagged // by Tag
	calls   int      // of the endpoints so far
	called  func()   // after each of them, before its segments are fetched
	trace   func(p *pipe, side int, s *Segment, lost bool)
	arrived func(p *pipe, side int, s *Segment)
	// Instants: the client is connected, all bytes have arrived, each turn begins.
	connected, last time.Duration
	turnAt          []time.Duration
}

// turn is what one side writes when it has received all bytes of the turns before.
type turn struct {
	side   int
	writes []int64 // 0: close
	spare  int64   // bytes at the end that the next turn does not wait for
}

// tagged is the call of an endpoint that a tag stands for.
type tagged struct {
	at   time.Duration
	call int // -1: the caller has forgotten it
}

type event struct {
	at    time.Duration
	order int
	side  int
	turn  int // readEnds: the end of a read; arrives: an arrival
	seg   int // where in segs
}

const (
	arrives  = -1
	readEnds = -2
)

const (
	client = iota
	server
)

func newPipe(cfg *Config, rtt time.Duration, turns []turn) *pipe {
	p := &pipe{delay: [2]time.Duration{rtt / 2, rtt / 2}}
	p.reset(cfg, turns)
	return p
}

func (p *pipe) reset(cfg *Config, turns []turn) {
	p.end[client].Reset(cfg)
	p.end[server].Reset(cfg)
	p.now, p.next, p.order, p.calls = 0, 0, 0, 0
	p.reads = [2]int64{}
	p.sent, p.got, p.busy = [2]int{}, [2]int64{}, [2]time.Duration{}
	p.turns = turns
	p.events, p.segs, p.spare = p.events[:0], p.segs[:0], p.spare[:0]
	p.tags = p.tags[:0]
	p.turnAt = p.turnAt[:0]
	p.connected, p.last = -1, -1
}

func (p *pipe) tag() Tag {
	p.tags = append(p.tags, tagged{p.now, p.calls})
	p.calls++
	return Tag(len(p.tags) - 1)
}

func (p *pipe) schedule(ev event) {
	p.order++
	ev.order = p.order
	i, _ := slices.BinarySearchFunc(p.events, ev, func(a, b event) int {
		return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.order, a.order))
	})
	p.events = slices.Insert(p.events, i, ev) // the earliest last
}

func (p *pipe) keep(s *Segment) int {
	if n := len(p.spare); n > 0 {
		i := p.spare[n-1]
		p.spare = p.spare[:n-1]
		p.segs[i] = *s
		return i
	}
	p.segs = append(p.segs, *s)
	return len(p.segs) - 1
}

func (p *pipe) flush(side int) {
	if p.called != nil {
		p.called()
	}
	out := p.end[side].Output()
	for i := range out {
		s := &out[i]
		n := p.sent[side]
		p.sent[side]++
		lost := p.drop != nil && p.drop(side, n, s)
		if p.trace != nil {
			p.trace(p, side, s, lost)
		}
		if lost {
			continue
		}
		at := p.now + p.delay[side]
		if r := p.rate[side]; r > 0 {
			p.busy[side] = max(p.busy[side], p.now) + time.Duration(int64(s.Size())*8*int64(time.Second)/r)
			at = p.busy[side] + p.delay[side]
		}
		if p.mark != nil && s.ECN != NotECT && p.mark(side, n, s) {
			s.ECN = CE
		}
		if p.jitter != nil {
			at += p.jitter(side, n)
		}
		p.schedule(event{at: at, side: 1 - side, turn: -1, seg: p.keep(s)})
	}
}

// advance lets the application of a side read and take its turn.
func (p *pipe) advance(side int) {
	e := &p.end[side]
	if p.reads[side] > 0 {
		return // the application is in its read
	}
	if unread := e.Delivered() + 1 - e.wnd.read; unread > 0 && !p.noRead[side] && p.readTime != nil {
		p.reads[side] = unread
		e.Hold()
		p.schedule(event{at: p.now + p.readTime(side), side: side, turn: readEnds})
		return
	} else if unread > 0 && !p.noRead[side] {
		e.Read(p.now, p.tag(), unread)
		p.flush(side)
	}
	if p.connected < 0 && p.end[client].Established() {
		p.connected = p.now
	}
	for p.next < len(p.turns) {
		t := p.turns[p.next]
		if t.side != side || !e.Open() || slices.Contains(t.writes, 0) && !e.Established() {
			return
		}
		need := p.got[side]
		if p.next > 0 {
			need -= p.turns[p.next-1].spare
		}
		if e.Delivered() < need {
			return
		}
		if p.next > 0 && p.turns[p.next-1].side != side && slices.Contains(p.turns[p.next-1].writes, 0) && !e.PeerClosed() {
			return
		}
		for _, n := range t.writes {
			p.got[1-side] += n
		}
		p.schedule(event{at: p.now + p.think, side: side, turn: p.next})
		p.turnAt = append(p.turnAt, p.now)
		p.next++
	}
	if p.next == len(p.turns) && p.last < 0 && p.end[0].Delivered() == p.got[0] && p.end[1].Delivered() == p.got[1] {
		p.last = p.now
	}
}

func (p *pipe) take(t turn) {
	for _, n := range t.writes {
		if n == 0 {
			p.end[t.side].CloseWrite(p.now, p.tag())
		} else {
			p.end[t.side].Write(p.now, p.tag(), n)
		}
		p.flush(t.side)
	}
	p.sendSYN()
}

// sendSYN lets the client send a deferred SYN with what it has written.
func (p *pipe) sendSYN() {
	if e := &p.end[client]; e.SYNDeferred() {
		e.SendSYN(p.now, p.tag())
		p.flush(client)
	}
}

// run runs the connection until no event is left, or until the given virtual time.
func (p *pipe) run(until time.Duration) {
	p.end[server].Listen()
	p.end[client].Connect(p.now, p.tag())
	p.flush(client)
	if p.advance(client); p.next == 0 {
		p.sendSYN()
	}
	for p.step(until) {
	}
}

func (p *pipe) step(until time.Duration) bool {
	at, side := Never, -1
	for i := range p.end {
		bound, d := p.end[i].DeadlineBound(), p.end[i].Deadline()
		if bound > d || (bound == Never) != (d == Never) {
			panic(fmt.Sprintf("at %v, side %d: bound %v of deadline %v", p.now, i, bound, d))
		}
		if d < at {
			at, side = d, i
		}
	}
	if n := len(p.events); n > 0 && p.events[n-1].at <= at {
		ev := p.events[n-1]
		if ev.at > until {
			return false
		}
		p.events = p.events[:n-1]
		p.now = ev.at
		if ev.turn >= 0 {
			p.take(p.turns[ev.turn])
			return true
		}
		if ev.turn == readEnds {
			e, n := &p.end[ev.side], p.reads[ev.side]
			p.reads[ev.side] = 0
			e.Read(p.now, p.tag(), n)
			e.Release(p.now, p.tag())
			p.flush(ev.side)
			p.advance(ev.side)
			return true
		}
		if p.arrived != nil {
			p.arrived(p, ev.side, &p.segs[ev.seg])
		}
		p.end[ev.side].Receive(p.now, p.tag(), &p.segs[ev.seg])
		p.spare = append(p.spare, ev.seg)
		p.flush(ev.side)
		p.advance(ev.side)
		return true
	}
	if side < 0 || at > until {
		return false
	}
	if at < p.now {
		panic(fmt.Sprintf("deadline %v before now %v", at, p.now))
	}
	p.now = at
	p.end[side].Tick(at, p.tag())
	if p.end[side].Deadline() <= at {
		panic(fmt.Sprintf("side %d: Tick at %v left the deadline there", side, at))
	}
	p.flush(side)
	return true
}

// parseTurns reads an exchange such as "C 256 | S 2014 ~130 | C 64 122 close",
// where the client's second turn does not wait for the server's last 130 bytes.
func parseTurns(tb testing.TB, text string) (turns []turn) {
	tb.Helper()
	for part := range strings.SplitSeq(text, "|") {
		words := strings.Fields(part)
		t := turn{side: strings.Index("CS", words[0])}
		if t.side < 0 {
			tb.Fatalf("exchange %q: want C or S", part)
		}
		for _, w := range words[1:] {
			n := 0
			if spare, ok := strings.CutPrefix(w, "~"); ok {
				t.spare, _ = strconv.ParseInt(spare, 10, 64)
				continue
			}
			if w != "close" {
				var err error
				if n, err = strconv.Atoi(w); err != nil || n <= 0 {
					tb.Fatalf("exchange %q: %q is not a size", part, w)
				}
			}
			t.writes = append(t.writes, int64(n))
		}
		turns = append(turns, t)
	}
	return turns
}

// describe writes a segment as a line of a trace.
func (p *pipe) describe(side int, s *Segment, lost bool) string {
	flags := ""
	for i, c := range "FSRP." {
		if s.Flags&(1<<i) != 0 {
			flags += string(c)
		}
	}
	line := fmt.Sprintf("%12.6f %s %c > %c %-4s %d", p.now.Seconds(), fmt.Sprintf("#%-3d", p.sent[side]-1), "CS"[side], "SC"[side], "["+flags+"]", s.Seq)
	if s.Len > 0 {
		line += fmt.Sprintf(":%d", s.Seq+int64(s.Len))
	}
	if s.Flags&ACK != 0 {
		line += fmt.Sprintf(" ack %d", s.Ack)
	}
	for _, b := range s.SACK[:s.Blocks] {
		line += fmt.Sprintf(" sack %d:%d", b.Start, b.End)
	}
	if s.Options&OptFastOpenRequest != 0 {
		line += " cookie?"
	}
	if s.Options&OptFastOpenCookie != 0 {
		line += " cookie"
	}
	line += fmt.Sprintf(" win %d  %v", s.Window, s.Cause)
	if s.Retransmit {
		line += " (again)"
	}
	if wait := p.now - p.tags[s.Since].at; wait > 0 {
		line += fmt.Sprintf(" since %v", wait)
	}
	if lost {
		line += "  LOST"
	}
	return line
}
