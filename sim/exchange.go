package sim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"tlslab/engine"
	"tlslab/engine/op"
	"tlslab/engine/record"
	"tlslab/sim/content"
	"tlslab/sim/recording"
)

// Exchange is what two live engines are to say to each other: a handshake, a
// request, a response, and the close.
type Exchange struct {
	// Client and Server configure the engines. Their Rand, Observe, Session and
	// EarlyGuard are the exchange's own; all else is taken as it is. Now is the
	// instant at which the world begins: its virtual time is added. With Compression,
	// and with Refused, it is not: a ticket's time would change the Finished, or what is
	// signed, and how long that becomes.
	Client, Server *engine.Config
	ServerName     string
	// Kind is the handshake that both sides must say they made, and Resumption
	// how. Where it is resumed, a first connection primes it, uncharged.
	Kind       engine.Kind
	Resumption engine.Resumption
	// Refused has the client offer what a first connection gave it to resume, by
	// Resumption, to a server that knows nothing of it any more: its ticket keys and
	// its session cache are new. Kind is Full.
	Refused bool
	// RejectEarly lets the server reject all early data. Where it does not, what a
	// client with EarlyData says early must be accepted, unless it comes too late: the
	// request, as far as Server.MaxEarlyData goes.
	RejectEarly bool
	// ClientAuthenticated is what both sides must say of the client.
	ClientAuthenticated bool
	// Revocation is how the client must say that it learnt of the certificate's.
	Revocation engine.Revocation
	// Answer is what the authority answers to an OCSP request; nil from it, or no
	// Answer: nothing.
	Answer func(request []byte) []byte
	// Request and Response are the application data each way, in bytes, 1 or
	// more.
	Request, Response int
	// Rounds is how many requests and responses follow each other, 0 and 1: one;
	// Pause is the time between the last byte of a response and the next request.
	Rounds int
	Pause  time.Duration
	// Content is what the data is like, where it matters: one of content.Names.
	// Empty means zeros, which do for all but compression.
	Content string
	// WriteChunk splits what the server's handshake has to send into writes of
	// at most so many bytes; 0 sends each flight in one write.
	WriteChunk int
	// Seed decides every random byte of the engines.
	Seed uint64
}

func (x *Exchange) validate() error {
	switch {
	case x.Client == nil || x.Server == nil:
		return errors.New("exchange: a side has no configuration")
	case x.Client.Now == nil || x.Server.Now == nil:
		return errors.New("exchange: a side has no clock")
	case x.Request < 1 || x.Response < 1:
		return fmt.Errorf("exchange: request of %d bytes, response of %d: want 1 or more", x.Request, x.Response)
	case x.Client.RecordSizing != nil && x.Client.KeyUpdateAfter > 0, x.Server.RecordSizing != nil && x.Server.KeyUpdateAfter > 0:
		return errors.New("exchange: keys that change after so many records, and a sizing of records that decides how many there are")
	case (x.Client.RecordSizing != nil || x.Server.RecordSizing != nil) && x.Client.Compression && x.Server.Compression:
		return errors.New("exchange: the lengths of compressed records depend on what is in them: record sizes that depend on time or on the network cannot be recorded beside it")
	case x.Rounds < 0 || x.Pause < 0:
		return fmt.Errorf("exchange: %d rounds, pause of %v: want 0 or more", x.Rounds, x.Pause)
	case x.Refused && x.Kind != engine.Full:
		return fmt.Errorf("exchange: a handshake that is %v after its session was refused", x.Kind)
	case x.WriteChunk < 0:
		return fmt.Errorf("exchange: writes of %d bytes: want 0 (whole flights) or more", x.WriteChunk)
	case x.Client.EarlyData && (x.Client.Now().Nanosecond()|x.Server.Now().Nanosecond())%int(time.Millisecond) != 0:
		return errors.New("exchange: a ticket's age is in milliseconds, so a world with early data begins at a whole one")
	}
	return nil
}

// pair is an exchange under way.
type pair struct {
	exchange *Exchange
	elapsed  time.Duration // of the world's virtual time, in the step at hand
	late     time.Duration // how much of it goes by before the server has the ClientHello, where there is no world
	sides    [2]program
}

// program is one side of an exchange: an engine and the application on it. It
// turns each record of the peer's into the items of a step.
type program struct {
	conn     *engine.Conn
	side     side
	consumed int64            // bytes of the peer's stream
	stream   []byte           // all that this side has written
	items    []recording.Item // of the step in hand
	request  int
	response int
	chunk    int    // bytes of a write of handshake; 0: no limit
	early    int    // bytes of the request that were said early
	received int    // bytes of application data, in this round
	data     []byte // room for what a record carries
	answer   func(request []byte) []byte
	content  io.Reader // what it is filled from; nil: zeros

	// The client's rounds: which one this is, from 1, and how many there are.
	round, rounds int
	pause         time.Duration // between two rounds
	paused        bool          // the next step begins the next round

	// own and peers are the sizings of this side and of its peer, where a recording is made
	// that leaves the cutting of records to them. Position is consumed, with such
	// records counted as their plaintext.
	own, peers *record.Sizing
	position   int64
}

