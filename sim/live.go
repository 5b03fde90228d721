package sim

import (
	"errors"

	"tlslab/engine"
	"tlslab/sim/recording"
)

// NewLiveWorld builds a world in which live engines compute every byte of each
// replicate. It is some hundred times slower than a replay and, to the
// nanosecond, the same.
func NewLiveWorld(cfg Config, x Exchange) (*World, error) {
	if err := x.validate(); err != nil {
		return nil, err
	}
	if cfg.Authority == nil && x.Client.Revocation == engine.RevocationFetched && x.Kind == engine.Full {
		return nil, errNoAuthority
	}
	w, err := newWorld(cfg)
	if err != nil {
		return nil, err
	}
	if x.Rounds > 1 {
		w.complete = recording.LastRoundLastByte
	}
	w.scripts = func(int32) (script, script, error) {
		p, err := x.begin()
		if err != nil {
			return nil, nil, err
		}
		c, s := &p.sides[client], &p.sides[server]
		return &live{pair: p, program: c, peer: &s.stream, host: cfg.Client}, &live{pair: p, program: s, peer: &c.stream, host: cfg.Server}, nil
	}
	return w, nil
}

// live is the script of an engine at work.
type live struct {
	pair    *pair
	program *program
	peer    *[]byte // what the peer has written
	host    Host
	begun   bool
}

func (l *live) step(at instant, arrived int64) ([]deed, bool, error) {
	l.pair.elapsed = at.now
	l.program.conn.SetMSS(at.mss)
	if !l.begun && l.program.side == client {
		l.begun = true
		if err := l.program.start(); err != nil {
			return nil, false, err
		}
	} else if l.program.paused {
		l.program.items = l.program.items[:0]
		if err := l.program.ask(); err != nil {
			return nil, false, err
		}
	} else if ok, err := l.program.receive((*l.peer)[:arrived]); !ok {
		return nil, false, err
	}
	deeds, err := priceItems(nil, l.program.items, l.host)
	return deeds, err == nil, err
}

// early is what the server's engine says of early data: see Result.
func (l *live) early() int { return accepted(l.pair.sides[server].conn.Info().EarlyData) }

// alertOf is the outcome of a connection that an engine ended: the alert's name.
func alertOf(err error) (string, bool) {
	var e *engine.Error
	if errors.As(err, &e) {
		return "alert " + e.Alert.String(), true
	}
	return "", false
}
