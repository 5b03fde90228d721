package netconn

import (
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tlslab/engine"
	"tlslab/engine/protocol"
)

// The programs' names of suites, groups and versions.

var opensslVersions = map[engine.Version]string{
	engine.TLS10: "-tls1", engine.TLS11: "-tls1_1", engine.TLS12: "-tls1_2", engine.TLS13: "-tls1_3",
}

var opensslGroups = map[engine.Group]string{engine.X25519: "X25519", engine.P256: "P-256", engine.P384: "P-384", engine.P521: "P-521", engine.FFDHE2048: "ffdhe2048"}

// opensslSuites maps IANA's names of cipher suites to OpenSSL's, from the output of openssl
// ciphers.
var opensslSuites = sync.OnceValues(func() (map[string]string, error) {
	out, err := exec.Command("openssl", "ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0").Output()
	names := map[string]string{}
	for line := range strings.Lines(string(out)) {
		// "TLS_RSA_WITH_AES_128_CBC_SHA - AES128-SHA SSLv3 Kx=RSA ..."
		if f := strings.Fields(line); len(f) > 2 && f[1] == "-" {
			names[f[0]] = f[2]
		}
	}
	// OpenSSL lists these only if they are named.
	for _, ccm := range []string{"TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"} {
		names[ccm] = ccm
	}
	return names, err
})

func opensslKnows(t testing.TB) func(combination) bool {
	names, err := opensslSuites()
	if err != nil {
		t.Fatal(err)
	}
	return func(c combination) bool { return names[c.suite.Name] != "" && !c.retry }
}

// offered returns the groups in the client's supported_groups: that of the combination, and up to
// TLS 1.2 also the curve of the certificate (RFC 8422 §5.1).
func (c combination) offered() (groups []engine.Group) {
	if c.group != 0 {
		groups = append(groups, c.group)
	}
	for _, certificate := range interopCertificates {
		if curve := certificate.curve; certificate.name == c.certificate && curve != 0 && curve != c.group && c.version < engine.TLS13 {
			groups = append(groups, curve)
		}
	}
	return groups
}

func named(names map[engine.Group]string, groups []engine.Group) (all []string) {
	for _, g := range groups {
		all = append(all, names[g])
	}
	return all
}

// opensslArgs returns arguments that allow only the combination.
func opensslArgs(t testing.TB, c combination) []string {
	names, err := opensslSuites()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{opensslVersions[c.version]}
	if c.group != 0 {
		args = append(args, "-groups", strings.Join(named(opensslGroups, c.offered()), ":"))
	}
	if c.version == engine.TLS13 {
		return append(args, "-ciphersuites", names[c.suite.Name])
	}
	return append(args, "-cipher", names[c.suite.Name]+":@SECLEVEL=0")
}

var gnutlsVersions = map[engine.Version]string{
	engine.TLS10: "+VERS-TLS1.0", engine.TLS11: "+VERS-TLS1.1", engine.TLS12: "+VERS-TLS1.2", engine.TLS13: "+VERS-TLS1.3",
}

var gnutlsGroups = map[engine.Group]string{
	engine.X25519: "+GROUP-X25519", engine.P256: "+GROUP-SECP256R1", engine.P384: "+GROUP-SECP384R1", engine.P521: "+GROUP-SECP521R1",
	engine.FFDHE2048: "+GROUP-FFDHE2048",
}

