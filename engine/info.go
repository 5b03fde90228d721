package engine

import (
	"fmt"

	"tlslab/engine/pki"
)

// Info is what a connection has negotiated so far. Both sides of a finished
// handshake agree on all of it but Certificate, PeerChain, ToleratedFaults, the ticket
// counts, how much early data there was and why it was rejected, and a Revocation
// that the client fetched, or had nobody to verify it by (see Config.Revocation).
type Info struct {
	Version    Version
	Suite      Suite
	Group      Group // 0: no (EC)DHE, as with RSA key exchange, psk_ke or TLS 1.2's resumption
	Kind       Kind
	Resumption Resumption // how, where Kind is Resumed

	HelloRetry           bool // there was a HelloRetryRequest
	ExtendedMasterSecret bool // RFC 7627; always true in TLS 1.3
	Compressed           bool // by DEFLATE, RFC 3749
	EncryptThenMAC       bool // RFC 7366
	ServerName           string
	ServerNameUsed       bool // the server says that it went by the name, RFC 6066 §3

	// What was agreed on the length of records, in bytes of plaintext; 0 is
	// nothing. The limits are of what that side receives.
	MaxFragment                          int // max_fragment_length, RFC 6066 §4
	ClientRecordLimit, ServerRecordLimit int // record_size_limit, RFC 8449

	ALPN string // empty: none was agreed

	// Certificate is what this side has shown in this handshake; nil: nothing.
	Certificate *Certificate

	// PeerChain is the other side's chain, leaf first: the server's as the client
	// received it, in full handshakes; the client's, if it showed one in this
	// handshake or in the one that is resumed.
	PeerChain []*pki.Certificate

	// ToleratedFaults are the faults of PeerChain that Config.ToleratedFaults let pass, in this
	// handshake or in the one that is resumed; pki.Unverified where nobody looked.
	ToleratedFaults pki.ChainFault

	// ClientAuthenticated says that the client proved to have the key of a
	// certificate, in this handshake or in the one that is resumed. A server has
	// verified the chain too, as far as it does not tolerate faults.
	ClientAuthenticated bool

	// Revocation is how the client knows, of this handshake, that the server's
	// certificate has not been revoked; a server has stapled this to it.
	Revocation Revocation

	TicketsSent, TicketsReceived int

	// EarlyData is what became of the early data that the client offered, and
	// EarlyBytes how much the client sent, or the server accepted. EarlyRejection is
	// why a server rejected it; after a HelloRetryRequest it always does.
	EarlyData      EarlyData
	EarlyBytes     int
	EarlyRejection string

	Done bool // the handshake is complete on this side
}

// Records names what was agreed on records besides the suite, nil where nothing
// was: encrypt-then-mac, deflate, and limits in bytes of plaintext.
func (i Info) Records() (setPremaster []string) {
	if i.EncryptThenMAC {
		setPremaster = append(setPremaster, "encrypt-then-mac")
	}
	if i.Compressed {
		setPremaster = append(setPremaster, "deflate")
	}
	if i.MaxFragment > 0 {
		setPremaster = append(setPremaster, fmt.Sprintf("fragments of %d bytes", i.MaxFragment))
	}
	if i.ClientRecordLimit > 0 {
		setPremaster = append(setPremaster, fmt.Sprintf("limits of %d bytes up and %d down", i.ServerRecordLimit, i.ClientRecordLimit))
	}
	return setPremaster
}
