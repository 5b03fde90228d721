package engine

import (
	"crypto/tls"
	"errors"
	"testing"
)

// Hybrid groups and curves with crypto/tls: the client's key shares decide whether the server needs
// a HelloRetryRequest. A crypto/tls client that prefers x25519mlkem768 also sends a share of
// x25519, if it has that group.
func TestHybridsBesideCurvesWithCryptoTLS(t *testing.T) {
	hybrid := []Group{X25519MLKEM768}
	for _, row := range []struct {
		name           string
		ours, theirs   []Group
		shares         int // key shares that the engine's client sends
		ourClient      Info
		theirClient    Info
		theirsInReturn []Group // groups of crypto/tls's client
	}{
		{
			name: "hybrid and x25519, of which the server has the curve", shares: 2,
			ours: append(hybrid, X25519), theirs: []Group{X25519}, ourClient: Info{Group: X25519},
			theirsInReturn: append(hybrid, X25519), theirClient: Info{Group: X25519},
		},
		{
			name: "one share, of which the server has the curve", shares: 1,
			ours: append(hybrid, P384), theirs: []Group{P384}, ourClient: Info{Group: P384, HelloRetry: true},
			theirsInReturn: append(hybrid, P384), theirClient: Info{Group: P384, HelloRetry: true},
		},
		{
			name: "one share of a curve, and the server has the hybrid", shares: 1,
			ours: []Group{P256, X25519MLKEM768}, theirs: hybrid, ourClient: Info{Group: X25519MLKEM768, HelloRetry: true},
			theirsInReturn: append(hybrid, P256), theirClient: Info{Group: X25519MLKEM768},
		},
		{
			name: "both sides have hybrid and curve", shares: 2,
			ours: append(hybrid, X25519), theirs: append(hybrid, X25519), ourClient: Info{Group: X25519MLKEM768},
			theirsInReturn: append(hybrid, X25519), theirClient: Info{Group: X25519MLKEM768},
		},
	} {
		r := interop{suite: 0x1301, key: "ecdsa-p256", version: TLS13}
		cfg := r.ourConfig(t, row.ours)
		cfg.KeyShares = row.shares
		ours, theirs := newEnds()
		peer := tls.Server(theirs, r.stdConfig(t, row.theirs))
		c := Client(cfg, testName)
		handshakeWith(t, row.name+", our client", c, ours, theirs, peer)
		if i := c.Info(); i.Group != row.ourClient.Group || i.HelloRetry != row.ourClient.HelloRetry || Group(peer.ConnectionState().CurveID) != i.Group {
			t.Errorf("%s: the engine's client: group %v (crypto/tls reports %v), HelloRetryRequest %v", row.name, i.Group, peer.ConnectionState().CurveID, i.HelloRetry)
		}

		ours, theirs = newEnds()
		peer = tls.Client(theirs, r.stdConfig(t, row.theirsInReturn))
		c = Server(r.ourConfig(t, row.theirs))
		handshakeWith(t, row.name+", our server", c, ours, theirs, peer)
		if i := c.Info(); i.Group != row.theirClient.Group || i.HelloRetry != row.theirClient.HelloRetry || Group(peer.ConnectionState().CurveID) != i.Group {
			t.Errorf("%s: the engine's server: group %v (crypto/tls reports %v), HelloRetryRequest %v", row.name, i.Group, peer.ConnectionState().CurveID, i.HelloRetry)
		}
	}
}

// handshakeWith runs the handshake of an engine's Conn with a crypto/tls Conn.
func handshakeWith(t *testing.T, name string, c *Conn, ours, theirs *end, peer *tls.Conn) {
	t.Helper()
	failed := make(chan error, 1)
	go func() {
		err := peer.Handshake()
		theirs.out.close()
		failed <- err
	}()
	_, err := drive(c, ours, func([]byte) bool { return c.Info().Done })
	ours.out.close()
	if err := errors.Join(err, <-failed); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}
