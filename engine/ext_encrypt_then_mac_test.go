package engine

import "testing"

func encryptThenMAC(cfg *Config) { cfg.EncryptThenMAC = true }
func fromSSL(cfg *Config)        { cfg.MinVersion = SSL30 }

// encrypt_then_mac needs both sides and a block cipher. A resumed session negotiates it again.
func TestEncryptThenMACIsNegotiated(t *testing.T) {
	for _, row := range []struct {
		name           string
		client, server func(*Config)
		want           bool
	}{
		{"both sides have EncryptThenMAC", both(maxVersion(TLS12), onlySuite(0xc013), encryptThenMAC), encryptThenMAC, true},
		{"3des", both(maxVersion(TLS12), onlySuite(0x000a), encryptThenMAC), both(onlySuite(0x000a), encryptThenMAC), true},
		{"only the client has EncryptThenMAC", both(maxVersion(TLS12), onlySuite(0xc013), encryptThenMAC), maxVersion(TLS12), false},
		{"only the server has EncryptThenMAC", both(maxVersion(TLS12), onlySuite(0xc013)), encryptThenMAC, false},
		{"an AEAD", both(maxVersion(TLS12), onlySuite(0xc02f), encryptThenMAC), encryptThenMAC, false},
		{"a stream cipher", both(maxVersion(TLS12), onlySuite(0x0005), encryptThenMAC), both(onlySuite(0x0005), encryptThenMAC), false},
		{"SSL 3.0", both(maxVersion(TLS12), onlySuite(0x002f), encryptThenMAC, fromSSL), both(maxVersion(SSL30), encryptThenMAC, fromSSL, withCache), false},
		{"TLS 1.3", encryptThenMAC, encryptThenMAC, false},
	} {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
		row.client(cc)
		row.server(sc)
		for i := range 2 {
			p := newPair(cc, sc)
			if err := p.run(); err != nil {
				t.Fatalf("%s: %v", row.name, err)
			}
			p.exchange(t)
			ci, si := p.client.Info(), p.server.Info()
			if ci.EncryptThenMAC != row.want || si.EncryptThenMAC != row.want || (ci.Kind == Resumed) != (i > 0) {
				t.Errorf("%s, connection %d (%v): client %v, server %v, want %v", row.name, i, ci.Kind, ci.EncryptThenMAC, si.EncryptThenMAC, row.want)
			}
			cc.Session = p.client.Session()
		}
	}
}

// OpenSSL negotiates encrypt_then_mac with every block cipher.
func TestEncryptThenMACWithOpenSSL(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for _, id := range []SuiteID{0xc009, 0xc023, 0xc024} {
		s := suiteRow(id)
		name := opensslName(t, s)
		cfg := programConfig(t, keyFor(s), both(maxVersion(TLS12), onlySuite(id), encryptThenMAC))
		c, err := askOpenSSL(t, keyFor(s), cfg, opensslSuite(s, name)...)
		if err != nil || !c.Info().EncryptThenMAC {
			t.Errorf("%s, the engine's client: %v, %v", s.Name, c.Info().EncryptThenMAC, err)
		}
		args := append([]string{"s_client", "-quiet", "-connect", "ADDRESS"}, opensslSuite(s, name)...)
		c, out, err := serveProgram(t, cfg, lines, "openssl", args...)
		if err != nil || !c.Info().EncryptThenMAC || string(out) != string(lines) {
			t.Errorf("%s, the engine's server: %v, %v", s.Name, c.Info().EncryptThenMAC, err)
		}
	}
}

// A client refuses encrypt_then_mac for a suite without a block cipher.
func TestEncryptThenMACWithAnAEADIsRefused(t *testing.T) {
	c := Client(&Config{EncryptThenMAC: true}, "")
	c.useSuite(suiteRow(0xc02f))
	if err := readEncryptThenMAC(c, inLegacyServerHello, nil); err != badExtension {
		t.Errorf("encrypt_then_mac with an AEAD is accepted: %v", err)
	}
}
