package sim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"tlslab/engine"
	"tlslab/engine/record"
	"tlslab/engine/session"
	"tlslab/sim/content"
	"tlslab/sim/recording"
)

// Exchange configures two live engines and the application data between them: a handshake, one or
// more requests with their responses, and the close.
type Exchange struct {
	// Client and Server configure the engines. The exchange sets Rand, Observe, Session and
	// AntiReplay itself. Now is the time at which the virtual time is 0; the virtual time is added
	// to it. With Compression or Refused, Now stays constant: the time in a ticket would change the
	// bytes that are compressed or signed, and so their length.
	Client, Server *engine.Config
	ServerName     string
	// Kind is the handshake that both engines must report. Before a resumed handshake, a full one
	// without network or cost gives the client its session.
	Kind engine.Kind
	// Resumption is the mechanism by which a resumed handshake resumes, or by which the client
	// offers the session that a server refuses (Refused).
	Resumption engine.Resumption
	// Refused gives the server new ticket keys and an empty session cache after the first
	// connection, so that it refuses the session which the client offers. Kind is engine.Full.
	Refused bool
	// RejectEarly lets the server reject all early data. Otherwise the server must accept the
	// client's early data (Client.EarlyData), at most Server.MaxEarlyData bytes of the request,
	// unless the ClientHello arrives after Server.EarlyWindow.
	RejectEarly bool
	// ClientAuthenticated is what both engines must report of the client's certificate.
	ClientAuthenticated bool
	// Revocation is how the client must report that it learnt the certificate's status.
	Revocation engine.Revocation
	// OCSPResponder returns the DER of the OCSP response to an OCSP request, or nil for an empty
	// answer. A nil OCSPResponder gives empty answers.
	OCSPResponder func(request []byte) []byte
	// Request and Response are the bytes of application data each way, 1 or more.
	Request, Response int
	// Rounds is the number of requests, each with its response; 0 and 1: one. Pause is the time
	// between the last byte of a response and the next request.
	Rounds int
	Pause  time.Duration
	// Content is the kind of the application data, one of content.Names; empty: zeros. Only
	// compression depends on it.
	Content string
	// WriteChunk is the most bytes of the server's handshake that one write carries; 0: a flight
	// is one write.
	WriteChunk int
	// Seed decides every random byte of the engines.
	Seed uint64
}

func (x *Exchange) validate() error {
	sized := x.Client != nil && x.Client.RecordSizing != nil || x.Server != nil && x.Server.RecordSizing != nil
	switch {
	case x.Client == nil || x.Server == nil:
		return errors.New("exchange: a side has no configuration")
	case x.Client.Now == nil || x.Server.Now == nil:
		return errors.New("exchange: a side has no clock")
	case x.Request < 1 || x.Response < 1:
		return fmt.Errorf("exchange: request of %d bytes, response of %d: want 1 or more", x.Request, x.Response)
	case x.Client.RecordSizing != nil && x.Client.KeyUpdateAfter > 0, x.Server.RecordSizing != nil && x.Server.KeyUpdateAfter > 0:
		return errors.New("exchange: a KeyUpdate after a number of records cannot be recorded where record sizes, and so their number, depend on the network")
	case sized && x.compresses():
		return errors.New("exchange: compressed records cannot be recorded where record sizes depend on the network: their lengths depend on their content")
	case x.Rounds < 0 || x.Pause < 0:
		return fmt.Errorf("exchange: %d rounds, pause of %v: want 0 or more", x.Rounds, x.Pause)
	case x.Refused && x.Kind != engine.Full:
		return fmt.Errorf("exchange: Kind is %v: want %v with Refused", x.Kind, engine.Full)
	case x.WriteChunk < 0:
		return fmt.Errorf("exchange: writes of %d bytes: want 0 (whole flights) or more", x.WriteChunk)
	case x.Client.EarlyData && (x.Client.Now().Nanosecond()|x.Server.Now().Nanosecond())%int(time.Millisecond) != 0:
		return errors.New("exchange: early data: Now must be in whole milliseconds at virtual time 0, as a ticket's age is")
	}
	return nil
}

// compresses reports whether both sides offer DEFLATE (RFC 3749).
func (x *Exchange) compresses() bool { return x.Client.Compression && x.Server.Compression }

// config returns the configuration of a side.
func (x *Exchange) config(s side) *engine.Config {
	if s == client {
		return x.Client
	}
	return x.Server
}

// pair is an exchange under way.
type pair struct {
	exchange *Exchange
	elapsed  time.Duration // virtual time of the step in hand
	sides    [2]exchangeSide
}