// newPair makes the engines of the ordinal-th connection of an exchange; the
// client offers the session, if there is one.
func newPair(x *Exchange, ordinal uint64, session *engine.Session) (*pair, error) {
	p := &pair{exchange: x}
	for s := range p.sides {
		from := x.Client
		if side(s) == server {
			from = x.Server
		}
		cfg := *from
		g := &p.sides[s]
		if !cfg.Compression && !x.Refused {
			cfg.Now = func() time.Time { return from.Now().Add(p.elapsed) }
		}
		cfg.Rand = engineRand(x.Seed, ordinal, side(s))
		cfg.Observe = func(n engine.Notice) {
			switch n.Kind {
			case engine.Operation:
				g.compute(n.Op)
			case engine.StatusTaken:
				g.items = append(g.items, recording.Item{Action: recording.Known})
			}
		}
		*g = program{side: side(s), request: x.Request, response: x.Response, answer: x.Answer, round: 1, rounds: max(x.Rounds, 1), pause: x.Pause, data: make([]byte, engine.DefaultRecordSize)}
		if x.Content != "" {
			var err error
			if g.content, err = content.New(x.Content, x.Seed+uint64(s)); err != nil {
				return nil, err
			}
		}
		if g.side == client {
			cfg.Session = session
			g.conn = engine.Client(&cfg, x.ServerName)
		} else {
			g.chunk = x.WriteChunk
			cfg.EarlyGuard = x.earlyGuard()
			g.conn = engine.Server(&cfg)
		}
	}
	return p, nil
}

// engineRand is the source of one engine's randomness. It knows nothing of the
// network, so what the engines say does not change with it.
func engineRand(seed, ordinal uint64, s side) io.Reader {
	var key [32]byte
	copy(key[:], "tlslab engine")
	binary.LittleEndian.PutUint64(key[16:], seed)
	binary.LittleEndian.PutUint32(key[24:], uint32(ordinal))
	binary.LittleEndian.PutUint32(key[28:], uint32(s))
	return rand.NewChaCha8(key)
}

// earlyGuard is the memory of a server that has seen nothing yet; one without room
// for any early data rejects all.
func (x *Exchange) earlyGuard() engine.EarlyGuard {
	if x.RejectEarly {
		return engine.RecordHellos(0, time.Time{})
	}
	return engine.RecordHellos(1, time.Time{})
}

// start makes the client's first step.
func (g *program) start() error {
	g.items = g.items[:0]
	if err := g.conn.Start(); err != nil {
		return err
	}
	g.flush()
	g.early = min(g.request, g.conn.EarlyRoom())
	return g.sendCut(g.early)
}

// receive makes a step of the next record in what has arrived of the peer's
// stream; false where it is not there as a whole.
func (g *program) receive(arrived []byte) (bool, error) {
	g.items = g.items[:0]
	n, ev, err := g.conn.Recv(arrived[g.consumed:])
	if err != nil {
		return false, err
	}
	if n == 0 {
		return false, nil
	}
	g.consumed += int64(n)
	g.position += int64(n)
	if ev.Kind == engine.EventData && g.peers != nil {
		g.position += int64(len(ev.Data) - n)
		g.items = g.items[:0] // the replay opens records as they were cut
	}
	if ev.Kind == engine.EventStatusWanted {
		if ev, err = g.question(); err != nil {
			return false, err
		}
	}
	g.flush()
	switch ev.Kind {
	case engine.EventHandshakeDone:
		if g.side == client {
			g.mark(recording.Handshake)
			return true, g.send(g.request - g.heard())
		}
	case engine.EventData, engine.EventEarlyData:
		g.received += len(ev.Data)
		if g.side == client {
			return true, g.responded(len(ev.Data))
		}
		return true, g.reply()
	case engine.EventClosed:
		if g.side == server {
			g.close()
		}
	}
	return true, nil
}

// heard is how much of the request the server has accepted early; what it has
// rejected is to be said again.
func (g *program) heard() int {
	if g.conn.Info().EarlyData == engine.EarlyAccepted {
		return g.early
	}
	return 0
}

// send writes application data, each record as soon as it is sealed.
func (g *program) send(n int) error {
	if g.own != nil && n > 0 {
		return g.sendUncut(n)
	}
	return g.sendCut(n)
}

func (g *program) sendCut(n int) error {
	for n > 0 {
		k := min(n, g.conn.RecordSize())
		n -= k
		before := len(g.stream)
		if err := g.seal(k); err != nil {
			return err
		}
		g.write(len(g.stream) - before)
	}
	return nil
}

func (g *program) seal(n int) (err error) {
	if g.content != nil {
		if _, err := io.ReadFull(g.content, g.data[:n]); err != nil {
			return err
		}
	}
	g.stream, err = g.conn.Seal(g.stream, g.data[:n])
	return err
}

// sendUncut records application data as what the replay cuts into records. They
// are sealed as well, to go on with: the first byte by itself, so that what waits
// for it is told apart from what waits for more.
func (g *program) sendUncut(n int) error {
	g.items = append(g.items, recording.Item{Action: recording.Data, Bytes: n, Cipher: g.conn.Info().Suite.Cipher, Framing: g.conn.Framing()})
	items := len(g.items)
	for k := 1; n > 0; k = min(n, g.conn.RecordSize()) {
		if err := g.seal(k); err != nil {
			return err
		}
		n -= k
	}
	g.items = g.items[:items] // without the operations of these records
	return nil
}

func (g *program) close() {
	g.conn.Close()
	g.flush()
	g.items = append(g.items, recording.Item{Action: recording.CloseEnd})
}

// flush writes what the engine has to send.
func (g *program) flush() {
	before := len(g.stream)
	g.stream = g.conn.Flush(g.stream)
	for n := len(g.stream) - before; n > 0; {
		k := n
		if g.chunk > 0 && !g.conn.Info().Done {
			k = min(k, g.chunk)
		}
		g.write(k)
		n -= k
	}
}

func (g *program) compute(o op.Op) {
	g.items = append(g.items, recording.Item{Action: recording.Compute, Op: o})
}

func (g *program) write(n int) {
	g.items = append(g.items, recording.Item{Action: recording.Write, Bytes: n})
}

func (g *program) mark(m recording.Moment) {
	g.items = append(g.items, recording.Item{Action: recording.Mark, Moment: m})
}
