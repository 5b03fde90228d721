package scenarios

import (
	"time"

	"tlslab/engine"
	"tlslab/engine/session"
)

// The kinds of handshakes of tls.kind, beside the engine's.
const (
	kindEarlyData = "early-data" // resumed, and the client sends its request at once
	kindRefused   = "refused"    // full: the server does not know the offered session
)

// Bounds of tickets.
const (
	maxTickets         = 255
	maxEarlyDataWindow = engine.DefaultTicketLifetime
)

// resumptionKeys are the keys of sessions, tickets and early data.
var resumptionKeys = []Key{
	{
		Name: "tls.kind", Label: "handshake kind", Default: "full",
		Doc:    "kind of the handshake that is measured: full, resumed, refused (the client offers a session that the server no longer knows: a full handshake at the price of the offer), or early-data (resumed in 1.3, and the client sends its request before the server has answered: 0-RTT); the earlier connection that establishes the session is not measured",
		fields: field(func(c *Config) value { return enum{&c.TLS.Kind, kinds} }),
		check: func(c *Config) []conflict {
			switch {
			case c.TLS.Kind != kindEarlyData:
			case c.TLS.Versions.Max < engine.TLS13:
				return conflictf(blame("tls.kind", "tls.version"), "early data needs TLS 1.3, and tls.version is %s", c.TLS.Versions)
			case c.TLS.KeyShare != c.TLS.Group && c.TLS.KeyShares == 1 && c.TLS.Resumption != engine.PSK.String():
				return conflictf(blame("tls.key_share", "tls.kind"), "a share for another group costs a HelloRetryRequest, after which there is no early data (RFC 9846 §4.2.2)")
			}
			return nil
		},
		lower: lowerKind,
	},
	{
		Name: "tls.resumption", Label: "resumption", Unset: "ticket, session-id in SSL 3.0, psk-dhe in 1.3",
		Doc:    "resumption mechanism of a resumed handshake, or offered in vain by a refused one: ticket or session-id up to 1.2, session-id alone in SSL 3.0, psk-dhe or psk in 1.3",
		fields: field(func(c *Config) value { return enum{&c.TLS.Resumption, resumptions()} }),
		derive: deriveResumption,
		applies: when(func(c *Config) bool { return c.TLS.offers() },
			"the client offers no session: tls.kind is full"),
		loweredBy: "tls.kind",
	},
	{
		Name: "tls.early_data", Label: "early data allowed", Default: "16KiB",
		Doc:       "early data that the server allows with its tickets; the client sends the rest of a longer request after the handshake",
		fields:    field(func(c *Config) value { return size{&c.TLS.EarlyData, 1, 0} }),
		applies:   earlyData,
		loweredBy: "tls.kind",
	},
	{
		Name: "tls.early_data_window", Label: "window of early data", Default: "10s",
		Doc:    "how late a ClientHello may arrive, by the ticket age that it states, for the server to accept its early data; the client sends rejected early data again after the handshake",
		fields: field(func(c *Config) value { return duration{&c.TLS.EarlyDataWindow, time.Millisecond, maxEarlyDataWindow} }),
		applies: all(earlyData, when(func(c *Config) bool { return !c.TLS.RejectEarlyData },
			"the server rejects all early data: tls.reject_early_data is true")),
		loweredBy: "tls.kind",
	},
	{
		Name: "tls.reject_early_data", Label: "early data rejected", Default: "false",
		Doc:       "whether the server rejects all early data",
		fields:    field(func(c *Config) value { return boolean{&c.TLS.RejectEarlyData} }),
		applies:   earlyData,
		loweredBy: "tls.kind",
	},
	{
		Name: "tls.tickets", Label: "tickets", Default: "2",
		Doc:    "session tickets that the server sends after a TLS 1.3 handshake",
		fields: field(func(c *Config) value { return count{&c.TLS.Tickets, 0, maxTickets} }),
		check: func(c *Config) []conflict {
			if c.TLS.Tickets == 0 && c.TLS.offers() && c.TLS.Versions.Max >= engine.TLS13 {
				return conflictf(blame("tls.tickets", "tls.kind"), "a TLS 1.3 handshake is resumed from a ticket: at least 1")
			}
			return nil
		},
		applies: inTLS13("up to TLS 1.2 a server sends one ticket, if the client resumes by tickets"),
		lower: toServer(func(c *Config, e *engine.Config) {
			if e.TicketCount = c.TLS.Tickets; c.TLS.Tickets == 0 {
				e.TicketCount = engine.NoTickets
			}
		}),
	},
	{
		Name: "tls.tickets_offered", Label: "tickets offered", Default: "1",
		Doc:    "tickets that a TLS 1.3 client offers at once, each of which it uses up; the server takes the first that it can",
		fields: field(func(c *Config) value { return count{&c.TLS.TicketsOffered, 1, engine.MaxTicketsOffered} }),
		applies: all(inTLS13("up to TLS 1.2 a client offers one ticket"),
			when(func(c *Config) bool { return c.TLS.offers() }, "the client offers no session: tls.kind is full")),
		lower: toClient(func(c *Config, e *engine.Config) { e.TicketsOffered = c.TLS.TicketsOffered }),
	},
	{
		Name: "tls.ticket_rotation", Label: "ticket rotation", Unset: "never",
		Doc:    "on real sockets: time after which the server changes its ticket key, in whole seconds; it accepts and renews tickets under the previous key",
		fields: field(func(c *Config) value { return duration{to: &c.TLS.TicketRotation} }),
		check: func(c *Config) []conflict {
			if c.TLS.TicketRotation%time.Second != 0 {
				return conflictf(blame("tls.ticket_rotation"), "%s: write whole seconds", formatDuration(c.TLS.TicketRotation))
			}
			return nil
		},
		applies: func(*Config) string { return "the server of a scenario lives for one connection" },
		lower: func(c *Config, e *engines) error {
			e.server.Tickets = session.NewTicketKeys(e.env.seed("tickets"))
			if c.TLS.TicketRotation > 0 {
				e.server.Tickets = session.RotateTicketKeys(e.env.seed("tickets"), c.TLS.TicketRotation)
			}
			return nil
		},
	},
}