var gnutlsCiphers = map[string]string{
	"aes-128-gcm":        "+AES-128-GCM:+AEAD",
	"aes-256-gcm":        "+AES-256-GCM:+AEAD",
	"chacha20-poly1305":  "+CHACHA20-POLY1305:+AEAD",
	"aes-128-ccm":        "+AES-128-CCM:+AEAD",
	"aes-256-ccm":        "+AES-256-CCM:+AEAD",
	"aes-128-ccm8":       "+AES-128-CCM-8:+AEAD",
	"aes-256-ccm8":       "+AES-256-CCM-8:+AEAD",
	"aes-128-cbc-sha":    "+AES-128-CBC:+SHA1",
	"aes-256-cbc-sha":    "+AES-256-CBC:+SHA1",
	"aes-128-cbc-sha256": "+AES-128-CBC:+SHA256",
	"aes-256-cbc-sha256": "+AES-256-CBC:+SHA256",
	"aes-256-cbc-sha384": "+AES-256-CBC:+SHA384",
	"3des-ede-cbc-sha":   "+3DES-CBC:+SHA1",
	"rc4-sha":            "+ARCFOUR-128:+SHA1",
	"rc4-md5":            "+ARCFOUR-128:+MD5",
	"null-md5":           "+NULL:+MD5",
	"null-sha":           "+NULL:+SHA1",
	"null-sha256":        "+NULL:+SHA256",
}

var gnutlsKeyExchanges = map[engine.KeyExchange]string{
	engine.KeyExchangeRSA: "+RSA", engine.KeyExchangeECDHE: "+ECDHE-RSA:+ECDHE-ECDSA", engine.KeyExchangeDHE: "+DHE-RSA", engine.KeyExchangeAny: "+ECDHE-RSA:+ECDHE-ECDSA",
}

// gnutlsKnows reports false for combinations without a name in GnuTLS.
func gnutlsKnows(testing.TB) func(combination) bool {
	return func(c combination) bool {
		return gnutlsCiphers[c.suite.Cipher] != "" && gnutlsKeyExchanges[c.suite.KeyExchange] != "" && !c.retry
	}
}

// gnutlsPriority returns a priority string that allows only the combination.
func gnutlsPriority(c combination, way engine.Resumption) string {
	words := []string{gnutlsBase, gnutlsVersions[c.version],
		gnutlsKeyExchanges[c.suite.KeyExchange], gnutlsCiphers[c.suite.Cipher]}
	words = append(words, named(gnutlsGroups, c.offered())...)
	if way == engine.SessionID {
		words = append(words, "%NO_TICKETS")
	}
	return strings.Join(words, ":")
}

// opensslServes is opensslKnows for a server, which also sends HelloRetryRequest. Up to TLS 1.2 it
// uses the FFDHE group of a file.
func opensslServes(t testing.TB) func(combination) bool {
	knows := opensslKnows(t)
	out, err := exec.Command("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048",
		"-out", filepath.Join(partyDir, "dhparam.pem")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return func(c combination) bool {
		c.retry = false
		return knows(c)
	}
}

func gnutlsServes(t testing.TB) func(combination) bool {
	knows := gnutlsKnows(t)
	return func(c combination) bool {
		c.retry = false
		return knows(c)
	}
}

// gnutlsAll returns a priority string that allows everything of a version that has a name here. If
// legacy ciphers are allowed beside TLS 1.3, GnuTLS 3.7 finds no suite for TLS 1.3.
func gnutlsAll(v engine.Version) string {
	words := []string{gnutlsBase, gnutlsVersions[v], "+RSA:+DHE-RSA:+ECDHE-RSA:+ECDHE-ECDSA"}
	if v == engine.TLS13 {
		words = append(words, "+ECDHE-PSK:+PSK") // psk_dhe_ke and psk_ke, also for tickets
	}
	for _, g := range interopGroups[engine.KeyExchangeAny] {
		words = append(words, gnutlsGroups[g])
	}
	for _, s := range protocol.Suites() {
		if word := gnutlsCiphers[s.Cipher]; s.Min <= v && v <= s.Max && word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, ":")
}

// gnutlsBase is the start of every priority string.
const gnutlsBase = "NONE:+CTYPE-X509:+SIGN-ALL:+SIGN-RSA-SHA1:+SIGN-ECDSA-SHA1:+COMP-NULL:%VERIFY_ALLOW_SIGN_WITH_SHA1"
