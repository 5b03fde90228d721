package engine

// This file is the order of every handshake. A flight is a table of rows that
// both sides follow: a row of ours is emitted, a row of the peer's is awaited
// (interpreter.go). Nothing else decides which message comes next.
//
// Every handshake opens with hellos. The ServerHello settles the version and
// whether a session is resumed, and with them the flight that follows:
//
//	hellos ──ServerHello──► tls13 | legacyResumed | legacyFull

// A row is one step of a flight.
type row struct {
	from    side
	message Message   // noMessage: the keys change by themselves
	when    condition // both sides know it, unless mode has optional
	keys    Epoch     // from's sending keys change to it after the message; sameKeys: they stay
	mode    mode
}

// A mode holds the exceptions to "the row's message, once, here".
type mode uint8

const (
	flush    mode = 1 << iota // what was emitted so far leaves
	optional                  // only the sender knows the condition: the next row's message may come instead
	dummy                     // never awaited, as it has no consequence: compatibility mode's ChangeCipherSpec (see Config.NoCompatibility), a warning

	// What is never sent, and what becomes of it where it is received.
	ignored  // it is passed over
	declined // it is passed over, and answered by the warning no_renegotiation
	refused  // it ends the connection, for lack of that warning
)

const sameKeys Epoch = 1<<8 - 1

// A flight is the rows of a handshake from where it begins to where it ends.
type flight struct {
	name     string
	handlers *handlers
	rows     []row

	// then is what follows the last row: the first whose condition holds.
	// Where there is none the handshake is done, and the messages of after
	// come in any order as often as their conditions hold.
	then  []continuation
	after []row

	// aside are messages that may come before the handshake is done, and are no
	// part of it.
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
	name:     "classic full",
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
	name:     "classic resumed",
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

// renegotiation is what either side asks for by these messages on a connection up
// to TLS 1.2. Nobody here takes part in it (RFC 5246 §7.2.2, RFC 5746 §4.5).
var renegotiation = []row{
	{server, HelloRequest, ifTLS, sameKeys, declined},
	{client, ClientHello, ifTLS, sameKeys, declined},
	{server, HelloRequest, ifSSL, sameKeys, refused},
	{client, ClientHello, ifSSL, sameKeys, refused},
}

// overtaken is a request for the handshake that is under way already (RFC 5246
// §7.4.1.1).
var helloRequestIgnored = []row{
	{server, HelloRequest, ifLegacy, sameKeys, ignored},
}

// tls13 is RFC 9846 §2, figures 1 to 3, from the ServerHello on.
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

	// allowed is what the other side knows of an optional row, or of one that only
	// the peer would send: where it says no, the row's message may not come. Nil:
	// it may.
	allowed func(*Conn) bool
}

