package engine

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"
)

// Several certificates and a server_name, with crypto/tls as the peer.

// theirs is a certificate for crypto/tls.
func (p *testPKI) theirs() tls.Certificate {
	return tls.Certificate{Certificate: p.chain.Certificates, PrivateKey: p.chain.Key.Signer()}
}

func TestServerNamesWithCryptoTLS(t *testing.T) {
	all := []*testPKI{named(t, "rsa2048", "a.example"), named(t, "ecdsa-p256", "b.example"), named(t, "rsa2048", "*.c.example"), named(t, "ecdsa-p256", "a.example")}
	std := &tls.Config{Time: func() time.Time { return testTime }}
	for _, p := range all {
		std.Certificates = append(std.Certificates, p.theirs())
	}
	for v := TLS10; v <= TLS13; v++ {
		for _, x := range []struct {
			name string
			want *testPKI
		}{
			{"a.example", all[0]}, {"B.EXAMPLE", all[1]}, {"x.c.example", all[2]}, {"other.example", all[0]},
		} {
			label := fmt.Sprintf("TLS %v, %s", v, x.name)
			want := string(x.want.chain.Certificates[0])
			cc, sc := clientConfig(t, "rsa2048"), serverConfig(t)
			onlyVersion(v)(cc)
			fromVersion(TLS10)(sc)
			holding(all...)(sc)
			cc.VerifyNothing = true
			// One for each type of key, and one of TLS 1.3: otherwise crypto/tls decides by the
			// suite.
			suites := []SuiteID{0xc013, 0xc009, 0x1301}
			cc.Suites, sc.Suites = suites, suites

			ours, transport := newEnds()
			peer := tls.Server(transport, withVersion(std, v))
			failed := make(chan error, 1)
			go func() {
				defer transport.Close()
				failed <- errors.Join(peer.Handshake(), peer.Close())
			}()
			c := Client(cc, x.name)
			_, err := drive(c, ours, func([]byte) bool { return c.Info().Done })
			ours.out.close()
			if err := errors.Join(err, <-failed); err != nil {
				t.Fatalf("%s: %v", label, err)
			}
			if string(c.Info().PeerChain[0].Raw) != want {
				t.Errorf("%s: crypto/tls presents the certificate for %q", label, c.Info().PeerChain[0].DNSNames())
			}

			ours, transport = newEnds()
			s := Server(sc)
			go func() {
				failed <- echo(s, ours, 1)
				ours.out.close()
			}()
			client := withVersion(&tls.Config{ServerName: x.name, InsecureSkipVerify: true}, v)
			conn := tls.Client(transport, client)
			_, err = conn.Write([]byte{1})
			_, read := io.ReadAll(conn)
			if err := errors.Join(err, read, <-failed); err != nil {
				t.Fatalf("%s: %v", label, err)
			}
			if got := conn.ConnectionState().PeerCertificates[0]; string(got.Raw) != want {
				t.Errorf("%s: the engine presents the certificate for %q", label, got.DNSNames)
			}
		}
	}
}

func withVersion(cfg *tls.Config, v Version) *tls.Config {
	own := cfg.Clone()
	own.MinVersion, own.MaxVersion = uint16(v), uint16(v)
	return own
}
