package engine

import (
	"bytes"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"tlslab/engine/alert"
)

// FFDHE groups with OpenSSL, both ways, in TLS 1.2 and 1.3: crypto/tls does not have them.
func TestFFDHEWithOpenSSL(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for _, id := range []SuiteID{0x009e, 0x0039, 0x1301} {
		for _, g := range []Group{FFDHE2048, FFDHE3072, FFDHE4096} {
			s := suiteRow(id)
			t.Run(fmt.Sprintf("%s/%v", s.Name, g), func(t *testing.T) {
				args := append(opensslSuite(s, opensslName(t, s)), "-groups", g.String())
				cfg := programConfig(t, "rsa2048", both(maxVersion(s.Max), onlySuite(id), withGroups(g)))
				c, err := askOpenSSL(t, "rsa2048", cfg, append(args, "-dhparam", dhParamFile(t, g))...)
				if err != nil || c.Info().Group != g || c.Info().Suite.ID != id {
					t.Errorf("the engine's client: suite %v, group %v, %v", c.Info().Suite.ID, c.Info().Group, err)
				}
				c, out, err := serveProgram(t, cfg, lines, "openssl", append([]string{"s_client", "-quiet", "-connect", "ADDRESS"}, args...)...)
				if err != nil || c.Info().Group != g || c.Info().Suite.ID != id {
					t.Errorf("the engine's server: suite %v, group %v, %v", c.Info().Suite.ID, c.Info().Group, err)
				}
				if !bytes.Equal(out, lines) {
					t.Errorf("s_client got %d bytes that differ", len(out))
				}
			})
		}
	}
}

// GnuTLS negotiates FFDHE groups in TLS 1.2 as RFC 7919 says.
func TestFFDHEWithGnuTLS(t *testing.T) {
	for _, row := range []struct {
		version  Version
		priority string
	}{
		{TLS12, "NONE:+VERS-TLS1.2:+COMP-NULL:+SIGN-ALL:+DHE-RSA:+AES-256-GCM:+AEAD"},
		{TLS13, "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL"},
	} {
		for g, name := range map[Group]string{FFDHE2048: "FFDHE2048", FFDHE3072: "FFDHE3072", FFDHE4096: "FFDHE4096"} {
			cfg := programConfig(t, "rsa2048", both(onlyVersion(row.version), withGroups(FFDHE4096, FFDHE3072, FFDHE2048)))
			c, err := serveGnuTLS(t, cfg, lines, row.priority+":+GROUP-"+name)
			if err != nil || c.Info().Group != g || c.Info().Version != row.version {
				t.Errorf("TLS %v: group %v, want %v, %v", c.Info().Version, c.Info().Group, g, err)
			}
		}
	}
}

// Before TLS 1.3 FFDHE shares may come without leading zeros, and the premaster secret has none
// (RFC 5246 §8.1.2).
func TestLeadingZerosOfFFDHE(t *testing.T) {
	c := newConn(clientConfig(t, "rsa2048"), client)
	c.info.Suite, c.info.Group = *suiteRow(0x009e), FFDHE2048
	if got := c.info.padShare([]byte{5}); len(got) != 256 || got[255] != 5 || got[0] != 0 {
		t.Errorf("a share of one byte is padded to %d bytes: %x, want 256", len(got), got)
	}
	long := make([]byte, 257)
	if got := c.info.padShare(long); len(got) != len(long) {
		t.Errorf("a share that is too long becomes %d bytes", len(got))
	}
	if c.setPremaster([]byte{0, 0, 7, 0}); !bytes.Equal(c.hs.legacy.premaster, []byte{7, 0}) {
		t.Errorf("premaster secret %x", c.hs.legacy.premaster)
	}
	c.info.Suite, c.info.Group = *suiteRow(0xc02f), P256
	if c.setPremaster([]byte{0, 7}); !bytes.Equal(c.hs.legacy.premaster, []byte{0, 7}) {
		t.Errorf("a curve's premaster secret %x: its zeros stay (RFC 8422 §5.10)", c.hs.legacy.premaster)
	}
}

// dhParamFile writes FFDHE parameters for s_server, which does not choose them by the client's
// groups in TLS 1.2.
func dhParamFile(t *testing.T, g Group) string {
	t.Helper()
	row := g.row()
	der, err := asn1.Marshal(struct{ P, G *big.Int }{new(big.Int).SetBytes(row.Prime()), new(big.Int).SetBytes(row.Generator())})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "dh.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A server chooses an FFDHE group that the client lists, any group if it lists none, and no DHE
// suite if it lists others only (RFC 7919 §4).
func TestFFDHEIsNegotiated(t *testing.T) {
	withoutProtection(t)
	const dhe = 0x009e
	for _, row := range []struct {
		name           string
		client, server []Group
		attack         string // supported_groups that the attacker puts into the ClientHello
		want           Group
		alert          alert.Description
	}{
		{"the server's first common group", []Group{FFDHE4096, FFDHE2048}, []Group{FFDHE2048, FFDHE4096}, "", FFDHE2048, 0},
		{"the only common group", []Group{FFDHE3072, FFDHE4096}, []Group{FFDHE2048, FFDHE4096}, "", FFDHE4096, 0},
		{"the client lists no FFDHE group", []Group{FFDHE2048}, []Group{FFDHE2048}, "\x00\x02\x00\x1d", FFDHE2048, 0},
		{"no common group", []Group{FFDHE3072}, []Group{FFDHE2048}, "", 0, alert.InsufficientSecurity},
		{"the client lists only an unknown FFDHE group", []Group{FFDHE2048}, []Group{FFDHE2048}, "\x00\x02\x01\xfe", 0, alert.InsufficientSecurity},
		{"the server chooses a group that the client does not have", []Group{FFDHE3072}, []Group{FFDHE2048}, "\x00\x02\x00\x1d", 0, alert.InsufficientSecurity},
	} {
		cc, sc := clientConfig(t, "rsa2048"), serverConfig(t, "rsa2048")
		cc.MaxVersion, cc.Suites, cc.Groups, sc.Groups = TLS12, []SuiteID{dhe}, row.client, row.server
		p := newPair(cc, sc)
		err := p.runTampered(func(_ int, burst []message) []message {
			if row.attack != "" && burst[0].kind() == ClientHello {
				burst[0].change(inHello(instead(extSupportedGroups, row.attack)))
			}
			return burst
		})
		switch {
		case row.alert != 0:
			wantAlert(t, row.name, err, row.alert)
		case row.attack == "" && err != nil: // otherwise the transcripts differ
			t.Errorf("%s: %v", row.name, err)
		case p.server.Info().Group != row.want || p.client.Info().Group != row.want:
			t.Errorf("%s: client %v, server %v, want %v", row.name, p.client.Info().Group, p.server.Info().Group, row.want)
		}
	}
}