// The conditions of the rows. A side knows them when it comes to the row.
var (
	always                  = condition{}
	ifHelloRetry            = condition{name: "retry", holds: func(c *Conn) bool { return c.info.HelloRetry }}
	ifRetryCompatibility    = condition{name: "retry, compatibility", holds: func(c *Conn) bool { return c.info.HelloRetry && c.hs.compatible }}
	ifCompatibility         = condition{name: "compatibility", holds: func(c *Conn) bool { return !c.info.HelloRetry && c.hs.compatible }}
	ifWarnsUnrecognizedName = condition{name: "warned of the name", holds: (*Conn).warnsUnrecognizedName}
	ifTLS13                 = condition{name: "TLS 1.3", holds: func(c *Conn) bool { return c.info.Version == TLS13 }}
	ifResumed               = condition{name: "resumed", holds: func(c *Conn) bool { return c.info.Kind == Resumed }}
	ifFull                  = condition{name: "full", holds: isFull}
	ifStapled               = condition{name: "stapled", holds: (*Conn).sendsStaple, allowed: (*Conn).mayReceiveStaple}
	ifEphemeral             = condition{name: "ephemeral", holds: func(c *Conn) bool { return GroupFamily(c.info.Suite.KeyExchange) != 0 }}
	ifRequestsCertificate   = condition{name: "the server asks", holds: func(c *Conn) bool { return c.info.isFull() && c.cfg.ClientAuth != ClientAuthNone }, allowed: isFull}
	ifCertificateRequested  = condition{name: "asked", holds: func(c *Conn) bool { return c.hs.certificateRequested }}
	ifNoCertificateAlert    = condition{name: "SSL 3.0 without certificate", holds: func(c *Conn) bool { return c.maySendNoCertificate() && c.info.Certificate == nil }, allowed: (*Conn).maySendNoCertificate}
	ifClientCertificate     = condition{name: "asked, not declined", holds: func(c *Conn) bool { return c.hs.certificateRequested && !c.hs.certificateDeclined }}
	ifClientSigns           = condition{name: "the client signs", holds: func(c *Conn) bool { return c.hs.clientSigns }}
	ifTicketPromised        = condition{name: "promised", holds: func(c *Conn) bool { return c.hs.ticketPromised }}
	ifTicketsOwed           = condition{name: "owed", holds: func(c *Conn) bool { return c.post.ticketsOwed > 0 }}
	ifTLS                   = condition{name: "TLS", holds: never, allowed: func(c *Conn) bool { return c.info.Version > SSL30 }}
	ifSSL                   = condition{name: "SSL 3.0", holds: never, allowed: func(c *Conn) bool { return c.info.Version == SSL30 }}
	ifLegacy                = condition{name: "not TLS 1.3", holds: never, allowed: (*Conn).mayBeLegacy}
	ifKeyUpdateOwed         = condition{name: "owed", holds: func(c *Conn) bool { return c.post.updateOwed }}

	// Early data. What a client has offered a server knows to have been accepted or
	// not; a client keeps its keys until it has heard. Its dummy ChangeCipherSpec
	// comes before the early data, or else where it has always been.
	ifEarlyData                  = condition{name: "early", holds: func(c *Conn) bool { return c.info.EarlyData == EarlyOffered || c.info.EarlyData == EarlyAccepted }}
	ifEarlyRetried               = condition{name: "early, retry", holds: func(c *Conn) bool { return c.hs.early != nil && c.info.HelloRetry }}
	ifNoEarlyData                = condition{name: "not early", holds: func(c *Conn) bool { return c.hs.early == nil || c.info.HelloRetry }}
	ifEarlyRejected              = condition{name: "early and rejected", holds: func(c *Conn) bool { return c.info.EarlyData == EarlyRejected && !c.info.HelloRetry }}
	ifEarlyAccepted              = condition{name: "early and accepted", holds: func(c *Conn) bool { return c.info.EarlyData == EarlyAccepted }}
	ifEarlyCompatibility         = condition{name: "early, compatibility", holds: func(c *Conn) bool { return c.hs.early != nil && c.requestsCompatibilityMode() }}
	ifRetryCompatibilityNotEarly = condition{name: "retry, compatibility, not early", holds: func(c *Conn) bool { return c.hs.early == nil && ifRetryCompatibility.holds(c) }}
	ifCompatibilityNotEarly      = condition{name: "compatibility, not early", holds: func(c *Conn) bool { return c.hs.early == nil && ifCompatibility.holds(c) }}
)

func (c *Conn) warnsUnrecognizedName() bool {
	return c.sniUnmatched() && c.cfg.UnknownNames == UnknownNameWarned && c.info.Version < TLS13
}

func never(*Conn) bool { return false }

// mayBeLegacy says whether the version is, or can still become, TLS 1.2 or lower.
func (c *Conn) mayBeLegacy() bool {
	if c.info.Version == 0 {
		return c.cfg.minVersion() < TLS13
	}
	return c.info.Version < TLS13
}

func (i *Info) isFull() bool { return i.Kind == Full }

func isFull(c *Conn) bool { return c.info.isFull() }

// maySendNoCertificate says whether the client may answer by the alert that SSL 3.0 has for that
// (RFC 6101 §5.6.6).
func (c *Conn) maySendNoCertificate() bool {
	return c.hs.certificateRequested && c.info.Version == SSL30
}
