package engine

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"tlslab/engine/alert"
	"tlslab/engine/session"
)

func compression(cfg *Config) { cfg.Compression = true }

// DEFLATE needs both sides, and a client that does not offer TLS 1.3. A resumed session keeps its
// method.
func TestCompressionIsNegotiated(t *testing.T) {
	for _, row := range []struct {
		name           string
		client, server func(*Config)
		want           bool
	}{
		{"both sides have Compression", both(maxVersion(TLS12), compression), compression, true},
		{"with a stream cipher", both(maxVersion(TLS12), onlySuite(0xc011), compression), both(onlySuite(0xc011), compression), true},
		{"with encrypt-then-MAC", both(maxVersion(TLS12), onlySuite(0xc013), compression, encryptThenMAC), both(compression, encryptThenMAC), true},
		{"split records of TLS 1.0", both(maxVersion(TLS10), func(c *Config) { c.MinVersion, c.SplitRecords = TLS10, true }, compression), both(compression, func(c *Config) { c.MinVersion = TLS10 }), true},
		{"SSL 3.0", both(maxVersion(SSL30), onlySuite(0x0005), fromSSL, compression), both(compression, onlySuite(0x0005), fromSSL, withCache), true},
		{"small records", both(maxVersion(TLS12), compression, func(c *Config) { c.MaxFragment = 512 }), compression, true},
		{"resumed by session ID", both(maxVersion(TLS12), compression), both(withCache, compression), true},
		{"only the client has Compression", both(maxVersion(TLS12), compression), maxVersion(TLS12), false},
		{"only the server has Compression", maxVersion(TLS12), compression, false},
		{"the client offers TLS 1.3", compression, both(maxVersion(TLS12), compression), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
			row.client(cc)
			row.server(sc)
			for i := range 2 {
				p := newPair(cc, sc)
				if err := p.run(); err != nil {
					t.Fatal(err)
				}
				p.exchange(t)
				ci, si := p.client.Info(), p.server.Info()
				if ci.Compressed != row.want || si.Compressed != row.want || (ci.Kind == Resumed) != (i > 0) {
					t.Errorf("connection %d (%v): client %v, server %v, want %v", i, ci.Kind, ci.Compressed, si.Compressed, row.want)
				}
				text := bytes.Repeat([]byte("to be sent over and over "), 2000)
				out, err := p.server.Seal(nil, text)
				if err != nil || (len(out) < len(text)/5) != row.want {
					t.Errorf("%d bytes are sent as %d, %v", len(text), len(out), err)
				}
				p.got[p.client] = nil
				if err := p.feed(p.client, out); err != nil || !bytes.Equal(p.got[p.client], text) {
					t.Errorf("%d bytes arrive, %v", len(p.got[p.client]), err)
				}
				cc.Session = p.client.Session()
			}
		})
	}
}

// A compressed session is resumed only if both sides still compress. An uncompressed session stays
// uncompressed.
func TestResumptionKeepsTheCompression(t *testing.T) {
	for _, way := range []Resumption{Ticket, SessionID} {
		for _, row := range []struct {
			first, client, server bool
			kind                  Kind
			want                  bool
		}{
			{true, true, true, Resumed, true},
			{true, false, true, Full, false},
			{true, true, false, Full, false},
			{false, true, true, Resumed, false},
		} {
			t.Run(fmt.Sprintf("%v/%+v", way, row), func(t *testing.T) {
				cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
				cc.MaxVersion = TLS12
				if way == SessionID {
					sc.SessionCache, sc.Tickets = session.NewCache(8, time.Hour), nil
				}
				cc.Compression, sc.Compression = row.first, row.first
				p, _ := connect(t, cc, sc)
				cc.Session = p.client.Session()
				cc.Compression, sc.Compression = row.client, row.server
				p, kind := connect(t, cc, sc)
				if kind != row.kind || p.client.Info().Compressed != row.want || p.server.Info().Compressed != row.want {
					t.Errorf("%v, compressed %v and %v", kind, p.client.Info().Compressed, p.server.Info().Compressed)
				}
			})
		}
	}
}

// A short record that expands beyond the limit ends the connection, and costs no memory.
func TestRecordsThatExpandBeyondTheLimitAreRefused(t *testing.T) {
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	both(maxVersion(TLS12), compression)(cc)
	compression(sc)
	cc.MaxFragment = 512
	p, _ := connect(t, cc, sc)
	p.server.out.half.LimitPlaintext(1 << 14)
	out, err := p.server.Seal(nil, make([]byte, 1<<14))
	if err != nil || len(out) > 200 {
		t.Fatalf("a record of %d bytes, %v", len(out), err)
	}
	var e *Error
	if err := p.feed(p.client, out); !errors.As(err, &e) || e.Alert != alert.DecompressionFailure {
		t.Errorf("a record with 16384 bytes of plaintext at a limit of 512: %v", err)
	}
}

func TestCompressionThatWasNotOfferedIsRefused(t *testing.T) {
	for _, c := range []*Conn{Client(&Config{}, ""), Client(&Config{Compression: true}, "")} {
		c.info.Version = TLS12
		if err := c.readCompression(compressDeflate); err != badCompression {
			t.Errorf("compression %v: %v", c.cfg.Compression, err)
		}
	}
	c := Client(&Config{Compression: true, MaxVersion: TLS12}, "")
	c.info.Version = TLS12
	if err := c.readCompression(64); err != badCompression {
		t.Errorf("LZS: %v", err)
	}
}
