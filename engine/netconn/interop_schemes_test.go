package netconn

import (
	"fmt"
	"net"
	"os/exec"
	"testing"

	"tlslab/engine"
)

// Servers with an RSA and an ECDSA certificate, of which the client's signature_algorithms select
// one; and TLS 1.2 clients without signature_algorithms.

// accepted are signature schemes that a client accepts, in the names of each program.
var accepted = []struct {
	algorithm       string
	ours            []engine.SignatureScheme
	openssl, gnutls string
}{
	{"rsa2048", []engine.SignatureScheme{0x0804, 0x0401}, "rsa_pss_rsae_sha256:RSA+SHA256", "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256"},
	{"ecdsa-p256", []engine.SignatureScheme{0x0403}, "ECDSA+SHA256", "+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SHA256"},
}

func TestClientProgramsSelectOurCertificate(t *testing.T) {
	for _, v := range []engine.Version{engine.TLS12, engine.TLS13} {
		for _, x := range accepted {
			root := partyOf(t, x.algorithm).root
			for tool, arguments := range map[string]func(addr string) []string{
				"openssl": func(addr string) []string {
					return []string{"s_client", "-connect", addr, "-CAfile", root, "-verify_return_error", "-nocommands", "-sigalgs", x.openssl, opensslVersions[v]}
				},
				"gnutls-cli": func(addr string) []string {
					host, port, _ := net.SplitHostPort(addr)
					return []string{"--x509cafile", root, "--port", port, "--priority", "NORMAL:-VERS-ALL:" + gnutlsVersions[v] + ":-SIGN-ALL:" + x.gnutls, host}
				},
			} {
				t.Run(fmt.Sprintf("%s/%v/%s", tool, v, x.algorithm), func(t *testing.T) {
					cfg := virtualConfig(v)
					for _, all := range accepted {
						cfg.Certificates = append([]*engine.Certificate{partyOf(t, all.algorithm).certificate}, cfg.Certificates...)
					}
					if info := serveProgram(t, cfg, tool, arguments); info.Certificate == nil || info.Certificate.Algorithm() != x.algorithm {
						t.Errorf("our server has sent the certificate %v, want one with %s", info.Certificate, x.algorithm)
					}
				})
			}
		}
	}
}

func TestClientSelectsCertificatesOfServerPrograms(t *testing.T) {
	s := &serverPrograms[0]
	if _, err := exec.LookPath(s.tool); err != nil {
		t.Skip("needs " + s.tool)
	}
	rsa, ecdsa := partyOf(t, "rsa2048"), partyOf(t, "ecdsa-p256")
	p := s.launch(t, []string{"s_server", "-accept", "127.0.0.1:0", "-cert", rsa.leaf, "-cert_chain", rsa.intermediates, "-key", rsa.key,
		"-dcert", ecdsa.leaf, "-dcert_chain", ecdsa.intermediates, "-dkey", ecdsa.key, "-cipher", "ALL:@SECLEVEL=0"})
	for _, v := range []engine.Version{engine.TLS12, engine.TLS13} {
		for _, x := range accepted {
			cfg := virtualConfig(v)
			cfg.Roots, cfg.SignatureSchemes = partyOf(t, x.algorithm).roots, x.ours
			conn, err := dialNamed(t, p.addr, cfg, serverName)
			if err != nil {
				t.Errorf("TLS %v, %s: %v", v, x.algorithm, err)
			} else if got := conn.Info().PeerChain[0].Key.Algorithm; got != x.algorithm {
				t.Errorf("TLS %v: OpenSSL has sent %s, want %s", v, got, x.algorithm)
			}
		}
	}
	// Without signature_algorithms the server signs with SHA-1 (RFC 5246 §7.4.1.4.1), which our
	// client checks.
	for _, suite := range []engine.SuiteID{0xc02f, 0xc02b} {
		cfg := virtualConfig(engine.TLS12)
		cfg.VerifyNothing, cfg.Suites, cfg.SignatureSchemes = true, []engine.SuiteID{suite}, []engine.SignatureScheme{}
		if _, err := dialNamed(t, p.addr, cfg, serverName); err != nil {
			t.Errorf("%v without signature_algorithms: %v", suite, err)
		}
	}
}
