package secrets

import (
	"crypto/subtle"
	"slices"

	"tlslab/engine/op"
)

// A prf is the pseudorandom function of a version: it fills dst from a secret, a
// label and a seed that is given in two halves.
type prf interface {
	expand(dst, secret []byte, label string, seed1, seed2 []byte)
}

// newPRF returns the function that goes with a transcript's hash.
func newPRF(h *Hash, count op.Counter) prf {
	if h == MD5SHA1 {
		return &oldPRF{md5: newPHash(MD5, nil), sha1: newPHash(SHA1, nil), count: count}
	}
	return newPHash(h, count)
}

// oldPRF is the function before TLS 1.2: P_MD5 over the secret's first half, XORed
// with P_SHA1 over its second; of an odd secret both have the middle byte
// (RFC 2246 §5).
type oldPRF struct {
	md5, sha1 *pHash
	count     op.Counter
	other     []byte // P_SHA1's output
}

func (p *oldPRF) expand(dst, secret []byte, label string, seed1, seed2 []byte) {
	p.count.Count(op.Op{Kind: op.Derive, Alg: MD5SHA1.Name, Size: len(dst)})
	half := (len(secret) + 1) / 2
	p.other = slices.Grow(p.other[:0], len(dst))[:len(dst)]
	p.sha1.expand(p.other, secret[len(secret)-half:], label, seed1, seed2)
	p.md5.expand(dst, secret[:half], label, seed1, seed2)
	subtle.XORBytes(dst, dst, p.other)
}

// pHash is P_hash over a label and a seed, which is TLS 1.2's whole function
// (RFC 5246 §5).
type pHash struct {
	hash  *Hash
	mac   *HMAC
	count op.Counter
	seed  []byte // label and seed
	a     []byte // A(i)

	// Storage that no handshake outgrows.
	seedStore [len("extended master secret") + 2*maxSize]byte
	aStore    [maxSize]byte
}

func newPHash(h *Hash, count op.Counter) *pHash {
	p := &pHash{hash: h, mac: NewHMAC(h), count: count}
	p.seed, p.a = p.seedStore[:0], p.aStore[:0]
	return p
}

func (p *pHash) expand(dst, secret []byte, label string, seed1, seed2 []byte) {
	p.count.Count(op.Op{Kind: op.Derive, Alg: p.hash.Name, Size: len(dst)})
	p.seed = append(p.seed[:0], label...)
	p.seed = append(p.seed, seed1...)
	p.seed = append(p.seed, seed2...)

	p.mac.SetKey(secret)
	p.mac.Begin()
	p.mac.Write(p.seed)
	p.a = append(p.a[:0], p.mac.End()...)
	for {
		p.mac.Begin()
		p.mac.Write(p.a)
		p.mac.Write(p.seed)
		n := copy(dst, p.mac.End())
		if dst = dst[n:]; len(dst) == 0 {
			return
		}
		p.mac.Begin()
		p.mac.Write(p.a)
		p.a = append(p.a[:0], p.mac.End()...)
	}
}
