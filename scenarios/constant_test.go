package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

// constantOf returns the constant settings of a scenario, defaults in parentheses.
func constantOf(t *testing.T, text string, sets ...string) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, c := range parse(t, "name: constant\n"+text, sets...).Constant {
		if got[c.Name] != "" {
			t.Errorf("%s is listed twice", c.Name)
		}
		if got[c.Name] = c.Value; c.Default {
			got[c.Name] = "(" + c.Value + ")"
		}
	}
	return got
}

func TestEverySettingThatDecidesTheResultIsConstantOrVaried(t *testing.T) {
	const none = ""
	for _, test := range []struct {
		what, text string
		sets       []string
		want       map[string]string
	}{
		{"settings, defaults and factors", `
base:
  tls: {cipher: aes-256-gcm, certificate: rsa2048}
  link: {delay: 5ms, rate: 50mbit}
  server: {slowdown: 2}
  tcp: {initial_window: 20}
factors:
  tls.kind: [full, resumed]
  link.loss: [0%, 1%]
  size: {small: {transfer.response: 1kB}, large: {transfer.response: 100kB}}`, []string{"link.rate=10mbit"}, map[string]string{
			"tls.cipher": "aes-256-gcm", "tls.certificate": "rsa2048", "tls.group": "(x25519)", "tls.suite": "(TLS_AES_256_GCM_SHA384)",
			"rtt": "10ms", "link.delay": none, "link.rate": "10mbit", "link.limit": "(1000)", "link.jitter": "(none)", "link.distribution": none,
			"link.loss": none, "link.up": none, "server.slowdown": "2", "client.costs": "(reference)", "tcp.initial_window": "20",
			"tcp.mtu": "(1500B)", "tcp.hz": "(250)", "tcp.min_rto": "(200ms)", "transfer.request": "(500B)", "transfer.response": none,
			"tls.kind": none, "ca.timeout": none, "timeout": "(60s)",
		}},
		{"nothing is set", ``, nil, map[string]string{
			"tls.version": "(1.3)", "tls.kind": "(full)", "rtt": "(0s)", "link.loss": "(none)", "link.rate": "(unlimited)", "link.limit": none, "link.drops": none,
			"transfer.content": none, "tls.soft_fail": none, "tls.resumption": none,
		}},
		{"what follows from a factor is not constant", `
factors: {tls.version: [1.0, 1.3]}`, nil, map[string]string{"tls.cipher": none, "tls.suite": none, "tls.group": "(x25519)"}},
		{"a link that differs between the directions is a line for each", `
base: {link: {delay: 5ms, up: {loss: 1%}}}`, nil, map[string]string{
			"rtt": "10ms", "link.up": "delay 5ms loss 1%", "link.down": "delay 5ms", "link.loss": none, "link.up.loss": none,
		}},
		{"so is a path of several links", `
base: {link: {hops: [delay 2ms, delay 40ms loss 1%]}}`, nil, map[string]string{
			"rtt": "84ms", "link.up": "delay 2ms | delay 40ms loss 1%", "link.down": "delay 40ms loss 1% | delay 2ms", "link.jitter": none,
		}},
		{"a level overrides a direction of the base", `
base: {link: {delay: 5ms, up: {loss: 1%}}}
factors: {link.loss: [0%, 2%]}`, nil, map[string]string{"rtt": "10ms", "link.up.loss": none, "link.loss": none, "link.up": none}},
		{"a direction keeps what no level overrides", `
base: {link: {delay: 5ms, up: {rate: 1mbit}}}
factors: {link.loss: [0%, 2%]}`, nil, map[string]string{"rtt": "10ms", "link.up.rate": "1mbit", "link.rate": none}},
		{"a factor decides the round-trip time", `
factors: {where: {near: {link.delay: 1ms}, far: {link: delay 40ms}}}`, nil, map[string]string{"rtt": none, "link.delay": none, "link.loss": none}},
		{"the authority has a link like the server's", `
base: {tls: {revocation: fetched}}`, nil, map[string]string{"ca.link": "(like link)", "ca.timeout": "(10s)", "ca.signing": "(ahead)"}},
		{"or a link of its own", `
base: {tls: {revocation: fetched}, ca: {link: {delay: 7ms}, timeout: 2s}}`, nil, map[string]string{"ca.link": "delay 7ms", "ca.link.delay": none, "ca.timeout": "2s"}},
		{"levels that agree vary nothing", `
factors:
  stack:
    a: {tls.version: 1.2, tls.group: x25519, link.loss: 1%, tls.record: 4KiB}
    b: {tls.version: 1.2, tls.group: p256, link.loss: 1%}`, nil, map[string]string{
			"tls.version": "1.2", "tls.group": none, "link.loss": "1%", "tls.record": none,
		}},
		{"a factor of one level is no setting", `
factors: {link.delay: [5ms, 10ms], tls.kind: [full, resumed]}`, []string{"link.delay=5ms", "tls.kind=full"}, map[string]string{
			"rtt": none, "link.delay": none, "tls.kind": none, "link.loss": "(none)",
		}},
		{"a level of patches that is left leaves its settings", `
factors: {stack: {a: {tls.version: 1.2, link.delay: 5ms}, b: {tls.version: 1.3}}}`, []string{"stack=a"}, map[string]string{
			"tls.version": "1.2", "rtt": "10ms", "link.delay": none,
		}},
		{"a path that is left is a line for each direction", `
factors: {path: {near: {link: delay 5ms}, far: {link.hops: [delay 2ms, delay 40ms]}}}`, []string{"path=far"}, map[string]string{
			"rtt": "84ms", "link.up": "delay 2ms | delay 40ms", "link.down": "delay 40ms | delay 2ms", "link.loss": none,
		}},
		{"a suite by its name has no cipher beside it", `
base: {tls: {version: 1.2, suite: TLS_RSA_WITH_AES_128_CBC_SHA, certificate: rsa2048}}`, nil, map[string]string{
			"tls.suite": "TLS_RSA_WITH_AES_128_CBC_SHA", "tls.cipher": none, "tls.group": none,
		}},
	} {
		got := constantOf(t, test.text, test.sets...)
		for name, want := range test.want {
			if got[name] != want {
				t.Errorf("%s: %s is %q, want %q", test.what, name, got[name], want)
			}
		}
	}
}

