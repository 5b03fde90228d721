package engine

import (
	"bytes"
	"errors"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/wire"
)

// Negotiating legacy versions, and detecting downgrades.

// The downgrade sentinel in the server's random reveals that an attacker has lowered the version
// that the client offers (RFC 9846 §4.2.3).
func TestSentinelRevealsADowngrade(t *testing.T) {
	for _, test := range []struct {
		name           string
		client, server Version // highest version of each side
		negotiated     Version
		detected       bool
	}{
		{"1.2 between sides of 1.3", TLS13, TLS13, TLS12, true},
		{"1.1 between sides of 1.3", TLS13, TLS13, TLS11, true},
		{"1.0 between sides of 1.2", TLS12, TLS12, TLS10, true},
		{"1.1 by a client of 1.2", TLS12, TLS13, TLS11, true},
		{"1.0 between sides of 1.1", TLS11, TLS11, TLS10, false},
		{"1.1 with a server of 1.1", TLS13, TLS11, TLS11, false},
		{"1.2 with a server of 1.2", TLS13, TLS12, TLS12, false},
		{"1.2 with a client of 1.2", TLS12, TLS13, TLS12, false},
	} {
		c, s := Conn{cfg: &Config{MaxVersion: test.client}}, Conn{cfg: &Config{MaxVersion: test.server}}
		c.info.Version, s.info.Version = test.negotiated, test.negotiated
		var random [wire.RandomSize]byte
		s.cfg.writeDowngradeSentinel(&random, s.info.Version)
		if got := c.cfg.hasDowngradeSentinel(random[:], c.info.Version); got != test.detected {
			t.Errorf("%s: downgrade detected: %v, want %v (random ends %q)", test.name, got, test.detected, random[24:])
		}
	}
}

// Both sides detect an attacker who lowers the version in the ClientHello.
func TestLoweredClientHelloIsRefused(t *testing.T) {
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	cc.MinVersion, sc.MinVersion = TLS10, TLS10
	cc.MaxVersion, sc.MaxVersion = TLS12, TLS12
	p := newPair(cc, sc)
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	p.up = p.client.Flush(nil)
	p.up[9], p.up[10] = 3, 1
	err := p.pump()
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, downgraded) || e.Alert != alert.IllegalParameter {
		t.Errorf("the client's ClientHello was lowered from TLS 1.2 to 1.0: %v", err)
	}
}

func TestFallbackToAServerOfAHigherVersionIsRefused(t *testing.T) {
	for _, test := range []struct {
		name           string
		client, server Version
		refused        bool
	}{
		{"1.1 with a server of 1.2", TLS11, TLS12, true},
		{"1.2 with a server of 1.3", TLS12, TLS13, true},
		{"1.0 with a server of 1.0", TLS10, TLS10, false},
		{"1.3 with a server of 1.2", TLS13, TLS12, false},
		{"1.3 with a server of 1.3", TLS13, TLS13, false},
	} {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		cc.MinVersion, sc.MinVersion = TLS10, TLS10
		cc.MaxVersion, sc.MaxVersion, cc.Fallback = test.client, test.server, true
		err := newPair(cc, sc).run()
		var e *Error
		refused := errors.As(err, &e) && e.Alert == alert.InappropriateFallback
		if refused != test.refused || err != nil && !refused {
			t.Errorf("fallback to %s: %v", test.name, err)
		}
	}
}

// Versions below TLS 1.2 are enabled only by MinVersion.
func TestLegacyVersionsNeedMinVersion(t *testing.T) {
	for _, v := range []Version{TLS10, TLS11} {
		for _, from := range []side{client, server} {
			cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
			onlyVersion(v)([]*Config{client: cc, server: sc}[from])
			err := newPair(cc, sc).run()
			var e *Error
			if !errors.As(err, &e) || e.Alert != alert.ProtocolVersion {
				t.Errorf("only the %s supports TLS %v: %v, want protocol_version", sideNames[from], v, err)
			}
		}
	}
}

// Record headers have the negotiated version. A legacy client's ClientHello has nothing that its
// version does not have.
func TestLegacyVersionsOnTheWire(t *testing.T) {
	for _, v := range []Version{TLS10, TLS11} {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		onlyVersion(v)(cc)
		onlyVersion(v)(sc)
		p := newPair(cc, sc)
		if err := p.client.Start(); err != nil {
			t.Fatal(err)
		}
		hello := p.client.Flush(nil)
		var m wire.ClientHelloMsg
		if err := m.Parse(hello[9:]); err != nil || Version(m.Version) != v {
			t.Fatalf("the ClientHello has version %v, %v", Version(m.Version), err)
		}
		for _, id := range []uint16{extSignatureAlgorithms, extSupportedVersions, extKeyShare, extPSKKeyExchangeModes} {
			if findExtension(m.Extensions, id) != nil {
				t.Errorf("a client of %v sends extension %d", v, id)
			}
		}
		p.up = hello
		if err := p.pump(); err != nil {
			t.Fatal(err)
		}
		for _, c := range []*Conn{p.client, p.server} {
			out, err := c.Seal(nil, []byte("x"))
			if err != nil || Version(out[1])<<8|Version(out[2]) != v {
				t.Errorf("record header % x, %v; want version %v", out[:5], err, v)
			}
		}
	}
}

// With SplitRecords the first byte of a Seal has its own record if, and only if, the IV is
// predictable. This holds for plaintext that is sealed in place, too.
func TestFirstByteHasItsOwnRecord(t *testing.T) {
	for _, v := range []Version{TLS10, TLS11, TLS12, TLS13} {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		both(onlyVersion(v), splitRecords)(cc)
		onlyVersion(v)(sc)
		if v < TLS13 {
			cc.Suites = []SuiteID{0xc009}
		}
		p, _ := connect(t, cc, sc)
		for _, size := range []int{1, 2, 1000, DefaultRecordSize, 40000} {
			want := bytes.Repeat([]byte{7, 8, 9}, size)[:size]
			buf := make([]byte, 0, 3*DefaultRecordSize+size)
			plain := append(buf[:0:cap(buf)][p.client.Prefix():p.client.Prefix()], want...)
			if size > DefaultRecordSize {
				plain = want
			}
			out, err := p.client.Seal(buf, plain)
			if err != nil {
				t.Fatal(err)
			}
			records, first := 0, 0
			p.got[p.server] = nil
			for rest := out; len(rest) > 0; records++ {
				n, ev, err := p.server.Recv(rest)
				if err != nil {
					t.Fatal(err)
				}
				if records == 0 {
					first = len(ev.Data)
				}
				p.got[p.server] = append(p.got[p.server], ev.Data...)
				rest = rest[n:]
			}
			if !bytes.Equal(p.got[p.server], want) {
				t.Errorf("TLS %v: the %d bytes that arrive differ", v, size)
			}
			if alone := first == 1; alone != (v == TLS10 || size == 1) {
				t.Errorf("TLS %v: the first of %d records for %d bytes holds %d", v, records, size, first)
			}
		}
	}
}
