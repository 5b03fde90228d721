package sim

import (
	"errors"
	"slices"

	"tlslab/engine"
)

// fetches reports whether the client fetches an OCSP response.
func (x *Exchange) fetches() bool {
	return x.Client.Revocation == engine.RevocationFetched && x.Kind == engine.Full
}

// live is the step source of one side of an exchange, whose engine computes each step when it
// begins.
type live struct {
	pair       *pair
	self, peer *exchangeSide
	host       Host        // of this side
	begun      bool        // the client has made its first step
	priced     pricedItems // the step in hand
}

func (l *live) step(at instant, arrived int64) ([]action, bool, error) {
	l.pair.elapsed = at.now
	l.self.conn.SetMSS(at.mss)
	l.self.quiet, l.priced.quiet = !at.observed, !at.observed
	l.self.wantSecrets = at.observed
	if ok, err := l.begin(arrived); !ok || err != nil {
		return nil, false, err
	}
	if err := l.self.sendAll(); err != nil {
		return nil, false, err
	}
	if !l.self.acts() {
		l.priced.reset()
		return nil, true, nil
	}
	if err := l.priced.price(l.self.items, l.host, Host{}); err != nil {
		return nil, false, err
	}
	// A key log has no order in time: the secrets stand at the beginning of their step.
	l.priced.annotations = slices.Insert(l.priced.annotations, 0, l.self.secrets...)
	l.self.secrets = l.self.secrets[:0]
	return l.priced.actions, true, nil
}

// begin begins the next step, or reports false: it needs more bytes of the peer's stream.
func (l *live) begin(arrived int64) (bool, error) {
	switch {
	case !l.begun && l.self.side == client:
		l.begun = true
		return true, l.self.start()
	case l.self.paused:
		l.self.items = l.self.items[:0]
		l.self.beginRound()
		return true, nil
	}
	return l.self.receive(l.peer.out.unread()[:arrived-l.self.consumed], &l.peer.out)
}

// rest returns nothing: the engine seals all records of a step when the step begins.
func (*live) rest() []action { return nil }

func (l *live) annotations() []annotation { return l.priced.annotations }

func (l *live) early() int { return accepted(l.pair.sides[server].conn.Info().EarlyData) }

// alertOf returns the outcome of a connection that an engine ended, which is its alert. It reports
// false for other errors.
func alertOf(err error) (string, bool) {
	var e *engine.Error
	if errors.As(err, &e) {
		return "alert " + e.Alert.String(), true
	}
	return "", false
}
