package netconn

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"tlslab/engine"
	"tlslab/engine/protocol"
	"tlslab/engine/session"
)

// The interop tests connect over loopback with other implementations as client and as server:
// openssl s_client and s_server, gnutls-cli and gnutls-serv. The tested combinations follow from
// the engine's tables and from what the program supports. For each there is a full connection and
// one for each way to resume it. A connection counts as resumed only if both sides report it.

// A combination is what both sides are configured to negotiate.
type combination struct {
	version     engine.Version
	suite       engine.Suite
	group       engine.Group // 0: no ephemeral key exchange
	certificate string
	retry       bool // after a HelloRetryRequest
	mutual      bool // the server requires a client certificate; both use the same
	records     *recordSetting
}

func (c combination) String() string {
	s := fmt.Sprintf("%v/%s/%v/%s", c.version, c.suite.Name, c.group, c.certificate)
	if c.retry {
		s += "/retry"
	}
	if c.mutual {
		s += "/mutual"
	}
	if c.records != nil {
		s += "/" + c.records.name
	}
	return s
}

// What all programs support; each has its own names for it.
var (
	interopVersions = []engine.Version{engine.TLS10, engine.TLS11, engine.TLS12, engine.TLS13}
	interopGroups   = map[engine.KeyExchange][]engine.Group{
		engine.KeyExchangeRSA:   {0},
		engine.KeyExchangeECDHE: {engine.X25519, engine.P256, engine.P384, engine.P521},
		engine.KeyExchangeDHE:   {engine.FFDHE2048},
		engine.KeyExchangeAny:   {engine.X25519, engine.P256, engine.P384, engine.P521, engine.FFDHE2048},
	}
)

// The key algorithms of certificates, by the key type of cipher suites. The first of a type is used
// with every suite.
var interopCertificates = []struct {
	name, kind string
	min        engine.Version
	curve      engine.Group // of an ECDSA key
}{
	{"rsa2048", "rsa", engine.TLS10, 0},
	{"ecdsa-p256", "ecdsa", engine.TLS10, engine.P256},
	{"ecdsa-p384", "ecdsa", engine.TLS10, engine.P384},
	{"ecdsa-p521", "ecdsa", engine.TLS10, engine.P521},
	{"ed25519", "ecdsa", engine.TLS12, 0},
}

// combinations returns every suite with the first certificate of its key type, and the first suite
// with every certificate and every group. thorough: every suite with every group, which is too slow
// for a program that needs a process for each connection.
func combinations(thorough bool) (all []combination) {
	for _, v := range interopVersions {
		first := map[string]bool{} // certificates whose first suite was seen
		for _, s := range protocol.Suites() {
			if v < s.Min || v > s.Max {
				continue
			}
			for i, certificate := range interopCertificates {
				if s.KeyType != "" && s.KeyType != certificate.kind || v < certificate.min {
					continue
				}
				main := !first[certificate.name]
				first[certificate.name] = true
				if main {
					all = append(all, combination{v, s, interopGroups[s.KeyExchange][0], certificate.name, false, true, nil})
				}
				if main || i < 2 {
					all = append(all, combinationsOf(v, s, certificate.name, thorough || main)...)
				}
			}
		}
	}
	return all
}

// combinationsOf returns one combination for each group; without thorough, only for the first.
func combinationsOf(v engine.Version, s engine.Suite, certificate string, thorough bool) (all []combination) {
	for i, g := range interopGroups[s.KeyExchange] {
		if i > 0 && !thorough {
			break
		}
		all = append(all, combination{v, s, g, certificate, false, false, nil})
		if v == engine.TLS13 && thorough {
			all = append(all, combination{v, s, g, certificate, true, false, nil})
		}
	}
	return all
}

// ways returns the ways to resume the session: with the first group every way of its version, with
// other groups one.
func (c combination) ways() []engine.Resumption {
	ways := []engine.Resumption{engine.Ticket, engine.SessionID}
	if c.version == engine.TLS13 {
		ways = []engine.Resumption{engine.PSKDHE, engine.PSK}
	}
	if !c.ordinary() || c.records != nil {
		return ways[:1]
	}
	return ways
}

// config returns our side's configuration, which allows only the combination.
func (c combination) config(t testing.TB, way engine.Resumption) *engine.Config {
	t.Helper()
	id := partyOf(t, c.certificate)
	cfg := &engine.Config{
		Rand: rand.Reader, Now: time.Now,
		MinVersion: c.version, MaxVersion: c.version, Suites: []engine.SuiteID{c.suite.ID},
		Roots: id.roots, Certificates: []*engine.Certificate{id.certificate},
		Tickets: session.NewTicketKeys([32]byte{3}), SessionCache: session.NewCache(8, time.Hour),
		Resumption: []engine.Resumption{way},
	}
	if c.group != 0 {
		cfg.Groups = []engine.Group{c.group}
	}
	if c.retry {
		cfg.KeyShares = engine.NoKeyShares
	}
	if c.mutual {
		cfg.ClientAuth, cfg.ClientCAs = engine.ClientAuthRequired, id.roots
	}
	if c.records != nil {
		c.records.ours(cfg)
	}
	return cfg
}

