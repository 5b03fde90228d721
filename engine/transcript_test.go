package engine

import (
	"fmt"
	"strings"
	"testing"
)

// Golden bytes of connections that no available peer supports: handshake, data and close_notify, as
// both sides send them.
func TestGoldenTranscripts(t *testing.T) {
	for _, h := range []struct {
		name           string
		client, server func(*Config)
	}{
		{"ssl30-rsa", both(onlyVersion(SSL30), onlySuite(0x002f)), onlyVersion(SSL30)},
		{"ssl30-rc4-md5", both(onlyVersion(SSL30), onlySuite(0x0004)), both(onlyVersion(SSL30), onlySuite(0x0004))},
		{"tls12-compressed", both(maxVersion(TLS12), onlySuite(0x009c), compression), compression},
	} {
		t.Run(h.name, func(t *testing.T) {
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
			h.client(cc)
			h.server(sc)
			p := newPair(cc, sc)
			var b strings.Builder
			wire := func() {
				for {
					moved := false
					for _, from := range []*Conn{p.client, p.server} {
						out := from.Flush(nil)
						if len(out) == 0 {
							continue
						}
						moved = true
						fmt.Fprintln(&b, sideNames[from.side])
						for line := 0; line < len(out); line += 32 {
							fmt.Fprintf(&b, "  %x\n", out[line:min(line+32, len(out))])
						}
						to := p.client
						if from == p.client {
							to = p.server
						}
						if err := p.feed(to, out); err != nil {
							t.Fatal(err)
						}
					}
					if !moved {
						return
					}
				}
			}
			if err := p.client.Start(); err != nil {
				t.Fatal(err)
			}
			wire()
			for _, step := range steps {
				if err := step(p); err != nil {
					t.Fatal(err)
				}
				wire()
			}
			if got := string(p.got[p.server]) + string(p.got[p.client]); got != "requestresponse" {
				t.Errorf("request and response arrive as %q", got)
			}
			golden(t, "transcript-"+h.name, b.String())
		})
	}
}
