package engine

import (
	"fmt"
	"time"

	"tlslab/engine/record"
	"tlslab/engine/session"
)

// How a server decides on early data (RFC 9846 §4.3.10, §8). Where it rejects it
// the handshake goes on as if none had come.

// DefaultEarlyWindow is by how much the client's view of a ticket's age may differ
// from the server's (RFC 9846 §8.3).
const DefaultEarlyWindow = 10 * time.Second

// An earlyClaim is what a ClientHello with early data rests on. It is valid while
// the ClientHello is read.
type earlyClaim struct {
	state          session.State // of the PSK that was chosen
	ticket, binder []byte
	age            uint32 // obfuscated, in milliseconds
}

// openEarly is called for a ClientHello with early_data, which is rejected until
// judgeEarly has looked at it. After a HelloRetryRequest none may come.
func (c *Conn) openEarly() error {
	switch {
	case c.info.HelloRetry:
		return fmt.Errorf("%w: early_data in the second ClientHello", changedHello)
	case !c.hs.hello.seen.has(extPreSharedKey):
		return fmt.Errorf("%w: early_data without pre_shared_key", missingExtension)
	}
	c.hs.early = &earlyState{skip: max(int(c.cfg.MaxEarlyData), leastSkipped)}
	c.info.EarlyData = EarlyRejected
	return nil
}

// An earlyRefusal is a rule by which early data is rejected.
type earlyRefusal struct {
	why     string
	refuses func(*Conn, *earlyClaim) bool
}

// earlyRefusals are asked in this order. The guard is the last, as it remembers
// what it has admitted.
var earlyRefusals = []earlyRefusal{
	{"the server takes none", func(c *Conn, _ *earlyClaim) bool { return c.cfg.MaxEarlyData == 0 }},
	{"no PSK was chosen", func(c *Conn, _ *earlyClaim) bool { return c.info.Kind != Resumed }},
	{"another PSK than the first was chosen", func(c *Conn, _ *earlyClaim) bool { return c.hs.tls13.chosen != 0 }},
	{"the ticket allows none", func(_ *Conn, x *earlyClaim) bool { return x.state.EarlyData.MaxSize == 0 }},
	{"the ticket allows more than the server takes", func(c *Conn, x *earlyClaim) bool { return x.state.EarlyData.MaxSize > c.cfg.MaxEarlyData }},
	{"another suite", func(c *Conn, x *earlyClaim) bool { return x.state.Suite != c.info.Suite.ID }},
	{"another application protocol", func(c *Conn, x *earlyClaim) bool { return string(x.state.ALPN) != c.info.ALPN }},
	{"not fresh", func(c *Conn, x *earlyClaim) bool { return !c.isFresh(x) }},
	{"a replay", func(c *Conn, x *earlyClaim) bool { return !c.cfg.AntiReplay.Admit(c.earlyHello(x)) }},
}

// judgeEarly accepts the first ClientHello's early data unless a rule refuses it.
func (c *Conn) judgeEarly() {
	x := &c.hs.early.claim
	for _, rule := range earlyRefusals {
		if rule.refuses(c, x) {
			c.info.EarlyRefusal = rule.why
			c.hs.early.claim = earlyClaim{}
			return
		}
	}
	c.info.EarlyData = EarlyAccepted
	c.hs.early.room = int(x.state.EarlyData.MaxSize)
	c.hs.early.cipher, c.hs.early.hash, c.hs.early.most = c.cipher, c.hash, record.MaxPlaintext
	c.hs.early.claim = earlyClaim{}
}

func (cfg *Config) earlyWindow() time.Duration {
	if cfg.EarlyWindow == 0 {
		return DefaultEarlyWindow
	}
	return cfg.EarlyWindow
}

// isFresh says whether the ClientHello arrives within the window around the time
// when it should.
func (c *Conn) isFresh(x *earlyClaim) bool {
	off := c.cfg.Now().Sub(x.state.ExpectedArrival(x.age))
	return -c.cfg.earlyWindow() <= off && off <= c.cfg.earlyWindow()
}

func (c *Conn) earlyHello(x *earlyClaim) session.EarlyClientHello {
	expected, window := x.state.ExpectedArrival(x.age), c.cfg.earlyWindow()
	return session.EarlyClientHello{
		Ticket: x.ticket, Binder: x.binder,
		Now: c.cfg.Now(), FreshFrom: expected.Add(-window), FreshUntil: expected.Add(window),
		Issued: x.state.Issued(), Expires: x.state.Issued().Add(c.cfg.ticketLifetime()),
	}
}
