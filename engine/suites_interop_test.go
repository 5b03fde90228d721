package engine

import (
	"bytes"
	"crypto/tls"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"tlslab/engine/protocol"
	"tlslab/engine/record"
)

func TestOptInSuitesAreNotOfferedByDefault(t *testing.T) {
	cfg := clientConfig(t, "rsa2048")
	weak := []string{"rc4", "null", "des", "ccm", "cbc-sha256", "cbc-sha384"}
	for s := range cfg.enabledSuites {
		if slices.ContainsFunc(weak, func(word string) bool { return strings.Contains(s.Cipher, word) }) {
			t.Errorf("%s is offered by default", s.Name)
		}
	}
	cfg.Suites = []SuiteID{0x0001}
	if !cfg.enablesSuite(0x0001) {
		t.Error("Config.Suites does not enable TLS_RSA_WITH_NULL_MD5")
	}
}

func TestEverySuiteHasItsCipherAndHash(t *testing.T) {
	for _, s := range suites {
		if record.ByName(s.Cipher) == nil || hashes[s.Hash] == nil {
			t.Errorf("%s: cipher %q, hash %q", s.Name, s.Cipher, s.Hash)
		}
		if again, _ := protocol.SuiteByName(s.Name); again.ID != s.ID {
			t.Errorf("%s is the name of %#x and of %#x", s.Name, uint16(s.ID), uint16(again.ID))
		}
	}
}

// knownToCryptoTLS reports whether crypto/tls has a suite, also as an insecure one.
func knownToCryptoTLS(id SuiteID) bool {
	return slices.ContainsFunc(slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()), func(s *tls.CipherSuite) bool { return s.ID == uint16(id) })
}

// opensslName returns OpenSSL's name of a suite, "" if this build does not have it.
func opensslName(t *testing.T, s *Suite) string {
	t.Helper()
	need(t, "openssl")
	if s.Max == TLS13 {
		return s.Name
	}
	out, _ := exec.Command("openssl", "ciphers", "-convert", s.Name).Output()
	_, name, _ := strings.Cut(strings.TrimSpace(string(out)), "OpenSSL cipher name: ")
	if strings.HasPrefix(name, "(") { // (NONE)
		return ""
	}
	return name
}

func opensslSuite(s *Suite, name string) []string {
	if s.Max == TLS13 {
		return []string{"-tls1_3", "-ciphersuites", name}
	}
	return []string{"-tls1_2", "-cipher", name + ":@SECLEVEL=0"}
}

// TLS 1.0 and 1.1 with OpenSSL both ways, with one suite of each kind of cipher.
func TestLegacyVersionsWithOpenSSL(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for _, row := range []struct {
		version Version
		option  string
	}{{TLS10, "-tls1"}, {TLS11, "-tls1_1"}} {
		for _, id := range []SuiteID{0x002f, 0x0039, 0xc00a, 0xc013, 0x0002} {
			s := suiteRow(id)
			name := opensslName(t, s)
			t.Run(row.version.String()+"/"+s.Name, func(t *testing.T) {
				options := []string{row.option, "-cipher", name + ":@SECLEVEL=0"}
				cfg := programConfig(t, keyFor(s), both(onlyVersion(row.version), onlySuite(id)))
				c, err := askOpenSSL(t, keyFor(s), cfg, append([]string{"-dhparam", dhParamFile(t, FFDHE2048)}, options...)...)
				if err != nil || c.Info().Suite.ID != id || c.Info().Version != row.version {
					t.Errorf("the engine's client: TLS %v, suite %v, %v", c.Info().Version, c.Info().Suite.ID, err)
				}
				c, out, err := serveProgram(t, cfg, lines, "openssl", append([]string{"s_client", "-quiet", "-connect", "ADDRESS"}, options...)...)
				if err != nil || c.Info().Suite.ID != id || c.Info().Version != row.version || !bytes.Equal(out, lines) {
					t.Errorf("the engine's server: TLS %v, suite %v, %v", c.Info().Version, c.Info().Suite.ID, err)
				}
			})
		}
	}
}

// Suites that crypto/tls does not have, with OpenSSL both ways.
func TestSuitesWithOpenSSL(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for i := range suites {
		s := &suites[i]
		if knownToCryptoTLS(s.ID) {
			continue
		}
		name := opensslName(t, s)
		if name == "" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			cfg := programConfig(t, keyFor(s), both(maxVersion(s.Max), onlySuite(s.ID)))
			c, err := askOpenSSL(t, keyFor(s), cfg, append(opensslSuite(s, name), "-dhparam", dhParamFile(t, FFDHE2048))...)
			if err != nil || c.Info().Suite.ID != s.ID {
				t.Errorf("the engine's client: suite %v, %v", c.Info().Suite.ID, err)
			}
			args := append([]string{"s_client", "-quiet", "-connect", "ADDRESS"}, opensslSuite(s, name)...)
			c, out, err := serveProgram(t, cfg, lines, "openssl", args...)
			if err != nil || c.Info().Suite.ID != s.ID {
				t.Errorf("the engine's server: suite %v, %v", c.Info().Suite.ID, err)
			}
			if !bytes.Equal(out, lines) {
				t.Errorf("s_client prints %d bytes, which are not the lines sent", len(out))
			}
		})
	}
}

// Suites that neither crypto/tls nor Debian's OpenSSL has, with GnuTLS.
func TestSuitesWithGnuTLS(t *testing.T) {
	for _, row := range []struct {
		suite    SuiteID
		priority string
	}{
		{0x0004, "+RSA:+ARCFOUR-128:+MD5"},
		{0xc008, "+ECDHE-ECDSA:+3DES-CBC:+SHA1"},
		{0xc012, "+ECDHE-RSA:+3DES-CBC:+SHA1"},
	} {
		s := suiteRow(row.suite)
		t.Run(s.Name, func(t *testing.T) {
			cfg := programConfig(t, keyFor(s), both(maxVersion(s.Max), onlySuite(s.ID)))
			c, err := serveGnuTLS(t, cfg, lines, "NONE:+VERS-TLS1.2:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:"+row.priority)
			if err != nil || c.Info().Suite.ID != s.ID {
				t.Errorf("suite %v, %v", c.Info().Suite.ID, err)
			}
		})
	}
}

// serveGnuTLS runs gnutls-cli against the engine's server under a priority string, and checks its
// output.
func serveGnuTLS(t *testing.T, cfg *Config, input []byte, priority string, args ...string) (*Conn, error) {
	t.Helper()
	args = append([]string{"--insecure", "--logfile", "/dev/null", "--priority", priority, "--port", "PORT"}, append(args, "HOST")...)
	c, out, err := serveProgram(t, cfg, input, "gnutls-cli", args...)
	if err == nil && !bytes.Contains(out, lines) {
		err = errors.New("gnutls-cli prints something else than it was sent")
	}
	return c, err
}
