package netconn

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/engine"
	"tlslab/engine/alert"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

// Stapled OCSP responses, sent by programs and sent to programs.

// A stapledCase is the status in a stapled OCSP response.
type stapledCase struct {
	name string
	set  func(*ca.OCSPResponseSpec)
	// alert is the client's; 0: none
	alert alert.Description
}

var stapledCases = []stapledCase{
	{"stapled", func(*ca.OCSPResponseSpec) {}, 0},
	{"stapled revoked", func(s *ca.OCSPResponseSpec) { s.Status = pki.OCSPRevoked }, alert.CertificateRevoked},
}

// stapledCombinations are one for each version and for two kinds of certificates, if the peer knows
// them.
func stapledCombinations(knows func(combination) bool) (all []combination) {
	for _, v := range interopVersions {
		for _, certificate := range []string{"rsa2048", "ecdsa-p256"} {
			for _, c := range combinations(false) {
				if c.version == v && c.certificate == certificate && !c.mutual && !c.retry && c.records == nil && c.group != 0 && knows(c) {
					all = append(all, c)
					break
				}
			}
		}
	}
	return all
}

func TestServerProgramsStaple(t *testing.T) {
	for _, s := range serverPrograms {
		t.Run(s.tool, func(t *testing.T) {
			if _, err := exec.LookPath(s.tool); err != nil {
				t.Skip("needs " + s.tool)
			}
			// gnutls-serv reads the response, and does not staple it if the status is revoked.
			flags := map[string][]string{"openssl": {"-status_file"}, "gnutls-serv": {"--ignore-ocsp-response-errors", "--ocsp-response"}}[s.tool]
			var done coverage
			for _, c := range stapledCombinations(s.knows(t)) {
				for _, x := range stapledCases {
					t.Run(fmt.Sprintf("%v/%s", c, x.name), func(t *testing.T) {
						p := partyOf(t, c.certificate)
						file := filepath.Join(t.TempDir(), "status.der")
						if err := os.WriteFile(file, ocspResponse(t, p.made, x.set), 0o600); err != nil {
							t.Fatal(err)
						}
						program := s.launch(t, slices.Concat(s.arguments(s.port(t), p, c.version), s.alone(p), flags, []string{file}))
						cfg := c.config(t, engine.Ticket)
						cfg.Groups, cfg.Revocation = c.offered(), engine.RevocationStapled
						conn, text, err := s.exchange(t, program, cfg, c.sizes(false))
						var refused *engine.Error
						switch {
						case x.alert == 0 && (err != nil || conn.Info().Revocation != engine.RevocationStapled):
							t.Fatalf("revocation %v: %v\n%s", conn.Info().Revocation, err, brief(text))
						case x.alert != 0 && (!errors.As(err, &refused) || refused.Alert != x.alert):
							t.Fatalf("%v, want %v\n%s", err, x.alert, brief(text))
						}
						done.note(s.tool+" serves", c, x.name)
					})
				}
			}
			done.print(t.Output())
		})
	}
}

func TestClientProgramsVerifyStaples(t *testing.T) {
	for _, x := range []struct {
		tool  string
		knows func(t testing.TB) func(combination) bool
		ask   func(t testing.TB, c combination, addr string) (string, error)
		// what the program prints, by the name of the case
		prints    map[string]string
		continues bool
	}{
		{"openssl", opensslKnows, opensslRequestsStaple, map[string]string{"stapled": "Cert Status: good", "stapled revoked": "Cert Status: revoked"}, true},
		{"gnutls-cli", gnutlsKnows, gnutlsRequestsStaple, map[string]string{"stapled": "OCSP status request", "stapled revoked": "revoked"}, false},
	} {
		t.Run(x.tool, func(t *testing.T) {
			if _, err := exec.LookPath(x.tool); err != nil {
				t.Skip("needs " + x.tool)
			}
			var done coverage
			for _, c := range stapledCombinations(x.knows(t)) {
				for _, of := range stapledCases {
					t.Run(fmt.Sprintf("%v/%s", c, of.name), func(t *testing.T) {
						p := partyOf(t, c.certificate)
						certificate, err := p.certificate.WithOCSPResponse(ocspResponse(t, p.made, of.set))
						if err != nil {
							t.Fatal(err)
						}
						cfg := c.config(t, engine.Ticket)
						cfg.Certificates = []*engine.Certificate{certificate}
						l, err := net.Listen("tcp", "127.0.0.1:0")
						if err != nil {
							t.Fatal(err)
						}
						defer l.Close()
						var info engine.Info
						served := make(chan error, 1)
						go func() {
							var err error
							info, err = serveOne(t, l, cfg, c.sizes(false))
							served <- err
						}()
						text, err := x.ask(t, c, l.Addr().String())
						ours := <-served
						if good := of.alert == 0 || x.continues; good != (err == nil) || good != (ours == nil) || info.Revocation != engine.RevocationStapled {
							t.Fatalf("%s: %v; ours: %v, %v\n%s", x.tool, err, ours, info.Revocation, brief(text))
						}
						if !strings.Contains(text, x.prints[of.name]) {
							t.Errorf("%s does not print %q:\n%s", x.tool, x.prints[of.name], brief(text))
						}
						done.note(x.tool+" connects", c, of.name)
					})
				}
			}
			done.print(t.Output())
		})
	}
}

func opensslRequestsStaple(t testing.TB, c combination, addr string) (string, error) {
	args := append([]string{"s_client", "-status", "-connect", addr, "-servername", serverName, "-CAfile", partyOf(t, c.certificate).root,
		"-verify_return_error", "-nocommands", "-ign_eof"}, opensslArgs(t, c)...)
	return run(t, c.clientData(false), "openssl", args...)
}

func gnutlsRequestsStaple(t testing.TB, c combination, addr string) (string, error) {
	host, port, _ := net.SplitHostPort(addr)
	return run(t, c.clientData(false), "gnutls-cli", "--x509cafile", partyOf(t, c.certificate).root, "--sni-hostname", serverName, "--verify-hostname", serverName,
		"--port", port, "--priority", gnutlsPriority(c, engine.Ticket), host)
}
