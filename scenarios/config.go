package scenarios

import (
	"time"

	"tlslab/netem"
	"tlslab/sim"
	"tlslab/sim/tcp"
)

// Config is the configuration of one cell: the value of every key of the language, as plain data.
// The table of keys has the names and defaults of its fields.
type Config struct {
	TLS            TLS
	Link           Link
	Background     sim.Background
	Client, Server Host
	CA             CA
	Kernel         string     // of all hosts: one of tcp.Kernels
	SharedClock    bool       // all hosts are on one machine
	TCP            tcp.Config // of all endpoints
	Transfer       Transfer
	Timeout        time.Duration // virtual time after which a replicate counts as timed out
}

// TLS is the set-up of the two engines.
type TLS struct {
	Versions    Versions
	Cipher      string   // the bulk cipher of Suites; "" where Suite is set
	Suite       string   // "" where Suites follow from Cipher
	Suites      []string // resolved, the highest version's first
	Group       string
	KeyShare    string // group of the client's first key share
	KeyShares   int    // key shares in the ClientHello: 1 of KeyShare, or 2 of KeyShare and Group
	Certificate string // key type of the server's certificate: rsa2048, ecdsa-p256 …
	Chain       Chain

	OtherCertificates   []string // key types of the server's further certificates
	OtherNames          []string // DNS names of certificates beside ServerName
	UnknownName         string   // policy without a certificate for it: ignore, warn, refuse
	SignatureAlgorithms []string // accepted by the client; nil: the engine's, empty: no extension

	ClientAuth        string // the server's policy: none, requested, required
	ClientCertificate string // key type of the client's certificate; none
	ClientChain       Chain
	Tolerate          []string // faults of the peer's chain in spite of which both sides go on

	Revocation string // how the client learns of it: none, stapled, fetched
	Responder  string // who signs OCSP responses: authority, delegate; "": authority
	SoftFail   bool   // a client without an OCSP response goes on

	Kind       string // full, resumed, refused or early-data
	Resumption string // mechanism: session-id, ticket, psk-dhe, psk; "" where Kind is full

	EarlyData       int           // bytes of early data that a ticket allows
	EarlyDataWindow time.Duration // by how much a ClientHello with early data may be late
	RejectEarlyData bool          // the server rejects all early data

	Record         Records
	EncryptThenMAC bool   // encrypt-then-MAC is offered and accepted, up to TLS 1.2
	Pad            int    // bytes to a multiple of which TLS 1.3 records are padded; 0: not padded
	Compression    bool   // DEFLATE, up to TLS 1.2
	MaxFragment    int    // max_fragment_length in bytes that the client asks for; 0: none
	RecordLimit    int    // record_size_limit in bytes that both sides announce; 0: none
	Tickets        int    // NewSessionTicket messages after a TLS 1.3 handshake
	TicketsOffered int    // tickets that a TLS 1.3 client offers at once
	ALPN           string // "": not negotiated
	ServerName     string

	KeyUpdateAfter int           // records between two KeyUpdates; 0: the cipher's limit
	TicketRotation time.Duration // between two ticket keys of the server; 0: one key for ever

	SplitRecords bool // up to TLS 1.0 the first byte of a write has a record of its own
	Fallback     bool // the client sends TLS_FALLBACK_SCSV
}

// Chain is the certificate chain that a side sends.
type Chain struct {
	Length int // certificates sent: the leaf and Length-1 intermediates, without the root
	Size   int // bytes to which the chain is padded; 0: not padded

	Faults []string // what is wrong with it
}

// Link is the path between client and server: the links in a row that a packet crosses, each way.
type Link struct {
	Up   []netem.Config // client to server, in the order in which a packet crosses them
	Down []netem.Config // server to client, in the order in which a packet crosses them
}

// CA is the certificate authority's host, and how clients reach it.
type CA struct {
	Link     Link // between client and authority
	LikeLink bool // Link is a copy of the link between client and server
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
	WriteChunk int     // server: most bytes of a handshake's write; 0: a flight is one
}

// Transfer is the application data of a connection.
type Transfer struct {
	Request, Response int    // bytes
	Content           string // what they are like to a compressor

	Rounds int           // requests, each with its response
	Pause  time.Duration // of the client between a response and its next request
}

// RTT is the round-trip time of a small packet on the idle path: the sum of the delays of both
// directions.
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
