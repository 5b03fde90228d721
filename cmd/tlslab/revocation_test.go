package main

import (
	"strings"
	"testing"
)

func TestAClientWithoutTheStapleItNeedsEndsTheHandshake(t *testing.T) {
	for _, version := range []string{"1.2", "1.3"} {
		for _, stapling := range []bool{true, false} {
			args := []string{"--json", "--set", "tls.version=" + version}
			if stapling {
				args = append(args, "--set", "tls.revocation=stapled")
			}
			s := startServe(t, nil, args...)
			code, _, stderr := tlslab(t, "", "connect", "--addr", s.addr, "--root", s.root, "--set", "tls.revocation=stapled")
			served := connections(t, s.stop(t))
			switch {
			case stapling && (code != exitDone || !strings.Contains(stderr, "revocation stapled")):
				t.Errorf("%s: exit code %d: %s", version, code, stderr)
			case !stapling && (code != exitFailed || !strings.Contains(stderr, "the server stapled no OCSP response")):
				t.Errorf("%s: without a staple: exit code %d: %s", version, code, stderr)
			case len(served) != 1 || (served[0]["negotiated"].(map[string]any)["revocation"] == "stapled") != stapling:
				t.Errorf("%s: the server says %v", version, served)
			}
		}
	}
}

func TestAClientFetchesTheOCSPResponse(t *testing.T) {
	for _, version := range []string{"1.2", "1.3"} {
		s := startServe(t, nil, "--json", "--set", "tls.version="+version, "--set", "tls.revocation=fetched", "--responder", "127.0.0.1:0")
		code, _, stderr := tlslab(t, "", "connect", "--addr", s.addr, "--root", s.root, "--set", "tls.revocation=fetched")
		if code != exitDone || !strings.Contains(stderr, "revocation fetched") || !strings.Contains(stderr, "OCSP response") {
			t.Errorf("%s: exit code %d: %s", version, code, stderr)
		}
		code, _, stderr = tlslab(t, "", "connect", "--addr", s.addr, "--root", s.root, "--set", "tls.revocation=stapled", "--set", "tls.soft_fail=true")
		if code != exitDone || strings.Contains(stderr, "revocation") {
			t.Errorf("%s: without a staple, with tls.soft_fail: exit code %d: %s", version, code, stderr)
		}
		if served := connections(t, s.stop(t)); len(served) != 2 || served[0]["outcome"] != "ok" {
			t.Errorf("%s: the server says %v", version, served)
		}
	}
}

func TestAClientWithoutAnOCSPResponseEndsTheHandshake(t *testing.T) {
	s := startServe(t, nil, "--json")
	code, _, stderr := tlslab(t, "", "connect", "--addr", s.addr, "--root", s.root, "--set", "tls.revocation=fetched")
	if code != exitFailed || !strings.Contains(stderr, "names no responder") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	s.stop(t)
}
