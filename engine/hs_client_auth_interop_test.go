package engine

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/pki"
	"tlslab/engine/record"
	"tlslab/engine/secrets"
	"tlslab/engine/secrets/rfc8448"
)

// Client authentication with crypto/tls and OpenSSL as the peer.

// A clientAuthRow is the certificate that the client presents, and the root that the server trusts.
type clientAuthRow struct {
	version Version
	policy  ClientAuth
	shown   string // key of the client; "": no certificate
	trusted string
	alert   alert.Description // of the refusing server
}

func (r clientAuthRow) String() string {
	return fmt.Sprintf("%v/%v/shows %s, trusts %s", r.version, r.policy, r.shown, r.trusted)
}

func (r clientAuthRow) succeeds() bool { return r.alert == 0 }

func clientAuthRows() (rows []clientAuthRow) {
	for v := TLS10; v <= TLS13; v++ {
		missing := alert.HandshakeFailure
		if v == TLS13 {
			missing = alert.CertificateRequired
		}
		for _, policy := range []ClientAuth{ClientAuthRequested, ClientAuthRequired} {
			for _, key := range []string{"rsa2048", "ecdsa-p256", "ecdsa-p521", "ed25519"} {
				if key == "ed25519" && v < TLS12 {
					continue
				}
				rows = append(rows, clientAuthRow{v, policy, key, key, 0})
			}
		}
		rows = append(rows,
			clientAuthRow{v, ClientAuthNone, "rsa2048", "rsa2048", 0},
			clientAuthRow{v, ClientAuthRequested, "", "rsa2048", 0},
			clientAuthRow{v, ClientAuthRequired, "", "rsa2048", missing},
			// The CertificateRequest tells the client that its certificate does not fit.
			clientAuthRow{v, ClientAuthRequired, "ecdsa-p256", "rsa2048", missing},
		)
	}
	return rows
}

// base is the row of the matrix without client authentication.
func (r clientAuthRow) base() interop {
	suite := SuiteID(0xc00a)
	if r.version >= TLS12 {
		suite = 0xc02c
	}
	if r.version == TLS13 {
		suite = 0x1301
	}
	return interop{version: r.version, suite: suite, key: "ecdsa-p256", group: X25519}
}

func (r clientAuthRow) ours(t *testing.T, s side) *Config {
	cfg := r.base().ourConfig(t, []Group{X25519})
	if s == server {
		cfg.ClientAuth, cfg.ClientCAs = r.policy, identityFor(t, r.trusted).roots(t)
	} else if cfg.Certificates = nil; r.shown != "" {
		cfg.Certificates = []*Certificate{identityFor(t, r.shown).certificate(t)}
	}
	return cfg
}

func (r clientAuthRow) theirs(t *testing.T, s side) *tls.Config {
	cfg := r.base().stdConfig(t, []Group{X25519})
	if s == server {
		cfg.ClientAuth = [...]tls.ClientAuthType{tls.NoClientCert, tls.VerifyClientCertIfGiven, tls.RequireAndVerifyClientCert}[r.policy]
		cfg.ClientCAs = x509.NewCertPool()
		cfg.ClientCAs.AddCert(identityFor(t, r.trusted).root)
	} else if cfg.Certificates = nil; r.shown != "" {
		id := identityFor(t, r.shown)
		cfg.Certificates = []tls.Certificate{{Certificate: id.chain, PrivateKey: id.key}}
	}
	return cfg
}

// known reports whether the server must know the client.
func (r clientAuthRow) known() bool {
	return r.policy != ClientAuthNone && r.shown != "" && r.shown == r.trusted
}

