package results

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// header is a small experiment: two factors, four metrics.
func header() Header {
	return Header{
		Schema: Schema, Scenario: "full-vs-resumed", Title: "Full & resumed", Version: "v1", Seed: 1, Seeds: &SeedStream{1}, Replicates: 3,
		Target: &Target{Metric: "handshake", Statistic: "p95", Relative: 0.02, Most: 3},
		Factors: []Factor{
			{Name: "tls.kind", Levels: []string{"full", "resumed"}, Traits: []Trait{{Name: "psk", Label: "pre-shared key", Levels: []string{"no", "yes"}}}},
			{Name: "rtt", Key: "link.delay", Label: "round-trip time", Levels: []string{"10ms", "50ms"}, Values: []float64{1e7, 5e7}},
		},
		Cells:   []Cell{{Levels: []string{"full", "10ms"}}, {Levels: []string{"resumed", "10ms"}}},
		Notes:   []Note{{Setting: "link.jitter", Text: "Packets overtake one another.", Cells: []int{1}}},
		Compare: &Compare{Factor: "tls.kind", Baseline: "full", Metric: "handshake", Margin: 0.02},
		Metrics: []Metric{
			{Name: "handshake", Label: "time to handshake", Unit: UnitNanoseconds, Better: -1},
			{Name: "bytes-up", Unit: UnitBytes, Better: -1, Exact: true},
			{Name: "goodput", Unit: UnitBytesPerSecond, Better: 1},
			{Name: "cause.network", Unit: UnitNanoseconds, PartOf: "handshake", Group: "network"},
		},
	}
}

func TestAHeaderIsReadAsItWasWritten(t *testing.T) {
	h := header()
	text, err := h.Text()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseHeader(text)
	if err != nil || !reflect.DeepEqual(*got, h) {
		t.Errorf("got %+v, %v", got, err)
	}
	again, err := got.Text()
	if err != nil || string(again) != string(text) {
		t.Errorf("written again, the header is %s, %v", again, err)
	}
	if !strings.Contains(string(text), "Full & resumed") || strings.Contains(string(text), "\n") {
		t.Errorf("the header has escapes or several lines: %s", text)
	}
}

