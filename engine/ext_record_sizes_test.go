package engine

import (
	"errors"
	"fmt"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/record"
)

// longest observes the records that a side sends, and keeps the length of the longest plaintext.
type longest struct{ plain int }

func (l *longest) watch(cfg *Config) {
	cfg.Observe = func(n Notice) {
		if n.Kind == RecordSent {
			l.plain = max(l.plain, n.Plain)
		}
	}
}

// Each side sends records as long as the negotiated length and no longer: certificates and data.
func TestRecordsAreAsLongAsAgreed(t *testing.T) {
	fragment := func(n int) func(*Config) { return func(cfg *Config) { cfg.MaxFragment = n } }
	limit := func(n int) func(*Config) { return func(cfg *Config) { cfg.RecordSizeLimit = n } }
	none := func(*Config) {}
	for _, row := range []struct {
		name           string
		client, server func(*Config)
		want           Info
		up, down       [2]int // longest plaintext of client and server, in TLS 1.2 and 1.3
	}{
		{"nothing negotiated", none, none, Info{}, [2]int{16384, 16384}, [2]int{16384, 16384}},
		{"max_fragment_length 512", fragment(512), none, Info{MaxFragment: 512}, [2]int{512, 512}, [2]int{512, 512}},
		{"max_fragment_length 4096", fragment(4096), none, Info{MaxFragment: 4096}, [2]int{4096, 4096}, [2]int{4096, 4096}},
		{"both sides have record_size_limit", limit(1000), limit(64), Info{ClientRecordLimit: 1000, ServerRecordLimit: 64}, [2]int{64, 63}, [2]int{1000, 999}},
		{"only the server has record_size_limit", none, limit(64), Info{}, [2]int{16384, 16384}, [2]int{16384, 16384}},
		{"record_size_limit overrides max_fragment_length", both(fragment(512), limit(1000)), limit(2000), Info{ClientRecordLimit: 1000, ServerRecordLimit: 2000}, [2]int{2000, 1999}, [2]int{1000, 999}},
	} {
		for i, v := range []Version{TLS12, TLS13} {
			t.Run(fmt.Sprintf("%s/%v", row.name, v), func(t *testing.T) {
				cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
				both(maxVersion(v), row.client)(cc)
				row.server(sc)
				var up, down longest
				up.watch(cc)
				down.watch(sc)
				for connection := range 2 {
					up, down = longest{}, longest{}
					p := newPair(cc, sc)
					if err := p.run(); err != nil {
						t.Fatal(err)
					}
					p.exchange(t)
					for _, info := range []Info{p.client.Info(), p.server.Info()} {
						got := Info{MaxFragment: info.MaxFragment, ClientRecordLimit: info.ClientRecordLimit, ServerRecordLimit: info.ServerRecordLimit}
						if got.MaxFragment != row.want.MaxFragment || got.ClientRecordLimit != row.want.ClientRecordLimit || got.ServerRecordLimit != row.want.ServerRecordLimit {
							t.Errorf("connection %d: %+v", connection, got)
						}
					}
					if p.client.RecordSize() != row.up[i] || p.server.RecordSize() != row.down[i] {
						t.Errorf("connection %d: record sizes %d and %d", connection, p.client.RecordSize(), p.server.RecordSize())
					}
					// record_size_limit does not apply to unprotected records: the handshake of
					// TLS 1.2, and the ClientHello.
					if row.want.MaxFragment > 0 && up.plain != row.up[i] || (row.want.MaxFragment > 0 || v == TLS13) && down.plain != row.down[i] {
						t.Errorf("connection %d: the longest plaintexts are %d and %d", connection, up.plain, down.plain)
					}
					cc.Session = p.client.Session()
				}
			})
		}
	}
}

