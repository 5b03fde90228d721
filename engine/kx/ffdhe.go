package kx

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"sync"

	"tlslab/engine/op"
)

// A field is a finite-field Diffie-Hellman group of RFC 7919: a safe prime p with the generator 2.
//
// math/big computes the powers in a time that depends on the exponent: this is not constant-time.
// Each private key is used for one connection, so a peer can measure its time only once.
type field struct {
	name     string
	size     int // bytes of p
	exponent int // bits of a private key (RFC 7919 §A.1 to §A.3)
	prime    func() *big.Int
}

// generator is the generator g of every FFDHE group (RFC 7919 §A.1 to §A.3).
const generator = 2

var (
	ffdhe2048 = newField("ffdhe2048", 2048, 225, 560316)
	ffdhe3072 = newField("ffdhe3072", 3072, 275, 2625351)
	ffdhe4096 = newField("ffdhe4096", 4096, 325, 5736041)
)

// newField returns the field of the prime (RFC 7919 §A.1 to §A.3)
//
//	p = 2^b - 2^(b-64) + (floor(2^(b-130) e) + x) 2^64 - 1
//
// The prime is computed at the first use of the group.
func newField(name string, bits, exponent uint, x int64) *field {
	return &field{name: name, size: int(bits / 8), exponent: int(exponent), prime: sync.OnceValue(func() *big.Int {
		one := big.NewInt(1)
		p := floorE(bits - 130)
		p.Add(p, big.NewInt(x)).Lsh(p, 64).Sub(p, one)
		p.Add(p, new(big.Int).Lsh(one, bits))
		return p.Sub(p, new(big.Int).Lsh(one, bits-64))
	})}
}

// floorE returns floor(2^bits e), with e = 1/0! + 1/1! + 1/2! + …
func floorE(bits uint) *big.Int {
	const guard = 128 // extra bits for the rounding errors of the divisions
	sum := new(big.Int)
	term := new(big.Int).Lsh(big.NewInt(1), bits+guard)
	for k := int64(1); term.Sign() > 0; k++ {
		sum.Add(sum, term)
		term.Div(term, big.NewInt(k))
	}
	return sum.Rsh(sum, guard)
}

type fieldKey struct {
	*field
	exponent *big.Int
	public   []byte
}

func (f *field) generate(rand io.Reader, count op.Counter) (private, error) {
	raw := make([]byte, (f.exponent+7)/8)
	if _, err := io.ReadFull(rand, raw); err != nil {
		return nil, err
	}
	raw[0] &= 0xff >> (8*len(raw) - f.exponent)
	x := new(big.Int).SetBytes(raw)
	y := new(big.Int).Exp(big.NewInt(generator), x, f.prime())
	if !f.valid(y) {
		return nil, errors.New("the random source yields no private key")
	}
	count.Count(op.Op{Kind: op.KeyGen, Alg: f.name})
	return &fieldKey{field: f, exponent: x, public: y.FillBytes(make([]byte, f.size))}, nil
}

// valid reports whether 1 < y < p-1, which excludes the elements of small order (RFC 7919 §5.1, RFC
// 9846 §4.3.8.1).
func (f *field) valid(y *big.Int) bool {
	top := new(big.Int).Sub(f.prime(), big.NewInt(generator))
	return y.Cmp(big.NewInt(generator)) >= 0 && y.Cmp(top) <= 0
}

func (k *fieldKey) share() []byte { return k.public }

// agree returns the secret with its leading zeros (RFC 9846 §7.4.1).
func (k *fieldKey) agree(peer []byte, count op.Counter) ([]byte, error) {
	y := new(big.Int).SetBytes(peer)
	if !k.valid(y) {
		return nil, fmt.Errorf("%w: not from 2 to p-2", ErrBadShare)
	}
	secret := y.Exp(y, k.exponent, k.prime()).FillBytes(make([]byte, k.size))
	count.Count(op.Op{Kind: op.Agree, Alg: k.name})
	return secret, nil
}

// Prime returns the prime p of a Field group as sent in TLS 1.2 (dh_p, RFC 5246 §7.4.3); nil for
// other families.
func (g *Group) Prime() []byte {
	if g.field == nil {
		return nil
	}
	return g.field.prime().Bytes()
}

// Generator returns the generator of a Field group as sent in TLS 1.2 (dh_g, RFC 5246 §7.4.3); nil
// for other families.
func (g *Group) Generator() []byte {
	if g.field == nil {
		return nil
	}
	return []byte{generator}
}
