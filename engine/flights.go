package engine

// This file is the order of every handshake. A flight is a table of rows that both sides follow: a
// side sends the messages of its own rows, and expects those of the peer's rows (interpreter.go).
// Nothing else decides which message comes next.
//
// Every handshake begins with the hellos. The ServerHello decides on the version, and on whether a
// session is resumed, and so on the flight that follows:
//
//	hellos ──ServerHello──► tls13 | legacyResumed | legacyFull

// A row is one step of a flight.
type row struct {
	from    side
	message Message   // noMessage: the row only changes keys
	when    condition // both sides know it, unless mode has optional
	keys    Epoch     // from's sending keys after the message; sameKeys: they do not change
	mode    mode
}

// A mode is a set of flags of a row. Without flags the sender sends the message in this place,
// exactly once.
type mode uint8

const (
	// flush: the sender seals all waiting messages.
	flush mode = 1 << iota
	// optional: only the sender knows the condition. The next row's message may come instead.
	optional
	// dummy: the message has no effect, and the receiver does not expect it: compatibility mode's
	// ChangeCipherSpec, and a warning.
	dummy

	// The next flags mark messages that neither side sends. The receiver:
	ignored  // ignores the message
	declined // ignores it, and answers by the warning no_renegotiation
	refused  // ends the connection: SSL 3.0 does not have that warning
)

const sameKeys Epoch = 1<<8 - 1

// A flight is the rows of a handshake, from one branch to the next.
type flight struct {
	name     string
	handlers *handlers
	rows     []row

	// then lists the flights that can follow the last row: the first whose condition holds does. If
	// then is empty, the handshake is done after the last row. The messages of after may follow in
	// any order, as often as their conditions hold.
	then  []continuation
	after []row

	// aside are messages that may come at any time during the handshake and are not part of it.
	aside []row
}

type continuation struct {
	when   condition
	flight *flight
}

var hellos = flight{
	name:     "hellos",
	handlers: &helloHandlers,
	rows: []row{
		{client, ClientHello, always, sameKeys, flush},
		{client, ChangeCipherSpec, ifEarlyCompatibility, sameKeys, dummy},
		{client, noMessage, ifEarlyData, EpochEarly, 0},
		{server, HelloRetryRequest, ifHelloRetry, sameKeys, flush | optional},
		{server, ChangeCipherSpec, ifRetryCompatibility, sameKeys, dummy},
		{client, noMessage, ifEarlyRetried, EpochClear, 0},
		{client, ChangeCipherSpec, ifRetryCompatibilityNotEarly, sameKeys, dummy},
		{client, ClientHello, ifHelloRetry, sameKeys, flush},
		{server, UnrecognizedName, ifWarnsUnrecognizedName, sameKeys, dummy},
		{server, ServerHello, always, sameKeys, 0},
	},
	then:  []continuation{{ifTLS13, &tls13}, {ifResumed, &legacyResumed}, {always, &legacyFull}},
	aside: helloRequestIgnored,
}

// legacyFull is RFC 5246 §7.3, figure 1, with RFC 6066 §8's CertificateStatus.
var legacyFull = flight{
	name:     "legacy full",
	handlers: &legacyHandlers,
	rows: []row{
		{server, Certificates, always, sameKeys, 0},
		{server, CertificateStatus, ifStapled, sameKeys, optional},
		{server, ServerKeyExchange, ifEphemeral, sameKeys, 0},
		{server, CertificateRequest, ifRequestsCertificate, sameKeys, optional},
		{server, ServerHelloDone, always, sameKeys, flush},
		{client, NoCertificate, ifNoCertificateAlert, sameKeys, optional},
		{client, Certificates, ifClientCertificate, sameKeys, 0},
		{client, ClientKeyExchange, always, sameKeys, 0},
		{client, CertificateVerify, ifClientSigns, sameKeys, 0},
		{client, ChangeCipherSpec, always, EpochApplication, 0},
		{client, Finished, always, sameKeys, flush},
		{server, NewSessionTicket, ifTicketPromised, sameKeys, 0},
		{server, ChangeCipherSpec, always, EpochApplication, 0},
		{server, Finished, always, sameKeys, flush},
	},
	after: renegotiation,
	aside: helloRequestIgnored,
}

