package engine

import (
	"fmt"

	"tlslab/engine/record"
	"tlslab/engine/session"
)

// A server decides on early data when it has read the first ClientHello (RFC 9846 §4.3.10, §8). If
// it rejects early data, it skips the records of early data and continues the handshake.

// An earlyOffer is the PSK under which a ClientHello offers early data. Its slices are valid while
// the ClientHello is read.
type earlyOffer struct {
	state          session.State // of the chosen PSK
	ticket, binder []byte
	age            uint32 // obfuscated_ticket_age, in milliseconds
}

// beginEarlyData handles early_data in a ClientHello. The state is EarlyRejected until
// decideEarlyData accepts. A second ClientHello must not offer early data.
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

// An earlyRejection is a rule that rejects early data.
type earlyRejection struct {
	why     string
	refuses func(*Conn, *earlyOffer) bool
}

// earlyRejections are applied in this order. AntiReplay comes last: it remembers what it admits.
var earlyRejections = []earlyRejection{
	{"the server accepts none", func(c *Conn, _ *earlyOffer) bool { return c.cfg.MaxEarlyData == 0 }},
	{"no PSK was chosen", func(c *Conn, _ *earlyOffer) bool { return c.info.Kind != Resumed }},
	{"the chosen PSK is not the first", func(c *Conn, _ *earlyOffer) bool { return c.hs.tls13.selectedIdentity != 0 }},
	{"the ticket allows none", func(_ *Conn, x *earlyOffer) bool { return x.state.EarlyData.MaxSize == 0 }},
	{"the ticket allows more than the server accepts", func(c *Conn, x *earlyOffer) bool { return x.state.EarlyData.MaxSize > c.cfg.MaxEarlyData }},
	{"another suite", func(c *Conn, x *earlyOffer) bool { return x.state.Suite != c.info.Suite.ID }},
	{"another application protocol", func(c *Conn, x *earlyOffer) bool { return string(x.state.ALPN) != c.info.ALPN }},
	{"not fresh", func(c *Conn, x *earlyOffer) bool { return !c.cfg.isFresh(x) }},
	{"a replay", func(c *Conn, x *earlyOffer) bool { return !c.cfg.AntiReplay.Admit(c.cfg.antiReplayQuery(x)) }},
}

// decideEarlyData accepts the early data of the first ClientHello unless a rule rejects it.
func (c *Conn) decideEarlyData() {
	x := &c.hs.early.offer
	for _, rule := range earlyRejections {
		if rule.refuses(c, x) {
			c.info.EarlyRejection = rule.why
			c.hs.early.offer = earlyOffer{}
			return
		}
	}
	c.info.EarlyData = EarlyAccepted
	c.hs.early.room = int(x.state.EarlyData.MaxSize)
	c.hs.early.cipher, c.hs.early.hash, c.hs.early.maxPlaintext = c.cipher, c.hash, record.MaxPlaintext
	c.hs.early.offer = earlyOffer{}
}

// isFresh reports whether the ClientHello arrives within EarlyWindow of its expected arrival (RFC
// 9846 §8.3).
func (cfg *Config) isFresh(x *earlyOffer) bool {
	off := cfg.Now().Sub(x.state.ExpectedArrival(x.age))
	return -cfg.earlyWindow() <= off && off <= cfg.earlyWindow()
}

func (cfg *Config) antiReplayQuery(x *earlyOffer) session.EarlyClientHello {
	expected, window := x.state.ExpectedArrival(x.age), cfg.earlyWindow()
	return session.EarlyClientHello{
		Ticket: x.ticket, Binder: x.binder,
		Now: cfg.Now(), FreshFrom: expected.Add(-window), FreshUntil: expected.Add(window),
		Issued: x.state.Issued(), Expires: x.state.Issued().Add(cfg.ticketLifetime()),
	}
}
