package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"sync"
)

// A generator makes keys of one algorithm from a stream of random bytes.
type generator struct {
	algorithm string
	generate  func(rand io.Reader) (crypto.Signer, error)
}

var generators = [...]generator{
	{"rsa2048", func(r io.Reader) (crypto.Signer, error) { return generateRSA(r, 2048) }},
	{"rsa3072", func(r io.Reader) (crypto.Signer, error) { return generateRSA(r, 3072) }},
	{"rsa4096", func(r io.Reader) (crypto.Signer, error) { return generateRSA(r, 4096) }},
	{ecdsaP256, func(r io.Reader) (crypto.Signer, error) { return generateECDSA(r, elliptic.P256()) }},
	{ecdsaP384, func(r io.Reader) (crypto.Signer, error) { return generateECDSA(r, elliptic.P384()) }},
	{ecdsaP521, func(r io.Reader) (crypto.Signer, error) { return generateECDSA(r, elliptic.P521()) }},
	{ed25519Alg, generateEd25519},
	{mldsa44Set.algorithm, mldsa44Set.generate},
	{mldsa65Set.algorithm, mldsa65Set.generate},
	{mldsa87Set.algorithm, mldsa87Set.generate},
}

// Algorithms lists the names GenerateKey knows.
func Algorithms() []string {
	names := make([]string, len(generators))
	for i, g := range generators {
		names[i] = g.algorithm
	}
	return names
}

// made holds the keys of this process by algorithm and seed, because a search for
// RSA primes takes up to seconds and always finds the same.
var made sync.Map

// GenerateKey makes the key of a seed: equal seeds give equal keys, on every
// machine. Such keys are for simulation: they keep no secret, and how long it takes
// to find an RSA key's primes depends on them.
func GenerateKey(algorithm, seed string) (*Key, error) {
	for _, g := range generators {
		if g.algorithm != algorithm {
			continue
		}
		name := algorithm + " " + seed
		if key, ok := made.Load(name); ok {
			return key.(*Key), nil
		}
		signer, err := g.generate(stream(name))
		if err != nil {
			return nil, fmt.Errorf("generate %s key: %w", algorithm, err)
		}
		key, err := NewKey(signer)
		if err != nil {
			return nil, err
		}
		made.Store(name, key)
		return key, nil
	}
	return nil, fmt.Errorf("unknown key algorithm %q: want one of %v", algorithm, Algorithms())
}

// stream returns the random bytes of a name.
func stream(name string) io.Reader { return rand.NewChaCha8(sha256.Sum256([]byte(name))) }

func generateEd25519(r io.Reader) (crypto.Signer, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(r, seed); err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func generateECDSA(r io.Reader, curve elliptic.Curve) (crypto.Signer, error) {
	scalar := make([]byte, (curve.Params().BitSize+7)/8)
	for {
		if _, err := io.ReadFull(r, scalar); err != nil {
			return nil, err
		}
		// A scalar is refused if it is not in [1, n-1], which is rare: bits beyond
		// the curve's are cut off before.
		if excess := 8*len(scalar) - curve.Params().BitSize; excess > 0 {
			scalar[0] &= 0xff >> excess
		}
		if key, err := ecdsa.ParseRawPrivateKey(curve, scalar); err == nil {
			return key, nil
		}
	}
}

// generateRSA makes a key with two primes and the public exponent 65537. It exists
// because crypto/rsa's own reads randomness in an order that it does not promise,
// and takes none but the system's.
func generateRSA(r io.Reader, bits int) (crypto.Signer, error) {
	e := big.NewInt(65537)
	p, err := findPrime(r, bits/2, e)
	if err != nil {
		return nil, err
	}
	q := p
	for p.Cmp(q) == 0 {
		if q, err = findPrime(r, bits/2, e); err != nil {
			return nil, err
		}
	}
	one := big.NewInt(1)
	p1, q1 := new(big.Int).Sub(p, one), new(big.Int).Sub(q, one)
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: int(e.Int64())},
		D:         new(big.Int).ModInverse(e, new(big.Int).Mul(p1, q1)),
		Primes:    []*big.Int{p, q},
	}
	key.Precompute()
	if err := key.Validate(); err != nil {
		return nil, err
	}
	return key, nil
}

// findPrime returns the first prime p from a random start on with p-1 prime to e.
// Its two highest bits are set, so that a product of two has full length.
func findPrime(r io.Reader, bits int, e *big.Int) (*big.Int, error) {
	buf := make([]byte, bits/8)
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, err
	}
	buf[0] |= 0xc0
	buf[len(buf)-1] |= 1
	start := new(big.Int).SetBytes(buf)

	// Most candidates fall to a small factor, which their distance from the start
	// tells without arithmetic on long numbers.
	small := smallPrimes()
	residues := make([]uint64, len(small))
	for i, s := range small {
		residues[i] = new(big.Int).Mod(start, new(big.Int).SetUint64(s)).Uint64()
	}
	const rounds = 8 // beside the Baillie-PSW test, for which no counterexample is known
	candidate, rest := new(big.Int), new(big.Int)
search:
	for distance := uint64(0); ; distance += 2 {
		for i, s := range small {
			if (residues[i]+distance)%s == 0 {
				continue search
			}
		}
		candidate.Add(start, rest.SetUint64(distance))
		if candidate.ProbablyPrime(rounds) && rest.Sub(candidate, big.NewInt(1)).Mod(rest, e).Sign() != 0 {
			return candidate, nil
		}
	}
}

// smallPrimes returns the odd primes below 2^12.
var smallPrimes = sync.OnceValue(func() []uint64 {
	var primes []uint64
next:
	for n := uint64(3); n < 1<<12; n += 2 {
		for _, p := range primes {
			if n%p == 0 {
				continue next
			}
		}
		primes = append(primes, n)
	}
	return primes
})
