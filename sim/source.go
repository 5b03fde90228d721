package sim

import (
	"context"
	"errors"
	"math"
	"time"

	"tlslab/sim/recording"
)

// Source provides the steps of connections: a Replay, or Live. Any number of connections and worlds
// can share a source.
type Source interface {
	// validate checks that the source is priced for the hosts of a connection.
	validate(client, server *Host) error
	// open returns the step sources of both sides of a connection.
	open(*connection) ([2]stepSource, error)
	// fetches reports whether the client can fetch an OCSP response.
	fetches() bool
	// complete returns the last moment of the exchange.
	complete() recording.Moment
}

// instant is what a step knows of the world when it begins. All decisions that depend on time or on
// the network depend on it, once for the whole step.
type instant struct {
	now      time.Duration // virtual time
	mss      int           // payload of a full segment of this side, in bytes
	observed bool          // the caller will ask for annotations
}

// stepSource provides the steps of one side of a connection.
type stepSource interface {
	// step returns the actions of the next step if arrived bytes of the peer's stream are enough
	// for it; else ok is false. The actions are valid until the next call of step or rest.
	step(at instant, arrived int64) (actions []action, ok bool, err error)

	// rest returns more actions of a step whose last action is continued: those of the next record
	// of a long response. They depend on the instant of the step.
	rest() []action

	// annotations returns the names of the parts of the actions that step or rest returned last.
	// They are valid as long as these actions. The step must have begun with instant.observed.
	annotations() []annotation

	// early returns Result.EarlyData.
	early() int
}

// continued is the last action that step or rest returns if rest has more.
const continued recording.Action = math.MaxUint8

// hosts are the client's and the server's host for which a source is priced.
type hosts [2]Host

func (h *hosts) validate(c, s *Host) error {
	if !h[client].pricesAs(c) || !h[server].pricesAs(s) {
		return errors.New("the source is priced for other hosts")
	}
	return nil
}

// Replay replays one branch of a recording.
type Replay struct {
	hosts
	*pricedRecording
}

// NewReplay prices a recording for connections between two hosts. With the branch Early, a
// connection whose ClientHello arrives after the recording's EarlyWindow takes the branch
// EarlyRejected. The error names a branch that the recording does not have, or an operation that a
// cost table does not have.
func NewReplay(rec *recording.Recording, branch recording.Outcome, client, server Host) (*Replay, error) {
	if _, err := rec.Branch(branch); err != nil {
		return nil, err
	}
	if rec.Decides(branch) {
		return newReplay(rec, client, server, inWindow(rec))
	}
	return newReplay(rec, client, server, func(instant, instant) recording.Outcome { return branch })
}

// newReplay returns a Replay whose server calls decide for the branch when the ClientHello has
// arrived.
func newReplay(rec *recording.Recording, client, server Host, decide func(sent, received instant) recording.Outcome) (*Replay, error) {
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

// Live runs live engines, which compute every byte of each connection. Its results equal those of a
// Replay of the same exchange to the nanosecond, and take some hundred times longer.
type Live struct {
	hosts
	exchange Exchange
}

// NewLive prepares an exchange for connections between two hosts. The error names an invalid
// setting.
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
