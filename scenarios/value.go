package scenarios

import (
	"tlslab/scenarios/document"
)

// A value is a field of a Config with the type that its key has in YAML.
type value interface {
	// read sets the field to what the node says. An error is a *document.Error.
	read(*document.Node) error
	// schema is what read takes, as a JSON Schema.
	schema() object
	// isZero reports whether the field has its zero value.
	isZero() bool
	// shown is the field's value as JSON shows it: quantities with their unit.
	shown() any
}

// object is a part of a JSON Schema.
type object = map[string]any

// A quantity is a value whose levels can be ordered as numbers.
type quantity interface {
	// amount is the value in ns, bytes, bit/s, as a fraction, or as a count. ok is false if the
	// value is not one number.
	amount() (amount float64, ok bool)
}
