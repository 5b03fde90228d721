package scenarios

import (
	"strings"
	"testing"

	"tlslab/results"
)

func TestWhatNoFactorVariesIsConstant(t *testing.T) {
	s, err := Parse(t.Context(), "s.yaml", []byte(`
name: s
title: What is constant?
base:
  tls: {cipher: aes-256-gcm, certificate: rsa2048}
  link: {delay: 5ms, rate: 50mbit, up: {loss: 1%}}
  server: {slowdown: 2}
  tcp: {initial_window: 20}
factors:
  tls.kind: [full, resumed]
  link.loss: [0%, 1%]
  size: {small: {transfer.response: 1kB}, large: {transfer.response: 100kB}}
`), Options{Sets: []string{"link.rate=10mbit"}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range s.Constant {
		got[c.Name] = c.Value
	}
	for name, want := range map[string]string{
		"tls.cipher": "aes-256-gcm", "tls.certificate": "rsa2048", "tls.group": "x25519", "link.delay": "5ms", "link.rate": "10mbit",
		"link.up.loss": "1%", "server.slowdown": "2", "client.costs": "reference", "tcp.initial_window": "20", "transfer.request": "500B",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	for _, name := range []string{"tls.kind", "link.loss", "transfer.response", "tls.suite", "tcp.mtu"} {
		if value, ok := got[name]; ok {
			t.Errorf("%s is constant: %q", name, value)
		}
	}
}

func TestASuiteThatIsVariedLeavesNoCipherConstant(t *testing.T) {
	s, err := Parse(t.Context(), "s.yaml", []byte(`
name: s
title: Which?
base: {tls: {version: "1.2", cipher: aes-128-gcm, certificate: rsa2048}, link: delay 5ms loss 1%}
factors:
  suite: {a: {tls.suite: TLS_RSA_WITH_AES_128_CBC_SHA}, b: {tls.cipher: aes-256-gcm}}
`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Constant {
		if strings.HasPrefix(c.Name, "tls.cipher") {
			t.Errorf("%s is constant: %s", c.Name, c.Value)
		}
		if want := (results.Setting{Name: "link", Value: "delay 5ms loss 1%"}); strings.HasPrefix(c.Name, "link") && c != want {
			t.Errorf("got %+v, want %+v", c, want)
		}
	}
}
