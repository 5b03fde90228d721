package engine

import (
	"hash"

	"tlslab/engine/op"
	"tlslab/engine/secrets"
)

// A transcript is the running hash of all handshake messages (RFC 9846 §4.1). Messages are kept
// until the suite decides on the hash. If keep is true, they are kept until the end of the
// handshake.
type transcript struct {
	kind    *secrets.Hash
	running hash.Hash
	kept    []byte
	keep    bool // keep the messages as well as their hash
	count   op.Counter
	digest  [64]byte
}

// add appends a message.
func (t *transcript) add(message []byte) {
	if t.running == nil || t.keep {
		t.kept = append(t.kept, message...)
	}
	if t.running != nil {
		t.write(message)
	}
}

func (t *transcript) write(message []byte) {
	t.running.Write(message)
	t.count.Count(op.Op{Kind: op.Digest, Alg: t.kind.Name, Size: len(message)})
}

// start sets the hash algorithm, and whether the messages are kept as well.
func (t *transcript) start(h *secrets.Hash, keep bool) {
	t.kind = h
	t.running = h.New()
	if len(t.kept) > 0 {
		t.write(t.kept)
	}
	if t.keep = keep; !keep {
		t.kept = nil
	}
}

// sum returns the hash of all messages so far. It is valid until the next call.
func (t *transcript) sum() []byte { return t.running.Sum(t.digest[:0]) }

// sumAs returns sum, with the hash h if the suite has not decided on one yet.
func (t *transcript) sumAs(h *secrets.Hash) []byte {
	if t.running != nil {
		return t.sum()
	}
	next := h.New()
	next.Write(t.kept)
	t.count.Count(op.Op{Kind: op.Digest, Alg: h.Name, Size: len(t.kept)})
	return next.Sum(t.digest[:0])
}

// replaceByMessageHash replaces the first ClientHello by a message_hash message, as a
// HelloRetryRequest requires (RFC 9846 §4.1).
func (t *transcript) replaceByMessageHash() {
	const messageHash = 254
	sum := t.sum()
	t.running.Reset()
	t.write([]byte{messageHash, 0, 0, byte(len(sum))})
	t.write(sum)
}

// sumWith returns the hash of the transcript followed by message, for binders. The hash is h if
// the suite has not decided on it yet.
func (t *transcript) sumWith(message []byte, h *secrets.Hash) ([]byte, error) {
	next := h.New()
	if t.running != nil {
		clone, err := t.running.(hash.Cloner).Clone()
		if err != nil {
			return nil, err
		}
		next = clone
	}
	next.Write(message)
	t.count.Count(op.Op{Kind: op.Digest, Alg: h.Name, Size: len(message)})
	return next.Sum(t.digest[:0]), nil
}