// newPair makes the engines of a connection of an exchange. The ordinal tells the connections of an
// exchange apart; the client offers the session, unless it is nil.
func newPair(x *Exchange, ordinal uint64, session *session.Session) (*pair, error) {
	p := &pair{exchange: x}
	for s := range p.sides {
		from := x.config(side(s))
		cfg := *from
		e := &p.sides[s]
		if !cfg.Compression && !x.Refused {
			cfg.Now = func() time.Time { return from.Now().Add(p.elapsed) }
		}
		cfg.Rand = engineRand(x.Seed, ordinal, side(s))
		cfg.Observe = e.notice
		*e = exchangeSide{
			side: side(s), request: x.Request, response: x.Response, ocsp: x.OCSPResponder,
			round: 1, rounds: max(x.Rounds, 1), pause: x.Pause, data: make([]byte, engine.DefaultRecordSize),
			keys: keyUse{updateAfter: cfg.KeyUpdateAfter},
		}
		if x.Content != "" {
			var err error
			if e.content, err = content.New(x.Content, x.Seed+uint64(s)); err != nil {
				return nil, err
			}
		}
		if e.side == client {
			cfg.Session = session
			e.conn = engine.Client(&cfg, x.ServerName)
		} else {
			e.chunk = x.WriteChunk
			cfg.AntiReplay = x.antiReplay()
			e.conn = engine.Server(&cfg)
		}
	}
	return p, nil
}

// engineRand returns the source of one engine's random bytes. They do not depend on the network, so
// the messages do not either.
func engineRand(seed, ordinal uint64, s side) io.Reader {
	var key [32]byte
	copy(key[:], "tlslab engine")
	binary.LittleEndian.PutUint64(key[16:], seed)
	binary.LittleEndian.PutUint32(key[24:], uint32(ordinal))
	binary.LittleEndian.PutUint32(key[28:], uint32(s))
	return rand.NewChaCha8(key)
}

// antiReplay returns the server's ClientHello recording (RFC 9846 §8.2), with room for one
// ClientHello, or for none: then the server rejects all early data.
func (x *Exchange) antiReplay() session.AntiReplay {
	if x.RejectEarly {
		return session.ClientHelloRecording(0, time.Time{})
	}
	return session.ClientHelloRecording(1, time.Time{})
}

// exchangeSide is one side of an exchange: an engine and the application above it. Each record of
// the peer's becomes the items of a step.
type exchangeSide struct {
	conn        *engine.Conn
	side        side
	consumed    int64            // bytes of the peer's stream
	out         sentStream       // what this side has written
	items       []recording.Item // of the step in hand
	names       recordNames
	quiet       bool         // names are not wanted
	secrets     []annotation // derived since the last step, where they are wanted
	wantSecrets bool
	request     int       // bytes
	response    int       // bytes
	chunk       int       // bytes of a write of the handshake at most; 0: no limit
	early       int       // bytes of the request that were sent as early data
	received    int       // bytes of application data, in this round
	unsent      int       // bytes of application data that the step in hand has yet to seal
	data        []byte    // room for the plaintext of a record
	content     io.Reader // of data; nil: zeros
	ocsp        func(request []byte) []byte

	// The client's rounds: the number of this one, from 1, and how many there are.
	round, rounds int
	pause         time.Duration // between two rounds
	paused        bool          // the next step begins the next round

	// own and peers are the record sizings of this side and of its peer, in a recording that has
	// their application data as Data items. Position is consumed, with the records of Data counted
	// as their plaintext.
	own, peers *record.Sizing
	position   int64
	asData     bool // unsent is part of a Data item
	keys       keyUse
}

// start begins the client's first step: the ClientHello and early data.
func (e *exchangeSide) start() error {
	e.items = e.items[:0]
	if err := e.conn.Start(); err != nil {
		return err
	}
	e.flush()
	e.early = min(e.request, e.conn.EarlyRoom())
	e.unsent, e.asData = e.early, false // the server may not open these records: they are no Data
	return nil
}

