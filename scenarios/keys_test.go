package scenarios

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"tlslab/sim/tcp"
)

// unnamed are the fields of a Config that no key sets: they follow from others, or are Linux's and stay so.
var unnamed = map[string]bool{
	"TLS.Suites": true, "Client.WriteChunk": true, "CA.Link": true,
	"TCP.WindowScaling": true, "TCP.MaxRTO": true, "TCP.SYNACKRetries": true, "TCP.Retries": true, "TCP.Reordering": true,
	"TCP.MaxReceiveBuffer": true, "TCP.ClockOffset": true, "TCP.ECN": true, "TCP.Pacing": true,
}

func TestEveryFieldOfAConfigHasAKey(t *testing.T) {
	c := newConfig()
	places := map[any]bool{}
	for _, k := range keys {
		for _, field := range k.fields(c) {
			places[address(reflect.ValueOf(field))] = true
		}
	}
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		if v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[Versions]() && v.Type() != reflect.TypeFor[Link]() && v.Type() != reflect.TypeFor[RecordSize]() {
			for i := range v.NumField() {
				walk(strings.TrimPrefix(name+"."+v.Type().Field(i).Name, "."), v.Field(i))
			}
			return
		}
		if has := places[v.Addr().Pointer()]; has == unnamed[name] {
			t.Errorf("%s: has a key: %v", name, has)
		}
	}
	walk("", reflect.ValueOf(c).Elem())
}

// address is where a value of the language writes to.
func address(v reflect.Value) uintptr {
	if v.Kind() == reflect.Struct {
		return v.Field(0).Pointer()
	}
	return v.Pointer()
}

func TestDefaultsOfTCPAreThoseOfItsRoom(t *testing.T) {
	if got, want := newConfig().TCP, tcp.DefaultConfig(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestEveryKeyIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if strings.HasPrefix(k.Name, "link.up") || strings.HasPrefix(k.Name, "link.down") || strings.HasPrefix(k.Name, "ca.link.") {
			continue // told once, of all links
		}
		if !strings.Contains(string(page), "| `"+k.Name+"` |") {
			t.Errorf("docs/scenarios.md has no row for %s", k.Name)
		}
		if k.Default != "" && !strings.Contains(string(page), "| `"+k.Name+"` | `"+k.Default+"` |") {
			t.Errorf("docs/scenarios.md does not say that %s is %s by default", k.Name, k.Default)
		}
	}
	for _, k := range documentKeys {
		if !strings.Contains(string(page), "| `"+k.name+"` |") {
			t.Errorf("docs/scenarios.md has no row for %s", k.name)
		}
	}
}

func compileSchema(t *testing.T) (*jsonschema.Schema, any) {
	t.Helper()
	text, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	if err := c.AddResource("scenario.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema, document
}

func validate(t *testing.T, schema *jsonschema.Schema, text []byte) error {
	t.Helper()
	converted, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(strings.NewReader(string(converted)))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(instance)
}

func TestTheSchemaTakesWhatTheReaderTakes(t *testing.T) {
	schema, _ := compileSchema(t)
	texts := map[string][]byte{"two-by-two": []byte(twoByTwo), "patches": []byte(patches), "hops": []byte("name: hops\nbase: {link: {hops: [delay 5ms, {up: delay 1ms, loss: gemodel 1%}]}}")}
	for _, name := range Shipped() {
		texts[name], _ = ShippedText(name)
	}
	for name, text := range texts {
		if err := validate(t, schema, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheSchemaRefusesWhatTheReaderRefusesOfOneValue(t *testing.T) {
	schema, _ := compileSchema(t)
	for _, name := range []string{"unknown-key", "unknown-top-level-key", "unknown-key-in-group", "unknown-dotted-key", "no-unit", "surplus-unit", "wrong-unit",
		"negative-delay", "unknown-names", "empty-factor", "factor-on-unknown-key", "factor-no-list", "name-with-slash", "no-name", "hop-keys", "hops-empty", "drop-list"} {
		text, err := os.ReadFile("testdata/bad/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if validate(t, schema, text) == nil {
			t.Errorf("the schema takes %s", name)
		}
	}
}

func TestTheSchemaHasEveryKey(t *testing.T) {
	_, document := compileSchema(t)
	raw, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties struct {
			Base    struct{ Properties map[string]any }
			Factors struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if schema.Properties.Base.Properties[k.Name] == nil || schema.Properties.Factors.Properties[k.Name] == nil {
			t.Errorf("%s is missing", k.Name)
		}
	}
}

// Every indented block of the documentation that is a scenario, or a part of base, is read as it stands.
func TestTheDocumentationsExamplesAreSound(t *testing.T) {
	page, err := os.ReadFile("../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, block := range strings.Split(string(page), "\n\n") {
		if !strings.HasPrefix(block, "    ") {
			continue
		}
		text := strings.ReplaceAll("\n"+block, "\n    ", "\n")
		switch {
		case strings.HasPrefix(text, "\nlink:"):
			text = "name: example\nbase:" + strings.ReplaceAll(text, "\n", "\n  ")
		case strings.HasPrefix(text, "\nfactors:"):
			text = "name: example" + text
		case !strings.HasPrefix(text, "\nname:"):
			continue
		}
		read++
		if _, err := Parse("docs/scenarios.md", []byte(text), Options{}); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
	if read < 6 {
		t.Errorf("%d examples were found", read)
	}
}
