package engine

import (
	"io"
	"time"

	"tlslab/engine/pki"
	"tlslab/engine/record"
	"tlslab/engine/session"
)

// DefaultRecordSize is the largest plaintext of one record, 2^14 bytes
// (RFC 9846 §5.1).
const DefaultRecordSize = 1 << 14

// A Config says how connections behave. Connections never change it, so one
// serves any number of them; the caller does not change it while they live.
// Connections that run at the same time need a Rand that allows it.
type Config struct {
	// Rand is the source of every random byte and Now the only clock. Both
	// are needed. The same two give the same bytes.
	Rand io.Reader
	Now  func() time.Time

	// MinVersion and MaxVersion bound the versions that are offered or
	// accepted; zero means TLS12 and TLS13. Older ones, down to SSL30, are
	// spoken only where MinVersion asks for them.
	MinVersion, MaxVersion Version

	// Fallback says that this client tries again with a lower MaxVersion after
	// a failure; a server that could do better then refuses (RFC 7507).
	Fallback bool

	// Suites are offered, or chosen from, in this order; nil means all of
	// Suites() but those whose cipher is on request (record.Cipher). Suites of
	// all versions may be mixed.
	Suites []SuiteID

	// Groups are offered, or chosen from, in this order; nil means x25519,
	// p256 and p384, and the others must be asked for.
	// KeyShares is the number of groups, from the front, for which a TLS 1.3
	// client sends a share at once; 0 means one, and NoKeyShares none.
	Groups    []Group
	KeyShares int

	// SignatureSchemes are accepted in the peer's handshake signatures from TLS 1.2
	// on, most preferred first; nil means all but those with SHA-1. Up to TLS 1.2 an
	// empty list leaves the extension out, which stands for SHA-1 (RFC 5246
	// §7.4.1.4.1).
	SignatureSchemes []SignatureScheme

	// Certificates are what a server may present: the first for the name that the
	// client asks for that fits the ClientHello, or else the first that fits it.
	// UnknownNames is what becomes of clients that ask for a name that none is for.
	// A client that is asked for a certificate presents the first that fits the
	// CertificateRequest, or none.
	Certificates []*Certificate
	UnknownNames NamePolicy

	// Roots are the client's trust anchors. ToleratedFaults are faults of the peer's chain
	// that either side puts up with, once it has looked for them: Info.ToleratedFaults says
	// which it found. VerifyNothing accepts any chain without looking, and costs
	// nothing. The handshake signature is checked all the same.
	Roots           *pki.Roots
	ToleratedFaults pki.ChainFault
	VerifyNothing   bool

	// ClientAuth is a server's policy on clients' certificates, and ClientCAs are
	// the trust anchors of these, whose names clients are told. A session
	// remembers who the client was, so servers that share Tickets or a
	// SessionCache must trust the same anchors.
	ClientAuth ClientAuth
	ClientCAs  *pki.Roots

	// Revocation is how a client learns whether the server's certificate has been
	// revoked, in full handshakes: by a response that the server is asked to
	// staple (Certificate.WithStatus), or by one that the caller fetches on
	// EventOCSPRequest. Without one the handshake fails, unless SoftFail: then
	// only an answer can make it fail, one that does not say good or that does not
	// verify, or the lack of a staple that the certificate itself demands (RFC 7633).
	// A leaf that is trusted as it stands, or that is put up with though its issuer is
	// not known, has nobody whose word would count: then there is none.
	Revocation Revocation
	SoftFail   bool

	// Admit, where set, is asked whether a peer whose chain, leaf first, was
	// verified is let in, also where a session remembers the chain; an error is
	// why not (access_denied, RFC 9846 §6.2). A peer without a chain is not its
	// affair.
	Admit func(chain []*pki.Certificate) error

	// ALPN lists the application protocols in order of preference
	// (RFC 7301).
	ALPN []string

	// Resumption lists the ways in which sessions may be resumed, most
	// preferred first, as far as the fields below provide them. Nil means
	// every way but PSK, which must be asked for; an empty list means none.
	Resumption []Resumption

	// Session is what a client offers to resume; nil asks for a full
	// handshake. ReuseTickets lets a TLS 1.3 ticket be offered more than
	// once, which RFC 9846 §C.4 advises against.
	// TicketsOffered is how many of its tickets a client offers at once, the oldest
	// first, each of which it uses up; 0 means one.
	Session        *session.Session
	ReuseTickets   bool
	TicketsOffered int

	// SessionCache keeps a server's sessions under their session IDs, and
	// Tickets seals them into tickets. Nil: that way is not provided.
	SessionCache session.Cache
	Tickets      session.Tickets

	// TicketCount is the number of NewSessionTicket messages that a TLS 1.3
	// server sends after a handshake; 0 means DefaultTicketCount, and
	// NoTickets none.
	TicketCount int

	// TicketLifetime is how long a ticket may be resumed from; 0 means
	// DefaultTicketLifetime. RFC 9846 §4.7.1 allows seven days at most.
	TicketLifetime time.Duration

	// EarlyData makes a client offer early data (0-RTT) where the first ticket of
	// Session allows it: Seal then takes application data right after Start. It
	// can be replayed by anyone who has seen it (RFC 9846 §8).
	EarlyData bool

	// MaxEarlyData is how many bytes of early data a server accepts, and its
	// tickets allow; 0 means none. EarlyWindow is by how much a ticket's age as
	// the client tells it may be wrong, 0 means DefaultEarlyWindow, and
	// AntiReplay, which is needed, keeps out replays.
	MaxEarlyData uint32
	EarlyWindow  time.Duration
	AntiReplay   session.AntiReplay

	// SplitRecords makes Seal put the first byte into a record of its own where
	// the IV of a block cipher is known beforehand, in TLS 1.0: what follows is
	// then encrypted under an IV that nobody could foresee ("1/n-1 splitting",
	// against the BEAST attack).
	SplitRecords bool

	// RecordSize is the largest number of plaintext bytes that Seal puts
	// into one record, before padding and tag; 0 means DefaultRecordSize.
	RecordSize int

	// RecordSizing says how much Seal puts into each record where that changes as
	// time goes on, or is what a TCP segment carries; nil means RecordSize. MSS is
	// what a full segment carries in bytes until Conn.SetMSS says so; 0 means
	// DefaultMSS. Now is asked where the sizing has an idle time. Early data is in
	// records as long as they may be.
	RecordSizing *record.Sizing
	MSS          int

	// PadTo makes TLS 1.3's records multiples of so many bytes, content type
	// included, tag not; 0 means no padding (RFC 9846 §5.4).
	PadTo int

	// KeyUpdateAfter is the number of records after which a TLS 1.3 side changes its
	// sending keys by itself, once the handshake is done; 0, or more than the cipher
	// allows, means what the cipher allows (record.Cipher.Records).
	KeyUpdateAfter uint64

	// MaxFragment is the max_fragment_length that a client asks for: 512,
	// 1024, 2048 or 4096 bytes; 0 means none. A server grants it (RFC 6066 §4).
	MaxFragment int

	// RecordSizeLimit is the record_size_limit that this side announces: the
	// most bytes that it accepts in a protected record, in TLS 1.3 with content
	// type and padding; 0 means that a client sends none, and that a server
	// answers with the protocol's own limit (RFC 8449).
	RecordSizeLimit int

	// NoCompatibility leaves out TLS 1.3's middlebox compatibility mode:
	// the dummy change_cipher_spec records and the session ID that asks for
	// them (RFC 9846 §E.4).
	NoCompatibility bool

	// NoExtendedMasterSecret leaves out the extension of RFC 7627.
	NoExtendedMasterSecret bool

	// Compression offers or accepts DEFLATE for all records, up to TLS 1.2. A
	// client that knows TLS 1.3 cannot offer it (RFC 3749, RFC 9846 §4.2.2).
	Compression bool

	// EncryptThenMAC offers or accepts the extension of RFC 7366, by which a
	// block cipher's MAC comes after the encryption, up to TLS 1.2.
	EncryptThenMAC bool

	// Observe, where set, is told of every message, record, key change,
	// secret and expensive operation, in order. It must not keep the
	// slices of a Notice, nor call back into the Conn.
	Observe func(Notice)
}

// Settings of Config.TicketCount and Config.TicketLifetime.
const (
	DefaultTicketCount    = 2
	NoTickets             = -1
	DefaultTicketLifetime = 2 * time.Hour
)

// NoKeyShares is the setting of Config.KeyShares that sends an empty
// key_share, which asks the server for a HelloRetryRequest (RFC 9846
// §4.3.8).
const NoKeyShares = -1

// DefaultEarlyWindow is by how much the client's view of a ticket's age may differ
// from the server's (RFC 9846 §8.3).
const DefaultEarlyWindow = 10 * time.Second

// DefaultMSS is what a full TCP segment is taken to carry where nobody knows: 1280
// bytes, which every IPv6 path takes, without an IPv6 header and a TCP header with
// timestamps.
const DefaultMSS = 1280 - 40 - 32

// MaxTicketsOffered bounds the tickets that a client offers at once, and those that
// a server tries to open.
const MaxTicketsOffered = 4
