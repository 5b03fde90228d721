package engine

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"testing"

	"tlslab/engine/alert"
)

// stapledRows are stapled handshakes with crypto/tls, which staples any bytes and returns any
// staple unverified.
func stapledRows() []interop {
	return []interop{
		{version: TLS13, suite: 0x1301, key: "ecdsa-p256", group: X25519},
		{version: TLS12, suite: 0xc02f, key: "rsa2048", group: P256},
		{version: TLS12, suite: 0x009c, key: "rsa2048"},
		{version: TLS11, suite: 0xc013, key: "rsa2048", group: X25519},
	}
}

// revocableConfigs are the Configs of a row with a revocable certificate: the engine's and
// crypto/tls's.
func revocableConfigs(t *testing.T, row interop) (r *revocable, ours *Config, theirs *tls.Config) {
	r = revocableFor(t, row.key)
	ours, theirs = row.ourConfig(t, row.groups()), row.stdConfig(t, row.groups())
	ours.Roots, ours.Certificates = r.roots, []*Certificate{r.certificate}
	pool := x509.NewCertPool()
	root, err := x509.ParseCertificate(r.chain.Root)
	if err != nil {
		t.Fatal(err)
	}
	pool.AddCert(root)
	theirs.RootCAs = pool
	theirs.Certificates = []tls.Certificate{{Certificate: r.chain.Certificates, PrivateKey: r.chain.Key.Signer()}}
	return r, ours, theirs
}

func TestClientsVerifyStaplesOfCryptoTLS(t *testing.T) {
	for _, row := range stapledRows() {
		for _, bad := range []bool{false, true} {
			r, cfg, std := revocableConfigs(t, row)
			cfg.Revocation = RevocationStapled
			std.Certificates[0].OCSPStaple = r.response(t)
			if bad {
				std.Certificates[0].OCSPStaple = r.response(t, revoked)
			}
			ours, theirs := newEnds()
			peer := tls.Server(theirs, std)
			ended := make(chan error, 1)
			go func() { ended <- peer.Handshake() }()
			c := Client(cfg, testName)
			_, err := drive(c, ours, func([]byte) bool { return c.Info().Done })
			ours.out.close()
			theirErr := <-ended
			if bad {
				wantAlert(t, row.String(), err, alert.CertificateRevoked)
				var alert tls.AlertError
				if !errors.As(theirErr, &alert) && (theirErr == nil || theirErr.Error() != "remote error: tls: revoked certificate") {
					t.Errorf("%v: crypto/tls reports %v", row, theirErr)
				}
			} else if err := errors.Join(err, theirErr); err != nil || c.Info().Revocation != RevocationStapled {
				t.Errorf("%v: Revocation is %v: %v", row, c.Info().Revocation, err)
			}
		}
	}
}

func TestCryptoTLSClientsGetTheStaple(t *testing.T) {
	for _, row := range stapledRows() {
		r, cfg, std := revocableConfigs(t, row)
		staple := r.response(t)
		certificate, err := r.certificate.WithOCSPResponse(staple)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Certificates = []*Certificate{certificate}
		ours, theirs := newEnds()
		c := Server(cfg)
		ended := make(chan error, 1)
		go func() {
			ended <- echo(c, ours, len(echoed))
			ours.out.close()
		}()
		peer := tls.Client(theirs, std)
		_, err = peer.Write(echoed)
		got, readErr := io.ReadAll(peer)
		if err := errors.Join(err, readErr, <-ended); err != nil || !bytes.Equal(got, echoed) {
			t.Errorf("%v: %v", row, err)
		}
		if !bytes.Equal(peer.OCSPResponse(), staple) || c.Info().Revocation != RevocationStapled {
			t.Errorf("%v: crypto/tls got %d bytes of %d", row, len(peer.OCSPResponse()), len(staple))
		}
	}
}
