package engine

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/record"
	"tlslab/engine/wire"
)

// TicketKeys seal a server's tickets, in the form of RFC 5077 §4 with an AEAD
// in place of cipher and MAC:
//
//	key name (16 bytes) | nonce (12 bytes) | sealed wire.SessionState
//
// Any number of connections may use them at the same time.
type TicketKeys struct {
	secret [32]byte
	period time.Duration // 0: the keys do not rotate
	at     atomic.Pointer[ticketKeys]
}

// ticketKeys are the keys of one period. The first seals.
type ticketKeys struct {
	number int64 // of the period, counted from 1970
	keys   []ticketKey
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

// NewTicketKeys derives a sealing key that stays from a secret. Tickets sealed
// under the secrets of previous are still opened, and renewed.
func NewTicketKeys(secret [32]byte, previous ...[32]byte) *TicketKeys {
	t := &TicketKeys{}
	fixed := &ticketKeys{}
	for _, s := range append([][32]byte{secret}, previous...) {
		fixed.keys = append(fixed.keys, newTicketKey(s[:]))
	}
	t.at.Store(fixed)
	return t
}

// RotateTicketKeys derives a sealing key for each period of time, counted from
// 1970, from a secret. A key opens tickets for one period more, in which they are
// renewed; then it is gone. Servers with one secret change their keys together
// without a word to each other (RFC 5077 §5.5 on the management of keys).
// Periods are whole seconds, one at least.
func RotateTicketKeys(secret [32]byte, period time.Duration) *TicketKeys {
	return &TicketKeys{secret: secret, period: max(period, time.Second)}
}

func newTicketKey(secret []byte) ticketKey {
	sum := sha256.Sum256(append([]byte("tlslab ticket key"), secret...))
	aead, err := record.ByName(ticketCipher).AEAD(sum[ticketKeyName:])
	if err != nil {
		panic("engine: the ticket cipher refuses its own key size: " + err.Error())
	}
	return ticketKey{name: [ticketKeyName]byte(sum[:ticketKeyName]), aead: aead}
}

// current returns the keys at an instant. Connections that find a new period at
// the same time make the same keys.
func (t *TicketKeys) current(now time.Time) []ticketKey {
	at := t.at.Load()
	if t.period == 0 {
		return at.keys
	}
	number := now.Unix() / int64(t.period/time.Second)
	if at == nil || at.number != number {
		at = &ticketKeys{number: number}
		for n := number; n > number-2; n-- {
			secret := binary.BigEndian.AppendUint64(t.secret[:len(t.secret):len(t.secret)], uint64(n))
			at.keys = append(at.keys, newTicketKey(secret))
		}
		t.at.Store(at)
	}
	return at.keys
}

// seal appends a ticket that holds state.
func (t *TicketKeys) seal(dst, state []byte, now time.Time, rand io.Reader, count op.Counter) ([]byte, error) {
	k := &t.current(now)[0]
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
// key that seals no longer. A ticket that is known by its key's name costs its
// opening, whether it turns out to be whole or not.
func (t *TicketKeys) open(dst, ticket []byte, now time.Time, count op.Counter) (state []byte, old bool, err error) {
	if len(ticket) < ticketPrefix {
		return nil, false, errForeignTicket
	}
	keys := t.current(now)
	for i := range keys {
		k := &keys[i]
		if string(k.name[:]) != string(ticket[:ticketKeyName]) {
			continue
		}
		if size := len(ticket) - ticketPrefix - k.aead.Overhead(); size > 0 {
			count.Count(op.Op{Kind: op.Open, Alg: ticketCipher, Size: size})
		}
		state, err := k.aead.Open(dst, ticket[ticketKeyName:ticketPrefix], ticket[ticketPrefix:], k.name[:])
		if err != nil {
			return nil, false, errForeignTicket
		}
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

// appendState writes what the connection's session is to a server.
func (c *Conn) appendState(dst, secret []byte, early wire.EarlyTerms) []byte {
	s := wire.SessionState{
		Version:     uint16(c.info.Version),
		Suite:       uint16(c.info.Suite.ID),
		Compression: c.compression(),
		Fragment:    uint8(slices.Index(maxFragments, c.info.MaxFragment)),
		Created:     uint64(c.cfg.Now().Unix()),
		Secret:      secret,
		Protocol:    []byte(c.info.ALPN),
		ServerName:  []byte(c.info.ServerName),
		Early:       early,
	}
	if c.info.ExtendedMasterSecret {
		s.Extended = 1
	}
	if len(c.info.PeerChain) > 0 {
		s.ToleratedFaults = uint8(c.info.ToleratedFaults)
	}
	for _, certificate := range c.info.PeerChain {
		s.Peer = s.Peer.Add(certificate.Raw)
	}
	return s.Append(dst)
}

// earlyTerms is what a ticket with an age hidden by ageAdd says on early data.
func (c *Conn) earlyTerms(ageAdd uint32) wire.EarlyTerms {
	if c.cfg.MaxEarlyData == 0 {
		return wire.EarlyTerms{}
	}
	millis := c.cfg.Now().Nanosecond() / int(time.Millisecond)
	return wire.EarlyTerms{Most: c.cfg.MaxEarlyData, AgeAdd: ageAdd, Millis: uint16(millis)}
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
