package scenarios

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"tlslab/netem"
	"tlslab/scenarios/document"
	"tlslab/sim/tcp"
)

// unnamed are the fields of a Config without a key. They are derived, or Linux's defaults.
var unnamed = map[string]bool{
	"TLS.Suites": true, "Client.WriteChunk": true, "CA.Link": true, "CA.LikeLink": true,
	"TCP.WindowScaling": true, "TCP.SYNACKRetries": true, "TCP.Retries": true, "TCP.Reordering": true,
	"TCP.AdvWinScale": true, "TCP.BacklogACKDefer": true, "TCP.SendBuffer": true, "TCP.InitialReceiveWindow": true, "TCP.NoSSThreshMetricsSave": true, "TCP.ClockOffset": true, "TCP.Seed": true, "TCP.BusyTicks": true,
}

func TestEveryFieldOfAConfigHasAKey(t *testing.T) {
	c := newConfig()
	fields := map[any]bool{}
	for _, k := range keys {
		for _, f := range k.fields(c) {
			fields[reflect.ValueOf(f).Field(0).Pointer()] = true
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
		if has := fields[v.Addr().Pointer()]; has == unnamed[name] {
			t.Errorf("%s: has a key: %v", name, has)
		}
	}
	walk("", reflect.ValueOf(c).Elem())
}

func TestDefaultsOfTheTCPKeysAreThoseOfSimTCP(t *testing.T) {
	if got, want := newConfig().TCP, tcp.DefaultConfig(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// The bounds of the tcp keys are within those of sim/tcp, so that no error names a field of
// tcp.Config.
func TestTCPAcceptsEveryValueOfItsKeys(t *testing.T) {
	for _, k := range tcpKeys {
		for _, text := range ends(k.fields(newConfig())[0]) {
			c := newConfig()
			if err := k.fields(c)[0].read(document.NewScalar("", text)); err != nil {
				t.Errorf("%s: %s: %v", k.Name, text, err)
			} else if err := c.TCP.Validate(); err != nil {
				t.Errorf("%s: %s: %v", k.Name, text, err)
			}
		}
	}
}

// ends are the least and the greatest value of a number.
func ends(v value) []string {
	switch v := v.(type) {
	case count:
		return []string{fmt.Sprint(v.min), fmt.Sprint(v.most())}
	case size:
		return []string{fmt.Sprint(v.min, "B"), fmt.Sprint(v.max, "B")}
	case duration:
		return []string{fmt.Sprint(int64(v.min), "ns"), fmt.Sprint(int64(v.max), "ns")}
	}
	return nil
}

// documentationRow is the row of docs/scenarios.md that a key has.
func documentationRow(k *Key) string {
	byDefault := "–"
	switch {
	case k.Default != "":
		byDefault = "`" + k.Default + "`"
	case k.Unset != "":
		byDefault = k.Unset
	}
	return "| `" + k.Name + "` | " + byDefault + " | " + k.meaning() + " |\n"
}

// documentationTable is the table of docs/scenarios.md about a group of keys. Links in one
// direction, and the authority's, have the keys of link.
func documentationTable(g keyGroup) string {
	table := "| key | default | meaning |\n|---|---|---|\n"
	for i := range g.keys {
		k := &g.keys[i]
		if !isLinkKey(k.Name, "link.up") && !isLinkKey(k.Name, "link.down") && !strings.HasPrefix(k.Name, "ca.link.") {
			table += documentationRow(k)
		}
	}
	return table
}

// namesTable lists the names that values of some keys are chosen from.
func namesTable() string {
	table := "| key | names |\n|---|---|\n"
	for _, row := range []struct {
		keys  string
		names vocabulary
	}{
		{"`tls.cipher`", ciphers()},
		{"`tls.group`, `tls.key_share`", groups()},
		{"`tls.certificate`, `tls.other_certificates`", certificates()},
		{"`tls.client_certificate`", clientCertificates()},
		{"`tls.signature_algorithms`", signatureSchemes()},
		{"`tls.chain.fault`, `tls.client_chain.fault`, `tls.tolerate`", chainFaultWords()},
	} {
		table += "| " + row.keys + " | " + strings.Join(row.names.names, ", ") + " |\n"
	}
	return table
}

// presetsTable lists the presets of links.
func presetsTable() string {
	table := "| preset | what it is | round trip | down | up |\n|---|---|---|---|---|\n"
	for _, p := range netem.Presets() {
		value := map[string]string{}
		for _, f := range p.Figures {
			value[f.Of] = f.Value
		}
		table += fmt.Sprintf("| `%s` | %s | %s | %s | %s |\n", p.Name, p.Title, value["round-trip time"], value["rate down"], value["rate up"])
	}
	return table
}

const documentation = "../docs/scenarios.md"

// The tables of the documentation are made of the table of keys: go test -update writes them.
func TestTheDocumentationHasTheTablesOfKeys(t *testing.T) {
	text, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	tables := map[string]string{}
	for _, g := range keyGroups {
		tables["keys of "+g.name] = documentationTable(g)
	}
	table := "| key | meaning |\n|---|---|\n"
	for _, k := range documentKeys {
		table += "| `" + k.name + "` | " + k.doc + " |\n"
	}
	tables["keys of a scenario"] = table
	tables["names of values"] = namesTable()
	tables["presets of links"] = presetsTable()
	for name, table := range tables {
		mark := "<!-- " + name + ": written by go test ./scenarios -update -->\n"
		before, after, ok := strings.Cut(page, mark)
		if !ok {
			t.Errorf("%s has no line %s", documentation, mark)
			continue
		}
		old, rest, _ := strings.Cut(after, "\n\n")
		if old+"\n" != table && !*update {
			t.Errorf("%s: the table after %s differs from that of the keys", documentation, mark)
		}
		page = before + mark + table + "\n" + rest
	}
	if *update {
		if err := os.WriteFile(documentation, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEveryKeyHasALabelAndAMeaning(t *testing.T) {
	for _, k := range keys {
		if k.Label == "" || k.Doc == "" || strings.HasSuffix(k.Doc, ".") {
			t.Errorf("%s: label %q, meaning %q", k.Name, k.Label, k.Doc)
		}
	}
}

// Each key of the engines has a function lower, or loweredBy names a key that has one.
func TestEveryKeyOfTheEnginesIsLowered(t *testing.T) {
	for _, g := range keyGroups {
		for i := range g.keys {
			k := &g.keys[i]
			by := keyByName(k.loweredBy)
			lowered := (k.lower != nil) != (by != nil && by.lower != nil)
			if isEngines := g.name == "tls" || g.name == "transfer" && k.Name != "timeout"; isEngines && !lowered {
				t.Errorf("%s is lowered by no key, or by two", k.Name)
			}
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

func TestTheSchemaAcceptsWhatTheReaderAccepts(t *testing.T) {
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

func TestTheSchemaRefusesInvalidValuesAsTheReaderDoes(t *testing.T) {
	schema, _ := compileSchema(t)
	for _, name := range []string{"unknown-key", "unknown-top-level-key", "unknown-key-in-group", "unknown-dotted-key", "no-unit", "surplus-unit", "wrong-unit",
		"negative-delay", "unknown-names", "empty-factor", "factor-on-unknown-key", "factor-no-list", "name-with-slash", "no-name", "hop-keys", "hops-empty", "drop-list"} {
		text, err := os.ReadFile("testdata/bad/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if validate(t, schema, text) == nil {
			t.Errorf("the schema accepts %s", name)
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

func someTraceOf(name string) (*netem.Trace, error) { return netem.ParseTrace(name, []byte("1")) }

// Every indented block of the documentation that is a scenario, or a part of one, is a valid
// scenario.
func TestTheDocumentationsExamplesAreValid(t *testing.T) {
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
		if _, err := Parse(t.Context(), "docs/scenarios.md", []byte(text), Options{Traces: someTraceOf}); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
	if read < 6 {
		t.Errorf("%d examples were found", read)
	}
}
