package engine

import (
	"bytes"
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha1"
	"errors"
	"slices"
	"testing"

	"tlslab/engine/alert"
	"tlslab/engine/wire"
)

// SSL 3.0 by the text of RFC 6101: no installed peer speaks it. The cipher is NULL, so the test
// sees all of it.

// sslDigest is hash(master, pad 2, hash(messages, sender, master, pad 1)) by MD5
// and by SHA-1 (RFC 6101 §5.6.9).
func sslDigest(master, messages []byte, sender string) []byte {
	pad := func(b byte, n int) []byte { return bytes.Repeat([]byte{b}, n) }
	inner5 := md5.Sum(slices.Concat(messages, []byte(sender), master, pad(0x36, 48)))
	outer5 := md5.Sum(slices.Concat(master, pad(0x5c, 48), inner5[:]))
	inner1 := sha1.Sum(slices.Concat(messages, []byte(sender), master, pad(0x36, 40)))
	outer1 := sha1.Sum(slices.Concat(master, pad(0x5c, 40), inner1[:]))
	return append(outer5[:], outer1[:]...)
}

// sslExpand computes n bytes of a master secret (RFC 6101 §6.1) or of a key block (§6.2.2).
func sslExpand(secret, seed []byte, n int) (out []byte) {
	for i := 1; len(out) < n; i++ {
		inner := sha1.Sum(slices.Concat(bytes.Repeat([]byte{'A' + byte(i-1)}, i), secret, seed))
		block := md5.Sum(slices.Concat(secret, inner[:]))
		out = append(out, block[:]...)
	}
	return out[:n]
}

// fragments returns the content types and the fragments of a flight's records.
func fragments(t *testing.T, flight []byte) (types []byte, all [][]byte) {
	t.Helper()
	for len(flight) > 0 {
		size := int(flight[3])<<8 | int(flight[4])
		if flight[1] != 3 || flight[2] != 0 {
			t.Errorf("record of version %d.%d", flight[1], flight[2])
		}
		types, all = append(types, flight[0]), append(all, flight[5:5+size])
		flight = flight[5+size:]
	}
	return types, all
}

func TestSSL30HandshakeOnTheWire(t *testing.T) {
	cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
	for _, cfg := range []*Config{cc, sc} {
		both(onlyVersion(SSL30), onlySuite(0x0002))(cfg)
	}
	p := newPair(cc, sc)
	flights := sslFlights(t, p)
	_, first := fragments(t, flights[0])
	var hello wire.ClientHelloMsg
	if err := hello.Parse(first[0][4:]); err != nil || hello.Extensions != nil || !hello.Suites.Contains(renegotiationSCSV) || Version(hello.Version) != SSL30 {
		t.Errorf("ClientHello %+v, %v", hello, err)
	}
	_, second := fragments(t, flights[1])
	var answer wire.ServerHelloMsg
	helloSize := 4 + int(second[0][2])<<8 + int(second[0][3])
	if err := answer.Parse(second[0][4:helloSize]); err != nil || string(answer.Extensions) != "\xff\x01\x00\x01\x00" {
		t.Errorf("ServerHello %+v, %v", answer, err)
	}

	types, third := fragments(t, flights[2])
	if string(types) != "\x16\x14\x16" {
		t.Fatalf("the client's second flight has records of types %v", types)
	}
	key := pkiFor(t, "rsa2048").chain.Key.Signer().(*rsa.PrivateKey)
	//lint:ignore SA1019 SSL 3.0's RSA key exchange is PKCS #1 v1.5 encryption.
	premaster, err := rsa.DecryptPKCS1v15(nil, key, third[0][4:])
	if err != nil || len(premaster) != 48 || premaster[0] != 3 || premaster[1] != 0 {
		t.Fatalf("premaster secret %x, %v", premaster, err)
	}
	master := sslExpand(premaster, slices.Concat(hello.Random, answer.Random), 48)
	keys := sslExpand(master, slices.Concat(answer.Random, hello.Random), 40)
	messages := slices.Concat(first[0], second[0], third[0])

	_, fourth := fragments(t, flights[3])
	for i, end := range []struct {
		sender string
		sealed []byte
	}{{"CLNT", third[2]}, {"SRVR", fourth[1]}} {
		finished := append([]byte{20, 0, 0, 36}, sslDigest(master, messages, end.sender)...)
		mac := keys[20*i:][:20]
		inner := sha1.Sum(slices.Concat(mac, bytes.Repeat([]byte{0x36}, 40), make([]byte, 8), []byte{22, 0, 40}, finished))
		outer := sha1.Sum(slices.Concat(mac, bytes.Repeat([]byte{0x5c}, 40), inner[:]))
		if want := append(finished, outer[:]...); !bytes.Equal(end.sealed, want) {
			t.Errorf("Finished of %s\n got %x\nwant %x", end.sender, end.sealed, want)
		}
		messages = append(messages, finished...)
	}
	p.exchange(t)
}

// SSL 3.0 replaces the alerts that came with TLS.
func TestAlertsOfSSL30(t *testing.T) {
	for _, test := range []struct {
		name           string
		client, server func(*Config)
		want           alert.Description
	}{
		{"unknown CA", func(cfg *Config) { cfg.Roots = identityFor(t, "rsa2048").roots(t) }, nothing, alert.CertificateUnknown},
		{"no common suite", onlySuite(0x002f), onlySuite(0x0035), alert.HandshakeFailure},
		{"a server that has only newer versions", nothing, fromVersion(TLS12), alert.ProtocolVersion},
	} {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
		cc.MinVersion, cc.MaxVersion, sc.MinVersion, sc.MaxVersion = SSL30, SSL30, SSL30, SSL30
		test.client(cc)
		if test.server(sc); sc.MinVersion > sc.MaxVersion {
			sc.MaxVersion = TLS13
		}
		err := newPair(cc, sc).run()
		var e *Error
		if !errors.As(err, &e) || e.Alert != test.want {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// A client refuses extensions in a ServerHello of SSL 3.0.
func TestSSL30ServerHelloHasNoExtensions(t *testing.T) {
	cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
	both(fromVersion(SSL30), onlySuite(0x002f), maxVersion(TLS12))(cc)
	both(onlyVersion(SSL30), onlySuite(0x002f))(sc)
	p := newPair(cc, sc)
	if err := p.client.Start(); err != nil {
		t.Fatal(err)
	}
	if err := p.feed(p.server, p.client.Flush(nil)); err != nil {
		t.Fatal(err)
	}
	down := p.server.Flush(nil)
	at := bytes.Index(down, []byte{0, 5, 0xff, 1, 0, 1, 0})
	copy(down[at+2:], []byte{0, extExtendedMasterSecret, 0, 1, 0})
	if err := p.feed(p.client, down); !errors.Is(err, misplacedExtension) {
		t.Errorf("a ServerHello of SSL 3.0 with extended_master_secret: %v", err)
	}
}
