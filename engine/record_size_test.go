package engine

import (
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/engine/record"
)

// recordLengths are the records of application data that a side sends or receives: their plaintext
// lengths and their lengths on the wire.
type recordLengths struct{ plain, wire []int }

func (l *recordLengths) watch(cfg *Config, kind NoticeKind) {
	cfg.Observe = func(n Notice) {
		if n.Kind == kind && n.Record == TypeApplicationData {
			l.plain, l.wire = append(l.plain, n.Plain), append(l.wire, n.Length)
		}
	}
}

func sizing(t testing.TB, text string) *record.Sizing {
	t.Helper()
	if p := record.PresetByName(text); p != nil {
		return &p.Sizing
	}
	s, err := record.ParseSizing(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPresetGoSizesRecordsAsCryptoTLSDoes(t *testing.T) {
	data := make([]byte, 300_000)
	for _, r := range []interop{
		// AES-GCM, ChaCha20-Poly1305
		{version: TLS13, suite: 0x1301}, {version: TLS13, suite: 0x1303},
		// AES-GCM, AES-CBC with SHA-1 and SHA-256
		{version: TLS12, suite: 0xc02b}, {version: TLS12, suite: 0xc009}, {version: TLS12, suite: 0xc023},
		{version: TLS11, suite: 0xc00a},
	} {
		r.key, r.group = "ecdsa-p256", X25519
		var theirs, ours recordLengths
		cfg := r.ourConfig(t, r.groups())
		theirs.watch(cfg, RecordReceived)
		us, them := newEnds()
		peer := tls.Server(them, r.stdConfig(t, r.groups()))
		failed := make(chan error, 1)
		go func() {
			defer them.Close()
			_, err := peer.Write(data)
			failed <- errors.Join(err, peer.CloseWrite())
		}()
		_, err := drive(Client(cfg, testName), us, func(got []byte) bool { return len(got) == len(data) })
		us.out.close()
		if err := errors.Join(err, <-failed); err != nil {
			t.Fatal(err)
		}

		cfg, server := r.ourConfig(t, r.groups()), r.ourConfig(t, r.groups())
		server.RecordSizing = sizing(t, "go")
		ours.watch(server, RecordSent)
		p := newPair(cfg, server)
		if err := p.run(); err != nil {
			t.Fatal(err)
		}
		if _, err := p.server.Seal(nil, data); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(ours.plain, theirs.plain) || !slices.Equal(ours.wire, theirs.wire) {
			t.Errorf("%v: records of\n%d\nwant those of crypto/tls\n%d", r, ours.plain, theirs.plain)
		}
	}
}

// sized is a pair whose server has a RecordSizing, and whose clock the caller sets.
func sized(t *testing.T, text string, set func(client, server *Config)) (p *pair, now *time.Time, sent *recordLengths) {
	t.Helper()
	cc, sc := clientConfig(t, "ecdsa-p256"), serverConfig(t, "ecdsa-p256")
	instant := testTime
	now, sent = &instant, new(recordLengths)
	sc.Now = func() time.Time { return *now }
	sc.RecordSizing = sizing(t, text)
	set(cc, sc)
	sent.watch(sc, RecordSent)
	p = newPair(cc, sc)
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	sent.plain, sent.wire = nil, nil
	return p, now, sent
}

func unchangedConfigs(_, _ *Config) {}

// A record of an AEAD fills a TCP segment. A record of a block cipher has as many blocks as fit
// into one.
func TestRecordsTakeASegment(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(client, server *Config)
		want int // bytes of a record on the wire
	}{
		{"1.3", unchangedConfigs, 1448},
		{"1.2", func(c, s *Config) { c.MaxVersion = TLS12 }, 1448},
		{"1.2, CBC", func(c, s *Config) { c.MaxVersion, c.Suites, s.Suites = TLS12, []SuiteID{0xc009}, []SuiteID{0xc009} }, 1445},
		{"1.2, CBC, encrypt-then-MAC", func(c, s *Config) {
			c.MaxVersion, c.Suites, s.Suites = TLS12, []SuiteID{0xc009}, []SuiteID{0xc009}
			c.EncryptThenMAC, s.EncryptThenMAC = true, true
		}, 5 + 16 + 1392 + 20},
		{"1.3, padded", func(c, s *Config) { s.PadTo = 500 }, 5 + 1000 + 16},
		{"1.3, padded beyond a segment", func(c, s *Config) { s.PadTo = 2000 }, 5 + 2000 + 16},
		{"1.3, a smaller record_size_limit of the client", func(c, s *Config) { c.RecordSizeLimit = 300 }, 5 + 300 + 16},
	} {
		p, _, sent := sized(t, "mss", test.set)
		p.server.SetMSS(1448)
		if _, err := p.server.Seal(nil, make([]byte, 10_000)); err != nil {
			t.Fatal(err)
		}
		for i, n := range sent.wire[:len(sent.wire)-1] {
			if n != test.want {
				t.Fatalf("%s: record %d of %d bytes, want %d", test.name, i+1, n, test.want)
			}
		}
	}
	p, _, sent := sized(t, "mss", unchangedConfigs)
	if p.server.Seal(nil, make([]byte, 2000)); sent.wire[0] != DefaultMSS {
		t.Errorf("without an MSS a record has %d bytes, want %d", sent.wire[0], DefaultMSS)
	}
}

// The first byte in its own record and the rest fill one segment together.
func TestSplitRecordsTakeASegment(t *testing.T) {
	p, _, sent := sized(t, "mss", func(c, s *Config) {
		c.MinVersion, c.MaxVersion, s.MinVersion = TLS10, TLS10, TLS10
		c.Suites, s.Suites = []SuiteID{0xc009}, []SuiteID{0xc009}
		s.SplitRecords = true
	})
	p.server.SetMSS(1448)
	for range 3 {
		size := p.server.RecordSize()
		out, err := p.server.Seal(nil, make([]byte, size))
		if err != nil || len(out) > 1448 || len(out) <= 1448-16 || len(sent.plain) != 2 || sent.plain[0] != 1 {
			t.Fatalf("%d bytes are sealed to %d, in records of %d: %v", size, len(out), sent.plain, err)
		}
		sent.plain = nil
	}
}

func TestIdleConnectionsBeginWithSmallRecordsAgain(t *testing.T) {
	p, now, sent := sized(t, "1000 until 3000, 16384, idle 1s", unchangedConfigs)
	for i, test := range []struct {
		pause time.Duration
		want  []int
	}{
		{0, []int{1000, 1000, 1000, 2000}},
		{time.Second, []int{5000}},
		{time.Second + 1, []int{1000, 1000, 1000, 2000}},
		{time.Hour, []int{1000, 1000, 1000, 2000}},
	} {
		*now = now.Add(test.pause)
		sent.plain = nil
		if _, err := p.server.Seal(nil, make([]byte, 5000)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(sent.plain, test.want) {
			t.Errorf("write %d, after %v: records of %d, want %d", i+1, test.pause, sent.plain, test.want)
		}
	}
}

// The last result of RecordSize applies to the next Seal, however much time passes: the caller has
// placed the plaintext for a record of that size.
func TestRecordSizeAppliesToTheNextSeal(t *testing.T) {
	p, now, sent := sized(t, "100 until 100, 16384, idle 1s", unchangedConfigs)
	out, err := p.server.Seal(nil, make([]byte, 100))
	if err := errors.Join(err, p.feed(p.client, out)); err != nil {
		t.Fatal(err)
	}
	size := p.server.RecordSize()
	buf := make([]byte, size+100)
	plain := buf[p.server.Prefix():][:size]
	copy(plain[200:], "sealed in place")
	*now = now.Add(time.Hour)
	sent.plain = nil
	out, err = p.server.Seal(buf[:0], plain)
	if err != nil || &out[0] != &buf[0] || !slices.Equal(sent.plain, []int{16384}) {
		t.Fatalf("records of %d, %v", sent.plain, err)
	}
	if err := p.feed(p.client, append([]byte(nil), out...)); err != nil || !strings.Contains(string(p.got[p.client]), "sealed in place") {
		t.Errorf("the data that arrives differs, or: %v", err)
	}
	if size := p.server.RecordSize(); size != 16384 {
		t.Errorf("directly after a record RecordSize is %d, want 16384", size)
	}
}

func TestSizedRecordsAllocateNothing(t *testing.T) {
	for _, text := range []string{"mss", "cloudflare", "go"} {
		p, _, _ := sized(t, text, unchangedConfigs)
		p.server.cfg.Observe = func(Notice) {}
		buf, plain := make([]byte, 0, 50_000), make([]byte, 40_000)
		if n := testing.AllocsPerRun(10, func() {
			if _, err := p.server.Seal(buf, plain); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func TestInvalidSizingsAreRefused(t *testing.T) {
	for want, set := range map[string]func(*Config){
		"leave one of them out":    func(c *Config) { c.RecordSize, c.RecordSizing = 5, sizing(t, "mss") },
		"want exactly one size":    func(c *Config) { c.RecordSizing = &record.Sizing{Stages: []record.Stage{{}}} },
		"MSS of -1 bytes":          func(c *Config) { c.MSS = -1 },
		"MSS of 65536 bytes: want": func(c *Config) { c.MSS = 65536 },
	} {
		cfg := clientConfig(t, "ecdsa-p256")
		set(cfg)
		if err := Client(cfg, testName).Start(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
