package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/engine/session"
)

// Two connections joined in memory, and what every test needs for them.

const testName = "host.example.test"

// testTime is the time of all tests that do not set their own.
var testTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// A stream is a reproducible source of random bytes.
type stream struct {
	seed    [32]byte
	counter uint64
	block   [32]byte
	rest    []byte
}

func newStream(seed string) *stream { return &stream{seed: sha256.Sum256([]byte(seed))} }

func (s *stream) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		if len(s.rest) == 0 {
			var block [40]byte
			copy(block[:], s.seed[:])
			binary.BigEndian.PutUint64(block[32:], s.counter)
			s.counter++
			s.block = sha256.Sum256(block[:])
			s.rest = s.block[:]
		}
		k := copy(p[n:], s.rest)
		s.rest = s.rest[k:]
		n += k
	}
	return len(p), nil
}

// A testPKI is a chain of a leaf and an intermediate, and the roots that verify it.
type testPKI struct {
	chain       *ca.Chain
	roots       *pki.Roots
	certificate *Certificate
}

var (
	pkiLock  sync.Mutex
	pkiByKey = map[string]*testPKI{}
)

func pkiFor(t testing.TB, algorithm string) *testPKI {
	t.Helper()
	pkiLock.Lock()
	defer pkiLock.Unlock()
	if p := pkiByKey[algorithm]; p != nil {
		return p
	}
	p := specialPKI(t, ca.ChainSpec{Seed: "engine tests", Algorithm: algorithm, Length: 2, Names: []string{testName}})
	pkiByKey[algorithm] = p
	return p
}

func clientConfig(t testing.TB, algorithm string) *Config {
	return &Config{Rand: newStream("client"), Now: func() time.Time { return testTime }, Roots: pkiFor(t, algorithm).roots}
}

func serverConfig(t testing.TB, algorithms ...string) *Config {
	cfg := &Config{
		Rand:    newStream("server"),
		Now:     func() time.Time { return testTime },
		Tickets: session.NewTicketKeys([32]byte{1}),
	}
	for _, a := range algorithms {
		cfg.Certificates = append(cfg.Certificates, pkiFor(t, a).certificate)
	}
	return cfg
}

// A pair is both sides of a connection.
type pair struct {
	client, server *Conn
	up, down       []byte // on the way to the server and to the client
	got            map[*Conn][]byte
	events         map[*Conn][]EventKind
	tap            *tap                                    // nil: no tap
	answer         func(url string, request []byte) []byte // of the OCSP responder
}

func newPair(clientCfg, serverCfg *Config) *pair {
	return &pair{
		client: Client(clientCfg, testName), server: Server(serverCfg),
		got: map[*Conn][]byte{}, events: map[*Conn][]EventKind{},
	}
}

// run starts both sides and moves bytes until neither side sends. It returns the first error.
func (p *pair) run() error {
	if err := errors.Join(p.client.Start(), p.server.Start()); err != nil {
		return err
	}
	return p.pump()
}

func (p *pair) pump() error {
	for {
		p.up = p.client.Flush(p.up)
		p.down = p.server.Flush(p.down)
		if len(p.up)+len(p.down) == 0 {
			return nil
		}
		up, down := p.up, p.down
		p.up, p.down = nil, nil
		if err := p.feed(p.server, up); err != nil {
			p.down = p.server.Flush(nil)
			return fmt.Errorf("server: %w", err)
		}
		if err := p.feed(p.client, down); err != nil {
			p.up = p.client.Flush(nil)
			return fmt.Errorf("client: %w", err)
		}
	}
}

func (p *pair) feed(c *Conn, in []byte) error {
	for len(in) > 0 {
		n, ev, err := c.Recv(in)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%d bytes are an incomplete record", len(in))
		}
		if ev.Kind == EventOCSPRequest && p.answer != nil {
			if ev, err = c.OCSPResponse(p.answer(c.OCSPRequest())); err != nil {
				return err
			}
		}
		if ev.Kind != EventNone {
			p.events[c] = append(p.events[c], ev.Kind)
		}
		p.got[c] = append(p.got[c], ev.Data...)
		in = in[n:]
	}
	return nil
}

// convey delivers records from one side to the other, through the tap if there is one.
func (p *pair) convey(from, to *Conn, out []byte) error {
	if p.tap == nil {
		return p.feed(to, out)
	}
	for _, b := range p.tap.unpack(from.side, out) {
		if err := p.deliver(to, b); err != nil {
			return err
		}
	}
	return nil
}

// exchange sends data both ways and checks that it arrives.
func (p *pair) exchange(t testing.TB) {
	t.Helper()
	for _, size := range []int{1, 100, 40000} {
		for _, from := range []*Conn{p.client, p.server} {
			to := p.client
			if from == p.client {
				to = p.server
			}
			data := make([]byte, size)
			newStream(fmt.Sprint(size)).Read(data)
			out, err := from.Seal(nil, data)
			if err != nil {
				t.Fatal(err)
			}
			p.got[to] = nil
			if err := p.convey(from, to, out); err != nil {
				t.Fatal(err)
			}
			if string(p.got[to]) != string(data) {
				t.Fatalf("%d bytes sent; the %d that arrived differ", size, len(p.got[to]))
			}
		}
	}
}

// configure gives a connection another Config.
func (c *Conn) configure(cfg *Config) { c.cfg, c.out.cfg = cfg, cfg }
