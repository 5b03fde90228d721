// Package recording holds a TLS exchange as plain data, so that it can be
// replayed over any network without computing it again.
//
// A recording is what each side does, as steps: once N bytes of the peer's
// stream have arrived in order, this sequence of operations on the CPU and
// writes of M bytes to the stream follows.
//
//	engines ──sim.Record──► Recording ──sim.World──► thousands of replicates
//	                            ▲ │
//	             written by hand │ ▼ Format, Parse
//	                          text form
//
// Thresholds count bytes of the stream, not packets or time: a recording knows
// nothing of the network, and the network decides when each step can begin. A
// step's order is kept: the first record of a response leaves before the second
// one is sealed.
//
// Where the records of application data depend on time or on the network, a step
// has Data instead: so many bytes of plaintext, which the replay cuts into records
// as the side's Sizing says, and which its peer opens record by record. Thresholds
// count the bytes of Data, not those of the records that carry them: a step one
// byte into Data begins when the first record that it fills is open.
//
// A step may also name what it does, for those who watch a replay: the records and
// the handshake messages of a Write, and where keys change. Names cost a replay
// nothing, and change nothing in it.
//
// A server decides at the ClientHello, by the state of its caches, whether it
// resumes, and by the time that has gone by whether it accepts early data. A
// recording therefore has one branch for each decision; both sides begin alike in
// all of them.
//
// The text form (see Parse) can be written by hand, which lets a stack be
// simulated that is not ours: its flight sizes and its microseconds.
package recording

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/record"
)

// Action says what an Item does.
type Action uint8

// The actions of a step.
const (
	Compute  Action = iota // an operation of the cost table, on the CPU
	Work                   // a literal duration on the CPU, as on a host of slowdown 1
	Pause                  // time in which the client does nothing
	Write                  // bytes handed to TCP in one call
	Data                   // application data, in records that are each sealed and then handed to TCP
	Mark                   // a moment that the metrics ask for
	CloseEnd               // the end of this side's stream: FIN once all is sent
	Fetch                  // a question to a third host, by which the client is held up
	Fetched                // the end of what follows a Fetch only if there was an answer

	// The names of what a step does. They change nothing, and may be left out.
	Record    // a record that begins in the Write before it
	Message   // a handshake message or an alert that ends in the Record before it
	KeyChange // from here on this side sends, or receives, under other keys
)

// Names reports whether an action only names what others do.
func (a Action) Names() bool { return a >= Record }

// Moment is a point of the exchange that the metrics ask for.
type Moment uint8

// The moments, all of the client.
const (
	Handshake Moment = iota // may send application data under keys it has verified
	FirstByte               // the first byte of the response is readable
	LastByte                // the last one is

	// Where requests and responses follow the first: the client begins the last of
	// these requests, and has the first byte and all of its response.
	LastRequest
	LastRoundFirstByte
	LastRoundLastByte
	NumMoments
)

var momentNames = [NumMoments]string{"handshake", "first-byte", "last-byte", "last-request", "last-round-first-byte", "last-round-last-byte"}

func (m Moment) String() string {
	if m < NumMoments {
		return momentNames[m]
	}
	return fmt.Sprintf("moment(%d)", uint8(m))
}

// Item is one action of a step.
type Item struct {
	Action   Action
	Op       op.Op         // Compute
	Work     time.Duration // Work, Pause
	Bytes    int           // Write; Data: of plaintext; Fetch: of the question; Record, Message: with header
	Response int           // Fetch: bytes of the answer
	Moment   Moment        // Mark

	// Name is a Record's content type (RFC 9846 §5.1), a Message's handshake type
	// (RFC 9846 §4) or alert description (§6), and the epoch of a KeyChange.
	Name string
	Sent bool // KeyChange: of what this side sends, not of what it receives

	Cipher  string         // Data: the algorithm that seals and opens its records
	Framing record.Framing // Data: how long they become
}

// Step is what a side does, in order, once At bytes of its peer's stream have
// arrived and its earlier steps are done.
type Step struct {
	At    int64 // bytes of the peer's stream, of Data the plaintext; 0: as soon as the client is connected
	Items []Item
}

// Outcome is what the server made of the ClientHello.
type Outcome string

// The branches of a recording.
const (
	Full    Outcome = "full"    // nothing was offered for resumption
	Resumed Outcome = "resumed" // what was offered was taken
	Refused Outcome = "refused" // what was offered was not: a full handshake follows

	Early         Outcome = "early-data"          // resumed, and the early data was accepted
	EarlyRejected Outcome = "early-data-rejected" // resumed, and the early data was not: it is sent again
)

// outcomes are all of them.
var outcomes = []Outcome{Full, Resumed, Refused, Early, EarlyRejected}

