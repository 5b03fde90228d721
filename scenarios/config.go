package scenarios

import (
	"time"

	"tlslab/netem"
	"tlslab/sim/tcp"
)

// Config is the fully resolved configuration of one cell, as plain data: every key of the language has its place in it. Config
// holds values; what they are called in YAML, and what they are when nothing is said, is in the table of keys.
type Config struct {
	TLS            TLS
	Link           Link
	Client, Server Host
	CA             CA
	TCP            tcp.Config // of all endpoints
	Transfer       Transfer
	Timeout        time.Duration // virtual time after which a replicate counts as timed out
}

// TLS is what the two engines are set up with.
type TLS struct {
	Versions    Versions
	Cipher      string   // the bulk cipher that Suites were chosen by; "" where Suite names one exactly
	Suite       string   // "" where Suites follow from Cipher
	Suites      []string // resolved, the highest version's first
	Group       string
	KeyShare    string // the group the client sends a share of; one that is not Group costs a HelloRetryRequest
	KeyShares   int    // shares sent at once: KeyShare's, or KeyShare's and Group's
	Certificate string // the server's key: rsa2048, ecdsa-p256 …
	Chain       Chain

	OtherCertificates   []string // the server's further keys, after Certificate
	OtherNames          []string // DNS names that the server has certificates for beside ServerName
	UnknownName         string   // what the server does about a name that is none of its own: ignore, warn, refuse
	SignatureAlgorithms []string // that the client accepts; nil: the engine's, empty: it names none

	ClientAuth        string // the server's policy: none, requested, required
	ClientCertificate string // the client's key: rsa2048, ecdsa-p256 …; none
	ClientChain       Chain
	Tolerate          []string // flaws of the other's chain in spite of which both sides go on

	Revocation string // how the client learns of it: none, stapled, fetched
	Responder  string // who signs the word on it: authority, delegate
	SoftFail   bool   // a client that gets none goes on

	Kind       string // full, resumed, refused or early-data
	Resumption string // how, where Kind is not full: session-id, ticket, psk-dhe, psk

	EarlyData       int           // bytes of early data that tickets allow; a longer request's rest comes after the handshake
	EarlyDataWindow time.Duration // by how much a ClientHello with early data may be late
	RejectEarlyData bool          // the server rejects all of it

	Record         Records
	EncryptThenMAC bool   // encrypt-then-MAC offered and accepted, up to TLS 1.2
	Pad            int    // bytes that TLS 1.3 records are padded to a multiple of; 0: not padded
	Compression    bool   // DEFLATE, up to TLS 1.2
	MaxFragment    int    // max_fragment_length that the client asks for; 0: none
	RecordLimit    int    // record_size_limit that both sides announce; 0: none
	Tickets        int    // NewSessionTicket messages after a TLS 1.3 handshake
	TicketsOffered int    // of them that the client offers at once
	ALPN           string // "": not negotiated
	ServerName     string

	KeyUpdateAfter int           // records after which TLS 1.3 senders change their keys; 0: as many as the cipher allows
	TicketRotation time.Duration // between two ticket keys of the server; 0: one key for all time

	SplitRecords bool // TLS 1.0: a write's first byte has a record of its own
	Fallback     bool // the client signals that it has come down from a higher version
}

// Chain is the certificate chain that a side sends.
type Chain struct {
	Length int // certificates sent: the leaf and Length-1 intermediates; the root is not sent
	Size   int // bytes the chain is padded to; 0: as it comes

	Faults []string // what is wrong with it
}

// Link is the path between client and server: the links in a row that a packet crosses, each way.
type Link struct {
	Up   []netem.Config // client to server, in the order in which a packet meets them
	Down []netem.Config // server to client, likewise
}

// CA is the certificate authority's host, and how clients reach it.
type CA struct {
	Link     Link // between client and authority
	LikeLink bool // Link is another one like the server's
	Cores    int
	Costs    string        // name or path of a cost table
	Slowdown float64       // as a Host's
	Signing  string        // when it signs its answers: ahead, on-demand
	Timeout  time.Duration // for which a client waits for an answer
}

// Host is one of the two machines.
type Host struct {
	Cores      int
	Costs      string  // name or path of a cost table
	Slowdown   float64 // 6: six times slower than the table
	WriteChunk int     // server: bytes of one write to TCP at most; 0: a flight is one write
}

// Transfer is what the client asks and the server answers once the handshake is done.
type Transfer struct {
	Request, Response int    // bytes
	Content           string // what they are like, for compression

	Rounds int           // requests, each with its response
	Pause  time.Duration // of the client between a response and the next request
}

// RTT is the time a small packet needs there and back on the idle path: the sum of the delays of both directions.
func (l Link) RTT() time.Duration {
	var sum time.Duration
	for _, hop := range l.Up {
		sum += hop.Delay
	}
	for _, hop := range l.Down {
		sum += hop.Delay
	}
	return sum
}
