package scenarios

import (
	"strings"
	"testing"

	"tlslab/sim/costs"
)

// Transfers beside the connection need a core only for the kernel's work.
func TestCoresMatterBesideTransfersWithACostTableOfOnesOwn(t *testing.T) {
	const text = `{name: cores, base: {link: {rate: 10mbit}, client: {costs: COSTS}, background: {downloads: N}}, factors: {client.cores: [1, 2]}}`
	for _, c := range []struct{ costs, downloads, err string }{
		{"own.json", "1", ""},
		{"own.json", "0", "further cores stay idle"},
		{"reference", "1", "further cores stay idle"},
	} {
		text := strings.NewReplacer("COSTS", c.costs, "N", c.downloads).Replace(text)
		_, err := Parse(t.Context(), "test.yaml", []byte(text), Options{
			Costs: func(string) (*costs.Table, error) { return costs.Reference() },
		})
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("costs %s, %s downloads: error %v, want %q", c.costs, c.downloads, err, c.err)
		}
	}
}