// legacyResumed is RFC 5246 §7.3, figure 2, with RFC 5077 §3.1's ticket.
var legacyResumed = flight{
	name:     "legacy resumed",
	handlers: &legacyHandlers,
	rows: []row{
		{server, NewSessionTicket, ifTicketPromised, sameKeys, 0},
		{server, ChangeCipherSpec, always, EpochApplication, 0},
		{server, Finished, always, sameKeys, flush},
		{client, ChangeCipherSpec, always, EpochApplication, 0},
		{client, Finished, always, sameKeys, flush},
	},
	after: renegotiation,
	aside: helloRequestIgnored,
}

// renegotiation holds the requests for a renegotiation, up to TLS 1.2. Each side declines or
// refuses all of them (RFC 5246 §7.2.2, RFC 5746 §4.5).
var renegotiation = []row{
	{server, HelloRequest, ifTLS, sameKeys, declined},
	{client, ClientHello, ifTLS, sameKeys, declined},
	{server, HelloRequest, ifSSL, sameKeys, refused},
	{client, ClientHello, ifSSL, sameKeys, refused},
}

// helloRequestIgnored is a HelloRequest during a handshake: a client ignores it (RFC 5246
// §7.4.1.1).
var helloRequestIgnored = []row{
	{server, HelloRequest, ifLegacy, sameKeys, ignored},
}

// tls13 is the handshake of RFC 9846 §2, figures 1 to 4, from the ServerHello on.
var tls13 = flight{
	name:     "tls13",
	handlers: &tls13Handlers,
	rows: []row{
		{server, ChangeCipherSpec, ifCompatibility, sameKeys, dummy},
		{server, noMessage, always, EpochHandshake, 0},
		{client, noMessage, ifNoEarlyData, EpochHandshake, 0},
		{server, EncryptedExtensions, always, sameKeys, 0},
		{client, noMessage, ifEarlyRejected, EpochHandshake, 0},
		{server, CertificateRequest, ifRequestsCertificate, sameKeys, optional},
		{server, Certificates, ifFull, sameKeys, 0},
		{server, CertificateVerify, ifFull, sameKeys, 0},
		{server, Finished, always, EpochApplication, flush},
		{client, ChangeCipherSpec, ifCompatibilityNotEarly, sameKeys, dummy},
		{client, EndOfEarlyData, ifEarlyAccepted, EpochHandshake, 0},
		{client, Certificates, ifCertificateRequested, sameKeys, 0},
		{client, CertificateVerify, ifClientSigns, sameKeys, 0},
		{client, Finished, always, EpochApplication, flush},
	},
	after: []row{
		{server, NewSessionTicket, ifTicketsOwed, sameKeys, 0},
		{client, KeyUpdate, ifKeyUpdateOwed, EpochApplication, flush},
		{server, KeyUpdate, ifKeyUpdateOwed, EpochApplication, flush},
	},
}

// A condition decides whether a row takes place.
type condition struct {
	name  string // "" is always
	holds func(*Conn) bool

	// allowed decides for the receiver of an optional row, or of a row that no side sends. If it
	// returns false, the message is unexpected. Nil allows the message.
	allowed func(*Conn) bool
}