// The alert is record_overflow.
func TestRecordsLongerThanAgreedAreRefused(t *testing.T) {
	for _, set := range []func(*Config){
		func(cfg *Config) { cfg.MaxFragment = 512 },
		func(cfg *Config) { cfg.RecordSizeLimit = 513 },
	} {
		for _, v := range []Version{TLS12, TLS13} {
			for _, s := range []side{client, server} {
				cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
				both(maxVersion(v), set)(cc)
				set(sc)
				p, _ := connect(t, cc, sc)
				from, to := p.client, p.server
				if s == server {
					from, to = p.server, p.client
				}
				from.out.half.LimitPlaintext(record.MaxPlaintext)
				out, err := from.Seal(nil, make([]byte, 514))
				if err != nil {
					t.Fatal(err)
				}
				var e *Error
				if _, _, err := to.Recv(out); !errors.As(err, &e) || e.Alert != alert.RecordOverflow {
					t.Errorf("TLS %v: a record of 514 bytes from the %s: %v", v, sideNames[s], err)
				}
			}
		}
	}
}

func TestIllegalRecordSizesAreRefused(t *testing.T) {
	answered := func(set func(*recordSizes)) func(c *Conn) error {
		return func(c *Conn) error {
			set(&c.sizes)
			return c.agreeRecordSizes()
		}
	}
	fragment := func(body string) func(*Conn) error {
		return func(c *Conn) error { return readMaxFragmentLength(c, inEncryptedExtensions, []byte(body)) }
	}
	limit := func(body string) func(*Conn) error {
		return func(c *Conn) error { return readRecordSizeLimit(c, inEncryptedExtensions, []byte(body)) }
	}
	for _, row := range []struct {
		name string
		side side
		read func(*Conn) error
		want reason
	}{
		{"max_fragment_length code 0", server, fragment("\x00"), badExtension},
		{"max_fragment_length code 5", server, fragment("\x05"), badExtension},
		{"max_fragment_length with two codes", server, fragment("\x01\x02"), decodeError},
		{"another max_fragment_length code than the client's", client, fragment("\x02"), badExtension},
		{"record_size_limit 63", server, limit("\x00\x3f"), badExtension},
		{"record_size_limit of three bytes", server, limit("\x00\x40\x00"), decodeError},
		{"record_size_limit beyond the protocol's", client, limit("\x40\x02"), badExtension},
		{"both extensions answered", client, answered(func(s *recordSizes) { s.fragment, s.limit = 512, [2]int{64, 64} }), badExtension},
	} {
		c := newConn(&Config{MaxFragment: 512}, row.side)
		c.info.Version = TLS13
		if e := explain(row.read(c)); e.Why != row.want.Error() {
			t.Errorf("%s: %v, want %v", row.name, e, row.want)
		}
	}
	c := newConn(&Config{}, server)
	if err := readRecordSizeLimit(c, inClientHello, []byte{0xff, 0xff}); err != nil {
		t.Errorf("a client's limit beyond the protocol's: %v", err) // RFC 8449 §4: not enforced
	}
}

func TestImpossibleRecordSizesAreInvalid(t *testing.T) {
	for _, set := range []func(*Config){
		func(cfg *Config) { cfg.MaxFragment = 600 },
		func(cfg *Config) { cfg.RecordSizeLimit = 63 },
		func(cfg *Config) { cfg.RecordSizeLimit = 16386 },
		both(maxVersion(TLS12), func(cfg *Config) { cfg.RecordSizeLimit = 16385 }),
		func(cfg *Config) { cfg.PadTo = -1 },
		func(cfg *Config) { cfg.PadTo = 16385 },
	} {
		cfg := clientConfig(t, "ecdsa-p256")
		set(cfg)
		if err := Client(cfg, testName).Start(); err == nil {
			t.Errorf("accepted: %+v", cfg)
		}
	}
}

// Padding makes multiples of PadTo, within the peer's record_size_limit.
func TestPaddingFillsRecordsUpToTheLimit(t *testing.T) {
	for _, row := range []struct{ limit, length int }{{0, 3000}, {2000, 2000}} {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		cc.RecordSizeLimit, sc.PadTo = row.limit, 1500
		p, _ := connect(t, cc, sc)
		for _, size := range []struct{ plain, inner int }{{1, 1500}, {1499, 1500}, {1500, row.length}} {
			out, err := p.server.Seal(nil, make([]byte, size.plain))
			if err != nil || len(out) != record.HeaderSize+size.inner+16 {
				t.Errorf("limit %d: %d bytes make a record of %d, %v; want an inner plaintext of %d", row.limit, size.plain, len(out), err, size.inner)
			}
			if err := p.feed(p.client, out); err != nil {
				t.Errorf("limit %d, %d bytes: %v", row.limit, size.plain, err)
			}
		}
	}
}

