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
		Schema: Schema, Scenario: "full-vs-resumed", Title: "Full & resumed", Version: "v1", Seed: 1, Replicates: 3,
		Factors: []Factor{
			{Name: "tls.kind", Levels: []string{"full", "resumed"}},
			{Name: "link.delay", Label: "one-way delay", Levels: []string{"5ms", "25ms"}, Shown: &Shown{Name: "rtt", Levels: []string{"10ms", "50ms"}}},
		},
		Cells:   []Cell{{Levels: []string{"full", "5ms"}}, {Levels: []string{"resumed", "5ms"}, Seeds: SeedStream{1}}},
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
	zeros := strings.Repeat("0", 64)
	tests := []struct{ name, old, new, want string }{
		{"no JSON", string(good), "hello", "not a JSON object"},
		{"no header", string(good), `{"cell":{}}`, `no "schema"`},
		{"a later schema", `"schema":2`, `"schema":3,"news":true`, "schema 3: this version of tlslab reads schema 2 only"},
		{"an unknown key", `"seed":1`, `"seedling":1`, `unknown field "seedling"`},
		{"a negative seed", `"seed":1`, `"seed":-1`, "cannot unmarshal number -1"},
		{"a factor twice", `"link.delay"`, `"tls.kind"`, `factor "tls.kind" is named twice`},
		{"a factor without a name", `"link.delay"`, `""`, `factor 2 has no name`},
		{"a factor without levels", `["full","resumed"]`, `[]`, `factor "tls.kind" has no levels`},
		{"a level twice", `["full","resumed"]`, `["full","full"]`, `factor "tls.kind" has the level "full" twice`},
		{"too few shown levels", `["10ms","50ms"]`, `["10ms"]`, `factor "link.delay" has 2 levels but is shown as "rtt" with 1`},
		{"a cell of too few levels", `["full","5ms"]`, `["full"]`, "cell 1 has 1 levels for 2 factors"},
		{"a cell of another level", `["full","5ms"]`, `["full","6ms"]`, `cell 1: "6ms" is not a level of factor "link.delay"`},
		{"a cell twice", `["full","5ms"]`, `["resumed","5ms"]`, "cell [resumed 5ms] is named twice"},
		{"seeds that are too short", zeros, zeros[1:], "is not a stream of seeds"},
		{"seeds that are no digits", zeros, "g" + zeros[1:], "is not a stream of seeds"},
		{"a metric twice", `"goodput"`, `"handshake"`, `metric "handshake" is named twice`},
		{"a metric like a column", `"goodput"`, `"outcome"`, `two columns of the samples have the name "outcome"`},
		{"a metric without a name", `"goodput"`, `""`, `metric 3 has no name`},
		{"a metric without a unit", `"B/s"`, `""`, `metric "goodput" has no unit (a count has unit "1")`},
		{"a direction that is none", `"better":1`, `"better":2`, `metric "goodput": better is 2`},
		{"part of nothing", `"part_of":"handshake"`, `"part_of":"ttlb"`, `metric "cause.network" is part of "ttlb", which is not a metric`},
		{"a comparison of no factor", `"factor":"tls.kind"`, `"factor":"kind"`, `compare: "kind" is not a factor`},
		{"a baseline that is no level", `"baseline":"full"`, `"baseline":"half"`, `compare: baseline "half" is not a level of "tls.kind"`},
		{"a comparison of no metric", `"metric":"handshake"`, `"metric":"speed"`, `compare: "speed" is not a metric`},
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
	want := "factor.handshake link.delay replicate outcome handshake bytes-up goodput cause.network hash"
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
