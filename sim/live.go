package sim

import (
	"errors"

	"tlslab/engine"
)

// fetches reports whether the client asks a responder.
func (x *Exchange) fetches() bool {
	return x.Client.Revocation == engine.RevocationFetched && x.Kind == engine.Full
}

// live is the script of an engine at work.
type live struct {
	pair    *pair
	program *program
	peer    *[]byte // what the peer has written
	host    Host
	begun   bool
	priced  pricedItems // of the step in hand
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
	if !l.program.acts() {
		l.priced.reset()
		return nil, true, nil
	}
	if err := l.priced.price(l.program.items, l.host, Host{}); err != nil {
		return nil, false, err
	}
	return l.priced.deeds, true, nil
}

// rest: an engine seals all the records of a step at once.
func (*live) rest() []deed { return nil }

func (l *live) annotations() []annotation { return l.priced.annotations }

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
