package sim

import (
	"errors"
	"time"

	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// moment is when, and in which event, something happened.
type moment struct {
	at   time.Duration
	node int32 // -1: it has not happened
}

// conn is what is kept of a connection during a run.
type conn struct {
	start   time.Duration
	connect time.Duration // since start; negative: not connected
	moments [recording.NumMoments]moment
	outcome string // how it ended; empty while it goes on
	over    bool   // nothing more will happen to it

	complete recording.Moment // with which it has come to what it was for
}

func newConn(complete recording.Moment) conn {
	c := conn{connect: -1, complete: complete}
	for i := range c.moments {
		c.moments[i].node = -1
	}
	return c
}

// startConn opens the connection at the client.
func (w *World) startConn(flow int32) {
	w.node(node{kind: startNode})
	w.actors[flow*2+int32(server)].ep.Listen()
	who := flow * 2
	w.actors[who].ep.Connect(w.now, w.tag)
	w.settle(who)
}

// fail ends a connection. What comes after its last byte, such as a FIN that is
// never acknowledged, is no failure of the exchange.
func (c *conn) fail(outcome string) {
	c.over = true
	if c.outcome == "" {
		c.outcome = outcome
	}
	if c.moments[c.complete].node >= 0 {
		c.outcome = OK
	}
}

// giveUp ends a connection for which no events are left, or no time.
func (c *conn) giveUp() {
	if !c.over {
		c.fail(Timeout)
	}
}

// The outcomes that do not come from an engine.
const (
	OK      = "ok"
	Timeout = "timeout" // given up, by TCP or for the time set
	Reset   = "reset"   // the peer's TCP refused it
)

func outcomeOf(err error) string {
	alert, ok := alertOf(err)
	switch {
	case ok:
		return alert
	case errors.Is(err, tcp.ErrTimeout):
		return Timeout
	case errors.Is(err, tcp.ErrReset), errors.Is(err, tcp.ErrRefused):
		return Reset
	default:
		return err.Error()
	}
}
