package results

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

const goodLine = `{"cell":{"tls.kind":"full","link.delay":"5ms"},"replicate":1,"seed":"00000000000000ff","hash":"0000000000000001","outcome":"ok","metrics":{"handshake":5,"goodput":1.5}}` + "\n"

// read opens a file and reads every sample of it, and returns the first error.
func read(path string) error {
	f, err := Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var s Sample
	for i := range f.Cells {
		if err := f.Sample(i, &s); err != nil {
			return err
		}
	}
	return nil
}

// Each message says where (file and line) and what.
func TestMalformedLines(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"no JSON", goodLine, "hello\n", "column 1: want `{`, found `hello`"},
		{"an empty line", goodLine, "\n", "column 1: want `{`, found the end of the line"},
		{"cut off in the middle", `,"seed":"00000000000000ff","hash":"0000000000000001","outcome":"ok","metrics":{"handshake":5,"goodput":1.5}}`, "", "want `,`, found the end of the line"},
		{"another factor", `"tls.kind":`, `"tls.sort":`, `cell: want factor "tls.kind", found "tls.sort"`},
		{"factors in another order", `"tls.kind":"full","link.delay":"5ms"`, `"link.delay":"5ms","tls.kind":"full"`, `want factor "tls.kind", found "link.delay"`},
		{"a factor too few", `,"link.delay":"5ms"`, ``, "want `,`, found `},"},
		{"a factor too many", `"5ms"}`, `"5ms","x":"y"}`, "column 46: want `}`, found `,\"x\""},
		{"an unknown level", `"5ms"`, `"6ms"`, `"6ms" is not a level of factor "link.delay", which has 5ms, 25ms`},
		{"a level that is no string", `"5ms"`, `5`, "want a string, found `5"},
		{"a replicate that is no integer", `"replicate":1`, `"replicate":1.5`, "want `,`, found `.5"},
		{"a negative replicate", `"replicate":1`, `"replicate":-1`, "replicate: column 60: want an integer of at most 15 digits, found `-1"},
		{"a huge replicate", `"replicate":1`, `"replicate":1234567890123456789`, `want an integer of at most 15 digits`},
		{"a replicate with a leading zero", `"replicate":1`, `"replicate":01`, `want an integer`},
		{"a short seed", `"00000000000000ff"`, `"ff"`, "seed: column 69: want 16 hexadecimal digits in quotes, found `\"ff\""},
		{"a seed that is not hexadecimal", `"00000000000000ff"`, `"00000000000000fg"`, `want 16 hexadecimal digits`},
		{"a hash that is a number", `"0000000000000001"`, `1`, `hash: column 95: want 16 hexadecimal digits`},
		{"an empty outcome", `"ok"`, `""`, `outcome is empty`},
		{"an unfinished string", `"ok","metrics":{"handshake":5,"goodput":1.5}}`, `"ok`, `want a string`},
		{"a control character", `"ok"`, "\"o\tk\"", "want a string"},
		{"a bad escape", `"ok"`, `"\x"`, `want a string`},
		{"an unknown metric", `"handshake":`, `"handshook":`, `metric "handshook" is not in the header`},
		{"metrics in another order", `"handshake":5,"goodput":1.5`, `"goodput":1.5,"handshake":5`, `metric "handshake": metrics stand in the header's order, each once`},
		{"a metric twice", `"goodput":1.5`, `"handshake":5`, `metric "handshake": metrics stand in the header's order, each once`},
		{"null for a metric", `1.5`, `null`, "metric \"goodput\": column 164: want a number, found `null}}`"},
		{"a number that JSON has not", `1.5`, `.5`, `want a number`},
		{"a number with a leading zero", `1.5`, `01.5`, `want a number`},
		{"a number that is too large", `1.5`, `1e999`, `want a number`},
		{"something after the line", `}}`, `}}x`, "want the end of the line, found `x`"},
		{"a missing brace", `}}`, `}`, "want `}`, found the end of the line"},
	}
	h := header()
	first, err := h.line()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		bad := strings.Replace(goodLine, test.old, test.new, 1)
		if bad == goodLine {
			t.Fatalf("%s: nothing was spoilt", test.name)
		}
		if !strings.HasSuffix(bad, "\n") {
			bad += "\n"
		}
		path := writeFile(t, string(first)+strings.Replace(goodLine, `:1,`, `:0,`, 1)+bad)
		err := read(path)
		if err == nil {
			t.Errorf("%s: no error", test.name)
			continue
		}
		for _, part := range []string{path + ":3: ", test.want, "run the scenario again"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error has no %q: %v", test.name, part, err)
			}
		}
	}
}

func TestAReplicateThatIsThereTwice(t *testing.T) {
	h := header()
	first, _ := h.line()
	path := writeFile(t, string(first)+goodLine+strings.Replace(goodLine, `:1,`, `:2,`, 1)+goodLine)
	err := read(path)
	if want := path + ":4: replicate 1 of cell [full 5ms] is on line 2 already"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
	path = writeFile(t, string(first)+goodLine+goodLine)
	if want := path + ":3: replicate 1 of cell"; !strings.Contains(fmt.Sprint(read(path)), want) {
		t.Errorf("error %v, want %q", read(path), want)
	}
}

func TestMalformedHeaders(t *testing.T) {
	h := header()
	good, _ := h.line()
	tests := []struct{ name, old, new, want string }{
		{"no JSON", string(good), "hello\n", "not a JSON object"},
		{"an observation for a header", string(good), goodLine, `no "schema": the first line of a samples file is its header`},
		{"a later schema", `"schema":1`, `"schema":2,"news":true`, "schema 2: this version reads schema 1 only"},
		{"an unknown key", `"seed":1`, `"seeds":1`, `unknown field "seeds"`},
		{"a negative seed", `"seed":1`, `"seed":-1`, "cannot unmarshal number -1"},
		{"a factor twice", `"link.delay"`, `"tls.kind"`, `factor "tls.kind" is named twice`},
		{"a factor without a name", `"link.delay"`, `""`, `factor 2 has no name`},
		{"a factor without levels", `["full","resumed"]`, `[]`, `factor "tls.kind" has no levels`},
		{"a level twice", `["full","resumed"]`, `["full","full"]`, `factor "tls.kind" has the level "full" twice`},
		{"too few shown levels", `["10ms","50ms"]`, `["10ms"]`, `factor "link.delay" has 2 levels but is shown as "rtt" with 1`},
		{"a metric twice", `"goodput"`, `"handshake"`, `metric "handshake" is named twice`},
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
			t.Fatalf("%s: nothing was spoilt", test.name)
		}
		path := writeFile(t, bad)
		err := read(path)
		if err == nil || !strings.Contains(err.Error(), path+":1: header: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.name, err, test.want)
		}
	}
	h.Metrics = nil
	if err := h.Validate(); err == nil || err.Error() != "no metrics" {
		t.Errorf("without metrics: %v", err)
	}
}

func TestFilesThatAreNone(t *testing.T) {
	if _, err := Open(t.TempDir() + "/none.jsonl"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder: %v", err)
	}
	for _, content := range []string{"", `{"schema":1,"scen`} {
		if _, err := Open(writeFile(t, content)); !errors.Is(err, ErrNoHeader) {
			t.Errorf("a file of %q: %v", content, err)
		}
	}
}