// receive begins a step with the next record of the peer. It reports false if no whole record has
// arrived. If unsent is above 0 afterwards, calls of sendRecord
// complete the step.
func (e *exchangeSide) receive(arrived []byte, peer *sentStream) (bool, error) {
	e.beginStep()
	named := len(e.items)
	e.keys.received = false
	n, ev, err := e.conn.Recv(arrived)
	if err != nil {
		return false, err
	}
	if n == 0 {
		return false, nil
	}
	e.consumed += int64(n)
	e.position += int64(n)
	if e.peers != nil && ev.Kind == engine.EventData || e.opensUpdate() {
		e.position += int64(len(ev.Data) - n)
		e.items = e.items[:named] // the replay adds the operations of opening Data
	}
	if ev.Kind == engine.EventOCSPRequest {
		if ev, err = e.fetchOCSP(); err != nil {
			return false, err
		}
	}
	e.flush()
	switch ev.Kind {
	case engine.EventHandshakeDone:
		if e.side == client {
			e.mark(recording.Handshake)
			e.send(e.request - e.acceptedEarly())
		}
	case engine.EventData, engine.EventEarlyData:
		e.received += len(ev.Data)
		if e.side == client {
			e.receivedResponse(len(ev.Data))
		} else {
			e.receivedRequest()
		}
	case engine.EventClosed:
		if e.side == server {
			e.close()
		}
	}
	peer.discard(n)
	return true, nil
}

// acceptedEarly returns how many bytes of the request the server has accepted as early data. The
// client sends the others after the handshake.
func (e *exchangeSide) acceptedEarly() int {
	if e.conn.Info().EarlyData == engine.EarlyAccepted {
		return e.early
	}
	return 0
}

// send lets the step in hand send n bytes of application data, 0 or more.
func (e *exchangeSide) send(n int) {
	e.unsent, e.asData = n, e.own != nil && n > 0
	if e.asData {
		e.items = append(e.items, recording.Item{
			Action: recording.Data, Bytes: n, Cipher: e.conn.Info().Suite.Cipher, Framing: e.conn.Framing(),
			Updates: e.keyUpdates(n),
		})
	}
}

// sendAll seals all that the step in hand has to send.
func (e *exchangeSide) sendAll() error {
	for e.unsent > 0 {
		if err := e.sendRecord(); err != nil {
			return err
		}
	}
	return nil
}

// sendRecord seals the next record of application data and writes it. A Data item has the records
// already: the peer's engine needs them, the recording does not.
func (e *exchangeSide) sendRecord() error {
	if !e.asData {
		n, err := e.seal(min(e.unsent, e.conn.RecordSize()))
		if err == nil {
			e.write(n)
		}
		return err
	}
	last := &e.items[len(e.items)-1]
	items, n := len(e.items), min(e.unsent, e.conn.RecordSize())
	if e.unsent == last.Bytes {
		n = 1 // a step that waits for the first byte differs from one that waits for more
	}
	before := e.keys
	_, err := e.seal(n)
	for _, it := range e.items[items:] {
		if it.Action == recording.KeyChange && last.Updates == nil && err == nil {
			err = errUnknownKeyUpdate
		}
	}
	e.items, e.keys = e.items[:items], before
	e.names.forget()
	return err
}

// seal seals n bytes of application data and returns the bytes of the records.
func (e *exchangeSide) seal(n int) (int, error) {
	if e.content != nil {
		if _, err := io.ReadFull(e.content, e.data[:n]); err != nil {
			return 0, err
		}
	}
	e.unsent -= n
	before := len(e.out.bytes)
	var err error
	e.out.bytes, err = e.conn.Seal(e.out.bytes, e.data[:n])
	return len(e.out.bytes) - before, err
}

// close writes close_notify and ends the stream.
func (e *exchangeSide) close() {
	e.conn.Close()
	e.flush()
	e.items = append(e.items, recording.Item{Action: recording.CloseWrite})
}

// flush writes what the engine has to send.
func (e *exchangeSide) flush() {
	before := len(e.out.bytes)
	e.out.bytes = e.conn.Flush(e.out.bytes)
	for n := len(e.out.bytes) - before; n > 0; {
		k := n
		if e.chunk > 0 && !e.conn.Info().Done {
			k = min(k, e.chunk)
		}
		e.write(k)
		n -= k
	}
}

func (e *exchangeSide) write(n int) {
	e.items = append(e.items, recording.Item{Action: recording.Write, Bytes: n})
	e.items = e.names.appendWritten(e.items, n)
}

func (e *exchangeSide) mark(m recording.Moment) {
	e.items = append(e.items, recording.Item{Action: recording.Mark, Moment: m})
}

// sentStream is what a side has written and its peer has not read.
type sentStream struct {
	bytes []byte // from head on; those before it are read
	head  int
}

// unread returns the bytes that the peer has not read.
func (s *sentStream) unread() []byte { return s.bytes[s.head:] }

// discard forgets the first n unread bytes.
func (s *sentStream) discard(n int) {
	s.head += n
	if 2*s.head >= len(s.bytes) {
		s.bytes = s.bytes[:copy(s.bytes, s.unread())]
		s.head = 0
	}
}
