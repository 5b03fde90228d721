package engine

import (
	"fmt"
	"slices"
	"testing"

	"tlslab/engine/alert"
)

// Observe receives the level and description of each alert, sent and received, protected and not.
func TestAlertsAreObserved(t *testing.T) {
	for _, v := range []Version{SSL30, TLS10, TLS12, TLS13} {
		for _, x := range []struct {
			name   string
			change func(client, server *Config)
			want   []string
		}{
			{"close_notify", func(_, _ *Config) {}, []string{"client sent warning close_notify", "server received warning close_notify"}},
			{"a client that refuses the server's chain", func(client, _ *Config) { client.Roots = identityFor(t, "rsa2048").roots(t) },
				[]string{"client sent fatal " + alert.UnknownCA.In(v).String(), "server received fatal " + alert.UnknownCA.In(v).String()}},
		} {
			var observed []string
			observe := func(who string) func(Notice) {
				return func(n Notice) {
					if n.Record == TypeAlert {
						how := map[NoticeKind]string{RecordSent: "sent", RecordReceived: "received"}[n.Kind]
						observed = append(observed, fmt.Sprintln(who, how, n.Level, n.Alert))
					} else if n.Level != 0 || n.Alert != 0 {
						t.Errorf("%v of %v reports %v %v", n.Kind, n.Record, n.Level, n.Alert)
					}
				}
			}
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
			onlyVersion(v)(cc)
			onlyVersion(v)(sc)
			x.change(cc, sc)
			cc.Observe, sc.Observe = observe("client"), observe("server")
			p := newPair(cc, sc)
			if err := p.run(); err == nil {
				p.client.Close()
			}
			_ = p.feed(p.server, append(p.up, p.client.Flush(nil)...)) // ends by the alert
			var want []string
			for _, line := range x.want {
				want = append(want, line+"\n")
			}
			if !slices.Equal(observed, want) {
				t.Errorf("%v, %s: %q, want %q", v, x.name, observed, want)
			}
		}
	}
}
