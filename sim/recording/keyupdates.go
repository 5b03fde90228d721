package recording

import "tlslab/engine/op"

// KeyUpdates says how the sender of Data changes its keys within the Data (RFC 9846 §4.7.3). The
// KeyUpdate precedes a record of the Data in the same write. The receiver opens it as a record of
// its own, and thresholds do not count it.
type KeyUpdates struct {
	Every int // records of Data between two KeyUpdates: 1 or more
	First int // records of this Data before its first KeyUpdate: 0 or more

	// Hash is the algorithm of the Derive operations, such as sha256. Secret, Key and IV are the
	// bytes that each of them yields: the next traffic secret (RFC 9846 §7.2), its key and its IV
	// (§7.3).
	Hash            string
	Secret, Key, IV int
}

// KeyUpdateSize is the length in bytes of a KeyUpdate with its handshake header (RFC 9846 §4.7.3).
const KeyUpdateSize = 5

// Sent returns the sender's operations of a KeyUpdate. cipher protects its record.
func (u *KeyUpdates) Sent(cipher string) []op.Op {
	return []op.Op{u.derive(u.Secret), {Kind: op.Seal, Alg: cipher, Size: KeyUpdateSize}, u.derive(u.Key), u.derive(u.IV)}
}

// Received returns the receiver's operations of a KeyUpdate. cipher protects its record.
func (u *KeyUpdates) Received(cipher string) []op.Op {
	return []op.Op{{Kind: op.Open, Alg: cipher, Size: KeyUpdateSize}, u.derive(u.Secret), u.derive(u.Key), u.derive(u.IV)}
}

func (u *KeyUpdates) derive(bytes int) op.Op {
	return op.Op{Kind: op.Derive, Alg: u.Hash, Size: bytes}
}
