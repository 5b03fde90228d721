package engine

import (
	"testing"
	"time"

	"tlslab/engine/pki/ca"
)

// The client's identity in a session.

// A session is resumed if ClientAuth still allows its client. Otherwise the handshake is full.
func TestResumptionFollowsClientAuth(t *testing.T) {
	shown := clientPKI(t, "ecdsa-p256")
	shortLived := specialPKI(t, ca.ChainSpec{Seed: "brief", Algorithm: "ecdsa-p256", Length: 2, NotBefore: testTime.AddDate(-1, 0, 0), NotAfter: testTime.Add(time.Minute)})
	large := specialPKI(t, ca.ChainSpec{Seed: "large", Algorithm: "ecdsa-p256", Length: 2, Size: maxPeerChain})
	later := func(cfg *Config) { cfg.Now = func() time.Time { return testTime.Add(time.Hour) } }
	for _, x := range []struct {
		name          string
		first, second *testPKI // of the client; nil: none
		before, after ClientAuth
		later         func(*Config)
		want          Kind
		authenticated bool
	}{
		{"an authenticated session", shown, shown, ClientAuthRequired, ClientAuthRequired, nothing, Resumed, true},
		{"an authenticated session an hour later", shown, shown, ClientAuthRequired, ClientAuthRequired, later, Resumed, true},
		{"the client has the session but no certificate", shown, nil, ClientAuthRequired, ClientAuthRequired, nothing, Resumed, true},
		{"an anonymous session where a certificate is optional", nil, shown, ClientAuthRequested, ClientAuthRequested, nothing, Resumed, false},
		{"an anonymous session where a certificate is required", nil, shown, ClientAuthNone, ClientAuthRequired, nothing, Full, true},
		{"an authenticated session where no certificate is requested", shown, shown, ClientAuthRequired, ClientAuthNone, nothing, Full, false},
		{"the certificate has expired since", shortLived, shown, ClientAuthRequired, ClientAuthRequired, later, Full, true},
		{"a chain too large for a session", large, large, ClientAuthRequired, ClientAuthRequired, nothing, Full, true},
	} {
		for _, v := range []Version{TLS10, TLS12, TLS13} {
			for _, way := range []func(*Config){nothing, withCache} {
				cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
				way(sc)
				if v == TLS13 && sc.Tickets == nil {
					continue
				}
				onlyVersion(v)(cc)
				sc.MinVersion = TLS10
				set := func(cfg *testPKI, policy ClientAuth) {
					cc.Certificates = nil
					if cfg != nil {
						show(cfg)(cc)
						ask(policy, cfg)(sc)
					} else {
						ask(policy, shown)(sc)
					}
				}
				set(x.first, x.before)
				p, _ := connect(t, cc, sc)
				cc.Session = p.client.Session()
				set(x.second, x.after)
				both(x.later)(cc)
				x.later(sc)
				p, kind := connect(t, cc, sc)
				if got := p.server.Info().ClientAuthenticated; kind != x.want || got != x.authenticated || p.client.Info().ClientAuthenticated != got {
					t.Errorf("%s, TLS %v: %v, authenticated %v", x.name, v, kind, got)
				}
			}
		}
	}
}

// A server opens the ticket of both ClientHellos, and restores the client's identity once.
func TestRetryRestoresTheClientOnce(t *testing.T) {
	cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
	both(showing, withGroups(X25519, P256))(cc)
	both(asking, withGroups(P256))(sc)
	for i, want := range []Kind{Full, Resumed, Resumed} {
		p, kind := connect(t, cc, sc)
		info := p.server.Info()
		if kind != want || !info.HelloRetry || len(info.PeerChain) != 2 || !info.ClientAuthenticated {
			t.Errorf("connection %d: %v, retry %v, %d certificates", i, kind, info.HelloRetry, len(info.PeerChain))
		}
		cc.Session = p.client.Session()
	}
}
