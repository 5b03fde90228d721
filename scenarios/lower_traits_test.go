package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"tlslab/results"
)

// traitsOf describes the traits of the first factor, one a line.
func traitsOf(t *testing.T, text string, sets ...string) string {
	t.Helper()
	h := parse(t, "name: traits\n"+text, sets...).Header("v")
	if err := h.Validate(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, trait := range h.Factors[0].Traits {
		lines = append(lines, fmt.Sprintf("%s: %s %v", trait.Name, strings.Join(trait.Levels, ", "), trait.Values))
	}
	return strings.Join(lines, "\n")
}

func TestTraitsSayWhatTheLevelsOfAFactorOfPatchesMean(t *testing.T) {
	for _, c := range []struct{ what, text, want string }{
		{"a suite has a version, a key exchange, a certificate and a cipher", `
factors:
  suite:
    rsa:    {tls.version: 1.2, tls.suite: TLS_RSA_WITH_AES_128_CBC_SHA, tls.certificate: rsa2048}
    dhe:    {tls.version: 1.1, tls.suite: TLS_DHE_RSA_WITH_AES_128_CBC_SHA, tls.certificate: rsa2048}
    hybrid: {tls.version: 1.3, tls.cipher: aes-128-gcm, tls.group: x25519mlkem768}
    tls13:  {tls.version: 1.3}`, `
version: TLS 1.2, TLS 1.1, TLS 1.3, TLS 1.3 []
key-exchange: RSA, DHE ffdhe2048, x25519mlkem768, ECDHE x25519 []
certificate: rsa2048, rsa2048, ecdsa-p256, ecdsa-p256 []
cipher: aes-128-cbc-sha, aes-128-cbc-sha, aes-128-gcm, aes-128-gcm []`},
		{"the same in every level is no trait", `
factors:
  stack: {a: {tls.version: 1.3, tls.group: x25519}, b: {tls.version: 1.3, tls.group: p256}}`, `
key-exchange: ECDHE x25519, ECDHE p256 []`},
		{"a delay is a round-trip time, a missing setting is named", `
base: {link: {loss: 1%}}
factors:
  where: {near: {link.delay: 1ms}, far: {link.delay: 50ms, link.loss: 3%, link.rate: 10mbit}}`, `
rtt: 2ms, 100ms [2e+06 1e+08]
link.loss: 1%, 3% [0.01 0.03]
link.rate: unlimited, 10mbit []`},
		{"a delay of one direction has its own name", `
factors:
  where: {near: {link.delay: 1ms, link.up.delay: 3ms}, far: {link.delay: 50ms}}`, `
link.delay: 1ms, 50ms [1e+06 5e+07]
link.up.delay: 3ms, 50ms [3e+06 5e+07]`},
		{"a whole link is one trait", `
factors:
  path:
    line: {link: delay 5ms loss 1%}
    hops: {link.hops: [{delay: 2ms}, {delay: 40ms, up: {rate: 1mbit}}]}`, `
link: delay 5ms loss 1%, up delay 2ms | delay 40ms rate 1mbit, down delay 2ms | delay 40ms []`},
		{"another factor decides the version too", `
factors:
  side: {a: {tls.certificate: rsa2048, tls.tickets: 1}, b: {tls.certificate: ecdsa-p256}}
  tls.version: [1.2, 1.3]`, `
certificate: rsa2048, ecdsa-p256 []
tls.tickets: 1, 2 [1 2]`},
		{"a factor of one key has none", `
factors: {tls.certificate: [rsa2048, ecdsa-p256]}`, ``},
		{"a suite by its name has those of the suite", `
base: {tls: {version: 1.2, certificate: rsa2048}}
factors: {tls.suite: [TLS_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]}`, `
key-exchange: RSA, ECDHE x25519 []
cipher: aes-128-cbc-sha, aes-128-gcm []`},
	} {
		if got, want := traitsOf(t, c.text), strings.TrimPrefix(c.want, "\n"); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.what, got, want)
		}
	}
}

func TestLevelsOfQuantitiesHaveValues(t *testing.T) {
	for text, want := range map[string]string{
		"{link.loss: [0%, 0.5%]}":              "[0 0.005]",
		"{transfer.response: [10kB, 1MB]}":     "[10000 1e+06]",
		"{link.rate: [1gbit, 10mbit]}":         "[1e+09 1e+07]",
		"{tcp.initial_window: [10, 4]}":        "[10 4]",
		"{client.slowdown: [1, 2.5]}":          "[1 2.5]",
		"{link.delay: [5ms, 250us]}":           "[1e+07 500000]",
		"{link.up.delay: [5ms, 250us]}":        "[5e+06 250000]",
		"{tls.version: [1.2, 1.3]}":            "[]",
		"{tls.record: [1KiB, mss]}":            "[]",
		"{tls.kind: [full, resumed]}":          "[]",
		"{which: {a: {link.loss: 1%}, b: {}}}": "[]",
	} {
		h := parse(t, "name: values\nfactors: "+text).Header("v")
		if got := fmt.Sprint(h.Factors[0].Values); got != want {
			t.Errorf("%s: values %s, want %s", text, got, want)
		}
	}
}

func TestNotesNameTheCellsInWhichASettingSurprises(t *testing.T) {
	note := func(text, setting string) *results.Note {
		h := parse(t, "name: notes\n"+text).Header("v")
		if err := h.Validate(); err != nil {
			t.Fatal(err)
		}
		for i := range h.Notes {
			if h.Notes[i].Setting == setting {
				return &h.Notes[i]
			}
		}
		return nil
	}
	for _, c := range []struct{ text, setting, cells string }{
		{"base: {link: {delay: 10ms, jitter: 2ms}}", "link.jitter", "[]"},
		{"base: {link: {hops: [{delay: 10ms}, delay 10ms 2ms]}}", "link.jitter", "[]"},
		{"base: {link: {delay: 10ms}}\nfactors: {link.jitter: [0ms, 1ms, 2ms]}", "link.jitter", "[1 2]"},
		{"base: {link: {delay: 10ms, jitter: 2ms, ordered: true}}", "link.jitter", "none"},
		{"base: {link: {down: {drops: [3]}}}", "link.drops", "[]"},
		{"factors: {tcp.nagle: [false, true]}", "tcp.nagle", "[1]"},
		{"base: {transfer: {rounds: 2}}\nfactors: {transfer.pause: [100ms, 1s]}", "tcp.slow_start_after_idle", "[1]"},
		{"base: {transfer: {rounds: 2, pause: 1s}, tcp: {slow_start_after_idle: false}}", "tcp.slow_start_after_idle", "none"},
		{"base: {tls: {revocation: fetched, soft_fail: true}}", "tls.soft_fail", "[]"},
		{"base: {tls: {revocation: fetched}}", "tls.soft_fail", "none"},
	} {
		got := "none"
		if n := note(c.text, c.setting); n != nil {
			got = fmt.Sprint(n.Cells)
		}
		if got != c.cells {
			t.Errorf("%s: the note on %s is for the cells %s, want %s", c.text, c.setting, got, c.cells)
		}
	}
	for _, c := range consequences {
		if keyByName(c.key) == nil {
			t.Errorf("%s is no key", c.key)
		}
	}
}
