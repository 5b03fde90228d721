package session

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/record"
)

// Tickets seals the states of a server's sessions into tickets and opens them. Implementations
// are safe for concurrent use. Operations that cost CPU time are reported to count.
type Tickets interface {
	// Seal appends a ticket that holds state to dst. It fails if rand does.
	Seal(dst, state []byte, now time.Time, rand io.Reader, count op.Counter) ([]byte, error)
	// Open appends the state that a ticket holds to dst. renew reports whether the server should
	// send a new ticket. Open fails if the ticket was sealed under a key that the server does not
	// have, or no longer has.
	Open(dst, ticket []byte, now time.Time, count op.Counter) (state []byte, renew bool, err error)
}

// TicketKeys are Tickets in the form of RFC 5077 §4, with an AEAD in place of cipher and MAC:
//
//	key name (16 bytes) | nonce (12 bytes) | sealed state
type TicketKeys struct {
	secret [32]byte
	period time.Duration // 0: the keys do not rotate
	latest atomic.Pointer[periodKeys]
}

// periodKeys are the keys of one period. The first seals; all of them open.
type periodKeys struct {
	number int64 // of the period, counted from 1970
	keys   []ticketKey
}

type ticketKey struct {
	name [keyNameSize]byte
	aead cipher.AEAD
}

const (
	keyNameSize = 16
	prefixSize  = keyNameSize + record.NonceSize
	cipherName  = "aes-128-gcm"
)

// NewTicketKeys derives a sealing key from a secret. The key does not rotate. Tickets that were
// sealed under the secrets of previous are still opened, and renewed.
func NewTicketKeys(secret [32]byte, previous ...[32]byte) *TicketKeys {
	t := &TicketKeys{}
	fixed := &periodKeys{}
	for _, s := range append([][32]byte{secret}, previous...) {
		fixed.keys = append(fixed.keys, newTicketKey(s[:]))
	}
	t.latest.Store(fixed)
	return t
}

// RotateTicketKeys derives a sealing key for each period from a secret. Periods are whole seconds,
// at least one, and are counted from 1970, so servers that share the secret rotate together (RFC
// 5077 §5.5). In the period after its own a key still opens tickets; the server then renews them.
func RotateTicketKeys(secret [32]byte, period time.Duration) *TicketKeys {
	return &TicketKeys{secret: secret, period: max(period, time.Second)}
}

func newTicketKey(secret []byte) ticketKey {
	sum := sha256.Sum256(append([]byte("tlslab ticket key"), secret...))
	aead, err := record.ByName(cipherName).AEAD(sum[keyNameSize:])
	if err != nil {
		panic("session: the ticket cipher refuses its own key size: " + err.Error())
	}
	return ticketKey{name: [keyNameSize]byte(sum[:keyNameSize]), aead: aead}
}

// current returns the keys of the period of now. Connections that enter a new period concurrently
// derive the same keys.
func (t *TicketKeys) current(now time.Time) []ticketKey {
	latest := t.latest.Load()
	if t.period == 0 {
		return latest.keys
	}
	number := now.Unix() / int64(t.period/time.Second)
	if latest == nil || latest.number != number {
		latest = &periodKeys{number: number}
		for n := number; n > number-2; n-- {
			secret := binary.BigEndian.AppendUint64(t.secret[:len(t.secret):len(t.secret)], uint64(n))
			latest.keys = append(latest.keys, newTicketKey(secret))
		}
		t.latest.Store(latest)
	}
	return latest.keys
}

// Seal implements Tickets.
func (t *TicketKeys) Seal(dst, state []byte, now time.Time, rand io.Reader, count op.Counter) ([]byte, error) {
	k := &t.current(now)[0]
	start := len(dst)
	dst = append(dst, k.name[:]...)
	dst = append(dst, make([]byte, record.NonceSize)...)
	nonce := dst[start+keyNameSize:]
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return dst[:start], err
	}
	count.Count(op.Op{Kind: op.Seal, Alg: cipherName, Size: len(state)})
	return k.aead.Seal(dst, nonce, state, k.name[:]), nil
}

var errForeignTicket = errors.New("ticket was not sealed under one of these keys")

// Open implements Tickets. renew is true if the key that sealed the ticket is no longer the sealing
// key. If the key name matches, the decryption is reported to count even if the ticket does not
// authenticate.
func (t *TicketKeys) Open(dst, ticket []byte, now time.Time, count op.Counter) (state []byte, renew bool, err error) {
	if len(ticket) < prefixSize {
		return nil, false, errForeignTicket
	}
	keys := t.current(now)
	for i := range keys {
		k := &keys[i]
		if string(k.name[:]) != string(ticket[:keyNameSize]) {
			continue
		}
		if size := len(ticket) - prefixSize - k.aead.Overhead(); size > 0 {
			count.Count(op.Op{Kind: op.Open, Alg: cipherName, Size: size})
		}
		state, err := k.aead.Open(dst, ticket[keyNameSize:prefixSize], ticket[prefixSize:], k.name[:])
		if err != nil {
			return nil, false, errForeignTicket
		}
		return state, i > 0, nil
	}
	return nil, false, errForeignTicket
}
