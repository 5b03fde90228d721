package secrets

import (
	"crypto/subtle"
	"slices"

	"tlslab/engine/op"
)

// A prf is a version's pseudorandom function: expand fills dst with PRF(secret, label, seed1 +
// seed2).
type prf interface {
	expand(dst, secret []byte, label string, seed1, seed2 []byte)
}

// newPRF returns the PRF of the cipher suites whose transcript uses h.
func newPRF(h *Hash, count op.Counter) prf {
	if h == MD5SHA1 {
		return &prfMD5SHA1{md5: newPHash(MD5, nil), sha1: newPHash(SHA1, nil), count: count}
	}
	return newPHash(h, count)
}

// A prfMD5SHA1 is the PRF of TLS 1.0 and 1.1: P_MD5 with the secret's first half, XORed with P_SHA1
// with its second half. The halves of a secret of odd length share the middle byte (RFC 2246 §5).
type prfMD5SHA1 struct {
	md5, sha1 *pHash
	count     op.Counter
	sha1Out   []byte // output of P_SHA1
}

func (p *prfMD5SHA1) expand(dst, secret []byte, label string, seed1, seed2 []byte) {
	p.count.Count(op.Op{Kind: op.Derive, Alg: MD5SHA1.Name, Size: len(dst)})
	half := (len(secret) + 1) / 2
	p.sha1Out = slices.Grow(p.sha1Out[:0], len(dst))[:len(dst)]
	p.sha1.expand(p.sha1Out, secret[len(secret)-half:], label, seed1, seed2)
	p.md5.expand(dst, secret[:half], label, seed1, seed2)
	subtle.XORBytes(dst, dst, p.sha1Out)
}

// A pHash is P_hash with label and seed, which is the PRF of TLS 1.2 (RFC 5246 §5).
type pHash struct {
	hash  *Hash
	mac   *HMAC
	count op.Counter
	seed  []byte // label + seed
	a     []byte // A(i)

	// Memory of seed and a for a handshake. Exporters may need more.
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