func TestClientCertificateWithCryptoTLSServer(t *testing.T) {
	for _, r := range clientAuthRows() {
		std, cfg := r.theirs(t, server), r.ours(t, client)
		for i := range 2 {
			ours, theirs := newEnds()
			peer := tls.Server(theirs, std)
			failed := make(chan error, 1)
			go func() {
				defer theirs.Close()
				_, err := io.CopyN(peer, peer, 5)
				failed <- errors.Join(err, peer.CloseWrite())
			}()
			c := Client(cfg, testName)
			sent := false
			_, err := drive(c, ours, func(got []byte) bool {
				if c.Info().Done && !sent {
					sent = true
					out, _ := c.Seal(c.Flush(nil), []byte("hello"))
					ours.Write(out)
				}
				return len(got) == 5
			})
			ours.out.close()
			theirErr := <-failed
			if !r.succeeds() {
				var e *Error
				if !errors.As(err, &e) || e.Fault != FaultRemote {
					t.Errorf("%v: refused by %v, %v", r, err, theirErr)
				}
				break
			}
			if err != nil {
				t.Errorf("%v: connection %d: %v, %v", r, i, err, theirErr)
				break
			}
			state, info := peer.ConnectionState(), c.Info()
			if got := len(state.PeerCertificates) == 2; got != r.known() || info.ClientAuthenticated != got || state.DidResume != (i > 0) || (info.Kind == Resumed) != (i > 0) {
				t.Errorf("%v: connection %d: crypto/tls has %d certificates, the engine reports ClientAuthenticated %v, %v", r, i, len(state.PeerCertificates), info.ClientAuthenticated, info.Kind)
			}
			cfg.Session = c.Session()
		}
	}
}

func TestClientCertificateOfCryptoTLS(t *testing.T) {
	for _, r := range clientAuthRows() {
		std, cfg := r.theirs(t, client), r.ours(t, server)
		std.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		for i := range 2 {
			ours, theirs := newEnds()
			c := Server(cfg)
			failed := make(chan error, 1)
			go func() {
				failed <- echo(c, ours, 5)
				ours.out.close()
			}()
			peer := tls.Client(theirs, std)
			_, theirErr := peer.Write([]byte("hello"))
			if theirErr == nil {
				_, theirErr = io.ReadAll(peer)
			}
			theirs.Close()
			err := <-failed
			if !r.succeeds() {
				wantAlert(t, r.String(), err, r.alert)
				break
			}
			if err != nil || theirErr != nil {
				t.Errorf("%v: connection %d: %v, %v", r, i, err, theirErr)
				break
			}
			info := c.Info()
			if got := len(info.PeerChain) == 2; got != r.known() || info.ClientAuthenticated != got || peer.ConnectionState().DidResume != (i > 0) || (info.Kind == Resumed) != (i > 0) {
				t.Errorf("%v: connection %d: %d certificates, authenticated %v, %v", r, i, len(info.PeerChain), info.ClientAuthenticated, info.Kind)
			}
		}
	}
}

// s_server requires a certificate and reports what is wrong with it; s_client presents one.
func TestClientAuthenticationWithOpenSSL(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	need(t, "openssl")
	options := map[Version]string{TLS10: "-tls1", TLS11: "-tls1_1", TLS12: "-tls1_2", TLS13: "-tls1_3"}
	for _, r := range clientAuthRows() {
		if r.policy != ClientAuthRequired || r.shown != "" && r.shown != r.trusted {
			continue
		}
		t.Run(r.String(), func(t *testing.T) {
			root := rootFile(t, identityFor(t, r.trusted))
			old := []string{options[r.version], "-cipher", "ALL:@SECLEVEL=0"}
			cfg := r.ours(t, client)
			// Up to TLS 1.2 groups also limit the curves of both sides' certificates.
			cfg.Groups = []Group{X25519, P256, P384, P521}
			c, err := askOpenSSL(t, "ecdsa-p256", cfg, append(old, "-Verify", "1", "-verify_return_error", "-CAfile", root)...)
			if r.succeeds() != (err == nil) || c.Info().ClientAuthenticated != r.known() {
				t.Errorf("the engine's client: %v, authenticated %v", err, c.Info().ClientAuthenticated)
			}
			args := append([]string{"s_client", "-quiet", "-connect", "ADDRESS"}, old...)
			if r.shown != "" {
				chain, key := identityFiles(t, r.shown)
				args = append(args, "-cert", chain, "-cert_chain", chain, "-key", key)
			}
			c, out, err := serveProgram(t, r.ours(t, server), lines, "openssl", args...)
			if r.succeeds() {
				if err != nil || !c.Info().ClientAuthenticated || len(c.Info().PeerChain) < 2 || !slices.Equal(out, lines) {
					t.Errorf("the engine's server: %v, authenticated %v", err, c.Info().ClientAuthenticated)
				}
				return
			}
			wantAlert(t, "the engine's server", err, r.alert)
		})
	}
}