func TestRecordSizesWithOpenSSL(t *testing.T) {
	for _, v := range []struct {
		version Version
		flag    string
	}{{TLS12, "-tls1_2"}, {TLS13, "-tls1_3"}} {
		var sent longest
		cfg := programConfig(t, "ecdsa-p256", both(maxVersion(v.version), func(cfg *Config) { cfg.MaxFragment, cfg.PadTo = 1024, 700 }))
		sent.watch(cfg)
		c, err := askOpenSSL(t, "ecdsa-p256", cfg, v.flag, "-record_padding", "512")
		if err != nil || c.Info().MaxFragment != 1024 || sent.plain != 1024 {
			t.Errorf("TLS %v, the engine's client: %v, fragments of %d, at most %d sent", v.version, err, c.Info().MaxFragment, sent.plain)
		}
		sent.plain = 0
		c, out, err := serveProgram(t, cfg, lines, "openssl", "s_client", "-quiet", "-connect", "ADDRESS", v.flag, "-maxfraglen", "512", "-record_padding", "400")
		if err != nil || c.Info().MaxFragment != 512 || sent.plain != 512 || string(out) != string(lines) {
			t.Errorf("TLS %v, the engine's server: %v, fragments of %d, at most %d sent", v.version, err, c.Info().MaxFragment, sent.plain)
		}
	}
}

// gnutls-cli loses what it reads beyond the size that it sends at once, so the server sends less.
func TestRecordSizeLimitWithGnuTLS(t *testing.T) {
	for _, v := range []struct {
		version  Version
		priority string
	}{{TLS12, "NORMAL:-VERS-ALL:+VERS-TLS1.2"}, {TLS13, "NORMAL:-VERS-ALL:+VERS-TLS1.3"}} {
		var sent longest
		cfg := programConfig(t, "ecdsa-p256", func(cfg *Config) { cfg.RecordSizeLimit = 2000 })
		cfg.Observe = func(n Notice) {
			if n.Kind == RecordSent && n.Record == TypeApplicationData {
				sent.plain = max(sent.plain, n.Plain)
			}
		}
		c, err := serveGnuTLS(t, cfg, lines[:500], v.priority, "--recordsize", "600")
		limit := 600
		if v.version == TLS13 {
			limit++
		}
		if info := c.Info(); err != nil || info.ClientRecordLimit != limit || info.ServerRecordLimit != 2000 || sent.plain != 600 {
			t.Errorf("TLS %v: %v, limits %d and %d, at most %d sent", v.version, err, info.ClientRecordLimit, info.ServerRecordLimit, sent.plain)
		}
	}
}

// max_fragment_length belongs to the session and holds for connections that resume it, also if the
// server does not repeat the extension (RFC 6066 §4).
func TestMaxFragmentLengthBelongsToTheSession(t *testing.T) {
	for _, v := range []Version{TLS12, TLS13} {
		cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
		cc.MaxVersion, cc.MaxFragment = v, 512
		p, _ := connect(t, cc, sc)
		cc.Session = p.client.Session()
		p, kind := connect(t, cc, sc)
		for _, c := range []*Conn{p.client, p.server} {
			if c.Info().MaxFragment != 512 || c.RecordSize() != 512 || kind != Resumed {
				t.Errorf("TLS %v: the %s is %v with fragments of %d bytes", v, sideNames[c.side], kind, c.Info().MaxFragment)
			}
		}
		c := newConn(cc, client)
		c.info.Version, c.info.Kind, c.resume.offer.session = v, Resumed, cc.Session
		if err := c.agreeRecordSizes(); err != nil || c.Info().MaxFragment != 512 {
			t.Errorf("TLS %v: without the server's extension fragments have %d bytes, %v", v, c.Info().MaxFragment, err)
		}
	}
}
