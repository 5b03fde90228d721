package engine

import (
	"errors"
	"slices"
	"testing"

	"tlslab/engine/wire"
)

// A run is all that two sides exchange: a handshake, early data if it is possible, data both ways,
// in TLS 1.3 KeyUpdates of both sides, and the end.

// steps follow a handshake.
var steps = []func(p *pair) error{
	func(p *pair) error {
		return errors.Join(p.client.queue([]byte("request")), p.server.queue([]byte("response")))
	},
	func(p *pair) error {
		if p.client.Info().Version != TLS13 {
			return nil
		}
		return errors.Join(p.client.KeyUpdate(true), p.server.KeyUpdate(false), p.server.queue([]byte("more")))
	},
	func(p *pair) error { p.client.Close(); return nil },
	func(p *pair) error { p.server.Close(); return nil },
}

// queue seals data after the records that wait to be flushed.
func (c *Conn) queue(data []byte) (err error) {
	c.out.records, err = c.Seal(c.out.records, data)
	return err
}

// runSteps runs the handshake and then the steps. tamper changes each burst of messages. It
// returns the first error.
func (p *pair) runSteps(tamper func(at int, burst []message) []message) error {
	err := p.begin()
	if err == nil && p.client.EarlyRoom() > 0 {
		err = p.client.queue(earlyText)
	}
	if err == nil {
		err = p.relay(tamper)
	}
	for _, step := range steps {
		if err == nil && p.client.Info().Done && p.server.Info().Done {
			if err = step(p); err == nil {
				err = p.relay(tamper)
			}
		}
	}
	return err
}

// script returns the messages of an undisturbed run.
func script(t testing.TB, make func(testing.TB) *pair) (all []message) {
	t.Helper()
	p := make(t)
	if err := p.runSteps(func(_ int, burst []message) []message { all = append(all, burst...); return burst }); err != nil {
		t.Fatal(err)
	}
	if !p.client.Info().Done || !p.server.Info().Done {
		t.Fatal("the handshake is not done")
	}
	return all
}

// A message of type stop ends a run before it is delivered.
const stop ContentType = 0

var errStopped = errors.New("the run was stopped")

// runUntil runs until this many messages have been delivered.
func (p *pair) runUntil(messages int) error {
	delivered := 0
	err := p.runSteps(func(_ int, burst []message) []message {
		delivered += len(burst)
		if delivered <= messages {
			return burst
		}
		burst = burst[:len(burst)-(delivered-messages)]
		return append(burst, message{typ: stop})
	})
	if errors.Is(err, errStopped) {
		return nil
	}
	return err
}

// checkBounds checks that a side keeps a bounded number of bytes, whatever its peer sends. The
// longest message bounds an incomplete message and the transcript of the hellos; the side's own
// flights bound the records that are not flushed.
func checkBounds(t testing.TB, c *Conn) {
	t.Helper()
	const (
		message = headerSize + maxCertificates
		flights = 1 << 16
	)
	var kept []byte
	if c.hs != nil {
		kept = c.hs.transcript.kept
	}
	for _, x := range []struct {
		what     string
		has, may int
	}{
		{"partial message", len(c.in.partial), message},
		{"room for a partial message", cap(c.in.partial), 2 * (message + 1<<14)},
		{"messages to be sealed", len(c.out.messages), flights},
		{"records to be flushed", len(c.out.records), flights},
		{"kept transcript", len(kept), 2 * (flights + message)},
		{"idle records", c.in.idle, maxIdle + 1},
		{"session ID", len(c.resume.id), wire.MaxSessionID},
	} {
		if x.has > x.may {
			t.Errorf("%s of the %s: %d, at most %d are allowed", x.what, sideNames[c.side], x.has, x.may)
		}
	}
	if s := c.resume.session; s != nil && s.TicketCount() > 32 {
		t.Errorf("%d tickets are kept", s.TicketCount())
	}
}

// checkFault checks that a connection has not failed by its own fault.
func checkFault(t testing.TB, c *Conn) {
	t.Helper()
	var e *Error
	if c.err != nil && (!errors.As(c.err, &e) || e.Fault == FaultLocal) {
		t.Errorf("the %s has an error that is not the peer's fault: %v", sideNames[c.side], c.err)
	}
}

func TestRunsStopAtEveryMessage(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	t.Parallel()
	for _, h := range handshakeCases {
		all := script(t, h.make)
		for i := range len(all) + 1 {
			p := h.make(t)
			if err := p.runUntil(i); err != nil {
				t.Fatalf("%s until %d: %v", h.name, i, err)
			}
			checkBounds(t, p.client)
			checkBounds(t, p.server)
		}
	}
}

// The handshake cases have every message of every flight, except those that no side sends.
func TestHandshakeCasesHaveEveryMessage(t *testing.T) {
	type sent struct {
		flight string
		from   side
		m      Message
	}
	seen := map[sent]bool{}
	for _, h := range handshakeCases {
		p := h.make(t)
		for s, c := range map[side]*Conn{client: p.client, server: p.server} {
			cfg := *c.cfg
			cfg.Observe = func(n Notice) {
				switch {
				case n.Kind == MessageSent:
					seen[sent{c.flight.name, s, n.Message}] = true
				case n.Kind == RecordSent && n.Record == TypeAlert:
					for _, w := range warnings {
						seen[sent{c.flight.name, s, w.message}] = seen[sent{c.flight.name, s, w.message}] || n.Alert == w.alert
					}
				}
			}
			c.configure(&cfg)
		}
		if err := p.runSteps(unchanged); err != nil {
			t.Fatal(h.name, err)
		}
	}
	for _, f := range []*flight{&hellos, &legacyFull, &legacyResumed, &tls13} {
		for _, r := range append(slices.Clone(f.rows), f.after...) {
			if r.message != noMessage && r.mode&(dummy|declined|refused|ignored) == 0 && !seen[sent{f.name, r.from, r.message}] {
				t.Errorf("%s: no handshake case has %v of the %s", f.name, r.message, sideNames[r.from])
			}
		}
	}
}
