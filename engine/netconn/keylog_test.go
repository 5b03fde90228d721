package netconn

import (
	"bytes"
	"crypto/tls"
	"errors"
	"strings"
	"testing"

	"tlslab/engine/netconn/internal/nettest"
)

func TestTheKeyLogIsTheOneOfCryptoTLS(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		var ours, theirs bytes.Buffer
		std := nettest.StdConfig(t)
		std.MaxVersion, std.KeyLogWriter = version, &theirs
		cfg := nettest.Config(t)
		cfg.Observe = NewKeyLog(&ours).Observe
		dialled, accepted := nettest.Sockets(t)
		served := make(chan error, 1)
		go func() { served <- tls.Server(accepted, std).Handshake() }()
		if err := errors.Join(Client(dialled, cfg, serverName).Handshake(t.Context()), <-served); err != nil {
			t.Fatal(err)
		}
		if theirs.Len() == 0 {
			t.Error("crypto/tls logged nothing")
		}
		for line := range strings.Lines(theirs.String()) {
			if !strings.Contains(ours.String(), line) {
				t.Errorf("%#x: not in our log: %s", version, line)
			}
		}
	}
}
