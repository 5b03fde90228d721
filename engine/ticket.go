package engine

import (
	"crypto/cipher"
	"crypto/sha256"
	"errors"
	"io"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/record"
	"tlslab/engine/wire"
)

// TicketKeys seal a server's tickets, in the form of RFC 5077 §4 with an AEAD
// in place of cipher and MAC:
//
//	key name (16 bytes) | nonce (12 bytes) | sealed wire.SessionState
type TicketKeys struct {
	keys []ticketKey // the first seals
}

type ticketKey struct {
	name [ticketKeyName]byte
	aead cipher.AEAD
}

const (
	ticketKeyName = 16
	ticketPrefix  = ticketKeyName + record.NonceSize
	ticketCipher  = "aes-128-gcm"
)

// NewTicketKeys derives the sealing key from a secret. Tickets sealed under
// the secrets of previous are still opened.
func NewTicketKeys(secret [32]byte, previous ...[32]byte) *TicketKeys {
	t := &TicketKeys{}
	for _, s := range append([][32]byte{secret}, previous...) {
		sum := sha256.Sum256(append([]byte("tlslab ticket key"), s[:]...))
		aead, err := record.ByName(ticketCipher).AEAD(sum[ticketKeyName:])
		if err != nil {
			panic("engine: the ticket cipher refuses its own key size: " + err.Error())
		}
		t.keys = append(t.keys, ticketKey{name: [ticketKeyName]byte(sum[:ticketKeyName]), aead: aead})
	}
	return t
}

// seal appends a ticket that holds state.
func (t *TicketKeys) seal(dst, state []byte, rand io.Reader, count op.Counter) ([]byte, error) {
	k := &t.keys[0]
	start := len(dst)
	dst = append(dst, k.name[:]...)
	dst = append(dst, make([]byte, record.NonceSize)...)
	nonce := dst[start+ticketKeyName:]
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return dst[:start], err
	}
	count.Count(op.Op{Kind: op.Seal, Alg: ticketCipher, Size: len(state)})
	return k.aead.Seal(dst, nonce, state, k.name[:]), nil
}

var errForeignTicket = errors.New("ticket is not ours")

// open appends what a ticket holds to dst. old says that it was sealed under a
// key that seals no longer.
func (t *TicketKeys) open(dst, ticket []byte, count op.Counter) (state []byte, old bool, err error) {
	if len(ticket) < ticketPrefix {
		return nil, false, errForeignTicket
	}
	for i := range t.keys {
		k := &t.keys[i]
		if string(k.name[:]) != string(ticket[:ticketKeyName]) {
			continue
		}
		state, err := k.aead.Open(dst, ticket[ticketKeyName:ticketPrefix], ticket[ticketPrefix:], k.name[:])
		if err != nil {
			return nil, false, errForeignTicket
		}
		count.Count(op.Op{Kind: op.Open, Alg: ticketCipher, Size: len(state)})
		return state, i > 0, nil
	}
	return nil, false, errForeignTicket
}

// ticketLifetime is how long tickets of this Config live.
func (cfg *Config) ticketLifetime() time.Duration {
	if cfg.TicketLifetime == 0 {
		return DefaultTicketLifetime
	}
	return cfg.TicketLifetime
}

// state writes what the connection's session is to a server.
func (c *Conn) state(dst, secret []byte) []byte {
	s := wire.SessionState{
		Version:     uint16(c.info.Version),
		Suite:       uint16(c.info.Suite.ID),
		Compression: c.compression(),
		Created:     uint64(c.cfg.Now().Unix()),
		Secret:      secret,
		Protocol:    []byte(c.info.ALPN),
		ServerName:  []byte(c.info.ServerName),
	}
	if c.info.ExtendedMasterSecret {
		s.Extended = 1
	}
	for _, certificate := range c.info.PeerChain {
		s.Peer = s.Peer.Add(certificate.Raw)
	}
	return s.Append(dst)
}

// openState reads a session's state that came from a ticket or the cache, and
// says whether it is still alive.
func (c *Conn) openState(raw []byte) (wire.SessionState, bool) {
	var s wire.SessionState
	if s.Parse(raw) != nil {
		return s, false
	}
	age := c.cfg.Now().Unix() - int64(s.Created)
	return s, age >= 0 && time.Duration(age)*time.Second <= c.cfg.ticketLifetime()
}