// The client follows RFC 8448 §6 up to the server's Finished. It has no certificate and answers
// with an empty Certificate message.
func TestClientWithoutCertificateFollowsRFC8448(t *testing.T) {
	trace := rfc8448.Load(t, "client-authentication")
	cfg := clientConfig(t, "rsa2048")
	cfg.VerifyNothing = true // the RFC's certificate is self-signed
	sent := map[Message]bool{}
	cfg.Observe = func(n Notice) {
		if n.Kind == MessageSent {
			sent[n.Message] = true
		}
	}
	c := afterClientHello(t, cfg, trace)
	if _, _, err := c.Recv(asRecord(TypeHandshake, trace.Get("ServerHello"))); err != nil {
		t.Fatal(err)
	}
	if _, ev, err := c.Recv(trace.Get("server flight record")); err != nil || ev.Kind != EventHandshakeDone {
		t.Fatalf("the server's flight gives %v, %v", ev.Kind, err)
	}
	if !sent[Certificates] || sent[CertificateVerify] || c.Info().ClientAuthenticated {
		t.Errorf("the client sends %v, authenticated %v", sent, c.Info().ClientAuthenticated)
	}
}

// The server starts after its own flight of RFC 8448 §6 and reads the client's: Certificate,
// CertificateVerify and Finished.
func TestServerFollowsRFC8448(t *testing.T) {
	trace := rfc8448.Load(t, "client-authentication")
	// A client's keys are the same on both sides.
	theirs := &Config{Rand: newStream("client"), Now: clientConfig(t, "rsa2048").Now, VerifyNothing: true}
	log := keyLog(theirs)
	peer := afterClientHello(t, theirs, trace)
	for _, in := range [][]byte{asRecord(TypeHandshake, trace.Get("ServerHello")), trace.Get("server flight record")} {
		if _, _, err := peer.Recv(in); err != nil {
			t.Fatal(err)
		}
	}
	cfg := serverConfig(t, "rsa2048")
	cfg.ClientAuth, cfg.VerifyNothing = ClientAuthRequired, true
	c := Server(cfg)
	c.info, c.tls13, c.cipher, c.hash = peer.info, peer.tls13, peer.cipher, peer.hash
	copy(c.hs.tls13.traffic[client][:], log["CLIENT_HANDSHAKE_TRAFFIC_SECRET"])
	c.info.Done, c.info.PeerChain = false, nil
	c.hs.transcript.start(secrets.SHA256, false)
	c.hs.transcript.add(trace.Join("ClientHello", "ServerHello", "EncryptedExtensions", "CertificateRequest", "Certificate", "CertificateVerify", "server Finished"))
	c.flight, c.hs.certificateRequested = &tls13, true
	c.at = slices.IndexFunc(tls13.rows, func(r row) bool { return r.from == client && r.message == Certificates })
	var err error
	if c.in.half, err = tls13Keys(c, client, EpochHandshake); err != nil {
		t.Fatal(err)
	}
	c.out.half = record.NewPlaintext(firstRecordVersion)
	if _, ev, err := c.Recv(trace.Get("client flight record")); err != nil || ev.Kind != EventHandshakeDone {
		t.Fatalf("the client's flight gives %v, %v", ev.Kind, err)
	}
	if info := c.Info(); !info.ClientAuthenticated || len(info.PeerChain) != 1 || info.PeerChain[0].Key.RSA == nil {
		t.Errorf("authenticated %v, %d certificates", info.ClientAuthenticated, len(info.PeerChain))
	}
	if _, ev, err := c.Recv(trace.Get("client alert record")); err != nil || ev.Kind != EventClosed {
		t.Errorf("the client's alert gives %v, %v", ev.Kind, err)
	}
}

// A CertificateRequest lists each authority once, in the order of ClientCAs.
func TestCertificateAuthoritiesAreListedOnce(t *testing.T) {
	a, b := identityFor(t, "rsa2048").root, sharedClient().chain.Root
	roots, err := pki.NewRoots(a.Raw, b, a.Raw)
	if err != nil {
		t.Fatal(err)
	}
	names := roots.Names()
	if len(names) != 2 || !slices.Equal(names[0], a.RawSubject) || roots.NamesSize() != 4+len(names[0])+len(names[1]) {
		t.Errorf("%d names", len(names))
	}
}
