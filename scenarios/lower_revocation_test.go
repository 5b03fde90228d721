package scenarios

import (
	"slices"
	"testing"
	"time"

	"tlslab/engine/op"
	"tlslab/sim"
	"tlslab/sim/recording"
)

func metricNames(s *Scenario) (names []string) {
	for _, m := range s.Metrics() {
		names = append(names, m.Name)
	}
	return names
}

// Only a scenario with tls.revocation fetched has the metrics of the authority.
func TestOnlyAFetchHasTheMetricsOfTheAuthority(t *testing.T) {
	own := []string{"revocation", "cause.ca-cpu", "cause.ca-timeout"}
	for base, asks := range map[string]bool{
		"name: a": false,
		"name: a\nbase: {tls: {revocation: stapled}}":                   false,
		"name: a\nbase: {tls: {revocation: fetched, kind: early-data}}": false,
		"name: a\nbase: {tls: {revocation: fetched, kind: refused}}":    true,
		"name: a\nbase: {tls: {revocation: fetched, kind: resumed}}":    false,
		"name: a\nbase: {tls: {revocation: fetched}}":                   true,
		"name: a\nfactors: {tls.revocation: [none, fetched]}":           true,
	} {
		names := metricNames(parse(t, base))
		for _, name := range own {
			if slices.Contains(names, name) != asks {
				t.Errorf("%s: has %s: %v", base, name, !asks)
			}
		}
	}
}

func TestTheLinkToTheAuthorityIsThatToTheServerUnlessItHasKeys(t *testing.T) {
	link := func(base string) Link { return parse(t, "name: a\nbase: {"+base+"}").Cells[0].Config.CA.Link }
	same := link("link: {delay: 5ms, loss: 1%, up: {rate: 1mbit}}")
	if same.RTT() != 10*time.Millisecond || same.Up[0].Loss != 0.01 || same.Up[0].Rate != 1_000_000 || same.Down[0].Rate != 0 {
		t.Errorf("without keys of its own: %+v", same)
	}
	if hops := link("link: {hops: [delay 1ms, delay 2ms]}"); len(hops.Up) != 2 || hops.RTT() != 6*time.Millisecond {
		t.Errorf("over hops: %+v", hops)
	}
	for _, text := range []string{"ca: {link: {delay: 7ms}}", "ca: {link: delay 7ms}", "ca.link.delay: 7ms"} {
		if own := link("tls: {revocation: fetched}, link: {delay: 5ms, loss: 1%}, " + text); own.RTT() != 14*time.Millisecond || own.Up[0].Loss != 0 {
			t.Errorf("%s: %+v", text, own)
		}
	}
}

// An OCSP request and its response have the length of an HTTP request and response with their
// headers. A delegate's response contains the delegate's certificate.
func TestAnOCSPFetchHasTheSizesOfItsHTTPMessages(t *testing.T) {
	fetch := func(base string) recording.Item {
		for _, step := range recorded(t, 1, base).Branches[0].Client {
			for _, it := range step.Items {
				if it.Action == recording.Fetch {
					return it
				}
			}
		}
		t.Fatalf("%s: nothing is fetched", base)
		return recording.Item{}
	}
	plain, delegate := fetch("tls: {revocation: fetched}"), fetch("tls: {revocation: fetched, responder: delegate}")
	if plain.Bytes < 200 || plain.Bytes > 400 || plain.Response < 500 || plain.Response > 1000 {
		t.Errorf("request of %d bytes, response of %d", plain.Bytes, plain.Response)
	}
	if delegate.Bytes != plain.Bytes || delegate.Response < plain.Response+300 {
		t.Errorf("a delegate's request of %d bytes, response of %d; the authority's response of %d", delegate.Bytes, delegate.Response, plain.Response)
	}
}

func TestOperationsOfTheAuthorityForAnOCSPResponse(t *testing.T) {
	for text, want := range map[string][]op.Op{
		"tls: {certificate: rsa2048}": nil,
		"tls: {certificate: rsa2048, revocation: fetched}, ca: {signing: on-demand}": {{Kind: op.Sign, Alg: "rsa2048"}},
	} {
		if got := parse(t, "name: a\nbase: {"+text+"}").Cells[0].Config.AuthorityOps(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	if sim.Unanswered != "alert certificate_unknown" {
		t.Errorf("docs/scenarios.md says certificate_unknown, and the outcome is %s", sim.Unanswered)
	}
}