// Whatever has one value in all cells is constant, unless it has no effect in any.
func TestNoSettingOfTheShippedScenariosIsLeftOut(t *testing.T) {
	for _, name := range Shipped() {
		text, err := ShippedText(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(t.Context(), name, text, Options{})
		if err != nil {
			t.Fatal(err)
		}
		constant := map[string]bool{}
		for _, c := range s.Constant {
			constant[c.Name] = true
		}
		cells := s.Resolved()
		for _, k := range keys {
			same, applies := true, k.applies == nil
			for i := range cells {
				value := cells[i].Config[k.Name]
				same = same && value != nil && fmt.Sprint(value) == fmt.Sprint(cells[0].Config[k.Name])
				applies = applies || k.applies(&s.Cells[i].Config) == ""
			}
			if same && applies && !constant[k.Name] && !isLinkKey(k.Name, "link") {
				t.Errorf("%s: %s is %v in every cell and not listed", name, k.Name, cells[0].Config[k.Name])
			}
		}
	}
}

func TestConstantSettingsAreInTheOrderOfTheKeys(t *testing.T) {
	last := -1
	for _, c := range parse(t, "name: order\nbase: {tls: {revocation: fetched}}").Constant {
		name := c.Name
		if name == roundTripTime {
			name = delayKey
		}
		rank := keyByName(name).rank
		if rank <= last {
			t.Errorf("%s is out of order", c.Name)
		}
		last = rank
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
	}
}