// Branch is the exchange after one decision of the server.
type Branch struct {
	Outcome Outcome
	Client  []Step
	Server  []Step
}

// Fact is one line of a recording's description, such as {"suite",
// "TLS_AES_128_GCM_SHA256"}.
type Fact struct{ Key, Value string }

// Recording is an exchange with its branches.
type Recording struct {
	About    []Fact
	Branches []Branch

	// ClientSizing and ServerSizing say how the sides cut Data into records; nil:
	// into records as long as they may be.
	ClientSizing, ServerSizing *record.Sizing

	// EarlyWindow is how long after it was made a ClientHello may come for its early
	// data to be accepted, where there are the branches Early and EarlyRejected.
	EarlyWindow time.Duration
}

// Branch returns the branch of an outcome.
func (r *Recording) Branch(o Outcome) (*Branch, error) {
	for i := range r.Branches {
		if r.Branches[i].Outcome == o {
			return &r.Branches[i], nil
		}
	}
	return nil, fmt.Errorf("recording has no branch %q", o)
}

// Written is the number of bytes that a side's steps write, Data counted as its
// plaintext.
func Written(steps []Step) int64 {
	var n int64
	for _, s := range steps {
		for _, it := range s.Items {
			if it.Action == Write || it.Action == Data {
				n += int64(it.Bytes)
			}
		}
	}
	return n
}

// Validate reports what would keep a recording from being replayed to its end:
// thresholds that go backwards or that the peer never reaches, sizes and
// durations that are not positive, and moments missing or out of order.
func (r *Recording) Validate() error {
	if len(r.Branches) == 0 {
		return fmt.Errorf("recording has no branch")
	}
	for _, s := range []*record.Sizing{r.ClientSizing, r.ServerSizing} {
		if s == nil {
			continue
		}
		if err := s.Validate(); err != nil {
			return err
		}
	}
	seen := map[Outcome]bool{}
	for i := range r.Branches {
		b := &r.Branches[i]
		if !slices.Contains(outcomes, b.Outcome) {
			return fmt.Errorf("branch %q: the outcomes are %s", b.Outcome, known(", "))
		}
		if seen[b.Outcome] {
			return fmt.Errorf("branch %s stands twice", b.Outcome)
		}
		seen[b.Outcome] = true
		if err := b.validate(); err != nil {
			return fmt.Errorf("branch %s: %w", b.Outcome, err)
		}
		if b.Complete() != r.Branches[0].Complete() {
			return fmt.Errorf("branch %s: it ends with the moment %v, and %s with %v", b.Outcome, b.Complete(), r.Branches[0].Outcome, r.Branches[0].Complete())
		}
		if !b.beginsAs(&r.Branches[0]) {
			return fmt.Errorf("branch %s: until the server has the ClientHello all branches are alike, and %s is not", b.Outcome, r.Branches[0].Outcome)
		}
	}
	if decided := seen[Early] && seen[EarlyRejected]; decided != (r.EarlyWindow > 0) {
		return fmt.Errorf("early-window of %v: it decides between the branches %s and %s, and goes with both of them", r.EarlyWindow, Early, EarlyRejected)
	}
	return nil
}

// known lists the outcomes.
func known(between string) string {
	var names []string
	for _, o := range outcomes {
		names = append(names, string(o))
	}
	return strings.Join(names, between)
}

// Decides says whether the early window decides on a branch.
func (r *Recording) Decides(o Outcome) bool { return o == Early && r.EarlyWindow > 0 }

// Complete is the moment at which the exchange has come to what it was for.
func (b *Branch) Complete() Moment {
	for _, s := range b.Client {
		for _, it := range s.Items {
			if it.Action == Mark && it.Moment == LastRoundLastByte {
				return LastRoundLastByte
			}
		}
	}
	return LastByte
}

// beginsAs says whether two branches are alike as long as nobody knows which it
// is: in the client's first step, and in what the server waits for.
func (b *Branch) beginsAs(other *Branch) bool {
	if !slices.Equal(unnamed(b.Client[0].Items), unnamed(other.Client[0].Items)) || len(b.Server) == 0 || len(other.Server) == 0 {
		return b == other
	}
	return b.Server[0].At == other.Server[0].At
}

func (b *Branch) validate() error {
	if len(b.Client) == 0 || b.Client[0].At != 0 {
		return fmt.Errorf("client: the first step must be at 0, for the client speaks first")
	}
	if err := validateSide("client", b.Client, Written(b.Server)); err != nil {
		return err
	}
	if len(b.Server) > 0 && b.Server[0].At == 0 {
		return fmt.Errorf("server: a step at 0 would speak before the client")
	}
	if err := validateSide("server", b.Server, Written(b.Client)); err != nil {
		return err
	}
	if err := b.validateMoments(); err != nil {
		return err
	}
	if err := b.validateFetch(); err != nil {
		return err
	}
	return b.finishes()
}

