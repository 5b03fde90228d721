package engine

import (
	"bytes"
	"crypto/rsa"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"tlslab/engine/alert"
)

// Client authentication in SSL 3.0, by the text of RFC 6101.

// sslFlights makes the four flights of a handshake with a NULL suite. The last flights are
// unencrypted but have MACs.
func sslFlights(t *testing.T, p *pair) (flights [4][]byte) {
	t.Helper()
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	for i := range flights {
		from, to := p.client, p.server
		if i%2 == 1 {
			from, to = to, from
		}
		flights[i] = from.Flush(nil)
		if err := p.feed(to, bytes.Clone(flights[i])); err != nil {
			t.Fatal(err)
		}
	}
	return flights
}

func sslPair(t *testing.T, client, server func(*Config)) (*pair, *[]byte) {
	t.Helper()
	cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
	both(onlyVersion(SSL30), onlySuite(0x0002), client)(cc)
	both(onlyVersion(SSL30), onlySuite(0x0002), server)(sc)
	master := new([]byte)
	cc.Observe = func(n Notice) {
		if n.Kind == Secret {
			*master = bytes.Clone(n.Secret)
		}
	}
	return newPair(cc, sc), master
}

// A CertificateVerify is PKCS #1 block type 1 around the digests of RFC 6101 §5.6.8. The test
// computes RSA itself.
func TestSSL30CertificateVerifyOnTheWire(t *testing.T) {
	p, master := sslPair(t, showingRSA, askingRSA)
	flights := sslFlights(t, p)
	var messages []byte
	for _, flight := range flights[:2] {
		for _, body := range fragmentsOf(t, flight) {
			messages = append(messages, body...)
		}
	}
	if !bytes.Contains(messages, []byte{13, 0, 0}) || !bytes.Contains(messages, append([]byte{1, 1}, requestedNames(t)...)) {
		t.Error("the CertificateRequest does not request RSA only")
	}
	types, third := fragments(t, flights[2])
	if string(types) != "\x16\x14\x16" {
		t.Fatalf("the client's second flight has records of types %v", types)
	}
	var verify []byte
	for rest := third[0]; len(rest) > 0; {
		size := 4 + int(rest[1])<<16 + int(rest[2])<<8 + int(rest[3])
		if rest[0] == 15 {
			verify = rest[4:size]
			break
		}
		messages = append(messages, rest[:size]...)
		rest = rest[size:]
	}
	key := rsaClient().chain.Key.Public.RSA
	if len(verify) != 2+key.Size() || int(verify[0])<<8|int(verify[1]) != key.Size() {
		t.Fatalf("a CertificateVerify of %d bytes", len(verify))
	}
	opened := new(big.Int).Exp(new(big.Int).SetBytes(verify[2:]), big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
	digests := sslDigest(*master, messages, "")
	padding := bytes.Repeat([]byte{0xff}, key.Size()-3-len(digests))
	if want := slices.Concat([]byte{0, 1}, padding, []byte{0}, digests); !bytes.Equal(opened, want) {
		t.Errorf("the signature contains\n%x, want\n%x", opened, want)
	}
	if err := rsa.VerifyPKCS1v15(key, 0, digests, verify[2:]); err != nil {
		t.Error(err)
	}
	if !p.client.Info().ClientAuthenticated || !p.server.Info().ClientAuthenticated {
		t.Error("the client is not authenticated")
	}
	p.exchange(t)
}

// fragmentsOf returns the fragments of a flight's records without their types.
func fragmentsOf(t *testing.T, flight []byte) [][]byte {
	_, all := fragments(t, flight)
	return all
}

// requestedNames is the list of authorities in a CertificateRequest.
func requestedNames(t *testing.T) []byte {
	t.Helper()
	name := rsaClient().roots.Names()[0]
	return append([]byte{0, byte(len(name) + 2), 0, byte(len(name))}, name...)
}

// A client without a certificate sends no_certificate, and no Certificate message (RFC 6101
// §5.6.6).
func TestSSL30ClientsSendNoCertificateAlert(t *testing.T) {
	for name, client := range map[string]func(*Config){"has no certificate": nothing, "has only a certificate of a type that SSL 3.0 does not have": showing} {
		p, _ := sslPair(t, client, asking)
		flights := sslFlights(t, p)
		types, third := fragments(t, flights[2])
		if string(types) != "\x15\x16\x14\x16" || string(third[0]) != "\x01\x29" || third[1][0] != byte(ClientKeyExchange) {
			t.Errorf("a client that %s: records of types %v, %x", name, types, third[0])
		}
		if p.server.Info().ClientAuthenticated || p.server.Info().PeerChain != nil {
			t.Errorf("a client that %s is authenticated", name)
		}
		p.exchange(t)
	}
}

// A client presents no ECDSA certificate in SSL 3.0, even if the server requests one: SSL 3.0 does
// not have ECDSA.
func TestSSL30ClientsPresentNoECDSA(t *testing.T) {
	cfg := clientConfig(t, "rsa2048")
	showing(cfg)
	for v, want := range map[Version]bool{SSL30: false, TLS10: true, TLS11: true} {
		c := Client(cfg, testName)
		c.info.Version = v
		if err := readLegacyCertificateRequest(c, []byte{2, 1, 64, 0, 0}); err != nil {
			t.Fatal(err)
		}
		if shown := c.info.Certificate != nil; shown != want {
			t.Errorf("%v: shown %v, want %v", v, shown, want)
		}
	}
}

// Each policy, with and without a certificate, full and resumed.
func TestSSL30ClientAuthentication(t *testing.T) {
	for _, policy := range []ClientAuth{ClientAuthNone, ClientAuthRequested, ClientAuthRequired} {
		for _, suite := range []SuiteID{0x000a, 0x0016} {
			for _, shows := range []bool{false, true} {
				name := fmt.Sprintf("certificate %v, shown %v", policy, shows)
				cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
				both(onlyVersion(SSL30), onlySuite(suite))(cc)
				both(onlyVersion(SSL30), onlySuite(suite), withCache, askingRSA)(sc)
				sc.ClientAuth = policy
				if shows {
					showingRSA(cc)
				}
				if policy == ClientAuthRequired && !shows {
					wantAlert(t, name, newPair(cc, sc).run(), alert.HandshakeFailure)
					continue
				}
				for i := range 2 {
					p, kind := connect(t, cc, sc)
					p.exchange(t)
					want := shows && policy != ClientAuthNone
					if p.client.Info().ClientAuthenticated != want || p.server.Info().ClientAuthenticated != want || (kind == Resumed) != (i > 0) {
						t.Errorf("%s: connection %d is %v; authenticated %v and %v", name, i, kind, p.client.Info().ClientAuthenticated, p.server.Info().ClientAuthenticated)
					}
					cc.Session = p.client.Session()
				}
			}
		}
	}
}

// A client answers a CertificateRequest by a chain or by no_certificate, and by nothing else.
func TestSSL30ClientsAnswerRequests(t *testing.T) {
	instead := func(replace func(message) []message) func(int, []message) []message {
		return func(_ int, burst []message) (changed []message) {
			for _, x := range burst {
				changed = append(changed, replace(x)...)
			}
			return changed
		}
	}
	isAlert := func(x message) bool { return x.typ == TypeAlert && x.from == client }
	certificate := message{from: client, typ: TypeHandshake, body: []byte{byte(Certificates), 0, 0, 3, 0, 0, 0}}
	warning := func(a alert.Description) message {
		return message{from: client, typ: TypeAlert, body: []byte{byte(alert.Warning), byte(a)}}
	}
	for _, x := range []struct {
		name   string
		tamper func(int, []message) []message
		want   alert.Description
	}{
		{"no answer", instead(func(x message) []message {
			if isAlert(x) {
				return nil
			}
			return []message{x}
		}), alert.UnexpectedMessage},
		{"another warning", instead(func(x message) []message {
			if isAlert(x) {
				return []message{warning(alert.BadCertificate)}
			}
			return []message{x}
		}), alert.UnexpectedMessage},
		{"an empty Certificate", instead(func(x message) []message {
			if isAlert(x) {
				return []message{certificate}
			}
			return []message{x}
		}), alert.HandshakeFailure},
		{"no_certificate and an empty Certificate", instead(func(x message) []message {
			if isAlert(x) {
				return []message{x, certificate}
			}
			return []message{x}
		}), alert.UnexpectedMessage},
	} {
		p := pairOf(false, onlyVersion(SSL30), both(onlyVersion(SSL30), asking))(t)
		wantAlert(t, x.name, p.runTampered(x.tamper), x.want)
	}
	// The alert is ignored without a CertificateRequest, and in versions that do not have it.
	for _, v := range []Version{SSL30, TLS10, TLS12} {
		ask := nothing
		if v > SSL30 {
			ask = asking
		}
		p := pairOf(false, both(onlyVersion(v), onlySuite(0x002f)), both(onlyVersion(v), ask))(t)
		if err := p.runTampered(instead(func(x message) []message {
			if x.from == client && x.kind() == ClientKeyExchange {
				return []message{warning(alert.NoCertificate), x}
			}
			return []message{x}
		})); err != nil {
			t.Errorf("%v: %v", v, err)
		}
	}
}
