package costs

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime"
	"strings"
	"time"

	"tlslab/engine/kx"
	"tlslab/engine/op"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/engine/protocol"
	"tlslab/engine/record"
	"tlslab/engine/secrets"
)

// Options of a measurement.
type Options struct {
	Name    string           // of the table; empty: measured
	Batch   time.Duration    // the shortest time of one batch of calls; 0: 1 ms
	Batches int              // number of batches, of which the fastest counts; 0: 50
	Now     func() time.Time // the clock; nil: time.Now
	Done    func(Price)      // called with each price when it is known; may be nil
}

// Measure prices every operation of the engine on this machine, with the libraries of this program.
// It calls the packages of the engine that report the operations, with random bytes of the
// operating system. The price of a size follows the straight line through the times for 64 bytes
// and 16 KiB. Measure ends early with the context's error.
func Measure(ctx context.Context, o Options) (*Table, error) {
	t := &Table{Schema: Schema, Name: o.Name, Machine: thisMachine(), byOp: map[key]Price{}}
	if t.Name == "" {
		t.Name = "measured"
	}
	m := meter{watch: stopwatch{batch: o.Batch, batches: o.Batches, now: o.Now}}
	if m.watch.batch <= 0 {
		m.watch.batch = time.Millisecond
	}
	if m.watch.batches <= 0 {
		m.watch.batches = 50
	}
	if m.watch.now == nil {
		m.watch.now = time.Now
	}
	for _, part := range []func(*meter) error{measureGroups, measureKEMs, measureSignatures, measureRSAKeyExchange, measureCiphers, measureCompression, measureHashes} {
		before := len(m.prices)
		if err := part(&m); err != nil {
			return nil, fmt.Errorf("calibrate: %w", err)
		}
		for _, p := range m.prices[before:] {
			if o.Done != nil {
				o.Done(p)
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("calibrate: %w", err)
		}
	}
	for _, p := range m.prices {
		if _, err := t.add(p); err != nil {
			return nil, fmt.Errorf("calibrate: %w", err)
		}
	}
	return t, nil
}

// The two sizes that are measured, in bytes.
const (
	small = 64
	large = 16384
)

// meter collects prices. It keeps the first error of a measured call.
type meter struct {
	watch  stopwatch
	prices []Price
	err    error
}

// fixed prices an operation whose time does not depend on a size.
func (m *meter) fixed(k op.Kind, alg, provider string, call func() error) {
	m.add(k, alg, provider, m.call(call), 0)
}

// linear prices an operation by its times for a bytes and for b bytes.
func (m *meter) linear(k op.Kind, alg, provider string, a, b int, atA, atB time.Duration) {
	perByte := max(0, (int64(atB)-int64(atA))*1000/int64(b-a))
	m.add(k, alg, provider, max(0, atA-time.Duration(perByte*int64(a)/1000)), perByte)
}

func (m *meter) add(k op.Kind, alg, provider string, fixed time.Duration, psPerByte int64) {
	m.prices = append(m.prices, Price{Op: k.String() + " " + alg, NS: int64(fixed), PSPerByte: psPerByte, Provider: provider})
}

func (m *meter) call(call func() error) time.Duration {
	return m.watch.call(func() {
		if err := call(); err != nil && m.err == nil {
			m.err = err
		}
	})
}

func measureGroups(m *meter) error {
	for _, g := range kx.Groups() {
		if g.Family == kx.Hybrid {
			continue // priced by its parts
		}
		mine, err := g.Generate(rand.Reader, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", g.Name, err)
		}
		theirs, err := g.Generate(rand.Reader, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", g.Name, err)
		}
		m.fixed(op.KeyGen, g.Name, g.Provider, func() error { _, err := g.Generate(rand.Reader, nil); return err })
		m.fixed(op.Agree, g.Name, g.Provider, func() error { _, err := mine.Agree(theirs.Share(), nil); return err })
	}
	return m.err
}

func measureKEMs(m *meter) error {
	for _, k := range kx.KEMs() {
		key, err := k.Generate(rand.Reader, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", k.Name, err)
		}
		ciphertext, _, err := k.Encapsulate(rand.Reader, key.Public(), nil)
		if err != nil {
			return fmt.Errorf("%s: %w", k.Name, err)
		}
		m.fixed(op.KeyGen, k.Name, k.Provider, func() error { _, err := k.Generate(rand.Reader, nil); return err })
		m.fixed(op.Encapsulate, k.Name, k.Provider, func() error { _, _, err := k.Encapsulate(rand.Reader, key.Public(), nil); return err })
		m.fixed(op.Decapsulate, k.Name, k.Provider, func() error { _, err := key.Decapsulate(ciphertext, nil); return err })
	}
	return m.err
}

// tls12 is the version number of TLS 1.2, in which the costs of legacy versions are measured.
const tls12 = 0x0303

func measureSignatures(m *meter) error {
	message := make([]byte, small)
	for _, alg := range ca.KeyAlgorithms() {
		key, err := ca.GenerateKey(alg, "tlslab calibrate")
		if err != nil {
			return fmt.Errorf("%s: %w", alg, err)
		}
		scheme, err := schemeFor(key)
		if err != nil {
			return err
		}
		signature, err := scheme.Sign(rand.Reader, key, message, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", alg, err)
		}
		if scheme.SignCostVaries() {
			m.add(op.Sign, alg, scheme.Provider(), m.mean(scheme, key), 0)
		} else {
			m.fixed(op.Sign, alg, scheme.Provider(), func() error { _, err := scheme.Sign(rand.Reader, key, message, nil); return err })
		}
		public := key.Public
		if public.NeedsExpansion() {
			m.fixed(op.Expand, alg, scheme.Provider(), func() error { again := key.Public; again.Expand(nil); return nil })
			public.Expand(nil)
		}
		m.fixed(op.Verify, alg, scheme.Provider(), func() error { return scheme.Verify(&public, message, signature, nil) })
	}
	return m.err
}

// mean returns the mean time of a signature whose time depends on the message. Every batch signs
// the same messages: otherwise the fastest batch would be the one with the easiest messages.
func (m *meter) mean(scheme *pki.Scheme, key *pki.Key) time.Duration {
	const messages = 128
	message := make([]byte, small)
	return m.call(func() error {
		for i := range messages {
			message[0] = byte(i)
			if _, err := scheme.Sign(nil, key, message, nil); err != nil {
				return err
			}
		}
		return nil
	}) / messages
}

// schemeFor returns the scheme of highest preference for a key.
func schemeFor(key *pki.Key) (*pki.Scheme, error) {
	for _, version := range []protocol.Version{protocol.TLS13, protocol.TLS12} {
		for _, s := range pki.Schemes() {
			if s.Fits(&key.Public, version) {
				return s, nil
			}
		}
	}
	return nil, fmt.Errorf("no signature scheme for %s", key.Public.Algorithm)
}

func measureRSAKeyExchange(m *meter) error {
	for _, alg := range ca.KeyAlgorithms() {
		if !strings.HasPrefix(alg, "rsa") {
			continue
		}
		key, err := ca.GenerateKey(alg, "tlslab calibrate")
		if err != nil {
			return fmt.Errorf("%s: %w", alg, err)
		}
		_, ciphertext, err := kx.EncryptPremaster(rand.Reader, key.Public.RSA, tls12, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", alg, err)
		}
		m.fixed(op.Encrypt, alg, "crypto/rsa", func() error {
			_, _, err := kx.EncryptPremaster(rand.Reader, key.Public.RSA, tls12, nil)
			return err
		})
		m.fixed(op.Decrypt, alg, "crypto/rsa", func() error {
			_, err := kx.DecryptPremaster(rand.Reader, key.RSA(), tls12, ciphertext, nil)
			return err
		})
	}
	return m.err
}

func measureCiphers(m *meter) error {
	for _, c := range record.Ciphers() {
		var seal, open [2]time.Duration
		for i, size := range []int{small, large} {
			sealer, err := newHalf(c)
			if err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
			opener, err := newHalf(c)
			if err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
			buf := make([]byte, 0, record.MaxRecord)
			plain := buf[:size+sealer.Prefix()][sealer.Prefix():]
			one := func() error { _, err := sealer.Seal(buf, record.ApplicationData, plain); return err }
			seal[i] = m.call(one)
			// Each record can be opened once, so opening is measured together with sealing.
			if sealer, err = newHalf(c); err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
			both := m.call(func() error {
				sealed, err := sealer.Seal(buf, record.ApplicationData, plain)
				if err != nil {
					return err
				}
				_, _, err = opener.Open(sealed)
				return err
			})
			open[i] = max(0, both-seal[i])
		}
		m.linear(op.Seal, c.Name, c.Provider, small, large, seal[0], seal[1])
		m.linear(op.Open, c.Name, c.Provider, small, large, open[0], open[1])
	}
	return m.err
}

// newHalf returns the protection of one direction: of TLS 1.3 for an AEAD, otherwise of TLS 1.2.
func newHalf(c *record.Cipher) (*record.HalfConn, error) {
	if c.MACSize == 0 {
		return record.NewTLS13(c, make([]byte, c.KeySize), make([]byte, record.NonceSize), nil)
	}
	keys, _ := c.SplitKeyBlock(tls12, make([]byte, c.KeyBlockSize(tls12)))
	return record.NewLegacy(tls12, c, keys, rand.Reader, nil)
}

func measureHashes(m *meter) error {
	for _, h := range secrets.Hashes() {
		measureDigest(m, h)
		measureDerivation(m, h.Name, h.Provider, h.Size, secrets.NewLegacy(h, nil))
	}
	measureDigest(m, secrets.SHA1) // of ECDSA signatures before TLS 1.2
	measureDerivation(m, secrets.SSL30Name, secrets.MD5SHA1.Provider, secrets.MD5.Size, secrets.NewLegacySSL30(nil))
	return m.err
}

// measureDerivation prices the derivation of one and of four blocks of output.
func measureDerivation(m *meter, name, provider string, block int, legacy *secrets.Legacy) {
	legacy.Resume(make([]byte, secrets.MasterSize))
	random := make([]byte, 32)
	var derive [2]time.Duration
	for i, n := range []int{1, 4} {
		out := make([]byte, n*block)
		derive[i] = m.call(func() error { legacy.KeyBlock(out, random, random); return nil })
	}
	m.linear(op.Derive, name, provider, block, 4*block, derive[0], derive[1])
}

func measureDigest(m *meter, h *secrets.Hash) {
	var digest [2]time.Duration
	for i, size := range []int{small, large} {
		state, in, out := h.New(), make([]byte, size), make([]byte, 0, h.Size)
		digest[i] = m.call(func() error {
			state.Reset()
			state.Write(in)
			state.Sum(out)
			return nil
		})
	}
	m.linear(op.Digest, h.Name, h.Provider, small, large, digest[0], digest[1])
}

func thisMachine() Machine {
	return Machine{CPU: cpuModel(), OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version()}
}
