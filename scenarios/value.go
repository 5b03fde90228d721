package scenarios

import (
	"tlslab/scenarios/document"
)

// A value is the place in a Config that a key writes to, with the type that it has in YAML.
type value interface {
	// read takes what stands in the text, or says at its place what is wrong with it.
	read(*document.Node) error
	// schema is what read takes, as a JSON Schema.
	schema() object
	// isZero reports whether the place holds what it held before anything was read.
	isZero() bool
	// shown is what the place holds, as JSON shows it.
	shown() any
}

// object is a part of a JSON Schema.
type object = map[string]any
