package scenarios

import (
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/scenarios/document"
)

func sockets(t *testing.T, sets ...string) *Sockets {
	t.Helper()
	s, err := NewSockets(sets, "", "localhost", "127.0.0.1")
	if err != nil {
		t.Fatalf("%q: %v", sets, err)
	}
	return s
}

func TestSocketsAcceptWhatNoKeyRestricts(t *testing.T) {
	s := sockets(t)
	for _, cfg := range []*engine.Config{s.Client, s.Server} {
		if cfg.Suites != nil || cfg.Groups != nil || cfg.Resumption != nil {
			t.Errorf("suites %v, groups %v, resumption %v; want none named", cfg.Suites, cfg.Groups, cfg.Resumption)
		}
		if cfg.MinVersion != engine.TLS12 || cfg.MaxVersion != engine.TLS13 {
			t.Errorf("versions %v to %v", cfg.MinVersion, cfg.MaxVersion)
		}
	}
	if s.ServerName != "" {
		t.Errorf("the name %q was not set", s.ServerName)
	}
}

func TestSocketsFollowTheKeysOfTLS(t *testing.T) {
	s := sockets(t, "tls.version=1.2", "tls.cipher=aes-256-gcm", "tls.group=p384", "tls.certificate=rsa2048", "tls.record=1KiB",
		"tls.alpn=x", "tls.server_name=a.example", "tls.resumption=session-id")
	if want := []engine.SuiteID{0xc030}; !slices.Equal(s.Client.Suites, want) || !slices.Equal(s.Server.Suites, want) {
		t.Errorf("suites %v and %v, want %v", s.Client.Suites, s.Server.Suites, want)
	}
	for _, cfg := range []*engine.Config{s.Client, s.Server} {
		if cfg.MaxVersion != engine.TLS12 || cfg.RecordSize != 1024 || !slices.Equal(cfg.ALPN, []string{"x"}) ||
			!slices.Equal(cfg.Groups, []engine.Group{engine.P384}) || !slices.Equal(cfg.Resumption, []engine.Resumption{engine.SessionID}) {
			t.Errorf("got %+v", cfg)
		}
	}
	if s.ServerName != "a.example" {
		t.Errorf("server name %q", s.ServerName)
	}
	if got := sockets(t, "tls.kind=full").Server.Resumption; got == nil || len(got) != 0 {
		t.Errorf("kind full resumes by %v", got)
	}
}

func TestSocketsSupportLegacyVersionsIfTheyAreNamed(t *testing.T) {
	s := sockets(t, "tls.version=1.0..1.3")
	for _, cfg := range []*engine.Config{s.Client, s.Server} {
		if cfg.MinVersion != engine.TLS10 || cfg.MaxVersion != engine.TLS13 || cfg.Suites != nil {
			t.Errorf("versions %v to %v, suites %v", cfg.MinVersion, cfg.MaxVersion, cfg.Suites)
		}
	}
}

func TestAClientWithACipherAcceptsAnyKeyType(t *testing.T) {
	s := sockets(t, "tls.cipher=chacha20-poly1305")
	for _, want := range []engine.SuiteID{0x1303, 0xcca8, 0xcca9} {
		if !slices.Contains(s.Client.Suites, want) {
			t.Errorf("%v is not among %v", want, s.Client.Suites)
		}
	}
}

func TestASuiteBringsItsVersionAndCertificate(t *testing.T) {
	s := sockets(t, "tls.suite=TLS_RSA_WITH_AES_128_CBC_SHA")
	if s.Server.MaxVersion != engine.TLS12 || !slices.Equal(s.Server.Suites, []engine.SuiteID{0x002f}) {
		t.Errorf("got %v, %v", s.Server.MaxVersion, s.Server.Suites)
	}
	root, err := x509.ParseCertificate(s.Roots[0])
	if err != nil || root.PublicKeyAlgorithm != x509.RSA {
		t.Errorf("a root of %v, %v", root.PublicKeyAlgorithm, err)
	}
}

func TestSocketsHaveRealTimeAndRandomness(t *testing.T) {
	a, b := sockets(t), sockets(t)
	if slices.Equal(a.Roots[0], b.Roots[0]) {
		t.Error("two servers have the same key")
	}
	root, err := x509.ParseCertificate(a.Roots[0])
	if now := time.Now(); err != nil || now.Before(root.NotBefore) || now.After(root.NotAfter) {
		t.Errorf("valid from %v to %v, %v", root.NotBefore, root.NotAfter, err)
	}
}

func TestSocketsRefuseKeysThatNeedTheSimulator(t *testing.T) {
	for _, row := range []struct{ set, says string }{
		{"link.loss=1%", "keys of tls only"},
		{"seed=2", "keys of tls only"},
		{"tls.versoin=1.3", `did you mean "tls.version"?`},
		{"tls.version=7", "not a version"},
		{"tls.resumption=psk-dhe", ""},
		{"tls.kind=refused", "up to the server"},
		{"tls.version", "wants KEY=VALUE"},
	} {
		_, err := NewSockets([]string{row.set}, "")
		var mistakes document.Errors
		if row.says == "" && err != nil || row.says != "" && (!errors.As(err, &mistakes) || !strings.Contains(err.Error(), row.says)) {
			t.Errorf("%s: %v, want %q", row.set, err, row.says)
		}
	}
}
