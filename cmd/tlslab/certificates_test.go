package main

import (
	"strings"
	"testing"
)

// A chain with a fault is refused with the fault's alert. A tolerated fault is reported, and an
// unverified chain is reported as such.
func TestConnectContinuesOnlyWithToleratedFaults(t *testing.T) {
	s := startServe(t, nil, "--set", "tls.chain.fault=[expired, wrong-name]")
	for _, row := range []struct {
		args string
		code int
		says []string
	}{
		{"", exitFailed, []string{"certificate has expired", "certificate_expired", "-> alert certificate_expired (fatal)"}},
		{"--set tls.tolerate=expired", exitFailed, []string{"for another name", "bad_certificate"}},
		{"--set tls.tolerate=[expired,wrong-name,unknown-ca]", exitDone, []string{": ok", "tolerated wrong-name, expired"}},
		{"--insecure", exitDone, []string{": ok", "tolerated unverified"}},
	} {
		args := append([]string{"connect", "--addr", s.addr, "--root", s.root}, strings.Fields(row.args)...)
		code, _, stderr := tlslab(t, "", args...)
		if code != row.code {
			t.Errorf("%s: exit code %d: %s", row.args, code, stderr)
		}
		for _, says := range row.says {
			if !strings.Contains(stderr, says) {
				t.Errorf("%s: %q is not in\n%s", row.args, says, stderr)
			}
		}
	}
	s.stop(t)
}

// The client's server_name and signature algorithms decide which certificate the server shows.
func TestServeHasSeveralCertificates(t *testing.T) {
	s := startServe(t, nil, "--json", "--set", "tls.other_certificates=rsa2048", "--set", "tls.other_names=[a.example, '*.b.example']", "--set", "tls.unknown_name=refuse")
	rows := []struct{ name, schemes, want string }{
		{"a.example", "", "ecdsa-p256 for a.example"},
		{"x.b.example", "", "ecdsa-p256 for *.b.example"},
		{"a.example", "[rsa_pss_rsae_sha256]", "rsa2048 for a.example"},
		{"localhost", "", "ecdsa-p256 for server.tlslab.example localhost"},
		{"c.example", "", ""},
	}
	for _, row := range rows {
		args := []string{"connect", "--addr", s.addr, "--root", s.root, "--set", "tls.server_name=" + row.name}
		if row.schemes != "" {
			args = append(args, "--set", "tls.signature_algorithms="+row.schemes)
		}
		code, _, stderr := tlslab(t, "", args...)
		if refused := row.want == ""; refused && (code != exitFailed || !strings.Contains(stderr, "unrecognized_name")) || !refused && code != exitDone {
			t.Errorf("%s: exit code %d: %s", row.name, code, stderr)
		}
	}
	for i, c := range connections(t, s.stop(t)) {
		alerts := map[string]any{}
		for _, m := range c["messages"].([]any) {
			if m := m.(map[string]any); m["message"] == "alert" {
				alerts[m["from"].(string)+" "+m["alert"].(string)] = m["level"]
			}
		}
		if rows[i].want == "" && alerts["us unrecognized_name"] != "fatal" || rows[i].want != "" && alerts["us close_notify"] != "warning" {
			t.Errorf("%s: alerts %v", rows[i].name, alerts)
		}
		if got, _ := c["negotiated"].(map[string]any)["certificate"].(string); got != rows[i].want {
			t.Errorf("%s %s was shown %q, want %q", rows[i].name, rows[i].schemes, got, rows[i].want)
		}
	}
}
