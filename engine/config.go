package engine

import (
	"io"
	"time"

	"tlslab/engine/pki"
	"tlslab/engine/record"
	"tlslab/engine/session"
)

// A Config configures connections. Connections never change it, so one Config serves any number of
// them. The caller must not change it while a connection uses it. If connections run concurrently,
// Rand must be safe for concurrent use.
type Config struct {
	// Rand is the source of every random byte, and Now is the only clock. Both are required. The
	// same two give the same bytes on the wire.
	Rand io.Reader
	Now  func() time.Time

	// MinVersion and MaxVersion bound the versions that this side offers or accepts. Zero means
	// TLS12 and TLS13. Versions below TLS12 are enabled only by a lower MinVersion: SSL30, TLS10 or
	// TLS11.
	MinVersion, MaxVersion Version

	// Fallback makes a client send TLS_FALLBACK_SCSV: it retries with a lower MaxVersion after a
	// failed handshake. A server that supports a higher version then refuses (RFC 7507).
	Fallback bool

	// Suites are the cipher suites in order of preference, for all versions. Nil means all suites
	// of protocol.Suites except those with an opt-in cipher (record.Cipher.OptIn).
	Suites []SuiteID

	// Groups are the groups in order of preference. Nil means x25519, p256 and p384.
	Groups []Group
	// KeyShares is the number of groups, from the front of Groups, for which a TLS 1.3 client sends
	// a key share in its first ClientHello. 0 means one; NoKeyShares means none.
	KeyShares int

	// SignatureSchemes are the schemes that this side accepts in the peer's handshake signatures,
	// from TLS 1.2 on, in order of preference. Nil means all except those with SHA-1. An empty list
	// leaves signature_algorithms out, which TLS 1.2 reads as SHA-1 (RFC 5246 §7.4.1.4.1).
	SignatureSchemes []SignatureScheme

	// Certificates are the certificates of this side in order of preference. A server presents the
	// first that matches the client's server_name and its other extensions; see UnknownNames. A
	// client presents the first that matches the CertificateRequest, or none.
	Certificates []*Certificate
	// UnknownNames is the policy for a ClientHello whose server_name matches no certificate.
	UnknownNames NamePolicy

	// Roots are the trust anchors of a client. A client needs Roots or VerifyNothing.
	Roots *pki.Roots
	// ToleratedFaults are the faults of the peer's chain that do not end the handshake. The chain
	// is verified first: Info.ToleratedFaults tells which of them it has.
	ToleratedFaults pki.ChainFault
	// VerifyNothing accepts every chain without verification, and without its cost. The handshake
	// signature is still verified.
	VerifyNothing bool

	// ClientAuth is a server's policy on client certificates.
	ClientAuth ClientAuth
	// ClientCAs are the trust anchors of client certificates. A server sends their names in its
	// CertificateRequest. A session holds the client's chain, so servers that share Tickets or a
	// SessionCache need the same ClientCAs.
	ClientCAs *pki.Roots

	// Revocation is how a client learns in a full handshake whether the server's certificate is
	// revoked: by a stapled OCSP response (Certificate.WithOCSPResponse), or by one that the caller
	// fetches on EventOCSPRequest. Revocation is not checked for a leaf that is itself a trust
	// anchor, or whose issuer is unknown and tolerated.
	Revocation Revocation
	// SoftFail lets a handshake continue if no OCSP response arrives. The handshake still fails if
	// a response does not verify, if the status is not good, or if the staple is missing and the
	// certificate requires one (RFC 7633).
	SoftFail bool

	// Admit decides whether a peer may connect. It is called with the verified chain, leaf first,
	// in full and in resumed handshakes. An error refuses the peer (access_denied, RFC 9846 §6.2).
	// It is not called for a peer without a certificate. Nil admits every peer.
	Admit func(chain []*pki.Certificate) error

	// ALPN lists application protocols in order of preference (RFC 7301), each 1 to 255 bytes long.
	ALPN []string

	// Resumption lists the mechanisms that may resume a session, in order of preference. Nil means
	// PSKDHE, Ticket and SessionID; PSK must be listed. An empty list disables resumption.
	Resumption []Resumption

	// Session is what a client offers to resume. Nil asks for a full handshake.
	Session *session.Session
	// ReuseTickets lets a client offer a TLS 1.3 ticket more than once, which RFC 9846 §C.4 advises
	// against.
	ReuseTickets bool
	// TicketsOffered is the number of TLS 1.3 tickets that a client offers at once, the oldest
	// first: 0 to MaxTicketsOffered. 0 means one. Each offered ticket is used up unless
	// ReuseTickets is true.
	TicketsOffered int

	// SessionCache keeps a server's sessions under their session IDs. Nil disables session IDs.
	SessionCache session.Cache
	// Tickets seals a server's sessions into tickets. Nil disables tickets and PSKs.
	Tickets session.Tickets

	// TicketCount is the number of NewSessionTicket messages that a TLS 1.3 server sends after a
	// handshake, at most 255. 0 means DefaultTicketCount; NoTickets means none.
	TicketCount int

	// TicketLifetime is how long a server resumes from a ticket, at most 7 days (RFC 9846 §4.7.1).
	// 0 means DefaultTicketLifetime.
	TicketLifetime time.Duration

	// EarlyData makes a client offer early data (0-RTT) if the first ticket of Session allows it.
	// Then Seal takes application data right after Start. An attacker who records early data can
	// replay it (RFC 9846 §8).
	EarlyData bool

	// MaxEarlyData is how many bytes of early data a server accepts from one ClientHello, and the
	// max_early_data_size of its tickets. 0 means none.
	MaxEarlyData uint32
	// EarlyWindow is the largest difference, in either direction, between the ticket age that a
	// client sends and the age that the server measures (RFC 9846 §8.3). 0 means
	// DefaultEarlyWindow.
	EarlyWindow time.Duration
	// AntiReplay rejects replayed early data. It is required if MaxEarlyData is not 0.
	AntiReplay session.AntiReplay

	// SplitRecords makes Seal put the first byte into a record of its own in SSL 3.0 and TLS 1.0
	// with a block cipher. In these versions the IV is the last ciphertext block of the previous
	// record; after the split an attacker cannot predict the IV ("1/n-1 splitting", against BEAST).
	SplitRecords bool

	// RecordSize is the largest number of plaintext bytes that Seal puts into one record, before
	// padding and tag: 1 to 16384. 0 means DefaultRecordSize.
	RecordSize int

	// RecordSizing decides the size of each record if it changes over time or follows the MSS. Nil
	// means RecordSize. Early data ignores it. A sizing with an idle time reads Now.
	RecordSizing *record.Sizing
	// MSS is the number of bytes that a full TCP segment carries, until Conn.SetMSS changes it: at
	// most 65535. 0 means DefaultMSS. Only RecordSizing uses it.
	MSS int

	// PadTo pads the plaintext of TLS 1.3 records, content type included and tag excluded, to a
	// multiple of this many bytes, at most 16384. 0 means no padding (RFC 9846 §5.4).
	PadTo int

	// KeyUpdateAfter is the number of records after which a TLS 1.3 side changes its sending keys.
	// 0, or more than the cipher allows, means what the cipher allows (record.Cipher.Records). It
	// counts from the end of the handshake.
	KeyUpdateAfter uint64

	// MaxFragment is the max_fragment_length that a client requests: 512, 1024, 2048 or 4096 bytes.
	// 0 means none. Servers grant it (RFC 6066 §4).
	MaxFragment int

	// RecordSizeLimit is the record_size_limit that this side sends: the largest plaintext in bytes
	// that it accepts in a protected record, in TLS 1.3 with content type and padding. It is 64 to
	// 16384 bytes, 16385 in TLS 1.3. 0 means that a client sends none, and that a server answers
	// with the protocol's maximum (RFC 8449).
	RecordSizeLimit int

	// NoCompatibility disables TLS 1.3's middlebox compatibility mode: the dummy change_cipher_spec
	// records, and the session ID that requests them (RFC 9846 §E.4).
	NoCompatibility bool

	// NoExtendedMasterSecret leaves out the extended_master_secret extension (RFC 7627).
	NoExtendedMasterSecret bool

	// Compression offers or accepts DEFLATE up to TLS 1.2 (RFC 3749). A client that offers TLS 1.3
	// cannot offer it (RFC 9846 §4.2.2).
	Compression bool

	// EncryptThenMAC offers or accepts encrypt_then_mac for block ciphers, up to TLS 1.2 (RFC
	// 7366).
	EncryptThenMAC bool

	// Observe, unless nil, receives a Notice of every message, record, key change, secret and
	// expensive operation, in order. It must not keep the slices of a Notice, and must not call the
	// Conn.
	Observe func(Notice)
}

// DefaultRecordSize is the default of Config.RecordSize: 2^14 bytes, the largest plaintext of one
// record (RFC 9846 §5.1).
const DefaultRecordSize = record.MaxPlaintext

// Values of Config.TicketCount and Config.TicketLifetime.
const (
	DefaultTicketCount    = 2
	NoTickets             = -1
	DefaultTicketLifetime = 2 * time.Hour
)

// NoKeyShares is the value of Config.KeyShares that makes a client send an empty key_share. The
// server then answers with a HelloRetryRequest (RFC 9846 §4.3.8).
const NoKeyShares = -1

// DefaultEarlyWindow is the default of Config.EarlyWindow. RFC 9846 §8.3 suggests about ten
// seconds.
const DefaultEarlyWindow = 10 * time.Second

// DefaultMSS is the default of Config.MSS in bytes: IPv6's minimum MTU of 1280 bytes without an
// IPv6 header (40) and a TCP header with timestamps (32).
const DefaultMSS = 1280 - 40 - 32

// MaxTicketsOffered is the largest number of TLS 1.3 tickets that a client offers at once, and that
// a server tries to open.
const MaxTicketsOffered = 4
