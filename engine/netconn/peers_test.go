package netconn

import (
	"crypto/tls"
	"testing"

	"tlslab/engine"
	"tlslab/engine/netconn/internal/nettest"
)

const serverName = nettest.ServerName

// A pairing is a client's and a server's implementation.
type pairing struct {
	name string
	make func(t testing.TB, version engine.Version) (client, server nettest.HalfCloser)
}

var pairings = []pairing{
	{"engine with engine", func(t testing.TB, v engine.Version) (nettest.HalfCloser, nettest.HalfCloser) {
		c, s := nettest.Sockets(t)
		cfg := nettest.Config(t)
		cfg.MinVersion, cfg.MaxVersion = v, v
		return Client(c, cfg, serverName), Server(s, cfg)
	}},
	{"engine with crypto/tls", func(t testing.TB, v engine.Version) (nettest.HalfCloser, nettest.HalfCloser) {
		c, s := nettest.Sockets(t)
		cfg := nettest.Config(t)
		cfg.MinVersion, cfg.MaxVersion = v, v
		return Client(c, cfg, serverName), tls.Server(s, nettest.StdConfig(t))
	}},
	{"crypto/tls with engine", func(t testing.TB, v engine.Version) (nettest.HalfCloser, nettest.HalfCloser) {
		c, s := nettest.Sockets(t)
		cfg := nettest.Config(t)
		cfg.MinVersion, cfg.MaxVersion = v, v
		return tls.Client(c, nettest.StdConfig(t)), Server(s, cfg)
	}},
}

// everyPair runs a test for each pairing and version.
func everyPair(t *testing.T, test func(t *testing.T, client, server nettest.HalfCloser)) {
	for _, p := range pairings {
		for _, v := range []engine.Version{engine.TLS12, engine.TLS13} {
			t.Run(p.name+"/"+v.String(), func(t *testing.T) {
				client, server := p.make(t, v)
				test(t, client, server)
			})
		}
	}
}
