package sim

import (
	"context"
	"errors"
	"math"
	"time"

	"tlslab/sim/recording"
)

// Source is what connections take their steps from: a Replay, or Live engines.
// Worlds may share it.
type Source interface {
	// validate holds the hosts of a connection to those that the steps are priced for.
	validate(client, server *Host) error
	// open returns the steps of a connection's sides.
	open(*connection) ([2]stepSource, error)
	// fetches reports whether the client may ask a responder.
	fetches() bool
	// complete is the moment with which a connection has come to what it was for.
	complete() recording.Moment
}

// instant is what a step may know of its world when it begins. Whatever a connection
// decides by time or by the network it decides by this, once for the whole step.
type instant struct {
	now      time.Duration // virtual time
	mss      int           // bytes of a full segment that this side sends
	observed bool          // annotations will be asked for
}

// stepSource is where one side of a connection takes its steps from.
type stepSource interface {
	// step returns the next step if that many bytes of the peer's stream are
	// enough for it. Its actions are valid until step or rest is called again.
	step(at instant, arrived int64) (actions []action, ok bool, err error)

	// rest returns the next actions of a step that ends with the action continued: of a long
	// response, a record at a time. They are of the instant at which the step began, and
	// follow the last ones without a look at what has arrived.
	rest() []action

	// annotations names the parts of the actions that step or rest returned last (their index is
	// that of annotation.action), and is valid as long as these. It costs nothing where it is
	// not called; it may be called only for steps with instant.observed.
	annotations() []annotation

	// early is what the server made of early data: see Result.
	early() int
}

// continued is the last of the actions that a step has returned, where the rest of the
// step has others.
const continued recording.Action = math.MaxUint8

// hosts are those that steps are priced for.
type hosts [2]Host

func (h *hosts) validate(c, s *Host) error {
	if !h[client].pricesAs(c) || !h[server].pricesAs(s) {
		return errors.New("the source of its steps is priced for other hosts")
	}
	return nil
}

// Replay replays one branch of a recording.
type Replay struct {
	hosts
	*pricedRecording
}

// NewReplay prices a recording for connections between two hosts. From the branch
// Early it turns to EarlyRejected in each connection whose ClientHello comes after the
// recording's window.
func NewReplay(rec *recording.Recording, branch recording.Outcome, client, server Host) (*Replay, error) {
	if _, err := rec.Branch(branch); err != nil {
		return nil, err
	}
	if rec.Decides(branch) {
		return newReplay(rec, client, server, inWindow(rec))
	}
	return newReplay(rec, client, server, func(instant, instant) recording.Outcome { return branch })
}

// newReplay is a Replay whose server takes the branch that it decides on when it has
// the ClientHello.
func newReplay(rec *recording.Recording, client, server Host, decide func(sent, came instant) recording.Outcome) (*Replay, error) {
	priced, err := priceRecording(rec, client, server)
	if err != nil {
		return nil, err
	}
	priced.decide = decide
	return &Replay{hosts{client, server}, priced}, nil
}

func (r *Replay) fetches() bool { return r.fetch }

func (r *Replay) complete() recording.Moment { return r.last }

func (r *Replay) open(c *connection) ([2]stepSource, error) {
	c.replay.reset(r.pricedRecording)
	return [2]stepSource{&c.replay.sides[client], &c.replay.sides[server]}, nil
}

// Live lets live engines compute every byte of each connection. It is some hundred
// times slower than a Replay and, to the nanosecond, the same.
type Live struct {
	hosts
	exchange Exchange
}

// NewLive readies an exchange for connections between two hosts.
func NewLive(x Exchange, client, server Host) (*Live, error) {
	if err := x.validate(); err != nil {
		return nil, err
	}
	return &Live{hosts{client, server}, x}, nil
}

func (l *Live) fetches() bool { return l.exchange.fetches() }

func (l *Live) complete() recording.Moment {
	if l.exchange.Rounds > 1 {
		return recording.LastRoundLastByte
	}
	return recording.LastByte
}

func (l *Live) open(*connection) ([2]stepSource, error) {
	p, err := l.exchange.begin(context.Background())
	if err != nil {
		return [2]stepSource{}, err
	}
	c, s := &p.sides[client], &p.sides[server]
	return [2]stepSource{
		&live{pair: p, self: c, peer: s, host: l.hosts[client]},
		&live{pair: p, self: s, peer: c, host: l.hosts[server]},
	}, nil
}
