package engine

import (
	"fmt"
	"time"

	"tlslab/engine/record"
	"tlslab/engine/wire"
)

// How a server decides on early data (RFC 9846 §4.3.10, §8). Where it rejects it
// the handshake goes on as if none had come.

// DefaultEarlyWindow is by how much the client's view of a ticket's age may differ
// from the server's (RFC 9846 §8.3).
const DefaultEarlyWindow = 10 * time.Second

// An earlyClaim is what a ClientHello with early data rests on. It is valid while
// the ClientHello is read.
type earlyClaim struct {
	state          wire.SessionState // of the PSK that was chosen
	ticket, binder []byte
	age            uint32 // obfuscated, in milliseconds
}

// openEarly is called for a ClientHello with early_data, which is rejected until
// judgeEarly has looked at it. After a HelloRetryRequest none may come.
func (c *Conn) openEarly() error {
	switch {
	case c.info.HelloRetry:
		return fmt.Errorf("%w: early_data in the second ClientHello", changedHello)
	case !c.hello.seen.has(extPreSharedKey):
		return fmt.Errorf("%w: early_data without pre_shared_key", missingExtension)
	}
	c.early = &earlyState{skip: max(int(c.cfg.MaxEarlyData), leastSkipped)}
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
	{"another PSK than the first was chosen", func(c *Conn, _ *earlyClaim) bool { return c.modern.chosen != 0 }},
	{"the ticket allows none", func(_ *Conn, x *earlyClaim) bool { return x.state.Early.Most == 0 }},
	{"the ticket allows more than the server takes", func(c *Conn, x *earlyClaim) bool { return x.state.Early.Most > c.cfg.MaxEarlyData }},
	{"another suite", func(c *Conn, x *earlyClaim) bool { return SuiteID(x.state.Suite) != c.info.Suite.ID }},
	{"another application protocol", func(c *Conn, x *earlyClaim) bool { return string(x.state.Protocol) != c.info.ALPN }},
	{"not fresh", func(c *Conn, x *earlyClaim) bool { return !c.isFresh(x) }},
	{"a replay", func(c *Conn, x *earlyClaim) bool { return !c.cfg.EarlyGuard.Admit(c.earlyHello(x)) }},
}

// judgeEarly accepts the first ClientHello's early data unless a rule refuses it.
func (c *Conn) judgeEarly() {
	x := &c.early.claim
	for _, rule := range earlyRefusals {
		if rule.refuses(c, x) {
			c.info.EarlyRefusal = rule.why
			c.early.claim = earlyClaim{}
			return
		}
	}
	c.info.EarlyData = EarlyAccepted
	c.early.room = int(x.state.Early.Most)
	c.early.cipher, c.early.hash, c.early.most = c.cipher, c.hash, record.MaxPlaintext
	c.early.claim = earlyClaim{}
}

func (cfg *Config) earlyWindow() time.Duration {
	if cfg.EarlyWindow == 0 {
		return DefaultEarlyWindow
	}
	return cfg.EarlyWindow
}

// expected is when the ClientHello should arrive by the client's view of the
// ticket's age (RFC 9846 §8.3).
func (x *earlyClaim) expected() time.Time {
	age := time.Duration(x.age-x.state.Early.AgeAdd) * time.Millisecond
	return x.issued().Add(age)
}

func (x *earlyClaim) issued() time.Time {
	return time.Unix(int64(x.state.Created), int64(x.state.Early.Millis)*int64(time.Millisecond))
}

// isFresh says whether the ClientHello arrives within the window around the time
// when it should.
func (c *Conn) isFresh(x *earlyClaim) bool {
	off := c.cfg.Now().Sub(x.expected())
	return -c.cfg.earlyWindow() <= off && off <= c.cfg.earlyWindow()
}

func (c *Conn) earlyHello(x *earlyClaim) EarlyHello {
	expected, window := x.expected(), c.cfg.earlyWindow()
	return EarlyHello{
		Ticket: x.ticket, Binder: x.binder,
		Now: c.cfg.Now(), From: expected.Add(-window), Until: expected.Add(window),
		Issued: x.issued(), Expires: x.issued().Add(c.cfg.ticketLifetime()),
	}
}
