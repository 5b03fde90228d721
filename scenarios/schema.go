package scenarios

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"tlslab/netem"
)

// A value is a place in a Config that reads itself from YAML and can say what it takes.
type value interface {
	UnmarshalYAML(ast.Node) error
	schema() object
}

// object is a part of a JSON Schema.
type object = map[string]any

// JSONSchema is the language as a JSON Schema of draft 7, which editors complete and check with as one types. It is made from the
// tables that the reader uses. What concerns several keys at once, only the reader knows.
func JSONSchema() ([]byte, error) {
	properties := object{}
	for _, k := range documentKeys {
		properties[k.name] = described(documentSchemas[k.name](), k.doc)
	}
	return json.MarshalIndent(object{
		"$schema":              "http://json-schema.org/draft-07/schema#",
		"title":                "tlslab scenario",
		"type":                 "object",
		"required":             []string{"name"},
		"additionalProperties": false,
		"properties":           properties,
	}, "", "  ")
}

var documentSchemas = map[string]func() object{
	"name":       func() object { return object{"type": "string", "pattern": "^[A-Za-z0-9._-]+$"} },
	"title":      func() object { return object{"type": "string"} },
	"seed":       func() object { return object{"type": "integer", "minimum": 0} },
	"replicates": func() object { return object{"type": "integer", "minimum": 1} },
	"base":       func() object { return groupSchema("") },
	"factors":    factorsSchema,
	"exclude": func() object {
		level := object{"type": []string{"string", "number", "boolean"}}
		levels := object{"anyOf": []object{level, {"type": "array", "items": level, "minItems": 1}}}
		return object{"type": "array", "items": object{"type": "object", "minProperties": 1, "additionalProperties": levels}}
	},
	"compare": func() object {
		return object{"type": "object", "additionalProperties": false, "required": []string{"factor", "baseline"}, "properties": object{
			"factor":   object{"type": "string"},
			"baseline": object{"type": []string{"string", "number", "boolean"}},
			"margin":   new(Fraction).schema(),
			"metric":   object{"enum": MetricNames()},
		}}
	},
}

// described puts a description on a schema.
func described(o object, doc string) object {
	o["description"] = doc
	return o
}

// keySchema is what the value of one key may be.
func keySchema(k *Key) object {
	o := described(k.fields(newConfig())[0].schema(), k.Doc)
	if k.Default != "" {
		o["default"] = k.Default
	}
	return o
}

// groupSchema is a mapping of the keys below a prefix, nested or dotted.
func groupSchema(prefix string) object {
	properties := object{}
	for _, word := range siblings(prefix) {
		full := prefix + word
		switch key := keyByName(full); {
		case key != nil && isGroup(full): // link: one line of tc, or a mapping
			properties[word] = object{"anyOf": []object{keySchema(key), groupSchema(full + ".")}, "description": key.Doc}
		case key != nil:
			properties[word] = keySchema(key)
		default:
			properties[word] = groupSchema(full + ".")
		}
	}
	for i := range keys {
		if rest, ok := strings.CutPrefix(keys[i].Name, prefix); ok && strings.Contains(rest, ".") {
			properties[rest] = keySchema(&keys[i])
		}
	}
	return object{"type": "object", "additionalProperties": false, "properties": properties}
}

// factorsSchema is lists of values under the names of keys, and named patches under any other name.
func factorsSchema() object {
	properties := object{}
	for i := range keys {
		properties[keys[i].Name] = object{"type": "array", "minItems": 1, "items": keySchema(&keys[i]), "description": keys[i].Doc}
	}
	patches := object{"type": "object", "minProperties": 1, "additionalProperties": groupSchema("")}
	return object{"type": "object", "minProperties": 1, "properties": properties, "additionalProperties": patches}
}

// quantitySchema is a number and one of the dimension's units.
func (d dimension) schema() object {
	units := strings.Join(d.names(), "|")
	return object{"type": "string", "pattern": `^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+) *(` + units + `)$`, "examples": []string{d.example}}
}

func (*Duration) schema() object { return durations.schema() }
func (*Fraction) schema() object { return fractions.schema() }
func (*Size) schema() object     { return sizes.schema() }
func (rate) schema() object      { return rates.schema() }
func (*Count) schema() object    { return object{"type": "integer", "minimum": 0} }
func (limit) schema() object {
	return object{"type": "integer", "minimum": 1, "maximum": netem.MaxLimit}
}
func (*Multiple) schema() object    { return object{"type": "number", "exclusiveMinimum": 0} }
func (*Switch) schema() object      { return object{"type": "boolean"} }
func (*Text) schema() object        { return object{"type": []string{"string", "number"}, "pattern": `^\S+$`} }
func (w word) schema() object       { return object{"enum": w.of.words} }
func (distribution) schema() object { return object{"enum": distributionNames.words} }
func (tcLine) schema() object       { return object{"type": "string"} }
func (drops) schema() object {
	return object{"type": "array", "items": object{"type": "integer", "minimum": 1}}
}

func (loss) schema() object {
	return object{"anyOf": []object{fractions.schema(), {"type": "string", "pattern": "^gemodel "}}}
}

// schema is a version as text or, unquoted, as the number that YAML takes it for.
func (*Versions) schema() object {
	var numbers []any
	for _, name := range versionNames() {
		if _, err := strconv.ParseFloat(name, 64); err == nil {
			numbers = append(numbers, json.Number(name))
		}
	}
	one := "(" + strings.ReplaceAll(strings.Join(versionNames(), "|"), ".", `\.`) + ")"
	return object{"anyOf": []object{{"enum": numbers}, {"type": "string", "pattern": "^" + one + `(\.\.` + one + ")?$"}}}
}

// schema is a list of what link can be, apart from hops.
func (hops) schema() object {
	properties := object{}
	for _, h := range hopKeys {
		properties[h.name] = described(h.field(new(netem.Config)).schema(), h.doc)
	}
	line := object{"type": "string"}
	oneWay := object{"anyOf": []object{line, {"type": "object", "additionalProperties": false, "properties": properties}}}
	both := object{"up": oneWay, "down": oneWay}
	for name, schema := range properties {
		both[name] = schema
	}
	return object{"type": "array", "minItems": 1, "items": object{"anyOf": []object{line, {"type": "object", "additionalProperties": false, "properties": both}}}}
}
