package secrets

import "tlslab/engine/op"

// prf is TLS 1.2's pseudorandom function, P_hash over a label and a seed
// (RFC 5246 §5).
type prf struct {
	hash  *Hash
	mac   *HMAC
	count op.Counter
	seed  []byte // label and seed
	a     []byte // A(i)
}

func newPRF(h *Hash, count op.Counter) *prf {
	const longestSeed = len("extended master secret") + 2*maxSize
	return &prf{hash: h, mac: NewHMAC(h), count: count, seed: make([]byte, 0, longestSeed), a: make([]byte, 0, maxSize)}
}

// expand fills dst. The seed is given in two halves.
func (p *prf) expand(dst, secret []byte, label string, seed1, seed2 []byte) {
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