func TestMalformedHeadersAreRefusedWithTheReason(t *testing.T) {
	h := header()
	good, err := h.Text()
	if err != nil {
		t.Fatal(err)
	}
	seeds := "01" + strings.Repeat("0", 62)
	tests := []struct{ name, old, new, want string }{
		{"no JSON", string(good), "hello", "not a JSON object"},
		{"no header", string(good), `{"cell":{}}`, `no "schema"`},
		{"a later schema", `"schema":3`, `"schema":4,"news":true`, "schema 4: a later version of tlslab wrote it, and this version reads schema 3 only"},
		{"an earlier schema", `"schema":3`, `"schema":2,"old":true`, "schema 2: an earlier version of tlslab wrote it, and this version reads schema 3 only: run the scenario again into another folder"},
		{"an unknown key", `"seed":1`, `"seedling":1`, `unknown field "seedling"`},
		{"a negative seed", `"seed":1`, `"seed":-1`, "cannot unmarshal number -1"},
		{"a factor twice", `"name":"rtt"`, `"name":"tls.kind"`, `factor "tls.kind" is named twice`},
		{"a factor without a name", `"name":"rtt"`, `"name":""`, `factor 2 has no name`},
		{"a factor without levels", `["full","resumed"]`, `[]`, `factor "tls.kind" has no levels`},
		{"a level twice", `["full","resumed"]`, `["full","full"]`, `factor "tls.kind" has the level "full" twice`},
		{"too few values", `[10000000,50000000]`, `[10000000]`, `factor "rtt" has 2 levels but 1 values`},
		{"a trait without a name", `"name":"psk"`, `"name":""`, `factor "tls.kind" has a trait 1 without a name`},
		{"a trait of too few levels", `["no","yes"]`, `["no"]`, `factor "tls.kind" has 2 levels but the trait "psk" has 1`},
		{"a trait twice", `"traits":[`, `"traits":[{"name":"psk","levels":["1","2"]},`, `factor "tls.kind" has the trait "psk" twice`},
		{"a note without text", `"Packets overtake one another."`, `""`, `note 1 has no text`},
		{"a note on no cell", `"cells":[1]`, `"cells":[2]`, `note 1: the cells [2] are not indices of the 2 cells in rising order`},
		{"a note on a cell twice", `"cells":[1]`, `"cells":[1,1]`, `note 1: the cells [1 1] are not indices`},
		{"a target of no metric", `"target":{"metric":"handshake"`, `"target":{"metric":"speed"`, `target: "speed" is not a metric`},
		{"a target of no statistic", `"p95"`, `"p42"`, `target: "p42" is not one of p50, p95, p99, mean`},
		{"a target without a width", `"relative":0.02`, `"relative":0`, `target: relative half-width 0 is not a fraction above 0`},
		{"a target of another number", `"most":3`, `"most":4`, `target: at most 4 replicates, but the header has 3`},
		{"a cell of too few levels", `["full","10ms"]`, `["full"]`, "cell 1 has 1 levels for 2 factors"},
		{"a cell of another level", `["full","10ms"]`, `["full","12ms"]`, `cell 1: "12ms" is not a level of factor "rtt"`},
		{"a cell twice", `["full","10ms"]`, `["resumed","10ms"]`, "cell [resumed 10ms] is named twice"},
		{"seeds that are too short", seeds, seeds[1:], "is not a stream of seeds"},
		{"seeds that are no digits", seeds, "g" + seeds[1:], "is not a stream of seeds"},
		{"a metric twice", `"goodput"`, `"handshake"`, `metric "handshake" is named twice`},
		{"a metric like a column", `"goodput"`, `"outcome"`, `two columns of the samples have the name "outcome"`},
		{"a metric without a name", `"goodput"`, `""`, `metric 3 has no name`},
		{"a metric without a unit", `"B/s"`, `""`, `metric "goodput" has no unit (a count has unit "1")`},
		{"a direction that is none", `"better":1`, `"better":2`, `metric "goodput": better is 2`},
		{"part of nothing", `"part_of":"handshake"`, `"part_of":"ttlb"`, `metric "cause.network" is part of "ttlb", which is not a metric`},
		{"a comparison of no factor", `"factor":"tls.kind"`, `"factor":"kind"`, `compare: "kind" is not a factor`},
		{"a baseline that is no level", `"baseline":"full"`, `"baseline":"half"`, `compare: baseline "half" is not a level of "tls.kind"`},
		{"a comparison of no metric", `"full","metric":"handshake"`, `"full","metric":"speed"`, `compare: "speed" is not a metric`},
		{"a negative margin", `"margin":0.02`, `"margin":-0.02`, `compare: margin -0.02 is not a fraction of at least 0`},
	}
	for _, test := range tests {
		bad := strings.Replace(string(good), test.old, test.new, 1)
		if bad == string(good) {
			t.Fatalf("%s: the header does not have the text to replace", test.name)
		}
		_, err := ParseHeader([]byte(bad))
		if err == nil || !strings.HasPrefix(err.Error(), "header: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.name, err, test.want)
		}
	}
	h.Metrics = nil
	if err := h.Validate(); err == nil || err.Error() != "no metrics" {
		t.Errorf("without metrics: %v", err)
	}
}

func TestColumnsHaveNamesOfTheirOwn(t *testing.T) {
	h := header()
	h.Factors[0].Name = "handshake"
	want := "factor.handshake rtt replicate outcome handshake bytes-up goodput cause.network hash"
	if got := strings.Join(h.Columns(), " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The derivation of seeds is part of the format: these values must never change.
func TestSeedsAreDerivedAsDocumented(t *testing.T) {
	var s SeedStream
	if err := json.Unmarshal([]byte(`"00000000000000000000000000000000000000000000000000000000000000ff"`), &s); err != nil {
		t.Fatal(err)
	}
	if s.Seed(0) != 0xd82bca390566b557 || s.Seed(1) != 0x32550cb746cb436b { // as sha256sum has it
		t.Errorf("%x, %x", s.Seed(0), s.Seed(1))
	}
	if allocs := testing.AllocsPerRun(100, func() { s.Seed(3) }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