// The conditions of the rows. A side can decide each when it comes to the row.
var (
	always                  = condition{}
	ifHelloRetry            = condition{name: "HelloRetryRequest", holds: func(c *Conn) bool { return c.info.HelloRetry }}
	ifRetryCompatibility    = condition{name: "HelloRetryRequest, compatibility mode", holds: func(c *Conn) bool { return c.info.HelloRetry && c.hs.compatible }}
	ifCompatibility         = condition{name: "compatibility mode", holds: func(c *Conn) bool { return !c.info.HelloRetry && c.hs.compatible }}
	ifWarnsUnrecognizedName = condition{name: "server_name unknown, warning", holds: (*Conn).warnsUnrecognizedName}
	ifTLS13                 = condition{name: "TLS 1.3", holds: func(c *Conn) bool { return c.info.Version == TLS13 }}
	ifResumed               = condition{name: "resumed", holds: func(c *Conn) bool { return c.info.Kind == Resumed }}
	ifFull                  = condition{name: "full", holds: isFull}
	ifStapled               = condition{name: "stapled", holds: (*Conn).sendsStaple, allowed: (*Conn).mayReceiveStaple}
	ifEphemeral             = condition{name: "(EC)DHE", holds: func(c *Conn) bool { return GroupFamily(c.info.Suite.KeyExchange) != 0 }}
	ifRequestsCertificate   = condition{name: "certificate requested", holds: func(c *Conn) bool { return c.info.isFull() && c.cfg.ClientAuth != ClientAuthNone }, allowed: isFull}
	ifCertificateRequested  = condition{name: "certificate requested", holds: func(c *Conn) bool { return c.hs.certificateRequested }}
	ifNoCertificateAlert    = condition{name: "SSL 3.0, no certificate", holds: func(c *Conn) bool { return c.maySendNoCertificate() && c.info.Certificate == nil }, allowed: (*Conn).maySendNoCertificate}
	ifClientCertificate     = condition{name: "certificate requested, not declined", holds: func(c *Conn) bool { return c.hs.certificateRequested && !c.hs.certificateDeclined }}
	ifClientSigns           = condition{name: "client has a certificate", holds: func(c *Conn) bool { return c.hs.clientSigns }}
	ifTicketPromised        = condition{name: "ticket promised", holds: func(c *Conn) bool { return c.hs.ticketPromised }}
	ifTicketsOwed           = condition{name: "ticket owed", holds: func(c *Conn) bool { return c.post.ticketsOwed > 0 }}
	ifTLS                   = condition{name: "TLS", holds: never, allowed: func(c *Conn) bool { return c.info.Version > SSL30 }}
	ifSSL                   = condition{name: "SSL 3.0", holds: never, allowed: func(c *Conn) bool { return c.info.Version == SSL30 }}
	ifLegacy                = condition{name: "not TLS 1.3", holds: never, allowed: (*Conn).mayBeLegacy}
	ifKeyUpdateOwed         = condition{name: "KeyUpdate owed", holds: func(c *Conn) bool { return c.post.updateOwed }}

	// Early data. The server knows at once whether it accepts early data. The client keeps its keys
	// until it has read the server's answer. A client that offers early data sends its dummy
	// ChangeCipherSpec before it.
	ifEarlyData                  = condition{name: "early data", holds: func(c *Conn) bool { return c.info.EarlyData == EarlyOffered || c.info.EarlyData == EarlyAccepted }}
	ifEarlyRetried               = condition{name: "early data, HelloRetryRequest", holds: func(c *Conn) bool { return c.hs.early != nil && c.info.HelloRetry }}
	ifNoEarlyData                = condition{name: "no early data", holds: func(c *Conn) bool { return c.hs.early == nil || c.info.HelloRetry }}
	ifEarlyRejected              = condition{name: "early data rejected", holds: func(c *Conn) bool { return c.info.EarlyData == EarlyRejected && !c.info.HelloRetry }}
	ifEarlyAccepted              = condition{name: "early data accepted", holds: func(c *Conn) bool { return c.info.EarlyData == EarlyAccepted }}
	ifEarlyCompatibility         = condition{name: "early data, compatibility mode", holds: func(c *Conn) bool { return c.hs.early != nil && c.requestsCompatibilityMode() }}
	ifRetryCompatibilityNotEarly = condition{name: "HelloRetryRequest, compatibility mode, no early data", holds: func(c *Conn) bool { return c.hs.early == nil && ifRetryCompatibility.holds(c) }}
	ifCompatibilityNotEarly      = condition{name: "compatibility mode, no early data", holds: func(c *Conn) bool { return c.hs.early == nil && ifCompatibility.holds(c) }}
)

func (c *Conn) warnsUnrecognizedName() bool {
	return c.sniUnmatched() && c.cfg.UnknownNames == UnknownNameWarned && c.info.Version < TLS13
}

func never(*Conn) bool { return false }

// mayBeLegacy reports whether the version is TLS 1.2 or lower, or still can be.
func (c *Conn) mayBeLegacy() bool {
	if c.info.Version == 0 {
		return c.cfg.minVersion() < TLS13
	}
	return c.info.Version < TLS13
}

func (i *Info) isFull() bool { return i.Kind == Full }

func isFull(c *Conn) bool { return c.info.isFull() }

// maySendNoCertificate reports whether the client may answer a CertificateRequest by SSL 3.0's
// no_certificate alert (RFC 6101 §5.6.6).
func (c *Conn) maySendNoCertificate() bool {
	return c.hs.certificateRequested && c.info.Version == SSL30
}
