package netconn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/protocol"
)

// A serverProgram is a program that serves our client, one connection after the other, with one
// certificate and one version, and with all suites and groups that it knows.
type serverProgram struct {
	tool  string
	knows func(t testing.TB) func(combination) bool
	// Arguments to listen on a port. Port 0: the program prints the port that it got.
	arguments func(port string, p *party, v engine.Version) []string
	// Arguments to request the client's certificate, and not to.
	mutual, alone func(p *party) []string
	records       func(r *recordSetting) []string // arguments, or words of the priority string
	// What the program prints before the port, and when it listens.
	listening, listens string
	choosesPort        bool
	// The program echoes. Otherwise it sends what the test writes to its standard input.
	echoes bool
	over   string // what the program prints when the client has closed; "": nothing
	// What the program prints on a resumed connection.
	resumedWords string
}

var serverPrograms = []serverProgram{
	{
		tool: "openssl", knows: opensslServes,
		arguments: func(port string, p *party, v engine.Version) []string {
			return []string{"s_server", "-accept", "127.0.0.1:" + port, opensslVersions[v], "-cert", p.leaf, "-cert_chain", p.intermediates, "-key", p.key,
				"-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-ciphersuites", strings.Join(tls13Suites(), ":"),
				"-groups", strings.Join(named(opensslGroups, interopGroups[engine.KeyExchangeAny]), ":"), "-dhparam", filepath.Join(partyDir, "dhparam.pem"), "-allow_no_dhe_kex"}
		},
		mutual:    func(p *party) []string { return []string{"-Verify", "3", "-verify_return_error", "-CAfile", p.root} },
		alone:     func(*party) []string { return nil },
		records:   func(r *recordSetting) []string { return r.opensslServer },
		listening: "ACCEPT 127.0.0.1:", listens: "\n", choosesPort: true, over: "DONE\n", resumedWords: "Reused session-id",
	},
	{
		tool: "gnutls-serv", knows: gnutlsServes,
		arguments: func(port string, p *party, v engine.Version) []string {
			return []string{"--echo", "--crlf", "--port", port, "--x509certfile", p.chain, "--x509keyfile", p.key,
				"--priority", gnutlsAll(v)}
		},
		mutual: func(p *party) []string {
			return []string{"--require-client-cert", "--verify-client-cert", "--x509cafile", p.root}
		},
		alone:     func(*party) []string { return []string{"--disable-client-cert"} },
		records:   func(r *recordSetting) []string { return r.gnutlsServer },
		listening: "Echo Server listening on IPv4 0.0.0.0 port ", listens: "...done", echoes: true, over: "Channel bindings", resumedWords: "This is a resumed session",
	},
}

// tls13Suites are the suites of TLS 1.3, which OpenSSL names as IANA does.
func tls13Suites() (names []string) {
	for _, s := range protocol.Suites() {
		if s.Max == engine.TLS13 {
			names = append(names, s.Name)
		}
	}
	return names
}

// A program is a server program that runs.
type program struct {
	addr  string
	stdin io.Writer

	mu      sync.Mutex
	printed bytes.Buffer
	more    chan struct{} // closed and replaced whenever the program has printed more
}

func (p *program) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.more)
	p.more = make(chan struct{})
	return p.printed.Write(text)
}

// since returns what was printed after mark.
func (p *program) since(mark int) (text string, more <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.printed.Bytes()[mark:]), p.more
}

func (p *program) mark() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.printed.Len()
}

// await waits until ready reports true for the text printed after mark.
func (p *program) await(ctx context.Context, mark int, ready func(text string) bool) (string, error) {
	for {
		text, more := p.since(mark)
		if ready(text) {
			return text, nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return text, fmt.Errorf("%w; it printed\n%s", ctx.Err(), brief(text))
		}
	}
}

// start runs the server program and waits until it listens.
func (s *serverProgram) start(t *testing.T, certificate string, v engine.Version, mutual bool, records *recordSetting) *program {
	t.Helper()
	port := s.port(t)
	id, more := partyOf(t, certificate), s.alone
	if mutual {
		more = s.mutual
	}
	arguments := append(s.arguments(port, id, v), more(id)...)
	if records != nil {
		arguments = append(arguments, s.records(records)...)
	}
	return s.launch(t, arguments)
}

// port returns a free port for the program to listen on.
func (s *serverProgram) port(t *testing.T) string {
	t.Helper()
	if s.choosesPort {
		return "0"
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// launch starts the program with its arguments and waits until it listens.
func (s *serverProgram) launch(t *testing.T, arguments []string) *program {
	t.Helper()
	p := &program{more: make(chan struct{})}
	cmd := exec.CommandContext(t.Context(), s.tool, arguments...)
	cmd.Stdout, cmd.Stderr = p, p
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdin = stdin
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	text, err := p.await(ctx, 0, func(text string) bool {
		_, rest, found := strings.Cut(text, s.listening)
		return found && strings.Contains(rest, s.listens)
	})
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(text, s.listening)
	p.addr = "127.0.0.1:" + rest[:strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })]
	return p
}

func TestServerPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for _, s := range serverPrograms {
		t.Run(s.tool, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(s.tool); err != nil {
				t.Skip("needs " + s.tool)
			}
			var done coverage
			knows := s.knows(t)
			t.Run("rows", func(t *testing.T) {
				for _, certificate := range interopCertificates {
					for _, v := range interopVersions {
						if v < certificate.min {
							continue
						}
						for _, mutual := range []bool{false, true} {
							t.Run(fmt.Sprintf("%s/%v/mutual=%v", certificate.name, v, mutual), func(t *testing.T) {
								p := s.start(t, certificate.name, v, mutual, nil)
								for _, c := range combinations(true) {
									if c.certificate == certificate.name && c.version == v && c.mutual == mutual && knows(c) {
										s.resumeEveryWay(t, p, c, &done)
									}
								}
							})
						}
					}
				}
			})
			t.Run("records", func(t *testing.T) {
				for i := range recordSettings {
					for _, v := range interopVersions {
						all := recordSettings[i].combinations(v)
						if len(all) == 0 || !recordSettings[i].known(s.records) {
							continue
						}
						t.Run(fmt.Sprintf("%s/%v", recordSettings[i].name, v), func(t *testing.T) {
							p := s.start(t, all[0].certificate, v, false, all[0].records)
							for _, c := range all {
								if knows(c) {
									s.resumeEveryWay(t, p, c, &done)
								}
							}
						})
					}
				}
			})
			done.print(t.Output())
		})
	}
}

// resumeEveryWay runs connectTwice for each way of a combination to resume.
func (s *serverProgram) resumeEveryWay(t *testing.T, p *program, c combination, done *coverage) {
	for _, way := range c.ways() {
		t.Run(fmt.Sprintf("%v/%v", c, way), func(t *testing.T) {
			s.connectTwice(t, p, c, way)
			done.succeed(t, s.tool+" serves", c, way)
		})
	}
}

// connectTwice makes two connections; the second one resumes the session of the first.
func (s *serverProgram) connectTwice(t *testing.T, p *program, c combination, way engine.Resumption) {
	cfg := c.config(t, way)
	if c.group != 0 {
		cfg.Groups = c.offered()
	}
	for _, resumed := range []bool{false, true} {
		conn, text, err := s.exchange(t, p, cfg, c.sizes(resumed))
		if err != nil {
			t.Fatalf("resumed %v: %v\n%s", resumed, err, brief(text))
		}
		c.check(t, conn.Info(), way, resumed, strings.Contains(text, s.resumedWords))
		if cfg.Session = conn.Session(); cfg.Session == nil && !resumed {
			t.Fatal("no session to resume")
		}
	}
}

// exchange makes one connection, exchanges data and returns what the program printed.
func (s *serverProgram) exchange(t *testing.T, p *program, cfg *engine.Config, sizes []int) (conn *Conn, text string, err error) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	transport, err := net.Dial("tcp", p.addr)
	if err != nil {
		return nil, "", err
	}
	defer transport.Close()
	if err := transport.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, "", err
	}
	mark := p.mark()
	conn = Client(transport, cfg, serverName)
	if err := conn.Handshake(ctx); err != nil {
		text, _ := p.since(mark)
		return conn, text, err
	}
	total := 0
	for _, size := range sizes {
		total += size
		if err := s.sendAndReceive(ctx, p, conn, mark, size, total); err != nil {
			return conn, "", err
		}
	}
	if err := conn.CloseWrite(); err != nil {
		return conn, "", err
	}
	if _, err := io.Copy(io.Discard, conn); err != nil && !errors.Is(err, engine.ErrTruncated) {
		return conn, "", err
	}
	text, err = p.await(ctx, mark, func(text string) bool { return strings.Contains(text, s.over) })
	return conn, text, err
}

// sendAndReceive sends size bytes, of total so far, and receives as many.
func (s *serverProgram) sendAndReceive(ctx context.Context, p *program, conn *Conn, mark, size, total int) error {
	want := payload(clientByte, size)
	if s.echoes && size > 0 {
		want[size-1] = '\n' // it echoes lines
	}
	if _, err := conn.Write(want); err != nil {
		return err
	}
	if !s.echoes {
		want = payload(serverByte, size)
		if _, err := p.await(ctx, mark, func(text string) bool { return strings.Count(text, string(clientByte)) == total }); err != nil {
			return err
		}
		if _, err := p.stdin.Write(want); err != nil {
			return err
		}
	}
	got := make([]byte, size)
	if _, err := io.ReadFull(conn, got); err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return errors.New("the server sent something else")
	}
	return nil
}
