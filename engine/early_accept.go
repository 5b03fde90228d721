package engine

import (
	"fmt"

	"tlslab/engine/record"
	"tlslab/engine/session"
)

// How a server decides on early data (RFC 9846 §4.3.10, §8). Where it rejects it
// the handshake goes on as if none had come.

// An earlyOffer is what a ClientHello with early data rests on. It is valid while
// the ClientHello is read.
type earlyOffer struct {
	state          session.State // of the PSK that was chosen
	ticket, binder []byte
	age            uint32 // obfuscated, in milliseconds
}

// beginEarlyData is called for a ClientHello with early_data, which is rejected until
// decideEarlyData has looked at it. After a HelloRetryRequest none may come.
func (c *Conn) beginEarlyData() error {
	switch {
	case c.info.HelloRetry:
		return fmt.Errorf("%w: early_data in the second ClientHello", changedHello)
	case !c.hs.hello.seen.has(extPreSharedKey):
		return fmt.Errorf("%w: early_data without pre_shared_key", missingExtension)
	}
	c.hs.early = &earlyState{skip: max(int(c.cfg.MaxEarlyData), minSkipped)}
	c.info.EarlyData = EarlyRejected
	return nil
}

// An earlyRejection is a rule by which early data is rejected.
type earlyRejection struct {
	why     string
	refuses func(*Conn, *earlyOffer) bool
}

// earlyRejections are asked in this order. The guard is the last, as it remembers
// what it has admitted.
var earlyRejections = []earlyRejection{
	{"the server takes none", func(c *Conn, _ *earlyOffer) bool { return c.cfg.MaxEarlyData == 0 }},
	{"no PSK was chosen", func(c *Conn, _ *earlyOffer) bool { return c.info.Kind != Resumed }},
	{"another PSK than the first was chosen", func(c *Conn, _ *earlyOffer) bool { return c.hs.tls13.chosen != 0 }},
	{"the ticket allows none", func(_ *Conn, x *earlyOffer) bool { return x.state.EarlyData.MaxSize == 0 }},
	{"the ticket allows more than the server takes", func(c *Conn, x *earlyOffer) bool { return x.state.EarlyData.MaxSize > c.cfg.MaxEarlyData }},
	{"another suite", func(c *Conn, x *earlyOffer) bool { return x.state.Suite != c.info.Suite.ID }},
	{"another application protocol", func(c *Conn, x *earlyOffer) bool { return string(x.state.ALPN) != c.info.ALPN }},
	{"not fresh", func(c *Conn, x *earlyOffer) bool { return !c.isFresh(x) }},
	{"a replay", func(c *Conn, x *earlyOffer) bool { return !c.cfg.AntiReplay.Admit(c.antiReplayQuery(x)) }},
}

// decideEarlyData accepts the first ClientHello's early data unless a rule refuses it.
func (c *Conn) decideEarlyData() {
	x := &c.hs.early.claim
	for _, rule := range earlyRejections {
		if rule.refuses(c, x) {
			c.info.EarlyRejection = rule.why
			c.hs.early.claim = earlyOffer{}
			return
		}
	}
	c.info.EarlyData = EarlyAccepted
	c.hs.early.room = int(x.state.EarlyData.MaxSize)
	c.hs.early.cipher, c.hs.early.hash, c.hs.early.most = c.cipher, c.hash, record.MaxPlaintext
	c.hs.early.claim = earlyOffer{}
}

// isFresh says whether the ClientHello arrives within the window around the time
// when it should.
func (c *Conn) isFresh(x *earlyOffer) bool {
	off := c.cfg.Now().Sub(x.state.ExpectedArrival(x.age))
	return -c.cfg.earlyWindow() <= off && off <= c.cfg.earlyWindow()
}

func (c *Conn) antiReplayQuery(x *earlyOffer) session.EarlyClientHello {
	expected, window := x.state.ExpectedArrival(x.age), c.cfg.earlyWindow()
	return session.EarlyClientHello{
		Ticket: x.ticket, Binder: x.binder,
		Now: c.cfg.Now(), FreshFrom: expected.Add(-window), FreshUntil: expected.Add(window),
		Issued: x.state.Issued(), Expires: x.state.Issued().Add(c.cfg.ticketLifetime()),
	}
}
