package engine

import (
	"fmt"

	"tlslab/engine/pki"
)

// Info is what a connection has negotiated so far. After a handshake both sides have the same Info,
// except for these fields: Certificate, PeerChain, ToleratedFaults, the ticket counts, EarlyBytes
// and EarlyRejection. ServerName differs if it is an IP address, which a client does not send.
// Revocation differs if the client fetched the OCSP response or did not check.
type Info struct {
	Version    Version
	Suite      Suite
	Group      Group // 0: no (EC)DHE, as with RSA key exchange, psk_ke or resumption up to TLS 1.2
	Kind       Kind
	Resumption Resumption // mechanism, if Kind is Resumed

	HelloRetry           bool   // there was a HelloRetryRequest
	ExtendedMasterSecret bool   // RFC 7627; always true in TLS 1.3
	Compressed           bool   // DEFLATE, RFC 3749
	EncryptThenMAC       bool   // RFC 7366
	ServerName           string // server_name that the client sent, or the name given to Client
	ServerNameUsed       bool   // the server acknowledged server_name (RFC 6066 §3)

	// Limits on the plaintext of records in bytes; 0 is none. ClientRecordLimit bounds the records
	// that the client receives, ServerRecordLimit the records that the server receives.
	MaxFragment                          int // max_fragment_length, RFC 6066 §4
	ClientRecordLimit, ServerRecordLimit int // record_size_limit, RFC 8449

	ALPN string // application protocol; "" is none

	// Certificate is what this side has presented in this handshake; nil is none.
	Certificate *Certificate

	// PeerChain is the peer's chain, leaf first. A client has the server's chain in full handshakes
	// only. A server has the chain that the client presented in this handshake, or in the one that
	// is resumed.
	PeerChain []*pki.Certificate

	// ToleratedFaults are the faults of PeerChain that Config.ToleratedFaults allowed, in this
	// handshake or in the one that is resumed; pki.Unverified if the chain was not verified.
	ToleratedFaults pki.ChainFault

	// ClientAuthenticated reports that the client has proved that it holds its certificate's key,
	// in this handshake or in the one that is resumed. The server has also verified the chain,
	// apart from ToleratedFaults.
	ClientAuthenticated bool

	// Revocation is how the client has learnt in this handshake that the server's certificate is
	// not revoked. A server has RevocationStapled if it stapled an OCSP response, otherwise
	// RevocationNone.
	Revocation Revocation

	TicketsSent, TicketsReceived int // NewSessionTicket messages

	EarlyData      EarlyData
	EarlyBytes     int    // early data that the client sent, or that the server accepted
	EarlyRejection string // why the server rejected it; empty after a HelloRetryRequest

	Done bool // the handshake is complete on this side
}

// Records lists what was negotiated about records besides the suite: "encrypt-then-mac", "deflate",
// and limits in bytes of plaintext. Nil is nothing.
func (i Info) Records() (agreed []string) {
	if i.EncryptThenMAC {
		agreed = append(agreed, "encrypt-then-mac")
	}
	if i.Compressed {
		agreed = append(agreed, "deflate")
	}
	if i.MaxFragment > 0 {
		agreed = append(agreed, fmt.Sprintf("fragments of %d bytes", i.MaxFragment))
	}
	if i.ClientRecordLimit > 0 {
		agreed = append(agreed, fmt.Sprintf("limits of %d bytes up and %d down", i.ServerRecordLimit, i.ClientRecordLimit))
	}
	return agreed
}