var kinds = vocabulary{"a kind of handshake", append(namesOf(engine.Full, engine.Resumed), kindRefused, kindEarlyData)}

// offers reports whether the client of the handshake that is measured offers a session.
func (t *TLS) offers() bool { return t.resumes() || t.Kind == kindRefused }

// resumes reports whether the handshake that is measured resumes a session.
func (t *TLS) resumes() bool { return t.Kind == engine.Resumed.String() || t.Kind == kindEarlyData }

// earlyData is the predicate of keys about early data.
func earlyData(c *Config) string {
	if c.TLS.Kind == kindEarlyData {
		return ""
	}
	return "no client sends early data: tls.kind is not early-data"
}

// resumptionVersions says which versions know a mechanism; the first of a version is its default.
var resumptionVersions = []struct {
	name     string
	min, max engine.Version
}{
	{engine.PSKDHE.String(), engine.TLS13, engine.TLS13},
	{engine.PSK.String(), engine.TLS13, engine.TLS13},
	{engine.Ticket.String(), engine.TLS10, engine.TLS12},
	{engine.SessionID.String(), engine.SSL30, engine.TLS12},
}

// deriveResumption forgets the mechanism where no session is offered, and finds the version's
// default.
func deriveResumption(c *Config, _ bool) []conflict {
	if !c.TLS.offers() {
		c.TLS.Resumption = ""
		return nil
	}
	v := c.TLS.Versions.Max
	for _, row := range resumptionVersions {
		known := row.min <= v && v <= row.max
		switch {
		case known && c.TLS.Resumption == "":
			c.TLS.Resumption = row.name
		case !known && c.TLS.Resumption == row.name:
			return conflictf(blame("tls.resumption", "tls.version"), "%s has no resumption by %s", v.Title(), row.name)
		}
	}
	return nil
}