// What one action, and the writes of a side, may come to: so that no sum of
// times or bytes overflows.
const (
	maxWork         = time.Hour
	maxStream int64 = 1 << 36 // 64 GiB
)

func validateSide(name string, steps []Step, arrives int64) error {
	last, written := int64(-1), int64(0)
	for _, s := range steps {
		if s.At <= last {
			return fmt.Errorf("%s: step at %d does not follow the one at %d", name, s.At, last)
		}
		if s.At > arrives {
			return fmt.Errorf("%s: step at %d is never reached: its peer writes %d bytes", name, s.At, arrives)
		}
		last = s.At
		for _, it := range s.Items {
			switch {
			case (it.Action == Write || it.Action == Data) && it.Bytes <= 0:
				return fmt.Errorf("%s: step at %d: a write of %d bytes", name, s.At, it.Bytes)
			case it.Action == Data && !framingValid(&it.Framing):
				return fmt.Errorf("%s: step at %d: %v: no record is framed so", name, s.At, it)
			case it.Action == Pause && (it.Work <= 0 || it.Work > maxWork):
				return fmt.Errorf("%s: step at %d: pause of %v: want above 0 and at most %v", name, s.At, it.Work, maxWork)
			case it.Action == Work && (it.Work < 0 || it.Work > maxWork):
				return fmt.Errorf("%s: step at %d: work of %v: want 0 to %v", name, s.At, it.Work, maxWork)
			case it.Action == Compute && int64(it.Op.Size) > maxStream:
				return fmt.Errorf("%s: step at %d: %v: want at most %d bytes", name, s.At, it.Op, maxStream)
			case int64(it.Bytes) > maxStream-written:
				return fmt.Errorf("%s: step at %d: more than %d bytes in all", name, s.At, maxStream)
			}
			if !it.Action.Names() {
				written += int64(it.Bytes)
			}
		}
	}
	if err := validateNames(name, steps); err != nil {
		return err
	}
	closed := false
	for _, s := range steps {
		for _, it := range s.Items {
			if closed && (it.Action == Write || it.Action == Data || it.Action == CloseEnd) {
				return fmt.Errorf("%s: step at %d writes after its close", name, s.At)
			}
			closed = closed || it.Action == CloseEnd
		}
	}
	return nil
}

// framingValid says whether a protocol's records can be framed so.
func framingValid(f *record.Framing) bool {
	small := func(n int) bool { return 0 <= n && n <= 1024 }
	return small(f.Fixed) && small(f.Tail) && 0 <= f.Block && f.Block <= record.MaxPlaintext &&
		1 <= f.Most && f.Most <= record.MaxPlaintext && (f.Cap == 0 || f.Cap == f.Most+f.Tail)
}

func (b *Branch) validateMoments() error {
	next := Handshake
	for _, s := range b.Client {
		for _, it := range s.Items {
			if it.Action == Pause && next < LastRequest {
				return fmt.Errorf("client: step at %d: a pause before the moment %v: pauses come after it", s.At, LastByte)
			}
			if it.Action != Mark {
				continue
			}
			if it.Moment != next {
				return fmt.Errorf("client: step at %d: moment %v, want %v", s.At, it.Moment, next)
			}
			next++
		}
	}
	if next != NumMoments && next != LastRequest { // the rounds after the first are optional
		return fmt.Errorf("client: moment %v is missing", next)
	}
	for _, s := range b.Server {
		for _, it := range s.Items {
			if it.Action == Mark || it.Action == Pause {
				return fmt.Errorf("server: step at %d: %v: moments and pauses are the client's", s.At, it)
			}
		}
	}
	return nil
}

// finishes plays the branch without a network and reports a deadlock: two
// sides that each wait for bytes which the other would write only later.
func (b *Branch) finishes() error {
	var written [2]int64 // by client, by server
	var next [2]int
	sides := [2][]Step{b.Client, b.Server}
	for moved := true; moved; {
		moved = false
		for s := range sides {
			for next[s] < len(sides[s]) && sides[s][next[s]].At <= written[1-s] {
				written[s] += Written(sides[s][next[s] : next[s]+1])
				next[s]++
				moved = true
			}
		}
	}
	for s, name := range [2]string{"client", "server"} {
		if next[s] < len(sides[s]) {
			return fmt.Errorf("%s: step at %d waits for bytes that its peer writes only afterwards", name, sides[s][next[s]].At)
		}
	}
	return nil
}
