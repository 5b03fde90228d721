package scenarios

import (
	"encoding/json"
	"strings"
)

// JSONSchema is the language as a JSON Schema of draft 7, with which editors complete keys and mark
// mistakes while one types. It has the keys and the types of their values; the checks of several
// keys together are Parse's alone.
func JSONSchema() ([]byte, error) {
	properties := object{}
	for _, k := range documentKeys {
		properties[k.name] = described(k.schema(), k.doc)
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

func excludeSchema() object {
	level := object{"type": []string{"string", "number", "boolean"}}
	levels := object{"anyOf": []object{level, {"type": "array", "items": level, "minItems": 1}}}
	return object{"type": "array", "maxItems": maxExclusions, "items": object{"type": "object", "minProperties": 1, "additionalProperties": levels}}
}

func compareSchema() object {
	return object{"type": "object", "additionalProperties": false, "required": []string{"factor", "baseline"}, "properties": object{
		"factor":   object{"type": "string"},
		"baseline": object{"type": []string{"string", "number", "boolean"}},
		"margin":   fractions.schema(),
		"metric":   object{"enum": MetricNames()},
	}}
}

// described adds a description to a schema.
func described(o object, doc string) object {
	o["description"] = doc
	return o
}

// keySchema is the schema of a key's value.
func keySchema(k *Key) object {
	o := described(k.fields(newConfig())[0].schema(), k.description())
	if k.Default != "" {
		o["default"] = k.Default
	}
	return o
}

// groupSchema is the schema of a mapping with the keys below a prefix, nested or dotted.
func groupSchema(prefix string) object {
	properties := object{}
	for _, word := range siblings(prefix) {
		full := prefix + word
		switch key := keyByName(full); {
		case key != nil && isGroup(full): // link: one line of tc, or a mapping
			properties[word] = object{"anyOf": []object{keySchema(key), groupSchema(full + ".")}, "description": key.description()}
		case key != nil:
			properties[word] = keySchema(key)
		default:
			properties[word] = groupSchema(full + ".")
		}
	}
	for _, k := range keys {
		if rest, ok := strings.CutPrefix(k.Name, prefix); ok && strings.Contains(rest, ".") {
			properties[rest] = keySchema(k)
		}
	}
	return object{"type": "object", "additionalProperties": false, "properties": properties}
}

// factorsSchema is the schema of factors: lists of values under the names of keys, and named
// patches under other names.
func factorsSchema() object {
	properties := object{}
	for _, k := range keys {
		properties[k.Name] = object{"type": "array", "minItems": 1, "items": keySchema(k), "description": k.description()}
	}
	patches := object{"type": "object", "minProperties": 1, "additionalProperties": groupSchema("")}
	return object{"type": "object", "minProperties": 1, "properties": properties, "additionalProperties": patches}
}
