package scenarios

import (
	"encoding/json"
	"testing"
)

func TestAConfigurationIsShownInTheSyntaxOfScenarios(t *testing.T) {
	s := parse(t, `
name: a
base:
  tls: {version: 1.2, signature_algorithms: [], other_certificates: rsa2048, chain.fault: expired, tolerate: [expired], record: dynamic, record_idle: 0s}
  transfer: {rounds: 2}
`)
	text, err := json.Marshal(s.Resolved()[0].Config)
	if err != nil {
		t.Fatal(err)
	}
	var shown map[string]json.RawMessage
	if err := json.Unmarshal(text, &shown); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"tls.signature_algorithms": `[]`,
		"tls.other_certificates":   `["rsa2048"]`,
		"tls.chain.fault":          `["expired"]`,
		"tls.record":               `"dynamic"`,
		"tls.record_idle":          `"0s"`, // not the default
		"tls.tickets":              `2`,
		"tls.client_chain.fault":   ``, // what has no value is left out
		"tls.other_names":          ``,
		"tls.key_update_after":     ``,
		"tls.ticket_rotation":      ``,
	} {
		if got := string(shown[key]); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}
