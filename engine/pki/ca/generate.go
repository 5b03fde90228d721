package ca

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

	"github.com/cloudflare/circl/sign"
	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/mldsa/mldsa87"

	"tlslab/engine/avx"
	"tlslab/engine/pki"
)

// generators make the keys of each algorithm from random bytes.
var generators = [...]struct {
	algorithm string
	generate  func(rand io.Reader) (crypto.Signer, error)
}{
	{"rsa2048", func(r io.Reader) (crypto.Signer, error) { return generateRSA(r, 2048) }},
	{"rsa3072", func(r io.Reader) (crypto.Signer, error) { return generateRSA(r, 3072) }},
	{"rsa4096", func(r io.Reader) (crypto.Signer, error) { return generateRSA(r, 4096) }},
	{"ecdsa-p256", func(r io.Reader) (crypto.Signer, error) { return generateECDSA(r, elliptic.P256()) }},
	{"ecdsa-p384", func(r io.Reader) (crypto.Signer, error) { return generateECDSA(r, elliptic.P384()) }},
	{"ecdsa-p521", func(r io.Reader) (crypto.Signer, error) { return generateECDSA(r, elliptic.P521()) }},
	{"ed25519", generateEd25519},
	{"mldsa44", func(r io.Reader) (crypto.Signer, error) { return generateMLDSA(r, mldsa44.Scheme()) }},
	{"mldsa65", func(r io.Reader) (crypto.Signer, error) { return generateMLDSA(r, mldsa65.Scheme()) }},
	{"mldsa87", func(r io.Reader) (crypto.Signer, error) { return generateMLDSA(r, mldsa87.Scheme()) }},
}

// KeyAlgorithms lists the algorithms that GenerateKey supports, by their names in
// pki.PublicKey.Algorithm.
func KeyAlgorithms() []string {
	names := make([]string, len(generators))
	for i, g := range generators {
		names[i] = g.algorithm
	}
	return names
}

// generated caches keys by algorithm and seed, as *pki.Key: a search for RSA primes takes up to
// seconds.
var generated sync.Map

// GenerateKey makes the key of a seed: equal seeds give equal keys on every machine. The keys are
// for simulation: their seeds are no secrets, and the time of the search for RSA primes depends on
// the primes. It returns an error for an algorithm that is not one of KeyAlgorithms.
func GenerateKey(algorithm, seed string) (*pki.Key, error) {
	for _, g := range generators {
		if g.algorithm != algorithm {
			continue
		}
		name := algorithm + " " + seed
		if key, ok := generated.Load(name); ok {
			return key.(*pki.Key), nil
		}
		signer, err := g.generate(randomBytes(name))
		if err != nil {
			return nil, fmt.Errorf("generate %s key: %w", algorithm, err)
		}
		key, err := pki.NewKey(signer)
		if err != nil {
			return nil, err
		}
		generated.Store(name, key)
		return key, nil
	}
	return nil, fmt.Errorf("unknown key algorithm %q: want one of %v", algorithm, KeyAlgorithms())
}

// randomBytes returns the pseudorandom stream of a name.
func randomBytes(name string) io.Reader { return rand.NewChaCha8(sha256.Sum256([]byte(name))) }

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
		// ParseRawPrivateKey refuses a scalar outside [1, n-1]. That is rare: the bits above the
		// curve's are cleared first.
		if excess := 8*len(scalar) - curve.Params().BitSize; excess > 0 {
			scalar[0] &= 0xff >> excess
		}
		if key, err := ecdsa.ParseRawPrivateKey(curve, scalar); err == nil {
			return key, nil
		}
	}
}

// generateRSA makes a key of two primes with the public exponent 65537. crypto/rsa.GenerateKey
// cannot do it: it does not promise the same key for the same random bytes.
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

// findPrime returns the first prime p from a random start upwards whose p-1 is coprime to e. Its
// two highest bits are set, so that the product of two such primes has full length.
func findPrime(r io.Reader, bits int, e *big.Int) (*big.Int, error) {
	buf := make([]byte, bits/8)
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, err
	}
	buf[0] |= 0xc0
	buf[len(buf)-1] |= 1
	start := new(big.Int).SetBytes(buf)

	// Most candidates have a small factor, which shows without arithmetic on big integers: from the
	// residues of start and the distance.
	small := smallPrimes()
	residues := make([]uint64, len(small))
	for i, s := range small {
		residues[i] = new(big.Int).Mod(start, new(big.Int).SetUint64(s)).Uint64()
	}
	// Rounds of Miller-Rabin, besides the Baillie-PSW test, which has no known counterexample.
	const rounds = 8
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

// generateMLDSA makes the key of a 32-byte seed (FIPS 204 §6.1).
func generateMLDSA(r io.Reader, parameters sign.Scheme) (crypto.Signer, error) {
	seed := make([]byte, parameters.SeedSize())
	if _, err := io.ReadFull(r, seed); err != nil {
		return nil, err
	}
	defer avx.ZeroUpper()
	_, private := parameters.DeriveKey(seed)
	return private.(crypto.Signer), nil
}