// check compares what our side has negotiated with the combination. peerResumed is whether the peer
// reports a resumed connection.
func (c combination) check(t testing.TB, info engine.Info, way engine.Resumption, resumed, peerResumed bool) {
	t.Helper()
	kind, group := engine.Full, c.group
	if resumed {
		kind = engine.Resumed
		if way != engine.PSKDHE {
			group = 0
		}
	}
	switch {
	case !info.Done || info.Version != c.version || info.Suite.ID != c.suite.ID || info.Group != group:
		t.Errorf("the engine's side has version %v, suite %v, group %v", info.Version, info.Suite.Name, info.Group)
	case info.Kind != kind || resumed && info.Resumption != way:
		t.Errorf("the engine's side is %v (%v), want %v (%v)", info.Kind, info.Resumption, kind, way)
	case peerResumed != resumed:
		t.Errorf("the peer: resumed %v, want %v", peerResumed, resumed)
	case info.HelloRetry != (c.retry && group != 0):
		t.Errorf("HelloRetryRequest: %v", info.HelloRetry)
	case c.records != nil && !c.records.negotiated(info):
		t.Errorf("records: %v", info.Records())
	}
}

// sizes are the lengths of the data sent in turn in both directions. A resumed connection sends
// only close_notify.
func sizes(resumed bool) []int {
	if resumed {
		return []int{0}
	}
	return []int{0, 1, 16384}
}

// sizes returns lengths at record boundaries for the first group, and the common ones for the
// others.
func (c combination) sizes(resumed bool) []int {
	if !resumed && c.ordinary() {
		return []int{0, 1, 16383, 16384, 16385}
	}
	return sizes(resumed)
}

// ordinary reports whether a combination has the first group and no options.
func (c combination) ordinary() bool {
	return !c.retry && !c.mutual && c.group == interopGroups[c.suite.KeyExchange][0]
}

// The client and the server send these bytes. No program reads them as a command or prints them in
// a status line.
const clientByte, serverByte = '~', '+'

func payload(b byte, size int) []byte { return bytes.Repeat([]byte{b}, size) }

// answer is our server's side of a connection: it reads the client's data and answers with as many
// bytes.
func answer(ctx context.Context, c *Conn, sizes []int) error {
	if err := c.Handshake(ctx); err != nil {
		return errors.Join(err, c.Shutdown(time.Second))
	}
	for _, size := range sizes {
		got := make([]byte, size)
		if _, err := io.ReadFull(c, got); err != nil {
			return err
		}
		if !bytes.Equal(got, payload(clientByte, size)) {
			return errors.New("the client sent something else")
		}
		if _, err := c.Write(payload(serverByte, size)); err != nil {
			return err
		}
	}
	_ = c.Shutdown(time.Minute) // the client may have gone: gnutls-cli does not wait
	return nil
}

// serveOne accepts one connection on l and runs answer.
func serveOne(t testing.TB, l net.Listener, cfg *engine.Config, sizes []int) (engine.Info, error) {
	t.Helper()
	transport, err := l.Accept()
	if err != nil {
		return engine.Info{}, err
	}
	defer transport.Close()
	if err := transport.SetDeadline(time.Now().Add(patience)); err != nil {
		return engine.Info{}, err
	}
	c := Server(transport, cfg)
	err = answer(t.Context(), c, sizes)
	return c.Info(), err
}

// patience is the time limit for a connection, on a busy machine.
const patience = 30 * time.Second

// A coverage collects the combinations that succeeded.
type coverage struct {
	mu   sync.Mutex
	rows map[coverageRow]map[string]bool
}

// A coverageRow is a line of the printed table, whose cells are suites and ways of resumption.
type coverageRow struct {
	peer        string
	version     engine.Version
	keyExchange string
	certificate string
}

// succeed records a full and a resumed connection, unless the test has failed.
func (c *coverage) succeed(t *testing.T, peer string, x combination, way engine.Resumption) {
	if !t.Failed() {
		c.note(peer, x, "full", way.String())
	}
}

// note records connections that succeeded.
func (c *coverage) note(peer string, x combination, kinds ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kx := "rsa"
	if x.group != 0 {
		kx = x.group.String()
	}
	if x.retry {
		kx += " retried"
	}
	if x.mutual {
		kx += " mutual"
	}
	if x.records != nil {
		kx += ", " + x.records.name
	}
	key := coverageRow{peer, x.version, kx, x.certificate}
	if c.rows == nil {
		c.rows = map[coverageRow]map[string]bool{}
	}
	if c.rows[key] == nil {
		c.rows[key] = map[string]bool{}
	}
	c.rows[key]["suite "+x.suite.Cipher] = true
	for _, kind := range kinds {
		c.rows[key]["way "+kind] = true
	}
}

// print writes the table.
func (c *coverage) print(w io.Writer) {
	keys := make([]coverageRow, 0, len(c.rows))
	for k := range c.rows {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b coverageRow) int {
		return cmp.Or(cmp.Compare(a.peer, b.peer), cmp.Compare(a.version, b.version), cmp.Compare(a.keyExchange, b.keyExchange), cmp.Compare(a.certificate, b.certificate))
	})
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "peer\tversion\tkey exchange\tcertificate\tkinds\tciphers")
	for _, k := range keys {
		fmt.Fprintf(t, "%s\t%v\t%s\t%s\t%s\t%s\n", k.peer, k.version, k.keyExchange, k.certificate, cells(c.rows[k], "way "), cells(c.rows[k], "suite "))
	}
	t.Flush()
}

func cells(set map[string]bool, prefix string) string {
	var names []string
	for name := range set {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			names = append(names, rest)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
